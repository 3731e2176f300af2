//! Chips and racks: from utilisation to power, heat, junction and outlet temperature.
//!
//! Chip: `P = (idle + (TDP - idle) u throttle) (1 + k (Tj - Tref)) spread`. Its heat sink is one RC node to the air
//! that it breathes, or to the coolant of its cold plate, stepped by its exact exponential; the junction stands
//! `R P` above the sink, since a die follows its power within seconds. Rack: one node of air and steel behind the chips.

use std::ops::Range;

use bevy_app::App;
use bevy_ecs::prelude::*;

use super::Tick;
use super::clock::Clock;
use super::cooling::AirPaths;
use super::demand::Demand;
use super::power::RackPower;
use super::registry::RegisterState;
use super::state::{ChipColumns, HallColumns, RackColumns, chip_flag};
use super::step::{ChipPieces, TickSlice};
use super::twin::Plan;
use super::workers::{Workers, split};
use crate::num::{exp, lag, ln, pow};
use crate::physics::air::AIR_CP_J_PER_KG_K;
use crate::physics::loss::LossBlock;
use crate::physics::zonal::{Aisle, Inlet};
use crate::site::Campus;
use crate::site::campus::RackKind;
use crate::site::files::{BatterySpec, ChipCooling};
use crate::site::fit::supplies;
use crate::site::schema::Figure;

/// Air that still passes a rack whose fans stand, as a share of full flow (buoyancy; an estimate).
const DRAUGHT: f64 = 0.03;

/// Coolant that still passes a cold plate whose pumps stand, as a share of full flow (buoyancy; an estimate).
pub(super) const SEEP: f64 = 0.02;

/// Longest step of a chip that throttles, s: it takes turns faster than a tick may be long.
const THROTTLE_STEP_S: f64 = 5.0;

/// Steps of a chip's spread column per standard deviation.
const SPREAD_STEPS: f32 = 64.0;

/// Lanes of the sums: fixed, so that the order of additions is the same on every machine.
const LANES: usize = 8;

/// A rack kind, ready for the loop over its chips.
#[derive(Clone)]
struct Kernel {
    idle_w: f32,
    dynamic_w: f32,
    leakage_per_k: f32,
    leakage_reference_c: f32,
    power_spread: f32,
    utilisation_spread: f32,
    throttle_c: f32,
    release_c: f32,
    throttle_share: f32,
    trip_c: f32,
    chip_j_per_k: f64,
    /// From junction to sink, K/W.
    junction_resistance: f32,
    resistance_fixed: f64,
    resistance_flow: f64,
    resistance_exponent: f64,
    /// Share of the rise of its air or coolant that each chip meets.
    preheat: Vec<f32>,
    /// Hot air at each chip over that of its rack's mean inlet, less one: the top of a rack breathes more of it.
    height: Vec<f32>,
    /// Heat sinks stand in coolant, not in air.
    liquid: bool,
    /// Share of the overhead that coolant takes.
    overhead_to_liquid: f64,
    /// Coolant of a rack at full flow, W/K.
    coolant_w_per_k: f64,
    /// Chip temperature that the fans hold, °C; above any limit where they do not follow chips.
    fan_target_c: f64,
    rating_w: f64,
    /// Hosts and the like with no work, and what full utilisation adds, W.
    overhead_w: [f64; 2],
    fan_w: f64,
    fan_exponent: f64,
    fan_min: f64,
    fan_ramp_from_c: f64,
    fan_ramp_per_k: f64,
    /// Air at full fan speed, W/K.
    full_flow_w_per_k: f64,
    psu: LossBlock,
    /// Loads inside the rack behind its rectifiers, W, and those.
    shelf: Option<(f64, LossBlock)>,
    rack_j_per_k: f64,
    network_w: f64,
    battery: Battery,
}

/// The battery of a rack kind; all zero if it has none.
#[derive(Debug, Clone, Copy, Default)]
struct Battery {
    energy_j: f64,
    power_w: f64,
    recharge_w: f64,
    efficiency: f64,
}

impl Battery {
    fn of(spec: &BatterySpec) -> Self {
        Self {
            energy_j: spec.energy_j.value,
            power_w: spec.power_w.value,
            recharge_w: spec.recharge_w.value,
            efficiency: spec.efficiency.value,
        }
    }

    /// Power that it takes from the cords while it holds `now_j` and has `dt_s`, W.
    fn charge_w(&self, now_j: f64, dt_s: f64) -> f64 {
        if now_j < self.energy_j {
            self.recharge_w.min((self.energy_j - now_j) / (self.efficiency * dt_s))
        } else {
            0.0
        }
    }
}

