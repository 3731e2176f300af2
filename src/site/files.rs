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
        /// Liquid loops.
        liquid_loops: BTreeMap<String, LiquidLoopSpec>,
        /// In-row coils.
        in_row_coils: BTreeMap<String, InRowSpec>,
        /// Transformers, cables, switchboards and busways.
        power_stages: BTreeMap<String, PowerStageSpec>,
        /// Relays that open a breaker.
        protections: BTreeMap<String, ProtectionSpec>,
        /// Thermal classes of oil-filled transformers.
        oil_classes: BTreeMap<String, OilSpec>,
        /// Battery packs of racks.
        batteries: BTreeMap<String, BatterySpec>,
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
        /// Model FLOP over peak FLOP in large training runs; 0.4 if left out.
        model_flop_share: Option<Figure> = within(0.01, 1.0),
        /// Resistance from junction to heat sink or cold plate, K/W: it does not depend on flow.
        resistance_fixed_k_per_w: Figure = within(0.001, 1.0),
        /// Resistance from heat sink to air, or from cold plate to coolant, at rated flow, K/W: it falls with flow.
        resistance_flow_k_per_w: Figure = within(0.0, 1.0),
        /// Exponent of that fall.
        resistance_flow_exponent: Figure = within(0.0, 2.0),
        /// Heat capacity of lid and sink, J/K.
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
        /// Standard deviation of utilisation among the chips of a rack, relative.
        utilisation_spread: Figure = within(0.0, 0.2),
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
        /// Hosts, network cards and regulators at full utilisation, W.
        overhead_w: Figure = within(0.0, 1e6),
        /// The same with no work, W; as at full utilisation if left out.
        overhead_idle_w: Option<Figure> = within(0.0, 1e6),
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
        /// Temperature of its hottest chip that the fans hold, °C, as far as they can; none: fans follow load and inlet.
        fan_target_c: Option<Figure> = within(30.0, 130.0),
        /// Air temperature rise at the rack's rated power and full speed, K.
        air_rise_k: Figure = within(2.0, 60.0),
        /// Share of the rise that the last chip of a tray breathes.
        preheat_share: Figure = within(0.0, 1.0),
        /// Rise of the coolant at the rack's rated power, K; for chips with cold plates.
        coolant_rise_k: Option<Figure> = within(1.0, 40.0),
        /// Share of the overhead that coolant takes beside the chips.
        overhead_to_liquid: Option<Figure> = within(0.0, 1.0),
        /// Its power supplies.
        psu: SupplySpec,
    }
}

record! {
    /// Power supplies that share a load: a curve `rating (p0 + p1 x + p2 x²)` over the load, or, with an
    /// `efficiency`, `(output + count fixed_w) / efficiency` at their input.
    SupplySpec {
        /// Rated output of all of them, W.
        rating_w: Figure = within(1.0, 1e7),
        /// No-load loss over rating.
        p0: Option<Figure> = within(0.0, 0.2),
        /// Linear loss over rating.
        p1: Option<Figure> = within(0.0, 0.2),
        /// Quadratic loss over rating.
        p2: Option<Figure> = within(0.0, 0.2),
        /// Supplies that share the load.
        count: u32 = within(1.0, 1_000.0),
        /// Loss of each at any load, W.
        fixed_w: Option<Figure> = within(0.0, 1e5),
        /// Efficiency beside that loss; takes the place of the curve.
        efficiency: Option<Figure> = within(0.3, 1.0),
        /// Power factor at their input.
        power_factor: Figure = within(0.5, 1.0),
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
        servers: u32 = within(1.0, 1_024.0),
        /// Racks that are one unit for a job, such as the two of a 64-chip UltraServer; one if left out.
        racks_per_unit: Option<u32> = within(1.0, 64.0),
        /// Price with its servers and chips, $.
        price_usd: Option<Figure> = within(0.0, 1e9),
        /// Carbon of making it, kg.
        embodied_kg: Option<Figure> = within(0.0, 1e8),
        /// Power that it may draw, W.
        rating_w: Figure = within(100.0, 1e6),
        /// Heat capacity that follows the air, J/K.
        heat_capacity_j_per_k: Figure = within(1_000.0, 1e7),
        /// Switches and storage outside the rack that serve it, W.
        network_w: Figure = within(0.0, 1e6),
        /// Rectifiers that feed all its servers, if any.
        shelf: Option<SupplySpec>,
        /// Switches and the like inside it, behind those rectifiers, W.
        inner_w: Option<Figure> = within(0.0, 1e6),
        /// Its battery, by its catalog name.
        battery: Option<String>,
        /// Width, depth and height, m.
        size_m: [f64; 3] = within(0.1, 5.0),
    }
}

