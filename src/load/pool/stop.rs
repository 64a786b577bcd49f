//! The stop: one flag, set by the timer, by a person or by the last loop, and seen by everybody at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{Thread, ThreadId};

use parking_lot::{Condvar, Mutex};

use crate::end::EndReason;
use crate::moment::Moment;

#[derive(Debug, Default)]
pub(crate) struct Stop {
    /// Read by every user before each check; the rest of the fields is only touched when it changes.
    state: AtomicU8,
    first: OnceLock<(Moment, EndReason)>,
    /// The feed whose rows were used up first.
    used_up: OnceLock<Arc<str>>,
    sleepers: Mutex<HashMap<ThreadId, Thread>>,
    guard: Mutex<()>,
    changed: Condvar,
}

const RUNNING: u8 = 0;
const STOPPING: u8 = 1;
const CUT: u8 = 2;

impl Stop {
    /// No new check starts. The first reason given is kept.
    pub(crate) fn set(&self, reason: EndReason) {
        self.raise(STOPPING, reason);
    }

    /// The rows of this feed are used up. Users that have one may finish their iteration.
    pub(crate) fn used_up(&self, feed: &Arc<str>) {
        self.used_up.get_or_init(|| Arc::clone(feed));
        self.set(EndReason::DataUsedUp);
    }

    /// Running checks are to be cut off now.
    pub(crate) fn cut(&self) {
        self.raise(CUT, EndReason::Stopped);
    }

    fn raise(&self, state: u8, reason: EndReason) {
        self.first.get_or_init(|| (Moment::now(), reason));
        {
            let _guard = self.guard.lock();
            self.state.fetch_max(state, Ordering::SeqCst);
            self.changed.notify_all();
        }
        for sleeper in self.sleepers.lock().values() {
            sleeper.unpark();
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.state.load(Ordering::Relaxed) != RUNNING
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.state.load(Ordering::SeqCst) == CUT
    }

    /// Iterations that have begun are not to be finished.
    pub(crate) fn ends_iterations(&self) -> bool {
        self.is_set() && (self.is_cut() || !self.reason().is_some_and(|(_, reason)| reason == EndReason::DataUsedUp))
    }

    /// The feed whose rows were used up, if that was what set it.
    pub(crate) fn feed_used_up(&self) -> Option<Arc<str>> {
        let (_, reason) = self.reason()?;
        self.used_up.get().filter(|_| reason == EndReason::DataUsedUp).cloned()
    }

    /// When and why it was set first.
    pub(crate) fn reason(&self) -> Option<(Moment, EndReason)> {
        self.first.get().copied()
    }

    /// These threads will be woken by the stop, one by one: thousands of timed waits on one condition variable would scan one another.
    pub(crate) fn wake_at_stop(&self, threads: impl IntoIterator<Item = Thread>) {
        self.sleepers.lock().extend(threads.into_iter().map(|thread| (thread.id(), thread)));
    }

    /// This thread is at its end: it need not be woken any more.
    pub(crate) fn forget(&self, thread: &Thread) {
        // At the stop, thousands end at once, and the list goes with the run.
        if !self.is_set() {
            self.sleepers.lock().remove(&thread.id());
        }
    }

    /// Waits until the condition holds, which is looked at whenever the stop changes or a thread [notifies](Self::notify).
    /// False if the end came first.
    pub(crate) fn wait_until(&self, end: Option<Moment>, holds: impl Fn() -> bool) -> bool {
        let mut guard = self.guard.lock();
        while !holds() {
            match end {
                None => self.changed.wait(&mut guard),
                Some(end) => {
                    if self.changed.wait_until(&mut guard, end.instant()).timed_out() {
                        return holds();
                    }
                }
            }
        }
        true
    }

    /// Tells those who wait for a change to look again.
    pub(crate) fn notify(&self) {
        let _guard = self.guard.lock();
        self.changed.notify_all();
    }
}
