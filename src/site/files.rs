//! The files that describe a site, as they stand on disk: catalog, site, weather and tariff.
//!
//! Figures with a source are [`Figure`]s; plain numbers are layout and carry the `basis` of their block.

use std::collections::BTreeMap;

use super::schema::{ANY, Figure, within};
use crate::{choice, record};

choice! {
    /// How the heat leaves a chip.
    ChipCooling {
        /// Air through a heat sink.
        Air,
        /// A cold plate.
        Liquid,
    }
}

record! {
    /// The parts that a site can be built of.
    Catalog {
        /// Format version.
        format: u32,
        /// Source keys and what they stand for.
        sources: BTreeMap<String, String>,
        /// Accelerators.
        chips: BTreeMap<String, ChipSpec>,
        /// Servers.
        servers: BTreeMap<String, ServerSpec>,
        /// Racks of servers.
        racks: BTreeMap<String, RackSpec>,
        /// Air-handling units.
        cooling_units: BTreeMap<String, CoolingUnitSpec>,
        /// Transformers, feeders and busways.
        power_stages: BTreeMap<String, PowerStageSpec>,
        /// Standby generators.
        gensets: BTreeMap<String, GensetSpec>,
    }
}

record! {
    /// One accelerator model.
    ChipSpec {
        /// Name as the vendor writes it.
        name: String,
        /// Vendor.
        vendor: String,
        /// How its heat leaves.
        cooling: ChipCooling,
        /// Thermal design power, W, at the leakage reference temperature.
        tdp_w: Figure = within(1.0, 5_000.0),
        /// Power with no work, W.
        idle_w: Figure = within(0.0, 2_000.0),
        /// Dense BF16 speed, TFLOP/s.
        bf16_tflops: Figure = within(0.0, 1e6),
        /// Dense FP8 speed, TFLOP/s.
        fp8_tflops: Figure = within(0.0, 1e6),
        /// Memory, GiB.
        hbm_gib: Figure = within(0.0, 10_000.0),
        /// Junction-to-air resistance that does not depend on flow, K/W.
        resistance_fixed_k_per_w: Figure = within(0.001, 1.0),
        /// Junction-to-air resistance at rated flow that falls with flow, K/W.
        resistance_flow_k_per_w: Figure = within(0.0, 1.0),
        /// Exponent of that fall.
        resistance_flow_exponent: Figure = within(0.0, 2.0),
        /// Heat capacity of die, lid and sink, J/K.
        heat_capacity_j_per_k: Figure = within(0.1, 100_000.0),
        /// Rise of power with junction temperature, 1/K.
        leakage_per_k: Figure = within(0.0, 0.05),
        /// Junction temperature at which the design power is stated, °C.
        leakage_reference_c: Figure = within(0.0, 120.0),
        /// Junction temperature at which it throttles, °C.
        throttle_c: Figure = within(30.0, 130.0),
        /// Junction temperature below which it stops throttling, °C.
        throttle_release_c: Figure = within(30.0, 130.0),
        /// Share of its dynamic power while throttled.
        throttle_share: Figure = within(0.05, 1.0),
        /// Junction temperature at which it switches off, °C.
        trip_c: Figure = within(40.0, 150.0),
        /// Standard deviation of power from part to part, relative.
        power_spread: Figure = within(0.0, 0.2),
    }
}

record! {
    /// One server: a head and trays of chips in the order of the air.
    ServerSpec {
        /// Name.
        name: String,
        /// Chip in it, by its catalog name.
        chip: String,
        /// Compute trays.
        trays: u32 = within(1.0, 64.0),
        /// Chips a tray, in the order in which air passes them.
        chips_per_tray: u32 = within(1.0, 16.0),
        /// Hosts, network cards and regulators, W.
        overhead_w: Figure = within(0.0, 1e6),
        /// Fans at full speed, W.
        fan_w: Figure = within(0.0, 1e5),
        /// Exponent of fan power over speed.
        fan_exponent: Figure = within(1.0, 4.0),
        /// Slowest fan speed, share of full.
        fan_min_speed: Figure = within(0.05, 1.0),
        /// Inlet temperature at which fans start to speed up, °C.
        fan_ramp_from_c: Figure = within(10.0, 60.0),
        /// Fan speed added per K above that, share of full.
        fan_ramp_per_k: Figure = within(0.0, 1.0),
        /// Air temperature rise at the rack's rated power and full speed, K.
        air_rise_k: Figure = within(2.0, 60.0),
        /// Share of the rise that the last chip of a tray breathes.
        preheat_share: Figure = within(0.0, 1.0),
        /// Power supplies: rated output, W.
        psu_rating_w: Figure = within(100.0, 1e6),
        /// Power supplies: no-load loss over rating.
        psu_p0: Figure = within(0.0, 0.2),
        /// Power supplies: linear loss over rating.
        psu_p1: Figure = within(0.0, 0.2),
        /// Power supplies: quadratic loss over rating.
        psu_p2: Figure = within(0.0, 0.2),
    }
}