choice! {
    /// What gives way where air cannot be both cool and dry enough.
    HumidityPolicy {
        /// Media stop where the air would be too damp, and the supply gets warmer.
        HoldHumidity,
        /// Media go on, and the supply gets damper.
        HoldTemperature,
    }
}

record! {
    /// One air-handling unit: dampers, filters, wet media, fans.
    CoolingUnitSpec {
        /// Name.
        name: String,
        /// Air at full speed against the rated pressure, kg/s.
        airflow_kg_s: Figure = within(0.1, 1_000.0),
        /// Pressure that the fans hold at that flow, Pa.
        rated_pressure_pa: Figure = within(10.0, 3_000.0),
        /// Air power over electric power at that point.
        fan_efficiency: Figure = within(0.05, 0.95),
        /// Fall of that efficiency with speed, as an exponent: drives and motors are worse at part load.
        drive_exponent: Figure = within(0.0, 1.0),
        /// Slowest fan speed, share of full.
        min_speed: Figure = within(0.0, 1.0),
        /// Pressure held over the hall at any flow, Pa.
        hall_pressure_pa: Figure = within(0.0, 200.0),
        /// Dampers, louvres and discharge at rated flow, Pa.
        casing_pa: Figure = within(0.0, 1_000.0),
        /// Media at rated flow, Pa.
        media_pa: Figure = within(0.0, 500.0),
        /// What they add while they are wet, Pa.
        media_wet_pa: Figure = within(0.0, 500.0),
        /// Clean filters at rated flow, Pa; 0 without filters.
        filter_clean_pa: Figure = within(0.0, 1_000.0),
        /// Filters that are due for a change, at rated flow, Pa.
        filter_dirty_pa: Figure = within(1.0, 2_000.0),
        /// Dust that the filters of a unit hold by then, g.
        filter_dust_g: Figure = within(1.0, 1e6),
        /// Share of airborne particles that they hold.
        filter_arrestance: Figure = within(0.0, 1.0),
        /// Time to change them, s.
        filter_change_s: Figure = within(0.0, 1e6),
        /// Saturation effectiveness of the wet media at rated flow.
        saturation_effectiveness: Figure = within(0.0, 0.999),
        /// Fall of the media's transfer units with flow, as an exponent.
        media_ntu_exponent: Figure = within(0.0, 1.0),
        /// Share of the air that passes the media untouched.
        media_bypass: Figure = within(0.0, 0.5),
        /// Cycles of concentration of the sump water.
        cycles_of_concentration: Figure = within(1.1, 20.0),
        /// Water carried off as drops, share of what evaporates.
        drift_share: Figure = within(0.0, 0.1),
        /// Power factor of its drives.
        power_factor: Figure = within(0.5, 1.0),
        /// Pump while the media is wet, W.
        pump_w: Figure = within(0.0, 1e5),
        /// Outside dry bulb above which the media is wetted, °C.
        evaporate_above_c: Figure = within(5.0, 60.0),
        /// Fall below that at which it dries again, K.
        evaporate_dead_band_k: Figure = within(0.0, 10.0),
        /// Shortest time wet or dry, s.
        min_run_s: Figure = within(0.0, 86_400.0),
        /// Coldest supply air; return air is mixed in below, °C.
        supply_min_c: Figure = within(-10.0, 40.0),
        /// Wettest supply air, as relative humidity: damp air is warmed with return air.
        supply_max_rh: Figure = within(0.1, 1.0),
        /// Warmest supply for the sake of that, °C.
        supply_dry_to_c: Figure = within(0.0, 45.0),
        /// Highest dew point to which media may damp the supply, °C.
        supply_max_dew_point_c: Figure = within(0.0, 40.0),
        /// What gives way where both cannot be held.
        humidity_policy: HumidityPolicy,
    }
}