impl Kernel {
    fn new(kind: &RackKind) -> Self {
        let (chip, server, rack) = (&kind.chip, &kind.server, &kind.rack);
        let servers = f64::from(rack.servers);
        let per_tray = server.chips_per_tray;
        let last = f64::from(per_tray.max(2) - 1);
        let preheat: Vec<f32> = (0..kind.chips)
            .map(|k| (server.preheat_share.value * f64::from(k % per_tray) / last) as f32)
            .collect();
        let trays = kind.chips.div_ceil(per_tray);
        let height = (0..kind.chips)
            .map(|k| (2.0 * (f64::from(k / per_tray) + 0.5) / f64::from(trays) - 1.0) as f32)
            .collect();
        let liquid = chip.cooling == ChipCooling::Liquid;
        let or_none = |figure: &Option<Figure>| figure.as_ref().map_or(0.0, |figure| figure.value);
        let overhead_to_liquid = if liquid {
            or_none(&server.overhead_to_liquid)
        } else {
            0.0
        };
        let to_liquid_w = if liquid {
            f64::from(kind.chips) * chip.tdp_w.value + overhead_to_liquid * servers * server.overhead_w.value
        } else {
            0.0
        };
        // At least a tenth of a rack's heat goes to air: supplies, fans, memory.
        let to_air_w = (rack.rating_w.value - to_liquid_w).max(0.1 * rack.rating_w.value);
        Self {
            idle_w: chip.idle_w.value as f32,
            dynamic_w: (chip.tdp_w.value - chip.idle_w.value) as f32,
            leakage_per_k: chip.leakage_per_k.value as f32,
            leakage_reference_c: chip.leakage_reference_c.value as f32,
            power_spread: chip.power_spread.value as f32 / SPREAD_STEPS,
            utilisation_spread: chip.utilisation_spread.value as f32 / SPREAD_STEPS,
            throttle_c: chip.throttle_c.value as f32,
            release_c: chip.throttle_release_c.value as f32,
            throttle_share: chip.throttle_share.value as f32,
            trip_c: chip.trip_c.value as f32,
            chip_j_per_k: chip.heat_capacity_j_per_k.value,
            junction_resistance: chip.resistance_fixed_k_per_w.value as f32,
            resistance_fixed: chip.resistance_fixed_k_per_w.value,
            resistance_flow: chip.resistance_flow_k_per_w.value,
            resistance_exponent: chip.resistance_flow_exponent.value,
            preheat,
            height,
            liquid,
            overhead_to_liquid,
            coolant_w_per_k: server
                .coolant_rise_k
                .as_ref()
                .map_or(0.0, |rise| to_liquid_w / rise.value),
            fan_target_c: server
                .fan_target_c
                .as_ref()
                .map_or(f64::INFINITY, |figure| figure.value),
            rating_w: rack.rating_w.value,
            overhead_w: {
                let full = server.overhead_w.value;
                let idle = server.overhead_idle_w.as_ref().map_or(full, |figure| figure.value);
                [servers * idle, servers * (full - idle)]
            },
            fan_w: servers * server.fan_w.value,
            fan_exponent: server.fan_exponent.value,
            fan_min: server.fan_min_speed.value,
            fan_ramp_from_c: server.fan_ramp_from_c.value,
            fan_ramp_per_k: server.fan_ramp_per_k.value,
            full_flow_w_per_k: to_air_w / server.air_rise_k.value,
            psu: supplies(&server.psu, servers),
            shelf: rack.shelf.as_ref().map(|shelf| {
                let inner_w = rack.inner_w.as_ref().map_or(0.0, |figure| figure.value);
                (inner_w, supplies(shelf, 1.0))
            }),
            rack_j_per_k: rack.heat_capacity_j_per_k.value,
            network_w: rack.network_w.value,
            battery: kind.battery.as_ref().map(Battery::of).unwrap_or_default(),
        }
    }

    /// Resistance of a chip's sink to what flows past it, K/W, for the logarithm of the flow over full flow.
    fn sink_resistance(&self, ln_flow: f64) -> f64 {
        self.resistance_flow * exp(-self.resistance_exponent * ln_flow)
    }

    /// Hosts and the like at a utilisation, W.
    fn overhead_w(&self, utilisation: f64) -> f64 {
        self.overhead_w[0] + self.overhead_w[1] * utilisation
    }

    /// Draw at the cords for an output of the servers' supplies, W.
    fn input_w(&self, output_w: f64) -> f64 {
        let servers_w = self.psu.input_w(output_w);
        match &self.shelf {
            Some((inner_w, shelf)) => shelf.input_w(servers_w + inner_w),
            None => servers_w,
        }
    }

    /// Power that the rack would ask for at a utilisation, without fans and losses, W.
    fn expected_w(&self, utilisation: f64) -> f64 {
        self.overhead_w(utilisation)
            + self.preheat.len() as f64 * (f64::from(self.idle_w) + f64::from(self.dynamic_w) * utilisation)
    }

    /// Power at a junction temperature over power at the reference temperature. Bounded below, since the line
    /// is not meant for the cold.
    fn leakage(&self, junction_c: f32) -> f32 {
        higher(1.0 + self.leakage_per_k * (junction_c - self.leakage_reference_c), 0.5)
    }

    /// Power of a chip of the mean, W.
    fn chip_w(&self, utilisation: f64) -> f64 {
        f64::from(self.idle_w) + f64::from(self.dynamic_w) * utilisation
    }

    /// Speed that the rack's own controller sets, share of full: the most of what load and inlet ask for, or, where
    /// fans follow the chips, what holds a chip of two standard deviations at the target.
    fn fans(&self, utilisation: f64, inlet_c: f64, rise_k: f64) -> Fans {
        let ramp = self.fan_ramp_per_k * (inlet_c - self.fan_ramp_from_c).max(0.0);
        if self.liquid || !self.fan_target_c.is_finite() {
            let asked = self.expected_w(utilisation) / self.rating_w + ramp;
            Fans::at(asked.clamp(self.fan_min, 1.0))
        } else {
            let leakage = f64::from(self.leakage(self.fan_target_c as f32));
            let hot_w = self.chip_w(utilisation) * leakage * (1.0 + 2.0 * f64::from(self.power_spread * SPREAD_STEPS));
            let breathed_c = inlet_c + f64::from(self.preheat.last().copied().unwrap_or(0.0)) * rise_k;
            let flow_part = (self.fan_target_c - breathed_c) / hot_w - self.resistance_fixed;
            if flow_part > 0.0 && self.resistance_flow > 0.0 && self.resistance_exponent > 0.0 {
                let ln_speed = ln(self.resistance_flow / flow_part) / self.resistance_exponent;
                let asked = exp(ln_speed);
                let speed = asked.max(ramp).clamp(self.fan_min, 1.0);
                if speed == asked {
                    Fans {
                        speed,
                        ln_speed,
                        resistance: Some(flow_part),
                    }
                } else {
                    Fans::at(speed)
                }
            } else {
                Fans::at(1.0)
            }
        }
    }
}

