//! Many runs of one question: samples of uncertain figures, bands of the results, and what matters most.
//!
//! A [`Question`] is a scenario whose files hold figures with ranges. A [`Study`] draws values for them; whoever has
//! threads answers its [`Run`]s in any order, and [`Study::findings`] are the same for all orders. A [`sweep`] takes values
//! from its file instead.

pub mod differences;
pub mod glob;
pub mod question;
pub mod sample;
pub mod stats;
pub mod sweep;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use question::{Answer, Question, Uncertain};
pub use sample::Shape;

use crate::site::change::Change;
use sample::Correlation;

/// What to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Draws.
    pub draws: u32,
    /// Seed of the draws; that of the scenario stays.
    pub seed: u64,
    /// How likely the values of a range are.
    pub shape: Shape,
    /// Rank correlations between figures by their names.
    pub correlations: Vec<(String, String, f64)>,
}

/// One run of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Run {
    /// All figures at their own values.
    Own,
    /// One draw, from 1.
    Draw(u32),
    /// One figure at its low end, the others at their own.
    Low(usize),
    /// The same at its high end.
    High(usize),
}

/// Answers of runs, or why there is none.
pub type Answers = BTreeMap<Run, Result<Answer, String>>;

/// A question and the draws that are to answer it.
#[derive(Debug, Clone)]
pub struct Study {
    /// Figures in doubt.
    pub figures: Vec<Uncertain>,
    /// Values by figure and draw.
    columns: Vec<Vec<f64>>,
    /// Says whether two studies are the same: their files, figures and draws.
    pub hash: String,
}

/// Shares of the draws that lie below the bands' lines.
pub const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// One output: its band and what it hangs on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// Field of the summary.
    pub output: String,
    /// With all figures at their own values.
    pub own: f64,
    /// P5, P25, P50, P75 and P95 of the draws.
    pub percentiles: [f64; 5],
    /// Share of the variance of its ranks that the assumptions below explain.
    pub explained: f64,
    /// Assumptions, the most important first.
    pub assumptions: Vec<Assumption>,
}

/// What an assumption does to an output.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assumption {
    /// Its name, such as `catalog:chips.trainium2.tdp_w`.
    pub name: String,
    /// Low end of its range, its value, and the high end.
    pub range: [f64; 3],
    /// How sure it is.
    pub tag: String,
    /// Where it comes from.
    pub source: String,
    /// Standardised rank regression coefficient: its sign says which way the output goes.
    pub coefficient: f64,
    /// Rank correlation with the output (Spearman).
    pub spearman: f64,
    /// Share of the variance of the output's ranks that it explains.
    pub share: f64,
    /// The output with this figure alone at its low and high end, where that was run.
    pub swing: [Option<f64>; 2],
}

/// What a study comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Findings {
    /// Says whether two studies are the same.
    pub hash: String,
    /// Draws that have an answer.
    pub draws: usize,
    /// Figures in doubt.
    pub figures: usize,
    /// Every output that is a number in all answers.
    pub bands: Vec<Band>,
    /// Runs without an answer, and why.
    pub failed: Vec<(String, String)>,
}

