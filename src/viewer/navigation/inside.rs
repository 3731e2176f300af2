//! How buildings are looked into: as they stand, through walls and roofs (x-ray), or cut open (section).

use bevy::prelude::*;
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::Found;
use rainier::site::pick::{Ray, hit};

use crate::navigation::keys::Presses;
use crate::navigation::{Orbit, keys_are_free};
use crate::selection::{Roofs, Selection};
use crate::words::say;
use crate::world::materials::{AirflowMaterial, Cut, CutOpen, GroundMaterial, RackMaterial, SliceMaterial};

/// How buildings are looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Look {
    /// Walls hide what is behind them.
    #[default]
    Solid,
    /// Walls and roofs are seen through.
    XRay,
    /// A building is cut open.
    Section,
}

impl Look {
    /// All of them, in the order of the key.
    pub(crate) const ALL: [Self; 3] = [Self::Solid, Self::XRay, Self::Section];

    /// Name in scripts.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Solid => "solid",
            Self::XRay => "x-ray",
            Self::Section => "section",
        }
    }

    /// What is written on its button.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Solid => say!("look-solid"),
            Self::XRay => say!("look-x-ray"),
            Self::Section => say!("look-section"),
        }
    }
}

/// How buildings are looked into, and where the one that is cut is cut.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub(crate) struct Inside {
    /// How.
    pub(crate) look: Look,
    /// How far along the building the cut is, 0 at its west or south end to 1.
    pub(crate) share: f32,
    /// Whether the cut runs along the rows, so that it is moved from west to east.
    pub(crate) along_rows: bool,
    /// The building that is cut.
    pub(crate) building: Option<usize>,
    /// Whether what is kept lies beyond the plane towards east or north: the eye looks onto the cut.
    beyond: bool,
    /// Whether roofs were on before it was looked into.
    roofs_before: bool,
}

impl Default for Inside {
    fn default() -> Self {
        Self {
            look: Look::Solid,
            share: 0.5,
            along_rows: false,
            building: None,
            beyond: true,
            roofs_before: false,
        }
    }
}

/// A step of the keys, m.
const STEP_M: f32 = 1.0;

/// Room around a building's footprint that belongs to it, m.
const AROUND_M: f32 = 1.0;

impl Inside {
    /// Looks into buildings in another way. They are seen into with their roofs on.
    pub(crate) fn set(&mut self, look: Look, roofs: &mut Roofs) {
        if self.look == look {
            return;
        }
        if self.look == Look::Solid {
            self.roofs_before = roofs.0;
        }
        roofs.0 = look != Look::Solid || self.roofs_before;
        self.look = look;
    }

    /// Whether roofs hide what is under them.
    pub(crate) fn hides(&self, roofs: &Roofs) -> bool {
        roofs.0 && self.look == Look::Solid
    }

    /// Moves the plane by so many metres.
    fn move_by(&mut self, campus: &Campus, by_m: f32) {
        if let Some(building) = self.building.and_then(|b| campus.buildings.get(b)) {
            let size = building.rect.size_m[usize::from(!self.along_rows)] as f32;
            self.share = (self.share + by_m / size.max(1.0)).clamp(0.0, 1.0);
        }
    }

    /// The plane: its axis, 0 east and 1 north, and where it stands on it, m.
    fn plane(&self, campus: &Campus) -> Option<(usize, f64)> {
        let rect = &campus.buildings.get(self.building?)?.rect;
        let axis = usize::from(!self.along_rows);
        Some((
            axis,
            rect.at_m[axis] + rect.size_m[axis] * (f64::from(self.share) - 0.5),
        ))
    }

    /// Whether a point, m east and north, has been cut away.
    pub(crate) fn is_away(&self, campus: &Campus, [x, y]: [f64; 2]) -> bool {
        if self.look != Look::Section {
            return false;
        }
        let (Some((axis, at)), Some(b)) = (self.plane(campus), self.building) else {
            return false;
        };
        campus.buildings[b].rect.contains(x, y) && (([x, y][axis] < at) == self.beyond)
    }

