//! Units of values that are written by hand: `0.55kW` for a field in W, `2h` for one in s, `85F` for one in °C.
//!
//! A field says its unit with the end of its name (`tdp_w`, `energy_usd_per_mwh`, `airflow_kg_s`); a value may say its
//! own. One table serves both. Crates for units either work on types (`uom`) or bring a language of their own.

/// Powers of the base units: m, kg, s, K, $, V, A (of apparent power), FLOP, byte, degree of angle.
type Powers = [i8; 10];

const NONE: Powers = [0; 10];
const LENGTH: Powers = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const AREA: Powers = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const VOLUME: Powers = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const MASS: Powers = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
const TIME: Powers = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
const KELVIN: Powers = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
const MONEY: Powers = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0];
const VOLT: Powers = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
const APPARENT: Powers = [0, 0, 0, 0, 0, 1, 1, 0, 0, 0];
const FLOP_S: Powers = [0, 0, -1, 0, 0, 0, 0, 1, 0, 0];
const BYTE: Powers = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
const ANGLE: Powers = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const ENERGY: Powers = [2, 1, -2, 0, 0, 0, 0, 0, 0, 0];
const POWER: Powers = [2, 1, -3, 0, 0, 0, 0, 0, 0, 0];
const PRESSURE: Powers = [-1, 1, -2, 0, 0, 0, 0, 0, 0, 0];

const YEAR_S: f64 = 31_557_600.0;

/// Units: as people write them, as names of fields end (nothing if none does), what they measure, and their size.
const UNITS: &[(&str, &str, Powers, f64)] = &[
    ("m", "m", LENGTH, 1.0),
    ("mm", "mm", LENGTH, 0.001),
    ("cm", "", LENGTH, 0.01),
    ("km", "km", LENGTH, 1_000.0),
    ("ft", "", LENGTH, 0.3048),
    ("mi", "", LENGTH, 1_609.344),
    ("m2", "m2", AREA, 1.0),
    ("m²", "", AREA, 1.0),
    ("ft2", "", AREA, 0.092_903_04),
    ("ha", "", AREA, 10_000.0),
    ("acres", "acres", AREA, 4_046.856_422_4),
    ("acre", "", AREA, 4_046.856_422_4),
    ("m3", "m3", VOLUME, 1.0),
    ("m³", "", VOLUME, 1.0),
    ("L", "l", VOLUME, 0.001),
    ("gal", "", VOLUME, 0.003_785_411_784),
    ("kg", "kg", MASS, 1.0),
    ("g", "g", MASS, 0.001),
    ("ug", "ug", MASS, 1e-9),
    ("µg", "", MASS, 1e-9),
    ("t", "t", MASS, 1_000.0),
    ("lb", "", MASS, 0.453_592_37),
    ("s", "s", TIME, 1.0),
    ("min", "min", TIME, 60.0),
    ("h", "h", TIME, 3_600.0),
    ("day", "day", TIME, 86_400.0),
    ("days", "days", TIME, 86_400.0),
    ("week", "", TIME, 604_800.0),
    ("weeks", "", TIME, 604_800.0),
    ("month", "month", TIME, YEAR_S / 12.0),
    ("year", "year", TIME, YEAR_S),
    ("years", "years", TIME, YEAR_S),
    ("K", "k", KELVIN, 1.0),
    ("$", "usd", MONEY, 1.0),
    ("USD", "", MONEY, 1.0),
    ("M$", "", MONEY, 1e6),
    ("V", "v", VOLT, 1.0),
    ("kV", "kv", VOLT, 1_000.0),
    ("VA", "va", APPARENT, 1.0),
    ("kVA", "kva", APPARENT, 1_000.0),
    ("MVA", "mva", APPARENT, 1e6),
    ("GVA", "", APPARENT, 1e9),
    ("TFLOP/s", "tflops", FLOP_S, 1e12),
    ("PFLOP/s", "", FLOP_S, 1e15),
    ("GB", "gb", BYTE, 1e9),
    ("TB", "tb", BYTE, 1e12),
    ("GiB", "gib", BYTE, 1_073_741_824.0),
    ("TiB", "", BYTE, 1_099_511_627_776.0),
    ("deg", "deg", ANGLE, 1.0),
    ("J", "j", ENERGY, 1.0),
    ("kJ", "", ENERGY, 1_000.0),
    ("MJ", "", ENERGY, 1e6),
    ("Wh", "", ENERGY, 3_600.0),
    ("kWh", "kwh", ENERGY, 3.6e6),
    ("MWh", "mwh", ENERGY, 3.6e9),
    ("GWh", "gwh", ENERGY, 3.6e12),
    ("W", "w", POWER, 1.0),
    ("kW", "kw", POWER, 1_000.0),
    ("MW", "mw", POWER, 1e6),
    ("GW", "gw", POWER, 1e9),
    ("Pa", "pa", PRESSURE, 1.0),
    ("kPa", "", PRESSURE, 1_000.0),
    ("%", "pct", NONE, 0.01),
    ("rack", "rack", NONE, 1.0),
    ("chip", "chip", NONE, 1.0),
    ("hall", "hall", NONE, 1.0),
];

