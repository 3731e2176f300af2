//! Where the sun stands.

use crate::num::{asin, atan2, cos, sin, tan};

/// Elevation and azimuth (clockwise from north) of the sun, degrees, by the low-precision solar
/// coordinates of the Astronomical Almanac (0.01° from 1950 to 2050).
///
/// `days_since_j2000` counts UTC days from 2000-01-01 12:00.
#[must_use]
pub fn sun_position_deg(days_since_j2000: f64, latitude_deg: f64, longitude_deg: f64) -> (f64, f64) {
    let rad = std::f64::consts::PI / 180.0;
    let n = days_since_j2000;
    let mean_longitude = 280.460 + 0.985_647_4 * n;
    let anomaly = (357.528 + 0.985_600_3 * n) * rad;
    let ecliptic = (mean_longitude + 1.915 * sin(anomaly) + 0.020 * sin(2.0 * anomaly)) * rad;
    let obliquity = (23.439 - 4e-7 * n) * rad;
    let right_ascension = atan2(cos(obliquity) * sin(ecliptic), cos(ecliptic));
    let declination = asin(sin(obliquity) * sin(ecliptic));
    let sidereal_deg = 280.460_618_37 + 360.985_647_366_29 * n;
    let hour_angle = (sidereal_deg + longitude_deg) * rad - right_ascension;
    let latitude = latitude_deg * rad;
    let elevation = asin(sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle));
    let azimuth = atan2(
        -sin(hour_angle),
        tan(declination) * cos(latitude) - sin(latitude) * cos(hour_angle),
    );
    (elevation / rad, (azimuth / rad).rem_euclid(360.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At the June solstice's local noon the sun stands at 90° - latitude + 23.44°, due south.
    #[test]
    fn solstice_noon_at_the_campus() {
        // 2026-06-21 17:48 UTC: solar noon at 86.47 W (equation of time about -1.8 min).
        let days = 9668.0 + (17.8 - 12.0) / 24.0;
        let (elevation, azimuth) = sun_position_deg(days, 41.68, -86.47);
        assert!((elevation - 71.76).abs() < 0.1, "{elevation}");
        assert!((azimuth - 180.0).abs() < 2.0, "{azimuth}");
    }
}
