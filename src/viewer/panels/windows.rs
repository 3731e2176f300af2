//! Where windows open: in a place that no other window covers, as large as they want and the place allows.

use bevy::prelude::Resource;
use bevy_egui::egui;
use egui::{Rect, Vec2, pos2, vec2};

use crate::panels::parts::Part;

/// What a window's frame and title take of its size, points.
const FRAME: Vec2 = vec2(14.0, 48.0);

/// Height of a window's title bar, points.
const TITLE: f32 = 34.0;

/// Room between windows, points.
const GAP: f32 = 8.0;

/// Frames in which a window that opens is put into its place: the first ones measure it.
const SETTLES: u8 = 8;

/// A window's place when it opened, and the sizes that it can have.
#[derive(Debug, Clone, Copy)]
struct Place {
    rect: Rect,
    frames: u8,
    least: Vec2,
    most: Vec2,
    /// Windows that shared the room when it was found, and the size of the room.
    shared: usize,
    room: Vec2,
}

impl Place {
    /// Whether it is smaller than its window wants to be, and there is more room now than when it was found.
    fn can_grow(&self, windows: usize, room: Vec2) -> bool {
        let (size, slack) = (self.rect.size(), 1.0);
        let short = size.x + slack < self.most.x || size.y + slack < self.most.y;
        let wider = self.room.x + slack < room.x || self.room.y + slack < room.y;
        short && (windows < self.shared || wider)
    }
}

/// Places of the open windows.
#[derive(Resource, Debug, Default)]
pub(crate) struct Windows {
    /// What bars and panels leave free.
    pub(crate) free: Option<Rect>,
    /// What they left free in the frame before: a bar that has just opened is measured first.
    before: Option<Rect>,
    open: [Option<Place>; Part::ALL.len()],
    /// What else covers the site in this frame: legend, little map, captions.
    pub(crate) aside: Vec<Rect>,
}

impl Windows {
    /// What bars and panels leave free in this frame.
    pub(crate) fn set_free(&mut self, free: Rect) {
        if self.before.replace(free) == Some(free) {
            self.free = Some(free);
        }
    }

    /// What covers the site: windows and what lies beside them.
    pub(crate) fn covered(&self) -> Vec<Rect> {
        let open = self.open.iter().flatten().map(|place| place.rect);
        self.aside.iter().copied().chain(open).collect()
    }

    /// Title bars of the open windows, with the buttons that close them.
    pub(crate) fn titles(&self, ctx: &egui::Context) -> Vec<Rect> {
        let open = Part::ALL.into_iter().filter(|part| self.open[*part as usize].is_some());
        let seen = open.filter_map(|part| ctx.memory(|memory| memory.area_rect(egui::Id::new(part.name()))));
        seen.map(|rect| Rect::from_min_size(rect.min, vec2(rect.width(), TITLE)))
            .collect()
    }

    /// The part whose window is in front of all others.
    pub(crate) fn front(&self, ctx: &egui::Context) -> Option<Part> {
        let drawn: Vec<egui::LayerId> = ctx.memory(|memory| memory.layer_ids().collect());
        let height = |part: &Part| drawn.iter().position(|layer| layer.id == egui::Id::new(part.name()));
        let open = Part::ALL.into_iter().filter(|part| self.open[*part as usize].is_some());
        open.max_by_key(height)
    }

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
        let free = self.free?.shrink(GAP);
        // A bar that has opened since may lie over its place.
        let fits = |place: &Place| free.expand(GAP).contains_rect(place.rect);
        let windows = self.open.iter().flatten().count();
        let stays = |place: &Place| fits(place) && !place.can_grow(windows, free.size());
        if !self.open[part as usize].as_ref().is_some_and(stays) {
            self.place(ctx, free, part, least + FRAME, most + FRAME);
        }
        let place = self.open[part as usize].as_mut()?;
        let mut window = egui::Window::new(title.into())
            .id(egui::Id::new(part.name()))
            .collapsible(false)
            .fixed_size(place.rect.size())
            .default_pos(place.rect.min);
        if place.frames < SETTLES {
            // A window that can be moved keeps the place that it had.
            window = window.movable(false).current_pos(place.rect.min);
            place.frames += 1;
        }
        Some((window, place.rect.size() - FRAME))
    }

    /// Finds a place for a part's window; where there is none, all windows share the room anew.
    fn place(&mut self, ctx: &egui::Context, free: Rect, part: Part, least: Vec2, most: Vec2) {
        let others = Part::ALL.into_iter().filter(|other| *other != part);
        let taken: Vec<Rect> = others
            .filter_map(|other| {
                let place = self.open[other as usize]?;
                let seen = ctx.memory(|memory| memory.area_rect(egui::Id::new(other.name())));
                Some(seen.filter(|_| place.frames >= SETTLES).unwrap_or(place.rect))
            })
            .collect();
        let found = find(free, &taken, least, most);
        let (shared, room) = (taken.len() + 1, free.size());
        self.open[part as usize] = Some(Place {
            rect: found.unwrap_or(Rect::from_min_size(free.min, most.min(free.size()))),
            frames: 0,
            least,
            most,
            shared,
            room,
        });
        if found.is_none() {
            let mut open: Vec<&mut Place> = self.open.iter_mut().flatten().collect();
            let sizes: Vec<[Vec2; 2]> = open.iter().map(|place| [place.least, place.most]).collect();
            for (place, rect) in open.iter_mut().zip(tiles(free, &sizes)) {
                place.rect = rect;
                (place.frames, place.shared, place.room) = (0, shared, room);
            }
        }
    }
}

/// Places side by side and below each other, in as many columns as show most of what the windows want.
fn tiles(free: Rect, sizes: &[[Vec2; 2]]) -> Vec<Rect> {
    let count = sizes.len().max(1);
    let cell = |columns: usize| {
        let rows = count.div_ceil(columns);
        let gaps = vec2((columns - 1) as f32, (rows - 1) as f32) * GAP;
        (free.size() - gaps) / vec2(columns as f32, rows as f32)
    };
    // What is smaller than a window can be counts for little: the rest of it has to be scrolled for.
    let worth = |columns: usize| -> f32 {
        let cell = cell(columns);
        let of = |[least, most]: &[Vec2; 2]| {
            let size = cell.min(*most);
            let short = (size.x / least.x).min(1.0) * (size.y / least.y).min(1.0);
            size.x * size.y / (most.x * most.y) * short * short
        };
        sizes.iter().map(of).sum()
    };
    let columns = (1..=count).max_by(|a, b| worth(*a).total_cmp(&worth(*b))).unwrap_or(1);
    let cell = cell(columns);
    let rects = sizes.iter().enumerate().map(|(k, [_, most])| {
        let at = vec2((k % columns) as f32, (k / columns) as f32) * (cell + vec2(GAP, GAP));
        Rect::from_min_size(free.min + at, cell.min(*most))
    });
    rects.collect()
}

/// The largest free place up to `most`, the upper and left one of equals; none where none has `least`.
fn find(free: Rect, taken: &[Rect], least: Vec2, most: Vec2) -> Option<Rect> {
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
    best.map(|(_, place)| place)
}
