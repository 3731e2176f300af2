//! `rainier swing`: what the steps of a training job do to the draw from the grid.

use comfy_table::{CellAlignment, Table, presets};
use rainier::host::Disk;
use rainier::physics::swing::Swing;
use rainier::scenario;
use rainier::sim::Twin;
use rainier::sim::power::training::swings;
use serde_json::json;

use crate::Failure;
use crate::args::SwingArgs;
use crate::run::threads;

/// Lines of the spectrum that are printed as JSON.
const LINES: usize = 40;

pub(crate) fn swing(args: &SwingArgs) -> Result<(), Failure> {
    let loaded = scenario::load(&Disk, &args.scenario, args.instead.of()).map_err(Failure::Input)?;
    let Some(training) = loaded.scenario.training.clone() else {
        let message = format!("{} has no `training`; builtin:training-swing shows one", args.scenario);
        return Err(Failure::Place(message));
    };
    let name = loaded.scenario.name.clone();
    let limit_w_per_s = loaded.site.campus.power.utility.ramp_limit_w_per_s.value;
    let mut twin = Twin::new(loaded, threads(None));
    while twin.world().resource::<rainier::sim::clock::Clock>().time_s < args.at && !twin.done() {
        twin.tick();
    }
    let found = swings(twin.world(), &training, LINES);
    if args.json {
        let of = |swing: &Swing| {
            let spectrum: Vec<_> = swing
                .spectrum
                .iter()
                .map(|line| json!([line.hz, line.amplitude_w]))
                .collect();
            json!({
                "mean_w": swing.mean_w, "peak_w": swing.peak_w, "trough_w": swing.trough_w, "swing_w": swing.swing_w(),
                "max_ramp_w_per_s": swing.max_ramp_w_per_s, "dominant_hz": swing.dominant.hz,
                "dominant_amplitude_w": swing.dominant.amplitude_w, "grid_band_share": swing.grid_band_share,
                "ballast_w": swing.ballast_w, "storage_loss_w": swing.storage_loss_w, "spectrum": spectrum,
            })
        };
        println!(
            "{}",
            json!({ "scenario": name, "levels_w": found.levels_w, "bare": of(&found.bare), "smoothed": of(&found.smoothed) })
        );
        return Ok(());
    }
    println!("{name}: steps of {} s at the grid connection", training.period_s);
    for (phase, level_w) in training.phases.iter().zip(&found.levels_w) {
        let percent = phase.share * 100.0;
        println!(
            "  {percent:>5.1} % of a step at a utilisation of {:.2}: {:.1} MW",
            phase.utilisation,
            level_w / 1e6
        );
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(["", "as it comes", "smoothed", ""]);
    let mut row = |name: &str, value: &dyn Fn(&Swing) -> f64, digits: usize, unit: &str| {
        let text = |swing: &Swing| format!("{:.digits$}", value(swing));
        table.add_row([
            name.to_owned(),
            text(&found.bare),
            text(&found.smoothed),
            unit.to_owned(),
        ]);
    };
    row("mean", &|s| s.mean_w / 1e6, 1, "MW");
    row("peak", &|s| s.peak_w / 1e6, 1, "MW");
    row("trough", &|s| s.trough_w / 1e6, 1, "MW");
    row("swing, peak to trough", &|s| s.swing_w() / 1e6, 1, "MW");
    row("steepest ramp", &|s| s.max_ramp_w_per_s / 1e6, 0, "MW/s");
    row(
        "ramp over the limit",
        &|s| s.max_ramp_w_per_s / limit_w_per_s,
        1,
        "times",
    );
    row("dominant frequency", &|s| s.dominant.hz, 3, "Hz");
    row("its amplitude", &|s| s.dominant.amplitude_w / 1e6, 1, "MW");
    row("of the swing in 0.1 to 20 Hz", &|s| s.grid_band_share * 100.0, 1, "%");
    row("ballast", &|s| s.ballast_w / 1e6, 2, "MW");
    row("storage loss", &|s| s.storage_loss_w / 1e6, 2, "MW");
    for column in [1, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    println!("{table}");
    Ok(())
}
