//! `rainier ride`: how long every hall holds when cooling is lost on the hottest hour of the year, and how it recovers.

use comfy_table::{Table, presets};
use rainier::host::Disk;
use rainier::scenario::{self, Loaded};
use rainier::sim::Twin;
use rainier::sim::command::Command;
use rainier::sim::cooling::{HallWatch, ThermalWatch};
use rainier::sim::power::incidents::clock;
use rainier::sim::state::HallColumns;
use rainier::sim::twin::Plan;
use rainier::sim::weather::Climate;
use rainier::site::Campus;
use rainier::site::campus::Found;
use serde_json::{Value, json};

use crate::Failure;
use crate::args::Ride;
use crate::run::threads;

/// What is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Nothing,
    OneUnit,
    HalfTheUnits,
    AllFans,
    Water,
    Coolant,
}

impl Case {
    const ALL: [Self; 6] = [
        Self::Nothing,
        Self::OneUnit,
        Self::HalfTheUnits,
        Self::AllFans,
        Self::Water,
        Self::Coolant,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing, to compare with",
            Self::OneUnit => "one air-handling unit of every hall",
            Self::HalfTheUnits => "half of the units of every hall",
            Self::AllFans => "all fans of every hall",
            Self::Water => "the water supply",
            Self::Coolant => "all CDUs of every hall with a loop",
        }
    }

    /// What takes it away, and what brings it back.
    fn commands(self, campus: &Campus, hall: usize) -> [Option<Command>; 2] {
        let units = campus.halls[hall].units.len() as u32;
        let fail = |count: u32| {
            [
                Some(Command::FailUnits { hall, count }),
                Some(Command::RepairUnits { hall }),
            ]
        };
        match self {
            Self::OneUnit => fail(1),
            Self::HalfTheUnits => fail(units / 2),
            Self::AllFans => fail(units),
            Self::Water if hall == 0 => [Some(Command::SupplyWater(false)), Some(Command::SupplyWater(true))],
            Self::Coolant => match campus.halls[hall].liquid {
                Some(liquid) => [
                    Some(Command::FailCdus {
                        hall,
                        count: liquid.cdus,
                    }),
                    Some(Command::RepairCdus { hall }),
                ],
                None => [None, None],
            },
            Self::Nothing | Self::Water => [None, None],
        }
    }
}

/// The scenario on the hottest hour of its year, from a little before.
fn on_the_hottest_hour(mut loaded: Loaded, args: &Ride) -> Loaded {
    let elevation_m = loaded.site.campus.location.elevation_m.value;
    let climate = Climate::new(loaded.site.weather.clone(), elevation_m, loaded.scenario.seed);
    let (moment, _) = climate.hottest_hour();
    let hour = moment.hour.floor();
    let date = jiff::civil::Date::new(loaded.start.year(), moment.month as i8, moment.day as i8);
    // A year without that day keeps the scenario's own.
    if let Ok(date) = date {
        loaded.start = date.at(hour as i8, 0, 0, 0);
    }
    loaded.timeline.clear();
    loaded.scenario.spells.clear();
    loaded.scenario.tick_s = args.tick;
    loaded.scenario.duration_s = 2.0 * args.repair + 3_600.0;
    loaded
}

/// One case: the twin at its end.
fn run(loaded: Loaded, case: Case, args: &Ride) -> Twin {
    let mut loaded = loaded;
    let campus = &loaded.site.campus;
    let mut timeline = Vec::new();
    for hall in 0..campus.halls.len() {
        let [lost, back] = case.commands(campus, hall);
        timeline.extend(lost.map(|command| (0.0, command)));
        if let Some(command) = back {
            timeline.push((args.repair, command));
            timeline.push((args.repair + 60.0, Command::RestartChips { hall }));
        }
    }
    timeline.sort_by(|a, b| a.0.total_cmp(&b.0));
    loaded.timeline = timeline;
    let mut twin = Twin::new(loaded, threads(args.threads));
    while !twin.done() {
        twin.tick();
    }
    twin
}

fn of_hall(campus: &Campus, h: usize, watch: &HallWatch) -> Value {
    json!({
        "hall": campus.address(Found::Hall(h)).to_string(),
        "throttled_s": watch.throttled_s,
        "throttled_rack": watch.throttled_s.map(|_| campus.rack_address(watch.throttled_rack as usize).to_string()),
        "percent_s": watch.percent_s,
        "most_limited": watch.most_limited,
        "tripped_s": watch.tripped_s,
        "shut_down_s": watch.shut_down_s,
        "cooled_s": watch.cooled_s,
        "hottest_chip_c": watch.hottest_c,
        "hottest_inlet_c": watch.hottest_inlet_c,
    })
}

pub(crate) fn ride(args: &Ride) -> Result<(), Failure> {
    let loaded = scenario::load(&Disk, &args.scenario, args.instead.of()).map_err(Failure::Input)?;
    let loaded = on_the_hottest_hour(loaded, args);
    let start = loaded.start;
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header([
        "lost",
        "first throttle",
        "first rack",
        "first 1 %",
        "most at once",
        "first trip",
        "first shutdown",
        "halls shut down",
        "cool again",
        "hottest inlet",
    ]);
    let mut all = Vec::new();
    for case in Case::ALL {
        if case == Case::Coolant && loaded.site.campus.halls.iter().all(|hall| hall.liquid.is_none()) {
            continue;
        }
        let twin = run(loaded.clone(), case, args);
        let campus = &twin.world().resource::<Plan>().0;
        let live = &twin.world().resource::<HallColumns>().live;
        let watch = &twin.world().resource::<ThermalWatch>().halls;
        let halls = || watch.iter().enumerate().filter(|(h, _)| live[*h]);
        let first = |pick: fn(&HallWatch) -> Option<f64>| {
            halls()
                .filter_map(|(h, w)| Some((pick(w)?, h)))
                .min_by(|a, b| a.0.total_cmp(&b.0))
        };
        let time = |found: Option<(f64, usize)>| found.map_or_else(|| "never".to_owned(), |(s, _)| clock(s));
        let throttle = first(|w| w.throttled_s);
        let shut = halls().filter(|(_, w)| w.shut_down_s.is_some()).count();
        let cooled = halls()
            .filter_map(|(_, w)| w.cooled_s)
            .fold(None, |last: Option<f64>, s| Some(last.map_or(s, |l| l.max(s))));
        let inlet = halls().map(|(_, w)| w.hottest_inlet_c).fold(f32::MIN, f32::max);
        table.add_row([
            case.words().to_owned(),
            time(throttle),
            throttle.map_or_else(String::new, |(_, h)| {
                campus.rack_address(watch[h].throttled_rack as usize).to_string()
            }),
            time(first(|w| w.percent_s)),
            halls().map(|(_, w)| w.most_limited).max().unwrap_or(0).to_string(),
            time(first(|w| w.tripped_s)),
            time(first(|w| w.shut_down_s)),
            shut.to_string(),
            cooled.map_or_else(|| "-".to_owned(), clock),
            format!("{inlet:.1} °C"),
        ]);
        let of: Vec<Value> = halls().map(|(h, w)| of_hall(campus, h, w)).collect();
        all.push(json!({ "lost": case.words(), "halls": of }));
    }
    if args.json {
        let text = json!({ "start": start.to_string(), "repair_s": args.repair, "cases": all });
        let text = serde_json::to_string_pretty(&text).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
    } else {
        println!(
            "{}: lost at {start}, the hottest hour of the year; repaired after {:.0} s",
            loaded.site.campus.name, args.repair
        );
        println!("{table}");
    }
    Ok(())
}
