//! Where windows open: in a place that no other window covers, as large as they want and the place allows.

use bevy::prelude::Resource;
use bevy_egui::egui;
use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::parts::Part;

/// What a window's frame and title take of its size, points.
const FRAME: Vec2 = vec2(14.0, 42.0);

/// Room between windows, points.
const GAP: f32 = 8.0;

/// Frames in which a window that opens is put into its place: the first only measures it.
const SETTLES: u8 = 3;

/// A window's place when it opened.
#[derive(Debug, Clone, Copy)]
struct Place {
    rect: Rect,
    frames: u8,
}

/// Places of the open windows.
#[derive(Resource, Debug, Default)]
pub(crate) struct Windows {
    /// What bars and panels leave free.
    pub(crate) free: Option<Rect>,
    open: [Option<Place>; Part::ALL.len()],
}

impl Windows {
    /// A part's window has been closed.
    pub(crate) fn close(&mut self, part: Part) {
        self.open[part as usize] = None;
    }

    /// A part's window, and the room for what is in it; none before the panels have been drawn.
    pub(crate) fn show(
        &mut self,
        ctx: &egui::Context,
        part: Part,
        title: impl Into<String>,
        least: Vec2,
        most: Vec2,
    ) -> Option<(egui::Window<'static>, Vec2)> {
        let free = self.free?;
        let id = egui::Id::new(part.name());
        let place = match self.open[part as usize] {
            Some(place) => place,
            None => Place {
                rect: self.find(ctx, free, part, least + FRAME, most + FRAME),
                frames: 0,
            },
        };
        self.open[part as usize] = Some(Place {
            frames: place.frames.saturating_add(1),
            ..place
        });
        let mut window = egui::Window::new(title.into())
            .id(id)
            .collapsible(false)
            .resizable(false)
            .default_pos(place.rect.min);
        if place.frames < SETTLES {
            window = window.current_pos(place.rect.min);
        }
        Some((window, place.rect.size() - FRAME))
    }

    fn find(&self, ctx: &egui::Context, free: Rect, part: Part, least: Vec2, most: Vec2) -> Rect {
        let free = free.shrink(GAP);
        let others = Part::ALL.into_iter().filter(|other| *other != part);
        let taken: Vec<Rect> = others
            .filter_map(|other| {
                let place = self.open[other as usize]?;
                let seen = ctx.memory(|memory| memory.area_rect(egui::Id::new(other.name())));
                Some(seen.filter(|_| place.frames > SETTLES).unwrap_or(place.rect))
            })
            .collect();
        find(free, &taken, least, most)
    }
}

/// The largest free place up to `most`, the upper and left one of equals; where none has `least`, the place of that
/// size that covers the least of others.
fn find(free: Rect, taken: &[Rect], least: Vec2, most: Vec2) -> Rect {
    let most = most.min(free.size());
    let least = least.min(most);
    let mut edges = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    let [lefts, rights, tops, bottoms] = &mut edges;
    lefts.push(free.left());
    rights.push(free.right());
    tops.push(free.top());
    bottoms.push(free.bottom());
    for rect in taken {
        lefts.push(rect.right() + GAP);
        rights.push(rect.left() - GAP);
        tops.push(rect.bottom() + GAP);
        bottoms.push(rect.top() - GAP);
    }
    let mut best: Option<(f32, Rect)> = None;
    for x0 in &*lefts {
        for x1 in rights.iter().filter(|x1| **x1 - x0 >= least.x) {
            for y0 in &*tops {
                for y1 in bottoms.iter().filter(|y1| **y1 - y0 >= least.y) {
                    let place = Rect::from_min_max(pos2(*x0, *y0), pos2(*x1, *y1));
                    if !free.expand(0.5).contains_rect(place) || taken.iter().any(|t| t.intersects(place)) {
                        continue;
                    }
                    let size = place.size().min(most);
                    let score = size.x * size.y - (place.min - free.min).length();
                    if best.is_none_or(|(other, _)| score > other) {
                        best = Some((score, Rect::from_min_size(place.min, size)));
                    }
                }
            }
        }
    }
    best.map_or_else(|| least_covering(free, taken, least), |(_, place)| place)
}

fn least_covering(free: Rect, taken: &[Rect], size: Vec2) -> Rect {
    const STEP: f32 = 24.0;
    let room = (free.size() - size).max(Vec2::ZERO);
    let steps = (room / STEP).floor();
    let covered = |at: Pos2| {
        let place = Rect::from_min_size(at, size);
        let cover = |other: &Rect| place.intersect(*other);
        let area: f32 = taken
            .iter()
            .map(|t| cover(t).width().max(0.0) * cover(t).height().max(0.0))
            .sum();
        // A title that can still be seen can be taken hold of.
        let hidden = taken
            .iter()
            .filter(|t| place.contains(t.left_top() + vec2(20.0, 12.0)))
            .count();
        area + hidden as f32 * 20_000.0
    };
    let mut best = (f32::INFINITY, free.min);
    for j in 0..=steps.y as u32 {
        for i in 0..=steps.x as u32 {
            let at = free.min + vec2(i as f32, j as f32) * STEP;
            let cost = covered(at);
            if cost < best.0 {
                best = (cost, at);
            }
        }
    }
    Rect::from_min_size(best.1, size)
}