/// Speed of a rack's fans, share of full, and its natural logarithm: of powers of one speed only the first is dear.
#[derive(Clone, Copy)]
struct Fans {
    speed: f64,
    ln_speed: f64,
    /// Resistance of the chips' sinks that the speed was found for, K/W.
    resistance: Option<f64>,
}

impl Fans {
    fn at(speed: f64) -> Self {
        Self {
            speed,
            ln_speed: ln(speed),
            resistance: None,
        }
    }

    /// The speed to a power.
    fn power(self, exponent: f64) -> f64 {
        // As nearly all racks' fans have it.
        if exponent == 3.0 {
            self.speed * self.speed * self.speed
        } else {
            exp(exponent * self.ln_speed)
        }
    }
}

/// Kernels of all rack kinds of the campus.
#[derive(Resource, Clone)]
pub struct Kernels(Vec<Kernel>);

impl Kernels {
    /// What a rack of a kind asks for at a utilisation, with its share of the network, W.
    #[must_use]
    pub fn expected_rack_w(&self, kind: usize, utilisation: f64) -> f64 {
        self.0[kind].expected_w(utilisation) + self.0[kind].network_w
    }

    /// Draw at the cords of a rack, W, if its chips went at once from the `chips_w` that they draw now to another
    /// utilisation: temperatures and fans have no time to follow.
    #[must_use]
    pub fn cord_w_at(&self, kind: usize, racks: &RackColumns, rack: usize, chips_w: f64, utilisation: f64) -> f64 {
        let kernel = &self.0[kind];
        let power = |u: f64| f64::from(kernel.idle_w) + f64::from(kernel.dynamic_w) * u;
        let busy = f64::from(racks.utilisation[rack]);
        let then_w = chips_w * power(utilisation) / power(busy).max(1e-9);
        let fans_w = kernel.fan_w * pow(f64::from(racks.fan_speed[rack]), kernel.fan_exponent);
        let used_w = kernel.input_w(then_w + kernel.overhead_w(utilisation) + fans_w);
        // What the battery takes or gives now stays as it is.
        racks.cord_w[rack] + used_w - kernel.input_w(chips_w + kernel.overhead_w(busy) + fans_w)
    }

    /// Coolant of a rack of a kind at full flow, W/K; 0 without cold plates.
    #[must_use]
    pub fn coolant_w_per_k(&self, kind: usize) -> f64 {
        self.0[kind].coolant_w_per_k
    }

    /// Kernels of a campus.
    #[must_use]
    pub fn new(campus: &Campus) -> Self {
        Self(campus.rack_kinds.iter().map(Kernel::new).collect())
    }
}

/// What the chips of a rack come to over a tick.
#[derive(Clone, Copy)]
struct ChipSums {
    power_w: f64,
    /// Sum of the changes of junction temperature, K.
    warmed_k: f64,
    hottest_c: f32,
    limited: u16,
    tripped: u16,
    /// Speed of the slowest, mean over the tick, share of full.
    pace: f32,
}

impl ChipSums {
    /// Of no chips.
    const NONE: Self = Self {
        power_w: 0.0,
        warmed_k: 0.0,
        hottest_c: f32::MIN,
        limited: 0,
        tripped: 0,
        pace: 0.0,
    };
}

/// The chips of one rack.
struct ChipSlices<'a> {
    junction_c: &'a mut [f32],
    power_w: &'a mut [f32],
    utilisation: &'a mut [u8],
    flags: &'a mut [u8],
    spread: &'a [i8],
}

/// Heat sinks of a rack's chips at what flows past them.
#[derive(Clone, Copy)]
struct Sinks {
    /// To air or coolant, K/W.
    resistance: f64,
    /// Time constant, s.
    tau_s: f64,
    /// Share of the old temperature that is left after the tick.
    keep: f32,
}

impl Sinks {
    fn of(kernel: &Kernel, resistance: f64, dt_s: f64) -> Self {
        let tau_s = resistance * kernel.chip_j_per_k;
        Self {
            resistance,
            tau_s,
            keep: lag(dt_s, tau_s) as f32,
        }
    }
}

/// What the chips of one rack meet in a tick: air, or coolant.
#[derive(Clone, Copy)]
struct ChipAir {
    inlet_c: f32,
    rise_k: f32,
    /// Air at the top of the rack above that of its mean inlet, K.
    lift_k: f32,
    /// From sink to air or coolant, K/W.
    resistance: f32,
    /// Time of the tick, s, and the time constant of the sink, s.
    dt_s: f64,
    tau_s: f64,
    /// Share of the old temperature that is left after the tick.
    keep: f32,
    utilisation: f32,
}

impl ChipAir {
    /// Utilisation of a part that stands so many steps from the mean: one that runs hot also runs a little longer.
    fn utilisation_of(self, kernel: &Kernel, spread: f32) -> f32 {
        (self.utilisation * (1.0 + spread * kernel.utilisation_spread)).clamp(0.0, 1.0)
    }

