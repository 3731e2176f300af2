//! Hourly weather of a place: EnergyPlus weather files (EPW), every error with its line and field.
//!
//! A crate for the format exists (`epw-rs`, alpha); it stops at the first error and keeps no places, so that the few
//! columns that are needed are read here. Format: EnergyPlus Auxiliary Programs, "EnergyPlus Weather File (EPW) Data
//! Dictionary", whose ranges and marks of missing values are used.

use super::calendar::{DAYS, Moment};
use crate::diag::{Code, Diagnostic, Place, Report};
use crate::num::lerp;

/// Longest run of missing values that is bridged by a straight line, h.
const LONGEST_GAP_H: usize = 6;

/// Most errors of a file that are reported: a file of another kind is wrong in every row.
const MOST_ERRORS: usize = 50;

/// A quantity of the file: a column, its name, its range, and from where on a value marks a missing one.
struct Quantity {
    column: usize,
    name: &'static str,
    low: f64,
    high: f64,
    missing_from: f64,
}

const DRY_BULB: Quantity = Quantity {
    column: 6,
    name: "dry bulb temperature, °C",
    low: -70.0,
    high: 70.0,
    missing_from: 99.9,
};
const DEW_POINT: Quantity = Quantity {
    column: 7,
    name: "dew point temperature, °C",
    low: -70.0,
    high: 70.0,
    missing_from: 99.9,
};
const PRESSURE: Quantity = Quantity {
    column: 9,
    name: "atmospheric station pressure, Pa",
    low: 31_000.0,
    high: 120_000.0,
    missing_from: 999_999.0,
};
const WIND: Quantity = Quantity {
    column: 21,
    name: "wind speed, m/s",
    low: 0.0,
    high: 40.0,
    missing_from: 999.0,
};

/// Columns of a row that must be there.
const LEAST_COLUMNS: usize = 22;

/// A year of weather.
#[derive(Debug, Clone, PartialEq)]
pub struct Epw {
    /// Place, region and country.
    pub place: String,
    /// Latitude, degrees north.
    pub latitude_deg: f64,
    /// Longitude, degrees east.
    pub longitude_deg: f64,
    /// Local standard time less UTC, h.
    pub utc_offset_h: f64,
    /// Elevation, m.
    pub elevation_m: f64,
    /// Records an hour.
    pub per_hour: usize,
    /// Whether the file has a 29 February.
    pub leap: bool,
    /// Dry bulb at the end of each record's time, °C.
    pub dry_bulb_c: Vec<f64>,
    /// Dew point, °C.
    pub dew_point_c: Vec<f64>,
    /// Station pressure, Pa.
    pub pressure_pa: Vec<f64>,
    /// Wind, m/s.
    pub wind_m_s: Vec<f64>,
    /// Values that were missing and have been bridged.
    pub bridged: usize,
}

/// What is read so far, with its errors.
struct Reader<'a> {
    file: &'a str,
    report: Report,
}

impl Reader<'_> {
    fn error(
        &mut self,
        code: Code,
        line: usize,
        column: usize,
        field: &str,
        found: String,
        allowed: impl Into<String>,
    ) {
        if self.report.errors.len() < MOST_ERRORS {
            let place = Place {
                line: line as u32,
                column: column as u32,
            };
            self.report.push(Diagnostic {
                code,
                file: self.file.to_owned(),
                place,
                field: field.to_owned(),
                found,
                allowed: allowed.into(),
            });
        }
    }

    /// A number of a line, by its place in it.
    fn number(&mut self, line: usize, cells: &[Cell<'_>], k: usize, field: &str, low: f64, high: f64) -> Option<f64> {
        let allowed = format!("a number, {low} to {high}");
        let Some(cell) = cells.get(k) else {
            let found = format!("{} fields", cells.len());
            self.error(Code::MissingField, line, 1, field, found, allowed);
            return None;
        };
        match cell.text.parse::<f64>() {
            Ok(x) if (low..=high).contains(&x) => Some(x),
            Ok(x) if x.is_finite() => {
                self.error(Code::OutOfRange, line, cell.column, field, x.to_string(), allowed);
                None
            }
            _ => {
                self.error(
                    Code::WrongKind,
                    line,
                    cell.column,
                    field,
                    format!("{:?}", cell.text),
                    allowed,
                );
                None
            }
        }
    }

    /// A value of a row: none where it is marked as missing or wrong.
    fn value(&mut self, line: usize, cells: &[Cell<'_>], of: &Quantity) -> Option<f64> {
        let cell = cells.get(of.column)?;
        if cell.text.parse::<f64>().is_ok_and(|x| x >= of.missing_from) {
            return None;
        }
        self.number(line, cells, of.column, of.name, of.low, of.high)
    }
}

/// A field of a line with the column at which it starts, from 1.
struct Cell<'a> {
    column: usize,
    text: &'a str,
}

