//! What all threads of a run share.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use parking_lot::Mutex;

use super::arrivals::Arrivals;
use super::levels::Levels;
use super::request_budget::RequestBudget;
use super::stop::Stop;
use super::user_pool::Handles;
use crate::load::check::class::Classes;
use crate::load::check::hooks::Hooks;
use crate::load::http::HttpSettings;
use crate::load::plan::Plan;

pub(crate) struct Shared {
    pub(crate) plan: Plan,
    pub(crate) settings: Arc<HttpSettings>,
    pub(crate) classes: Classes,
    pub(crate) hooks: Arc<Hooks>,
    pub(crate) stop: Arc<Stop>,
    pub(crate) levels: Arc<Levels>,
    pub(crate) control: Arc<Control>,
    /// Requests that may still be begun, if they are counted.
    pub(crate) budget: Option<RequestBudget>,
    /// Iterations that come by themselves, if they do.
    pub(crate) arrivals: OnceLock<Arrivals>,
    /// When the first user is to start; set when all threads are made.
    pub(crate) first_start: OnceLock<Instant>,
    /// Threads of users that have not ended.
    pub(crate) running: AtomicU32,
    /// The scheduler may still tell users to begin.
    pub(crate) driving: AtomicBool,
    /// The start of some user has passed.
    pub(crate) has_worked: AtomicBool,
    pub(crate) handles: Mutex<Handles>,
}

/// Wishes of people and programs while a run goes on.
#[derive(Debug, Default)]
pub(crate) struct Control {
    commands: Mutex<Vec<Command>>,
    /// No user was free when the last one took an arrival.
    helpers_wanted: AtomicBool,
    /// There are as many users as there may be.
    pool_full: AtomicBool,
    /// Somebody has had a command.
    was_used: AtomicBool,
    /// The names of the classes, once the run has begun.
    classes: OnceLock<Vec<String>>,
}

/// How many users are wanted, whatever the plan said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Of all classes together.
    Users(u32),
    /// Of one class, by its number; the others stay as they are.
    OfClass(usize, u32),
}

impl Control {
    pub(crate) fn of(classes: Vec<String>) -> Self {
        let control = Control::default();
        control.classes.get_or_init(|| classes);
        control
    }

    /// From now on so many users are wanted, in all or of one class. False if there is no such class.
    pub(crate) fn want(&self, class: Option<&str>, users: u32) -> bool {
        self.was_used.store(true, Ordering::SeqCst);
        let Some(class) = class else {
            *self.commands.lock() = vec![Command::Users(users)];
            return true;
        };
        let known = self.classes.get().and_then(|classes| classes.iter().position(|name| name == class));
        let Some(class) = known else { return false };
        let mut commands = self.commands.lock();
        commands.retain(|command| !matches!(command, Command::OfClass(of, _) if *of == class));
        commands.push(Command::OfClass(class, users));
        true
    }

    /// In the order in which they are to be followed.
    pub(crate) fn take_commands(&self) -> Vec<Command> {
        std::mem::take(&mut self.commands.lock())
    }

    /// The plan alone does not say how many users were wanted.
    pub(crate) fn was_used(&self) -> bool {
        self.was_used.load(Ordering::SeqCst)
    }

    pub(crate) fn take_helpers_wanted(&self) {
        self.helpers_wanted.store(false, Ordering::SeqCst);
    }

    pub(crate) fn are_helpers_wanted(&self) -> bool {
        self.helpers_wanted.load(Ordering::SeqCst)
    }

    pub(crate) fn pool_is_full(&self) {
        self.pool_full.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_news(&self) -> bool {
        self.helpers_wanted.load(Ordering::SeqCst) || !self.commands.lock().is_empty()
    }
}

impl Shared {
    pub(crate) fn all_ended(&self) -> bool {
        // After the stop nobody begins, whoever still drives.
        let nobody_comes = || !self.driving.load(Ordering::SeqCst) && !self.control.are_helpers_wanted();
        self.running.load(Ordering::SeqCst) == 0 && (self.stop.is_set() || nobody_comes())
    }

    pub(crate) fn first_start(&self) -> Instant {
        *self.first_start.get_or_init(Instant::now)
    }

    /// The end of the warm-up.
    pub(crate) fn measured_from(&self) -> Instant {
        crate::units::after(self.first_start(), self.plan.warmup)
    }

    /// When the timer stops the run, if it does. What is due then, or later, does not belong to the run.
    pub(crate) fn planned_end(&self) -> Option<Instant> {
        self.plan.time_limit().map(|limit| crate::units::after(self.measured_from(), limit))
    }

    /// Asks for more users to take arrivals.
    pub(crate) fn want_helpers(&self) {
        if !self.is_pool_full() {
            self.control.helpers_wanted.store(true, Ordering::SeqCst);
            self.stop.notify();
        }
    }

    pub(crate) fn is_pool_full(&self) -> bool {
        self.control.pool_full.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_for_one_class_leaves_the_one_before_it_for_all() {
        let control = Control::of(vec!["a".into(), "b".into()]);
        control.want(Some("a"), 9);
        control.want(None, 5);
        assert!(control.want(Some("b"), 1) && control.want(Some("b"), 2) && !control.want(Some("c"), 3));
        assert!(control.has_news());
        assert_eq!(control.take_commands(), [Command::Users(5), Command::OfClass(1, 2)]);
        assert!(!control.has_news());
    }
}
