//! `rainier-view`: the twin in 3D, in a window and in a browser from the same source.
//!
//! The view reads the simulation and changes it only through its commands.

mod advance;
mod args;
mod cases;
#[cfg(not(target_arch = "wasm32"))]
mod composing;
mod difference;
mod export;
#[cfg(any(target_arch = "wasm32", test))]
mod heard;
mod history;
#[cfg(not(target_arch = "wasm32"))]
mod measure;
mod mine;
mod named;
mod navigation;
mod orders;
mod panels;
mod picture;
mod quality;
mod scenarios;
#[cfg(test)]
mod scratch;
mod selection;
mod share;
mod shot;
mod store;
mod typing;
mod walk;
#[cfg(target_arch = "wasm32")]
mod web;
#[cfg(target_arch = "wasm32")]
mod web_files;
mod words;
mod world;

use bevy::app::PluginGroupBuilder;
use bevy::asset::AssetMetaCheck;
use bevy::ecs::schedule::{Schedules, SingleThreadedExecutor};
use bevy::prelude::*;
use bevy::render::error_handler::{RenderError, RenderErrorHandler, RenderErrorPolicy};
use bevy::render::{RenderApp, RenderPlugin};
use bevy::window::{PresentMode, WindowResolution};
use bevy_egui::EguiPlugin;

use crate::cases::{Beside, Case, Side};
use crate::quality::{Asked, Quality};
use crate::words::say;

fn main() -> AppExit {
    #[cfg(target_arch = "wasm32")]
    {
        console_error_panic_hook::set_once();
        words::choose(&web_files::languages());
    }
    let mut args = args::Args::read();
    #[cfg(not(target_arch = "wasm32"))]
    words::choose(args.lang.as_slice());
    if let Err(report) = args.read_walk() {
        return fail(&report.to_string());
    }
    let mut loaded = load(&args);
    // A page whose address leads nowhere shows the campus, and what is wrong with the address.
    if cfg!(target_arch = "wasm32")
        && let Err(message) = &loaded
        && args.link.take().is_some()
    {
        args.problem.clone_from(message);
        loaded = load(&args);
    }
    let (case, behind) = match loaded {
        Ok(cases) => cases,
        Err(message) => return fail(&message),
    };
    if let Some(Err(report)) = args.tour.as_deref().map(|file| rainier::tour::load(args::TEXTS, file)) {
        return fail(&report.to_string());
    }
    if let Some(place) = &args.look
        && let Err(message) = selection::place(&case.loaded.site.campus, place)
    {
        return fail(&message);
    }
    #[cfg(not(target_arch = "wasm32"))]
    if (args.measure.is_none() || args.on_gpu) && !can_draw() {
        return fail(say!("no-device"));
    }
    #[cfg(not(target_arch = "wasm32"))]
    if let Some(frames) = args.measure {
        return measure::run(args, case, frames);
    }
    let drawn = plugins(&args);
    app(drawn, args, case, behind).run()
}

/// The scenario asked for, and the one to compare it with.
fn load(args: &args::Args) -> Result<(Case, Option<Case>), String> {
    let said = |report: rainier::diag::Report| report.to_string();
    Ok((args.load().map_err(said)?, args.behind().transpose().map_err(said)?))
}

/// An instance of some graphics interfaces; of the one that draws nothing only where it is asked for alone.
#[cfg(not(target_arch = "wasm32"))]
fn instance(backends: wgpu::Backends) -> wgpu::Instance {
    let noop = wgpu::NoopBackendOptions {
        enable: backends == wgpu::Backends::NOOP,
    };
    wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        flags: wgpu::InstanceFlags::empty(),
        memory_budget_thresholds: wgpu::MemoryBudgetThresholds::default(),
        display: None,
        backend_options: wgpu::BackendOptions {
            noop,
            ..wgpu::BackendOptions::default()
        },
    })
}

/// Whether there is anything to draw with: Bevy would panic where there is not. A page asks its browser.
#[cfg(not(target_arch = "wasm32"))]
fn can_draw() -> bool {
    let instance = instance(wgpu::Backends::from_env().unwrap_or(wgpu::Backends::all()));
    let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default());
    bevy::tasks::block_on(adapter).is_ok()
}

