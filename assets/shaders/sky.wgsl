// The sky: from the haze at the horizon up, with the sun; with DETAIL clouds by day and stars by night.
#import bevy_pbr::mesh_view_bindings::{globals, view}
#import bevy_pbr::view_transformations::position_world_to_clip
#import rainier::light::{Light, clear_sky, hash, noise}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> light: Light;

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) towards: vec3<f32>,
}

@vertex
fn vertex(@location(0) position: vec3<f32>) -> Varying {
    var out: Varying;
    let clip = position_world_to_clip(view.world_position + position * 1000.0);
    // Behind everything.
    out.clip = vec4<f32>(clip.xy, 0.0, clip.w);
    out.towards = position;
    return out;
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4<f32> {
    let towards = normalize(in.towards);
    var color = clear_sky(light, towards);
    let near = dot(towards, light.disc.xyz);
    let disc = smoothstep(0.99982, 0.99992, near) + 0.35 * smoothstep(0.9985, 1.0, near);
    color = color + light.glow.rgb * (light.disc.w * disc);
#ifdef DETAIL
    if (light.glow.w > 0.05 && towards.y > 0.02) {
        let grid = vec2<f32>(atan2(towards.x, towards.z), towards.y) * 130.0;
        let star = hash(floor(grid) + 17.0);
        let off = length(fract(grid) - 0.5);
        let bright = smoothstep(0.9955, 1.0, star) * (1.0 - smoothstep(0.05, 0.22, off));
        color = color + vec3<f32>(0.75, 0.80, 0.95) * (bright * light.glow.w * smoothstep(0.02, 0.25, towards.y));
    }
    if (towards.y > 0.0) {
        let place = towards.xz / (towards.y + 0.16) * 1.6 + vec2<f32>(0.008, -0.004) * globals.time;
        let shape = 0.55 * noise(place) + 0.28 * noise(place * 2.3 + 7.0) + 0.17 * noise(place * 5.1 + 3.0);
        let cover = smoothstep(0.50, 0.80, shape) * smoothstep(0.0, 0.12, towards.y);
        let bright = light.above.rgb * 0.9 + light.glow.rgb * (0.42 * light.sun.w);
        color = mix(color, bright, 0.72 * cover);
    }
#endif
    return vec4<f32>(color, 1.0);
}
