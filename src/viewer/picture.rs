//! A picture of what is seen, as a file that says in its name what it is of. F2 takes one; with Shift it shows the site
//! alone, without panels.

use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use bevy_egui::{EguiContexts, EguiPostUpdateSet, EguiPrimaryContextPass, EguiRenderOutput, egui};
use egui::{Align2, RichText, TextEdit};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use rainier::sim::clock::Clock;

use crate::cases::{Beside, Case};
use crate::export::{self, Saved, slug};
use crate::navigation::keys::Presses;
use crate::panels::pieces::{called, frame};
use crate::panels::theme::ALARM;
use crate::panels::windows::Windows;
use crate::words::say;

/// Frames between the wish and the picture: a button that was pressed is up again, and a note is gone.
const WAITS: u32 = 3;

/// Real time for which it is said where the picture is, s.
const SAID_S: f32 = 8.0;

/// Width of the note, points.
const WIDTH: f32 = 420.0;

/// What is in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// All that is seen.
    Everything,
    /// The site without panels.
    Site,
}

/// Pictures that are asked for, and what became of the last.
#[derive(Resource, Debug, Clone, Default)]
pub(crate) struct Picture {
    wanted: Option<(Of, u32)>,
    /// Whether panels are left out of this frame.
    bare: bool,
    said: Option<(Saved, f32)>,
}

impl Picture {
    /// Asks for a picture.
    pub(crate) fn ask(&mut self, of: Of) {
        self.said = None;
        self.wanted = Some((of, WAITS));
    }
}

/// The button that takes one.
pub(crate) fn button(ui: &mut egui::Ui, picture: &mut Picture) {
    let hint = say!("picture.hint");
    let response = ui.button(say!("picture")).on_hover_text(hint);
    if response.clicked() {
        let shift = ui.input(|input| input.modifiers.shift);
        picture.ask(if shift { Of::Site } else { Of::Everything });
    }
}

fn keys(presses: Res<Presses>, mut picture: ResMut<Picture>) {
    if presses.plain(KeyCode::F2) {
        let shift = presses.shifted(KeyCode::F2);
        picture.ask(if shift { Of::Site } else { Of::Everything });
    }
}

/// The scenario, the side that is in front where two are compared, and the simulated time.
fn name(case: &Case, beside: Option<&Beside>, clock: &Clock) -> String {
    let side = beside.map_or_else(String::new, |beside| {
        format!("-{}", beside.front.letter().to_lowercase())
    });
    let time = clock.now().strftime("%Y-%m-%d-%H%M%S");
    format!("{}{side}-{time}", slug(case.name()))
}

fn take(
    mut commands: Commands,
    mut picture: ResMut<Picture>,
    case: Res<Case>,
    beside: Option<Res<Beside>>,
    clock: Res<Clock>,
) {
    if picture.bare {
        picture.bare = false;
    }
    let Some((of, waits)) = picture.wanted else { return };
    if waits > 0 {
        picture.wanted = Some((of, waits - 1));
        return;
    }
    picture.wanted = None;
    picture.bare = of == Of::Site;
    let name = name(&case, beside.as_deref(), &clock);
    commands.spawn(Screenshot::primary_window()).observe(
        move |taken: On<ScreenshotCaptured>, mut picture: ResMut<Picture>| {
            let saved = encoded(&taken.image).and_then(|bytes| export::save("pictures", &name, "png", &bytes));
            picture.said = Some((saved.into(), SAID_S));
        },
    );
}

/// Leaves all panels out of a frame.
fn strip(picture: Res<Picture>, mut outputs: Query<&mut EguiRenderOutput>) {
    if picture.bare {
        for mut output in &mut outputs {
            output.paint_jobs.clear();
        }
    }
}

