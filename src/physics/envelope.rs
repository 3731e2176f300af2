//! ASHRAE TC 9.9 envelopes of the air that IT breathes (Thermal Guidelines for Data Processing Environments, 5th ed.,
//! 2021, as quoted in the project's facts, section 3.4; A3 and the recommended range read in a vendor's sheet, the
//! others recalled) and of the water that facilities give it (recalled from the same edition).

/// Classes from the narrowest to the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AirClass {
    /// The recommended range of all classes.
    Recommended,
    /// Allowable in class A1.
    A1,
    /// Allowable in class A2.
    A2,
    /// Allowable in class A3.
    A3,
    /// Allowable in class A4.
    A4,
    /// Outside all of them.
    Beyond,
}

/// Limits of a class: dry bulb, relative humidity (0 to 1) and dew point, each from low to high.
struct Limits<Class> {
    class: Class,
    dry_bulb_c: [f64; 2],
    relative_humidity: [f64; 2],
    dew_point_c: [f64; 2],
}

impl<Class: Copy> Limits<Class> {
    /// Whether air of a dry bulb and a dew point, °C, and a relative humidity, 0 to 1, is within.
    fn allow(&self, dry_bulb_c: f64, dew_point_c: f64, relative_humidity: f64) -> bool {
        let within = |[low, high]: [f64; 2], x: f64| (low..=high).contains(&x);
        within(self.dry_bulb_c, dry_bulb_c)
            && within(self.relative_humidity, relative_humidity)
            && within(self.dew_point_c, dew_point_c)
    }
}

const fn limits<Class>(
    class: Class,
    dry_bulb_c: [f64; 2],
    relative_humidity: [f64; 2],
    dew_point_c: [f64; 2],
) -> Limits<Class> {
    Limits {
        class,
        dry_bulb_c,
        relative_humidity,
        dew_point_c,
    }
}

/// Dry air is allowed down to a relative humidity of 8 % or a dew point of -12 °C, whichever is wetter.
const DRIEST_C: f64 = -12.0;

const CLASSES: [Limits<AirClass>; 5] = [
    limits(AirClass::Recommended, [18.0, 27.0], [0.0, 0.7], [-9.0, 15.0]),
    limits(AirClass::A1, [15.0, 32.0], [0.08, 0.8], [DRIEST_C, 17.0]),
    limits(AirClass::A2, [10.0, 35.0], [0.08, 0.8], [DRIEST_C, 21.0]),
    limits(AirClass::A3, [5.0, 40.0], [0.08, 0.85], [DRIEST_C, 24.0]),
    limits(AirClass::A4, [5.0, 45.0], [0.08, 0.9], [DRIEST_C, 24.0]),
];

impl AirClass {
    /// All of them, from the narrowest to the widest.
    pub const ALL: [Self; 6] = [Self::Recommended, Self::A1, Self::A2, Self::A3, Self::A4, Self::Beyond];

    /// The narrowest class that allows air of a dry bulb and a dew point, °C, and a relative humidity, 0 to 1.
    #[must_use]
    pub fn of(dry_bulb_c: f64, dew_point_c: f64, relative_humidity: f64) -> Self {
        CLASSES
            .iter()
            .find(|limits| limits.allow(dry_bulb_c, dew_point_c, relative_humidity))
            .map_or(Self::Beyond, |limits| limits.class)
    }

    /// The class as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::A1 => "A1",
            Self::A2 => "A2",
            Self::A3 => "A3",
            Self::A4 => "A4",
            Self::Beyond => "beyond A4",
        }
    }
}

/// Classes of dense equipment cooled by air, from the narrowest to the widest. They stand beside A1 to A4, not among
/// them: H1 is colder than A1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HighDensityClass {
    /// The recommended range of H1.
    Recommended,
    /// Allowable in class H1.
    H1,
    /// Outside it.
    Beyond,
}

const HIGH_DENSITY_CLASSES: [Limits<HighDensityClass>; 2] = [
    limits(HighDensityClass::Recommended, [18.0, 22.0], [0.0, 0.7], [-9.0, 15.0]),
    limits(HighDensityClass::H1, [5.0, 25.0], [0.08, 0.8], [DRIEST_C, 17.0]),
];

impl HighDensityClass {
    /// All of them, from the narrowest to the widest.
    pub const ALL: [Self; 3] = [Self::Recommended, Self::H1, Self::Beyond];