    /// What the chip number `k` stands in, °C.
    fn around(self, kernel: &Kernel, k: usize) -> f32 {
        self.inlet_c + kernel.preheat[k] * self.rise_k + kernel.height[k] * self.lift_k
    }
}

/// A utilisation, 0 to 1, as it stands in its column.
fn byte(utilisation: f32) -> u8 {
    // 2^23: from here on a number's last bits count by ones. A cast would look after numbers beyond the range of the
    // integer, and that one lane at a time.
    const ONES: f32 = 8_388_608.0;
    let steps = utilisation * 255.0 + 0.5;
    let nearest = steps + ONES;
    let above = u32::from(nearest - ONES > steps);
    nearest.to_bits().wrapping_sub(above) as u8
}

/// The higher of two numbers, in one step of the machine; the second, if the first is none.
fn higher(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Sums over the chips of a rack, lane by lane.
struct LaneSums<const N: usize> {
    power_w: [f64; N],
    warmed_k: [f64; N],
    hottest_c: [f32; N],
}

impl<const N: usize> LaneSums<N> {
    const NONE: Self = Self {
        power_w: [0.0; N],
        warmed_k: [0.0; N],
        hottest_c: [f32::MIN; N],
    };
}

/// Steps as many chips as there are lanes: loops of one length over numbers of one size, of which the compiler makes
/// vectors.
#[inline(always)]
#[allow(clippy::needless_range_loop, reason = "one index runs over all columns")]
fn step_lanes<const N: usize>(
    kernel: &Kernel,
    air: ChipAir,
    old: &[f32; N],
    next: &mut [f32; N],
    watts: &mut [f32; N],
    busy: &mut [u8; N],
    spread: &[i8; N],
    preheat: &[f32; N],
    height: &[f32; N],
    sums: &mut LaneSums<N>,
) {
    let (mut used, mut sink, mut sink_next) = ([0.0_f32; N], [0.0_f32; N], [0.0_f32; N]);
    for l in 0..N {
        let s = f32::from(spread[l]);
        let u = air.utilisation_of(kernel, s);
        let leakage = kernel.leakage(old[l]);
        let p = (kernel.idle_w + kernel.dynamic_w * u) * leakage * (1.0 + kernel.power_spread * s);
        sink[l] = old[l] - kernel.junction_resistance * watts[l];
        let settled = air.inlet_c + preheat[l] * air.rise_k + height[l] * air.lift_k + air.resistance * p;
        let t = settled + (sink[l] - settled) * air.keep + kernel.junction_resistance * p;
        next[l] = t;
        watts[l] = p;
        used[l] = u;
        // The sink as it will be read back, so that heat is booked to the last bit.
        sink_next[l] = t - kernel.junction_resistance * p;
    }
    for l in 0..N {
        busy[l] = byte(used[l]);
    }
    for l in 0..N {
        sums.power_w[l] += f64::from(watts[l]);
    }
    for l in 0..N {
        sums.warmed_k[l] += f64::from(sink_next[l]) - f64::from(sink[l]);
    }
    for l in 0..N {
        sums.hottest_c[l] = higher(next[l], sums.hottest_c[l]);
    }
}

/// Steps chips that run free: no branches. New temperatures go to `next`, so that a rack that turns out to throttle can
/// be stepped again.
fn step_free(kernel: &Kernel, air: ChipAir, chips: &mut ChipSlices<'_>, next: &mut [f32]) -> ChipSums {
    let (old, old_rest) = chips.junction_c.as_chunks::<LANES>();
    let (next, next_rest) = next.as_chunks_mut::<LANES>();
    let (watts, watts_rest) = chips.power_w.as_chunks_mut::<LANES>();
    let (busy, busy_rest) = chips.utilisation.as_chunks_mut::<LANES>();
    let (spread, spread_rest) = chips.spread.as_chunks::<LANES>();
    let (preheat, preheat_rest) = kernel.preheat.as_chunks::<LANES>();
    let (height, height_rest) = kernel.height.as_chunks::<LANES>();
    let mut sums = LaneSums::<LANES>::NONE;
    let groups = old
        .iter()
        .zip(next)
        .zip(watts)
        .zip(busy)
        .zip(spread)
        .zip(preheat)
        .zip(height);
    for ((((((old, next), watts), busy), spread), preheat), height) in groups {
        step_lanes(kernel, air, old, next, watts, busy, spread, preheat, height, &mut sums);
    }
    // What does not fill all lanes.
    let rest = (old_rest.as_chunks::<1>().0.iter())
        .zip(next_rest.as_chunks_mut::<1>().0)
        .zip(watts_rest.as_chunks_mut::<1>().0)
        .zip(busy_rest.as_chunks_mut::<1>().0)
        .zip(spread_rest.as_chunks::<1>().0)
        .zip(preheat_rest.as_chunks::<1>().0)
        .zip(height_rest.as_chunks::<1>().0);
    for (l, ((((((old, next), watts), busy), spread), preheat), height)) in rest.enumerate() {
        let mut of_one = LaneSums {
            power_w: [sums.power_w[l]],
            warmed_k: [sums.warmed_k[l]],
            hottest_c: [sums.hottest_c[l]],
        };
        step_lanes(
            kernel,
            air,
            old,
            next,
            watts,
            busy,
            spread,
            preheat,
            height,
            &mut of_one,
        );
        [sums.power_w[l]] = of_one.power_w;
        [sums.warmed_k[l]] = of_one.warmed_k;
        [sums.hottest_c[l]] = of_one.hottest_c;
    }
    ChipSums {
        power_w: sums.power_w.iter().sum(),
        warmed_k: sums.warmed_k.iter().sum(),
        hottest_c: sums.hottest_c.iter().copied().fold(f32::MIN, f32::max),
        limited: 0,
        tripped: 0,
        pace: 1.0,
    }
}

/// Steps chips of which some throttle or have tripped, in short steps: a chip at its limit goes to and fro between
/// full and throttled power faster than a long tick could tell.
fn step_limited(kernel: &Kernel, air: ChipAir, chips: &mut ChipSlices<'_>, next: &mut [f32]) -> ChipSums {
    let mut sums = ChipSums {
        pace: 1.0,
        ..ChipSums::NONE
    };
    let steps = (air.dt_s / THROTTLE_STEP_S).ceil().max(1.0);
    let keep = exp(-air.dt_s / steps / air.tau_s) as f32;
    #[allow(clippy::needless_range_loop, reason = "one index runs over five columns")]
    for k in 0..chips.junction_c.len() {
        let s = f32::from(chips.spread[k]);
        let u = air.utilisation_of(kernel, s);
        let part = 1.0 + kernel.power_spread * s;
        let around = air.around(kernel, k);
        let before = chips.junction_c[k] - kernel.junction_resistance * chips.power_w[k];
        let (mut sink, mut junction, mut p, mut flags) =
            (before, chips.junction_c[k], chips.power_w[k], chips.flags[k]);
        let mut energy = 0.0_f64;
        let mut ran = 0.0_f32;
        for _ in 0..steps as u32 {
            let share = if flags & chip_flag::THROTTLED != 0 {
                kernel.throttle_share
            } else {
                1.0
            };
            p = if flags & chip_flag::TRIPPED != 0 {
                0.0
            } else {
                // A first step of throttling skips clocks at the same voltage: speed goes as dynamic power.
                ran += share;
                (kernel.idle_w + kernel.dynamic_w * u * share) * kernel.leakage(junction) * part
            };
            let settled = around + air.resistance * p;
            sink = settled + (sink - settled) * keep;
            junction = sink + kernel.junction_resistance * p;
            energy += f64::from(p);
            if junction > kernel.throttle_c {
                flags |= chip_flag::THROTTLED;
            } else if junction < kernel.release_c {
                flags &= !chip_flag::THROTTLED;
            }
            if junction > kernel.trip_c {
                flags |= chip_flag::TRIPPED;
            }
        }
        next[k] = junction;
        chips.power_w[k] = p;
        chips.utilisation[k] = byte(u);
        chips.flags[k] = flags;
        sums.power_w += energy / steps;
        sums.warmed_k += f64::from(junction - kernel.junction_resistance * p) - f64::from(before);
        sums.hottest_c = sums.hottest_c.max(junction);
        sums.pace = sums.pace.min(ran / steps as f32);
        sums.limited += u16::from(flags != 0);
        sums.tripped += u16::from(flags & chip_flag::TRIPPED != 0);
    }
    sums
}

/// Steps chips without power.
fn step_dark(kernel: &Kernel, air: ChipAir, chips: &mut ChipSlices<'_>, next: &mut [f32]) -> ChipSums {
    let mut sums = ChipSums::NONE;
    #[allow(clippy::needless_range_loop, reason = "one index runs over five columns")]
    for k in 0..chips.junction_c.len() {
        let sink = chips.junction_c[k] - kernel.junction_resistance * chips.power_w[k];
        let around = air.around(kernel, k);
        let t = around + (sink - around) * air.keep;
        next[k] = t;
        chips.power_w[k] = 0.0;
        chips.utilisation[k] = 0;
        // A chip that comes back from the dark starts anew.
        chips.flags[k] = 0;
        sums.warmed_k += f64::from(t) - f64::from(sink);
        sums.hottest_c = sums.hottest_c.max(t);
    }
    sums
}

/// A hall's part of every column.
struct HallJob<'a> {
    hall: usize,
    racks: Range<usize>,
    chips: ChipSlices<'a>,
    inlet_c: &'a mut [f32],
    outlet_c: &'a mut [f64],
    draw_w: &'a mut [f64],
    cord_w: &'a mut [f64],
    battery_j: &'a mut [f64],
    dark: &'a mut [bool],
    hottest_c: &'a mut [f32],
    utilisation: &'a mut [f32],
    limited: &'a mut [u16],
    pace: &'a mut [f32],
    fan_speed: &'a mut [f32],
    air_kg_s: &'a mut [f32],
    hot_share: &'a mut [f32],
    sums: &'a mut HallSums,
}

