// Air that rises over a building and its gensets, and light of lamps on the ground: soft patches that grow, drift and
// fade, each turned to the eye.
#import bevy_pbr::mesh_view_bindings::{globals, view}
#import bevy_pbr::view_transformations::position_world_to_clip

struct Look {
    // How much there is of heat, vapour, exhaust, and light of lamps, 0 to 1.
    much: vec4<f32>,
    // Wind, m/s east and south.
    wind: vec4<f32>,
    // Light from above, with the sun's.
    lit: vec4<f32>,
    // Haze colour and density.
    haze: vec4<f32>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> look: Look;

struct Vertex {
    // Where it begins.
    @location(0) position: vec3<f32>,
    // Kind (0 heat, 1 vapour, 2 exhaust, 3 lamp), corner, where in its life it begins, size in m.
    @location(1) patch_of: vec4<f32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) place: vec2<f32>,
    @location(1) color: vec4<f32>,
}

@vertex
fn vertex(in: Vertex) -> Varying {
    var out: Varying;
    let kind = u32(in.patch_of.x + 0.5);
    let corner = u32(in.patch_of.y + 0.5);
    let place = vec2<f32>(select(-1.0, 1.0, corner == 1u || corner == 2u), select(-1.0, 1.0, corner >= 2u));
    let much = look.much[kind];
    out.place = place;
    if (much <= 0.004) {
        // Nothing to see: all corners on one point behind the eye.
        out.clip = vec4<f32>(0.0, 0.0, -2.0, 1.0);
        out.color = vec4<f32>(0.0);
        return out;
    }
    var world = in.position;
    if (kind == 3u) {
        world = world + vec3<f32>(place.x, 0.0, place.y) * in.patch_of.w;
        out.color = vec4<f32>(vec3<f32>(1.0, 0.78, 0.48) * (0.30 * much), 0.0);
    } else {
        let last_s = select(14.0, 6.0, kind == 2u);
        let age = fract(globals.time / last_s + in.patch_of.z);
        let rise_m = select(34.0, 26.0, kind == 2u) * (0.4 + 0.6 * much);
        let size = in.patch_of.w * (0.55 + 1.1 * age);
        world = world + vec3<f32>(0.0, rise_m * age, 0.0) + vec3<f32>(look.wind.x, 0.0, look.wind.y) * (last_s * age * age * 0.5);
        // Patches sway, each its own way.
        let turn = in.patch_of.z * 40.0 + age * 3.0;
        world = world + vec3<f32>(sin(turn), 0.0, cos(turn)) * (size * 0.25 * age);
        let right = view.world_from_view[0].xyz;
        let up = view.world_from_view[1].xyz;
        world = world + (right * place.x + up * place.y) * size;
        let body = smoothstep(0.0, 0.18, age) * (1.0 - smoothstep(0.35, 1.0, age));
        var strength = 0.085;
        var shade = vec3<f32>(1.0, 0.93, 0.86);
        if (kind == 1u) {
            strength = 0.34;
            shade = vec3<f32>(1.0);
        } else if (kind == 2u) {
            strength = 0.42;
            shade = vec3<f32>(0.26, 0.25, 0.25);
        }
        let clear = exp(-distance(world, view.world_position) * look.haze.w);
        let alpha = strength * much * body;
        out.color = vec4<f32>(mix(look.haze.rgb, shade * look.lit.rgb, clear) * alpha, alpha);
    }
    out.clip = position_world_to_clip(world);
    return out;
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4<f32> {
    let off = dot(in.place, in.place);
    let body = max(1.0 - off, 0.0);
    return in.color * (body * body);
}
