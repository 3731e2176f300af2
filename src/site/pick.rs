//! What a line of sight meets, by arithmetic on the layout: no mesh is searched.

use super::Campus;
use super::campus::{Found, Rect};

/// Floor of a hall above the ground, m.
pub const FLOOR_M: f64 = 0.4;

/// Height above the floor within which a hall's racks are looked for, m.
const HALL_HEIGHT_M: f64 = 6.0;

/// A line of sight: m east, north and up of the site centre at ground level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ray {
    /// Where the eye is.
    pub origin_m: [f64; 3],
    /// Where it looks; of any length but zero.
    pub direction: [f64; 3],
}

/// An upright box: lowest and highest corner, m.
#[derive(Clone, Copy)]
struct Bounds {
    low: [f64; 3],
    high: [f64; 3],
}

impl Bounds {
    fn of(rect: Rect, low_m: f64, high_m: f64) -> Self {
        let [x, y] = rect.at_m;
        let [east, north] = rect.size_m.map(|m| m / 2.0);
        Self {
            low: [x - east, y - north, low_m],
            high: [x + east, y + north, high_m],
        }
    }

    fn contains(&self, point: [f64; 3]) -> bool {
        (0..3).all(|k| (self.low[k]..=self.high[k]).contains(&point[k]))
    }
}

impl Ray {
    /// How far along it enters a box, in lengths of `direction`, and the axis of the face that it enters by.
    fn enter(&self, bounds: &Bounds) -> Option<(f64, usize)> {
        let (mut near, mut far, mut axis) = (f64::NEG_INFINITY, f64::INFINITY, 2);
        for k in 0..3 {
            let (origin, direction) = (self.origin_m[k], self.direction[k]);
            if direction.abs() < 1e-12 {
                if origin < bounds.low[k] || origin > bounds.high[k] {
                    return None;
                }
                continue;
            }
            let (a, b) = (
                (bounds.low[k] - origin) / direction,
                (bounds.high[k] - origin) / direction,
            );
            let (a, b) = if a < b { (a, b) } else { (b, a) };
            if a > near {
                (near, axis) = (a, k);
            }
            far = far.min(b);
        }
        (near <= far && near > 0.0).then_some((near, axis))
    }
}

/// The nearest of the places offered.
#[derive(Default)]
struct Nearest(Option<(f64, Found)>);

impl Nearest {
    fn offer(&mut self, distance: f64, found: Found) {
        if self.0.is_none_or(|(nearest, _)| distance < nearest) {
            self.0 = Some((distance, found));
        }
    }
}

/// The place that a ray meets first: with `roofs` on a building, else a rack or a chip on its face, a hall's
/// floor, or a building. Halls that are not live, by `live`, hold no racks.
#[must_use]
pub fn pick(campus: &Campus, live: &[bool], ray: &Ray, roofs: bool) -> Option<Found> {
    hit(campus, live, ray, roofs).map(|(_, found)| found)
}

/// What [`pick`] finds, with how far along the ray it is, in lengths of its direction.
#[must_use]
pub fn hit(campus: &Campus, live: &[bool], ray: &Ray, roofs: bool) -> Option<(f64, Found)> {
    let mut best = Nearest::default();
    for (b, building) in campus.buildings.iter().enumerate() {
        let high_m = if roofs { building.height_m } else { FLOOR_M };
        if let Some((distance, _)) = ray.enter(&Bounds::of(building.rect, 0.0, high_m)) {
            best.offer(distance, Found::Building(b));
        }
    }
    for (h, hall) in campus.halls.iter().enumerate().filter(|_| !roofs) {
        let space = Bounds::of(hall.rect, 0.0, FLOOR_M + HALL_HEIGHT_M);
        if ray.enter(&space).is_none() && !space.contains(ray.origin_m) {
            continue;
        }
        // A finger above the building's slab, so that the hall wins over it.
        if let Some((distance, _)) = ray.enter(&Bounds::of(hall.rect, 0.0, FLOOR_M + 0.02)) {
            best.offer(distance, Found::Hall(h));
        }
        if live.get(h).copied().unwrap_or(false) {
            for row in hall.rows.clone() {
                pick_row(campus, row, ray, &mut best);
            }
        }
    }
    best.0
}

fn pick_row(campus: &Campus, row: usize, ray: &Ray, best: &mut Nearest) {
    let plan = &campus.rows[row];
    let kind = &campus.rack_kinds[plan.kind];
    let [width, depth, height] = kind.rack.size_m;
    let count = plan.racks.len() as f64;
    let whole = Rect {
        at_m: [
            plan.first_m[0],
            plan.first_m[1] + (count - 1.0) / 2.0 * plan.rack_pitch_m,
        ],
        size_m: [depth, count * plan.rack_pitch_m],
    };
    let space = Bounds::of(whole, FLOOR_M, FLOOR_M + height);
    if ray.enter(&space).is_none() && !space.contains(ray.origin_m) {
        return;
    }
    for rack in plan.racks.clone() {
        let rect = Rect {
            at_m: campus.rack_at_m(rack),
            size_m: [depth, width],
        };
        let bounds = Bounds::of(rect, FLOOR_M, FLOOR_M + height);
        let Some((distance, axis)) = ray.enter(&bounds) else {
            continue;
        };
        let found = match axis {
            0 => chip_on_face(campus, rack, ray, distance, &bounds),
            _ => Found::Rack(rack),
        };
        best.offer(distance, found);
    }
}

