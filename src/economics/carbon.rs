//! Carbon and water of what a grid generates, hour by hour.

use super::band::Band;
use crate::site::files::{GridFile, GridSeason, TariffFile};
use crate::site::load::shape_mean;
use crate::site::schema::Figure;

/// Carbon of a grid by month and hour, g/kWh.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GridCarbon {
    average: [[f64; 24]; 12],
    marginal: [[f64; 24]; 12],
    /// What answers one more kWh over decades, g/kWh.
    pub long_run_g_per_kwh: f64,
    /// Water that generation evaporates, L/kWh.
    pub water_l_per_kwh: f64,
    /// Average, short-run and long-run margin at the ends of their ranges over their values.
    pub range: [Band; 3],
}

/// The ends of a figure's range over its value.
fn relative(figure: &Figure) -> Band {
    if figure.value > 0.0 {
        Band::of(figure) * (1.0 / figure.value)
    } else {
        Band::exact(1.0)
    }
}

impl GridCarbon {
    /// Of a tariff and the grid file that it names; without one its flat figures count, the marginal one stands for the
    /// long run too, and water of generation is not counted.
    #[must_use]
    pub fn of(tariff: &TariffFile, grid: Option<&GridFile>) -> Self {
        let flat = |g: f64| [[g; 24]; 12];
        let Some(grid) = grid else {
            let marginal = tariff.marginal_carbon_g_per_kwh.value;
            return Self {
                average: flat(tariff.carbon_g_per_kwh.value),
                marginal: flat(marginal),
                long_run_g_per_kwh: marginal,
                water_l_per_kwh: 0.0,
                range: [
                    relative(&tariff.carbon_g_per_kwh),
                    relative(&tariff.marginal_carbon_g_per_kwh),
                    relative(&tariff.marginal_carbon_g_per_kwh),
                ],
            };
        };
        let shaped = |mean: f64, pick: fn(&GridSeason) -> &[f64; 24]| {
            // What rounding leaves is taken out, so that the mean of a year is the published one.
            let scale = mean / shape_mean(&grid.seasons, pick);
            let mut out = flat(mean);
            for season in &grid.seasons {
                for month in &season.months {
                    out[*month as usize - 1] = pick(season).map(|x| x * scale);
                }
            }
            out
        };
        Self {
            average: shaped(grid.average_g_per_kwh.value, |s| &s.average),
            marginal: shaped(grid.marginal_g_per_kwh.value, |s| &s.marginal),
            long_run_g_per_kwh: grid.long_run_marginal_g_per_kwh.value,
            water_l_per_kwh: grid.water_l_per_kwh.value,
            range: [
                relative(&grid.average_g_per_kwh),
                relative(&grid.marginal_g_per_kwh),
                relative(&grid.long_run_marginal_g_per_kwh),
            ],
        }
    }

    /// Average and short-run marginal carbon in a month, from 1, at an hour of the day, g/kWh.
    #[must_use]
    pub fn at(&self, month: u32, hour: u32) -> [f64; 2] {
        let (m, h) = ((month.clamp(1, 12) - 1) as usize, (hour as usize).min(23));
        [self.average[m][h], self.marginal[m][h]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::calendar::DAYS;
    use crate::site::load::load_site;
    use crate::site::texts::NoFiles;

    /// Means of the year are the published ones (facts, section 6).
    #[test]
    fn the_year_has_the_published_means() {
        let site = load_site(&NoFiles, "builtin:lab", None).expect("is valid");
        let carbon = GridCarbon::of(&site.tariff, site.grid.as_ref());
        let mut sums = [0.0; 2];
        for (m, days) in DAYS.iter().enumerate() {
            for hour in 0..24 {
                let at = carbon.at(m as u32 + 1, hour);
                sums = [0, 1].map(|k| sums[k] + at[k] * f64::from(*days) / 8760.0);
            }
        }
        assert!(
            (sums[0] - 413.0).abs() < 1e-9 && (sums[1] - 618.0).abs() < 1e-9,
            "{sums:?}"
        );
        assert_eq!(carbon.long_run_g_per_kwh, 166.0);
        let flat = GridCarbon::of(&site.tariff, None);
        assert_eq!(flat.at(1, 0), [413.0, 618.0]);
        assert_eq!(flat.at(12, 99), [413.0, 618.0]);
    }
}