choice! {
    /// How a facility water loop gives its heat to the outside.
    Rejection {
        /// Coils in moving air.
        DryCooler,
        /// An evaporative cooling tower.
        WetTower,
    }
}

record! {
    /// A liquid loop, for each of the coolant distribution units (CDUs) that share it: coolant to the racks, the CDU,
    /// facility water, and what gives its heat to the outside.
    LiquidLoopSpec {
        /// Name.
        name: String,
        /// Coolant to the racks, °C.
        coolant_supply_c: Figure = within(5.0, 60.0),
        /// Warmest facility water that the racks are made for, °C: their ASHRAE class, W17 to W45.
        facility_max_c: Figure = within(5.0, 60.0),
        /// Coolant at full pump speed, kg/s.
        coolant_kg_s: Figure = within(0.1, 1_000.0),
        /// Specific heat of the coolant, J/(kg K).
        coolant_cp_j_per_kg_k: Figure = within(1_000.0, 5_000.0),
        /// Facility water at full pump speed, kg/s.
        facility_kg_s: Figure = within(0.1, 1_000.0),
        /// Conductance of the heat exchanger at both full flows, W/K.
        exchanger_w_per_k: Figure = within(100.0, 1e8),
        /// Coolant pumps at full speed, W.
        coolant_pump_w: Figure = within(0.0, 1e6),
        /// Facility pumps at full speed, W.
        facility_pump_w: Figure = within(0.0, 1e6),
        /// Exponent of pump power over flow.
        pump_exponent: Figure = within(1.0, 4.0),
        /// Slowest pump speed, share of full.
        pump_min_speed: Figure = within(0.05, 1.0),
        /// Water and metal of the loop, J/K.
        heat_capacity_j_per_k: Figure = within(1e4, 1e10),
        /// How its heat goes outside.
        rejection: Rejection,
        /// Air of towers or dry coolers at full speed, kg/s.
        rejection_air_kg_s: Figure = within(0.1, 10_000.0),
        /// Their fans at full speed, W.
        rejection_fan_w: Figure = within(0.0, 1e7),
        /// Exponent of that power over speed.
        rejection_fan_exponent: Figure = within(1.0, 4.0),
        /// Conductance of a dry cooler at full flows, W/K.
        dry_cooler_w_per_k: Option<Figure> = within(100.0, 1e8),
        /// Cycles of concentration of a tower.
        cycles_of_concentration: Option<Figure> = within(1.1, 20.0),
        /// Drops that a tower loses, share of its water flow.
        drift_share: Option<Figure> = within(0.0, 0.01),
        /// Water in its basin, m³.
        basin_m3: Option<Figure> = within(0.0, 1e4),
        /// A chiller that trims what is left in the heat.
        chiller: Option<ChillerSpec>,
        /// Power factor of its drives.
        power_factor: Figure = within(0.5, 1.0),
    }
}

record! {
    /// An electric chiller: its coefficient of performance is a share of Carnot's at its temperatures times a curve
    /// `a + b x + c x²` over its load.
    ChillerSpec {
        /// Heat that it can lift, W.
        capacity_w: Figure = within(1_000.0, 1e9),
        /// Share of Carnot's coefficient at full load.
        carnot_share: Figure = within(0.1, 0.9),
        /// Condensing above the outside dry bulb, K.
        condenser_approach_k: Figure = within(1.0, 40.0),
        /// Evaporating below the chilled water, K.
        evaporator_approach_k: Figure = within(0.5, 20.0),
        /// Part-load curve: constant.
        part_load_a: Figure = within(-5.0, 5.0),
        /// Part-load curve: linear.
        part_load_b: Figure = within(-5.0, 5.0),
        /// Part-load curve: quadratic.
        part_load_c: Figure = within(-5.0, 5.0),
    }
}

