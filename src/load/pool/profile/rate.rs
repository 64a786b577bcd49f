//! Profile of a rate: users for arrivals, as many as it takes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{LoadProfile, Turn};
use crate::load::plan::rate::Rate;
use crate::load::plan::stages::Line;
use crate::load::pool::run_state::RunState;
use crate::moment::Moment;
use crate::part::Part;
use crate::sample::Plateau;
use crate::units::after;

/// Straight parts of the rate, and the most users that it may take.
pub(crate) struct RateProfile {
    lines: Vec<Line>,
    /// Number of parts that have begun.
    reached: usize,
    /// Of this part.
    max_users: u32,
    part: Part,
}

impl RateProfile {
    pub(crate) fn new(rate: &Rate, part: Part) -> Self {
        RateProfile { lines: rate.of.lines(), reached: 0, max_users: part.share_of_users(rate.max_users), part }
    }

    fn add_users(&self, turn: &mut Turn<'_>, users: u32, at: Moment) {
        let wanted = turn.target.users.saturating_add(users).min(self.max_users);
        turn.target.counts = turn.pool.split(self.part.whole_of_users(wanted));
        turn.target.users = turn.pool.want(&turn.target.counts, at, Duration::ZERO);
        turn.pool.wake();
        // Where no more can be made, this is all there may be.
        if wanted == self.max_users || turn.target.users < wanted {
            turn.run.control.pool_is_full();
        }
    }
}

impl LoadProfile for RateProfile {
    fn announce(&mut self, turn: &mut Turn<'_>, _: Moment) {
        if turn.target.users == 0 {
            self.add_users(turn, turn.run.plan.first_pool(), turn.run.first_start());
            // Others come only where one of these has no time: without any of them the run is over.
            turn.run.driving.store(false, Ordering::SeqCst);
        }
    }

    fn advance(&mut self, turn: &mut Turn<'_>) {
        while let Some(line) = self.lines.get(self.reached)
            && after(turn.run.first_start(), line.start) <= turn.now
        {
            self.reached += 1;
            turn.target.holds = line.is_flat().then_some(Plateau::Rate(line.to / f64::from(self.part.of())));
        }
        if turn.run.control.are_helpers_wanted() {
            // Until they are made, the run does not end for want of users.
            turn.run.driving.store(true, Ordering::SeqCst);
            turn.run.control.take_helpers_wanted();
            self.add_users(turn, 1 + turn.target.users / 4, Moment::now());
            turn.run.driving.store(false, Ordering::SeqCst);
        }
    }

    fn next_change(&self, run: &RunState) -> Option<Moment> {
        self.lines.get(self.reached).map(|line| after(run.first_start(), line.start))
    }

    fn steer(&mut self, per_s: f64, turn: &mut Turn<'_>) {
        let Some(arrivals) = turn.run.arrivals.get() else { return };
        arrivals.steer(per_s, turn.now);
        turn.pool.call();
        self.lines = arrivals.lines();
        self.reached = self.lines.len();
        turn.target.holds = (per_s > 0.0).then_some(Plateau::Rate(per_s / f64::from(self.part.of())));
    }

    fn takes_commands(&self) -> bool {
        false
    }
}
