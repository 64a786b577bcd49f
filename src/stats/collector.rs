//! The collector: empties the queue into the statistics, on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{Blocks, Glance, Recent, Stats, Summary};
use crate::exchange::Recorded;
use crate::queue::{Drain, Spill};

/// How long the queue may fill before it is looked at again.
const POLL: Duration = Duration::from_millis(5);
/// Samples after which a reader gets a turn.
const BATCH: usize = 1024;

/// Can be read at any time while the collector works.
#[derive(Debug)]
pub(crate) struct Collector {
    stats: Mutex<Stats>,
    drain: Drain,
    recorded: Spill<Recorded>,
}

impl Collector {
    pub(crate) fn new(stats: Stats, drain: Drain, recorded: Spill<Recorded>) -> Arc<Self> {
        Arc::new(Collector { stats: Mutex::new(stats), drain, recorded })
    }

    /// Counts until the queue is closed and empty.
    pub(crate) fn collect(&self) {
        loop {
            // Asked before the last look, so that nothing pushed in between is missed.
            let finished = self.drain.is_finished();
            if self.take_batch() == BATCH {
                continue;
            }
            if finished {
                return;
            }
            let asleep = Instant::now();
            thread::sleep(POLL);
            let awake = Instant::now();
            self.stats.lock().slept(asleep, awake);
        }
    }

    fn take_batch(&self) -> usize {
        let mut stats = self.stats.lock();
        let samples = std::iter::from_fn(|| self.drain.next()).take(BATCH);
        let count = samples.map(|sample| or_uncounted(&mut stats, |stats| stats.add(sample))).count();
        // Each comes after its sample, so that none is left when the samples are at their end.
        let recorded = std::iter::from_fn(|| self.recorded.take_now()).take(BATCH);
        recorded.for_each(|recorded| or_uncounted(&mut stats, |stats| stats.keep(recorded)));
        if count < BATCH {
            stats.is_up_to_date();
        }
        count
    }

    /// How long ago the first user began what is measured; zero before that.
    pub(crate) fn measured_for(&self) -> Duration {
        self.stats.lock().started.map_or(Duration::ZERO, |started| started.elapsed())
    }

    /// Full load over time, up to now.
    pub(crate) fn blocks(&self) -> Blocks {
        self.stats.lock().blocks()
    }

    /// Numbers of the last seconds.
    pub(crate) fn recent(&self) -> Recent {
        self.stats.lock().recent(Instant::now())
    }

    /// The totals of what is counted up to now.
    pub(crate) fn glance(&self) -> Glance {
        self.stats.lock().glance()
    }

    /// Numbers up to now, without what takes much to copy.
    pub(crate) fn numbers(&self) -> Summary {
        self.stats.lock().numbers(self.drain.blocked())
    }

    /// Numbers up to now.
    pub(crate) fn summary(&self) -> Summary {
        self.stats.lock().summary(self.drain.blocked())
    }
}

/// A mistake of perfloop's own takes one sample with it, which is told, and not the numbers of the run.
fn or_uncounted(stats: &mut Stats, count: impl FnOnce(&mut Stats)) {
    if catch_unwind(AssertUnwindSafe(|| count(stats))).is_err() {
        stats.uncounted += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_the_counting_is_told_and_the_rest_is_counted() {
        let mut stats = Stats::new(Arc::new(crate::names::Names::new(["check"])), 1, false);
        or_uncounted(&mut stats, |_| panic!("a mistake"));
        or_uncounted(&mut stats, |stats| stats.users_up += 1);
        let mut summary = stats.summary(Duration::ZERO);
        assert_eq!((summary.uncounted, summary.users_up), (1, 1));
        let lines: Vec<_> = summary.warning_lines().iter().map(ToString::to_string).collect();
        assert!(lines.iter().any(|line| line.contains("1 sample could not be counted")), "{lines:?}");
        summary.whole.totals.pass = 1;
        assert!(!summary.is_good());
        summary.uncounted = 0;
        assert!(summary.is_good());
    }
}
