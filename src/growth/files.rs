//! Records of a plan's file: what is built, granted, delivered, staffed and paid by when, and how late it may be.

use std::collections::BTreeMap;

use crate::site::schema::{ANY, Dated, Day, Figure, within};
use crate::{choice, record};

record! {
    /// A plan of growth.
    PlanFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// One sentence.
        about: String,
        /// Source keys and what they stand for.
        sources: BTreeMap<String, String>,
        /// Site file: `builtin:NAME`, or a path.
        site: String,
        /// First day: groundbreaking.
        starts: Dated,
        /// Last day that is looked at.
        ends: Day,
        /// What is dated up to this day has happened as it is written; delays move what comes later.
        known_until: Dated,
        /// Chips whose day is asked for.
        target_chips: Figure = within(1.0, 1e9),
        /// Power at the connection over IT power at design peak.
        design_overhead: Figure = within(1.0, 3.0),
        /// Capital of a building without its racks, $.
        building_usd: Figure = within(0.0, 1e11),
        /// Rack kinds of the site by their catalog names.
        rack_kinds: BTreeMap<String, RackPlan>,
        /// Buildings.
        buildings: Vec<BuildingPlan>,
        /// Power granted, step by step.
        grants: Vec<Grant>,
        /// Racks delivered.
        supplies: BTreeMap<String, Supply>,
        /// Racks that a crew installs in a day.
        racks_per_crew_day: Figure = within(0.0, 10_000.0),
        /// Crews at work, from a day to the next entry.
        crews: Vec<CrewStep>,
        /// Money that becomes available.
        tranches: Vec<Tranche>,
        /// Time from order to arrival of what takes long, days, by its kind; orders of one kind are late together.
        lead_times: BTreeMap<String, Figure> = within(0.0, 3_650.0),
        /// Orders of such things.
        orders: BTreeMap<String, Order>,
        /// How late things may be, by cause.
        delays: BTreeMap<String, Delay>,
        /// What is on record, to be shown beside the model.
        #[serde(default)]
        history: Vec<Recorded>,
    }
}

record! {
    /// What the plan says of a kind of rack.
    RackPlan {
        /// Draw of its servers, network and storage for each chip at nameplate, W.
        it_w_per_chip: Figure = within(1.0, 1e5),
        /// Price with all that is in it, $; that of the catalog goes before it.
        price_usd: Option<Figure> = within(0.0, 1e9),
    }
}

record! {
    /// A building's way to its first power.
    BuildingPlan {
        /// Number on the site.
        number: u32,
        /// When its steel goes up.
        started: Dated,
        /// When its shell is ready to take racks.
        shell: Dated,
        /// When it is ready for power.
        energised: Dated,
        /// Orders that must have arrived before.
        #[serde(default)]
        needs: Vec<String>,
        /// Cause that delays it.
        delay: Option<String>,
    }
}

record! {
    /// Power granted on top of what was granted before.
    Grant {
        /// When.
        from: Dated,
        /// How much at the connection, MW.
        mw: Figure = within(0.0, 1e5),
        /// The substation that it comes through; without one it is a limit on the connection as a whole.
        substation: Option<String>,
        /// Orders that must have arrived before.
        #[serde(default)]
        needs: Vec<String>,
        /// Cause that delays it.
        delay: Option<String>,
    }
}

record! {
    /// Racks of one kind from one vendor.
    Supply {
        /// Who makes them.
        vendor: String,
        /// Kind of rack, by its catalog name.
        rack: String,
        /// Chips made, by period: a quarter or a month, evenly over its days.
        made: Vec<Made>,
        /// Share of them that comes to this site.
        share: Figure = within(0.0, 1.0),
        /// Share of those that pass acceptance.
        good_share: Figure = within(0.0, 1.0),
        /// Time from a finished chip to a rack on site, days.
        lag_days: Figure = within(0.0, 1_000.0),
        /// Cause that delays them.
        delay: Option<String>,
    }
}

record! {
    /// Chips made in a period.
    Made {
        /// Quarter or month: `2025Q1`, `2025-01`.
        period: String,
        /// Chips.
        chips: Figure = within(0.0, 1e9),
    }
}

record! {
    /// Crews at work from a day on.
    CrewStep {
        /// From this day.
        from: Dated,
        /// How many.
        crews: Figure = within(0.0, 1e5),
        /// Cause that delays it.
        delay: Option<String>,
    }
}

record! {
    /// Money that becomes available.
    Tranche {
        /// When.
        from: Dated,
        /// How much, $.
        usd: Figure = within(0.0, 1e13),
        /// Cause that delays it.
        delay: Option<String>,
    }
}

record! {
    /// An order of something that takes long.
    Order {
        /// Kind, by its name in `lead_times`.
        lead: String,
        /// When it was placed.
        ordered: Dated,
    }
}

choice! {
    /// Shape of a delay.
    Shape {
        /// Anything from low to high alike.
        Uniform,
        /// From low to high, with its peak at the value.
        Triangular,
        /// Above low, with the value in the middle and high at nine of ten.
        LogNormal,
    }
}

record! {
    /// How late things may be by one cause.
    Delay {
        /// Shape.
        shape: Shape,
        /// Days, with low and high; below 0 is early.
        days: Figure = within(-365.0, 3_650.0),
        /// Whether all that it delays is late together; else each has its own.
        shared: bool,
    }
}

choice! {
    /// What a figure on record is about.
    Measure {
        /// Shells that stand.
        BuildingsUp,
        /// Buildings with power.
        BuildingsLive,
        /// Chips that run.
        Chips,
        /// Power of what runs at nameplate, MW of IT.
        ItMw,
        /// Power of what runs at design peak, MW at the connection.
        FacilityMw,
        /// Capital spent, $.
        CapitalUsd,
    }
}

record! {
    /// A figure on record.
    Recorded {
        /// What it says.
        what: String,
        /// Its day.
        on: Day,
        /// What it is about.
        measure: Measure,
        /// The figure.
        value: Figure = ANY,
        /// How far the model may be off, as a share; it is only shown without one.
        within: Option<f64> = within(0.0, 1.0),
    }
}