    /// What the shaders need of it.
    fn cut(&self, campus: &Campus) -> Cut {
        match (self.look, self.plane(campus), self.building) {
            (Look::Section, Some((axis, at)), Some(b)) => {
                let rect = &campus.buildings[b].rect;
                let [x, y] = rect.at_m.map(|m| m as f32);
                let [w, d] = rect.size_m.map(|m| m as f32 / 2.0 + AROUND_M);
                // The drawn world has its z to the south. What is on the side that the plane points to goes.
                let sign = if self.beyond { -1.0 } else { 1.0 };
                let normal = if axis == 0 {
                    Vec2::new(sign, 0.0)
                } else {
                    Vec2::new(0.0, -sign)
                };
                Cut {
                    plane: Vec4::new(normal.x, normal.y, sign * at as f32, 2.0),
                    around: Vec4::new(x - w, -y - d, x + w, -y + d),
                }
            }
            (Look::XRay, ..) => Cut {
                plane: Vec4::new(0.0, 0.0, 0.0, 1.0),
                around: Vec4::ZERO,
            },
            _ => Cut::default(),
        }
    }

    /// What a ray meets of that which is seen: what has been cut away is passed through.
    pub(crate) fn pick(&self, campus: &Campus, live: &[bool], ray: &Ray, roofs: &Roofs) -> Option<(f64, Found)> {
        let hides = self.hides(roofs);
        let first = hit(campus, live, ray, hides)?;
        let point = |along: f64| [0, 1].map(|k| ray.origin_m[k] + ray.direction[k] * along);
        if !self.is_away(campus, point(first.0)) {
            return Some(first);
        }
        let (axis, at) = self.plane(campus)?;
        let along = (at - ray.origin_m[axis]) / ray.direction[axis];
        if !(along.is_finite() && along > 0.0) {
            return None;
        }
        let mut behind = *ray;
        behind.origin_m = [0, 1, 2].map(|k| ray.origin_m[k] + ray.direction[k] * along);
        let (further, found) = hit(campus, live, &behind, hides)?;
        (!self.is_away(campus, point(along + further))).then_some((along + further, found))
    }
}

/// The building that the section is about: that of the selection, or else the one nearest to what is looked at.
fn choose(
    plan: Res<Plan>,
    selection: Res<Selection>,
    orbit: Res<Orbit>,
    mut known: Local<Option<Found>>,
    mut inside: ResMut<Inside>,
) {
    if inside.look != Look::Section {
        return;
    }
    let campus = &*plan.0;
    let view = orbit.now();
    let focus = [f64::from(view.focus.x), f64::from(-view.focus.z)];
    let gap = |b: &usize| {
        let rect = &campus.buildings[*b].rect;
        (rect.at_m[0] - focus[0]).abs() + (rect.at_m[1] - focus[1]).abs()
    };
    let nearest = || (0..campus.buildings.len()).min_by(|a, b| gap(a).total_cmp(&gap(b)));
    let building = selection.0.map(|found| campus.building_of(found)).or_else(nearest);
    // A section of a place shows the place.
    if std::mem::replace(&mut *known, selection.0) != selection.0 || building != inside.building {
        let place = selection.0.filter(|found| !matches!(found, Found::Building(_)));
        if let (Some(found), Some(b)) = (place, building) {
            let racks = campus.racks_of(found);
            let (first, last) = (campus.rack_at_m(racks.start), campus.rack_at_m(racks.end - 1));
            let rect = &campus.buildings[b].rect;
            let axis = usize::from(!inside.along_rows);
            let middle = (first[axis] + last[axis]) / 2.0;
            inside.share = ((middle - rect.at_m[axis]) / rect.size_m[axis] + 0.5).clamp(0.0, 1.0) as f32;
        }
    }
    let eye = view.direction();
    let towards = if inside.along_rows { eye.x } else { -eye.z };
    // Turning past the plane by a hair must not flip it to and fro.
    let beyond = if towards.abs() > 0.05 {
        towards < 0.0
    } else {
        inside.beyond
    };
    inside.set_if_neq(Inside {
        building,
        beyond,
        ..*inside
    });
}

