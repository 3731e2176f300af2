//! Losses as curves over load.

/// Loss of a stage: `rating * (p0 + p1 x + p2 x²)`, where x is the load over the rating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossCurve {
    /// Rated load, W.
    pub rating_w: f64,
    /// No-load share.
    pub p0: f64,
    /// Linear share.
    pub p1: f64,
    /// Quadratic share.
    pub p2: f64,
}

impl LossCurve {
    /// Loss at a load, W. Nothing is lost while the stage is off.
    #[must_use]
    pub fn loss_w(&self, load_w: f64) -> f64 {
        let x = load_w / self.rating_w;
        self.rating_w * (self.p0 + x * (self.p1 + x * self.p2))
    }

    /// Output over input at a load fraction.
    #[must_use]
    pub fn efficiency(&self, load_fraction: f64) -> f64 {
        let out = load_fraction * self.rating_w;
        out / (out + self.loss_w(out))
    }
}

/// Loss of a converter: a curve over its load, or a fixed loss beside an efficiency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LossBlock {
    /// A curve.
    Curve(LossCurve),
    /// `input = (output + fixed) / efficiency`.
    FixedEfficiency {
        /// Loss at any load, W, before the efficiency.
        fixed_w: f64,
        /// Output and fixed loss over input.
        efficiency: f64,
    },
}

impl LossBlock {
    /// Input for an output, W.
    #[must_use]
    pub fn input_w(&self, output_w: f64) -> f64 {
        match self {
            Self::Curve(curve) => output_w + curve.loss_w(output_w),
            Self::FixedEfficiency { fixed_w, efficiency } => (output_w + fixed_w) / efficiency,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One rectifier of Frontier: 17 W and 96 % (configuration of RAPS): a quarter of 16 idle nodes and switches.
    #[test]
    fn a_fixed_loss_adds_before_the_efficiency() {
        let rectifier = LossBlock::FixedEfficiency {
            fixed_w: 17.0,
            efficiency: 0.96,
        };
        let out = (16.0 * 652.306_122_448_98 + 1000.0) / 4.0;
        assert!(
            (rectifier.input_w(out) - 2_996.067_0).abs() < 1e-3,
            "{}",
            rectifier.input_w(out)
        );
    }

    /// Fits in the facts, section 4.1: Titanium-class supply 90.6 / 94.5 / 96.2 / 95.2 % at 10 / 20 / 50 / 100 % load.
    #[test]
    fn the_titanium_fit_gives_its_published_efficiencies() {
        let psu = LossCurve {
            rating_w: 1.0,
            p0: 0.010,
            p1: 0.0,
            p2: 0.040,
        };
        for (x, published) in [(0.1, 0.906), (0.2, 0.945), (0.5, 0.962), (1.0, 0.952)] {
            assert!(
                (psu.efficiency(x) - published).abs() < 2e-3,
                "{x}: {}",
                psu.efficiency(x)
            );
        }
    }
}
