//! The scheduler: wants so many users at each time of the run, as the plan or somebody's hand says, and has the pool
//! see to it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::control::{Command, Shared};
use super::user_pool::UserPool;
use crate::end::EndReason;
use crate::load::plan::Load;
use crate::load::plan::stages::{Change, Line};
use crate::sample::Plateau;
use crate::units::after;

/// How long before its time a change is told to those it is about.
const AHEAD: Duration = Duration::from_millis(200);
/// How often a shape is asked.
const SHAPE_INTERVAL: Duration = Duration::from_millis(100);
/// Longer than any run.
pub(crate) const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);
/// How often the scheduler looks whether all users are up, when somebody wants to know.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

pub(crate) struct Scheduler {
    shared: Arc<Shared>,
    pool: UserPool,
    course: Course,
    /// Users of each class, where somebody's hand has changed them.
    counts: Vec<u32>,
    /// What holds now, if it is to stay so for a while.
    holds: Option<Plateau>,
    /// Users that are wanted now.
    wanted: u32,
    /// Nobody has been told yet that all users are up.
    is_spawning: bool,
}

/// What is still to come.
enum Course {
    /// Changes known beforehand: how many have been told, and how many have come.
    Changes { changes: Vec<Change>, told: usize, come: usize },
    /// Whatever the shape says.
    Shape { next: Instant, last: Option<u32> },
    /// Users for arrivals, as they are needed; and the rate over time.
    Pool { lines: Vec<Line>, come: usize },
    /// Somebody's hand.
    Hand,
}

impl Scheduler {
    pub(crate) fn new(shared: Arc<Shared>, pool: UserPool) -> Self {
        let course = match &shared.plan.load {
            Load::Shape(_) => Course::Shape { next: shared.first_start(), last: None },
            Load::Rate(rate) => Course::Pool { lines: rate.of.lines(), come: 0 },
            _ => Course::Changes { changes: shared.plan.changes(), told: 0, come: 0 },
        };
        let classes = shared.classes.classes.len();
        Scheduler { shared, pool, course, counts: vec![0; classes], holds: None, wanted: 0, is_spawning: true }
    }

    /// Tells what is due in the time ahead; the start of a run is told before any user works.
    pub(crate) fn tell(&mut self) {
        let horizon = Instant::now() + AHEAD;
        match &mut self.course {
            Course::Changes { changes, told, .. } => {
                while let Some(change) = changes.get(*told)
                    && after(self.shared.first_start(), change.at) <= horizon
                {
                    *told += 1;
                    // Of many changes at one time only the last counts.
                    if changes.get(*told).is_none_or(|next| next.at != change.at) {
                        self.counts = self.pool.split(change.users);
                        let at = after(self.shared.first_start(), change.at);
                        self.pool.want(&self.counts, at, Duration::ZERO);
                    }
                }
                let is_done = *told == changes.len() && self.shared.plan.ends_with_its_users();
                if is_done && self.shared.driving.swap(false, Ordering::SeqCst) {
                    self.shared.stop.notify();
                }
            }
            Course::Pool { .. } if self.wanted == 0 => {
                self.add_to_pool(self.shared.plan.first_pool(), self.shared.first_start());
                // Others come only where one of these has no time: without any of them the run is over.
                self.shared.driving.store(false, Ordering::SeqCst);
            }
            _ => {}
        }
        self.pool.wake();
    }

    /// Drives until the stop. Returns itself: it keeps up what all users' clients share.
    pub(crate) fn drive(mut self) -> Self {
        let (shared, stop) = (Arc::clone(&self.shared), Arc::clone(&self.shared.stop));
        while !stop.is_set() {
            shared.control.take_commands().iter().for_each(|command| self.follow(command));
            self.tell();
            self.come();
            if shared.control.are_helpers_wanted() {
                // Until they are made, the run does not end for want of users.
                shared.driving.store(true, Ordering::SeqCst);
                shared.control.take_helpers_wanted();
                let more = 1 + self.wanted / 4;
                self.add_to_pool(more, Instant::now());
                shared.driving.store(false, Ordering::SeqCst);
            }
            self.settle();
            let next = self.next_look();
            stop.wait_until(Some(next), || stop.is_set() || shared.control.has_news());
        }
        self
    }

