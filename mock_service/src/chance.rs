use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const MILLION: u64 = 1_000_000;

/// Lets an exact share of its draws come true, spread evenly: a share of 0.01 is one of each hundred.
#[derive(Debug)]
pub(crate) struct Share {
    per_million: u64,
    drawn: AtomicU64,
}

impl Share {
    /// A share from 0.0 to 1.0, kept to six decimals.
    pub(crate) fn new(share: f64) -> Self {
        let per_million = (share.clamp(0.0, 1.0) * MILLION as f64).round() as u64;
        Self { per_million, drawn: AtomicU64::new(0) }
    }

    /// `true` if this draw is one of the share.
    pub(crate) fn draw(&self) -> bool {
        if self.per_million == 0 {
            return false;
        }
        // Whole numbers, since sums of a fraction such as 0.01 would drift.
        let position = self.drawn.fetch_add(1, Ordering::Relaxed) % MILLION;
        (position + 1) * self.per_million / MILLION > position * self.per_million / MILLION
    }
}

/// Durations spread evenly over 50 to 150 % of a middle, the same sequence in every run.
#[derive(Debug, Default)]
pub(crate) struct Jitter {
    drawn: AtomicU64,
}

impl Jitter {
    /// The next duration around `middle`.
    pub(crate) fn around(&self, middle: Duration) -> Duration {
        middle.mul_f64(0.5 + fraction(self.drawn.fetch_add(1, Ordering::Relaxed)))
    }
}

/// Durations of an exponential law, as the times between independent events have it; the same sequence in every run.
#[derive(Debug, Default)]
pub(crate) struct Exponential {
    drawn: AtomicU64,
}

impl Exponential {
    /// The next duration of a law with this `mean`.
    pub(crate) fn around(&self, mean: Duration) -> Duration {
        // Never the logarithm of zero: a fraction stays below 1.
        mean.mul_f64(-(1.0 - fraction(self.drawn.fetch_add(1, Ordering::Relaxed))).ln())
    }
}

/// Turns a counter into an evenly spread number from 0 to below 1.
fn fraction(counter: u64) -> f64 {
    // 53 bits are what an f64 holds exactly.
    (mix(counter) >> 11) as f64 / (1_u64 << 53) as f64
}

/// SplitMix64: turns a counter into evenly spread bits.
fn mix(counter: u64) -> u64 {
    let mut z = counter.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_exact() {
        for (share, of_thousand) in [(0.0, 0), (0.01, 10), (0.29, 290), (1.0, 1000), (0.001, 1)] {
            let share = Share::new(share);
            assert_eq!((0..1000).filter(|_| share.draw()).count(), of_thousand, "{share:?}");
        }
    }

    #[test]
    fn a_share_is_spread_evenly() {
        let share = Share::new(0.1);
        for _ in 0..50 {
            assert_eq!((0..10).filter(|_| share.draw()).count(), 1);
        }
    }

    #[test]
    fn jitter_stays_around_its_middle() {
        let jitter = Jitter::default();
        let middle = Duration::from_millis(200);
        let drawn: Vec<_> = (0..10_000).map(|_| jitter.around(middle)).collect();
        assert!(drawn.iter().all(|d| (middle / 2..=middle * 3 / 2).contains(d)));
        let mean = drawn.iter().sum::<Duration>() / 10_000;
        assert!(mean.abs_diff(middle) < Duration::from_millis(2), "{mean:?}");
    }

    #[test]
    fn exponential_durations_have_the_mean_and_the_spread_of_their_law() {
        let (law, mean) = (Exponential::default(), 0.005);
        let drawn: Vec<f64> = (0..100_000).map(|_| law.around(Duration::from_secs_f64(mean)).as_secs_f64()).collect();
        let average = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / drawn.len() as f64;
        let first = average(&mut drawn.iter().copied());
        let spread = average(&mut drawn.iter().map(|value| (value - mean).powi(2))).sqrt();
        assert!((first / mean - 1.0).abs() < 0.02 && (spread / mean - 1.0).abs() < 0.02, "{first} {spread}");
        let beyond_twice = drawn.iter().filter(|value| **value > 2.0 * mean).count() as f64 / drawn.len() as f64;
        assert!((beyond_twice - (-2.0_f64).exp()).abs() < 0.005, "{beyond_twice}");
    }

    #[test]
    fn exponential_durations_are_the_same_in_every_run() {
        let draw = || {
            let law = Exponential::default();
            (0..100).map(|_| law.around(Duration::from_millis(5))).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }
}
