//! `rainier-view`: the twin in 3D, in a window and in a browser from the same source.
//!
//! The view reads the simulation and changes it only through its commands.

mod advance;
mod airflow;
mod args;
mod camera;
mod growth;
mod jobs;
mod materials;
mod meshes;
mod money;
mod oneline;
mod parts;
mod plot;
mod psychrometric;
mod racks;
mod rising;
mod route;
mod scenarios;
mod scene;
mod schematic;
mod selection;
mod shot;
mod slice;
mod timeline;
mod ui;
mod units;
#[cfg(target_arch = "wasm32")]
mod web;
mod windows;

use bevy::app::PluginGroupBuilder;
use bevy::asset::AssetMetaCheck;
use bevy::prelude::*;
use bevy::render::error_handler::{RenderErrorHandler, RenderErrorPolicy};
use bevy::window::{PresentMode, WindowResolution};
use bevy_egui::EguiPlugin;
use rainier::scenario::Loaded;

fn main() -> AppExit {
    #[cfg(target_arch = "wasm32")]
    console_error_panic_hook::set_once();
    let args = args::Args::read();
    let loaded = match args.load() {
        Ok(loaded) => loaded,
        Err(report) => return fail(&report.to_string()),
    };
    if let Some(place) = &args.look
        && let Err(message) = selection::place(&loaded.site.campus, place)
    {
        return fail(&message);
    }
    app(args, loaded).run()
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

fn app(args: args::Args, loaded: Loaded) -> App {
    let mut app = App::new();
    app.add_plugins(plugins(&args));
    // A lost device must leave a message on the screen, not a closed tab.
    app.insert_resource(RenderErrorHandler(|error, _, _| {
        bevy::log::error!("rendering stopped: {error:?}");
        RenderErrorPolicy::StopRendering
    }));
    app.add_plugins(EguiPlugin::default());
    app.insert_resource(scenarios::Scenarios::of(&loaded));
    app.insert_resource(money::Costs::of(&loaded));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    rainier::sim::twin::install(&mut app, loaded, threads);
    app.add_plugins((
        advance::plugin,
        camera::plugin,
        jobs::plugin,
        materials::plugin,
        oneline::plugin,
        parts::plugin,
        racks::plugin,
        route::plugin,
        scenarios::plugin,
        scene::plugin,
        selection::plugin,
        ui::plugin,
    ));
    app.add_plugins((
        airflow::plugin,
        growth::plugin,
        money::plugin,
        rising::plugin,
        timeline::plugin,
        psychrometric::plugin,
        schematic::plugin,
        slice::plugin,
        units::plugin,
    ));
    app.init_resource::<windows::Windows>();
    shot::add(&mut app, &args);
    #[cfg(target_arch = "wasm32")]
    web::add(&mut app);
    app
}
