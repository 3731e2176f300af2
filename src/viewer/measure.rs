//! `--measure`: what a frame costs the processor, on a device that draws nothing. No GPU, window or display is needed.
//! With `--on-gpu` the machine's own device draws, and each frame lasts until it is done.
//!
//! All that the program does for a frame is done: simulation, panels, the scene, and every command for the device. Beside
//! the times stand draw calls, which are the same on every machine, and a copy of memory in the same run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use bevy::app::{PluginGroupBuilder, PluginsState, TerminalCtrlCHandlerPlugin};
use bevy::camera::RenderTarget;
use bevy::core_pipeline::core_3d::{AlphaMask3d, Opaque3d, Transparent3d};
use bevy::prelude::*;
use bevy::render::mesh::RenderMesh;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_asset::RenderAssets;
use bevy::render::render_phase::{Draw, DrawError, DrawFunctions, PhaseItem, TrackedRenderPass};
use bevy::render::render_resource::TextureFormat;
use bevy::render::renderer::{
    RenderAdapter, RenderAdapterInfo, RenderDevice, RenderInstance, RenderQueue, WgpuWrapper,
};
use bevy::render::settings::RenderCreation;
use bevy::render::{RenderApp, RenderPlugin};
use bevy::winit::WinitPlugin;
use bevy_egui::{EguiContextSettings, EguiRenderOutput};
use rainier::host::speed::{Copying, cpu_s, median};
use rainier::sim::twin::Plan;
use rainier::site::Campus;
use rainier::site::campus::Found;

use crate::advance::{Pace, Took};
use crate::args::Args;
use crate::cases::Case;
use crate::navigation::Orbit;
use crate::quality::{Asked, Quality};
use crate::selection::{Roofs, Selection, name, place};

/// Frames before those of a view that count: caches fill and panels settle.
const WARM_UP: u32 = 30;

/// Most draw calls of a frame that we allow ourselves.
const MOST_DRAWS: u32 = 300;

/// A device that draws nothing. It has what every device for WebGPU must have, and draws many meshes by one call where
/// Bevy knows how, as desktop devices do.
fn device() -> Result<RenderCreation, String> {
    let instance = crate::instance(wgpu::Backends::NOOP);
    let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default());
    let adapter = bevy::tasks::block_on(adapter).map_err(|error| error.to_string())?;
    let asked = wgpu::DeviceDescriptor {
        required_features: wgpu::Features::INDIRECT_FIRST_INSTANCE
            | wgpu::Features::MULTI_DRAW_INDIRECT_COUNT
            | wgpu::Features::IMMEDIATES,
        required_limits: wgpu::Limits {
            max_immediate_size: 128,
            ..wgpu::Limits::default()
        },
        ..wgpu::DeviceDescriptor::default()
    };
    let device = bevy::tasks::block_on(adapter.request_device(&asked));
    let (device, queue) = device.map_err(|error| error.to_string())?;
    Ok(RenderCreation::manual(
        RenderDevice::from(device),
        RenderQueue(Arc::new(WgpuWrapper::new(queue))),
        RenderAdapterInfo(WgpuWrapper::new(adapter.get_info())),
        RenderAdapter(Arc::new(WgpuWrapper::new(adapter))),
        RenderInstance(Arc::new(WgpuWrapper::new(instance))),
    ))
}

/// What a view is drawn with here: no window, and one frame after the other instead of two at once.
fn plugins(args: &Args) -> Result<PluginGroupBuilder, String> {
    let render_creation = if args.on_gpu {
        RenderCreation::default()
    } else {
        device()?
    };
    let render = RenderPlugin {
        render_creation,
        synchronous_pipeline_compilation: true,
        ..default()
    };
    Ok(crate::plugins(args)
        .set(render)
        .disable::<WinitPlugin>()
        .disable::<TerminalCtrlCHandlerPlugin>()
        .disable::<PipelinedRenderingPlugin>())
}

/// A draw function that counts how often it is called.
struct Counted<P: PhaseItem> {
    draws: Box<dyn Draw<P>>,
    count: Arc<AtomicU32>,
}

impl<P: PhaseItem> Draw<P> for Counted<P> {
    fn prepare(&mut self, world: &World) {
        self.draws.prepare(world);
    }

    fn draw<'w>(
        &mut self,
        world: &'w World,
        pass: &mut TrackedRenderPass<'w>,
        view: Entity,
        item: &P,
    ) -> Result<(), DrawError> {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.draws.draw(world, pass, view, item)
    }
}

