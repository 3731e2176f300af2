//! What a ray from the eye meets, by arithmetic on the layout: no mesh is searched.

use bevy::math::{Ray3d, Vec3};
use rainier::site::Campus;
use rainier::site::campus::Found;

use crate::racks::{FLOOR_M, face_grid};

/// Distance at which a ray enters an upright box, and the axis of the face it enters by (0 x, 1 y, 2 z).
fn enter(ray: &Ray3d, low: Vec3, high: Vec3) -> Option<(f32, usize)> {
    let (mut near, mut far, mut axis) = (f32::NEG_INFINITY, f32::INFINITY, 1);
    for k in 0..3 {
        let (origin, direction) = (ray.origin[k], ray.direction[k]);
        if direction.abs() < 1e-9 {
            if origin < low[k] || origin > high[k] {
                return None;
            }
            continue;
        }
        let (a, b) = ((low[k] - origin) / direction, (high[k] - origin) / direction);
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        if a > near {
            (near, axis) = (a, k);
        }
        far = far.min(b);
    }
    (near <= far && near > 0.0).then_some((near, axis))
}

fn bounds(centre_m: [f64; 2], size_m: [f64; 2], low_m: f64, high_m: f64) -> (Vec3, Vec3) {
    let half = [size_m[0] / 2.0, size_m[1] / 2.0];
    (
        Vec3::new(
            (centre_m[0] - half[0]) as f32,
            low_m as f32,
            (-centre_m[1] - half[1]) as f32,
        ),
        Vec3::new(
            (centre_m[0] + half[0]) as f32,
            high_m as f32,
            (-centre_m[1] + half[1]) as f32,
        ),
    )
}

/// The place that a ray meets first: with roofs on a building, else a rack or a chip on its face, a hall's
/// floor, or a building. Halls that are not live hold no racks.
pub(crate) fn pick(campus: &Campus, live: &[bool], ray: &Ray3d, roofs: bool) -> Option<Found> {
    let mut best: Option<(f32, Found)> = None;
    let mut offer = |distance: f32, found: Found| {
        if best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, found));
        }
    };
    for (b, building) in campus.buildings.iter().enumerate() {
        let high = if roofs { building.height_m } else { FLOOR_M };
        let (low, top) = bounds(building.rect.at_m, building.rect.size_m, 0.0, high);
        if let Some((distance, _)) = enter(ray, low, top) {
            offer(distance, Found::Building(b));
        }
    }
    if roofs {
        return best.map(|(_, found)| found);
    }
    for (h, hall) in campus.halls.iter().enumerate() {
        let (low, high) = bounds(hall.rect.at_m, hall.rect.size_m, 0.0, FLOOR_M + 4.0);
        if enter(ray, low, high).is_none() && !(ray.origin.cmpge(low).all() && ray.origin.cmple(high).all()) {
            continue;
        }
        let (low, high) = bounds(hall.rect.at_m, hall.rect.size_m, 0.0, FLOOR_M + 0.02);
        if let Some((distance, _)) = enter(ray, low, high) {
            offer(distance, Found::Hall(h));
        }
        if !live.get(h).copied().unwrap_or(false) {
            continue;
        }
        for row in hall.rows.clone() {
            if let Some((distance, found)) = pick_row(campus, row, ray) {
                offer(distance, found);
            }
        }
    }
    best.map(|(_, found)| found)
}

fn pick_row(campus: &Campus, row: usize, ray: &Ray3d) -> Option<(f32, Found)> {
    let plan = &campus.rows[row];
    let kind = &campus.rack_kinds[plan.kind];
    let [width, depth, height] = kind.rack.size_m;
    let count = plan.racks.len() as f64;
    let middle = [
        plan.first_m[0],
        plan.first_m[1] + (count - 1.0) / 2.0 * plan.rack_pitch_m,
    ];
    let (low, high) = bounds(middle, [depth, count * plan.rack_pitch_m], FLOOR_M, FLOOR_M + height);
    enter(ray, low, high)?;
    let mut best: Option<(f32, Found)> = None;
    for rack in plan.racks.clone() {
        let (low, high) = bounds(campus.rack_at_m(rack), [depth, width], FLOOR_M, FLOOR_M + height);
        let Some((distance, axis)) = enter(ray, low, high) else {
            continue;
        };
        if best.is_some_and(|(nearest, _)| nearest <= distance) {
            continue;
        }
        let found = if axis == 0 {
            let hit = ray.origin + *ray.direction * distance;
            let [columns, rows] = face_grid(kind.rack.chips_per_tray, kind.chips);
            // The east face is drawn from south to north, the west face from north to south.
            let along = (hit.z - low.z) / (high.z - low.z);
            let along = if ray.direction.x < 0.0 { 1.0 - along } else { along };
            let up = (hit.y - low.y) / (high.y - low.y);
            let cell = |x: f32, n: u32| ((x * n as f32) as u32).min(n - 1);
            let chip = cell(up, rows) * columns + cell(along, columns);
            match campus.rack_chips(rack).nth(chip as usize) {
                Some(chip) => Found::Chip { rack, chip },
                None => Found::Rack(rack),
            }
        } else {
            Found::Rack(rack)
        };
        best = Some((distance, found));
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::math::Dir3;
    use rainier::site::load::{NoFiles, load_site};

    fn ray(from: Vec3, to: Vec3) -> Ray3d {
        Ray3d {
            origin: from,
            direction: Dir3::new(to - from).expect("has a direction"),
        }
    }

    fn campus() -> Campus {
        load_site(&NoFiles, "builtin:lab").expect("is valid").campus
    }

    #[test]
    fn a_ray_from_above_meets_the_rack_below_it() {
        let campus = campus();
        let live = vec![true; campus.halls.len()];
        for rack in [0, 5, 11, 30, campus.racks() - 1] {
            let top = crate::meshes::at(campus.rack_at_m(rack), 2.0);
            let found = pick(&campus, &live, &ray(top + Vec3::Y * 50.0, top), false);
            assert_eq!(found, Some(Found::Rack(rack)));
        }
    }

    #[test]
    fn a_ray_at_a_face_meets_each_chip_where_it_is_drawn() {
        let campus = campus();
        let live = vec![true; campus.halls.len()];
        let at = crate::meshes::at(campus.rack_at_m(0), FLOOR_M);
        // West face, 2 columns from north (-z) to south, 16 rows from the floor up: chip 1 is the southern one.
        let low = at + Vec3::new(-0.6, 0.05, 0.2);
        let found = pick(&campus, &live, &ray(low - Vec3::X * 2.0, low), false);
        assert_eq!(found, Some(Found::Chip { rack: 0, chip: 1 }));
    }

    #[test]
    fn roofs_hide_what_is_under_them_and_dead_halls_hold_no_racks() {
        let campus = campus();
        let top = crate::meshes::at(campus.rack_at_m(0), 2.0);
        let down = ray(top + Vec3::Y * 50.0, top);
        assert_eq!(pick(&campus, &[true, true], &down, true), Some(Found::Building(0)));
        assert_eq!(pick(&campus, &[false, false], &down, false), Some(Found::Hall(0)));
        assert_eq!(
            pick(&campus, &[true, true], &ray(Vec3::Y * 50.0, Vec3::Y * 90.0), false),
            None
        );
    }
}
