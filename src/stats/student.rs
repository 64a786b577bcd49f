//! Student's t distribution, by its own integral.

use std::f64::consts::FRAC_PI_2;

/// Parts of an integral; even.
const PARTS: u32 = 400;
/// With more degrees of freedom it is the normal distribution to three digits.
const MOST_DEGREES: f64 = 200.0;

/// How probable a value at least so far from zero is, to either side.
pub(in crate::stats) fn two_sided(t: f64, degrees: f64) -> f64 {
    let degrees = degrees.clamp(1.0, MOST_DEGREES);
    // With t = sqrt(degrees) tan(angle), the density is that of a power of the cosine.
    let angle = (t.abs() / degrees.sqrt()).atan();
    (integral(angle, degrees - 1.0) / integral(0.0, degrees - 1.0)).clamp(0.0, 1.0)
}

/// The distance from zero beyond which, to either side, so much lies.
pub(in crate::stats) fn quantile(probability: f64, degrees: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1000.0);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if two_sided(middle, degrees) > probability { low = middle } else { high = middle }
    }
    high
}

/// The distance from zero beyond which, to either side, 5 % lie: by the first terms of its expansion around that of the
/// normal distribution (Abramowitz and Stegun, 26.7.5), to three digits from 4 degrees of freedom on.
pub(in crate::stats) fn distance_95(degrees: f64) -> f64 {
    const Z: f64 = 1.959_964;
    let (z3, z5, z7) = (Z.powi(3), Z.powi(5), Z.powi(7));
    let terms = [
        (z3 + Z) / 4.0,
        (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / 96.0,
        (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / 384.0,
    ];
    (1..).zip(terms).fold(Z, |sum, (power, term)| sum + term / degrees.powi(power))
}

/// Of a power of the cosine from an angle to the right one, by Simpson's rule.
fn integral(from: f64, power: f64) -> f64 {
    let step = (FRAC_PI_2 - from) / f64::from(PARTS);
    let value = |part: u32| (from + step * f64::from(part)).cos().max(0.0).powf(power);
    let inner: f64 = (1..PARTS).map(|part| value(part) * if part % 2 == 1 { 4.0 } else { 2.0 }).sum();
    (value(0) + inner + value(PARTS)) * step / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_in_the_tables() {
        for (degrees, wanted) in [(1.0, 12.706), (2.0, 4.303), (4.0, 2.776), (10.0, 2.228), (30.0, 2.042)] {
            let got = quantile(0.05, degrees);
            assert!((got - wanted).abs() < 2e-3, "{degrees}: {got}");
        }
        for degrees in [4.0, 9.0, 14.0, 29.0, 59.0] {
            assert!((distance_95(degrees) / quantile(0.05, degrees) - 1.0).abs() < 5e-3, "{degrees}");
        }
        assert!((quantile(0.01, 4.0) - 4.604).abs() < 2e-3);
        assert!((two_sided(0.0, 7.0) - 1.0).abs() < 1e-9 && two_sided(1000.0, 50.0) < 1e-20);
    }
}
