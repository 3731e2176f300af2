//! The power path: what switches, relays and gensets do, which racks have power, and what every node carries and
//! loses.

pub mod answers;
pub mod gensets;
pub mod grid;
pub mod incidents;
pub mod switching;
pub mod training;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use self::gensets::Gensets;
use self::grid::{Grid, Loads};
use self::incidents::{Incidents, Outage, What};
use self::switching::Timers;
use super::chips::Kernels;
use super::clock::Clock;
use super::command::apply_due;
use super::demand::Demand;
use super::meters::J_PER_KWH;
use super::registry::{RegisterState, TwinState, same_lengths};
use super::state::{HallColumns, PowerColumns, RackColumns};
use super::twin::Plan;
use super::weather::Outside;
use super::{Tick, TickSet};
use crate::physics::protection::{self, Relay};
use crate::physics::transformer::{Paper, State, Transformer};
use crate::site::Campus;
use crate::site::campus::PowerKind;
use crate::site::files::{InverseCurve, OilSpec, ProtectionSpec};

/// Parts of the power path: the first in [`TickSet::Clock`], the others in [`TickSet::PowerPath`], in order.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PowerSet {
    /// Switches, relays and gensets act, second by second while anything is under way.
    Switching,
    /// Which rows are without power, and since when.
    Outages,
    /// Unserved energy is booked on the incident that keeps it off.
    Unserved,
    /// The load flow over what carries voltage, with losses.
    LoadFlow,
}

/// Which racks have power, by row, and which halls' plants.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct RackPower {
    /// Whether any cord carries voltage at the end of the tick.
    pub fed: Vec<bool>,
    /// Time of the tick in which no cord did, s.
    pub unfed_s: Vec<f64>,
    /// The incident by which it lives on its batteries.
    pub on_battery: Vec<Option<u32>>,
    /// Racks that are dark.
    pub dark: Vec<u32>,
    /// The incident by which they are.
    pub dark_by: Vec<Option<u32>>,
    /// Its place in the list of outages while it is in one.
    outage: Vec<Option<u32>>,
    /// Whether the hall's fans and lights have power.
    pub plant_fed: Vec<bool>,
    /// Draw of the row's racks when they last had power, W.
    asked_w: Vec<f64>,
    /// Draw of the hall's plant when it last had power, W.
    plant_w: Vec<f64>,
}

impl TwinState for RackPower {
    const NAME: &'static str = "rack power";

    fn fits(&self, other: &Self) -> bool {
        same_lengths!(self, other: fed, unfed_s, on_battery, dark, dark_by, outage, plant_fed, asked_w, plant_w)
    }
}

impl RackPower {
    /// Everything fed.
    #[must_use]
    pub fn new(campus: &Campus) -> Self {
        let (rows, halls) = (campus.rows.len(), campus.halls.len());
        Self {
            fed: vec![true; rows],
            unfed_s: vec![0.0; rows],
            on_battery: vec![None; rows],
            dark: vec![0; rows],
            dark_by: vec![None; rows],
            outage: vec![None; rows],
            plant_fed: vec![true; halls],
            asked_w: vec![0.0; rows],
            plant_w: vec![0.0; halls],
        }
    }
}

impl RackPower {
    /// Forgets what a hall has asked for and what it went without: it comes into service, or goes out of it.
    pub(super) fn forget(&mut self, campus: &Campus, hall: usize, time_s: f64, incidents: &mut Incidents) {
        for row in campus.halls[hall].rows.clone() {
            self.fed[row] = true;
            self.unfed_s[row] = 0.0;
            self.on_battery[row] = None;
            (self.dark[row], self.dark_by[row]) = (0, None);
            self.asked_w[row] = 0.0;
            let open = self.outage[row].take();
            if let Some(outage) = open.and_then(|n| incidents.outages.get_mut(n as usize)) {
                outage.until_s = Some(time_s);
            }
        }
        self.plant_fed[hall] = true;
        self.plant_w[hall] = 0.0;
    }
}

