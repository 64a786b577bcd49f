//! From the kernel's stamps, which are on its realtime clock, to moments on the monotonic one.

use std::fmt::Debug;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The two clocks drift apart by half a microsecond in a millisecond at the worst, while the realtime clock is slewed.
const TRUSTED: Duration = Duration::from_millis(100);
/// What the comparison of the two clocks may be off by.
const SLACK: Duration = Duration::from_micros(5);
/// A comparison of the clocks that took longer was interrupted.
const UNINTERRUPTED: Duration = Duration::from_micros(1);
const TRIES: usize = 5;

/// Reads both clocks.
pub(super) trait Clocks: Debug {
    fn monotonic(&self) -> Instant;
    /// Counted from 1970.
    fn realtime(&self) -> Duration;
}

#[derive(Debug, Default)]
pub(super) struct SystemClocks;

impl Clocks for SystemClocks {
    fn monotonic(&self) -> Instant {
        Instant::now()
    }

    fn realtime(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

/// Turns stamps into moments.
#[derive(Debug, Default)]
pub(super) struct StampClock<C = SystemClocks> {
    clocks: C,
    /// The same moment on both clocks.
    same: Option<(Instant, Duration)>,
}

impl<C: Clocks> StampClock<C> {
    /// When the bytes with this stamp arrived. `None` if that cannot be: before the request was sent or after the
    /// read returned, because the realtime clock was set in between.
    pub(super) fn arrival(&mut self, stamp: Duration, sent: Instant, returned: Instant) -> Option<Instant> {
        let known = self.same.filter(|(read, _)| returned.saturating_duration_since(*read) < TRUSTED);
        let at_first = known.and_then(|same| moment(stamp, same, sent, returned));
        at_first.or_else(|| {
            // Perhaps the clock was set since the two were compared.
            let same = self.compare();
            self.same = Some(same);
            moment(stamp, same, sent, returned)
        })
    }

    fn compare(&self) -> (Instant, Duration) {
        let mut best: Option<(Duration, (Instant, Duration))> = None;
        for _ in 0..TRIES {
            let before = self.clocks.monotonic();
            let realtime = self.clocks.realtime();
            let took = self.clocks.monotonic().saturating_duration_since(before);
            if best.is_none_or(|(least, _)| took < least) {
                best = Some((took, (before + took / 2, realtime)));
            }
            if took < UNINTERRUPTED {
                break;
            }
        }
        best.map_or_else(|| (self.clocks.monotonic(), self.clocks.realtime()), |(_, same)| same)
    }
}

fn moment(stamp: Duration, same: (Instant, Duration), sent: Instant, returned: Instant) -> Option<Instant> {
    let (monotonic, realtime) = same;
    let arrival = if stamp >= realtime {
        monotonic.checked_add(stamp - realtime)?
    } else {
        monotonic.checked_sub(realtime - stamp)?
    };
    let is_possible = arrival + SLACK >= sent && arrival <= returned + SLACK;
    is_possible.then(|| arrival.clamp(sent, returned.max(sent)))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const US: Duration = Duration::from_micros(1);
    const DAY: Duration = Duration::from_secs(86_400);

    /// Clocks that stand still until they are moved.
    #[derive(Debug)]
    struct Hands {
        monotonic: Cell<Instant>,
        realtime: Cell<Duration>,
    }

    impl Clocks for &Hands {
        fn monotonic(&self) -> Instant {
            self.monotonic.get()
        }
        fn realtime(&self) -> Duration {
            self.realtime.get()
        }
    }

    impl Hands {
        fn new() -> Self {
            Hands { monotonic: Cell::new(Instant::now()), realtime: Cell::new(20_000 * DAY) }
        }
        fn pass(&self, time: Duration) -> Instant {
            self.realtime.set(self.realtime.get() + time);
            self.monotonic.set(self.monotonic.get() + time);
            self.monotonic.get()
        }
    }

    #[test]
    fn a_stamp_becomes_the_moment_of_arrival() {
        let hands = Hands::new();
        let mut clock = StampClock { clocks: &hands, same: None };
        let sent = hands.pass(10 * US);
        hands.pass(30 * US);
        let stamp = hands.realtime.get();
        let returned = hands.pass(500 * US);
        assert_eq!(clock.arrival(stamp, sent, returned), Some(sent + 30 * US));
    }

    #[test]
    fn after_the_clock_was_set_the_next_request_is_stamped_again() {
        let hands = Hands::new();
        let mut clock = StampClock { clocks: &hands, same: None };
        for step in [Duration::ZERO, DAY, 2 * DAY] {
            hands.realtime.set(hands.realtime.get() + step);
            let sent = hands.pass(10 * US);
            hands.pass(30 * US);
            let stamp = hands.realtime.get();
            let returned = hands.pass(5 * US);
            assert_eq!(clock.arrival(stamp, sent, returned), Some(sent + 30 * US), "set by {step:?}");
        }
    }

    #[test]
    fn a_request_during_which_the_clock_was_set_has_no_valid_stamp() {
        for back in [false, true] {
            let hands = Hands::new();
            let mut clock = StampClock { clocks: &hands, same: None };
            let sent = hands.pass(10 * US);
            hands.pass(30 * US);
            let stamp = hands.realtime.get();
            hands.realtime.set(if back { stamp - DAY } else { stamp + DAY });
            let returned = hands.pass(5 * US);
            assert_eq!(clock.arrival(stamp, sent, returned), None);
        }
    }

    #[test]
    fn a_comparison_that_is_a_little_off_does_not_lose_the_stamp() {
        let hands = Hands::new();
        let mut clock = StampClock { clocks: &hands, same: None };
        let sent = hands.pass(10 * US);
        let returned = hands.pass(30 * US);
        let stamp = hands.realtime.get() + 3 * US;
        assert_eq!(clock.arrival(stamp, sent, returned), Some(returned));
    }
}
