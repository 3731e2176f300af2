//! Where windows open: in a place that no other window covers, as large as they want and the place allows.

use bevy::prelude::Resource;
use bevy_egui::egui;
use egui::{Rect, Vec2, pos2, vec2};

use crate::panels::parts::Part;

/// What a window's frame and title take of its size, points.
const FRAME: Vec2 = vec2(14.0, 48.0);

/// Room between windows, points.
const GAP: f32 = 8.0;

/// Frames in which a window that opens is put into its place: the first ones measure it.
const SETTLES: u8 = 8;

/// Height of the bar at a window's head, with its title and the button that closes it, points.
const TITLE: f32 = 34.0;

/// A window's place when it opened or grew, and the sizes that it can have.
#[derive(Debug, Clone, Copy)]
struct Place {
    rect: Rect,
    frames: u8,
    least: Vec2,
    most: Vec2,
    /// How often there had been more room when it was last given all that there was.
    room: u32,
    /// Where it was seen last: it may have been moved, and is as high as what is in it.
    seen: Option<Rect>,
}

impl Place {
    /// Where it is. While it settles it is on its way to its place.
    fn now(&self) -> Rect {
        self.seen.filter(|_| self.frames >= SETTLES).unwrap_or(self.rect)
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
    /// How often a window has closed or the room has changed: what had too little may have more.
    room: u32,
    /// What else covers the site in this frame: legend, little map, captions.
    pub(crate) aside: Vec<Rect>,
    /// Where new alarms are told in this frame.
    pub(crate) notes: Option<Rect>,
}

impl Windows {
    /// What bars and panels leave free in this frame.
    pub(crate) fn set_free(&mut self, free: Rect) {
        if self.before.replace(free) == Some(free) && self.free.replace(free) != Some(free) {
            self.room += 1;
        }
    }

    /// What covers the site: windows and what lies beside them.
    pub(crate) fn covered(&self) -> Vec<Rect> {
        let open = self.open.iter().flatten().map(|place| place.rect);
        self.aside.iter().copied().chain(open).collect()
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
        if self.open[part as usize].take().is_some() {
            self.room += 1;
        }
    }

    /// Where the windows of other parts are.
    fn others(&self, part: Part) -> Vec<Rect> {
        let others = Part::ALL.into_iter().filter(|other| *other != part);
        let open = others.filter_map(|other| self.open[other as usize].as_ref());
        open.map(Place::now).collect()
    }

    /// Heads of the open windows, with their titles and the buttons that close them.
    pub(crate) fn titles(&self) -> Vec<Rect> {
        let head = |rect: Rect| Rect::from_min_size(rect.min, vec2(rect.width(), TITLE));
        self.open.iter().flatten().map(|place| head(place.now())).collect()
    }

    /// Where windows are, for the page's scripts.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn laid_out(&self) -> impl Iterator<Item = (Part, Rect)> {
        let open = Part::ALL.into_iter();
        open.filter_map(|part| Some((part, self.open[part as usize].as_ref()?.now())))
    }

    /// A part's window, and the room for what is in it; none before the panels have been drawn.
    pub(crate) fn show(
        &mut self,
        ctx: &egui::Context,
        part: Part,
        title: impl Into<String>,
        least: Vec2,
        most: Vec2,
    ) -> Option<(Framed<'static>, Vec2)> {
        let free = self.free?.shrink(GAP);
        // A bar that has opened since may lie over its place.
        let fits = |place: &Place| free.expand(GAP).contains_rect(place.rect);
        if !self.open[part as usize].as_ref().is_some_and(fits) {
            self.place(free, part, least + FRAME, most + FRAME);
        }
        if let Some(place) = &mut self.open[part as usize] {
            place.seen = ctx.memory(|memory| memory.area_rect(egui::Id::new(part.name())));
        }
        self.grow(free, part);
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
        Some((Framed(window), place.rect.size() - FRAME))
    }

    /// Gives a window that has less than it wants what there is, once there may be more.
    fn grow(&mut self, free: Rect, part: Part) {
        let Some(place) = self.open[part as usize] else { return };
        if place.room == self.room || place.frames < SETTLES {
            return;
        }
        // It may have been moved since it was given its place.
        let rect = Rect::from_min_size(place.now().min, place.rect.size());
        let larger = grown(free, &self.others(part), rect, place.most);
        if let Some(place) = &mut self.open[part as usize] {
            place.room = self.room;
            if larger != rect {
                place.rect = larger;
                place.frames = 0;
            }
        }
    }

