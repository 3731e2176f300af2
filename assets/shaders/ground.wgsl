// The still world: vertex colours under one sun and a sky.
#import bevy_pbr::mesh_functions::{get_world_from_local, mesh_position_local_to_world, mesh_normal_local_to_world}
#import bevy_pbr::view_transformations::position_world_to_clip

struct Light {
    // Direction to the sun, and its strength.
    sun: vec4<f32>,
    // Colour of the haze, and its density per metre.
    haze: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> light: Light;

struct Vertex {
    @builtin(instance_index) instance_index: u32,
    @location(0) position: vec3<f32>,
    @location(1) normal: vec3<f32>,
    @location(2) color: vec4<f32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) color: vec3<f32>,
    @location(1) depth: f32,
}

@vertex
fn vertex(in: Vertex) -> Varying {
    var out: Varying;
    let world_from_local = get_world_from_local(in.instance_index);
    let world = mesh_position_local_to_world(world_from_local, vec4<f32>(in.position, 1.0));
    let normal = mesh_normal_local_to_world(in.normal, in.instance_index);
    let direct = max(dot(normal, light.sun.xyz), 0.0) * light.sun.w;
    let ambient = 0.42 + 0.14 * normal.y;
    out.clip = position_world_to_clip(world.xyz);
    out.color = in.color.rgb * (ambient + 0.62 * direct);
    out.depth = out.clip.w;
    return out;
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4<f32> {
    let clear = exp(-in.depth * light.haze.w);
    return vec4<f32>(mix(light.haze.rgb, in.color, clear), 1.0);
}