fn cells(line: &str) -> Vec<Cell<'_>> {
    let mut column = 1;
    line.split(',')
        .map(|part| {
            let lead = part.len() - part.trim_start().len();
            let cell = Cell {
                column: column + lead,
                text: part.trim(),
            };
            column += part.chars().count() + 1;
            cell
        })
        .collect()
}

/// Whether a name is that of an EPW file, by its ending.
#[must_use]
pub fn is_epw(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("epw"))
}

/// Reads the text of an EPW file.
///
/// # Errors
/// Everything that is wrong with it, the first fifty errors at most.
pub fn read(file: &str, text: &str) -> Result<Epw, Report> {
    let mut reader = Reader {
        file,
        report: Report::default(),
    };
    let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(text).lines().collect();
    let head = lines.first().copied().unwrap_or_default();
    let location = cells(head);
    if location.first().map(|cell| cell.text) != Some("LOCATION") || location.len() < 10 {
        let found = format!("{:?}", head.chars().take(40).collect::<String>());
        reader.error(
            Code::WrongKind,
            1,
            1,
            "LOCATION",
            found,
            "LOCATION, city, region, country, … elevation",
        );
        return Err(reader.report);
    }
    let latitude_deg = reader.number(1, &location, 6, "latitude, degrees", -90.0, 90.0);
    let longitude_deg = reader.number(1, &location, 7, "longitude, degrees", -180.0, 180.0);
    let utc_offset_h = reader.number(1, &location, 8, "time zone, h", -12.0, 14.0);
    let elevation_m = reader.number(1, &location, 9, "elevation, m", -1_000.0, 9_999.9);
    let data = lines.iter().position(|line| line.starts_with("DATA PERIODS"));
    let Some(data) = data else {
        reader.error(
            Code::MissingField,
            lines.len().max(1),
            1,
            "DATA PERIODS",
            "no such line".into(),
            "DATA PERIODS before the data",
        );
        return Err(reader.report);
    };
    let periods = cells(lines[data]);
    let count = reader.number(data + 1, &periods, 1, "number of data periods", 1.0, 1.0);
    let per_hour = reader.number(data + 1, &periods, 2, "records an hour", 1.0, 60.0);
    let per_hour = per_hour.map_or(1, |n| (n as usize).max(1));
    if count.is_none() {
        return Err(reader.report);
    }

    let mut columns: [Vec<Option<f64>>; 4] = Default::default();
    let (mut leap, mut expected) = (false, Calendar::default());
    for (at, line) in lines
        .iter()
        .enumerate()
        .skip(data + 1)
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let (line, cells) = (at + 1, cells(line));
        if cells.len() < LEAST_COLUMNS {
            let found = format!("{} fields", cells.len());
            reader.error(
                Code::MissingField,
                line,
                1,
                "data row",
                found,
                format!("at least {LEAST_COLUMNS} fields"),
            );
        }
        let month = reader.number(line, &cells, 1, "month", 1.0, 12.0);
        let day = reader.number(line, &cells, 2, "day", 1.0, 31.0);
        let hour = reader.number(line, &cells, 3, "hour", 1.0, 24.0);
        if let (Some(month), Some(day), Some(hour)) = (month, day, hour) {
            let found = (month as u32, day as u32, hour as u32);
            leap |= (found.0, found.1) == (2, 29);
            let wanted = expected.next(found, per_hour);
            if found != wanted {
                let name = |(month, day, hour): (u32, u32, u32)| format!("{month}/{day} hour {hour}");
                reader.error(
                    Code::Inconsistent,
                    line,
                    1,
                    "date",
                    name(found),
                    format!("{}, hours without a gap", name(wanted)),
                );
                expected = Calendar::after(found);
            }
        }
        for (column, of) in columns.iter_mut().zip([&DRY_BULB, &DEW_POINT, &PRESSURE, &WIND]) {
            column.push(reader.value(line, &cells, of));
        }
    }
    let rows = columns[0].len();
    let year = (if leap { 8_784 } else { 8_760 }) * per_hour;
    if rows != year {
        let last = lines.len().max(1);
        reader.error(
            Code::Inconsistent,
            last,
            1,
            "data rows",
            rows.to_string(),
            format!("{year}, a whole year"),
        );
    }
    reader.report.clone().into_result(())?;
    let mut bridged = 0;
    let [dry_bulb, dew_point, pressure, wind] = columns;
    let mut fill = |column: Vec<Option<f64>>, of: &Quantity, instead: Option<f64>| {
        let missing = column.iter().filter(|value| value.is_none()).count();
        let (filled, gap) = bridge(&column, per_hour, instead);
        bridged += missing;
        if let Some(row) = gap {
            let allowed = format!("at most {LONGEST_GAP_H} h of missing values in a row");
            reader.error(
                Code::Inconsistent,
                data + 2 + row,
                1,
                of.name,
                "a longer gap".into(),
                allowed,
            );
        }
        filled
    };
    let elevation_m = elevation_m.unwrap_or_default();
    let standard_pa = crate::physics::air::standard_pressure_pa(elevation_m);
    let dry_bulb_c = fill(dry_bulb, &DRY_BULB, None);
    let dew_point_c = fill(dew_point, &DEW_POINT, None);
    let pressure_pa = fill(pressure, &PRESSURE, Some(standard_pa));
    let wind_m_s = fill(wind, &WIND, Some(0.0));
    let text = |k: usize| location.get(k).map_or("", |cell| cell.text);
    let epw = Epw {
        place: [text(1), text(2), text(3)].join(", "),
        latitude_deg: latitude_deg.unwrap_or_default(),
        longitude_deg: longitude_deg.unwrap_or_default(),
        utc_offset_h: utc_offset_h.unwrap_or_default(),
        elevation_m,
        per_hour,
        leap,
        dry_bulb_c,
        dew_point_c,
        pressure_pa,
        wind_m_s,
        bridged,
    };
    reader.report.into_result(epw)
}