record! {
    /// One rack of servers of one kind.
    RackSpec {
        /// Name.
        name: String,
        /// Server in it, by its catalog name.
        server: String,
        /// Servers.
        servers: u32 = within(1.0, 64.0),
        /// Power that it may draw, W.
        rating_w: Figure = within(100.0, 1e6),
        /// Heat capacity that follows the air, J/K.
        heat_capacity_j_per_k: Figure = within(1_000.0, 1e7),
        /// Switches and storage outside the rack that serve it, W.
        network_w: Figure = within(0.0, 1e6),
        /// Width, depth and height, m.
        size_m: [f64; 3] = within(0.1, 5.0),
    }
}

record! {
    /// One air-handling unit with fans, dampers and evaporative media.
    CoolingUnitSpec {
        /// Name.
        name: String,
        /// Air at full speed, kg/s.
        airflow_kg_s: Figure = within(0.1, 1_000.0),
        /// Fans at full speed, W.
        fan_w: Figure = within(0.0, 1e6),
        /// Exponent of fan power over flow.
        fan_exponent: Figure = within(1.0, 4.0),
        /// Slowest fan speed, share of full.
        min_speed: Figure = within(0.0, 1.0),
        /// Saturation effectiveness of the wet media.
        saturation_effectiveness: Figure = within(0.0, 1.0),
        /// Share of the air that passes the media untouched.
        media_bypass: Figure = within(0.0, 0.5),
        /// Cycles of concentration of the sump water.
        cycles_of_concentration: Figure = within(1.1, 20.0),
        /// Pump while the media is wet, W.
        pump_w: Figure = within(0.0, 1e5),
        /// Outside dry bulb above which the media is wetted, °C.
        evaporate_above_c: Figure = within(5.0, 60.0),
        /// Fall below that at which it dries again, K.
        evaporate_dead_band_k: Figure = within(0.0, 10.0),
        /// Shortest time in a mode, s.
        min_run_s: Figure = within(0.0, 86_400.0),
        /// Coldest supply air; return air is mixed in below, °C.
        supply_min_c: Figure = within(-10.0, 40.0),
    }
}

record! {
    /// A stage of the power path with its losses `rating (p0 + p1 x + p2 x²)`.
    PowerStageSpec {
        /// Name.
        name: String,
        /// Rated load, W (unity power factor in this model).
        rating_w: Figure = within(1_000.0, 1e10),
        /// No-load loss over rating.
        p0: Figure = within(0.0, 0.2),
        /// Linear loss over rating.
        p1: Figure = within(0.0, 0.2),
        /// Quadratic loss over rating.
        p2: Figure = within(0.0, 0.2),
    }
}

record! {
    /// A standby generator.
    GensetSpec {
        /// Name.
        name: String,
        /// Standby rating, W.
        rating_w: Figure = within(1_000.0, 1e8),
        /// Fuel use at full load, L/kWh.
        fuel_l_per_kwh: Figure = within(0.05, 2.0),
        /// Fuel held beside it, L.
        tank_l: Figure = within(0.0, 1e7),
    }
}

record! {
    /// A campus.
    SiteFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// One sentence on what it is.
        about: String,
        /// Source keys and what they stand for.
        sources: BTreeMap<String, String>,
        /// Catalog file: `builtin:NAME`, or a path beside this file.
        catalog: String,
        /// Weather file, likewise.
        weather: String,
        /// Tariff file, likewise.
        tariff: String,
        /// Where it stands.
        location: Location,
        /// The ground.
        terrain: Terrain,
        /// Kinds of building by name.
        building_kinds: BTreeMap<String, BuildingKind>,
        /// Buildings in groups.
        buildings: Vec<BuildingGroup>,
        /// Halls, rows or racks that differ from their pattern.
        #[serde(default)]
        overrides: Vec<Override>,
        /// The power path.
        power: PowerFile,
        /// Other things on the ground.
        #[serde(default)]
        features: Vec<Feature>,
        /// Published figures that the twin is held against.
        #[serde(default)]
        published: Vec<Published>,
    }
}

