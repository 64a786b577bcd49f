//! Scheduler of a run: follows the load profile, and has the pool of users make it so.

use std::sync::Arc;
use std::time::Duration;

use super::control::Command;
use super::profile::manual::Manual;
use super::profile::rate::RateProfile;
use super::profile::shape::ShapeProfile;
use super::profile::steps::{AHEAD, Steps};
use super::profile::{LoadProfile, Target, Turn};
use super::run_state::RunState;
use super::user_pool::UserPool;
use crate::load::plan::load::Load;
use crate::moment::Moment;
use crate::units::{FAR_FUTURE, after};

/// Time between two looks at whether all users are up, where a hook wants to know.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

pub(crate) struct Scheduler {
    run: Arc<RunState>,
    pool: UserPool,
    profile: Box<dyn LoadProfile>,
    target: Target,
    /// True until the hooks have been told that all users are up.
    is_spawning: bool,
}

impl Scheduler {
    pub(crate) fn new(run: Arc<RunState>, pool: UserPool) -> Self {
        let profile: Box<dyn LoadProfile> = match &run.plan.load {
            Load::Shape(shape) => Box::new(ShapeProfile::new(shape.clone(), run.first_start())),
            Load::Rate(rate) => Box::new(RateProfile::new(rate, run.plan.part)),
            Load::Users { .. } | Load::Stages(_) => Box::new(Steps::new(run.plan.changes())),
        };
        let target = Target { counts: vec![0; run.classes.classes.len()], ..Target::default() };
        Scheduler { run, pool, profile, target, is_spawning: true }
    }

    /// Announces what is due in the time ahead; the start of a run is announced before any user works.
    pub(crate) fn announce(&mut self) {
        let horizon = Moment::now() + AHEAD;
        self.turn(|profile, turn| profile.announce(turn, horizon));
        self.pool.wake();
    }

    /// Follows the profile until the stop. Returns itself: it keeps alive what the clients of all users share.
    pub(crate) fn follow(mut self) -> Self {
        let (run, stop) = (Arc::clone(&self.run), Arc::clone(&self.run.stop));
        while !stop.is_set() {
            run.control.take_commands().iter().for_each(|command| self.obey(command));
            self.announce();
            self.turn(|profile, turn| profile.advance(turn));
            self.settle();
            let next = self.next_look();
            stop.wait_until(Some(next), || stop.is_set() || run.control.has_news());
        }
        self
    }

    fn turn(&mut self, follow: impl FnOnce(&mut dyn LoadProfile, &mut Turn<'_>)) {
        let Scheduler { run, pool, profile, target, .. } = self;
        follow(profile.as_mut(), &mut Turn { run, pool, target, now: Moment::now() });
    }

    /// Follows a command from now on.
    fn obey(&mut self, command: &Command) {
        match command {
            Command::Rate(per_s) => return self.turn(|profile, turn| profile.steer(*per_s, turn)),
            _ if !self.profile.takes_commands() => return,
            Command::Users(users) => self.target.counts = self.pool.split(*users),
            Command::OfClass(class, users) => self.target.counts[*class] = *users,
        }
        self.profile = Box::new(Manual::new(self.target.counts.clone()));
        self.announce();
    }

    /// Tells the levels what holds, once the warm-up is over, and the hooks that all users are up.
    fn settle(&mut self) {
        self.run.control.wants_now(self.target.users, &self.target.counts);
        let is_measured = Moment::now() >= self.run.measured_from();
        let holds = self.target.holds.filter(|_| is_measured);
        self.run.levels.want(holds, holds.and_then(|what| self.run.asked_while(what)));
        if self.is_spawning && self.target.holds.is_some() && self.run.levels.up() >= self.target.users {
            self.is_spawning = false;
            self.run.user_hooks.spawning_complete.iter().for_each(|hook| {
                self.run.hooks.timed(|| hook(self.target.users));
            });
        }
    }

    /// Moment at which there is something to do next.
    fn next_look(&self) -> Moment {
        let now = Moment::now();
        let measured_from = self.run.measured_from();
        let warm_up = (measured_from > now).then_some(measured_from);
        let is_awaited = self.is_spawning && !self.run.user_hooks.spawning_complete.is_empty();
        let look = is_awaited.then(|| now + LOOK_INTERVAL);
        let next = self.profile.next_change(&self.run);
        [next, warm_up, look].into_iter().flatten().min().unwrap_or_else(|| after(now, FAR_FUTURE))
    }
}
