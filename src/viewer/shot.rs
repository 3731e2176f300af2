//! What the flags ask to be shown, and the picture of it that `--shot` takes: a walk of one stop.

use bevy::prelude::*;
use rainier::site::schema::Day;
use rainier::tour::Inside;
use rainier::view::walk::{EditorPage, Halt, Theme};

use crate::args::Args;
use crate::panels::editor::Page;
use crate::panels::parts::Part;
use crate::panels::theme::Look;
use crate::walk::{Pictures, To, Walking};

/// What the flags ask for as a stop.
fn asked(args: &Args) -> Halt {
    let open = [
        (Part::Slice, args.slice),
        (Part::Airflow, args.airflow),
        (Part::Chart, args.chart),
        (Part::Cooling, args.cooling),
        (Part::OneLine, args.one_line),
        (Part::Jobs, args.jobs),
        (Part::Timeline, args.timeline.is_some()),
        (Part::Growth, args.growth),
        (Part::Money, args.money),
        (Part::Editor, args.editor.is_some() || args.edit.is_some()),
        (Part::Compare, args.compare.is_some()),
        (Part::Trends, args.trends),
        (Part::Alarms, args.alarms),
    ];
    Halt {
        name: String::new(),
        // They run already.
        scenario: None,
        compare: None,
        // A link has a time of its own.
        at_s: (args.shot.is_some() && args.link.is_none()).then_some(args.at),
        place: args.look.clone(),
        camera: None,
        overlay: Some(args.overlay.name().into()),
        difference: Some(args.difference),
        roofs: Some(args.roofs),
        inside: match (args.xray, args.section) {
            (true, _) => Some(Inside::XRay),
            (false, Some(_)) => Some(Inside::Section),
            (false, None) => None,
        },
        cut: args.section.map(f64::from),
        labels: Some(!args.no_labels),
        minimap: Some(!args.no_minimap),
        date: args.timeline.map(Day),
        open: open
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(part, _)| part.name().to_owned())
            .collect(),
        page: args.editor.map(|page| match page {
            Page::Text => EditorPage::Text,
            Page::Form => EditorPage::Form,
            Page::Now => EditorPage::Now,
        }),
        job: args.job.clone(),
        search: args.search.clone(),
        tour: args.tour.clone(),
        step: args.tour_step.and_then(|step| u32::try_from(step.get()).ok()),
        theme: Some(match args.theme {
            Look::Dark => Theme::Dark,
            Look::Light => Theme::Light,
        }),
        size_px: None,
        scale: None,
        film: None,
    }
}

/// Adds what the flags ask for.
pub(crate) fn add(app: &mut App, args: &Args) {
    let to = match (&args.shot, &args.pictures) {
        (Some(file), _) => Some(To::File(file.into())),
        (None, Some(folder)) => Some(To::Folder(folder.clone())),
        (None, None) => None,
    };
    let (stops, size_px) = match &args.course {
        Some(walk) => (walk.stops.clone(), walk.size_px),
        None => (vec![asked(args)], None),
    };
    let size_px = size_px.unwrap_or([args.size.0, args.size.1]);
    let pictures = to.map(|to| Pictures {
        to,
        size_px,
        scale: args.scale,
        prints_link: args.print_link,
    });
    crate::walk::add(app, Walking::new(stops, pictures));
}