record! {
    /// Where a site stands.
    Location {
        /// Latitude, degrees north.
        latitude_deg: Figure = within(-90.0, 90.0),
        /// Longitude, degrees east.
        longitude_deg: Figure = within(-180.0, 180.0),
        /// Elevation, m.
        elevation_m: Figure = within(-430.0, 5_000.0),
        /// Local standard time less UTC, h.
        utc_offset_h: Figure = within(-12.0, 14.0),
        /// Land, acres.
        area_acres: Figure = within(0.1, 1e6),
    }
}

record! {
    /// The ground: a gentle noise field around the yards.
    Terrain {
        /// Where its figures come from.
        basis: String,
        /// East-west and north-south extent of the fenced land, m.
        size_m: [f64; 2] = within(10.0, 100_000.0),
        /// Height of the relief, m.
        relief_m: f64 = within(0.0, 500.0),
        /// Length of its features, m.
        feature_m: f64 = within(1.0, 100_000.0),
        /// Seed of the noise.
        seed: u32,
    }
}

record! {
    /// A kind of building: halls in a grid, rows in a hall, racks in a row.
    BuildingKind {
        /// Where its figures come from.
        basis: String,
        /// East-west, north-south and eaves height, m.
        size_m: [f64; 3] = within(5.0, 2_000.0),
        /// Halls in east-west and north-south direction.
        hall_grid: [u32; 2] = within(1.0, 16.0),
        /// Size of a hall, m.
        hall_size_m: [f64; 2] = within(5.0, 1_000.0),
        /// Gap between halls, m.
        hall_gap_m: [f64; 2] = within(0.0, 200.0),
        /// Rows a hall.
        rows: u32 = within(1.0, 200.0),
        /// Racks a row.
        racks_per_row: u32 = within(1.0, 400.0),
        /// Distance from row to row, m.
        row_pitch_m: f64 = within(0.5, 50.0),
        /// Distance from rack to rack, m.
        rack_pitch_m: f64 = within(0.2, 10.0),
        /// Rack in every place, by its catalog name.
        rack: String,
        /// Cooling unit, by its catalog name.
        cooling_unit: String,
        /// Cooling units a hall.
        cooling_units_per_hall: u32 = within(1.0, 1_000.0),
        /// Air supplied over air that the racks draw.
        supply_ratio: Figure = within(0.1, 3.0),
        /// Share of an average inlet that is hot-aisle air even when supply is ample.
        leakage_share: Figure = within(0.0, 0.5),
        /// Heat capacity of hall air, steel and concrete that follows the hot aisle, J/K.
        hall_heat_capacity_j_per_k: Figure = within(1e4, 1e12),
        /// Lights, controls and offices a hall, W.
        misc_w_per_hall: Figure = within(0.0, 1e8),
        /// Unit transformers a hall and line-up.
        unit_transformers_per_side: u32 = within(1.0, 64.0),
        /// Unit transformer, by its catalog name.
        unit_transformer: String,
        /// Row busway, by its catalog name.
        busway: String,
        /// Building feeder, by its catalog name.
        feeder: String,
        /// Genset, by its catalog name.
        genset: String,
        /// Gensets a building.
        gensets: u32 = within(0.0, 1_000.0),
    }
}

record! {
    /// A grid of buildings of one kind, numbered from west to east and north to south.
    BuildingGroup {
        /// Kind, by name.
        kind: String,
        /// Number of the first one (`B01` is 1).
        first: u32 = within(1.0, 999.0),
        /// Buildings in east-west and north-south direction.
        grid: [u32; 2] = within(1.0, 100.0),
        /// Centre of the first one, m east and north of the site centre.
        at_m: [f64; 2] = within(-50_000.0, 50_000.0),
        /// Distance to the next, m.
        pitch_m: [f64; 2] = within(-5_000.0, 5_000.0),
        /// Construction phase.
        phase: u32 = within(1.0, 99.0),
    }
}

