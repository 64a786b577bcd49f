//! The collector: empties the queue into the statistics, on a thread of its own.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use super::rows::Reading;
use super::{Blocks, FailureGroup, Glance, LedgerKey, LedgerRow, PartOf, Recent, Rows, Second, Stats, Summary};
use crate::exchange::Recorded;
use crate::moment::Moment;
use crate::queue::{Drain, Spill};

/// How long the queue may fill before it is looked at again.
const POLL: Duration = Duration::from_millis(5);
/// A collector that slept so long instead has lost its processor to users, who then count for themselves: it would lose
/// it again in the middle of its work, and keep them from it.
const LATE: Duration = Duration::from_millis(15);
/// The longest time that it leaves the counting to them.
const LONGEST_LEAVE: Duration = Duration::from_secs(1);

/// Can be read at any time while the collector works.
#[derive(Debug)]
pub(crate) struct Collector {
    counting: Mutex<Counting>,
    recorded: Spill<Recorded>,
}

/// The statistics, and where their samples come from.
#[derive(Debug)]
struct Counting {
    stats: Stats,
    drain: Drain,
}

impl Collector {
    pub(crate) fn new(stats: Stats, drain: Drain, recorded: Spill<Recorded>) -> Arc<Self> {
        Arc::new_cyclic(|this: &Weak<Collector>| {
            let this = Weak::clone(this);
            drain.is_helped_by(move |list| this.upgrade().is_some_and(|collector| collector.help(list)));
            Collector { counting: Mutex::new(Counting { stats, drain }), recorded }
        })
    }

    /// Counts until the queue is closed and empty.
    pub(crate) fn collect(&self) {
        loop {
            // Asked before the last look, so that nothing pushed in between is missed.
            let is_last = self.counting.lock().drain.is_closed();
            self.count_all();
            if is_last {
                return;
            }
            self.rest();
        }
    }

    /// Sleeps until it is time to count again: users do without the collector for a while where it is late.
    fn rest(&self) {
        let counted = Moment::now();
        loop {
            let asleep = Moment::now();
            thread::sleep(POLL);
            let awake = Moment::now();
            let mut counting = self.counting.lock();
            counting.stats.slept(asleep, awake);
            let is_on_time = awake - asleep < LATE || awake - counted > LONGEST_LEAVE;
            if is_on_time || counting.drain.is_closed() {
                return;
            }
        }
    }

    /// Counts everything that was pushed before. Readers get a turn after each list.
    fn count_all(&self) {
        let filled = self.counting.lock().drain.filled();
        let missed = filled.filter(|list| !self.counting.lock().count(*list)).count();
        let stats = &mut self.counting.lock().stats;
        // Each comes after its sample, so that none is left when the samples are at their end.
        let recorded = std::iter::from_fn(|| self.recorded.take_now());
        recorded.for_each(|recorded| or_uncounted(stats, |stats| stats.keep(recorded)));
        if missed == 0 {
            stats.is_up_to_date();
        }
    }

    /// Counts a list on the thread of a user, unless somebody else counts or reads. False in that case.
    fn help(&self, list: usize) -> bool {
        self.counting.try_lock().is_some_and(|mut counting| counting.count(list))
    }

    /// How long ago the first user began what is measured; zero before that.
    pub(crate) fn measured_for(&self) -> Duration {
        self.counting.lock().stats.started.map_or(Duration::ZERO, |started| started.elapsed())
    }

    /// Full load over time, up to now.
    pub(crate) fn blocks(&self) -> Blocks {
        self.counting.lock().stats.blocks()
    }

    /// Counts apart what ends from now on; see [`Stats::observe`].
    pub(crate) fn observe(&self, width: Duration) {
        self.counting.lock().stats.observe(width);
    }

    /// Summary of what is counted apart.
    pub(crate) fn observed(&self) -> Option<Summary> {
        self.counting.lock().stats.observed()
    }