impl Study {
    /// Draws values for figures of a question.
    ///
    /// # Errors
    /// A correlation of figures that are not there, or that cannot be.
    pub fn new(question: &Question<'_>, figures: Vec<Uncertain>, plan: &Plan) -> Result<Self, String> {
        let mut shares: Vec<Vec<f64>> = figures
            .iter()
            .map(|figure| sample::column(plan.draws, plan.seed, sample::key(&figure.name())))
            .collect();
        let at = |name: &String| {
            let found = figures.iter().position(|figure| figure.name() == *name);
            found.ok_or_else(|| format!("{name:?} is no figure of this study"))
        };
        let asked: Result<Vec<Correlation>, String> = plan
            .correlations
            .iter()
            .map(|(a, b, rho)| {
                Ok(Correlation {
                    a: at(a)?,
                    b: at(b)?,
                    rho: *rho,
                })
            })
            .collect();
        sample::correlate(&mut shares, &asked?)?;
        let columns = figures
            .iter()
            .zip(shares)
            .map(|(figure, shares)| {
                shares
                    .into_iter()
                    .map(|u| plan.shape.quantile(figure.range, u))
                    .collect()
            })
            .collect();
        let mut hash = Sha256::new();
        hash.update(crate::VERSION);
        hash.update(question.hash());
        let about = format!("{plan:?}");
        for part in std::iter::once(about).chain(figures.iter().map(Uncertain::name)) {
            hash.update(part);
            hash.update([0]);
        }
        let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { figures, columns, hash })
    }

    /// The run with all figures at their own, and the draws.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        let draws = self.columns.first().map_or(0, Vec::len) as u32;
        std::iter::once(Run::Own).chain((1..=draws).map(Run::Draw)).collect()
    }

    /// Values of all figures in a run.
    #[must_use]
    pub fn values(&self, run: Run) -> Vec<f64> {
        let value = |(i, figure): (usize, &Uncertain)| match run {
            Run::Draw(draw) => self.columns[i][draw as usize - 1],
            Run::Low(one) if one == i => figure.range[0],
            Run::High(one) if one == i => figure.range[2],
            _ => figure.range[1],
        };
        self.figures.iter().enumerate().map(value).collect()
    }

    /// A run as changes of the question's files.
    #[must_use]
    pub fn changes(&self, run: Run) -> Vec<Change> {
        let values = self.values(run);
        let figures = self.figures.iter().zip(values).enumerate();
        let moved = figures.filter(|(i, _)| match run {
            Run::Own => false,
            Run::Draw(_) => true,
            Run::Low(one) | Run::High(one) => one == *i,
        });
        moved
            .map(|(_, (figure, value))| Change::number(figure.role, &figure.path, value))
            .collect()
    }

    /// What a run is called in files.
    #[must_use]
    pub fn name(&self, run: Run) -> String {
        match run {
            Run::Own => "own".to_owned(),
            Run::Draw(draw) => format!("draw {draw}"),
            Run::Low(i) => format!("low {}", self.figures[i].name()),
            Run::High(i) => format!("high {}", self.figures[i].name()),
        }
    }

    /// The run of a name.
    #[must_use]
    pub fn run(&self, name: &str) -> Option<Run> {
        let figure = |name: &str| self.figures.iter().position(|figure| figure.name() == name);
        match name.split_once(' ') {
            None => (name == "own").then_some(Run::Own),
            Some(("draw", number)) => {
                let draw = number.parse().ok().map(Run::Draw)?;
                self.runs().contains(&draw).then_some(draw)
            }
            Some(("low", name)) => figure(name).map(Run::Low),
            Some(("high", name)) => figure(name).map(Run::High),
            Some(_) => None,
        }
    }

    /// Runs that show what the most important assumptions do alone: low and high end of the first few of each output.
    #[must_use]
    pub fn swings(&self, findings: &Findings, outputs: &[&str], of_each: usize) -> Vec<Run> {
        let bands = findings
            .bands
            .iter()
            .filter(|band| outputs.contains(&band.output.as_str()));
        let names = bands.flat_map(|band| band.assumptions.iter().take(of_each));
        let mut figures: Vec<usize> = names
            .filter_map(|assumption| self.figures.iter().position(|f| f.name() == assumption.name))
            .collect();
        figures.sort_unstable();
        figures.dedup();
        figures.into_iter().flat_map(|i| [Run::Low(i), Run::High(i)]).collect()
    }

    /// Bands and rankings of the answers that are there.
    #[must_use]
    pub fn findings(&self, answers: &Answers) -> Findings {
        let failed = answers.iter().filter_map(|(run, answer)| {
            let why = answer.as_ref().err()?;
            Some((self.name(*run), why.clone()))
        });
        let good: Vec<(u32, &Answer)> = answers
            .iter()
            .filter_map(|(run, answer)| match (run, answer) {
                (Run::Draw(draw), Ok(answer)) => Some((*draw, answer)),
                _ => None,
            })
            .collect();
        // Only draws with an answer count, so that columns and outputs stay beside each other.
        let columns: Vec<Vec<f64>> = self
            .columns
            .iter()
            .map(|column| good.iter().map(|(draw, _)| column[*draw as usize - 1]).collect())
            .collect();
        let own = answers.get(&Run::Own).and_then(|own| own.as_ref().ok());
        let outputs = own.into_iter().flat_map(|own| own.iter());
        let bands = outputs.filter_map(|(output, own)| {
            let values: Option<Vec<f64>> = good.iter().map(|(_, answer)| answer.get(output).copied()).collect();
            self.band(output, *own, &values?, &columns, answers)
        });
        Findings {
            hash: self.hash.clone(),
            draws: good.len(),
            figures: self.figures.len(),
            bands: bands.collect(),
            failed: failed.collect(),
        }
    }

    fn band(&self, output: &str, own: f64, values: &[f64], columns: &[Vec<f64>], answers: &Answers) -> Option<Band> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut percentiles = [0.0; SHARES.len()];
        for (line, share) in percentiles.iter_mut().zip(SHARES) {
            *line = stats::quantile(&sorted, share)?;
        }
        let ranked = stats::ranks(values);
        let effects = stats::explain(columns, values);
        let at = |run: Run| match answers.get(&run) {
            Some(Ok(answer)) => answer.get(output).copied(),
            _ => None,
        };
        let assumptions = effects.iter().map(|effect| {
            let figure = &self.figures[effect.column];
            Assumption {
                name: figure.name(),
                range: figure.range,
                tag: format!("{:?}", figure.figure.tag),
                source: figure.figure.source.clone(),
                coefficient: effect.coefficient,
                spearman: stats::correlation(&stats::ranks(&columns[effect.column]), &ranked),
                share: effect.share,
                swing: [at(Run::Low(effect.column)), at(Run::High(effect.column))],
            }
        });
        Some(Band {
            output: output.to_owned(),
            own,
            percentiles,
            explained: effects.iter().map(|effect| effect.share).sum(),
            assumptions: assumptions.collect(),
        })
    }
}

impl fmt::Display for Uncertain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, value, high] = self.range;
        write!(f, "{} = {value} ({low} to {high})", self.name())
    }
}
