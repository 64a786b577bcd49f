//! Moments on the monotonic clock, as numbers: a request has a dozen of them, and its sample is compared with as many.

use std::num::NonZeroU64;
use std::ops::{Add, AddAssign, Sub};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crate::nanos::Nanos;

/// Nanoseconds that the moment of [`ORIGIN`] is told as: moments before it have room for a hundred years, and those
/// after it for four hundred.
const ORIGIN_NS: u64 = 1 << 62;

/// When this process first asked for a moment.
static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Moment on the clock of [`Instant`], in a word. Sums beyond the clock's span end at its last or first moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Moment(NonZeroU64);

impl Moment {
    pub(crate) fn now() -> Self {
        Instant::now().into()
    }

    fn of(nanos: u64) -> Self {
        Moment(NonZeroU64::new(nanos).unwrap_or(NonZeroU64::MIN))
    }

    fn nanos(self) -> u64 {
        self.0.get()
    }

    /// Time since then; zero if it is still to come.
    pub(crate) fn elapsed(self) -> Duration {
        Moment::now() - self
    }

    /// Time from `earlier` on; zero if that is the later one.
    pub(crate) fn saturating_duration_since(self, earlier: Moment) -> Duration {
        self.nanos_since(earlier).span()
    }

    /// As [`saturating_duration_since`](Self::saturating_duration_since).
    pub(crate) fn nanos_since(self, earlier: Moment) -> Nanos {
        Nanos::new(self.nanos().saturating_sub(earlier.nanos()))
    }

    /// `None` beyond the last moment of the clock.
    pub(crate) fn checked_add(self, span: Duration) -> Option<Self> {
        self.nanos().checked_add(u64::try_from(span.as_nanos()).ok()?).map(Moment::of)
    }

    /// `None` before the first moment of the clock.
    pub(crate) fn checked_sub(self, span: Duration) -> Option<Self> {
        let nanos = self.nanos().checked_sub(u64::try_from(span.as_nanos()).ok()?)?;
        NonZeroU64::new(nanos).map(Moment)
    }
}

impl From<Instant> for Moment {
    fn from(instant: Instant) -> Self {
        let origin = Moment::of(ORIGIN_NS);
        match instant.checked_duration_since(*ORIGIN) {
            Some(after) => origin + after,
            None => origin - ORIGIN.saturating_duration_since(instant),
        }
    }
}

impl From<Moment> for Instant {
    fn from(moment: Moment) -> Self {
        let origin = Moment::of(ORIGIN_NS);
        if moment >= origin { *ORIGIN + (moment - origin) } else { *ORIGIN - (origin - moment) }
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;

    fn add(self, span: Duration) -> Moment {
        self.checked_add(span).unwrap_or(Moment(NonZeroU64::MAX))
    }
}

impl AddAssign<Duration> for Moment {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub<Duration> for Moment {
    type Output = Moment;

    fn sub(self, span: Duration) -> Moment {
        self.checked_sub(span).unwrap_or(Moment(NonZeroU64::MIN))
    }
}

impl Sub for Moment {
    type Output = Duration;

    fn sub(self, earlier: Moment) -> Duration {
        self.saturating_duration_since(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEARS: Duration = Duration::from_secs(100 * 365 * 86_400);

    #[test]
    fn moments_are_those_of_the_clock() {
        let (now, span) = (Instant::now(), Duration::from_nanos(1_234_567_891));
        for instant in [now, now + span, now - Duration::from_millis(1), now + YEARS] {
            assert_eq!(Instant::from(Moment::from(instant)), instant);
        }
        assert_eq!(Moment::from(now + span) - Moment::from(now), span);
        assert_eq!(Moment::from(now) - Moment::from(now + span), Duration::ZERO);
        assert!(Moment::now() >= Moment::from(now));
        assert_eq!(size_of::<Option<Moment>>(), 8);
    }

    #[test]
    fn sums_beyond_the_clock_end_with_it_or_are_none() {
        let now = Moment::now();
        assert_eq!((now.checked_add(Duration::MAX), now.checked_sub(Duration::MAX)), (None, None));
        assert!(now - Duration::MAX < now - YEARS && now - YEARS < now && now + YEARS < now + Duration::MAX);
    }
}
