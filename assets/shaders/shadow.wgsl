// Shadows on a level plane: each body is pressed flat along the sun's rays. What lies in the shadow keeps the share of
// its light that does not come from the sun.
#import bevy_pbr::mesh_functions::{get_world_from_local, mesh_position_local_to_world}
#import bevy_pbr::mesh_view_bindings::view
#import bevy_pbr::view_transformations::position_world_to_clip
#import rainier::light::{Light, ambient, direct}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> light: Light;

struct Vertex {
    @builtin(instance_index) instance_index: u32,
    @location(0) position: vec3<f32>,
    // Edges of what the shadow falls on, in x and z.
    @location(1) within: vec4<f32>,
    // Its height.
    @location(2) plane: vec2<f32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) @interpolate(flat) within: vec4<f32>,
    @location(2) @interpolate(flat) plane: f32,
}

struct Out {
    @location(0) color: vec4<f32>,
    @builtin(frag_depth) depth: f32,
}

@vertex
fn vertex(in: Vertex) -> Varying {
    var out: Varying;
    let world_from_local = get_world_from_local(in.instance_index);
    var world = mesh_position_local_to_world(world_from_local, vec4<f32>(in.position, 1.0)).xyz;
    let fall = max(world.y - in.plane.x, 0.0) / max(light.sun.y, 0.05);
    world = vec3<f32>(world.x - light.sun.x * fall, in.plane.x, world.z - light.sun.z * fall);
    out.clip = position_world_to_clip(world);
    out.world = world;
    out.within = in.within;
    out.plane = in.plane.x;
    return out;
}

@fragment
fn fragment(in: Varying) -> Out {
    if (any(in.world.xz < in.within.xy) || any(in.world.xz > in.within.zw)) {
        discard;
    }
    // The depth of the plane at this pixel, the same to the last bit for every body over it: the first one alone
    // darkens it.
    let pixel = (in.clip.xy - view.viewport.xy) / view.viewport.zw;
    let near = view.world_from_clip * vec4<f32>(pixel.x * 2.0 - 1.0, 1.0 - pixel.y * 2.0, 1.0, 1.0);
    let fall = near.y / near.w - view.world_position.y;
    let up = vec3<f32>(0.0, 1.0, 0.0);
    let rest = ambient(light, up);
    let share = rest / (rest + direct(light, up));
    let clear = exp(-distance(in.world, view.world_position) * light.haze.w);
    var out: Out;
    out.depth = fall / (in.plane - view.world_position.y);
    out.color = vec4<f32>(mix(vec3<f32>(1.0), share, 0.92 * clear), 1.0);
    return out;
}