/// Fills gaps: short ones along a straight line, longer ones by `instead` if that gives a value. Gives the row at which
/// a gap begins that is neither.
fn bridge(column: &[Option<f64>], per_hour: usize, instead: Option<f64>) -> (Vec<f64>, Option<usize>) {
    let n = column.len();
    let (mut out, mut first_gap) = (vec![0.0; n], None);
    let mut row = 0;
    while row < n {
        if let Some(value) = column[row] {
            out[row] = value;
            row += 1;
            continue;
        }
        let end = (row..n).find(|k| column[*k].is_some()).unwrap_or(n);
        // The year is a circle: what lies before its first hour is its last.
        let before = (0..n).rev().map(|k| (k + row) % n).find_map(|k| column[k]);
        let after = (0..n).map(|k| (k + end) % n).find_map(|k| column[k]);
        let length = end - row;
        for (k, out) in out[row..end].iter_mut().enumerate() {
            let short = length <= LONGEST_GAP_H * per_hour;
            let line = before.zip(after).filter(|_| short).map(|(a, b)| {
                let share = (k + 1) as f64 / (length + 1) as f64;
                a + (b - a) * share
            });
            match line.or(instead) {
                Some(value) => *out = value,
                None => first_gap = first_gap.or(Some(row)),
            }
        }
        row = end;
    }
    (out, first_gap)
}

/// The date that comes next: month, day and hour from 1, and how many records of that hour have been read.
#[derive(Clone, Copy)]
struct Calendar {
    month: u32,
    day: u32,
    hour: u32,
    read: usize,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            month: 1,
            day: 1,
            hour: 1,
            read: 0,
        }
    }
}

impl Calendar {
    /// The hour that a row must be of, and on to the next.
    fn next(&mut self, found: (u32, u32, u32), per_hour: usize) -> (u32, u32, u32) {
        // After the last hour of 28 February either of two dates is right.
        if (self.month, self.day, self.hour) == (3, 1, 1) && found == (2, 29, 1) {
            (self.month, self.day) = (2, 29);
        }
        let wanted = (self.month, self.day, self.hour);
        self.read += 1;
        if self.read == per_hour {
            *self = Self::after(wanted);
        }
        wanted
    }

