//! Spans of time as numbers: half as large as a [`Duration`], and added in one step. A sample has a dozen of them.

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// Span in nanoseconds. Sums end at its longest, five hundred years, and differences at zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Nanos(u64);

impl Nanos {
    pub(crate) const ZERO: Nanos = Nanos(0);

    pub(crate) const fn new(nanos: u64) -> Self {
        Nanos(nanos)
    }

    pub(crate) fn get(self) -> u64 {
        self.0
    }

    pub(crate) fn span(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn times(self, count: u64) -> Nanos {
        Nanos(self.0.saturating_mul(count))
    }
}

impl From<Duration> for Nanos {
    fn from(span: Duration) -> Self {
        let below = u64::from(span.subsec_nanos());
        Nanos(span.as_secs().saturating_mul(1_000_000_000).saturating_add(below))
    }
}

impl Add for Nanos {
    type Output = Nanos;

    fn add(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Nanos {
    fn add_assign(&mut self, other: Nanos) {
        *self = *self + other;
    }
}

impl Sub for Nanos {
    type Output = Nanos;

    fn sub(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_what_it_was_and_one_too_long_is_the_longest() {
        for span in [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(86_400) + Duration::from_nanos(7)] {
            assert_eq!(Nanos::from(span).span(), span);
        }
        let longest = Nanos::from(Duration::MAX);
        assert_eq!(longest.get(), u64::MAX);
        assert_eq!((longest + longest, Nanos::ZERO - longest, longest.times(3)), (longest, Nanos::ZERO, longest));
    }
}
