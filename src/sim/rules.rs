//! Rules: when a reading has been beyond a limit for so long, commands follow. They are looked at when a tick has ended
//! and carried out at the start of the next one, so that neither threads nor the order of rules move a run.

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::Tick;
use super::clock::Clock;
use super::command::Command;
use super::power::incidents::{Incidents, What};
use super::registry::{RegisterState, TwinState};
use super::sense::{self, Aggregation, Quantity, Scope};
use super::step::RuleWatch;

/// A command that follows, s after a rule has been met.
pub type DelayedCommand = (f64, Command);

/// A rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What is measured.
    pub quantity: Quantity,
    /// Where.
    pub scope: Scope,
    /// How the readings of its parts become one.
    pub take: Option<Aggregation>,
    /// Whether it is met above its limit or below.
    pub above: bool,
    /// Limit, in the unit of the quantity.
    pub limit: f64,
    /// Where it counts as over again.
    pub clears: f64,
    /// How long the reading must have been beyond, s.
    pub for_s: f64,
    /// Time after which it may be met again once it is over, s; it is met only once without.
    pub again_after_s: Option<f64>,
    /// What follows.
    pub then: Vec<DelayedCommand>,
    /// What follows when it is over.
    pub cleared: Vec<DelayedCommand>,
}

/// Where a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct State {
    /// Since when its reading is beyond the limit, s.
    since_s: Option<f64>,
    /// The incident with which it was met, while it is; the inner one is missing where none could be kept.
    met: Option<Option<u32>>,
    /// When it was last over, s.
    over_s: Option<f64>,
}

/// All rules, and what they have ordered.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Rules {
    /// Rules of the scenario.
    #[serde(skip)]
    pub rules: Vec<Rule>,
    states: Vec<State>,
    /// Orders: when, what, and because of which incident.
    orders: Vec<(f64, Command, Option<u32>)>,
}

impl TwinState for Rules {
    const NAME: &'static str = "rules";

    fn regain(&mut self, other: Self) {
        self.rules = other.rules;
    }

    fn fits(&self, other: &Self) -> bool {
        self.states.len() == other.states.len()
    }
}

/// A rule that was met, or is over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RuleTransition {
    /// Its number, from 1.
    pub rule: u32,
    /// What was measured.
    pub quantity: Quantity,
    /// Where.
    pub scope: Scope,
    /// The reading.
    pub value: f64,
    /// Whether it is met above its limit.
    pub above: bool,
    /// The limit.
    pub limit: f64,
    /// Whether it is over.
    pub over: bool,
}

impl Rules {
    /// Whether a rule is met now, by its number from 1.
    #[must_use]
    pub fn is_met(&self, number: u32) -> bool {
        let state = (number as usize).checked_sub(1).and_then(|n| self.states.get(n));
        state.is_some_and(|state| state.met.is_some())
    }

    /// Rules, none of which has been met.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        let states = vec![State::default(); rules.len()];
        Self {
            rules,
            states,
            orders: Vec::new(),
        }
    }

    /// Takes the orders that are due before a time.
    pub(super) fn due(&mut self, before_s: f64) -> Vec<(Command, Option<u32>)> {
        let mut due = Vec::new();
        self.orders.retain(|(at_s, command, cause)| {
            let now = *at_s < before_s;
            if now {
                due.push((*at_s, command.clone(), *cause));
            }
            !now
        });
        due.sort_by(|a, b| a.0.total_cmp(&b.0));
        due.into_iter().map(|(_, command, cause)| (command, cause)).collect()
    }
}

/// Whether a value is beyond a limit.
fn beyond(above: bool, value: f64, limit: f64) -> bool {
    if above { value > limit } else { value < limit }
}

/// Looks at every rule.
fn watch(world: &mut World) {
    let clock = world.resource::<Clock>();
    let (now_s, stands) = (clock.time_s, clock.warming_up());
    if stands || world.resource::<Rules>().rules.is_empty() {
        return;
    }
    let mut rules = std::mem::take(&mut *world.resource_mut::<Rules>());
    for (n, (rule, state)) in rules.rules.iter().zip(&mut rules.states).enumerate() {
        let read = sense::read(world, rule.quantity, rule.scope, rule.take, rule.above);
        let is = |limit: f64| read.is_some_and(|read| beyond(rule.above, read.value, limit));
        let met = |read: sense::Read, over: bool| {
            What::RuleTransition(RuleTransition {
                rule: n as u32 + 1,
                quantity: rule.quantity,
                scope: rule.scope,
                value: read.value,
                above: rule.above,
                limit: rule.limit,
                over,
            })
        };
        let orders = |deeds: &[DelayedCommand], cause: Option<u32>| {
            let of = move |(after_s, command): &DelayedCommand| (now_s + after_s, command.clone(), cause);
            deeds.iter().map(of).collect::<Vec<_>>()
        };
        if let Some(number) = state.met {
            if is(rule.clears) {
                continue;
            }
            *state = State {
                over_s: Some(now_s),
                ..State::default()
            };
            if !rule.cleared.is_empty() {
                let read = read.unwrap_or(sense::Read {
                    value: 0.0,
                    at: super::power::incidents::At::Site,
                });
                let mut incidents = world.resource_mut::<Incidents>();
                let cause = incidents.push_at(now_s, read.at, met(read, true), number);
                rules.orders.extend(orders(&rule.cleared, cause));
            }
            continue;
        }
        let Some(read) = read.filter(|_| is(rule.limit)) else {
            state.since_s = None;
            continue;
        };
        let since_s = *state.since_s.get_or_insert(now_s);
        let may = state
            .over_s
            .is_none_or(|over_s| rule.again_after_s.is_some_and(|wait_s| now_s - over_s >= wait_s));
        // A tick's times are multiples of it: their differences are off by rounding.
        if may && now_s - since_s >= rule.for_s - 1e-6 {
            let reason = sense::reason(world, read.at);
            let mut incidents = world.resource_mut::<Incidents>();
            let cause = incidents.push_at(now_s, read.at, met(read, false), reason);
            rules.orders.extend(orders(&rule.then, cause));
            state.met = Some(cause);
        }
    }
    *world.resource_mut::<Rules>() = rules;
}

pub(super) fn plugin(app: &mut App) {
    app.register_state::<Rules>();
    app.add_systems(Tick, watch.in_set(RuleWatch));
}
