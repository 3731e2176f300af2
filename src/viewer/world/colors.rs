//! Colours of overlays: maps of measures, palettes of kinds, and what is read to find them.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use rainier::overlay::{Feed, Overlay, Seen, Stage, Trouble};
use rainier::sim::cooling::{Loops, WaterSupply};
use rainier::sim::hall_meters::HallMeters;
use rainier::sim::jobs::Jobs;
use rainier::sim::meters::Meters;
use rainier::sim::power::RackPower;
use rainier::sim::power::gensets::Gensets;
use rainier::sim::power::grid::Grid;
use rainier::sim::twin::Plan;
use rainier::sim::{AhuColumns, ChipColumns, HallColumns, RackColumns};

use crate::panels::jobs::PALETTE;
use crate::panels::theme::{MODES, mode_color};

/// Eight colours in equal steps.
pub(crate) type Stops = [[u8; 3]; 8];

/// A colour.
pub(crate) type Rgb = [u8; 3];

/// What glows: matplotlib's inferno at sevenths, dark to light, readable without colour.
pub(crate) const MAP: Stops = [
    [8, 6, 34],
    [62, 15, 104],
    [120, 28, 109],
    [177, 50, 90],
    [224, 85, 54],
    [249, 142, 9],
    [248, 201, 50],
    [252, 255, 164],
];

/// What runs short: matplotlib's viridis at sevenths, turned round, so that little stands out.
const ROOM_MAP: Stops = [
    [253, 231, 37],
    [159, 218, 58],
    [74, 194, 109],
    [31, 161, 135],
    [39, 127, 142],
    [54, 92, 141],
    [70, 50, 127],
    [68, 1, 84],
];

/// Water: after cmocean's ice at sevenths, dark to light.
const WATER_MAP: Stops = [
    [10, 12, 30],
    [38, 37, 82],
    [62, 68, 145],
    [62, 111, 170],
    [81, 150, 192],
    [122, 188, 208],
    [184, 224, 229],
    [234, 253, 253],
];

/// Carbon: matplotlib's cividis at sevenths.
const CARBON_MAP: Stops = [
    [0, 34, 78],
    [24, 56, 111],
    [67, 78, 108],
    [98, 102, 112],
    [127, 125, 118],
    [157, 150, 117],
    [196, 179, 105],
    [254, 232, 56],
];

/// The colours of an overlay's measure, from its least to its most.
pub(crate) fn map_of(overlay: Overlay) -> &'static Stops {
    match overlay {
        Overlay::Headroom => &ROOM_MAP,
        Overlay::Water => &WATER_MAP,
        Overlay::Carbon => &CARBON_MAP,
        _ => &MAP,
    }
}

/// The colour at a share of a map.
pub(crate) fn at_share(map: &Stops, share: f32) -> Rgb {
    let place = share.clamp(0.0, 1.0) * (map.len() - 1) as f32;
    let k = (place as usize).min(map.len() - 2);
    let part = place - k as f32;
    std::array::from_fn(|c| {
        let [low, high] = [map[k][c], map[k + 1][c]].map(f32::from);
        (low + (high - low) * part).round() as u8
    })
}

/// Colour of what feeds a rack: after Okabe and Ito; what is as built stays quiet.
pub(crate) const fn feed_color(feed: Feed) -> Rgb {
    match feed {
        Feed::Whole => [64, 84, 104],
        Feed::Detour => [0, 168, 120],
        Feed::FirstSide => [86, 180, 233],
        Feed::SecondSide => [230, 159, 0],
        Feed::Fewer => [240, 228, 66],
        Feed::PartGensets => [226, 160, 200],
        Feed::Gensets => [176, 72, 140],
        Feed::Battery => [226, 84, 20],
        Feed::Dark => [6, 7, 9],
    }
}

/// Colour of what is wrong: after Okabe and Ito; what is well stays dark.
pub(crate) const fn trouble_color(trouble: Trouble) -> Rgb {
    match trouble {
        Trouble::None => [40, 47, 58],
        Trouble::Throttled => [240, 228, 66],
        Trouble::Repair => [206, 212, 222],
        Trouble::Cooling => [36, 124, 214],
        Trouble::Gensets => [0, 168, 120],
        Trouble::Breaker => [214, 120, 176],
        Trouble::Battery => [110, 200, 245],
        Trouble::Tripped => [230, 159, 0],
        Trouble::Dark => [240, 78, 24],
    }
}

/// Colour of how far a building is: after Okabe and Ito.
pub(crate) const fn stage_color(stage: Stage) -> Rgb {
    match stage {
        Stage::FirstPhase => [0, 168, 120],
        Stage::SecondPhase => [86, 180, 233],
        Stage::LaterPhase => [214, 120, 176],
        Stage::Next => [230, 159, 0],
        Stage::Later => [136, 146, 160],
    }
}

/// The colour of a kind of an overlay, by its number; of jobs, that of the number in their palette.
pub(crate) fn kind_color(overlay: Overlay, kind: u8) -> Rgb {
    let at = usize::from(kind);
    let known = match overlay {
        Overlay::Feed => Feed::ALL.get(at).map(|feed| feed_color(*feed)),
        Overlay::Failures => Trouble::ALL.get(at).map(|trouble| trouble_color(*trouble)),
        Overlay::Phase => Stage::ALL.get(at).map(|stage| stage_color(*stage)),
        Overlay::Units => MODES.iter().find(|mode| **mode as usize == at).map(|mode| {
            let [r, g, b, _] = mode_color(*mode).to_array();
            [r, g, b]
        }),
        _ => PALETTE.get(at & 31).copied(),
    };
    known.unwrap_or(PALETTE[0])
}

/// Share of the colour that racks have of the mode of their hall: the units themselves are brighter.
const OF_MODE: f32 = 0.5;

/// Colours by number for racks.
pub(crate) fn palette_of(overlay: Overlay) -> [Rgb; PALETTE.len()] {
    std::array::from_fn(|kind| {
        let color = kind_color(overlay, kind as u8);
        if overlay == Overlay::Units {
            color.map(|c| (f32::from(c) * OF_MODE) as u8)
        } else {
            color
        }
    })
}

/// What overlays read of the case in front.
#[derive(SystemParam)]
pub(crate) struct Read<'w> {
    pub(crate) plan: Res<'w, Plan>,
    chips: Res<'w, ChipColumns>,
    pub(crate) racks: Res<'w, RackColumns>,
    halls: Res<'w, HallColumns>,
    units: Res<'w, AhuColumns>,
    loops: Res<'w, Loops>,
    water: Res<'w, WaterSupply>,
    grid: Res<'w, Grid>,
    power: Res<'w, RackPower>,
    gensets: Res<'w, Gensets>,
    meters: Res<'w, Meters>,
    hall_meters: Res<'w, HallMeters>,
    pub(crate) jobs: Option<Res<'w, Jobs>>,
}

impl Read<'_> {
    /// As overlays read it.
    pub(crate) fn seen(&self) -> Seen<'_> {
        Seen {
            campus: &self.plan.0,
            chips: &self.chips,
            racks: &self.racks,
            halls: &self.halls,
            units: &self.units,
            loops: &self.loops,
            water: &self.water,
            grid: &self.grid,
            power: &self.power,
            gensets: &self.gensets,
            meters: &self.meters,
            hall_meters: &self.hall_meters,
            jobs: self.jobs.as_deref(),
        }
    }
}
