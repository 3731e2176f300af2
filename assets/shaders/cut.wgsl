// How buildings are looked into: what is cut away, and what is seen through.
#define_import_path rainier::cut

struct Cut {
    // Direction of the plane east and south, how far out it stands; 1 sees through walls and roofs, 2 cuts.
    plane: vec4<f32>,
    // What it is about: least and most, east and south.
    around: vec4<f32>,
}

// How far a point is beyond the cut, m; negative where it stays.
fn beyond_cut(cut: Cut, world: vec3<f32>) -> f32 {
    let inside = world.y > 0.4 && all(world.xz > cut.around.xy) && all(world.xz < cut.around.zw);
    return select(-1.0e9, dot(world.xz, cut.plane.xy) - cut.plane.z, cut.plane.w > 1.5 && inside);
}
