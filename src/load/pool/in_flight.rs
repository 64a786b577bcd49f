//! Work that a user has in flight, so that a cut can count it exactly once.
//!
//! The user's thread and the thread that cuts the run off meet only here. Each step of the user is a
//! compare-and-swap that fails after a cut; then its late result is discarded, because the cut has
//! already counted the work as unfinished.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use crate::ids::{CheckId, RequestId};
use crate::moment::Moment;
use crate::sample::UnfinishedSample;

#[derive(Debug)]
pub(crate) struct InFlight {
    state: AtomicU8,
    check: AtomicU16,
    request: AtomicU16,
    iteration: AtomicU64,
    started_ns: AtomicU64,
    /// Moment that `started_ns` counts from.
    epoch: Moment,
}

const IDLE: u8 = 0;
const IN_CHECK: u8 = 1;
const IN_REQUEST: u8 = 2;
const CUT: u8 = 3;
const LEFT: u8 = 4;

/// The run was cut off: whatever ends now has been counted as unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WasCut;

/// The user begins nothing more: the run was cut off, or there is no row for it.
#[derive(Debug)]
pub(crate) struct NoMore;

impl From<WasCut> for NoMore {
    fn from(_: WasCut) -> Self {
        NoMore
    }
}

impl InFlight {
    pub(crate) fn new(epoch: Moment) -> Self {
        InFlight {
            state: AtomicU8::new(IDLE),
            check: AtomicU16::new(0),
            request: AtomicU16::new(0),
            iteration: AtomicU64::new(0),
            started_ns: AtomicU64::new(0),
            epoch,
        }
    }

    pub(crate) fn begin_iteration(&self, iteration: u64) {
        self.iteration.store(iteration, Ordering::Relaxed);
    }

    /// The last check that began, and its iteration.
    pub(crate) fn at(&self) -> (CheckId, u64) {
        (CheckId(self.check.load(Ordering::Relaxed)), self.iteration.load(Ordering::Relaxed))
    }

    /// True after a cut, and while the check is given up.
    pub(crate) fn is_counted(&self) -> bool {
        matches!(self.state.load(Ordering::Acquire), CUT | LEFT)
    }

    pub(crate) fn begin_check(&self, check: CheckId, now: Moment) -> Result<(), WasCut> {
        self.check.store(check.0, Ordering::Relaxed);
        let since_epoch = now.saturating_duration_since(self.epoch).as_nanos();
        self.started_ns.store(u64::try_from(since_epoch).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.step(IDLE, IN_CHECK)
    }

    pub(crate) fn end_check(&self) -> Result<(), WasCut> {
        self.step(IN_CHECK, IDLE)
    }

    pub(crate) fn begin_request(&self, request: RequestId) -> Result<(), WasCut> {
        self.request.store(request.0, Ordering::Relaxed);
        self.step(IN_CHECK, IN_REQUEST)
    }

    pub(crate) fn end_request(&self) -> Result<(), WasCut> {
        self.step(IN_REQUEST, IN_CHECK)
    }

    /// The user gives its check up, which will not be finished: from now on its steps fail, until it
    /// [comes home](Self::come_home). `None` when a cut has come before.
    pub(crate) fn leave(&self, now: Moment) -> Option<UnfinishedSample> {
        self.step(IN_CHECK, LEFT).ok().map(|()| self.taken(None, now))
    }

    /// The check that was given up has returned: others may begin.
    pub(crate) fn come_home(&self) -> Result<(), WasCut> {
        self.step(LEFT, IDLE)
    }

    fn step(&self, from: u8, to: u8) -> Result<(), WasCut> {
        match self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Ok(()),
            Err(_) => Err(WasCut),
        }
    }

    /// Takes the work away from the user: from now on all its steps fail.
    pub(crate) fn cut(&self, now: Moment) -> Option<UnfinishedSample> {
        let before = self.state.swap(CUT, Ordering::AcqRel);
        let request = (before == IN_REQUEST).then(|| RequestId(self.request.load(Ordering::Relaxed)));
        (before == IN_CHECK || before == IN_REQUEST).then(|| self.taken(request, now))
    }

    fn taken(&self, request: Option<RequestId>, now: Moment) -> UnfinishedSample {
        let started = self.epoch + Duration::from_nanos(self.started_ns.load(Ordering::Relaxed));
        let check = CheckId(self.check.load(Ordering::Relaxed));
        UnfinishedSample { check, request, age: now.saturating_duration_since(started) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_cut_every_step_fails_and_the_open_work_was_taken_once() {
        let start = Moment::now();
        let in_flight = InFlight::new(start);
        in_flight.begin_check(CheckId(3), start).expect("not cut");
        in_flight.begin_request(RequestId(7)).expect("not cut");
        let taken = in_flight.cut(start + Duration::from_secs(2)).expect("a check is open");
        assert_eq!((taken.check, taken.request), (CheckId(3), Some(RequestId(7))));
        assert_eq!(taken.age, Duration::from_secs(2));
        assert!(in_flight.cut(start).is_none(), "a second cut finds nothing");
        assert_eq!(in_flight.end_request(), Err(WasCut));
        assert_eq!(in_flight.end_check(), Err(WasCut));
        assert_eq!(in_flight.begin_check(CheckId(3), start), Err(WasCut));
    }

    #[test]
    fn a_check_that_its_user_gives_up_is_taken_once_and_the_next_may_begin() {
        let start = Moment::now();
        let in_flight = InFlight::new(start);
        in_flight.begin_check(CheckId(3), start).expect("not cut");
        let taken = in_flight.leave(start + Duration::from_secs(2)).expect("a check is open");
        assert_eq!((taken.check, taken.request, taken.age), (CheckId(3), None, Duration::from_secs(2)));
        assert!(in_flight.leave(start).is_none());
        assert_eq!((in_flight.begin_request(RequestId(1)), in_flight.end_check()), (Err(WasCut), Err(WasCut)));
        in_flight.come_home().expect("not cut");
        in_flight.begin_check(CheckId(4), start).expect("not cut");
        in_flight.leave(start).expect("a check is open");
        assert!(in_flight.cut(start).is_none(), "it has been counted");
        assert_eq!(in_flight.come_home(), Err(WasCut));
    }

    #[test]
    fn an_idle_user_has_nothing_to_take() {
        let in_flight = InFlight::new(Moment::now());
        assert!(in_flight.cut(Moment::now()).is_none());
    }

    #[test]
    fn of_a_race_between_the_end_and_the_cut_exactly_one_side_counts() {
        for _ in 0..500 {
            let start = Moment::now();
            let in_flight = std::sync::Arc::new(InFlight::new(start));
            in_flight.begin_check(CheckId(0), start).expect("not cut");
            let user = {
                let in_flight = in_flight.clone();
                std::thread::spawn(move || in_flight.end_check().is_ok())
            };
            let cut = in_flight.cut(Moment::now()).is_some();
            assert_ne!(user.join().expect("user"), cut);
        }
    }
}
