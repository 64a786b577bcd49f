//! When a user begins its next iteration.

use std::time::{Duration, Instant};

use crate::units::after;

/// The rule by which a user's iterations follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// So long after the end of the one before.
    Wait(Duration),
    /// At fixed times, so far apart, whatever the answers do. Who is late begins at once.
    Every(Duration),
}

impl Pace {
    /// When iteration `number` (counted from 1) is to begin.
    pub(crate) fn next(self, first: Instant, number: u64, previous_end: Instant) -> Instant {
        match self {
            Pace::Wait(rest) => after(previous_end, rest),
            Pace::Every(interval) => after(first, times(interval, number - 1)),
        }
    }

    /// Whether iterations have due times that do not depend on the answers.
    pub(crate) fn is_schedule(self) -> bool {
        matches!(self, Pace::Every(_))
    }

    /// How many iterations were due by the end.
    pub(crate) fn due_by(self, first: Instant, end: Instant) -> u64 {
        match self {
            Pace::Every(interval) if end >= first => {
                let intervals = (end - first).as_nanos() / interval.as_nanos().max(1);
                u64::try_from(intervals).unwrap_or(u64::MAX).saturating_add(1)
            }
            _ => 0,
        }
    }
}

fn times(interval: Duration, count: u64) -> Duration {
    let nanos = interval.as_nanos().saturating_mul(count.into());
    u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn due_times_do_not_move_with_the_answers() {
        let first = Instant::now();
        let pace = Pace::Every(SECOND);
        assert_eq!(pace.next(first, 4, first + 100 * SECOND), first + 3 * SECOND);
        assert_eq!(Pace::Wait(SECOND).next(first, 4, first + 100 * SECOND), first + 101 * SECOND);
    }

    #[test]
    fn what_was_due_by_the_end_can_be_counted() {
        let first = Instant::now();
        let pace = Pace::Every(2 * SECOND);
        assert_eq!(pace.due_by(first, first), 1);
        assert_eq!(pace.due_by(first, first + 5 * SECOND), 3);
        assert_eq!(pace.due_by(first + SECOND, first), 0);
        assert_eq!(Pace::Wait(SECOND).due_by(first, first + 5 * SECOND), 0);
    }
}