/// A unit: what it measures, its size in base units, and where it has its zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    powers: Powers,
    size: f64,
    /// Temperature on a scale whose zero is not 0 °C, or that is one at all: these do not mix with differences.
    zero_c: Option<f64>,
}

impl Unit {
    const SHARE: Self = Self {
        powers: NONE,
        size: 1.0,
        zero_c: None,
    };

    /// The unit of differences of what this one measures: of °C, K.
    #[must_use]
    pub fn of_differences(self) -> Self {
        Self { zero_c: None, ..self }
    }

    fn times(self, other: Self, power: i8) -> Self {
        let mut powers = self.powers;
        for (mine, theirs) in powers.iter_mut().zip(other.powers) {
            *mine = mine.saturating_add(theirs.saturating_mul(power));
        }
        let size = if power > 0 {
            self.size * other.size
        } else {
            self.size / other.size
        };
        Self {
            powers,
            size,
            zero_c: None,
        }
    }
}

fn scale(size: f64, zero_c: f64) -> Unit {
    Unit {
        powers: KELVIN,
        size,
        zero_c: Some(zero_c),
    }
}

fn look_up(name: &str, of_field: bool) -> Option<Unit> {
    if name == "1" && !of_field {
        return Some(Unit::SHARE);
    }
    let found = UNITS
        .iter()
        .find(|(spelt, ending, ..)| !name.is_empty() && name == if of_field { *ending } else { *spelt });
    found.map(|(_, _, powers, size)| Unit {
        powers: *powers,
        size: *size,
        zero_c: None,
    })
}

/// The unit that a field's name ends with, and that end: `energy_usd_per_mwh` is in `usd_per_mwh`. A share or count has
/// none.
#[must_use]
pub fn of_field(field: &str) -> Option<(Unit, &str)> {
    let starts = field.match_indices('_').map(|(at, _)| at + 1);
    starts
        .map(|at| &field[at..])
        .find_map(|end| of_ending(end).map(|unit| (unit, end)))
}

/// The unit that a field's name ends with, as people write it: `$/MWh`, `kg/s`, `°C`.
#[must_use]
pub fn spelt(field: &str) -> Option<String> {
    let (_, end) = of_field(field)?;
    if end == "c" {
        return Some("°C".to_owned());
    }
    let spell = |word: &str| {
        let found = UNITS.iter().find(|(_, ending, ..)| *ending == word);
        found.map_or(word, |(spelt, ..)| *spelt).to_owned()
    };
    let (over, under) = match end.split_once("_per_") {
        Some((over, under)) => (over, under),
        None => match end.strip_prefix("per_") {
            Some(under) => ("", under),
            None => end.split_once('_').unwrap_or((end, "")),
        },
    };
    let over = if over.is_empty() { "1".to_owned() } else { spell(over) };
    let under: Vec<String> = under.split('_').filter(|word| !word.is_empty()).map(spell).collect();
    Some(match under.as_slice() {
        [] => over,
        [one] => format!("{over}/{one}"),
        more => format!("{over}/({})", more.join(" ")),
    })
}

fn of_ending(end: &str) -> Option<Unit> {
    if end == "c" {
        return Some(scale(1.0, 0.0));
    }
    let words: Vec<&str> = end.split('_').collect();
    let unit = |word: &str| look_up(word, true);
    match words.as_slice() {
        [one] => unit(one),
        ["per", one] => Some(Unit::SHARE.times(unit(one)?, -1)),
        [over, under] => Some(unit(over)?.times(unit(under)?, -1)),
        [over, "per", under @ ..] => under
            .iter()
            .try_fold(unit(over)?, |all, word| Some(all.times(unit(word)?, -1))),
        _ => None,
    }
}