record! {
    /// In-row coils that take heat from the air of a hall with facility water.
    InRowSpec {
        /// Name.
        name: String,
        /// Conductance at full flows, W/K.
        exchanger_w_per_k: Figure = within(100.0, 1e7),
        /// Air at full speed, kg/s.
        air_kg_s: Figure = within(0.01, 500.0),
        /// Water at full flow, kg/s.
        water_kg_s: Figure = within(0.01, 500.0),
        /// Fans at full speed, W.
        fan_w: Figure = within(0.0, 1e5),
    }
}

record! {
    /// A stage of the power path: losses `rating (p0 + p1 x + p2 x²)` at nominal voltage, where p2 is its resistance
    /// and p0 its shunt conductance, and a series reactance.
    PowerStageSpec {
        /// Name.
        name: String,
        /// Rated load, VA.
        rating_va: Figure = within(1_000.0, 1e10),
        /// Voltage at its outgoing side, kV.
        voltage_kv: Figure = within(0.1, 2_000.0),
        /// No-load loss over rating.
        p0: Figure = within(0.0, 0.2),
        /// Linear loss over rating.
        p1: Figure = within(0.0, 0.2),
        /// Quadratic loss over rating: its resistance per unit.
        p2: Figure = within(0.0, 0.2),
        /// Reactance per unit of its rating.
        reactance: Figure = within(0.0, 0.5),
        /// No-load reactive power over rating.
        magnetising: Figure = within(0.0, 0.2),
        /// Relay of its breaker, by its catalog name.
        protection: Option<String>,
        /// Thermal class if it is filled with oil, by its catalog name.
        oil: Option<String>,
        /// On-load tap changer that holds the voltage behind it.
        tap_changer: Option<TapChangerSpec>,
    }
}

record! {
    /// An on-load tap changer.
    TapChangerSpec {
        /// Voltage that it holds, per unit.
        target_pu: Figure = within(0.8, 1.2),
        /// One step, per unit.
        step_pu: Figure = within(0.0005, 0.05),
        /// Steps to either side.
        steps: u32 = within(1.0, 60.0),
        /// Time off target before each step, s.
        delay_s: Figure = within(0.0, 600.0),
    }
}

choice! {
    /// Inverse-time characteristics of IEC 60255-151.
    InverseCurve {
        /// 0.14 / (M^0.02 - 1).
        StandardInverse,
        /// 13.5 / (M - 1).
        VeryInverse,
        /// 80 / (M² - 1).
        ExtremelyInverse,
        /// 120 / (M - 1).
        LongTimeInverse,
        /// The time multiplier itself, in s.
        DefiniteTime,
    }
}

record! {
    /// An overcurrent relay and its breaker.
    ProtectionSpec {
        /// Name.
        name: String,
        /// Characteristic.
        curve: InverseCurve,
        /// Load over rating at which it starts to count.
        pickup: Figure = within(0.5, 10.0),
        /// Time multiplier; for a definite time its delay, s.
        time_multiplier: Figure = within(0.001, 1_000.0),
        /// Load over rating at which it trips without delay.
        instantaneous: Option<Figure> = within(1.0, 100.0),
        /// Time until the breaker is open, s.
        clearing_s: Figure = within(0.0, 5.0),
    }
}

record! {
    /// Thermal behaviour of an oil-filled transformer after IEC 60076-7.
    OilSpec {
        /// Name.
        name: String,
        /// Top oil above ambient at rated load, K.
        top_oil_rise_k: Figure = within(5.0, 90.0),
        /// Hot spot above top oil at rated load, K.
        hot_spot_gradient_k: Figure = within(1.0, 60.0),
        /// Load loss over no-load loss at rated load.
        loss_ratio: Figure = within(0.5, 50.0),
        /// Oil exponent.
        oil_exponent: Figure = within(0.3, 2.0),
        /// Winding exponent.
        winding_exponent: Figure = within(0.5, 3.0),
        /// Oil time constant, min.
        oil_time_constant_min: Figure = within(1.0, 2_000.0),
        /// Winding time constant, min.
        winding_time_constant_min: Figure = within(0.5, 200.0),
        /// Constant k11 of the standard.
        k11: Figure = within(0.1, 3.0),
        /// Constant k21 of the standard.
        k21: Figure = within(0.5, 5.0),
        /// Constant k22 of the standard.
        k22: Figure = within(0.5, 5.0),
    }
}

