//! The life of a user's thread: begins when its slot does, iterates, and leaves.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::arrivals::{Arrival, Arrivals};
use super::request_budget::RequestBudget;
use super::run_state::RunState;
use crate::moment::Moment;

use super::user_slot::{Slept, UserSlot};
use crate::end::EndReason;
use crate::ids::CheckId;
use crate::load::check::class::Class;
use crate::load::os;
use crate::load::user::User;
use crate::sample::Life;
use crate::units::{FAR_FUTURE, after};

/// Rest of a user whose connections are refused again and again.
const REFUSAL_PAUSE: Duration = Duration::from_millis(100);

pub(crate) fn live(shared: &RunState, class: usize, slot: &UserSlot, user: &mut User) {
    let _leaving = Leaving { shared, id: user.id() };
    os::schedule_as_batch();
    user.owns_this_thread();
    let waited_before = os::run_delay();
    let Some(begin) = slot.wait_for_begin() else { return };
    shared.levels.user_released(begin);
    user.begin(begin);
    let class = &shared.classes.classes[class];
    shared.user_hooks.start.iter().for_each(|hook| user.call(|user| hook(user)));
    let start = class.on_start.map_or(Some(true), |check| run(shared, user, check));
    if start == Some(false) {
        user.lost();
        if let Some(arrivals) = shared.arrivals.get() {
            replace(shared, user, arrivals);
        }
    }
    if start == Some(true) {
        shared.has_worked.store(true, Ordering::SeqCst);
        match shared.arrivals.get() {
            Some(arrivals) => serve(shared, class, slot, user, arrivals),
            None => iterate(shared, class, slot, user, begin),
        }
        if let Some(check) = class.on_stop {
            // A rest that the stop has cut short was planned, too.
            user.begin(Moment::now());
            run(shared, user, check);
        }
    }
    shared.user_hooks.stop.iter().for_each(|hook| user.call(|user| hook(user)));
    let worked = begin.elapsed().saturating_sub(user.rested());
    // From just before its start: what it waited until then was no part of its work.
    let waited = os::run_delay().zip(waited_before).map(|(all, before)| all.saturating_sub(before).min(worked));
    shared.levels.user_ended(Life { worked, run_delay: waited });
}

/// Runs a check; `None` when the run was cut off, else whether it passed.
fn run(shared: &RunState, user: &mut User, check: CheckId) -> Option<bool> {
    user.run(check, &shared.classes.checks[usize::from(check.0)]).ok()
}

/// Runs one iteration. False when no further one is to begin.
fn iteration(shared: &RunState, class: &Class, slot: &UserSlot, user: &mut User) -> bool {
    class.root.walk(user, User::rng, &mut |user, check| {
        !slot.ends_iteration() && shared.budget.as_ref().is_none_or(RequestBudget::take) && {
            let goes_on = run(shared, user, check).is_some();
            if let Some(budget) = &shared.budget
                && !budget.used(user.requests_of_check())
            {
                shared.stop.set(EndReason::RequestsDone);
            }
            goes_on
        }
    })
}

/// Iterations of a user's own, until the loops are done or the slot is over.
fn iterate(shared: &RunState, class: &Class, slot: &UserSlot, user: &mut User, first: Moment) {
    let loops = shared.plan.loops.unwrap_or(u64::MAX);
    let (measured_from, planned_end) = (shared.measured_from(), shared.planned_end());
    let (mut planned, mut begun, mut warming) = (first, 0, 0);
    while begun - warming < loops && !slot.is_over() {
        begun += 1;
        user.begin_iteration(begun, planned, class.wait.is_schedule());
        if !iteration(shared, class, slot, user) {
            break;
        }
        // What ends in the warm-up is no loop: its checks are counted apart.
        warming += u64::from(user.was_busy_until() < measured_from);
        if begun - warming < loops {
            let now = Moment::now();
            planned = class.wait.next(first, begun + 1, now, user.rng());
            if user.must_pause(REFUSAL_PAUSE) {
                planned = planned.max(now + REFUSAL_PAUSE);
            }
            // What is due at the end itself is none of this run, whoever of the two wakes first.
            let is_too_late = planned_end.is_some_and(|end| planned >= end);
            let begins = if is_too_late { after(now, FAR_FUTURE) } else { planned };
            if begins > now && !user.rest_until(begins) {
                break;
            }
        }
    }
    if begun - warming < loops {
        let end = planned_end.into_iter().chain([slot.ended_at()]).min().unwrap_or(first);
        let were_due = class.wait.due_before(first, end);
        user.missed(were_due.min(loops.saturating_add(warming)).saturating_sub(begun));
    }
}

/// Iterations as they arrive, whoever is free.
fn serve(shared: &RunState, class: &Class, slot: &UserSlot, user: &mut User, arrivals: &Arrivals) {
    let mut begun = 0;
    let mut free_since = Moment::now();
    arrivals.idle.fetch_add(1, Ordering::SeqCst);
    while !slot.is_over() {
        let change = arrivals.changes();
        let Some(arrival) = arrivals.take(free_since, shared.is_pool_full()) else {
            // Nothing more comes, unless the rate is changed; the user stays for what others may want of it.
            let forever = after(free_since, FAR_FUTURE);
            if user.rest_until_called(forever, || arrivals.changes() != change) == Slept::UntilCalled {
                free_since = Moment::now();
                continue;
            }
            break;
        };
        let Some(due) = rest_until_due(user, arrivals, arrival) else {
            arrivals.give_back(arrival, slot.ended_at());
            break;
        };
        if arrivals.idle.fetch_sub(1, Ordering::SeqCst) == 1 {
            shared.want_helpers();
        }
        begun += 1;
        user.begin_iteration(begun, due, true);
        let goes_on = iteration(shared, class, slot, user);
        arrivals.idle.fetch_add(1, Ordering::SeqCst);
        if !goes_on {
            break;
        }
        free_since = Moment::now();
    }
    arrivals.idle.fetch_sub(1, Ordering::SeqCst);
}

/// Rests until an arrival is due. `None` if the user is to begin nothing more.
fn rest_until_due(user: &mut User, arrivals: &Arrivals, arrival: Arrival) -> Option<Moment> {
    loop {
        let change = arrivals.changes();
        let due = if arrival.change == change { Some(arrival.due) } else { arrivals.due_of(arrival) };
        let end = due.unwrap_or_else(|| after(Moment::now(), FAR_FUTURE));
        match user.rest_until_called(end, || arrivals.changes() != change) {
            Slept::ToTheEnd => return due,
            Slept::UntilOver => return None,
            Slept::UntilCalled => {}
        }
    }
}

/// Has another user made in place of a lost one, once an arrival needs it.
fn replace(shared: &RunState, user: &mut User, arrivals: &Arrivals) {
    if let Some(due) = arrivals.next_due()
        && user.rest_until(due)
    {
        shared.want_helpers();
    }
}

/// Counts a user's thread out, also when it panics.
struct Leaving<'a> {
    shared: &'a RunState,
    id: u32,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.shared.handles.lock().remove(&self.id);
        self.shared.stop.forget(&std::thread::current());
        if self.shared.running.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.shared.stop.notify();
        }
    }
}
