//! What stands out now: the hottest rack, the busiest feed, all that is dark.

use bevy::prelude::*;
use rainier::sim::jobs::Jobs;
use rainier::sim::meters::Meters;
use rainier::sim::twin::Plan;
use rainier::sim::{HallColumns, PowerColumns, RackColumns};
use rainier::site::Campus;
use rainier::site::campus::{Found, PowerKind};

use crate::navigation::search::Target;
use crate::panels::format::{grouped, said, watts};
use crate::selection::name;
use crate::words::say;

/// What can stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standout {
    /// The rack with the warmest outlet air.
    HottestRack,
    /// The chip with the warmest junction.
    HottestChip,
    /// The rack with the warmest inlet air.
    HottestInlet,
    /// The hall with the warmest supply air.
    HottestHall,
    /// The hall with the coldest supply air.
    ColdestHall,
    /// The rack that draws most.
    BusiestRack,
    /// The transformer, ring main unit or line-up with the highest loading.
    BusiestFeed,
    /// The node of the power path with the highest loading.
    HighestLoading,
    /// The running job with most chips.
    LargestJob,
    /// Racks with throttled chips.
    ThrottledChips,
    /// Racks without power.
    DarkRacks,
}

impl Standout {
    /// All, in the order in which they are offered.
    pub(crate) const ALL: [Self; 11] = [
        Self::HottestRack,
        Self::HottestChip,
        Self::HottestInlet,
        Self::HottestHall,
        Self::ColdestHall,
        Self::BusiestRack,
        Self::BusiestFeed,
        Self::HighestLoading,
        Self::LargestJob,
        Self::ThrottledChips,
        Self::DarkRacks,
    ];

    /// Name, and other words for it.
    pub(crate) fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::HottestRack => (say!("standout-hottest-rack"), say!("standout-hottest-rack.also")),
            Self::HottestChip => (say!("standout-hottest-chip"), say!("standout-hottest-chip.also")),
            Self::HottestInlet => (say!("standout-hottest-inlet"), say!("standout-hottest-inlet.also")),
            Self::HottestHall => (say!("standout-hottest-hall"), say!("standout-hottest-hall.also")),
            Self::ColdestHall => (say!("standout-coldest-hall"), say!("standout-coldest-hall.also")),
            Self::BusiestRack => (say!("standout-busiest-rack"), say!("standout-busiest-rack.also")),
            Self::BusiestFeed => (say!("standout-busiest-feed"), say!("standout-busiest-feed.also")),
            Self::HighestLoading => (say!("standout-highest-loading"), say!("standout-highest-loading.also")),
            Self::LargestJob => (say!("standout-largest-job"), say!("standout-largest-job.also")),
            Self::ThrottledChips => (say!("standout-throttled-chips"), say!("standout-throttled-chips.also")),
            Self::DarkRacks => (say!("standout-dark-racks"), say!("standout-dark-racks.also")),
        }
    }
}

/// Most places that are listed for one word.
const MOST: usize = 6;

/// What is looked through.
#[derive(bevy::ecs::system::SystemParam)]
pub(crate) struct Live<'w> {
    pub(crate) plan: Res<'w, Plan>,
    pub(crate) meters: Res<'w, Meters>,
    pub(crate) racks: Res<'w, RackColumns>,
    pub(crate) halls: Res<'w, HallColumns>,
    pub(crate) power: Res<'w, PowerColumns>,
    pub(crate) jobs: Option<Res<'w, Jobs>>,
}