/// Says what is wrong and ends with the exit code of wrong input.
fn fail(message: &str) -> AppExit {
    #[cfg(target_arch = "wasm32")]
    web::show_error(message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{message}");
    AppExit::from_code(2)
}

/// Drawing has stopped, and why was said.
#[derive(Resource, Debug)]
struct Stopped;

/// A lost device or a lack of memory leaves a message where somebody sees it, not a closed window. It is asked again
/// every frame.
fn stop_drawing(error: &RenderError, world: &mut World, _: &mut World) -> RenderErrorPolicy {
    if !world.contains_resource::<Stopped>() {
        world.insert_resource(Stopped);
        // Nobody sees what goes on now.
        world.resource_mut::<advance::Pace>().paused = true;
        let message = say!(
            "drawing-stopped",
            kind = format!("{:?}", error.ty),
            problem = &error.description
        );
        #[cfg(target_arch = "wasm32")]
        web::show_error(message.trim_end());
        #[cfg(not(target_arch = "wasm32"))]
        {
            eprintln!("{}", message.trim_end());
            eprintln!("{}", say!("drawing-stopped.hint"));
            let mut windows = world.query::<&mut Window>();
            for mut window in windows.iter_mut(world) {
                window.title = say!("drawing-stopped-title").into();
            }
        }
    }
    RenderErrorPolicy::StopRendering
}

fn plugins(args: &args::Args) -> PluginGroupBuilder {
    DefaultPlugins
        .set(WindowPlugin {
            primary_window: Some(Window {
                title: "rainier".into(),
                resolution: resolution(args),
                canvas: Some("#campus".into()),
                fit_canvas_to_parent: true,
                // The page keeps from the browser what the view uses, and nothing else.
                prevent_default_event_handling: false,
                present_mode: PresentMode::AutoVsync,
                ..default()
            }),
            ..default()
        })
        .set(AssetPlugin {
            meta_check: AssetMetaCheck::Never,
            ..default()
        })
        .set(RenderPlugin {
            // A picture has everything in it.
            synchronous_pipeline_compilation: args.takes_pictures(),
            ..default()
        })
}

fn resolution(args: &args::Args) -> WindowResolution {
    let resolution = WindowResolution::new(args.size.0, args.size.1);
    match args.scale {
        Some(scale) => resolution.with_scale_factor_override(scale),
        None => resolution,
    }
}

fn app(drawn: PluginGroupBuilder, args: args::Args, case: Case, behind: Option<Case>) -> App {
    let mut app = App::new();
    app.add_plugins(drawn);
    app.insert_resource(RenderErrorHandler(stop_drawing));
    app.add_plugins(EguiPlugin::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    rainier::sim::twin::install(&mut app, (*case.loaded).clone(), threads);
    cases::remember(app.world_mut());
    cases::begin(app.world_mut(), case);
    if let Some(behind) = behind {
        app.insert_resource(Beside::new(behind, Side::A));
    }
    // A picture is the same on every machine.
    let of_pictures = if args.takes_pictures() {
        Asked::High
    } else {
        Asked::Auto
    };
    app.insert_resource(Quality::new(args.quality.unwrap_or(of_pictures)));
    app.add_plugins((
        advance::plugin,
        difference::plugin,
        navigation::plugin,
        panels::plugin,
        picture::plugin,
        quality::plugin,
        scenarios::plugin,
        selection::plugin,
        share::plugin,
        typing::plugin,
        world::plugin,
    ));
    shot::add(&mut app, &args);
    panels::editor::add(&mut app, &args);
    share::add(&mut app, &args);
    #[cfg(target_arch = "wasm32")]
    web::add(&mut app);
    #[cfg(not(target_arch = "wasm32"))]
    app.add_plugins(composing::plugin);
    run_in_turn(app.world_mut());
    if let Some(drawing) = app.get_sub_app_mut(RenderApp) {
        run_in_turn(drawing.world_mut());
    }
    app
}

/// Lets systems run one after the other. Those of a view take microseconds each: to hand them to threads and to wait for
/// them costs more than they do. What is worth it shares its work inside its own system, as the simulation does.
fn run_in_turn(world: &mut World) {
    for (_, schedule) in world.resource_mut::<Schedules>().iter_mut() {
        schedule.set_executor(SingleThreadedExecutor::new());
    }
}
