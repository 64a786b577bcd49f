//! A user's slot: from when to when it is wanted. Told by the one who drives the run, kept by the user.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Thread};
use std::time::Duration;

use super::stop::Stop;
use crate::moment::Moment;

/// How long a user slept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slept {
    ToTheEnd,
    UntilCalled,
    UntilOver,
}

#[derive(Debug)]
pub(crate) struct UserSlot {
    stop: Arc<Stop>,
    begin: OnceLock<Moment>,
    /// Nanoseconds after the epoch; `u64::MAX` as long as no end is known.
    end_ns: AtomicU64,
    epoch: Moment,
    thread: OnceLock<Thread>,
}

impl UserSlot {
    pub(crate) fn new(stop: Arc<Stop>) -> Self {
        UserSlot {
            stop,
            begin: OnceLock::new(),
            end_ns: AtomicU64::new(u64::MAX),
            epoch: Moment::now(),
            thread: OnceLock::new(),
        }
    }

    /// Sets the thread that is woken.
    pub(crate) fn belongs_to(&self, thread: Thread) {
        self.thread.get_or_init(|| thread);
    }

    /// The user is to begin then.
    pub(crate) fn begin(&self, at: Moment) {
        self.begin.get_or_init(|| at);
        self.wake();
    }

    /// The user is to begin nothing more from then on.
    pub(crate) fn end(&self, at: Moment) {
        let nanos = at.saturating_duration_since(self.epoch).as_nanos();
        self.end_ns.store(u64::try_from(nanos).unwrap_or(u64::MAX - 1), Ordering::Relaxed);
        self.wake();
    }

    /// Wakes its user, to look for what it is called for.
    pub(crate) fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Waits until the user may begin, which is told some time before. `None` if it never may.
    pub(crate) fn wait_for_begin(&self) -> Option<Moment> {
        let begin = loop {
            match self.begin.get() {
                Some(begin) => break *begin,
                None if self.stop.is_set() => return None,
                None => thread::park(),
            }
        };
        self.sleep_until(begin).then_some(begin)
    }

    /// Time at which the user is to leave, where it is known.
    fn ends_at(&self) -> Option<Moment> {
        match self.end_ns.load(Ordering::Relaxed) {
            u64::MAX => None,
            nanos => Some(self.epoch + Duration::from_nanos(nanos)),
        }
    }

    /// When it was over, or now.
    pub(crate) fn ended_at(&self) -> Moment {
        let stopped = self.stop.reason().map(|(stopped_at, _)| stopped_at);
        stopped.into_iter().chain(self.ends_at()).min().unwrap_or_else(Moment::now)
    }

    /// True when the rest of the current iteration is not to be run.
    pub(crate) fn ends_iteration(&self) -> bool {
        if self.stop.is_set() { self.stop.ends_iterations() } else { self.is_over() }
    }

    /// The rows of this feed are used up: the run ends.
    pub(crate) fn used_up(&self, feed: &Arc<str>) {
        self.stop.used_up(feed);
    }

    /// The run was cut off.
    pub(crate) fn is_cut(&self) -> bool {
        self.stop.is_cut()
    }

    /// The run was stopped, and what goes on is not to begin anything new.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.ends_iterations()
    }

    /// The run was stopped, or this user is not wanted any more.
    pub(crate) fn is_over(&self) -> bool {
        self.stop.is_set() || self.ends_at().is_some_and(|end| end <= Moment::now())
    }

    /// Sleeps the calling thread until then in the middle of its work, whether the user is still wanted or not: the stop
    /// of the run ends it or, where that has come already, the cut. True if it slept to the end.
    pub(crate) fn rest_until(&self, end: Moment, through_the_stop: bool) -> bool {
        loop {
            if if through_the_stop { self.is_cut() } else { self.is_stopped() } {
                return false;
            }
            let left = end.saturating_duration_since(Moment::now());
            if left.is_zero() {
                return true;
            }
            thread::park_timeout(left);
        }
    }

    /// Sleeps the calling thread until then, or until the slot is over. True if it slept to the end.
    pub(crate) fn sleep_until(&self, end: Moment) -> bool {
        self.sleep_until_called(end, || false) == Slept::ToTheEnd
    }

    /// Sleeps the calling thread until then, until the slot is over, or until it is woken and somebody calls.
    pub(crate) fn sleep_until_called(&self, end: Moment, is_called: impl Fn() -> bool) -> Slept {
        loop {
            if self.is_over() {
                return Slept::UntilOver;
            } else if is_called() {
                return Slept::UntilCalled;
            }
            let wake = self.ends_at().map_or(end, |leave| leave.min(end));
            let left = wake.saturating_duration_since(Moment::now());
            if left.is_zero() && wake == end {
                return Slept::ToTheEnd;
            }
            thread::park_timeout(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot() -> Arc<UserSlot> {
        Arc::new(UserSlot::new(Arc::new(Stop::default())))
    }

    #[test]
    fn a_user_sleeps_to_the_end_unless_its_shift_ends_before() {
        let slot = slot();
        slot.belongs_to(thread::current());
        let now = Moment::now();
        assert!(slot.sleep_until(now + Duration::from_millis(5)));
        slot.end(now + Duration::from_millis(20));
        assert!(!slot.is_over());
        assert!(!slot.sleep_until(now + Duration::from_secs(60)));
        assert!(slot.is_over() && now.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_rest_within_work_ends_with_the_stop_and_not_with_the_shift() {
        let stop = Arc::new(Stop::default());
        let slot = UserSlot::new(Arc::clone(&stop));
        let (now, ms) = (Moment::now(), Duration::from_millis(1));
        slot.end(now);
        assert!(slot.rest_until(now + 5 * ms, false));
        stop.set(crate::end::EndReason::Stopped);
        assert!(!slot.rest_until(now + 60_000 * ms, false));
        assert!(slot.rest_until(Moment::now() + 5 * ms, true), "what began after the stop");
        stop.cut();
        assert!(!slot.rest_until(now + 60_000 * ms, true));
    }

    #[test]
    fn an_end_that_comes_while_the_user_sleeps_wakes_it() {
        let slot = slot();
        let for_user = Arc::clone(&slot);
        let user = thread::spawn(move || {
            for_user.wait_for_begin().map(|_| for_user.sleep_until(Moment::now() + Duration::from_secs(60)))
        });
        slot.belongs_to(user.thread().clone());
        slot.begin(Moment::now());
        thread::sleep(Duration::from_millis(10));
        slot.end(Moment::now());
        assert_eq!(user.join().expect("user"), Some(false));
    }

    #[test]
    fn a_user_that_never_began_goes_home_at_the_stop() {
        let stop = Arc::new(Stop::default());
        let slot = Arc::new(UserSlot::new(Arc::clone(&stop)));
        let for_user = Arc::clone(&slot);
        let user = thread::spawn(move || for_user.wait_for_begin());
        stop.wake_at_stop([user.thread().clone()]);
        stop.set(crate::end::EndReason::Stopped);
        assert_eq!(user.join().expect("user"), None);
    }
}
