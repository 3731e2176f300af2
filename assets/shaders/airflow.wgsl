// Points that go along with the air of a hall. A path is a row of texels; a point's place follows from how far its path
// has come and from where it started, so that the mesh itself never changes.
#import bevy_pbr::mesh_view_bindings::view
#import bevy_pbr::view_transformations::position_world_to_clip
#import rainier::cut::{Cut, beyond_cut}

struct Look {
    // Temperatures at the ends of the colour map, °C; length and half width of a point, m.
    scale: vec4<f32>,
    // Haze colour and density.
    haze: vec4<f32>,
    // Stops of the colour map.
    map: array<vec4<f32>, 8>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> look: Look;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var paths: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var flows: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(3) var<uniform> cut: Cut;

struct Vertex {
    // Path, number on it, start along it, corner.
    @location(0) point: vec4<f32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    // Across, -1 to 1; along, 0 at the tail.
    @location(0) place: vec2<f32>,
    @location(1) color: vec3<f32>,
    @location(2) fade: f32,
    @location(3) depth: f32,
    @location(4) world: vec3<f32>,
}

// Place and temperature at a share of a path.
fn along(path: i32, share: f32) -> vec4<f32> {
    let steps = f32(textureDimensions(paths).x - 1u);
    let t = clamp(share, 0.0, 1.0) * steps;
    let k = min(floor(t), steps - 1.0);
    let step = i32(k);
    return mix(textureLoad(paths, vec2<i32>(step, path), 0), textureLoad(paths, vec2<i32>(step + 1, path), 0), t - k);
}

fn map_color(x: f32) -> vec3<f32> {
    let t = clamp(x, 0.0, 1.0) * 7.0;
    let k = min(u32(t), 6u);
    return mix(look.map[k].rgb, look.map[k + 1u].rgb, t - f32(k));
}

@vertex
fn vertex(in: Vertex) -> Varying {
    var out: Varying;
    let path = i32(in.point.x);
    let flow = textureLoad(flows, vec2<i32>(path, 0), 0);
    if (in.point.y >= flow.y) {
        // Not shown: no flow for it. All its corners fall on one point behind the eye.
        out.clip = vec4<f32>(0.0, 0.0, -2.0, 1.0);
        return out;
    }
    let share = fract(in.point.z + flow.x);
    let head = along(path, share);
    let reach = max(look.scale.z, distance(view.world_position, head.xyz) * 0.011);
    let tail = along(path, share - reach / max(flow.z, 1.0)).xyz;
    // Points of a path do not follow each other like beads: each keeps a little way off, its own.
    let hash = fract(vec3<f32>(0.754877, 0.569840, 0.438579) * (in.point.y + 1.0) + in.point.z * 7.0) - 0.5;
    let stray = hash * flow.w * smoothstep(0.0, 0.1, share);
    let eye = view.world_position;
    let to_eye = eye - head.xyz;
    let forward = head.xyz - tail;
    var side = cross(forward, to_eye);
    side = side / max(length(side), 1e-6);
    let nose = forward / max(length(forward), 1e-6);
    // From afar a point stays about four pixels wide, and long enough to show where it goes.
    let width = max(look.scale.w, length(to_eye) * 0.0022);
    let corner = u32(in.point.w);
    let across = select(-1.0, 1.0, corner == 1u || corner == 2u);
    let front = corner >= 2u;
    let base = select(tail - nose * width, head.xyz + nose * width, front);
    out.clip = position_world_to_clip(base + stray + side * across * width);
    out.place = vec2<f32>(across, select(0.0, 1.0, front));
    out.color = map_color((head.w - look.scale.x) / (look.scale.y - look.scale.x));
    out.fade = smoothstep(0.0, 0.05, share) * (1.0 - smoothstep(0.94, 1.0, share));
    out.depth = out.clip.w;
    out.world = head.xyz;
    return out;
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4<f32> {
    if (beyond_cut(cut, in.world) > 0.0) {
        discard;
    }
    let off = abs(in.place.x);
    // A soft drop: full at its head, fading towards its tail.
    let body = 1.0 - off * off;
    let alpha = body * body * in.place.y * (2.0 - in.place.y) * in.fade;
    let clear = exp(-in.depth * look.haze.w);
    return vec4<f32>(mix(look.haze.rgb, in.color, clear), alpha);
}