    /// What has come by now.
    fn come(&mut self) {
        let (now, first_start) = (Instant::now(), self.shared.first_start());
        match &mut self.course {
            Course::Changes { changes, come, .. } => {
                while let Some(change) = changes.get(*come)
                    && after(first_start, change.at) <= now
                {
                    *come += 1;
                    // Classes whose numbers are fixed may have no place for all.
                    self.wanted = self.pool.split(change.users).iter().sum();
                    self.holds = change.holds.then_some(Plateau::Users(self.wanted));
                }
            }
            Course::Shape { next, last } if *next <= now => {
                *next += SHAPE_INTERVAL;
                let Load::Shape(shape) = &self.shared.plan.load else { return };
                let users = match shape.users(now.saturating_duration_since(first_start)) {
                    Ok(Some(users)) => users,
                    Ok(None) => return self.shared.stop.set(EndReason::TimeUp),
                    // Nobody else knows how many are wanted, or when the run is over.
                    Err(message) => {
                        self.shared.hooks.broke(message);
                        return self.shared.stop.set(EndReason::Stopped);
                    }
                };
                let is_same = last.replace(users) == Some(users);
                if !is_same {
                    self.counts = self.pool.split(users);
                    self.wanted = self.pool.want(&self.counts, now, Duration::ZERO);
                    self.pool.wake();
                }
                // It holds when it has said the same twice.
                self.holds = is_same.then_some(Plateau::Users(self.wanted));
            }
            Course::Pool { lines, come } => {
                while let Some(line) = lines.get(*come)
                    && after(first_start, line.start) <= now
                {
                    *come += 1;
                    self.holds = line.is_flat().then_some(Plateau::Rate(line.to));
                }
            }
            _ => {}
        }
    }

    /// Does what somebody wants, from now on.
    fn follow(&mut self, command: &Command) {
        if let Load::Rate(_) = self.shared.plan.load {
            return;
        }
        match command {
            Command::Users(users) => self.counts = self.pool.split(*users),
            Command::OfClass(class, users) => self.counts[*class] = *users,
        }
        self.course = Course::Hand;
        self.wanted = self.pool.want(&self.counts, Instant::now(), self.shared.plan.spacing());
        self.pool.wake();
        self.holds = Some(Plateau::Users(self.wanted));
        // Whoever steers a run ends it.
        self.shared.driving.store(true, Ordering::SeqCst);
    }

    fn add_to_pool(&mut self, users: u32, at: Instant) {
        let Load::Rate(rate) = &self.shared.plan.load else { return };
        let all = rate.max_users;
        let wanted = self.wanted.saturating_add(users).min(all);
        self.counts = self.pool.split(wanted);
        self.wanted = self.pool.want(&self.counts, at, Duration::ZERO);
        self.pool.wake();
        // Where no more can be made, this is all there may be.
        if wanted == all || self.wanted < wanted {
            self.shared.control.pool_is_full();
        }
    }

    /// Lets the levels know what holds, once the warm-up is over, and the author that all users are up.
    fn settle(&mut self) {
        let is_measured = Instant::now() >= self.shared.measured_from();
        let holds = self.holds.filter(|_| is_measured);
        self.shared.levels.want(holds, holds.and_then(|what| self.shared.asked_while(what)));
        if self.is_spawning && self.holds.is_some() && self.shared.levels.up() >= self.wanted {
            self.is_spawning = false;
            let hooks = &self.shared.hooks;
            hooks.spawning_complete.iter().for_each(|hook| {
                hooks.timed(|| hook(self.wanted));
            });
        }
    }

    /// When there is something to do next.
    fn next_look(&self) -> Instant {
        let now = Instant::now();
        let moment = |span| after(self.shared.first_start(), span);
        let next = match &self.course {
            Course::Changes { changes, told, come } => {
                let tell = changes.get(*told).and_then(|change| moment(change.at).checked_sub(AHEAD));
                let come = changes.get(*come).map(|change| moment(change.at));
                tell.into_iter().chain(come).min()
            }
            Course::Shape { next, .. } => Some(*next),
            Course::Pool { lines, come } => lines.get(*come).map(|line| moment(line.start)),
            Course::Hand => None,
        };
        let measured_from = self.shared.measured_from();
        let warm_up = (measured_from > now).then_some(measured_from);
        let somebody_waits = self.is_spawning && !self.shared.hooks.spawning_complete.is_empty();
        let look = somebody_waits.then(|| now + LOOK_INTERVAL);
        [next, warm_up, look].into_iter().flatten().min().unwrap_or_else(|| after(now, CENTURY))
    }
}