/// What halls that come into service or go out of it change in the power path.
pub(super) struct Switchgear<'a> {
    pub(super) grid: &'a mut Grid,
    pub(super) gensets: &'a mut Gensets,
    pub(super) timers: &'a mut Timers,
    pub(super) relays: &'a mut Relays,
}

/// Takes in what feeds live halls and takes out the rest, with switches closed, relays cold and gensets at rest.
pub(super) fn set_live(campus: &Campus, live_halls: &[bool], by: Option<u32>, gear: &mut Switchgear<'_>) {
    for node in gear.grid.set_live(campus, live_halls) {
        gear.relays.share[node] = 0.0;
    }
    for (plant, state) in campus.power.gensets.iter().zip(&mut gear.gensets.plants) {
        if !gear.grid.live[plant.backs as usize] && state.running() {
            state.rest();
            gear.grid.units[plant.node as usize] = 0;
        }
    }
    // Where there is no utility the seconds count: gensets start, transfer switches move.
    gear.timers.disturb(by);
}

/// Relays of every node.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Relays {
    #[serde(skip)]
    kinds: Vec<Relay>,
    /// By node: how far it is on the way to a trip, 0 to 2; see [`Relay::step`].
    pub share: Vec<f64>,
}

impl TwinState for Relays {
    const NAME: &'static str = "relays";

    fn regain(&mut self, other: Self) {
        self.kinds = other.kinds;
    }

    fn fits(&self, other: &Self) -> bool {
        self.share.len() == other.share.len()
    }
}

fn relay(spec: &ProtectionSpec) -> Relay {
    let (k_s, alpha) = match spec.curve {
        InverseCurve::StandardInverse => protection::STANDARD_INVERSE,
        InverseCurve::VeryInverse => protection::VERY_INVERSE,
        InverseCurve::ExtremelyInverse => protection::EXTREMELY_INVERSE,
        InverseCurve::LongTimeInverse => protection::LONG_TIME_INVERSE,
        InverseCurve::DefiniteTime => protection::DEFINITE_TIME,
    };
    Relay {
        pickup: spec.pickup.value,
        k_s,
        alpha,
        multiplier: spec.time_multiplier.value,
        instantaneous: spec.instantaneous.as_ref().map_or(f64::INFINITY, |figure| figure.value),
        clearing_s: spec.clearing_s.value,
    }
}

fn transformer(spec: &OilSpec) -> Transformer {
    Transformer {
        top_oil_rise_k: spec.top_oil_rise_k.value,
        hot_spot_gradient_k: spec.hot_spot_gradient_k.value,
        loss_ratio: spec.loss_ratio.value,
        oil_exponent: spec.oil_exponent.value,
        winding_exponent: spec.winding_exponent.value,
        tau_oil_s: spec.oil_time_constant_min.value * 60.0,
        tau_winding_s: spec.winding_time_constant_min.value * 60.0,
        k11: spec.k11.value,
        k21: spec.k21.value,
        k22: spec.k22.value,
    }
}

/// Oil-filled transformers: node, class and temperatures.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Oil {
    #[serde(skip)]
    classes: Vec<Transformer>,
    /// By transformer: its node, its class, its state.
    pub transformers: Vec<(u32, u32, State)>,
}

impl TwinState for Oil {
    const NAME: &'static str = "transformer oil";

    fn regain(&mut self, other: Self) {
        self.classes = other.classes;
    }

    fn fits(&self, other: &Self) -> bool {
        let of = |oil: &Self| {
            oil.transformers
                .iter()
                .map(|(node, class, _)| (*node, *class))
                .collect::<Vec<_>>()
        };
        of(self) == of(other)
    }
}