    /// The narrowest class that allows air of a dry bulb and a dew point, °C, and a relative humidity, 0 to 1.
    #[must_use]
    pub fn of(dry_bulb_c: f64, dew_point_c: f64, relative_humidity: f64) -> Self {
        HIGH_DENSITY_CLASSES
            .iter()
            .find(|limits| limits.allow(dry_bulb_c, dew_point_c, relative_humidity))
            .map_or(Self::Beyond, |limits| limits.class)
    }

    /// The class as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::H1 => "H1",
            Self::Beyond => "beyond H1",
        }
    }
}

/// Classes of liquid cooling by the supply temperature of the facility's water, from the coldest to the warmest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LiquidClass {
    /// Up to 17 °C.
    W17,
    /// Up to 27 °C.
    W27,
    /// Up to 32 °C.
    W32,
    /// Up to 40 °C.
    W40,
    /// Up to 45 °C.
    W45,
    /// Above 45 °C.
    WPlus,
}

impl LiquidClass {
    /// All of them, from the coldest to the warmest.
    pub const ALL: [Self; 6] = [Self::W17, Self::W27, Self::W32, Self::W40, Self::W45, Self::WPlus];

    /// Least supply temperature of every class, °C.
    pub const LEAST_SUPPLY_C: f64 = 2.0;

    /// The coldest class that allows water supplied at a temperature, °C; none for water below 2 °C.
    #[must_use]
    pub fn of(supply_c: f64) -> Option<Self> {
        if supply_c < Self::LEAST_SUPPLY_C {
            return None;
        }
        Self::ALL.into_iter().find(|class| supply_c <= class.most_supply_c())
    }

    /// Largest supply temperature, °C; infinity for W+.
    #[must_use]
    pub fn most_supply_c(self) -> f64 {
        match self {
            Self::W17 => 17.0,
            Self::W27 => 27.0,
            Self::W32 => 32.0,
            Self::W40 => 40.0,
            Self::W45 => 45.0,
            Self::WPlus => f64::INFINITY,
        }
    }

    /// The class as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::W17 => "W17",
            Self::W27 => "W27",
            Self::W32 => "W32",
            Self::W40 => "W40",
            Self::W45 => "W45",
            Self::WPlus => "W+",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_of_the_envelopes() {
        for (dry_bulb_c, dew_point_c, rh, class) in [
            (22.0, 10.0, 0.46, AirClass::Recommended),
            (27.0, 15.0, 0.48, AirClass::Recommended),
            (27.1, 15.0, 0.48, AirClass::A1),
            (22.0, 16.0, 0.69, AirClass::A1),
            (32.5, 16.0, 0.37, AirClass::A2),
            (24.0, 20.0, 0.79, AirClass::A2),
            (24.0, 20.5, 0.83, AirClass::A3),
            (38.0, 20.0, 0.35, AirClass::A3),
            (43.0, 20.0, 0.27, AirClass::A4),
            (24.0, 23.0, 0.94, AirClass::Beyond),
            (22.0, -14.0, 0.08, AirClass::Beyond),
            (46.0, 10.0, 0.12, AirClass::Beyond),
        ] {
            assert_eq!(
                AirClass::of(dry_bulb_c, dew_point_c, rh),
                class,
                "{dry_bulb_c} {dew_point_c} {rh}"
            );
        }
    }

    /// docs/facts.md, 3.4.
    #[test]
    fn high_density_air_is_colder() {
        for (dry_bulb_c, dew_point_c, rh, class) in [
            (20.0, 9.0, 0.49, HighDensityClass::Recommended),
            (22.5, 9.0, 0.42, HighDensityClass::H1),
            (20.0, 16.0, 0.78, HighDensityClass::H1),
            (25.5, 9.0, 0.35, HighDensityClass::Beyond),
            (20.0, 17.5, 0.85, HighDensityClass::Beyond),
        ] {
            assert_eq!(
                HighDensityClass::of(dry_bulb_c, dew_point_c, rh),
                class,
                "{dry_bulb_c} {dew_point_c}"
            );
        }
    }

    #[test]
    fn water_classes_are_named_by_their_limits() {
        for (supply_c, class) in [
            (1.9, None),
            (2.0, Some(LiquidClass::W17)),
            (17.0, Some(LiquidClass::W17)),
            (17.1, Some(LiquidClass::W27)),
            (32.0, Some(LiquidClass::W32)),
            (40.0, Some(LiquidClass::W40)),
            (45.0, Some(LiquidClass::W45)),
            (45.1, Some(LiquidClass::WPlus)),
        ] {
            assert_eq!(LiquidClass::of(supply_c), class, "{supply_c}");
        }
        assert_eq!(LiquidClass::of(f64::NAN), None);
    }
}