record! {
    /// A battery pack of a rack.
    BatterySpec {
        /// Name.
        name: String,
        /// Energy when full, J.
        energy_j: Figure = within(1.0, 1e9),
        /// Most power that it gives, W.
        power_w: Figure = within(1.0, 1e7),
        /// Most power that it takes while it charges, W.
        recharge_w: Figure = within(0.0, 1e6),
        /// Energy stored over energy taken.
        efficiency: Figure = within(0.3, 1.0),
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
        /// Energy of its fuel, J/L.
        fuel_j_per_l: Figure = within(1e6, 1e8),
        /// Fuel use with no load, share of that at full load.
        idle_fuel_share: Figure = within(0.0, 0.6),
        /// Fuel held beside it, L.
        tank_l: Figure = within(0.0, 1e7),
        /// Time from the order to start to rated voltage and frequency, s.
        start_s: Figure = within(0.5, 600.0),
        /// Chance that it does not start.
        start_failure: Figure = within(0.0, 1.0),
        /// Time to bring one more onto the bus, s.
        join_s: Figure = within(0.0, 60.0),
        /// Largest load step at once, share of the rating on the bus.
        block_share: Figure = within(0.05, 1.0),
        /// Mean time to a stop while it runs, h.
        mtbf_h: Figure = within(1.0, 1e6),
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
        /// Capital file: `builtin:NAME`, or a path beside this file; `builtin:capital` if left out.
        capital: Option<String>,
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
        /// Distance between the roads of the land survey around the site, m; fields without roads if left out.
        section_m: Option<f64> = within(100.0, 20_000.0),
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
        /// Share of an average inlet that is hot-aisle air even when supply is ample: leaks of the containment.
        leakage_share: Figure = within(0.0, 0.5),
        /// Leak at each end of a row over the leak beside a rack.
        row_end_leak: Figure = within(0.0, 100.0),
        /// Hot air at the top of a rack over its mean, less one; as much is missing at its foot.
        height_spread: Figure = within(0.0, 1.0),
        /// Distance over which the air of a unit spreads before it enters the rows, m.
        supply_reach_m: Figure = within(0.1, 1_000.0),
        /// Liquid loop of its halls, by its catalog name.
        liquid_loop: Option<String>,
        /// Coolant distribution units a hall.
        cdus_per_hall: Option<u32> = within(1.0, 1_000.0),
        /// In-row coils of its halls, by their catalog name.
        in_row_coil: Option<String>,
        /// In-row coils a hall.
        in_row_coils_per_hall: Option<u32> = within(1.0, 10_000.0),
        /// Heat capacity of hall air, steel and concrete that follows the hot aisle, J/K.
        hall_heat_capacity_j_per_k: Figure = within(1e4, 1e12),
        /// Lights, controls and offices a hall, W.
        misc_w_per_hall: Figure = within(0.0, 1e8),
        /// Independent line-ups, such as A and B.
        lineups: Vec<String>,
        /// Cords of the racks of each row, repeated over the rows: each cord names its line-ups in order of preference.
        cords: Vec<Vec<Vec<String>>>,
        /// Unit transformers a hall and line-up, each with a switchboard.
        unit_transformers_per_lineup: u32 = within(1.0, 64.0),
        /// Transformers in parallel on each of those switchboards; one if left out.
        parallel_transformers: Option<u32> = within(1.0, 16.0),
        /// Unit transformer, by its catalog name.
        unit_transformer: String,
        /// Low-voltage switchboard, by its catalog name.
        switchboard: String,
        /// Row busway, by its catalog name.
        busway: String,
        /// Building feeder, by its catalog name.
        feeder: String,
        /// Genset, by its catalog name.
        genset: String,
        /// Gensets a line-up.
        gensets_per_lineup: u32 = within(0.0, 1_000.0),
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
        /// Racks in each of its rows, spread over the row.
        racks_per_row: Option<u32> = within(1.0, 400.0),
        /// Liquid loop of a hall, by its catalog name.
        liquid_loop: Option<String>,
        /// Coolant distribution units of a hall.
        cdus: Option<u32> = within(1.0, 1_000.0),
        /// In-row coils of a hall, by their catalog name.
        in_row_coil: Option<String>,
        /// How many of them.
        in_row_coils: Option<u32> = within(1.0, 10_000.0),
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
        /// The connection to the grid.
        utility: UtilitySpec,
        /// How switches behave.
        switching: SwitchingSpec,
        /// Main transformer, by its catalog name.
        main_transformer: String,
        /// Buses of every substation, each behind a main transformer of its own; line-ups of a building take those
        /// of their name, else in turn.
        buses: Vec<String>,
        /// Substations; each feeds its buildings.
        substations: Vec<Substation>,
    }
}