/// Tells all materials of a kind, those too that have been made since.
fn tell<M: CutOpen>(plan: Res<Plan>, inside: Res<Inside>, mut materials: ResMut<Assets<M>>) {
    let cut = inside.cut(&plan.0);
    let stale: Vec<_> = materials
        .iter()
        .filter(|(_, m)| m.cut() != cut)
        .map(|(id, _)| id)
        .collect();
    for id in stale {
        if let Some(mut material) = materials.get_mut(id) {
            material.set_cut(cut);
        }
    }
}

/// V goes through the ways; comma and full stop move the plane, with shift by more.
fn keys(presses: Res<Presses>, plan: Res<Plan>, mut inside: ResMut<Inside>, mut roofs: ResMut<Roofs>) {
    if presses.plain(KeyCode::KeyV) {
        let at = Look::ALL.iter().position(|look| *look == inside.look).unwrap_or(0);
        inside.set(Look::ALL[(at + 1) % Look::ALL.len()], &mut roofs);
    }
    let step = f32::from(presses.plain(KeyCode::Period)) - f32::from(presses.plain(KeyCode::Comma));
    if step != 0.0 && inside.look == Look::Section {
        let shift = presses.shifted(KeyCode::Period) || presses.shifted(KeyCode::Comma);
        inside.move_by(&plan.0, step * if shift { 10.0 * STEP_M } else { STEP_M });
    }
}

/// Forgets the building of a site that is gone.
fn forget(plan: Res<Plan>, mut inside: ResMut<Inside>) {
    if plan.is_changed() {
        inside.building = None;
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Inside>();
    app.add_systems(Update, (keys.run_if(keys_are_free), forget, choose).chain());
    app.add_systems(
        PostUpdate,
        (
            tell::<GroundMaterial>,
            tell::<RackMaterial>,
            tell::<SliceMaterial>,
            tell::<AirflowMaterial>,
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use rainier::site::load::load_site;
    use rainier::site::texts::NoFiles;

    #[test]
    fn what_has_been_cut_away_is_neither_drawn_nor_met() {
        let campus = load_site(&NoFiles, "builtin:lab", None).expect("is valid").campus;
        let live = vec![true; campus.halls.len()];
        let rect = campus.buildings[0].rect;
        for (along_rows, beyond) in [(false, false), (false, true), (true, false), (true, true)] {
            let inside = Inside {
                look: Look::Section,
                along_rows,
                beyond,
                building: Some(0),
                ..Inside::default()
            };
            let cut = inside.cut(&campus);
            for rack in campus.racks_of(Found::Building(0)) {
                let [x, y] = campus.rack_at_m(rack);
                let drawn_away = cut.plane.x * x as f32 + cut.plane.y * -y as f32 > cut.plane.z;
                assert_eq!(
                    inside.is_away(&campus, [x, y]),
                    drawn_away,
                    "rack {rack}, {along_rows}, {beyond}"
                );
                let down = Ray {
                    origin_m: [x, y, 50.0],
                    direction: [0.0, 0.0, -1.0],
                };
                let met = inside.pick(&campus, &live, &down, &Roofs(true)).map(|(_, found)| found);
                assert_eq!(met == Some(Found::Rack(rack)), !drawn_away, "{met:?}");
            }
            let around = cut.around;
            let [x, y] = rect.at_m.map(|m| m as f32);
            assert!(around.x < x && x < around.z && around.y < -y && -y < around.w);
        }
    }

    #[test]
    fn roofs_come_back_as_they_were() {
        for before in [false, true] {
            let (mut inside, mut roofs) = (Inside::default(), Roofs(before));
            for look in [Look::XRay, Look::Section] {
                inside.set(look, &mut roofs);
                assert!(roofs.0 && !inside.hides(&roofs));
            }
            inside.set(Look::Solid, &mut roofs);
            assert_eq!(roofs.0, before);
        }
    }
}