    /// The hour after one.
    fn after((month, day, hour): (u32, u32, u32)) -> Self {
        let last = DAYS[(month as usize - 1).min(11)];
        let (month, day, hour) = match (hour < 24, day < last) {
            (true, _) => (month, day, hour + 1),
            (false, true) => (month, day + 1, 1),
            (false, false) => (month % 12 + 1, 1, 1),
        };
        Self {
            month,
            day,
            hour,
            read: 0,
        }
    }
}

impl Epw {
    /// Records of a day.
    fn per_day(&self) -> usize {
        24 * self.per_hour
    }

    /// A column at an hour of a day of the file, from 0: along a straight line between records. A record holds at the
    /// end of its time, so that midnight is the last record of the day before, and that of 1 January the year's last.
    fn value(&self, column: &[f64], day: usize, hour: f64) -> f64 {
        let n = column.len().max(1);
        let at = day as f64 * self.per_day() as f64 + hour * self.per_hour as f64;
        let (next, share) = (at.floor() as usize % n, at - at.floor());
        let of = |k: usize| column.get(k).copied().unwrap_or_default();
        lerp(of((next + n - 1) % n), of(next), share)
    }

    /// Dry bulb and dew point, °C, pressure, Pa, and wind, m/s, at a moment of any year.
    #[must_use]
    pub fn at(&self, moment: Moment) -> [f64; 4] {
        let (a, b, share) = moment.days(self.leap);
        [&self.dry_bulb_c, &self.dew_point_c, &self.pressure_pa, &self.wind_m_s].map(|column| {
            let value = |day: usize| self.value(column, day, moment.hour);
            lerp(value(a), value(b), share)
        })
    }

    /// The moment at which a record holds.
    #[must_use]
    pub fn moment(&self, record: usize) -> Moment {
        Moment::of_hour((record + 1) as f64 / self.per_hour as f64, self.leap)
    }