record! {
    /// The connection to the grid.
    UtilitySpec {
        /// Voltage, kV.
        voltage_kv: Figure = within(0.1, 2_000.0),
        /// Agreed demand, W.
        agreed_w: Figure = within(1_000.0, 1e11),
        /// Largest change of the draw that the grid accepts, W/s.
        ramp_limit_w_per_s: Figure = within(1.0, 1e10),
        /// Short-circuit power at the connection, VA.
        short_circuit_va: Figure = within(1e4, 1e12),
        /// Reactance over resistance of the grid behind it.
        x_over_r: Figure = within(0.1, 100.0),
    }
}

record! {
    /// Times of automatic switching.
    SwitchingSpec {
        /// Loss of voltage to the order to start gensets, s.
        start_after_s: Figure = within(0.0, 600.0),
        /// Loss of voltage to another live source, s.
        transfer_after_s: Figure = within(0.0, 600.0),
        /// Return of the better source to going back to it, s.
        return_after_s: Figure = within(0.0, 86_400.0),
        /// Between one block of load and the next on gensets or on the way back, s.
        block_s: Figure = within(0.0, 600.0),
        /// Most load on gensets, share of the rating on their bus.
        genset_limit: Figure = within(0.1, 1.5),
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
        /// Rings of its buildings; a building in none has a feeder of its own.
        #[serde(default)]
        rings: Vec<Ring>,
    }
}

record! {
    /// A medium-voltage ring from a bus through buildings and back, open at one point.
    Ring {
        /// Bus, by its name.
        bus: String,
        /// Cable of its sections, by its catalog name.
        cable: String,
        /// Buildings along it, by number.
        buildings: Vec<u32> = within(1.0, 999.0),
        /// How many of them are fed from its beginning; the others from its end.
        open_after: u32 = within(0.0, 1_000.0),
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
        /// A car park inside its points, with bays along its longer side.
        Parking,
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
        /// Least that the twin may come to.
        low: Option<f64> = ANY,
        /// Most that the twin may come to.
        high: Option<f64> = ANY,
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
        /// Airborne particles, fine ones (PM2.5), µg/m³.
        particles_ug_m3: Option<Figure> = within(0.0, 5_000.0),
        /// What the year's hottest, dampest and coldest hours are; without it they follow from the normals.
        design: Option<DesignConditions>,
    }
}

