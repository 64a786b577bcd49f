//! From the kernel's stamps, which are on its realtime clock, to moments on the monotonic one.

use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::moment::Moment;

/// The two clocks drift apart by half a microsecond in a millisecond at the worst, while the realtime clock is slewed.
const TRUSTED: Duration = Duration::from_millis(100);
/// Greatest error of a comparison of the two clocks.
const SLACK: Duration = Duration::from_micros(5);
/// A comparison of the clocks that took longer was interrupted.
const UNINTERRUPTED: Duration = Duration::from_micros(1);
const TRIES: usize = 5;
/// Bytes do not wait longer on a connection that is used again, since one that rested is looked at before: the realtime
/// clock was set instead.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Reads both clocks.
pub(super) trait Clocks: Debug {
    fn monotonic(&self) -> Moment;
    /// Counted from 1970.
    fn realtime(&self) -> Duration;
}

#[derive(Debug, Default)]
pub(super) struct SystemClocks;

impl Clocks for SystemClocks {
    fn monotonic(&self) -> Moment {
        Moment::now()
    }

    fn realtime(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}

/// Verdict on a stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The bytes arrived then.
    At(Moment),
    /// The bytes had arrived before the request was sent: they are no answer to it.
    BeforeSend,
    /// Nothing: there is no stamp, or the realtime clock was set meanwhile.
    Unknown,
}

/// A moment on both clocks.
#[derive(Debug, Clone, Copy)]
struct Same {
    monotonic: Moment,
    realtime: Duration,
    /// Error that this comparison may have.
    error: Duration,
}

/// Turns stamps into moments.
#[derive(Debug, Default)]
pub(super) struct StampClock<C = SystemClocks> {
    clocks: C,
    same: Option<Same>,
}

impl<C: Clocks> StampClock<C> {
    /// When the bytes with this stamp arrived, for a request that was sent then and a read that returned then.
    pub(super) fn arrival(&mut self, stamp: Duration, sent: Moment, returned: Moment) -> Arrival {
        let known = self.same.filter(|same| returned.saturating_duration_since(same.monotonic) < TRUSTED);
        let at_first = known.map_or(Arrival::Unknown, |same| same.arrival(stamp, sent, returned));
        if matches!(at_first, Arrival::At(_)) {
            return at_first;
        }
        // Perhaps the clock was set since the two were compared.
        let same = self.compare();
        self.same = Some(same);
        same.arrival(stamp, sent, returned)
    }

    fn compare(&self) -> Same {
        let mut best: Option<Same> = None;
        for _ in 0..TRIES {
            let before = self.clocks.monotonic();
            let realtime = self.clocks.realtime();
            let took = self.clocks.monotonic().saturating_duration_since(before);
            let error = took / 2;
            if best.is_none_or(|best| error < best.error) {
                best = Some(Same { monotonic: before + error, realtime, error });
            }
            if took < UNINTERRUPTED {
                break;
            }
        }
        best.unwrap_or_else(|| Same {
            monotonic: self.clocks.monotonic(),
            realtime: self.clocks.realtime(),
            error: Duration::MAX,
        })
    }
}

impl Same {
    fn arrival(self, stamp: Duration, sent: Moment, returned: Moment) -> Arrival {
        let Same { monotonic, realtime, error } = self;
        let arrival = if stamp >= realtime {
            monotonic.checked_add(stamp - realtime)
        } else {
            monotonic.checked_sub(realtime - stamp)
        };
        let slack = SLACK.saturating_add(error);
        match arrival {
            Some(arrival) if arrival + SLACK >= sent && arrival <= returned + SLACK => {
                Arrival::At(arrival.clamp(sent, returned.max(sent)))
            }
            // A clock that was set back by hours is another matter than bytes that waited.
            Some(arrival) if sent.saturating_duration_since(arrival) > slack && sent - arrival < LONGEST_WAIT => {
                Arrival::BeforeSend
            }
            _ => Arrival::Unknown,
        }
    }
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
        monotonic: Cell<Moment>,
        realtime: Cell<Duration>,
    }

    impl Clocks for &Hands {
        fn monotonic(&self) -> Moment {
            self.monotonic.get()
        }
        fn realtime(&self) -> Duration {
            self.realtime.get()
        }
    }

    impl Hands {
        fn new() -> Self {
            Hands { monotonic: Cell::new(Moment::now()), realtime: Cell::new(20_000 * DAY) }
        }
        fn pass(&self, time: Duration) -> Moment {
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
        assert_eq!(clock.arrival(stamp, sent, returned), Arrival::At(sent + 30 * US));
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
            assert_eq!(clock.arrival(stamp, sent, returned), Arrival::At(sent + 30 * US), "set by {step:?}");
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
            assert_eq!(clock.arrival(stamp, sent, returned), Arrival::Unknown);
        }
    }

    #[test]
    fn bytes_that_had_arrived_before_the_request_are_told() {
        let hands = Hands::new();
        let mut clock = StampClock { clocks: &hands, same: None };
        for rest in [10 * US, 30_000 * US, 9_000_000 * US] {
            let stamp = hands.realtime.get();
            let sent = hands.pass(rest);
            let returned = hands.pass(20 * US);
            assert_eq!(clock.arrival(stamp, sent, returned), Arrival::BeforeSend, "{rest:?} before");
        }
    }

    #[test]
    fn a_comparison_that_is_a_little_off_does_not_lose_the_stamp() {
        let hands = Hands::new();
        let mut clock = StampClock { clocks: &hands, same: None };
        let sent = hands.pass(10 * US);
        let returned = hands.pass(30 * US);
        let stamp = hands.realtime.get() + 3 * US;
        assert_eq!(clock.arrival(stamp, sent, returned), Arrival::At(returned));
    }
}