/// The chip where a ray meets the east or west face of a rack.
fn chip_on_face(campus: &Campus, rack: usize, ray: &Ray, distance: f64, bounds: &Bounds) -> Found {
    let [columns, rows] = campus.rack_kind(rack).face_grid();
    let share = |k: usize| {
        let hit = ray.origin_m[k] + ray.direction[k] * distance;
        (hit - bounds.low[k]) / (bounds.high[k] - bounds.low[k])
    };
    // The east face is drawn from south to north, the west face from north to south.
    let along = if ray.direction[0] < 0.0 {
        share(1)
    } else {
        1.0 - share(1)
    };
    let cell = |x: f64, n: u32| ((x * f64::from(n)) as u32).min(n - 1);
    let chip = cell(share(2), rows) * columns + cell(along, columns);
    match campus.rack_chips(rack).nth(chip as usize) {
        Some(chip) => Found::Chip { rack, chip },
        None => Found::Rack(rack),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::load::load_site;
    use crate::site::texts::NoFiles;

    fn campus() -> Campus {
        load_site(&NoFiles, "builtin:lab", None).expect("is valid").campus
    }

    fn down_on(rack: [f64; 2]) -> Ray {
        Ray {
            origin_m: [rack[0], rack[1], 50.0],
            direction: [0.0, 0.0, -1.0],
        }
    }

    #[test]
    fn a_ray_from_above_meets_the_rack_below_it() {
        let campus = campus();
        let live = vec![true; campus.halls.len()];
        for rack in 0..campus.racks() {
            let found = pick(&campus, &live, &down_on(campus.rack_at_m(rack)), false);
            assert_eq!(found, Some(Found::Rack(rack)));
        }
    }

    #[test]
    fn a_ray_at_a_face_meets_each_chip_where_it_is_drawn() {
        let campus = campus();
        let live = vec![true; campus.halls.len()];
        let [x, y] = campus.rack_at_m(0);
        // Two chips a tray, 16 trays from the floor up; seen from the west, chip 1 is the southern one, and seen
        // from the east (over the next rows' heads, so only the last row is free) it is the northern one.
        let low_south = Ray {
            origin_m: [x - 2.6, y - 0.2, FLOOR_M + 0.05],
            direction: [2.0, 0.0, 0.0],
        };
        let west = pick(&campus, &live, &low_south, false);
        assert_eq!(west, Some(Found::Chip { rack: 0, chip: 1 }));
        let last = campus.halls[0].racks.end - 1;
        let first_chip = campus.rack_chips(last).start;
        let [x, y] = campus.rack_at_m(last);
        let low_north = Ray {
            origin_m: [x + 2.6, y + 0.2, FLOOR_M + 0.05],
            direction: [-1.0, 0.0, 0.0],
        };
        let east = pick(&campus, &live, &low_north, false);
        let chip = first_chip + 1;
        assert_eq!(east, Some(Found::Chip { rack: last, chip }));
        let top = Ray {
            origin_m: [x + 2.6, y + 0.2, FLOOR_M + 2.15],
            direction: [-1.0, 0.0, 0.0],
        };
        let chip = campus.rack_chips(last).end - 1;
        assert_eq!(
            pick(&campus, &live, &top, false),
            Some(Found::Chip { rack: last, chip })
        );
    }

    #[test]
    fn an_eye_in_an_aisle_meets_the_rack_before_it() {
        let campus = campus();
        let live = vec![true; campus.halls.len()];
        let [x, y] = campus.rack_at_m(9);
        let ray = Ray {
            origin_m: [x - 1.2, y, FLOOR_M + 1.5],
            direction: [1.0, 0.0, 0.0],
        };
        assert!(matches!(
            pick(&campus, &live, &ray, false),
            Some(Found::Chip { rack: 9, .. })
        ));
    }

    #[test]
    fn roofs_hide_what_is_under_them_and_dead_halls_hold_no_racks() {
        let campus = campus();
        let down = down_on(campus.rack_at_m(0));
        assert_eq!(pick(&campus, &[true, true], &down, true), Some(Found::Building(0)));
        assert_eq!(pick(&campus, &[false, false], &down, false), Some(Found::Hall(0)));
        let up = Ray {
            origin_m: [0.0, 0.0, 50.0],
            direction: [0.0, 0.0, 1.0],
        };
        assert_eq!(pick(&campus, &[true, true], &up, false), None);
    }
}
