//! `rainier-view`: the twin in 3D, in a window and in a browser from the same source.
//!
//! The view reads the simulation and changes it only through its commands.

mod advance;
mod args;
mod cases;
mod difference;
mod history;
mod navigation;
mod panels;
mod scenarios;
mod selection;
mod shot;
mod store;
#[cfg(target_arch = "wasm32")]
mod web;
mod world;

use bevy::app::PluginGroupBuilder;
use bevy::asset::AssetMetaCheck;
use bevy::prelude::*;
use bevy::render::error_handler::{RenderErrorHandler, RenderErrorPolicy};
use bevy::window::{PresentMode, WindowResolution};
use bevy_egui::EguiPlugin;

use crate::cases::{Beside, Case, Side};

fn main() -> AppExit {
    #[cfg(target_arch = "wasm32")]
    console_error_panic_hook::set_once();
    let args = args::Args::read();
    let (case, behind) = match (args.load(), args.behind().transpose()) {
        (Ok(case), Ok(behind)) => (case, behind),
        (Err(report), _) | (_, Err(report)) => return fail(&report.to_string()),
    };
    let tour = match args
        .tour
        .as_deref()
        .map(|file| rainier::tour::load(args::TEXTS, file))
        .transpose()
    {
        Ok(tour) => tour,
        Err(report) => return fail(&report.to_string()),
    };
    if let Some(place) = &args.look
        && let Err(message) = selection::place(&case.loaded.site.campus, place)
    {
        return fail(&message);
    }
    app(args, case, behind, tour).run()
}

/// Says what is wrong and ends with the exit code of wrong input.
fn fail(message: &str) -> AppExit {
    #[cfg(target_arch = "wasm32")]
    web::show_error(message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{message}");
    AppExit::from_code(2)
}

fn plugins(args: &args::Args) -> PluginGroupBuilder {
    DefaultPlugins
        .set(WindowPlugin {
            primary_window: Some(Window {
                title: "rainier".into(),
                resolution: WindowResolution::new(args.size.0, args.size.1),
                canvas: Some("#campus".into()),
                fit_canvas_to_parent: true,
                prevent_default_event_handling: true,
                present_mode: PresentMode::AutoVsync,
                ..default()
            }),
            ..default()
        })
        .set(AssetPlugin {
            meta_check: AssetMetaCheck::Never,
            ..default()
        })
}

fn app(args: args::Args, case: Case, behind: Option<Case>, tour: Option<rainier::tour::TourFile>) -> App {
    let mut app = App::new();
    app.add_plugins(plugins(&args));
    // A lost device must leave a message on the screen, not a closed tab.
    app.insert_resource(RenderErrorHandler(|error, _, _| {
        bevy::log::error!("rendering stopped: {error:?}");
        RenderErrorPolicy::StopRendering
    }));
    app.add_plugins(EguiPlugin::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    rainier::sim::twin::install(&mut app, (*case.loaded).clone(), threads);
    cases::remember(app.world_mut());
    cases::begin(app.world_mut(), case);
    if let Some(behind) = behind {
        app.insert_resource(Beside::new(behind, Side::A));
    }
    app.add_plugins((
        advance::plugin,
        difference::plugin,
        navigation::plugin,
        panels::plugin,
        scenarios::plugin,
        selection::plugin,
        world::plugin,
    ));
    shot::add(&mut app, &args, tour);
    #[cfg(target_arch = "wasm32")]
    web::add(&mut app);
    app
}