/// Counts what a phase draws.
fn count_draws<P: PhaseItem>(world: &World, count: &Arc<AtomicU32>) {
    let Some(functions) = world.get_resource::<DrawFunctions<P>>() else {
        return;
    };
    let mut functions = functions.write();
    let plain = std::mem::take(&mut functions.draw_functions);
    functions.draw_functions = plain
        .into_iter()
        .map(|draws| {
            let count = count.clone();
            Box::new(Counted { draws, count }) as Box<dyn Draw<P>>
        })
        .collect();
}

/// Lets the camera draw into an image: there is no window.
fn draw_into_image(world: &mut World, size: (u32, u32)) {
    let image = Image::new_target_texture(size.0, size.1, TextureFormat::Rgba8UnormSrgb, None);
    let image = world.resource_mut::<Assets<Image>>().add(image);
    let mut cameras = world.query_filtered::<Entity, With<Camera3d>>();
    let cameras: Vec<Entity> = cameras.iter(world).collect();
    for camera in cameras {
        // Without a window there is no place to say where a text is being composed.
        if let Some(mut settings) = world.get_mut::<EguiContextSettings>(camera) {
            settings.enable_ime = false;
        }
        world
            .entity_mut(camera)
            .insert(RenderTarget::Image(image.clone().into()));
    }
}

/// Places from the whole site down to a chip, in the middle of what is live.
fn places(campus: &Campus) -> Vec<(Option<Found>, bool)> {
    let rack = campus.racks() / 2;
    let row = campus.rack_row[rack] as usize;
    let hall = campus.rows[row].hall;
    vec![
        (None, true),
        (None, false),
        (Some(Found::Building(campus.halls[hall].building)), false),
        (Some(Found::Hall(hall)), false),
        (Some(Found::Row(row)), false),
        (Some(Found::Rack(rack)), false),
        (
            Some(Found::Chip {
                rack,
                chip: campus.rack_chips(rack).start,
            }),
            false,
        ),
    ]
}

/// Meshes of the panels of a frame; each is a draw call.
#[derive(Resource, Default)]
struct Painted(usize);

/// Counts them before they go over to where they are drawn.
fn count_painted(outputs: Query<&EguiRenderOutput>, mut painted: ResMut<Painted>) {
    painted.0 = outputs.iter().map(|output| output.paint_jobs.len()).sum();
}

/// What frames of a view cost.
#[derive(Debug, Default)]
struct Cost {
    draws: u32,
    panels: usize,
    vertices: usize,
    cpu_ms: f64,
    /// Of each frame, ms: the simulation, and all of it.
    simulation_ms: Vec<f64>,
    frame_ms: Vec<f64>,
}

/// Vertices of all meshes that are drawn.
fn vertices(app: &mut App) -> usize {
    let world = app.world_mut();
    let mut meshes = world.query::<(&Mesh3d, &ViewVisibility)>();
    let drawn: Vec<AssetId<Mesh>> = meshes
        .iter(world)
        .filter(|(_, seen)| seen.get())
        .map(|(mesh, _)| mesh.id())
        .collect();
    let Some(render) = app.get_sub_app(RenderApp) else {
        return 0;
    };
    let Some(prepared) = render.world().get_resource::<RenderAssets<RenderMesh>>() else {
        return 0;
    };
    let of = |id: &AssetId<Mesh>| prepared.get(*id).map_or(0, |mesh| mesh.vertex_count as usize);
    drawn.iter().map(of).sum()
}

/// Waits until the device has drawn all that it was asked to.
fn wait(app: &App) {
    if let Some(device) = app.world().get_resource::<RenderDevice>() {
        // A device that is lost has said so elsewhere.
        let _ = device.poll(wgpu::PollType::wait_indefinitely());
    }
}

/// Draws frames of what is shown now.
fn frames(app: &mut App, count: &AtomicU32, frames: u32) -> Cost {
    let mut cost = Cost::default();
    for _ in 0..WARM_UP {
        app.update();
        wait(app);
    }
    let before_s = cpu_s();
    for _ in 0..frames {
        count.store(0, Ordering::Relaxed);
        let started = Instant::now();
        app.update();
        wait(app);
        cost.frame_ms.push(started.elapsed().as_secs_f64() * 1e3);
        cost.simulation_ms
            .push(app.world().resource::<Took>().0.as_secs_f64() * 1e3);
        cost.draws = cost.draws.max(count.load(Ordering::Relaxed));
    }
    if let (Some(before_s), Some(after_s)) = (before_s, cpu_s()) {
        cost.cpu_ms = (after_s - before_s) * 1e3 / f64::from(frames);
    }
    cost.panels = app.world().resource::<Painted>().0;
    cost.vertices = vertices(app);
    cost
}