/// The unit that a person wrote: `kW`, `$/MWh`, `$/kW-month`, `J/(kg K)`, `°F`.
#[must_use]
pub fn written(text: &str) -> Option<Unit> {
    match text {
        "C" | "°C" => return Some(scale(1.0, 0.0)),
        // 0 °F.
        "F" | "°F" => return Some(scale(5.0 / 9.0, -160.0 / 9.0)),
        _ => {}
    }
    if let Some(unit) = look_up(text, false) {
        return Some(unit);
    }
    let mut all = Unit::SHARE;
    for (i, part) in text.split('/').enumerate() {
        let part = part.trim().trim_start_matches('(').trim_end_matches(')');
        for word in part.split(['-', '·', '*', ' ']) {
            all = all.times(look_up(word, false)?, if i == 0 { 1 } else { -1 });
        }
    }
    Some(all)
}

/// A value in one unit, in another that measures the same; nothing if they do not.
#[must_use]
pub fn convert(value: f64, from: Unit, to: Unit) -> Option<f64> {
    if from.powers != to.powers {
        return None;
    }
    match (from.zero_c, to.zero_c) {
        (Some(a), Some(b)) => Some((value * from.size + a - b) / to.size),
        // One division or multiplication by a whole factor where there is one, so that 0.55 kW is 550 W.
        (None, None) if from.size < to.size => Some(value / (to.size / from.size)),
        (None, None) => Some(value * (from.size / to.size)),
        // A temperature is no difference of two.
        _ => None,
    }
}

/// A number with the unit that may follow it: `0.55kW` is 0.55 and `kW`.
#[must_use]
pub fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'_') {
            at += 1;
        }
        at
    };
    let mut end = digits(usize::from(text.starts_with(['-', '+'])));
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let from = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = digits(from);
        if exponent > from {
            end = exponent;
        }
    }
    let value: f64 = text[..end].replace('_', "").parse().ok()?;
    value.is_finite().then(|| (value, text[end..].trim()))
}

/// A number in a unit: one without its own, or one with a unit that measures the same.
#[must_use]
pub fn read_in(text: &str, to: Unit) -> Option<f64> {
    let (value, suffix) = number_and_unit(text)?;
    let value = if suffix.is_empty() {
        value
    } else {
        convert(value, written(suffix)?, to)?
    };
    value.is_finite().then_some(value)
}

/// The unit of shares and counts.
#[must_use]
pub fn share() -> Unit {
    Unit::SHARE
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn to_field(text: &str, field: &str) -> Option<f64> {
        let (value, unit) = number_and_unit(text)?;
        convert(
            value,
            written(unit)?,
            of_field(field).map_or(Unit::SHARE, |(unit, _)| unit),
        )
    }

    #[test]
    fn values_come_in_any_unit_that_measures_the_same() {
        for (text, field, expected) in [
            ("0.55kW", "tdp_w", 550.0),
            ("2h", "duration_s", 7_200.0),
            ("485acres", "area_acres", 485.0),
            ("1.1GW", "agreed_w", 1.1e9),
            ("0.033 $/kWh", "energy_usd_per_mwh", 33.0),
            ("240 $/kW/year", "demand_usd_per_kw_month", 20.0),
            ("20$/kW-month", "demand_usd_per_kw_month", 20.0),
            ("3.85kJ/(kg K)", "coolant_cp_j_per_kg_k", 3_850.0),
            ("10%", "leakage_share", 0.1),
            ("50MW/s", "ramp_limit_w_per_s", 5e7),
            ("60kg/s", "airflow_kg_s", 60.0),
            ("0.5%/K", "leakage_per_k", 0.005),
            ("2.5 h", "oil_time_constant_min", 150.0),
            ("18°C", "supply_min_c", 18.0),
        ] {
            assert_eq!(to_field(text, field), Some(expected), "{text} for {field}");
        }
        let warm = to_field("85F", "evaporate_above_c").expect("is a temperature");
        assert!((warm - 29.444_444_444_444_4).abs() < 1e-9, "{warm}");
    }

    #[test]
    fn values_of_another_kind_are_refused() {
        for (text, field) in [
            ("2h", "tdp_w"),
            ("5K", "supply_min_c"),
            ("5C", "evaporate_dead_band_k"),
            ("5kW", "leakage_share"),
            ("300MW", "rating_va"),
            ("3 bananas", "size_m"),
            ("3/", "size_m"),
        ] {
            assert_eq!(to_field(text, field), None, "{text} for {field}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,20}", field in "[a-z_0-9]{0,20}") {
            let _ = to_field(&text, &field);
        }
    }
}