/// What a hall's racks come to over a tick.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HallSums {
    it_w: f64,
    chip_w: f64,
    battery_w: f64,
    rack_flow_w_per_k: f64,
    heat_to_air_w: f64,
    heat_to_liquid_w: f64,
    stored_j: f64,
    unserved_w: f64,
    hottest_c: f32,
    hottest_rack: u32,
    limited: u32,
    tripped: u32,
    /// Air of the cold side that the racks draw, W/K: what they breathe less what comes from the hot aisle.
    cold_w_per_k: f64,
}

/// What a hall gives its racks: air by row, coolant.
struct HallAir<'a> {
    aisles: &'a [Aisle],
    height_spread: f64,
    coolant_c: f64,
    /// Coolant over that at full flow.
    coolant_share: f64,
}

fn step_hall(
    job: &mut HallJob<'_>,
    campus: &Campus,
    kernels: &[Kernel],
    demand: &[f64],
    power: &RackPower,
    air: &HallAir<'_>,
    dt_s: f64,
) {
    let mut sums = HallSums {
        hottest_c: f32::MIN,
        ..HallSums::default()
    };
    let chip_base = campus.chip_first[job.racks.start] as usize;
    let at_draught = Fans::at(DRAUGHT);
    let mut next = Vec::new();
    let mut inlets = Vec::new();
    for (row, aisle) in campus.halls[job.hall].rows.clone().zip(air.aisles) {
        let plan = &campus.rows[row];
        let kernel = &kernels[plan.kind];
        let (fed, unfed_s) = (power.fed[row], power.unfed_s[row].min(dt_s));
        next.resize(kernel.preheat.len(), 0.0_f32);
        // All racks of a row stand in the same coolant.
        let coolant_share = air.coolant_share.max(SEEP);
        let coolant_w_per_k = kernel.coolant_w_per_k * coolant_share;
        let by_coolant = kernel
            .liquid
            .then(|| Sinks::of(kernel, kernel.sink_resistance(ln(coolant_share)), dt_s));
        // What each rack drew in the last tick says how the air parts along the aisle in this one.
        inlets.resize(plan.racks.len(), Inlet::default());
        let of_row = plan.racks.start - job.racks.start..plan.racks.end - job.racks.start;
        aisle.inlets(&job.air_kg_s[of_row], &mut inlets);
        for (rack, inlet) in plan.racks.clone().zip(&inlets) {
            let k = rack - job.racks.start;
            let inlet_c = inlet.temp_c;
            let asked = demand[rack];
            // On its battery it runs on; what is left there is known once its draw is.
            let battery = &kernel.battery;
            let mut powered = unfed_s == 0.0 || (job.battery_j[k] > 0.0 && (fed || !job.dark[k]));
            let rise_k = (job.outlet_c[k] - inlet_c).max(0.0);
            let fans = powered.then(|| kernel.fans(asked, inlet_c, rise_k));
            let speed = fans.map_or(0.0, |fans| fans.speed);
            // Air moves past a rack even where its fans stand, or nearly.
            let draught = fans.filter(|fans| fans.speed >= DRAUGHT).unwrap_or(at_draught);
            let flow_w_per_k = kernel.full_flow_w_per_k * draught.speed;
            let Sinks {
                resistance,
                tau_s,
                keep,
            } = by_coolant.unwrap_or_else(|| {
                let found = draught.resistance;
                let resistance = found.unwrap_or_else(|| kernel.sink_resistance(draught.ln_speed));
                Sinks::of(kernel, resistance, dt_s)
            });
            let chip_air = if kernel.liquid {
                let to_liquid_w = kernel.chip_w(asked) * kernel.preheat.len() as f64;
                ChipAir {
                    inlet_c: air.coolant_c as f32,
                    rise_k: if powered {
                        (to_liquid_w / coolant_w_per_k) as f32
                    } else {
                        0.0
                    },
                    lift_k: 0.0,
                    resistance: resistance as f32,
                    dt_s,
                    tau_s,
                    keep,
                    utilisation: asked as f32,
                }
            } else {
                ChipAir {
                    inlet_c: inlet_c as f32,
                    rise_k: rise_k as f32,
                    lift_k: (air.height_spread * (inlet_c - inlet.supply_c).max(0.0)) as f32,
                    resistance: resistance as f32,
                    dt_s,
                    tau_s,
                    keep,
                    utilisation: asked as f32,
                }
            };
            let range = campus.rack_chips(rack);
            let range = range.start - chip_base..range.end - chip_base;
            let mut chips = ChipSlices {
                junction_c: &mut job.chips.junction_c[range.clone()],
                power_w: &mut job.chips.power_w[range.clone()],
                utilisation: &mut job.chips.utilisation[range.clone()],
                flags: &mut job.chips.flags[range.clone()],
                spread: &job.chips.spread[range],
            };
            let mut of_chips = if !powered {
                step_dark(kernel, chip_air, &mut chips, &mut next)
            } else if job.limited[k] > 0 {
                step_limited(kernel, chip_air, &mut chips, &mut next)
            } else {
                step_free(kernel, chip_air, &mut chips, &mut next)
            };
            if powered && job.limited[k] == 0 && of_chips.hottest_c > kernel.throttle_c {
                of_chips = step_limited(kernel, chip_air, &mut chips, &mut next);
            }
            let mut used_w = 0.0;
            if let Some(fans) = fans {
                let fans_w = kernel.fan_w * fans.power(kernel.fan_exponent);
                used_w = kernel.input_w(of_chips.power_w + kernel.overhead_w(asked) + fans_w);
                let from_battery_w = used_w + kernel.network_w;
                if unfed_s > 0.0 && (from_battery_w * unfed_s > job.battery_j[k] || from_battery_w > battery.power_w) {
                    powered = false;
                    used_w = 0.0;
                    of_chips = step_dark(kernel, chip_air, &mut chips, &mut next);
                }
            }
            chips.junction_c.copy_from_slice(&next);
            job.dark[k] = !powered;

            let chips_stored_j = kernel.chip_j_per_k * of_chips.warmed_k;
            let network_w = if powered { kernel.network_w } else { 0.0 };
            // A battery gives what the cords do not, or charges once they carry voltage again.
            let charge_w = if unfed_s > 0.0 {
                0.0
            } else {
                battery.charge_w(job.battery_j[k], dt_s)
            };
            let into_battery_w = charge_w * battery.efficiency - (used_w + network_w) * unfed_s / dt_s;
            job.battery_j[k] += into_battery_w * dt_s;
            let draw_w = used_w + charge_w * (1.0 - battery.efficiency);
            job.cord_w[k] = draw_w + network_w + into_battery_w;
            if !powered {
                sums.unserved_w += kernel.expected_w(asked) + kernel.network_w;
            }
            sums.battery_w += into_battery_w;
            // Cold plates take the chips' heat and part of the overhead's.
            let to_liquid_w = if kernel.liquid {
                let overhead_w = if powered {
                    kernel.overhead_to_liquid * kernel.overhead_w(asked)
                } else {
                    0.0
                };
                of_chips.power_w + overhead_w - chips_stored_j / dt_s
            } else {
                0.0
            };
            let into_air_w = draw_w - chips_stored_j / dt_s - to_liquid_w;
            let settled = inlet_c + into_air_w / flow_w_per_k;
            let before = job.outlet_c[k];
            let after = settled + (before - settled) * exp(-dt_s * flow_w_per_k / kernel.rack_j_per_k);
            let rack_stored_j = kernel.rack_j_per_k * (after - before);

            job.inlet_c[k] = inlet_c as f32;
            job.outlet_c[k] = after;
            job.draw_w[k] = draw_w;
            job.hottest_c[k] = of_chips.hottest_c;
            job.utilisation[k] = if powered { asked as f32 } else { 0.0 };
            job.limited[k] = of_chips.limited;
            job.pace[k] = if powered { of_chips.pace } else { 0.0 };
            job.fan_speed[k] = speed as f32;
            job.air_kg_s[k] = (flow_w_per_k / AIR_CP_J_PER_KG_K) as f32;
            job.hot_share[k] = inlet.hot_share as f32;
            sums.cold_w_per_k += flow_w_per_k * (1.0 - inlet.hot_share);
            sums.heat_to_liquid_w += to_liquid_w;
            sums.tripped += u32::from(of_chips.tripped);
            sums.it_w += draw_w + network_w;
            sums.chip_w += of_chips.power_w;
            sums.rack_flow_w_per_k += flow_w_per_k;
            sums.heat_to_air_w += into_air_w - rack_stored_j / dt_s;
            sums.stored_j += chips_stored_j + rack_stored_j;
            sums.limited += u32::from(of_chips.limited);
            if of_chips.hottest_c > sums.hottest_c {
                sums.hottest_c = of_chips.hottest_c;
                sums.hottest_rack = rack as u32;
            }
        }
    }
    // Network gear stands in the hall's air without a mass of its own.
    sums.heat_to_air_w += sums.it_w - job.draw_w.iter().sum::<f64>();
    *job.sums = sums;
}