record! {
    /// Design conditions of a place: what a share of the hours of a usual year exceed.
    DesignConditions {
        /// Dry bulb that 0.4 % of the hours exceed, °C.
        dry_bulb_0_4_pct_c: Figure = within(-60.0, 60.0),
        /// Dry bulb that 1 % of the hours exceed, °C.
        dry_bulb_1_pct_c: Figure = within(-60.0, 60.0),
        /// Dry bulb that 2 % of the hours exceed, °C.
        dry_bulb_2_pct_c: Figure = within(-60.0, 60.0),
        /// Mean wet bulb at the 0.4 % dry bulb, °C.
        wet_bulb_at_dry_bulb_0_4_pct_c: Figure = within(-60.0, 40.0),
        /// Wet bulb that 0.4 % of the hours exceed, °C.
        wet_bulb_0_4_pct_c: Figure = within(-60.0, 40.0),
        /// Dew point that 0.4 % of the hours exceed, °C.
        dew_point_0_4_pct_c: Figure = within(-60.0, 40.0),
        /// Dry bulb that 99 % of the hours exceed, °C.
        dry_bulb_99_pct_c: Figure = within(-70.0, 50.0),
        /// Dry bulb that 99.6 % of the hours exceed, °C.
        dry_bulb_99_6_pct_c: Figure = within(-70.0, 50.0),
        /// Highest dry bulb on record, °C: no year passes it.
        highest_c: Figure = within(-60.0, 60.0),
        /// Lowest dry bulb on record, °C: no year passes it.
        lowest_c: Figure = within(-90.0, 50.0),
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
        /// Diesel, $/L.
        diesel_usd_per_l: Figure = within(0.0, 100.0),
        /// Carbon of diesel, g/L.
        diesel_carbon_g_per_l: Figure = within(0.0, 10_000.0),
        /// Average carbon of the grid, g/kWh.
        carbon_g_per_kwh: Figure = within(0.0, 3_000.0),
        /// Marginal carbon of the grid, g/kWh.
        marginal_carbon_g_per_kwh: Figure = within(0.0, 3_000.0),
        /// Carbon of the grid by season and hour: `builtin:NAME`, or a path beside this file; the two flat figures count
        /// without it.
        grid: Option<String>,
        /// Energy prices at certain times; the first that holds counts, the flat price elsewhere.
        #[serde(default)]
        periods: Vec<EnergyPeriod>,
        /// What demand is metered in; active power if left out.
        demand_unit: Option<DemandUnit>,
        /// On the month's highest demand as it was metered, beside the charge on the billed one, $/kW and month.
        max_demand_usd_per_kw_month: Option<Figure> = within(0.0, 1_000.0),
        /// Least billed demand, as a share of the highest of the months before; no ratchet if left out.
        ratchet_share: Option<Figure> = within(0.0, 1.0),
        /// Months that the ratchet looks back; 11 if left out.
        ratchet_months: Option<u32> = within(1.0, 24.0),
        /// Least billed demand, as a share of the contract; none if left out.
        minimum_share: Option<Figure> = within(0.0, 1.0),
        /// Contract capacity, W; the site's agreed demand if left out.
        contract_w: Option<Figure> = within(1_000.0, 1e11),
        /// Capacity of the market on the month's highest demand, $/MW and day; in the other charges if left out.
        capacity_usd_per_mw_day: Option<Figure> = within(0.0, 10_000.0),
        /// A programme that pays for cutting the draw when called.
        demand_response: Option<DemandResponse>,
    }
}

choice! {
    /// What demand is metered in.
    DemandUnit {
        /// Active power: prices are per kW.
        Kilowatt,
        /// Apparent power: prices are per kVA.
        KilovoltAmpere,
    }
}

record! {
    /// An energy price that holds at certain times.
    EnergyPeriod {
        /// Name, such as `summer peak`.
        name: String,
        /// Months, 1 to 12; all if empty.
        #[serde(default)]
        months: Vec<u32> = within(1.0, 12.0),
        /// Days of the week, Monday 1 to Sunday 7; all if empty.
        #[serde(default)]
        weekdays: Vec<u32> = within(1.0, 7.0),
        /// Hour at which it begins.
        from_h: f64 = within(0.0, 24.0),
        /// Hour at which it ends; past midnight if that is before it begins.
        to_h: f64 = within(0.0, 24.0),
        /// Price, $/MWh.
        usd_per_mwh: Figure = within(-1_000.0, 10_000.0),
    }
}

