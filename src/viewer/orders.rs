//! Orders of hands to what runs. Each is kept as an event of its scenario, so that links carry it.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use rainier::scenario::{Action, Event};
use rainier::sim::UnderWay;
use rainier::sim::clock::Clock;
use rainier::sim::command::{Command, CommandQueue};
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::Found;

use crate::cases::{ByHand, Case};

/// Orders of hands, which links carry as events.
#[derive(SystemParam)]
pub(crate) struct Doing<'w> {
    pub(crate) plan: Res<'w, Plan>,
    case: Res<'w, Case>,
    clock: Res<'w, Clock>,
    under_way: Option<Res<'w, UnderWay>>,
    queue: ResMut<'w, CommandQueue>,
    by_hand: ResMut<'w, ByHand>,
}

impl Doing<'_> {
    /// Gives an order, to be carried out at the next tick.
    pub(crate) fn order(&mut self, command: Command) {
        let event = as_event(&command, &self.plan.0);
        self.carry_out(event, command);
    }

    /// When what is ordered now is carried out, s since the start: while a tick is under way, orders wait for the one after it.
    pub(crate) fn at_s(&self) -> f64 {
        let wait_s = if self.under_way.is_some() { self.clock.dt_s } else { 0.0 };
        self.clock.time_s + wait_s
    }

    /// Gives the order of an event; its time is that of the next tick.
    pub(crate) fn carry_out(&mut self, event: Option<Event>, command: Command) {
        let at_s = self.at_s();
        if let Some(event) = event {
            self.by_hand.note(&self.case, &Event { at_s, ..event });
        }
        self.queue.0.push(command);
    }
}

/// An order as an event of a scenario.
fn as_event(command: &Command, campus: &Campus) -> Option<Event> {
    let node = |n: u32| campus.power.nodes.get(n as usize).map(|node| node.name.clone());
    let hall = |h: usize| Some(campus.address(Found::Hall(h)).to_string());
    let (action, at, value) = match *command {
        Command::OpenFeed(n) => (Action::OpenFeed, node(n), None),
        Command::CloseFeed(n) => (Action::CloseFeed, node(n), None),
        Command::BreakNode { node: n, count } => (Action::BreakNode, node(n), Some(f64::from(count))),
        Command::RepairNode(n) => (Action::RepairNode, node(n), None),
        Command::FailUnits { hall: h, count } => (Action::FailUnits, hall(h), Some(f64::from(count))),
        Command::RepairUnits { hall: h } => (Action::RepairUnits, hall(h), None),
        _ => return None,
    };
    Some(Event {
        at_s: 0.0,
        action,
        at,
        value,
        lasts_s: None,
        job: None,
    })
}
