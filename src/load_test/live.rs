//! A hand on a run that goes on: to read its numbers, change its users and end it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::end::EndReason;
use crate::load::{Control, Stop, WantedUsers};
use crate::names::Names;
use crate::stats::{Collector, FailureGroup, Glance, LedgerKey, LedgerRow, PartOf, Recent, Rows, Second, Summary};

/// Reads and ends a [`Run`](crate::Run) from anywhere: a progress line, a signal handler.
#[derive(Debug, Clone)]
pub struct Live {
    pub(super) stop: Arc<Stop>,
    pub(super) control: Arc<Control>,
    pub(super) collector: Arc<Collector>,
    pub(super) names: Arc<Names>,
}

impl Live {
    /// Stops the run: no check is begun any more, and those that run may end within the plan's stop timeout.
    pub fn stop(&self) {
        self.stop.set(EndReason::Stopped);
    }

    /// Stops the run at once: checks that run are cut off and counted as unfinished.
    pub fn cut(&self) {
        self.stop.cut();
    }

    /// From now on so many users are wanted, whatever the plan says: others begin, at the plan's spawn rate if it has
    /// one, or the last ones leave when their check has ended. The run then goes on until its time is up or a caller
    /// stops it. A [rate](crate::Plan::rate) of arrivals is none of users, and stays. Users that this machine has no room for
    /// are not made, and warned of.
    pub fn set_users(&self, users: u32) {
        self.control.want(None, users);
        self.stop.notify();
    }

    /// Changes the number of users of one class, as [`set_users`](Self::set_users). False if there is no class of this name.
    pub fn set_class_users(&self, class: &str, users: u32) -> bool {
        let is_known = self.control.want(Some(class), users);
        self.stop.notify();
        is_known
    }

    /// From now on so many arrivals come each second, whatever the plan says; none for zero. It changes nothing of a run that has no [rate](crate::Plan::rate).
    pub fn set_rate(&self, per_second: f64) {
        self.control.want_rate(per_second.max(0.0));
        self.stop.notify();
    }

    /// The run was told to stop, or has come to its end.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_set()
    }

    /// The totals up to now: cheap enough to be read many times a second.
    pub fn glance(&self) -> Glance {
        self.collector.glance()
    }

    /// The numbers up to now, without examples of failures and the times of the timeline.
    pub(crate) fn numbers(&self) -> Summary {
        self.collector.numbers()
    }

    /// Stops the run because the search that it was for is over.
    pub(crate) fn end_search(&self) {
        self.stop.set(EndReason::SearchDone);
    }

    /// Counts apart what ends from now on, in blocks of this width at first.
    pub(crate) fn observe(&self, width: Duration) {
        self.collector.observe(width);
    }

    /// Summary of what is counted apart, with its blocks; `None` before anything is.
    pub(crate) fn observed(&self) -> Option<Summary> {
        self.collector.observed()
    }

    /// Users that are wanted now.
    pub(crate) fn wanted(&self) -> WantedUsers {
        self.control.wanted()
    }

    /// Names of the checks and requests.
    pub(crate) fn names(&self) -> &Arc<Names> {
        &self.names
    }

    /// How long ago the first user began what is measured; zero before that.
    pub(crate) fn measured_for(&self) -> Duration {
        self.collector.measured_for()
    }

    /// Seconds since this was asked last; see [`Collector::take_seconds`].
    pub(crate) fn take_seconds(&self) -> BTreeMap<u64, Second> {
        self.collector.take_seconds()
    }

    /// What has ended since this was asked last; see [`Collector::take_ledger`].
    pub(crate) fn take_ledger(&self) -> BTreeMap<LedgerKey, LedgerRow> {
        self.collector.take_ledger()
    }

    /// Counts up to now, without any percentile.
    pub(crate) fn counts(&self) -> Summary {
        self.collector.counts()
    }

    /// Users that are up.
    pub(crate) fn users_up(&self) -> u32 {
        self.collector.users_up()
    }

    /// Number of the groups of failures up to now.
    pub(crate) fn failure_groups(&self) -> usize {
        self.collector.failure_groups()
    }

    /// Failures up to now, grouped.
    pub(crate) fn failures(&self) -> Vec<FailureGroup> {
        self.collector.failures()
    }

    /// Rows of a part up to now.
    pub(crate) fn rows(&self, of: PartOf) -> Rows {
        self.collector.rows(of)
    }

    /// The numbers up to now. They are copied, some megabytes in a long run: to look often, take
    /// [`glance`](Self::glance).
    pub fn summary(&self) -> Summary {
        self.collector.summary()
    }

    /// The numbers of the last 10 seconds.
    ///
    /// ```
    /// use perfloop::{LoadTest, Plan, User};
    ///
    /// let run = LoadTest::new(Plan::new().users(2).loops(5)).check("hello", |_: &mut User| ()).start()?;
    /// let live = run.live();
    /// run.join()?;
    /// assert_eq!((live.recent().pass, live.recent().failures()), (10, 0));
    /// assert!(live.recent().rps() > 0.0 && live.recent().percentile(99.0).is_some());
    /// # Ok::<(), perfloop::Error>(())
    /// ```
    pub fn recent(&self) -> Recent {
        self.collector.recent()
    }
}
