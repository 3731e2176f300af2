//! Places that are kept under a name: where, how it is looked at, and in what colours. They outlast the session.

use bevy::prelude::*;
use rainier::site::Campus;
use serde::{Deserialize, Serialize};

use crate::navigation::camera::View;
use crate::navigation::{Go, Orbit};
use crate::selection::{Overlay, Roofs, Selection, Shown, name, place};
use crate::store;
use crate::words::say;

/// Where they are kept.
const KEY: &str = "bookmarks.ron";

/// Most that are kept.
const MOST: usize = 200;

/// Longest name, characters.
pub(crate) const LONGEST: usize = 60;

/// A place under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bookmark {
    /// Its name.
    pub(crate) name: String,
    /// Name of the site that it is on.
    pub(crate) site: String,
    /// Address of the place; none for the site.
    place: Option<String>,
    /// What is looked at, m east, up and south.
    focus_m: [f32; 3],
    distance_m: f32,
    yaw: f32,
    pitch: f32,
    overlay: String,
    roofs: bool,
}

/// What is kept.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Bookmarks {
    /// In the order in which they were made.
    pub(crate) list: Vec<Bookmark>,
    /// Why they could not be read or kept; empty if they could.
    pub(crate) problem: String,
    /// The name that is being written.
    pub(crate) draft: String,
}

/// How a place is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shows {
    /// The place.
    pub(crate) selection: Selection,
    /// The look.
    pub(crate) view: View,
    /// What colours the racks.
    pub(crate) overlay: Overlay,
    /// Whether roofs are on.
    pub(crate) roofs: bool,
}

impl Bookmark {
    fn of(label: &str, campus: &Campus, shows: &Shows) -> Self {
        Self {
            name: label.chars().take(LONGEST).collect(),
            site: campus.name.clone(),
            place: shows.selection.0.map(|found| name(campus, found)),
            focus_m: shows.view.focus.to_array(),
            distance_m: shows.view.distance,
            yaw: shows.view.yaw,
            pitch: shows.view.pitch,
            overlay: shows.overlay.name().to_owned(),
            roofs: shows.roofs,
        }
    }

    /// What it shows; none where it is of another site, or a hand has put into it what cannot be looked at.
    fn shows(&self, campus: &Campus) -> Option<Shows> {
        let numbers = [self.distance_m, self.yaw, self.pitch];
        if self.site != campus.name || !numbers.iter().chain(&self.focus_m).all(|x| x.is_finite()) {
            return None;
        }
        let view = View {
            focus: Vec3::from_array(self.focus_m),
            distance: self.distance_m,
            yaw: self.yaw,
            pitch: self.pitch,
        };
        Some(Shows {
            selection: Selection(self.place.as_ref().and_then(|text| place(campus, text).ok())),
            view: view.kept(),
            overlay: Overlay::named(&self.overlay).unwrap_or(Overlay::Temperature),
            roofs: self.roofs,
        })
    }
}

impl Bookmarks {
    /// What was kept; a text that is none is left as it is.
    fn read() -> Self {
        let Some(text) = store::read(KEY) else {
            return Self::default();
        };
        match ron::from_str(&text) {
            Ok(list) => Self {
                list,
                ..Self::default()
            },
            Err(error) => Self {
                problem: say!("bookmarks-unreadable", file = KEY, error = error.to_string()),
                ..Self::default()
            },
        }
    }

    /// Keeps what is shown under a name, in the place of an older one of that name.
    pub(crate) fn add(&mut self, label: &str, campus: &Campus, shows: &Shows) {
        let new = Bookmark::of(label.trim(), campus, shows);
        self.list.retain(|old| (&old.name, &old.site) != (&new.name, &new.site));
        if self.list.len() >= MOST {
            self.problem = say!("bookmarks-full", most = MOST);
            return;
        }
        self.list.push(new);
        self.keep();
    }

    /// Lets one go.
    pub(crate) fn remove(&mut self, k: usize) {
        if k < self.list.len() {
            self.list.remove(k);
            self.keep();
        }
    }

    fn keep(&mut self) {
        let text = ron::ser::to_string_pretty(&self.list, ron::ser::PrettyConfig::default());
        let kept = text
            .map_err(|error| error.to_string())
            .and_then(|text| store::write(KEY, &text));
        self.problem = kept.err().unwrap_or_default();
    }

    /// Goes to one.
    pub(crate) fn go(
        &self,
        k: usize,
        campus: &Campus,
        selection: &mut Selection,
        orbit: &mut Orbit,
        shown: &mut Shown,
        roofs: &mut Roofs,
    ) {
        if let Some(shows) = self.list.get(k).and_then(|bookmark| bookmark.shows(campus)) {
            *selection = shows.selection;
            shown.0 = shows.overlay;
            roofs.0 = shows.roofs;
            orbit.go = Some(Go::View(shows.view));
        }
    }
}

pub(crate) fn plugin(app: &mut App) {
    app.insert_resource(Bookmarks::read());
}

#[cfg(test)]
mod tests {
    use super::*;
    use rainier::site::load::load_site;
    use rainier::site::texts::NoFiles;

    #[test]
    fn a_bookmark_shows_what_was_kept_after_it_has_been_written_and_read() {
        let campus = load_site(&NoFiles, "builtin:lab", None).expect("is valid").campus;
        let view = View {
            focus: Vec3::new(3.0, 1.0, -2.0),
            distance: 4.5,
            yaw: -1.25,
            pitch: 0.1,
        };
        let shows = Shows {
            selection: Selection(place(&campus, "B01/H1/R02/K03/T04").ok()),
            view,
            overlay: Overlay::Inlet,
            roofs: true,
        };
        assert!(shows.selection.0.is_some());
        let bookmark = Bookmark::of("The corner", &campus, &shows);
        let text = ron::to_string(&vec![bookmark.clone()]).expect("is written");
        let read: Vec<Bookmark> = ron::from_str(&text).expect("is read");
        assert_eq!(read[0].shows(&campus), Some(shows));
        let elsewhere = Bookmark {
            site: "Elsewhere".into(),
            ..bookmark.clone()
        };
        assert_eq!(elsewhere.shows(&campus), None);
        let broken = Bookmark {
            distance_m: f32::NAN,
            ..bookmark
        };
        assert_eq!(broken.shows(&campus), None);
    }
}