record! {
    /// A place that differs from its pattern.
    Override {
        /// Address: `B03`, `B03/H2` or `B03/H2/R12`.
        at: String,
        /// Another rack, by its catalog name.
        rack: Option<String>,
        /// Construction phase of a building.
        phase: Option<u32> = within(1.0, 99.0),
        /// Why.
        why: String,
    }
}

record! {
    /// The power path above the buildings.
    PowerFile {
        /// Where its layout comes from.
        basis: String,
        /// Utility voltage, kV.
        utility_kv: Figure = within(0.1, 2_000.0),
        /// Agreed demand, W.
        agreed_w: Figure = within(1_000.0, 1e11),
        /// Main transformer, by its catalog name.
        main_transformer: String,
        /// Substations; each feeds its buildings by line-ups A and B.
        substations: Vec<Substation>,
    }
}

record! {
    /// A customer substation.
    Substation {
        /// Name, such as `S1`.
        name: String,
        /// Centre, m east and north of the site centre.
        at_m: [f64; 2] = within(-50_000.0, 50_000.0),
        /// Extent, m.
        size_m: [f64; 2] = within(5.0, 2_000.0),
        /// Buildings that it feeds, by number.
        buildings: Vec<u32> = within(1.0, 999.0),
    }
}

choice! {
    /// What a feature is.
    FeatureKind {
        /// A road along its points.
        Road,
        /// Water inside its points.
        Pond,
        /// A fence along its points.
        Fence,
        /// A transmission line along its points.
        Line,
        /// Trees inside its points.
        Trees,
    }
}

record! {
    /// Something on the ground.
    Feature {
        /// What it is.
        kind: FeatureKind,
        /// Width of a road, m.
        width_m: Option<f64> = within(0.1, 200.0),
        /// Points, m east and north of the site centre.
        points_m: Vec<[f64; 2]> = within(-50_000.0, 50_000.0),
    }
}

record! {
    /// A published figure.
    Published {
        /// What it is about, such as `it_power_mw`.
        what: String,
        /// The figure.
        value: Figure = ANY,
    }
}

record! {
    /// Climate of a place, by month, January first.
    WeatherFile {
        /// Format version.
        format: u32,
        /// Place.
        name: String,
        /// Source keys and what they stand for.
        sources: BTreeMap<String, String>,
        /// Twelve months.
        months: Vec<Month>,
        /// Standard deviation of passing weather in winter, K.
        synoptic_sd_winter_k: Figure = within(0.0, 20.0),
        /// Standard deviation of passing weather in summer, K.
        synoptic_sd_summer_k: Figure = within(0.0, 20.0),
        /// Time scale of passing weather, h.
        synoptic_period_h: Figure = within(6.0, 500.0),
        /// Local standard time of the day's maximum, h.
        warmest_hour_h: Figure = within(0.0, 24.0),
    }
}

record! {
    /// Normals of one month.
    Month {
        /// Mean daily maximum, °C.
        max_c: Figure = within(-60.0, 60.0),
        /// Mean daily minimum, °C.
        min_c: Figure = within(-70.0, 50.0),
        /// Mean dew point, °C.
        dew_point_c: Figure = within(-70.0, 40.0),
        /// Mean wind, m/s.
        wind_m_s: Figure = within(0.0, 60.0),
    }
}

record! {
    /// What energy, water and carbon cost.
    TariffFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// Source keys and what they stand for.
        sources: BTreeMap<String, String>,
        /// Energy, $/MWh.
        energy_usd_per_mwh: Figure = within(-1_000.0, 10_000.0),
        /// Demand, $/kW and month.
        demand_usd_per_kw_month: Figure = within(0.0, 1_000.0),
        /// Interval over which demand is metered, s.
        demand_interval_s: Figure = within(60.0, 7_200.0),
        /// Water, $/m³.
        water_usd_per_m3: Figure = within(0.0, 1_000.0),
        /// Sewer, $/m³.
        sewer_usd_per_m3: Figure = within(0.0, 1_000.0),
        /// Average carbon of the grid, g/kWh.
        carbon_g_per_kwh: Figure = within(0.0, 3_000.0),
        /// Marginal carbon of the grid, g/kWh.
        marginal_carbon_g_per_kwh: Figure = within(0.0, 3_000.0),
    }
}