    /// Hours of the year with a dry bulb at or below a limit, °C.
    #[must_use]
    pub fn hours_at_or_below(&self, limit_c: f64) -> f64 {
        self.dry_bulb_c.iter().filter(|t| **t <= limit_c).count() as f64 / self.per_hour as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHICAGO: &str = include_str!("../../assets/weather/chicago-ohare-tmy3.epw");

    fn errors_of(text: &str) -> String {
        read("test.epw", text).expect_err("is wrong").to_string()
    }

    /// Counted from the file by the project's reference notes.
    #[test]
    fn chicago_has_its_hours() {
        let epw = read("chicago.epw", CHICAGO).unwrap_or_else(|report| panic!("{report}"));
        assert_eq!(epw.place, "Chicago Ohare Intl Ap, IL, USA");
        assert_eq!((epw.dry_bulb_c.len(), epw.leap, epw.bridged), (8_760, false, 0));
        let hours = [18.0, 27.0, 29.4, 35.0].map(|limit| epw.hours_at_or_below(limit));
        assert_eq!(hours, [6_152.0, 8_238.0, 8_573.0, 8_760.0]);
    }

    #[test]
    fn a_record_holds_at_the_end_of_its_hour_and_lines_lie_between() {
        let epw = read("chicago.epw", CHICAGO).unwrap_or_else(|report| panic!("{report}"));
        let at = |month: u32, day: u32, hour: f64| {
            let moment = Moment {
                leap_year: true,
                month,
                day,
                hour,
            };
            epw.at(moment)[0]
        };
        // The first two records: -12.2 °C at 1:00, -11.7 °C at 2:00.
        assert_eq!(at(1, 1, 1.0), -12.2);
        assert_eq!(at(1, 1, 2.0), -11.7);
        assert!((at(1, 1, 1.5) + 11.95).abs() < 1e-12);
        assert_eq!(
            at(1, 1, 0.0),
            epw.dry_bulb_c[8_759],
            "midnight belongs to the day before"
        );
        assert_eq!(at(12, 31, 24.0), epw.dry_bulb_c[8_759]);
        assert!((0..8_760).all(|k| epw.at(epw.moment(k))[0] == epw.dry_bulb_c[k]));
    }

    /// A leap day where the file has none, and none where it has one: the year goes on without a jump, and the hour of
    /// the day is kept.
    #[test]
    fn leap_days_come_and_go_without_a_jump() {
        let file = read("chicago.epw", CHICAGO).unwrap_or_else(|report| panic!("{report}"));
        let day = |line: &str| line.split(',').skip(1).take(2).collect::<Vec<_>>() == ["2", "28"];
        let (mut text, mut leap_day) = (String::new(), String::new());
        for line in CHICAGO.lines() {
            if day(line) {
                leap_day += &(line.replacen(",2,28,", ",2,29,", 1) + "\n");
            } else if line.contains(",3,1,1,") {
                text += &std::mem::take(&mut leap_day);
            }
            text += line;
            text += "\n";
        }
        let with = read("leap.epw", &text).unwrap_or_else(|report| panic!("{report}"));
        assert!(with.leap && with.dry_bulb_c.len() == 8_784);
        for (epw, leap_year) in [(&file, true), (&with, false), (&file, false), (&with, true)] {
            let days = 365 + u32::from(leap_year);
            let mut before = epw.at(Moment::of_hour(-0.05, leap_year));
            for k in 0..days * 480 {
                let now = epw.at(Moment::of_hour(f64::from(k) / 20.0, leap_year));
                // The steepest hour of the file: 11.1 K.
                assert!((now[0] - before[0]).abs() < 1.2 && now.iter().all(|x| x.is_finite()));
                before = now;
            }
        }
        let noon = Moment::of_hour(58.0 * 24.0 + 12.0, false);
        assert_eq!(with.at(noon)[0], file.at(noon)[0], "here the 29th is the 28th again");
    }

    #[test]
    fn four_records_an_hour_are_read_and_met() {
        let rows = CHICAGO.lines().flat_map(|line| {
            let data = line.starts_with("19") || line.starts_with("20");
            std::iter::repeat_n(line, if data { 4 } else { 1 })
        });
        let text: String = rows
            .map(|line| line.replacen("DATA PERIODS,1,1,", "DATA PERIODS,1,4,", 1) + "\n")
            .collect();
        let epw = read("quarters.epw", &text).unwrap_or_else(|report| panic!("{report}"));
        assert_eq!((epw.per_hour, epw.dry_bulb_c.len()), (4, 35_040));
        assert_eq!(epw.hours_at_or_below(18.0), 6_152.0);
        // The hour from 1:00 to 2:00 is -11.7 °C from its first quarter on.
        assert_eq!(epw.at(Moment::of_hour(1.25, false))[0], -11.7);
        assert_eq!(epw.at(Moment::of_hour(1.75, false))[0], -11.7);
        assert!((0..35_040).all(|k| epw.at(epw.moment(k))[0] == epw.dry_bulb_c[k]));
    }

    #[test]
    fn missing_values_are_bridged_and_long_gaps_are_not() {
        let lines: Vec<&str> = CHICAGO.lines().collect();
        let blank = |rows: std::ops::Range<usize>| {
            let mut text = String::new();
            for (k, line) in lines.iter().enumerate() {
                let mut cells: Vec<&str> = line.split(',').collect();
                if rows.contains(&k) {
                    cells[6] = "99.9";
                }
                text.push_str(&cells.join(","));
                text.push('\n');
            }
            text
        };
        let epw = read("test.epw", &blank(100..103)).unwrap_or_else(|report| panic!("{report}"));
        assert_eq!(epw.bridged, 3);
        let (a, b) = (epw.dry_bulb_c[91], epw.dry_bulb_c[95]);
        assert!((epw.dry_bulb_c[93] - (a + b) / 2.0).abs() < 1e-9);
        assert!(errors_of(&blank(100..110)).contains("a longer gap"));
    }

    #[test]
    fn everything_wrong_is_said_at_once_with_its_place() {
        let bad = CHICAGO
            .replacen("1986,1,1,1,0,", "1986,1,1,3,0,", 1)
            .replacen("-11.7,-15.6", "hot,-15.6", 1)
            .replacen(
                "LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,41.98",
                "LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,141.98",
                1,
            );
        let errors = errors_of(&bad);
        for expected in [
            "latitude, degrees: found 141.98; allowed: a number, -90 to 90",
            ":9:1: date: found 1/1 hour 3; allowed: 1/1 hour 1",
            "dry bulb temperature, °C: found \"hot\"; allowed: a number, -70 to 70",
        ] {
            assert!(errors.contains(expected), "{expected} is not in\n{errors}");
        }
        assert!(errors_of("nonsense").contains("LOCATION"));
        assert!(errors_of("").contains("LOCATION"));
        let short: String = CHICAGO.lines().take(500).map(|line| format!("{line}\n")).collect();
        assert!(errors_of(&short).contains("data rows: found 492; allowed: 8760, a whole year"));
    }
}
