//! Rest of a user between two iterations.

use std::time::Duration;

use fastrand::Rng;

use crate::moment::Moment;
use crate::units::{self, after};

/// The rule by which a user's iterations follow one another; made by [`constant`], [`between`], [`exponential`],
/// [`pacing`] and [`throughput`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wait(Rule);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    /// So long after the end of the one before.
    Constant(Duration),
    /// Evenly distributed between the two.
    Between(Duration, Duration),
    /// Exponentially distributed around this mean.
    Exponential(Duration),
    /// At fixed times, so far apart, whatever the answers do. Who is late begins at once.
    Every(Duration),
}

/// Rests so long after each iteration.
pub const fn constant(rest: Duration) -> Wait {
    Wait(Rule::Constant(rest))
}

/// Rests after each iteration for a time that is evenly distributed between the two.
pub const fn between(shortest: Duration, longest: Duration) -> Wait {
    Wait(Rule::Between(shortest, longest))
}

/// Rests after each iteration for a time that is exponentially distributed around this mean, as the times between
/// the acts of many people who know nothing of one another are.
pub const fn exponential(mean: Duration) -> Wait {
    Wait(Rule::Exponential(mean))
}

/// Begins each user's iterations at fixed times so far apart, whatever the answers do; who is late begins at once.
pub const fn pacing(interval: Duration) -> Wait {
    Wait(Rule::Every(interval))
}

/// Begins so many iterations of each user a second, evenly spaced: [`pacing`], said the other way round.
pub fn throughput(iterations_per_s: f64) -> Wait {
    // A rate of nothing is a time without end, which the plan refuses.
    pacing(Duration::try_from_secs_f64(1.0 / iterations_per_s).unwrap_or(Duration::ZERO))
}

impl Wait {
    pub(crate) const NONE: Wait = constant(Duration::ZERO);

    /// When iteration `number` (counted from 1) is to begin.
    pub(crate) fn next(self, first: Moment, number: u64, previous_end: Moment, rng: &mut Rng) -> Moment {
        match self.0 {
            Rule::Constant(rest) => after(previous_end, rest),
            Rule::Between(shortest, longest) => {
                let spread = longest.saturating_sub(shortest);
                after(previous_end, shortest.saturating_add(units::times(spread, rng.f64())))
            }
            Rule::Exponential(mean) => after(previous_end, exponentially(mean, rng)),
            Rule::Every(interval) => after(first, times(interval, number - 1)),
        }
    }

    /// Whether iterations have due times that do not depend on the answers.
    pub(crate) fn is_schedule(self) -> bool {
        self.interval().is_some()
    }

    /// Span between two due times.
    pub(crate) fn interval(self) -> Option<Duration> {
        match self.0 {
            Rule::Every(interval) => Some(interval),
            _ => None,
        }
    }

    /// Nothing makes a user rest.
    pub(crate) fn is_none(self) -> bool {
        self == Wait::NONE
    }

    /// How many iterations were due before the end.
    pub(crate) fn due_before(self, first: Moment, end: Moment) -> u64 {
        match self.0 {
            Rule::Every(interval) => {
                let span = end.saturating_duration_since(first);
                u64::try_from(span.as_nanos().div_ceil(interval.as_nanos().max(1))).unwrap_or(u64::MAX)
            }
            _ => 0,
        }
    }

    /// Why no user can follow this rule.
    pub(crate) fn complaint(self) -> Option<&'static str> {
        match self.0 {
            Rule::Every(Duration::ZERO) => {
                Some("‹pace›: with 0 every iteration is due at once; give a span above zero, like 1s")
            }
            Rule::Between(shortest, longest) if shortest > longest => {
                Some("‹wait›: the longest rest is shorter than the shortest; give them the other way round, like 5s-9s")
            }
            _ => None,
        }
    }
}

impl From<Duration> for Wait {
    fn from(rest: Duration) -> Self {
        constant(rest)
    }
}

impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = crate::units::short;
        match self.0 {
            Rule::Constant(Duration::ZERO) => f.write_str("none"),
            Rule::Constant(rest) => f.write_str(&short(rest)),
            Rule::Between(shortest, longest) => write!(f, "{} to {}", short(shortest), short(longest)),
            Rule::Exponential(mean) => write!(f, "{} on average, exponential", short(mean)),
            Rule::Every(interval) => write!(f, "an iteration every {}", short(interval)),
        }
    }
}

/// A time of an exponential distribution.
fn exponentially(mean: Duration, rng: &mut Rng) -> Duration {
    units::times(mean, unit_exponential(rng))
}

/// A number of the exponential distribution with mean 1.
pub(crate) fn unit_exponential(rng: &mut Rng) -> f64 {
    // 1 - f64 is never 0, whose logarithm has no end.
    -(1.0 - rng.f64()).ln()
}

fn times(interval: Duration, count: u64) -> Duration {
    let nanos = interval.as_nanos().saturating_mul(count.into());
    u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The rests of this rule, in seconds.
    fn rests(wait: Wait, count: usize) -> Vec<f64> {
        let (now, mut rng) = (Moment::now(), Rng::with_seed(7));
        (0..count).map(|_| (wait.next(now, 2, now, &mut rng) - now).as_secs_f64()).collect()
    }

    #[test]
    fn due_times_do_not_move_with_the_answers() {
        let (first, mut rng) = (Moment::now(), Rng::with_seed(1));
        assert_eq!(pacing(SECOND).next(first, 4, first + 100 * SECOND, &mut rng), first + 3 * SECOND);
        assert_eq!(constant(SECOND).next(first, 4, first + 100 * SECOND, &mut rng), first + 101 * SECOND);
        assert_eq!(throughput(4.0), pacing(SECOND / 4));
    }

    #[test]
    fn what_was_due_before_the_end_can_be_counted() {
        let first = Moment::now();
        let pace = pacing(2 * SECOND);
        assert_eq!(pace.due_before(first, first), 0);
        assert_eq!(pace.due_before(first, first + 4 * SECOND), 2);
        assert_eq!(pace.due_before(first, first + 5 * SECOND), 3);
        assert_eq!(pace.due_before(first + SECOND, first), 0);
        assert_eq!(constant(SECOND).due_before(first, first + 5 * SECOND), 0);
    }

    #[test]
    fn rests_between_two_times_are_evenly_spread() {
        let rests = rests(between(5 * SECOND, 9 * SECOND), 4000);
        assert!(rests.iter().all(|rest| (5.0..=9.0).contains(rest)));
        // Ten equal parts hold 400 each; chi-square with 9 degrees of freedom stays below 27.9 in 999 of 1000 cases.
        let mut parts = [0.0; 10];
        rests.iter().for_each(|rest| parts[(((rest - 5.0) / 0.4) as usize).min(9)] += 1.0);
        let chi_square: f64 = parts.iter().map(|count| (count - 400.0f64).powi(2) / 400.0).sum();
        assert!(chi_square < 27.9, "{chi_square} {parts:?}");
    }

    #[test]
    fn exponential_rests_have_their_mean_and_their_share_of_long_ones() {
        let rests = rests(exponential(2 * SECOND), 4000);
        let mean = rests.iter().sum::<f64>() / 4000.0;
        assert!((mean - 2.0).abs() < 0.15, "{mean}");
        // Longer than the mean are 1/e of them.
        let long = rests.iter().filter(|rest| **rest > 2.0).count() as f64 / 4000.0;
        assert!((long - 0.368).abs() < 0.03, "{long}");
    }

    #[test]
    fn rests_longer_than_any_run_end_later_than_any_run() {
        for wait in [constant(Duration::MAX), between(SECOND, Duration::MAX), exponential(Duration::MAX)] {
            assert!(rests(wait, 100).iter().all(|rest| *rest > 1e9), "{wait}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_rests() {
        assert_eq!(rests(between(SECOND, 9 * SECOND), 50), rests(between(SECOND, 9 * SECOND), 50));
    }
}
