// The still world: vertex colours under one sun and a sky.
#import bevy_pbr::mesh_functions::{get_world_from_local, mesh_position_local_to_world, mesh_normal_local_to_world}
#import bevy_pbr::view_transformations::position_world_to_clip

struct Light {
    // Direction to the sun, and its strength.
    sun: vec4<f32>,
    // Colour of the haze, and its density per metre.
    haze: vec4<f32>,
}

struct Cut {
    // Direction of the plane east and south, how far out it stands; 1 sees through walls and roofs, 2 cuts.
    plane: vec4<f32>,
    // What it is about: least and most, east and south.
    around: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> light: Light;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var<uniform> cut: Cut;

struct Vertex {
    @builtin(instance_index) instance_index: u32,
    @location(0) position: vec3<f32>,
    @location(1) normal: vec3<f32>,
    @location(2) color: vec4<f32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    // Half opaque: a wall or a roof.
    @location(0) color: vec4<f32>,
    @location(1) depth: f32,
    @location(2) world: vec3<f32>,
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
    out.color = vec4<f32>(in.color.rgb * (ambient + 0.62 * direct), in.color.a);
    out.depth = out.clip.w;
    out.world = world.xyz;
    return out;
}

// How far a point is beyond the cut, m; negative where it stays.
fn beyond_cut(world: vec3<f32>) -> f32 {
    let inside = world.y > 0.4 && all(world.xz > cut.around.xy) && all(world.xz < cut.around.zw);
    return select(-1.0e9, dot(world.xz, cut.plane.xy) - cut.plane.z, cut.plane.w > 1.5 && inside);
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4<f32> {
    let beyond = beyond_cut(in.world);
    // Of what is seen through, one point in four stays.
    let grid = vec2<u32>(in.clip.xy) % 2u;
    if (beyond > 0.0 || cut.plane.w == 1.0 && in.color.a < 0.9 && (grid.x + grid.y > 0u)) {
        discard;
    }
    // The edge of the cut is drawn.
    let color = mix(in.color.rgb, vec3<f32>(0.10, 0.85, 1.0), 0.8 * smoothstep(-0.5, -0.3, beyond));
    let clear = exp(-in.depth * light.haze.w);
    return vec4<f32>(mix(light.haze.rgb, color, clear), 1.0);
}
