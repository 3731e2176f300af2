// The still world: vertex colours under the sun and the sky, and what surfaces are made of.
//
// DETAIL: what surfaces are made of is drawn. Without it a pixel is no more than what its corners are: a processor that
// draws in place of a GPU runs every branch of a shader for every pixel, taken or not.
// CUT: something is cut open or seen through.
#import bevy_pbr::mesh_functions::{get_world_from_local, mesh_position_local_to_world, mesh_normal_local_to_world}
#import bevy_pbr::mesh_view_bindings::{globals, view}
#import bevy_pbr::view_transformations::position_world_to_clip
#import rainier::light::{Light, ambient, clear_sky, direct, hazed, noise}
#import rainier::cut::{Cut, beyond_cut}

// Height of a fence, m.
const FENCE_M: f32 = 2.4;

// Those of `Surface`.
const GRASS: u32 = 1u;
const CROPS: u32 = 2u;
const ROAD: u32 = 3u;
const GRAVEL: u32 = 4u;
const WALL: u32 = 5u;
const ROOF: u32 = 6u;
const LOUVRE: u32 = 7u;
const WINDOW: u32 = 8u;
const LAMP: u32 = 9u;
const WATER: u32 = 10u;
const WIRE: u32 = 11u;
const MESH: u32 = 12u;
const LEAVES: u32 = 13u;

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> light: Light;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var<uniform> cut: Cut;

struct Vertex {
    @builtin(instance_index) instance_index: u32,
    @location(0) position: vec3<f32>,
    @location(1) normal: vec3<f32>,
    // Colour, and the surface.
    @location(2) color: vec4<f32>,
    // Metres along the sides of the face.
    @location(3) side: vec2<f32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) color: vec3<f32>,
#ifdef DETAIL
    @location(1) side: vec2<f32>,
#endif
#ifdef WORLD
    @location(2) world: vec3<f32>,
    @location(3) surface: f32,
#endif
}

@vertex
fn vertex(in: Vertex) -> Varying {
    var out: Varying;
    let world_from_local = get_world_from_local(in.instance_index);
    var world = mesh_position_local_to_world(world_from_local, vec4<f32>(in.position, 1.0)).xyz;
    var normal = mesh_normal_local_to_world(in.normal, in.instance_index);
    let surface = u32(in.color.a + 0.5);
    let to_eye = view.world_position - world;
    // Most of a pixel, m.
    let least = length(to_eye) * 0.62 / (view.clip_from_view[1][1] * view.viewport.w);
    if (surface == WIRE) {
        // Turned to the eye, and no thinner than that.
        let across = cross(normal, to_eye);
        let width = max(abs(in.side.x), least) * sign(in.side.x);
        world = world + across / max(length(across), 1e-6) * width;
        normal = vec3<f32>(0.0, 1.0, 0.0);
    }
#ifndef DETAIL
    if (surface == MESH && in.side.y < 0.5 * FENCE_M) {
        // Of a fence its rail is drawn alone.
        world.y = world.y + FENCE_M - max(0.15, 2.0 * least);
    }
#endif
    if (surface != LEAVES && dot(normal, view.world_position - world) < 0.0) {
        // A flat face is seen from both sides.
        normal = -normal;
    }
    var lit = ambient(light, normal) + direct(light, normal);
    if (surface == WINDOW) {
        lit = mix(0.30 * lit, vec3<f32>(1.0), light.glow.w);
    } else if (surface == LAMP) {
        lit = vec3<f32>(1.0);
    }
    var color = in.color.rgb;
    if (surface == GRASS || surface == CROPS || surface == LEAVES) {
        let grey = dot(color, vec3<f32>(0.30, 0.59, 0.11));
        color = mix(color, vec3<f32>(1.14, 1.03, 0.82) * grey, light.below.w);
    }
    out.clip = position_world_to_clip(world);
    out.color = color * lit;
#ifdef DETAIL
    out.side = in.side;
#else
    let far_m = max(length(to_eye), 1e-4);
    let towards = -to_eye / far_m;
    if (surface == WATER) {
        out.color = mix(0.9 * out.color, clear_sky(light, vec3<f32>(towards.x, abs(towards.y), towards.z)), fresnel(abs(towards.y)));
    }
    out.color = hazed(light, out.color, towards, far_m);
#endif
#ifdef WORLD
    out.world = world;
    out.surface = in.color.a;
#endif
    return out;
}

// How much of the sky a level surface of water mirrors, by how much it faces the eye.
fn fresnel(facing: f32) -> f32 {
    let away = 1.0 - clamp(facing, 0.0, 1.0);
    return 0.03 + 0.97 * away * away * away * away * away;
}

#ifdef DETAIL

// How much of a pattern is seen where a pixel takes so many metres of it.
fn seen(pixel: f32, period: f32) -> f32 {
    return 1.0 - smoothstep(0.22 * period, 0.55 * period, pixel);
}

// A line of a half width in the middle, as sharp as a pixel lets it be.
fn stroke(off: f32, half_width: f32, pixel: f32) -> f32 {
    return (1.0 - smoothstep(half_width - 0.5 * pixel, half_width + 0.5 * pixel + 1e-4, off))
        * min(1.0, half_width * 2.0 / max(pixel, 1e-4));
}

// How far a point is from the nearest line of a period.
fn off_line(x: f32, period: f32) -> f32 {
    return abs(fract(x / period + 0.5) - 0.5) * period;
}