    /// Finds a place for a part's window; where there is none, all windows share the room anew.
    fn place(&mut self, free: Rect, part: Part, least: Vec2, most: Vec2) {
        let taken = self.others(part);
        let found = find(free, &taken, least, most);
        self.open[part as usize] = Some(Place {
            rect: found.unwrap_or(Rect::from_min_size(free.min, most.min(free.size()))),
            frames: 0,
            least,
            most,
            room: self.room,
            seen: None,
        });
        if found.is_none() {
            let mut open: Vec<&mut Place> = self.open.iter_mut().flatten().collect();
            let sizes: Vec<[Vec2; 2]> = open.iter().map(|place| [place.least, place.most]).collect();
            for (place, rect) in open.iter_mut().zip(tiles(free, &sizes)) {
                place.rect = rect;
                place.frames = 0;
            }
        }
    }
}

/// A part's window: what is wider than its inside is moved along in it. A window that grew with its contents would leave its
/// head behind, and its place.
#[must_use]
pub(crate) struct Framed<'o>(egui::Window<'o>);

impl<'o> Framed<'o> {
    /// Says whether it is open, with a button that closes it.
    pub(crate) fn open(self, open: &'o mut bool) -> Self {
        Self(self.0.open(open))
    }

    /// Shows it.
    pub(crate) fn show(self, ctx: &egui::Context, contents: impl FnOnce(&mut egui::Ui)) {
        let frame = egui::Frame::window(&ctx.global_style());
        let inside = egui::ScrollArea::horizontal()
            .id_salt("inside")
            .auto_shrink([false, true])
            .content_margin(frame.inner_margin);
        // The margin is within what is moved along, so that what has the focus has room for its ring.
        let window = self.0.frame(frame.inner_margin(0)).title_frame(frame);
        window.show(ctx, |ui| inside.show(ui, contents));
    }
}

/// A window's place with as much more to the right and below, and then to the left and above, as it wants and others leave.
fn grown(free: Rect, taken: &[Rect], rect: Rect, most: Vec2) -> Rect {
    let mut rect = rect;
    for axis in [0, 1] {
        let across = 1 - axis;
        let (mut low, mut high) = (free.min[axis], free.max[axis]);
        for other in taken {
            if other.max[across] + GAP <= rect.min[across] || other.min[across] - GAP >= rect.max[across] {
                continue;
            }
            if other.min[axis] >= rect.max[axis] {
                high = high.min(other.min[axis] - GAP);
            } else if other.max[axis] <= rect.min[axis] {
                low = low.max(other.max[axis] + GAP);
            } else {
                // They lie over each other already, as somebody has put them.
                (low, high) = (rect.min[axis], rect.max[axis]);
            }
        }
        let wanted = most[axis].min(high - low);
        if wanted > rect.max[axis] - rect.min[axis] {
            rect.max[axis] = (rect.min[axis] + wanted).min(high);
            rect.min[axis] = (rect.max[axis] - wanted).max(low);
        }
    }
    rect
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x0: f32, y0: f32, x1: f32, y1: f32) -> Rect {
        Rect::from_min_max(pos2(x0, y0), pos2(x1, y1))
    }

    #[test]
    fn a_window_gets_its_width_back_when_there_is_room_again() {
        let free = rect(0.0, 100.0, 1000.0, 700.0);
        let narrow = rect(0.0, 100.0, 400.0, 400.0);
        let most = vec2(700.0, 300.0);
        assert_eq!(grown(free, &[], narrow, most), rect(0.0, 100.0, 700.0, 400.0));
        // Up to what stands beside it, and no further.
        let beside = rect(508.0, 100.0, 900.0, 300.0);
        assert_eq!(grown(free, &[beside], narrow, most), rect(0.0, 100.0, 500.0, 400.0));
        // At the right edge it grows to the left.
        let right = rect(600.0, 100.0, 1000.0, 400.0);
        assert_eq!(grown(free, &[], right, most), rect(300.0, 100.0, 1000.0, 400.0));
        // What somebody has put over it stays over it.
        let over = rect(300.0, 200.0, 800.0, 300.0);
        assert_eq!(grown(free, &[over], narrow, most), narrow);
        assert_eq!(grown(free, &[], rect(0.0, 100.0, 700.0, 400.0), most).size(), most);
    }
}