fn step(
    plan: Res<Plan>,
    clock: Res<Clock>,
    workers: Res<Workers>,
    piece: Res<TickSlice>,
    kernels: Res<Kernels>,
    demand: Res<Demand>,
    power: Res<RackPower>,
    paths: Res<AirPaths>,
    mut chips: ResMut<ChipColumns>,
    mut racks: ResMut<RackColumns>,
    mut halls: ResMut<HallColumns>,
) {
    let campus = &*plan.0;
    let due = piece.halls(campus);
    let (chips, racks, halls) = (&mut *chips, &mut *racks, &mut *halls);
    let rack_ranges = || campus.halls.iter().map(|hall| hall.racks.clone());
    let chip_ranges = || rack_ranges().map(|racks| campus.chips_of(racks));
    let mut junction_c = split(&mut chips.junction_c, chip_ranges()).into_iter();
    let mut power_w = split(&mut chips.power_w, chip_ranges()).into_iter();
    let mut busy = split(&mut chips.utilisation, chip_ranges()).into_iter();
    let mut flags = split(&mut chips.flags, chip_ranges()).into_iter();
    let mut inlet_c = split(&mut racks.inlet_c, rack_ranges()).into_iter();
    let mut outlet_c = split(&mut racks.outlet_c, rack_ranges()).into_iter();
    let mut draw_w = split(&mut racks.draw_w, rack_ranges()).into_iter();
    let mut cord_w = split(&mut racks.cord_w, rack_ranges()).into_iter();
    let mut battery_j = split(&mut racks.battery_j, rack_ranges()).into_iter();
    let mut dark = split(&mut racks.dark, rack_ranges()).into_iter();
    let mut hottest_c = split(&mut racks.hottest_c, rack_ranges()).into_iter();
    let mut utilisation = split(&mut racks.utilisation, rack_ranges()).into_iter();
    let mut limited = split(&mut racks.limited, rack_ranges()).into_iter();
    let mut pace = split(&mut racks.pace, rack_ranges()).into_iter();
    let mut fan_speed = split(&mut racks.fan_speed, rack_ranges()).into_iter();
    let mut air_kg_s = split(&mut racks.air_kg_s, rack_ranges()).into_iter();
    let mut hot_share = split(&mut racks.hot_share, rack_ranges()).into_iter();
    let mut sums = vec![HallSums::default(); campus.halls.len()];
    let mut jobs = Vec::with_capacity(campus.halls.len());
    for ((hall, racks_of), sums) in rack_ranges().enumerate().zip(&mut sums) {
        let chips_of = campus.chips_of(racks_of.clone());
        let (Some(junction_c), Some(power_w), Some(busy), Some(flags)) =
            (junction_c.next(), power_w.next(), busy.next(), flags.next())
        else {
            break;
        };
        let (Some(inlet_c), Some(outlet_c), Some(draw_w), Some(hottest_c)) =
            (inlet_c.next(), outlet_c.next(), draw_w.next(), hottest_c.next())
        else {
            break;
        };
        let (Some(utilisation), Some(limited), Some(pace), Some(fan_speed)) =
            (utilisation.next(), limited.next(), pace.next(), fan_speed.next())
        else {
            break;
        };
        let (Some(cord_w), Some(battery_j), Some(dark)) = (cord_w.next(), battery_j.next(), dark.next()) else {
            break;
        };
        let (Some(air_kg_s), Some(hot_share)) = (air_kg_s.next(), hot_share.next()) else {
            break;
        };
        if !halls.live[hall] || !due.contains(&hall) {
            continue;
        }
        jobs.push(HallJob {
            hall,
            air_kg_s,
            hot_share,
            racks: racks_of,
            chips: ChipSlices {
                junction_c,
                power_w,
                utilisation: busy,
                flags,
                spread: &chips.spread[chips_of],
            },
            inlet_c,
            outlet_c,
            draw_w,
            cord_w,
            battery_j,
            dark,
            hottest_c,
            utilisation,
            limited,
            pace,
            fan_speed,
            sums,
        });
    }
    let air: Vec<HallAir<'_>> = campus
        .halls
        .iter()
        .enumerate()
        .map(|(h, hall)| HallAir {
            aisles: &paths.aisles[hall.rows.clone()],
            height_spread: hall.height_spread,
            coolant_c: halls.coolant_supply_c[h],
            coolant_share: halls.coolant_share[h],
        })
        .collect();
    workers.for_each(jobs, |mut job| {
        let air = &air[job.hall];
        step_hall(&mut job, campus, &kernels.0, &demand.rack, &power, air, clock.dt_s);
    });
    for (h, sums) in due.filter(|h| halls.live[*h]).map(|h| (h, &sums[h])) {
        halls.it_w[h] = sums.it_w;
        halls.chip_w[h] = sums.chip_w;
        halls.battery_w[h] = sums.battery_w;
        halls.rack_air_kg_s[h] = sums.rack_flow_w_per_k / AIR_CP_J_PER_KG_K;
        halls.cold_air_kg_s[h] = sums.cold_w_per_k / AIR_CP_J_PER_KG_K;
        halls.heat_to_air_w[h] = sums.heat_to_air_w;
        halls.heat_to_liquid_w[h] = sums.heat_to_liquid_w;
        halls.tripped[h] = sums.tripped;
        halls.stored_j[h] = sums.stored_j;
        halls.unserved_w[h] = sums.unserved_w;
        halls.hottest_chip_c[h] = sums.hottest_c;
        halls.hottest_rack[h] = sums.hottest_rack;
        halls.limited[h] = sums.limited;
    }
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<ChipColumns>()
        .register_state::<RackColumns>()
        .register_state::<HallColumns>()
        .register_given::<Kernels>();
    app.add_systems(Tick, step.in_set(ChipPieces));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{self, Overrides};
    use crate::site::texts::NoFiles;

    #[test]
    fn a_utilisation_is_rounded_to_the_nearest_step() {
        for k in 0..=1_000_000 {
            let utilisation = k as f32 / 1e6;
            assert_eq!(byte(utilisation), (utilisation * 255.0 + 0.5) as u8, "{utilisation}");
        }
    }

    /// What does not fill all lanes comes out as in lanes that are full.
    #[test]
    fn racks_of_any_number_of_chips_are_stepped_alike() {
        let loaded = scenario::load(&NoFiles, "builtin:lab-day", Overrides::default());
        let campus = loaded.unwrap_or_else(|report| panic!("{report}")).site.campus;
        let mut kernel = Kernel::new(&campus.rack_kinds[0]);
        let air = ChipAir {
            inlet_c: 24.0,
            rise_k: 12.0,
            lift_k: 2.0,
            resistance: 0.08,
            dt_s: 60.0,
            tau_s: 50.0,
            keep: 0.3,
            utilisation: 0.9,
        };
        let mut step = |n: usize| {
            kernel.preheat.truncate(n);
            kernel.height.truncate(n);
            let of = |f: &dyn Fn(usize) -> f32| (0..n).map(f).collect::<Vec<f32>>();
            let (mut junction_c, mut power_w) = (of(&|k| 40.0 + k as f32), of(&|k| 300.0 + 7.0 * k as f32));
            let (mut utilisation, mut flags) = (vec![0; n], vec![0; n]);
            let spread: Vec<i8> = (0..n).map(|k| (k as i8 - 7) * 9).collect();
            let mut next = vec![0.0; n];
            let mut chips = ChipSlices {
                junction_c: &mut junction_c,
                power_w: &mut power_w,
                utilisation: &mut utilisation,
                flags: &mut flags,
                spread: &spread,
            };
            let sums = step_free(&kernel, air, &mut chips, &mut next);
            (next, power_w, utilisation, sums)
        };
        let (next, power_w, utilisation, _) = step(16);
        for n in [13, 8, 5, 1] {
            let (next_n, power_n, utilisation_n, sums) = step(n);
            assert_eq!((&next_n[..], &power_n[..]), (&next[..n], &power_w[..n]), "{n}");
            assert_eq!(utilisation_n[..], utilisation[..n], "{n}");
            let watts: f64 = power_n.iter().map(|w| f64::from(*w)).sum();
            assert!((sums.power_w - watts).abs() < 1e-9, "{n}: {} {watts}", sums.power_w);
            assert_eq!(sums.hottest_c, next_n.iter().copied().fold(f32::MIN, f32::max), "{n}");
        }
    }
}