impl Oil {
    fn new(campus: &Campus, ambient_c: f64) -> Self {
        let classes: Vec<Transformer> = campus.power.oil_classes.iter().map(transformer).collect();
        // It has carried half its rating before, a usual load with the other line-up in service.
        let of_node = |(n, node): (usize, &crate::site::campus::PowerNode)| {
            let class = node.oil?;
            let state = classes[class as usize].steady(0.5, ambient_c);
            Some((n as u32, class, state))
        };
        let transformers = campus.power.nodes.iter().enumerate().filter_map(of_node).collect();
        Self { classes, transformers }
    }
}

/// Puts the state of a campus at the start of a scenario into a world.
pub(super) fn insert(world: &mut World, campus: &Campus, live_halls: &[bool], seed: u64, ambient_c: f64) {
    let nodes = campus.power.nodes.len();
    world.insert_resource(Grid::new(campus, live_halls));
    world.insert_resource(Gensets::new(&campus.power.gensets, seed));
    world.insert_resource(Timers::new(nodes));
    world.insert_resource(Relays {
        kinds: campus.power.protections.iter().map(relay).collect(),
        share: vec![0.0; nodes],
    });
    world.insert_resource(Oil::new(campus, ambient_c));
    world.insert_resource(Incidents::default());
    world.insert_resource(RackPower::new(campus));
    world.insert_resource(PowerColumns::new(nodes, ambient_c));
}

/// Reactive over real power at a power factor.
fn tan_phi(power_factor: f64) -> f64 {
    (1.0 / (power_factor * power_factor) - 1.0).max(0.0).sqrt()
}

/// Power factor at the cords of a kind of rack.
fn rack_power_factor(kind: &crate::site::campus::RackKind) -> f64 {
    let supply = kind.rack.shelf.as_ref().unwrap_or(&kind.server.psu);
    supply.power_factor.value
}

/// What a row's batteries will take on top once it has power again, W.
fn recharge_w(campus: &Campus, racks: &RackColumns, row: usize) -> f64 {
    let of = &campus.rows[row];
    let Some(battery) = &campus.rack_kinds[of.kind].battery else {
        return 0.0;
    };
    let empty = racks.battery_j[of.racks.clone()]
        .iter()
        .filter(|j| **j < battery.energy_j.value)
        .count();
    battery.recharge_w.value * empty as f64
}

/// What rows and plants draw from the grid over this tick, or would if they had power.
fn row_loads(campus: &Campus, racks: &RackColumns, halls: &HallColumns, power: &RackPower) -> Loads {
    let mut loads = Loads::default();
    for (r, row) in campus.rows.iter().enumerate() {
        let drawn_w: f64 = racks.cord_w[row.racks.clone()].iter().sum();
        let p = if power.fed[r] && drawn_w > 0.0 {
            drawn_w
        } else {
            power.asked_w[r] + recharge_w(campus, racks, r)
        };
        let q = p * tan_phi(rack_power_factor(&campus.rack_kinds[row.kind]));
        loads.row.push(if halls.live[row.hall] { [p, q] } else { [0.0; 2] });
    }
    for (h, hall) in campus.halls.iter().enumerate() {
        let p = if power.plant_fed[h] {
            halls.cooling_w[h] + halls.misc_w[h]
        } else {
            power.plant_w[h]
        };
        let q = p * tan_phi(campus.cooling_kinds[hall.cooling_kind].power_factor.value);
        loads.plant.push(if halls.live[h] { [p, q] } else { [0.0; 2] });
    }
    loads
}

/// The latest thing that keeps a row from having power: what took its last cord, or what has kept it off since.
fn cause_of_darkness(campus: &Campus, grid: &Grid, power: &RackPower, row: usize) -> Option<u32> {
    grid.last_loss(&campus.power.cords[row])
        .max(power.on_battery[row].filter(|n| *n != u32::MAX))
}

