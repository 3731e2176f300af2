//! How late things may be: shapes of delays, and random numbers that hang on their key alone.

use super::files::Shape;
use crate::num::{exp, ln, uniform};

/// The value below which a share `u` of all draws lies; `range` is low, value and high as [`Shape`] reads them.
#[must_use]
pub fn quantile(shape: Shape, range: [f64; 3], u: f64) -> f64 {
    let [low, mode, high] = range;
    let width = high - low;
    if width <= 0.0 {
        return mode;
    }
    match shape {
        Shape::Uniform => low + width * u,
        Shape::Triangular => {
            if u * width < mode - low {
                low + (u * width * (mode - low)).max(0.0).sqrt()
            } else {
                high - ((1.0 - u) * width * (high - mode)).max(0.0).sqrt()
            }
        }
        Shape::LogNormal if mode > low && high > mode => {
            let (median, ninth) = (mode - low, high - low);
            low + median * exp(ln(ninth / median) * normal_quantile(u) / NORMAL_P90)
        }
        Shape::LogNormal => mode,
    }
}

/// Nine of ten normal numbers lie below it.
pub(crate) const NORMAL_P90: f64 = 1.281_551_565_544_6;

/// Quantile of the normal distribution (Acklam's rational approximation, relative error below 1.2e-9).
pub(crate) fn normal_quantile(u: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    let poly = |factors: &[f64], x: f64| factors.iter().fold(0.0, |sum, factor| sum * x + factor);
    let tail = |p: f64| {
        let q = (-2.0 * ln(p)).sqrt();
        poly(&C, q) / (poly(&D, q) * q + 1.0)
    };
    let u = u.clamp(1e-15, 1.0 - 1e-15);
    if u < 0.02425 {
        tail(u)
    } else if u > 1.0 - 0.02425 {
        -tail(1.0 - u)
    } else {
        let q = u - 0.5;
        let r = q * q;
        poly(&A, r) * q / (poly(&B, r) * r + 1.0)
    }
}

/// A uniform number of a cause and one of the things that it delays, in a draw.
pub(super) fn chance(seed: u64, cause: &str, draw: u64, item: u64) -> f64 {
    // FNV-1a: a stream for each name, whatever other causes there are.
    let stream = cause.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    uniform(seed, stream, (draw << 16) | item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_have_the_values_they_claim() {
        assert_eq!(quantile(Shape::Uniform, [0.0, 5.0, 100.0], 0.25), 25.0);
        let triangle = [0.0, 30.0, 100.0];
        // The share below the peak is its place between low and high.
        assert!((quantile(Shape::Triangular, triangle, 0.3) - 30.0).abs() < 1e-12);
        assert_eq!(quantile(Shape::Triangular, triangle, 0.0), 0.0);
        assert!((quantile(Shape::Triangular, triangle, 1.0) - 100.0).abs() < 1e-12);
        let late = [-10.0, 20.0, 140.0];
        assert!((quantile(Shape::LogNormal, late, 0.5) - 20.0).abs() < 1e-6);
        assert!((quantile(Shape::LogNormal, late, 0.9) - 140.0).abs() < 1e-5);
        assert!(quantile(Shape::LogNormal, late, 0.0) >= -10.0);
        for shape in Shape::ALL {
            assert_eq!(quantile(shape, [7.0, 7.0, 7.0], 0.4), 7.0);
        }
    }

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        for (u, z) in [
            (0.5, 0.0),
            (0.9, NORMAL_P90),
            (0.975, 1.959_963_985),
            (0.001, -3.090_232_306),
        ] {
            assert!((normal_quantile(u) - z).abs() < 1e-8, "{u}");
        }
    }

    #[test]
    fn quantiles_rise() {
        for shape in Shape::ALL {
            let at = |k: u32| quantile(shape, [-5.0, 10.0, 90.0], f64::from(k) / 1000.0);
            assert!((0..1000).all(|k| at(k) <= at(k + 1)));
        }
    }
}
