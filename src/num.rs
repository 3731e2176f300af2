//! Numbers that come out the same everywhere: `libm` functions, keyed random numbers, exact steps.
//!
//! Basic IEEE arithmetic is identical natively and in WASM; `exp`, `pow` and the like are not, so that the
//! model calls them only through here.

/// `e^x`.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// `x^y`.
#[must_use]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Sine of an angle in radians.
#[must_use]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine of an angle in radians.
#[must_use]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Angle in radians of the point (x, y).
#[must_use]
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// Tangent of an angle in radians.
#[must_use]
pub fn tan(x: f64) -> f64 {
    libm::tan(x)
}

/// `e^x - 1`, exact for small x.
#[must_use]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// `ln(1 + x)`, exact for small x.
#[must_use]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Complementary error function.
#[must_use]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// Arc sine, in radians; the argument is clamped to [-1, 1].
#[must_use]
pub fn asin(x: f64) -> f64 {
    libm::asin(x.clamp(-1.0, 1.0))
}

/// Length of the vector (x, y).
#[must_use]
pub fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

/// Share of a first-order lag that a step of `dt_s` leaves undone: `e^(-dt/tau)`.
///
/// A time constant of zero or less means no lag at all.
#[must_use]
pub fn lag(dt_s: f64, tau_s: f64) -> f64 {
    if tau_s > 0.0 { exp(-dt_s / tau_s) } else { 0.0 }
}

/// Linear interpolation.
#[must_use]
pub fn lerp(a: f64, b: f64, t: f64) -> f64 {
    a + (b - a) * t
}

/// A random 64-bit word that depends on its key alone (SplitMix64 finalizer over a folded key), never on
/// the order of calls or on threads.
#[must_use]
pub fn hash_u64(seed: u64, stream: u64, id: u64) -> u64 {
    let mut z = seed
        .wrapping_add(stream.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(id.wrapping_mul(0xD1B5_4A32_D192_ED03))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A uniform number in [0, 1) for a key.
#[must_use]
pub fn uniform(seed: u64, stream: u64, id: u64) -> f64 {
    (hash_u64(seed, stream, id) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A nearly normal number (Irwin-Hall sum of twelve uniforms, bounded at 6 sigma) for a key.
#[must_use]
pub fn normal(seed: u64, stream: u64, id: u64) -> f64 {
    (0..12).map(|k| uniform(seed, stream ^ (k << 32), id)).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_of_one_time_constant_leaves_one_over_e() {
        assert!((1.0 - lag(60.0, 60.0) - 0.632_120_558_828_557_7).abs() < 1e-15);
        assert_eq!(lag(60.0, 0.0), 0.0);
    }

    #[test]
    fn keyed_numbers_have_the_moments_they_claim() {
        let n = 20_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for id in 0..n {
            let x = normal(7, 1, id);
            sum += x;
            squares += x * x;
        }
        let mean = sum / n as f64;
        let variance = squares / n as f64 - mean * mean;
        assert!(mean.abs() < 0.03, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.04, "variance {variance}");
        assert_ne!(hash_u64(1, 2, 3), hash_u64(1, 3, 2));
    }
}