record! {
    /// A demand-response programme: so much is cut on call, against the mean of the metering interval before the call.
    DemandResponse {
        /// Name.
        name: String,
        /// What the site has promised to cut, W.
        committed_w: Figure = within(0.0, 1e11),
        /// Paid for the promise, $/kW and month.
        usd_per_kw_month: Figure = within(0.0, 1_000.0),
        /// Paid for what is cut, $/MWh.
        usd_per_mwh: Figure = within(0.0, 100_000.0),
        /// Due for what is promised and not cut, $/MWh.
        penalty_usd_per_mwh: Figure = within(0.0, 100_000.0),
        /// Most hours of calls in a year, h.
        most_h_per_year: Figure = within(0.0, 8_784.0),
        /// Calls, the same every year.
        #[serde(default)]
        calls: Vec<DemandCall>,
    }
}

record! {
    /// One call of a demand-response programme.
    DemandCall {
        /// Month.
        month: u32 = within(1.0, 12.0),
        /// Day of the month.
        day: u32 = within(1.0, 31.0),
        /// Hour of the day at which it begins.
        from_h: f64 = within(0.0, 24.0),
        /// How long it lasts, h; at most to the end of the day.
        lasts_h: f64 = within(0.1, 24.0),
    }
}

record! {
    /// Carbon and water of a grid's generation, by season and hour.
    GridFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// Source keys and what they stand for.
        sources: BTreeMap<String, String>,
        /// Where the shapes come from.
        basis: String,
        /// Mean of a year, all generation, g/kWh.
        average_g_per_kwh: Figure = within(0.0, 3_000.0),
        /// Mean of a year, what answers one more kWh now, g/kWh.
        marginal_g_per_kwh: Figure = within(0.0, 3_000.0),
        /// What answers one more kWh over decades, with the plants that are built for it, g/kWh.
        long_run_marginal_g_per_kwh: Figure = within(0.0, 3_000.0),
        /// Water that generation evaporates, L/kWh.
        water_l_per_kwh: Figure = within(0.0, 50.0),
        /// Seasons; every month in one of them.
        seasons: Vec<GridSeason>,
    }
}

record! {
    /// Shapes of a season: each hour over the mean of the year.
    GridSeason {
        /// Name.
        name: String,
        /// Its months.
        months: Vec<u32> = within(1.0, 12.0),
        /// Of the average.
        average: [f64; 24] = within(0.0, 10.0),
        /// Of the short-run margin.
        marginal: [f64; 24] = within(0.0, 10.0),
    }
}

choice! {
    /// Which halls a part of the capital is counted for.
    CapitalScope {
        /// Every hall.
        All,
        /// Halls without a liquid loop.
        Air,
        /// Halls with one.
        Liquid,
    }
}

record! {
    /// What it costs to build a site, and how the money is counted.
    CapitalFile {
        /// Format version.
        format: u32,
        /// Name.
        name: String,
        /// Source keys and what they stand for.
        sources: BTreeMap<String, String>,
        /// Parts of the facility by name; racks carry their own prices.
        parts: BTreeMap<String, CapitalPart>,
        /// Life of racks, years.
        rack_life_years: Figure = within(1.0, 30.0),
        /// Yearly discount rate.
        discount_rate: Figure = within(0.0, 0.5),
        /// Years that a net present cost looks ahead.
        years: u32 = within(1.0, 60.0),
        /// Staff, repairs and insurance of the facility a year, share of its price.
        facility_upkeep_share: Figure = within(0.0, 1.0),
        /// Repairs and spares of racks a year, share of their price.
        rack_upkeep_share: Figure = within(0.0, 1.0),
        /// Share of the chip-hours that end in useful work, after failures and restarts.
        effective_share: Figure = within(0.01, 1.0),
        /// Carbon of building, kg/m² of building.
        embodied_kg_per_m2: Figure = within(0.0, 100_000.0),
        /// Years over which it is spread.
        building_life_years: Figure = within(1.0, 200.0),
        /// Published figures that costs are shown beside.
        #[serde(default)]
        published: Vec<Published>,
    }
}

record! {
    /// One part of a facility.
    CapitalPart {
        /// Price, $/W of IT at full load.
        usd_per_it_w: Figure = within(0.0, 100.0),
        /// Life, years.
        life_years: Figure = within(1.0, 200.0),
        /// Which halls it is counted for; all if left out.
        counts: Option<CapitalScope>,
    }
}
