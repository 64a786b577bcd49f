//! Times in which perfloop stood still: stopped by a signal, suspended, or without any processor.

use std::time::Duration;

use super::timing::Timing;
use crate::moment::Moment;

/// A thread that slept so much longer than it wanted may tell of one.
const LONG: Duration = Duration::from_millis(250);
/// Whoever did something so soon after the beginning may have done it before.
const EDGE: Duration = Duration::from_millis(50);

/// Times in which no user did anything although one was to wake.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stalls {
    suspected: Option<(Moment, Moment)>,
    pub(super) known: Timing,
}

impl Stalls {
    /// A thread slept so long, and had wanted to sleep for a moment.
    pub(super) fn slept(&mut self, from: Moment, to: Moment) {
        if to.saturating_duration_since(from) >= LONG {
            self.suspected = Some((from, to));
        }
    }

    /// Something ended then: who did it was awake, and only one thread had to wait for a processor.
    pub(super) fn was_awake(&mut self, at: Moment) {
        // Towards the end others may have woken first.
        self.suspected.take_if(|(from, to)| at > *from + EDGE && at < *to - (*to - *from) / 4);
    }

    /// All that had ended by the time of waking is told.
    pub(super) fn settle(&mut self) {
        if let Some((from, to)) = self.suspected.take() {
            self.known.record(to - from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Stalls after a sleep of 3 s, in which something ended at these milliseconds.
    fn told(ended_ms: &[u64]) -> (u64, Option<Duration>) {
        let (mut stalls, from) = (Stalls::default(), Moment::now());
        stalls.slept(from, from + 3 * SECOND);
        ended_ms.iter().for_each(|ms| stalls.was_awake(from + Duration::from_millis(*ms)));
        stalls.settle();
        stalls.settle();
        (stalls.known.count(), stalls.known.max())
    }

    #[test]
    fn a_sleep_in_which_nothing_ended_was_a_standstill_and_is_told_once() {
        assert_eq!(told(&[]), (1, Some(3 * SECOND)));
        assert_eq!(told(&[10, 2990, 3001, 4000]), (1, Some(3 * SECOND)));
    }

    #[test]
    fn a_thread_that_alone_had_to_wait_was_none() {
        assert_eq!(told(&[1000]), (0, None));
        let (mut stalls, from) = (Stalls::default(), Moment::now());
        stalls.slept(from, from + Duration::from_millis(200));
        stalls.settle();
        assert_eq!(stalls.known.count(), 0, "as a busy machine does now and then");
    }
}
