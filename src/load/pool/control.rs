//! Control of a run while it goes on: how many users are wanted, and whether more are needed.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// Commands of people and programs, and what the pool of users needs.
#[derive(Debug, Default)]
pub(crate) struct Control {
    commands: Mutex<Vec<Command>>,
    /// No user was free when the last one took an arrival.
    helpers_wanted: AtomicBool,
    /// There are as many users as there may be.
    pool_full: AtomicBool,
    /// A command has been given.
    was_used: AtomicBool,
    /// The names of the classes, once the run has begun.
    classes: OnceLock<Vec<String>>,
    wanted: Mutex<WantedUsers>,
}

/// Users that a run wants at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WantedUsers {
    pub(crate) users: u32,
    /// Those of each class, by its name.
    pub(crate) of_classes: Vec<(String, u32)>,
}

/// Load that is wanted, whatever the plan says: users, or arrivals.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    /// Of all classes together.
    Users(u32),
    /// Of one class, by its number; the others stay as they are.
    OfClass(usize, u32),
    /// Arrivals per second.
    Rate(f64),
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
            let mut commands = self.commands.lock();
            commands.retain(|command| matches!(command, Command::Rate(_)));
            commands.push(Command::Users(users));
            return true;
        };
        let known = self.classes.get().and_then(|classes| classes.iter().position(|name| name == class));
        let Some(class) = known else { return false };
        let mut commands = self.commands.lock();
        commands.retain(|command| !matches!(command, Command::OfClass(of, _) if *of == class));
        commands.push(Command::OfClass(class, users));
        true
    }

    /// From now on so many arrivals are wanted each second.
    pub(crate) fn want_rate(&self, per_s: f64) {
        let mut commands = self.commands.lock();
        commands.retain(|command| !matches!(command, Command::Rate(_)));
        commands.push(Command::Rate(per_s));
    }

    /// In the order in which they are to be followed.
    pub(crate) fn take_commands(&self) -> Vec<Command> {
        std::mem::take(&mut self.commands.lock())
    }

    /// So many users of each class are wanted now.
    pub(crate) fn wants_now(&self, users: u32, counts: &[u32]) {
        let names = self.classes.get().map_or(&[][..], Vec::as_slice);
        let of_classes = names.iter().cloned().zip(counts.iter().copied()).collect();
        *self.wanted.lock() = WantedUsers { users, of_classes };
    }

    pub(crate) fn wanted(&self) -> WantedUsers {
        self.wanted.lock().clone()
    }

    /// The plan alone does not say how many users were wanted.
    pub(crate) fn was_used(&self) -> bool {
        self.was_used.load(Ordering::SeqCst)
    }

    pub(crate) fn want_helpers(&self) {
        self.helpers_wanted.store(true, Ordering::SeqCst);
    }

    pub(crate) fn take_helpers_wanted(&self) {
        self.helpers_wanted.store(false, Ordering::SeqCst);
    }

    pub(crate) fn are_helpers_wanted(&self) -> bool {
        self.helpers_wanted.load(Ordering::SeqCst)
    }

    pub(crate) fn is_pool_full(&self) -> bool {
        self.pool_full.load(Ordering::SeqCst)
    }

    pub(crate) fn pool_is_full(&self) {
        self.pool_full.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_news(&self) -> bool {
        self.helpers_wanted.load(Ordering::SeqCst) || !self.commands.lock().is_empty()
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