fn water(color: vec3<f32>, shore: f32, world: vec3<f32>, towards: vec3<f32>, pixel: f32) -> vec3<f32> {
    let t = globals.time;
    let p = world.xz;
    let a = noise(p * 0.31 + vec2<f32>(0.35, 0.21) * t) - 0.5;
    let b = noise(p * 0.17 - vec2<f32>(0.13, 0.24) * t + 31.0) - 0.5;
    let ripple = vec2<f32>(a, b) * 0.10 * seen(pixel, 8.0);
    let normal = normalize(vec3<f32>(ripple.x, 1.0, ripple.y));
    let mirrored = reflect(towards, normal);
    let depth = smoothstep(0.0, 26.0, shore);
    let body = color * mix(1.55, 0.72, depth);
    var out = mix(body, clear_sky(light, vec3<f32>(mirrored.x, abs(mirrored.y), mirrored.z)), fresnel(-dot(towards, normal)));
    let glint = max(dot(mirrored, light.disc.xyz), 0.0);
    out = out + light.glow.rgb * (light.disc.w * pow(glint, 220.0) * 0.8);
    // Wet sand along the shore.
    return mix(vec3<f32>(0.30, 0.27, 0.21) * (light.above.rgb + 0.5 * light.glow.rgb * light.sun.w), out, smoothstep(0.0, 2.5, shore));
}

#endif

@fragment
fn fragment(in: Varying) -> @location(0) vec4<f32> {
    var color = in.color;
#ifdef DETAIL
    let reach = fwidth(in.side);
#endif
#ifdef WORLD
    let surface = u32(in.surface + 0.5);
#endif
#ifdef CUT
    let beyond = beyond_cut(cut, in.world);
    // Of what is seen through, one point in four stays.
    let grid = vec2<u32>(in.clip.xy) % 2u;
    let clear = surface == WALL || surface == ROOF || surface == LOUVRE || surface == WINDOW;
    if (beyond > 0.0 || (cut.plane.w == 1.0 && clear && grid.x + grid.y > 0u)) {
        discard;
    }
#endif
#ifdef DETAIL
    let eye = in.world - view.world_position;
    let far_m = length(eye);
    let towards = eye / max(far_m, 1e-4);
    let pixel = max(reach.x, reach.y);
    if (surface == WATER) {
        color = water(color, in.side.x, in.world, towards, pixel);
    } else if (surface == MESH) {
        // A fence is seen through: near by its wires, then its posts, and from afar its rail alone.
        let weave = min(off_line(in.side.x + in.side.y, 0.12), off_line(in.side.x - in.side.y, 0.12));
        let wire = pixel < 0.04 && weave < 0.012;
        let post = off_line(in.side.x, 3.0) < max(0.04, 0.3 * pixel) && pixel < 0.8;
        let rail = in.side.y > FENCE_M - max(0.06, 0.6 * pixel);
        if (!(wire || post || rail)) { discard; }
    } else if (surface == GRASS) {
        let patches = noise(in.world.xz * 0.021) + 0.5 * noise(in.world.xz * 0.11);
        let mown = step(0.5, fract(in.world.x / 9.0 + 0.5)) - 0.5;
        color = color * (0.90 + 0.14 * patches + 0.035 * mown * seen(pixel, 9.0));
    } else if (surface == CROPS) {
        let rows = off_line(in.side.x, 3.0) / 1.5 - 0.5;
        let passes = step(0.5, fract(in.side.x / 36.0)) - 0.5;
        let patches = noise(in.world.xz * 0.012);
        color = color * (0.93 + 0.14 * patches + 0.13 * rows * seen(pixel, 3.0) + 0.045 * passes * seen(pixel, 36.0));
    } else if (surface == ROAD) {
        let dash = step(fract(in.side.y / 12.0), 0.30);
        let line = stroke(abs(in.side.x), 0.12, pixel) * dash;
        let wear = noise(in.world.xz * 0.35) * seen(pixel, 6.0);
        color = mix(color * (0.97 + 0.07 * wear), vec3<f32>(0.78, 0.66, 0.30) * (light.above.rgb + light.glow.rgb * light.sun.w), line * 0.85);
    } else if (surface == GRAVEL) {
        let grain = noise(in.world.xz * 2.3) - 0.5;
        color = color * (1.0 + 0.16 * grain * seen(pixel, 0.9) + 0.05 * (noise(in.world.xz * 0.13) - 0.5));
    } else if (surface == WALL) {
        let rib = off_line(in.side.x, 1.0) / 0.5 - 0.5;
        let joint = stroke(off_line(in.side.x, 8.0), 0.06, pixel);
        color = color * (1.0 + 0.07 * rib * seen(pixel, 1.0)) * (1.0 - 0.30 * joint);
    } else if (surface == ROOF) {
        let seam = stroke(off_line(in.side.x, 6.0), 0.05, pixel);
        color = color * (0.975 + 0.05 * noise(in.world.xz * 0.09)) * (1.0 - 0.14 * seam);
    } else if (surface == LOUVRE) {
        let slat = off_line(in.side.y, 0.3) / 0.15;
        color = color * mix(0.78, 0.55 + 0.45 * slat, seen(pixel, 0.3));
    }
    if (surface != LAMP && surface != WINDOW) {
        // Shade of clouds drifts over all of it.
        let drift = in.world.xz * 0.0016 + vec2<f32>(0.011, -0.006) * globals.time;
        let cloud = smoothstep(0.52, 0.78, 0.7 * noise(drift) + 0.3 * noise(drift * 2.7));
        color = color * (1.0 - 0.20 * cloud * light.disc.w);
    }
    color = hazed(light, color, towards, far_m);
#endif
#ifdef CUT
    // The edge of the cut is drawn.
    color = mix(color, vec3<f32>(0.10, 0.85, 1.0), 0.8 * smoothstep(-0.5, -0.3, beyond));
#endif
    return vec4<f32>(color, 1.0);
}