/// Racks that went dark or came back in this tick.
fn darkness(
    plan: Res<Plan>,
    clock: Res<Clock>,
    racks: Res<RackColumns>,
    halls: Res<HallColumns>,
    grid: Res<Grid>,
    mut power: ResMut<RackPower>,
    mut incidents: ResMut<Incidents>,
) {
    let campus = &*plan.0;
    let power = &mut *power;
    let mut news: Vec<(Option<u32>, u32, i64)> = Vec::new();
    let mut add = |cause: Option<u32>, node: u32, count: i64| match news
        .iter_mut()
        .find(|(other, _, n)| *other == cause && (*n > 0) == (count > 0))
    {
        Some((_, _, n)) => *n += count,
        None => news.push((cause, node, count)),
    };
    for (r, row) in campus.rows.iter().enumerate().filter(|(_, row)| halls.live[row.hall]) {
        let dark = racks.dark[row.racks.clone()].iter().filter(|dark| **dark).count() as u32;
        let before = std::mem::replace(&mut power.dark[r], dark);
        let drawn_w: f64 = racks.cord_w[row.racks.clone()].iter().sum();
        if power.fed[r] && drawn_w > 0.0 {
            power.asked_w[r] = drawn_w;
        }
        if dark > before {
            add(
                cause_of_darkness(campus, &grid, power, r),
                campus.power.cords[r][0],
                i64::from(dark - before),
            );
        } else if dark < before {
            add(power.dark_by[r], campus.power.cords[r][0], -i64::from(before - dark));
        }
    }
    for (cause, node, count) in news {
        let what = if count > 0 {
            What::Dark(count as u32)
        } else {
            What::Restored(-count as u32)
        };
        let place = cause
            .and_then(|cause| incidents.list[cause as usize].at.node())
            .unwrap_or(node);
        let number = incidents.push(clock.time_s, place, what, cause);
        for r in 0..power.dark.len() {
            let newly = count > 0 && power.dark[r] > 0 && power.dark_by[r].is_none();
            if newly && cause_of_darkness(campus, &grid, power, r) == cause {
                power.dark_by[r] = number;
            }
        }
    }
    for (row, (dark, by)) in power.dark.iter().zip(&mut power.dark_by).enumerate() {
        let open = power.outage[row].map(|n| n as usize);
        if let Some(outage) = open.and_then(|n| incidents.outages.get_mut(n)) {
            outage.racks = outage.racks.max(*dark);
            if *dark == 0 {
                outage.until_s = Some(clock.time_s);
                power.outage[row] = None;
            }
        } else if *dark > 0 && incidents.outages.len() < incidents::MOST {
            power.outage[row] = Some(incidents.outages.len() as u32);
            incidents.outages.push(Outage {
                row: row as u32,
                racks: *dark,
                from_s: clock.time_s,
                until_s: None,
                by: *by,
            });
        }
        if *dark == 0 {
            *by = None;
        }
    }
}

/// Books what is not served on what keeps it from being served.
fn book(
    plan: Res<Plan>,
    clock: Res<Clock>,
    kernels: Res<Kernels>,
    demand: Res<Demand>,
    halls: Res<HallColumns>,
    grid: Res<Grid>,
    power: Res<RackPower>,
    mut incidents: ResMut<Incidents>,
) {
    let campus = &*plan.0;
    let kwh = |w: f64| w * clock.dt_s / J_PER_KWH;
    for (r, row) in campus.rows.iter().enumerate().filter(|(r, _)| power.dark[*r] > 0) {
        let missed_w = kernels.expected_rack_w(row.kind, demand.now[r]) * f64::from(power.dark[r]);
        incidents.book(power.dark_by[r], kwh(missed_w));
    }
    for (h, boards) in campus.power.boards.iter().enumerate() {
        if halls.live[h] && !power.plant_fed[h] {
            incidents.book(grid.last_loss(boards), kwh(power.plant_w[h]));
        }
    }
}

