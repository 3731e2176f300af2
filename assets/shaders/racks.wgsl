// All racks of a hall: one texel a chip, read from the data texture. DETAIL: trays have
// fronts. CUT: a building is cut open. SELECTED: some chips are selected.
#import bevy_pbr::mesh_functions::{get_world_from_local, mesh_position_local_to_world}
#import bevy_pbr::view_transformations::position_world_to_clip
#import rainier::cut::{Cut, beyond_cut}

struct Look {
    // Selected chip range (first, end), columns of the texture, how racks are coloured: 0 by value, 1 plain, 2 by number.
    selected: vec4<u32>,
    // Haze colour and density.
    haze: vec4<f32>,
    // Stops of the colour map.
    map: array<vec4<f32>, 8>,
    // Colours by number.
    palette: array<vec4<f32>, 26>,
}

@group(#{MATERIAL_BIND_GROUP}) @binding(0) var<uniform> look: Look;
@group(#{MATERIAL_BIND_GROUP}) @binding(1) var chips: texture_2d<f32>;
@group(#{MATERIAL_BIND_GROUP}) @binding(2) var<uniform> cut: Cut;

struct Vertex {
    @builtin(instance_index) instance_index: u32,
    @location(0) position: vec3<f32>,
    @location(1) cell: vec2<f32>,
    // First chip of the rack, or of the first rack of a row; columns of chips << 8 | rows << 16 | 128 for a row | face.
    @location(2) ids: vec2<u32>,
}

struct Varying {
    @builtin(position) clip: vec4<f32>,
    @location(0) cell: vec2<f32>,
    @location(1) @interpolate(flat) ids: vec2<u32>,
    @location(2) depth: f32,
#ifdef CUT
    @location(3) world: vec3<f32>,
#endif
}

@vertex
fn vertex(in: Vertex) -> Varying {
    var out: Varying;
    let world_from_local = get_world_from_local(in.instance_index);
    let world = mesh_position_local_to_world(world_from_local, vec4<f32>(in.position, 1.0));
    out.clip = position_world_to_clip(world.xyz);
    out.cell = in.cell;
    out.ids = in.ids;
    out.depth = out.clip.w;
#ifdef CUT
    out.world = world.xyz;
#endif
    return out;
}

fn map_color(x: f32) -> vec3<f32> {
    let t = clamp(x, 0.0, 1.0) * 7.0;
    let k = min(u32(t), 6u);
    return mix(look.map[k].rgb, look.map[k + 1u].rgb, t - f32(k));
}

@fragment
fn fragment(in: Varying) -> @location(0) vec4<f32> {
#ifdef CUT
    if (beyond_cut(cut, in.world) > 0.0) {
        discard;
    }
#endif
    let face = in.ids.y & 127u;
    let of_row = (in.ids.y & 128u) != 0u;
    let columns = (in.ids.y >> 8u) & 255u;
    let rows = (in.ids.y >> 16u) & 255u;
    var column = min(u32(max(in.cell.x, 0.0)), columns - 1u);
    var row = min(u32(max(in.cell.y, 0.0)), rows - 1u);
    var shade = 1.0;
    if (face >= 2u) {
        // Top and ends show the rack's uppermost chips, a little darker.
        row = rows - 1u;
        shade = select(0.62, 0.86, face == 4u);
    }
    var rack = 0u;
    if (of_row && face == 4u) {
        rack = u32(max(in.cell.y, 0.0));
    } else if (of_row) {
        // Racks follow each other northward; from the west their columns count the other way.
        let along = u32(max(in.cell.x, 0.0));
        rack = along / columns;
        column = along % columns;
        column = select(column, columns - 1u - column, face == 1u);
    }
    let chip = in.ids.x + (rack * rows + row) * columns + column;
    let texel = vec2<i32>(i32(chip % look.selected.z), i32(chip / look.selected.z));
    let value = textureLoad(chips, texel, 0).r;
    var color = map_color(value) * shade;
    if (look.selected.w == 1u) {
        color = vec3<f32>(0.075, 0.088, 0.108) * shade;
    } else if (look.selected.w == 2u) {
        let code = u32(value * 255.0 + 0.5);
        // A rack that is not there.
        if ((code & 31u) == 31u) {
            discard;
        }
        color = look.palette[min(code & 31u, 25u)].rgb * shade;
        // Racks that stand back behind a job that is looked at keep a hint of their colour.
        if (code >= 128u) {
            color = mix(vec3<f32>(0.012, 0.015, 0.020), color, 0.10);
        }
    }
    // Seams between chips, where they are large enough to see.
    if (face < 2u && in.depth < 60.0) {
        let inside = fract(in.cell);
        let seam = min(min(inside.x, 1.0 - inside.x), min(inside.y, 1.0 - inside.y));
        color = color * mix(0.35, 1.0, smoothstep(0.0, 0.07, seam));
#ifdef DETAIL
        // From near by, a tray's front: a dark bezel, and its chips as plates with fins.
        let near = 1.0 - smoothstep(3.0, 7.0, in.depth);
        let plate = max(abs(inside.x - 0.5) / 0.42, abs(inside.y - 0.5) / 0.34);
        let bezel = mix(0.30, 1.0, 1.0 - smoothstep(0.98, 1.02, plate));
        let fins = 0.90 + 0.10 * smoothstep(0.3, 0.7, abs(fract(inside.x * 14.0) * 2.0 - 1.0));
        let fine = 1.0 - smoothstep(1.2, 2.6, in.depth);
        color = color * mix(1.0, bezel * mix(1.0, fins, fine), near);
#endif
    }
#ifdef SELECTED
    // What is selected gets a frame; its values keep their colours.
    if (chip >= look.selected.x && chip < look.selected.y) {
        // A chip, a tray, or the whole face.
        let count = look.selected.y - look.selected.x;
        let across = select(f32(columns), 1.0, count == 1u);
        let tall = select(f32(rows), 1.0, count <= columns);
        let size = vec2<f32>(across, tall);
        let place = vec2<f32>(select(in.cell.x, fract(in.cell.x), across == 1.0), select(in.cell.y, fract(in.cell.y), tall == 1.0));
        let metres = vec2<f32>(0.6, 2.2) * size / vec2<f32>(f32(columns), f32(rows));
        let rim = min(place, size - place) / size * metres;
        let width = max(min(0.02, in.depth * 0.006), in.depth * 0.0022);
        let frame = 1.0 - smoothstep(width * 0.7, width, min(rim.x, rim.y));
        color = mix(color, vec3<f32>(0.10, 0.85, 1.0), max(select(frame, 0.0, of_row), select(0.0, 0.25, in.depth > 60.0)));
    }
#endif
    let clear = exp(-in.depth * look.haze.w);
    return vec4<f32>(mix(look.haze.rgb, color, clear), 1.0);
}