/// A captured frame as a PNG without its alpha, which is no part of what is seen.
fn encoded(image: &Image) -> Result<Vec<u8>, String> {
    let order = match image.texture_descriptor.format {
        TextureFormat::Rgba8UnormSrgb | TextureFormat::Rgba8Unorm => [0, 1, 2],
        TextureFormat::Bgra8UnormSrgb | TextureFormat::Bgra8Unorm => [2, 1, 0],
        other => return Err(say!("picture-format", format = format!("{other:?}"))),
    };
    let data = image.data.as_deref().unwrap_or_default();
    let rgb: Vec<u8> = data.chunks_exact(4).flat_map(|pixel| order.map(|k| pixel[k])).collect();
    let mut out = Vec::new();
    PngEncoder::new(&mut out)
        .write_image(&rgb, image.width(), image.height(), ExtendedColorType::Rgb8)
        .map_err(|error| say!("picture-unwritable", error = error.to_string()))?;
    Ok(out)
}

/// Where a file is, or why there is none.
pub(crate) fn told(ui: &mut egui::Ui, saved: &Saved, what: &str, width: f32) {
    match saved {
        Saved::At(path) => {
            ui.label(say!("saved", what = what));
            // It can be copied from here.
            let mut path = path.as_str();
            let edit = ui.add(TextEdit::singleline(&mut path).desired_width(width));
            called(edit, say!("saved-path"));
        }
        Saved::Downloaded(name) => {
            ui.label(say!("saved-downloaded", what = what, name = name));
        }
        Saved::Failed(problem) => {
            ui.add(egui::Label::new(RichText::new(problem).size(12.5).color(ALARM)).wrap());
        }
    }
}

fn note(
    mut contexts: EguiContexts,
    windows: Res<Windows>,
    time: Res<Time<Real>>,
    mut picture: ResMut<Picture>,
) -> Result {
    let Some(free) = windows.free.filter(|_| picture.said.is_some()) else {
        return Ok(());
    };
    let picture = picture.bypass_change_detection();
    let Some((saved, left_s)) = &mut picture.said else {
        return Ok(());
    };
    let ctx = contexts.ctx_mut()?.clone();
    let window = ctx.content_rect();
    let offset = egui::vec2(
        free.center().x - window.center().x,
        free.bottom() - window.bottom() - 14.0,
    );
    let mut close = false;
    let shown = egui::Area::new("picture".into())
        .order(egui::Order::Foreground)
        .anchor(Align2::CENTER_BOTTOM, offset)
        .show(&ctx, |ui| {
            frame().corner_radius(6.0).show(ui, |ui| {
                let width = WIDTH.min(free.width() - 40.0);
                ui.set_max_width(width);
                told(ui, saved, say!("picture"), width);
                close = ui.small_button(say!("close")).clicked();
            });
        });
    // It stays while somebody reads it.
    let read = shown.response.contains_pointer();
    *left_s -= if read { 0.0 } else { time.delta_secs().min(0.25) };
    if close || *left_s <= 0.0 {
        picture.said = None;
    }
    Ok(())
}

pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Picture>();
    app.add_systems(Update, (keys.run_if(crate::navigation::keys_are_free), take).chain());
    app.add_systems(EguiPrimaryContextPass, note.after(crate::panels::panels));
    app.add_systems(PostUpdate, strip.after(EguiPostUpdateSet::ProcessOutput));
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::asset::RenderAssetUsages;
    use bevy::render::render_resource::{Extent3d, TextureDimension};

    #[test]
    fn a_frame_becomes_a_picture_in_its_own_colours() {
        let size = Extent3d {
            width: 2,
            height: 1,
            depth_or_array_layers: 1,
        };
        for (format, pixels) in [
            (TextureFormat::Rgba8UnormSrgb, [10, 20, 30, 0, 40, 50, 60, 255]),
            (TextureFormat::Bgra8UnormSrgb, [30, 20, 10, 0, 60, 50, 40, 255]),
        ] {
            let usage = RenderAssetUsages::default();
            let frame = Image::new(size, TextureDimension::D2, pixels.to_vec(), format, usage);
            let bytes = encoded(&frame).expect("is encoded");
            let read = image::load_from_memory(&bytes).expect("is a PNG").to_rgb8();
            assert_eq!(read.into_raw(), [10, 20, 30, 40, 50, 60]);
        }
        let odd = Image::new(
            size,
            TextureDimension::D2,
            vec![0; 2],
            TextureFormat::R8Unorm,
            RenderAssetUsages::default(),
        );
        assert!(encoded(&odd).is_err());
    }
}
