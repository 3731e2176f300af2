//! Where a moment lies in a year of hourly values, whether or not either of them has a 29 February.

use jiff::civil::DateTime;

/// Days of the months of a year that has no leap day.
pub const DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// A moment of a year, local standard time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Whether its year has a 29 February.
    pub leap_year: bool,
    /// Month, from 1.
    pub month: u32,
    /// Day of the month, from 1.
    pub day: u32,
    /// Hour of the day.
    pub hour: f64,
}

impl Moment {
    /// The moment so many hours after the start of a year, over and over.
    #[must_use]
    pub fn of_hour(hour_of_year: f64, leap_year: bool) -> Self {
        let days = 365 + u32::from(leap_year);
        let in_year = hour_of_year.rem_euclid(f64::from(days) * 24.0);
        let mut left = ((in_year / 24.0) as u32).min(days - 1);
        let hour = in_year - f64::from(left) * 24.0;
        let mut month = 0;
        while month < 11 && left >= length(month, leap_year) {
            left -= length(month, leap_year);
            month += 1;
        }
        Self {
            leap_year,
            month: month as u32 + 1,
            day: left + 1,
            hour,
        }
    }

    /// The moment in a calendar year, to the second; its 29 February is the 28th of a year that has none.
    #[must_use]
    pub fn in_year(&self, year: i16) -> DateTime {
        let day = |day: u32| jiff::civil::Date::new(year, self.month as i8, day as i8);
        let date = day(self.day).or_else(|_| day(self.day.min(28))).unwrap_or_default();
        let seconds = jiff::SignedDuration::from_secs((self.hour * 3600.0).round() as i64);
        let midnight = date.at(0, 0, 0, 0);
        midnight.checked_add(seconds).unwrap_or(midnight)
    }

    /// Two days of a file's year, from 0, whose values at this hour stand for the moment, and the share of the second.
    ///
    /// They differ only where a leap day is too much or missing. A 29 February that the file lacks fades from 1 March
    /// into 28 February, and in a year without one the file's 28 February fades into its 29th, so that the hour of the
    /// day is kept and nothing jumps at midnight.
    #[must_use]
    pub fn days(&self, leap_file: bool) -> (usize, usize, f64) {
        let share = (self.hour / 24.0).clamp(0.0, 1.0);
        match (self.month, self.day) {
            (2, 29) if !leap_file => (day_of_year(3, 1, false), day_of_year(2, 28, false), share),
            (2, 28) if leap_file && !self.leap_year => (day_of_year(2, 28, true), day_of_year(2, 29, true), share),
            (month, day) => {
                let day = day_of_year(month, day, leap_file);
                (day, day, 0.0)
            }
        }
    }
}

/// Days of a month, from 0.
fn length(month: usize, leap_year: bool) -> u32 {
    DAYS[month] + u32::from(month == 1 && leap_year)
}

/// Day of the year, from 0, of a month and a day, from 1. Dates that are none are taken as the nearest one.
fn day_of_year(month: u32, day: u32, leap_year: bool) -> usize {
    let month = (month.clamp(1, 12) - 1) as usize;
    let before: u32 = (0..month).map(|month| length(month, leap_year)).sum();
    (before + day.clamp(1, length(month, leap_year)) - 1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_a_year_are_dates_and_back() {
        for leap_year in [false, true] {
            let days = 365 + usize::from(leap_year);
            for day in 0..days {
                let moment = Moment::of_hour(day as f64 * 24.0 + 7.5, leap_year);
                assert_eq!(moment.days(leap_year), (day, day, 0.0), "{moment:?}");
                assert_eq!(moment.hour, 7.5);
            }
            let new_year = Moment::of_hour(days as f64 * 24.0, leap_year);
            assert_eq!((new_year.month, new_year.day, new_year.hour), (1, 1, 0.0));
        }
        let july = Moment::of_hour(4_839.5, false).in_year(2026);
        assert_eq!(july.to_string(), "2026-07-21T15:30:00");
        let leap_day = Moment::of_hour(59.0 * 24.0, true);
        assert_eq!((leap_day.month, leap_day.day), (2, 29));
        assert_eq!(leap_day.in_year(2026).to_string(), "2026-02-28T00:00:00");
        assert_eq!(leap_day.in_year(2028).to_string(), "2028-02-29T00:00:00");
    }
}