    /// Numbers of the last seconds.
    pub(crate) fn recent(&self) -> Recent {
        self.counting.lock().stats.recent(Moment::now())
    }

    /// The totals of what is counted up to now.
    pub(crate) fn glance(&self) -> Glance {
        self.counting.lock().stats.glance()
    }

    /// Seconds since this was asked last, each with its number from the start of what is measured; none where they are not
    /// recorded.
    pub(crate) fn take_seconds(&self) -> BTreeMap<u64, Second> {
        self.counting.lock().stats.take_seconds()
    }

    /// What has ended since this was asked last; none where no ledger is kept.
    pub(crate) fn take_ledger(&self) -> BTreeMap<LedgerKey, LedgerRow> {
        self.counting.lock().stats.take_ledger()
    }

    /// Counts up to now, without any percentile.
    pub(crate) fn counts(&self) -> Summary {
        let counting = self.counting.lock();
        counting.stats.counts(counting.drain.blocked())
    }

    pub(crate) fn users_up(&self) -> u32 {
        self.counting.lock().stats.users_up
    }

    /// Number of the groups of failures up to now.
    pub(crate) fn failure_groups(&self) -> usize {
        self.counting.lock().stats.failures.count()
    }

    /// Failures up to now, grouped, the largest group first.
    pub(crate) fn failures(&self) -> Vec<FailureGroup> {
        self.counting.lock().stats.failures.groups()
    }

    /// Rows of a part up to now. They are read a few at a time, so that those who count wait no longer for the reader than
    /// for one another.
    pub(crate) fn rows(&self, of: PartOf) -> Rows {
        let mut reading = Reading::default();
        loop {
            let counting = self.counting.lock();
            let goes_on = counting.stats.read_rows(of, &mut reading);
            MutexGuard::unlock_fair(counting);
            if !goes_on {
                return reading.done();
            }
        }
    }

    /// Numbers up to now with full load and its blocks; without the rest of what takes much to copy.
    pub(crate) fn numbers_at_full_load(&self) -> Summary {
        let counting = self.counting.lock();
        counting.stats.numbers_at_full_load(counting.drain.blocked())
    }

    /// Numbers up to now, without what takes much to copy.
    pub(crate) fn numbers(&self) -> Summary {
        let counting = self.counting.lock();
        counting.stats.numbers(counting.drain.blocked())
    }

    /// Numbers up to now.
    pub(crate) fn summary(&self) -> Summary {
        let counting = self.counting.lock();
        counting.stats.summary(counting.drain.blocked())
    }
}

impl Counting {
    /// Counts the samples of a list. False when a user is just at it.
    fn count(&mut self, list: usize) -> bool {
        let Counting { stats, drain } = self;
        drain.take(list, |sample| or_uncounted(stats, |stats| stats.add(sample)))
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
    use crate::queue::{queue, side_channel};
    use crate::sample::{Sample, UserEvent, UserSample};

    #[test]
    fn users_count_while_the_collector_is_away_and_it_counts_the_rest() {
        const LIFE: UserEvent = UserEvent::Missed(1);
        const SAMPLES: u64 = 10_000;
        let (sink, drain) = queue();
        let (_tap, recorded) = side_channel(1);
        let names = Arc::new(crate::names::Names::new(["check"]));
        let collector = Collector::new(Stats::new(names, 1, false), drain, recorded);
        let of_user = sink.of_user(1);
        (0..SAMPLES).for_each(|_| of_user.push(Sample::User(UserSample { at: Moment::now(), event: LIFE })));
        let by_users = collector.summary().missed;
        assert!((SAMPLES - 1000..SAMPLES).contains(&by_users), "{by_users}");
        assert_eq!(collector.summary().blocked, Duration::ZERO, "nobody waited");
        sink.close();
        collector.collect();
        assert_eq!(collector.summary().missed, SAMPLES);
    }

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
