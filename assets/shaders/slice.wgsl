// A plane through the air of a hall: four texels a rack (cold aisle, inlet, outlet, hot aisle), one row of texels a
// rack of a row, mixed between racks but not across the containment between a hot aisle and the next cold one.
#import bevy_pbr::mesh_functions::{get_world_from_local, mesh_position_local_to_world}
#import bevy_pbr::view_transformations::position_world_to_clip
#import rainier::cut::{Cut, beyond_cut}

struct Look {
    // Rows and racks a row; lines over the whole scale; unused.
    grid: vec4<f32>,
    // Haze colour and density.
    haze: vec4<f32>,
    // Stops of the colour map.
    map: array<vec4<f32>, 8>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> look: Look;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var air: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var<uniform> cut: Cut;

struct Vertex {
    @builtin(instance_index) instance_index: u32,
    @location(0) position: vec3<f32>,
    // Texels eastward and racks northward.
    @location(1) texel: vec2<f32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) texel: vec2<f32>,
    @location(1) depth: f32,
    @location(2) world: vec3<f32>,
}

@vertex
fn vertex(in: Vertex) -> Varying {
    var out: Varying;
    let world_from_local = get_world_from_local(in.instance_index);
    let world = mesh_position_local_to_world(world_from_local, vec4<f32>(in.position, 1.0));
    out.clip = position_world_to_clip(world.xyz);
    out.texel = in.texel;
    out.depth = out.clip.w;
    out.world = world.xyz;
    return out;
}

fn map_color(x: f32) -> vec3<f32> {
    let t = clamp(x, 0.0, 1.0) * 7.0;
    let k = min(u32(t), 6u);
    return mix(look.map[k].rgb, look.map[k + 1u].rgb, t - f32(k));
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4<f32> {
    if (beyond_cut(cut, in.world) > 0.0) {
        discard;
    }
    let rows = look.grid.x;
    let racks = look.grid.y;
    let row = clamp(floor(in.texel.x / 4.0), 0.0, rows - 1.0);
    let across = clamp(in.texel.x - row * 4.0 - 0.5, 0.0, 3.0);
    let along = clamp(in.texel.y - 0.5, 0.0, racks - 1.0);
    let low = vec2<f32>(min(floor(across), 2.0), max(min(floor(along), racks - 2.0), 0.0));
    let part = vec2<f32>(across, along) - low;
    let corner = vec2<i32>(i32(row * 4.0 + low.x), i32(low.y));
    let north = i32(min(1.0, racks - 1.0));
    let a = textureLoad(air, corner, 0).r;
    let b = textureLoad(air, corner + vec2<i32>(1, 0), 0).r;
    let c = textureLoad(air, corner + vec2<i32>(0, north), 0).r;
    let d = textureLoad(air, corner + vec2<i32>(1, north), 0).r;
    let value = mix(mix(a, b, part.x), mix(c, d, part.x), clamp(part.y, 0.0, 1.0));
    var color = map_color(value);
    // Lines of equal temperature in the aisles, so that the plane reads without its colours. Where the air is all the
    // same there is no line to draw; inside racks and from afar they would be a blur.
    let level = value * look.grid.z;
    let step = fwidth(level);
    let differs = max(max(a, b), max(c, d)) - min(min(a, b), min(c, d));
    let aisle = across < 1.0 || across > 2.0;
    if (aisle && differs > 0.02) {
        let away = abs(fract(level - 0.5) - 0.5) / max(step, 1e-5);
        let line = (1.0 - smoothstep(0.5, 1.3, away)) * (1.0 - smoothstep(0.10, 0.25, step));
        color = mix(color, select(vec3<f32>(1.0), vec3<f32>(0.02), value > 0.62), line * 0.45);
    }
    let clear = exp(-in.depth * look.haze.w);
    return vec4<f32>(mix(look.haze.rgb, color, clear), 0.74);
}