/// Measures, prints a table, and ends: with 1 where a view takes more draw calls than allowed.
pub(crate) fn run(args: Args, case: Case, of_each: u32) -> AppExit {
    let drawn = match plugins(&args) {
        Ok(drawn) => drawn,
        Err(message) => return crate::fail(&message),
    };
    let size = (args.size.0, args.size.1);
    let asked = args.quality.unwrap_or(Asked::High);
    let (look, roofs) = (args.look.clone(), args.roofs);
    let mut app = crate::app(drawn, args, case, None);
    app.insert_resource(Quality::new(asked));
    app.init_resource::<Painted>().add_systems(Last, count_painted);
    while app.plugins_state() == PluginsState::Adding {
        std::thread::yield_now();
    }
    app.finish();
    app.cleanup();
    let count = Arc::new(AtomicU32::new(0));
    if let Some(render) = app.get_sub_app(RenderApp) {
        count_draws::<Opaque3d>(render.world(), &count);
        count_draws::<AlphaMask3d>(render.world(), &count);
        count_draws::<Transparent3d>(render.world(), &count);
    }
    app.update();
    draw_into_image(app.world_mut(), size);

    let campus = app.world().resource::<Plan>().0.clone();
    let mut table = vec![format!(
        "{:<26} {:>5} {:>7} {:>10} {:>8} {:>9} {:>8} {:>9} {:>9} {:>10}",
        "view", "draws", "panels", "k vertices", "CPU ms", "frame ms", "p99 ms", "with sim", "p99 ms", "frame/copy"
    )];
    let mut copying = Copying::default();
    let mut too_many = false;
    let asked_for = look.and_then(|look| place(&campus, &look).ok());
    let places = asked_for.map_or_else(|| places(&campus), |place| vec![(Some(place), roofs)]);
    for (place, roofs) in places {
        let world = app.world_mut();
        world.resource_mut::<Roofs>().0 = roofs;
        world.resource_mut::<Selection>().0 = place;
        let mut orbit = world.resource_mut::<Orbit>();
        match place {
            Some(place) => orbit.fly_to = Some(place),
            None => orbit.go = Some(crate::navigation::Go::Home),
        }
        app.update();
        app.world_mut().resource_mut::<Orbit>().arrive();
        // A camera at rest is the best case: frames are drawn while it goes round.
        app.world_mut().resource_mut::<Orbit>().drift = 0.05;
        let mut costs = [true, false].map(|paused| {
            app.world_mut().resource_mut::<Pace>().paused = paused;
            frames(&mut app, &count, of_each)
        });
        let mut copies: Vec<f64> = (0..of_each.min(50)).map(|_| copying.time_s() * 1e3).collect();
        let [still, running] = &mut costs;
        let p99 = |values: &[f64]| values[values.len() * 99 / 100];
        let shown = place.map_or_else(|| "site".into(), |place| name(&campus, place));
        let shown = if roofs { format!("{shown}, roofs on") } else { shown };
        let copy_ms = median(&mut copies);
        let (frame_ms, with_ms) = (median(&mut still.frame_ms), median(&mut running.frame_ms));
        table.push(format!(
            "{shown:<26} {:>5} {:>7} {:>10.0} {:>8.2} {frame_ms:>9.2} {:>8.2} {with_ms:>9.2} {:>9.2} {:>10.2}",
            still.draws.max(running.draws),
            still.panels,
            still.vertices as f64 / 1e3,
            still.cpu_ms,
            p99(&still.frame_ms),
            p99(&running.frame_ms),
            frame_ms / copy_ms,
        ));
        too_many |= still.draws.max(running.draws) > MOST_DRAWS;
    }
    // Nothing is left to give back, and Bevy would say a line for each thing that it drops halfway.
    std::mem::forget(app);
    use std::io::Write;
    // Whoever closes the pipe has read enough.
    let _ = writeln!(std::io::stdout(), "{}", table.join("\n"));
    if too_many {
        eprintln!("a view takes more than {MOST_DRAWS} draw calls");
        return AppExit::from_code(1);
    }
    AppExit::Success
}