/// The index of the largest value; none of none.
fn most(values: impl Iterator<Item = (usize, f64)>) -> Option<(usize, f64)> {
    values
        .filter(|(_, value)| value.is_finite())
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

impl Live<'_> {
    fn campus(&self) -> &Campus {
        &self.plan.0
    }

    fn live_racks(&self) -> impl Iterator<Item = usize> + '_ {
        let campus = self.campus();
        let halls = campus.halls.iter().zip(&self.halls.live).filter(|(_, live)| **live);
        halls.flat_map(|(hall, _)| hall.racks.clone())
    }

    fn live_halls(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.campus().halls.len()).filter(|h| self.halls.live[*h])
    }

    fn rack(&self, value: impl Fn(usize) -> f64, unit: impl Fn(f64) -> String) -> Vec<(Target, String)> {
        let best = most(self.live_racks().map(|rack| (rack, value(rack))));
        best.map(|(rack, value)| (Target::Place(Found::Rack(rack)), unit(value)))
            .into_iter()
            .collect()
    }

    fn hall(&self, sign: f64) -> Vec<(Target, String)> {
        let best = most(self.live_halls().map(|h| (h, sign * self.halls.supply_c[h])));
        let found = best.map(|(h, value)| {
            (
                Target::Place(Found::Hall(h)),
                say!("live-supply", temperature = said(sign * value, 1, "°C")),
            )
        });
        found.into_iter().collect()
    }

    fn node(&self, which: impl Fn(PowerKind) -> bool) -> Vec<(Target, String)> {
        let nodes = self.campus().power.nodes.iter().enumerate();
        let loading = |(n, _): (usize, &_)| (n, self.power.loading[n]);
        let best = most(nodes.filter(|(_, node)| which(node.kind)).map(loading));
        let text = |n: usize, share: f64| {
            say!(
                "live-loading",
                share = said(share * 100.0, 0, "%"),
                power = watts(self.power.load_w[n])
            )
        };
        best.map(|(n, share)| (Target::Node(n), text(n, share)))
            .into_iter()
            .collect()
    }

    /// The places that stand out, with what is said of each.
    pub(crate) fn find(&self, standout: Standout) -> Vec<(Target, String)> {
        let campus = self.campus();
        let now = &self.meters.now;
        let outlet = |value: f64| say!("live-outlet", temperature = said(value, 1, "°C"));
        let inlet = |value: f64| say!("live-inlet", temperature = said(value, 1, "°C"));
        match standout {
            Standout::HottestRack => self.rack(|rack| self.racks.outlet_c[rack], outlet),
            Standout::HottestInlet => self.rack(|rack| f64::from(self.racks.inlet_c[rack]), inlet),
            Standout::BusiestRack => self.rack(|rack| self.racks.draw_w[rack], watts),
            Standout::HottestChip if now.live_chips == 0 => Vec::new(),
            Standout::HottestChip => {
                let found = Found::Chip {
                    rack: now.hottest_rack as usize,
                    chip: now.hottest_chip as usize,
                };
                vec![(Target::Place(found), said(now.hottest_chip_c, 1, "°C"))]
            }
            Standout::HottestHall => self.hall(1.0),
            Standout::ColdestHall => self.hall(-1.0),
            Standout::BusiestFeed => self.node(|kind| {
                matches!(
                    kind,
                    PowerKind::MainTransformer | PowerKind::RingMain | PowerKind::Lineup
                )
            }),
            Standout::HighestLoading => self.node(|kind| !matches!(kind, PowerKind::Utility | PowerKind::Genset)),
            Standout::LargestJob => {
                let largest = self
                    .jobs
                    .as_ref()
                    .and_then(|jobs| jobs.running().max_by_key(|job| job.chips));
                let text = |chips: u32| say!("live-chips", count = chips, chips = grouped(f64::from(chips)));
                largest
                    .map(|job| (Target::Job(job.job.name.clone()), text(job.chips)))
                    .into_iter()
                    .collect()
            }
            Standout::ThrottledChips => {
                let mut racks: Vec<usize> = self.live_racks().filter(|rack| self.racks.limited[*rack] > 0).collect();
                racks.sort_by_key(|rack| std::cmp::Reverse(self.racks.limited[*rack]));
                let text = |rack: usize| {
                    say!(
                        "live-throttled",
                        count = self.racks.limited[rack],
                        rack = name(campus, Found::Rack(rack))
                    )
                };
                racks
                    .into_iter()
                    .take(MOST)
                    .map(|rack| (Target::Place(Found::Rack(rack)), text(rack)))
                    .collect()
            }
            Standout::DarkRacks => {
                let racks = self.live_racks().filter(|rack| self.racks.dark[*rack]);
                racks
                    .take(MOST)
                    .map(|rack| (Target::Place(Found::Rack(rack)), say!("live-dark").into()))
                    .collect()
            }
        }
    }
}
