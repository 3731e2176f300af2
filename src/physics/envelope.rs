//! ASHRAE TC 9.9 envelopes of the air that IT breathes (Thermal Guidelines for Data Processing Environments, 5th ed.,
//! 2021, as quoted in the project's facts, section 3.4; A3 and the recommended range read in a vendor's sheet, the
//! others recalled).

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
struct Limits {
    class: AirClass,
    dry_bulb_c: [f64; 2],
    relative_humidity: [f64; 2],
    dew_point_c: [f64; 2],
}

const fn limits(class: AirClass, dry_bulb_c: [f64; 2], relative_humidity: [f64; 2], dew_point_c: [f64; 2]) -> Limits {
    Limits {
        class,
        dry_bulb_c,
        relative_humidity,
        dew_point_c,
    }
}

/// Dry air is allowed down to a relative humidity of 8 % or a dew point of -12 °C, whichever is wetter.
const DRIEST_C: f64 = -12.0;

const CLASSES: [Limits; 5] = [
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
        let within = |[low, high]: [f64; 2], x: f64| (low..=high).contains(&x);
        let allows = |limits: &&Limits| {
            within(limits.dry_bulb_c, dry_bulb_c)
                && within(limits.relative_humidity, relative_humidity)
                && within(limits.dew_point_c, dew_point_c)
        };
        CLASSES.iter().find(allows).map_or(Self::Beyond, |limits| limits.class)
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
}