/// Solves the load flow for this tick's draws, and warms the transformers.
fn carry(
    plan: Res<Plan>,
    clock: Res<Clock>,
    outside: Res<Outside>,
    racks: Res<RackColumns>,
    mut halls: ResMut<HallColumns>,
    mut rows: ResMut<RackPower>,
    mut grid: ResMut<Grid>,
    mut power: ResMut<PowerColumns>,
    mut oil: ResMut<Oil>,
    mut timers: ResMut<Timers>,
    relays: Res<Relays>,
    mut incidents: ResMut<Incidents>,
) {
    let campus = &*plan.0;
    let power = &mut *power;
    let mut loads = row_loads(campus, &racks, &halls, &rows);
    for (r, row) in campus.rows.iter().enumerate() {
        if !rows.fed[r] {
            loads.row[r] = [0.0; 2];
        } else if halls.live[row.hall] {
            // Fed again within the tick: what was drawn is what counts, even if it is little.
            let drawn_w: f64 = racks.cord_w[row.racks.clone()].iter().sum();
            let [p, q] = loads.row[r];
            loads.row[r] = [drawn_w, if p > 0.0 { q * drawn_w / p } else { 0.0 }];
        }
    }
    for (h, fed) in rows.plant_fed.clone().iter().enumerate() {
        if *fed {
            rows.plant_w[h] = loads.plant[h][0];
        } else {
            halls.unserved_w[h] += loads.plant[h][0];
            loads.plant[h] = [0.0; 2];
        }
    }
    let mut outcome = grid.solve(campus, &loads);
    // Before a scenario begins the changers have long found their place; later each step takes its time.
    let (most_steps, dt_s) = if clock.tick == 0 {
        (64, f64::INFINITY)
    } else {
        (1, clock.dt_s)
    };
    for _ in 0..most_steps {
        if !grid.change_taps(&campus.power, &mut timers.tap_s, dt_s) {
            break;
        }
        outcome = grid.solve(campus, &loads);
    }
    if let Some(node) = outcome.collapsed
        && !timers.busy
    {
        let last = timers.last_change;
        let _ = incidents.push(clock.time_s, node as u32, What::Collapse, last);
    }
    for (n, node) in campus.power.nodes.iter().enumerate() {
        let [p, q] = grid.out(n);
        power.load_w[n] = p;
        power.load_var[n] = q;
        power.loss_w[n] = grid.loss_w(n);
        power.voltage_pu[n] = grid.voltage(n);
        power.loading[n] = grid.loading(&campus.power, n);
        // A relay that counts needs its seconds in the next tick.
        if let Some(kind) = node.protection
            && power.loading[n] > relays.kinds[kind as usize].pickup
        {
            timers.busy = true;
        }
    }
    let Oil { classes, transformers } = &mut *oil;
    for (node, class, state) in transformers {
        let (n, class) = (*node as usize, &classes[*class as usize]);
        let aged_h = class.step(state, power.loading[n], outside.dry_bulb_c, clock.dt_s, Paper::Normal);
        power.top_oil_c[n] = state.top_oil_c;
        power.hot_spot_c[n] = state.hot_spot_c();
        power.life_h[n] += aged_h;
    }
}

/// Nodes of a kind, with their numbers.
pub fn of_kind(campus: &Campus, kind: PowerKind) -> impl Iterator<Item = usize> + '_ {
    let nodes = campus.power.nodes.iter().enumerate();
    nodes.filter(move |(_, node)| node.kind == kind).map(|(n, _)| n)
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<Grid>()
        .register_state::<Gensets>()
        .register_state::<Timers>()
        .register_state::<Relays>()
        .register_state::<Oil>()
        .register_state::<Incidents>()
        .register_state::<RackPower>()
        .register_state::<PowerColumns>();
    let switching = switching::operate.in_set(PowerSet::Switching);
    app.add_systems(Tick, switching.after(apply_due).in_set(TickSet::Clock));
    app.add_systems(
        Tick,
        (
            darkness.in_set(PowerSet::Outages),
            book.in_set(PowerSet::Unserved),
            carry.in_set(PowerSet::LoadFlow),
        )
            .chain()
            .in_set(TickSet::PowerPath),
    );
}
