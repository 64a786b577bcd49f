//! Moments on the monotonic clock, as numbers: a request has a dozen of them, and its sample is compared with as many.

use std::num::NonZeroU64;
use std::ops::{Add, AddAssign, Sub};
use std::time::{Duration, Instant};

use crate::nanos::Nanos;

/// Added to what the clock says, so that moments before its start have room for a hundred years. After it there is room
/// for four hundred.
const START: u64 = 1 << 62;

/// Nanoseconds since the clock's start. The standard library has the same clock, and packs it into a value that takes a
/// call to compare.
#[cfg(target_os = "linux")]
fn clock() -> u64 {
    use nix::time::{ClockId, clock_gettime};
    // Linux has this clock.
    clock_gettime(ClockId::CLOCK_MONOTONIC)
        .map_or(0, |time| (time.tv_sec() as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec() as u64))
}

#[cfg(not(target_os = "linux"))]
fn clock() -> u64 {
    static STARTED: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    STARTED.elapsed().as_nanos() as u64
}

/// Moment on the monotonic clock, in a word. Sums beyond the clock's span end at its last or first moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Moment(NonZeroU64);

impl Moment {
    pub(crate) fn now() -> Self {
        Moment::of(START.wrapping_add(clock()))
    }

    fn of(nanos: u64) -> Self {
        Moment(NonZeroU64::new(nanos).unwrap_or(NonZeroU64::MIN))
    }

    fn nanos(self) -> u64 {
        self.0.get()
    }

    /// The same moment for what waits until an [`Instant`]; now, if it has gone by.
    pub(crate) fn instant(self) -> Instant {
        let now = Instant::now();
        now.checked_add(self - Moment::now()).unwrap_or(now)
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
    fn moments_are_those_of_the_clock_of_instants() {
        let (instant, moment) = (Instant::now(), Moment::now());
        std::thread::sleep(Duration::from_millis(20));
        let (by_instant, by_moment) = (instant.elapsed(), moment.elapsed());
        assert!(by_moment >= Duration::from_millis(20));
        assert!(by_moment.abs_diff(by_instant) < Duration::from_secs(1), "{by_moment:?} {by_instant:?}");
        let in_an_hour = (Moment::now() + Duration::from_secs(3600)).instant() - Instant::now();
        assert!(in_an_hour.abs_diff(Duration::from_secs(3600)) < Duration::from_secs(1), "{in_an_hour:?}");
        assert_eq!(size_of::<Option<Moment>>(), 8);
    }

    #[test]
    fn differences_are_exact_and_none_is_below_zero() {
        let (now, span) = (Moment::now(), Duration::from_nanos(1_234_567_891));
        assert_eq!(((now + span) - now, now - (now + span), (now + span) - span), (span, Duration::ZERO, now));
    }

    #[test]
    fn sums_beyond_the_clock_end_with_it_or_are_none() {
        let now = Moment::now();
        assert_eq!((now.checked_add(Duration::MAX), now.checked_sub(Duration::MAX)), (None, None));
        assert!(now - Duration::MAX < now - YEARS && now - YEARS < now && now + YEARS < now + Duration::MAX);
    }
}
