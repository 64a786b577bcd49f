//! State of a run that all its threads share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::arrivals::Arrivals;
use super::control::Control;
use super::in_flight::InFlight;
use super::levels::Levels;
use super::request_budget::RequestBudget;
use super::stop::Stop;
use crate::load::check::class::Classes;
use crate::load::check::hooks::Hooks;
use crate::load::check::user_hooks::UserHooks;
use crate::load::http::{HttpSettings, Interrupt};
use crate::load::plan::Plan;
use crate::moment::Moment;

/// Parts of a user that the end of the run needs.
pub(crate) struct Handle {
    pub(crate) in_flight: Arc<InFlight>,
    pub(crate) interrupt: Interrupt,
}

/// Users whose threads live, by their numbers.
pub(crate) type Handles = HashMap<u32, Handle>;

/// State of a run that all its threads share.
pub(crate) struct RunState {
    pub(crate) plan: Plan,
    pub(crate) settings: Arc<HttpSettings>,
    pub(crate) classes: Classes,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) user_hooks: UserHooks,
    pub(crate) stop: Arc<Stop>,
    pub(crate) levels: Arc<Levels>,
    pub(crate) control: Arc<Control>,
    /// Requests that may still be begun, if they are counted.
    pub(crate) budget: Option<RequestBudget>,
    /// Iterations that come by themselves, if they do.
    pub(crate) arrivals: OnceLock<Arrivals>,
    /// When the first user is to start; set when all threads are made.
    pub(crate) first_start: OnceLock<Moment>,
    /// Threads of users that have not ended.
    pub(crate) running: AtomicU32,
    /// The scheduler may still tell users to begin.
    pub(crate) driving: AtomicBool,
    /// The start of some user has passed.
    pub(crate) has_worked: AtomicBool,
    pub(crate) handles: Mutex<Handles>,
}

impl RunState {
    pub(crate) fn all_ended(&self) -> bool {
        // After the stop no user begins, whatever the scheduler still does.
        let nobody_comes = || !self.driving.load(Ordering::SeqCst) && !self.control.are_helpers_wanted();
        self.running.load(Ordering::SeqCst) == 0 && (self.stop.is_set() || nobody_comes())
    }

    pub(crate) fn first_start(&self) -> Moment {
        *self.first_start.get_or_init(Moment::now)
    }

    /// The end of the warm-up.
    pub(crate) fn measured_from(&self) -> Moment {
        crate::units::after(self.first_start(), self.plan.warmup)
    }

    /// When the timer stops the run, if it does. What is due then, or later, does not belong to the run.
    pub(crate) fn planned_end(&self) -> Option<Moment> {
        self.plan.time_limit().map(|limit| crate::units::after(self.measured_from(), limit))
    }

    /// Asks for more users to take arrivals.
    pub(crate) fn want_helpers(&self) {
        if !self.is_pool_full() {
            self.control.want_helpers();
            self.stop.notify();
        }
    }

    pub(crate) fn is_pool_full(&self) -> bool {
        self.control.is_pool_full()
    }
}
