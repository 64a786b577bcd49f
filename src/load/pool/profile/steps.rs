//! Profile of users, ramps and stages: changes of the number of users that are all known beforehand.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{LoadProfile, Turn};
use crate::load::plan::stages::Change;
use crate::load::pool::run_state::RunState;
use crate::moment::Moment;
use crate::sample::Plateau;
use crate::units::after;

/// Time by which a change is announced before it is due.
pub(crate) const AHEAD: Duration = Duration::from_millis(200);

/// Changes in the order of their times.
pub(crate) struct Steps {
    changes: Vec<Change>,
    /// Number of changes that the pool has been told of.
    announced: usize,
    /// Number of changes whose time has come.
    reached: usize,
}

impl Steps {
    pub(crate) fn new(changes: Vec<Change>) -> Self {
        Steps { changes, announced: 0, reached: 0 }
    }
}

impl LoadProfile for Steps {
    fn announce(&mut self, turn: &mut Turn<'_>, horizon: Moment) {
        let first_start = turn.run.first_start();
        while let Some(change) = self.changes.get(self.announced)
            && after(first_start, change.at) <= horizon
        {
            self.announced += 1;
            // Of many changes at one time only the last counts.
            if self.changes.get(self.announced).is_none_or(|next| next.at != change.at) {
                turn.target.counts = turn.pool.split(change.users);
                turn.pool.want(&turn.target.counts, after(first_start, change.at), Duration::ZERO);
            }
        }
        let is_done = self.announced == self.changes.len() && turn.run.plan.ends_with_its_users();
        if is_done && turn.run.driving.swap(false, Ordering::SeqCst) {
            turn.run.stop.notify();
        }
    }

    fn advance(&mut self, turn: &mut Turn<'_>) {
        let first_start = turn.run.first_start();
        while let Some(change) = self.changes.get(self.reached)
            && after(first_start, change.at) <= turn.now
        {
            self.reached += 1;
            // Classes whose numbers are fixed may have no place for all.
            turn.target.users = turn.pool.split(change.users).iter().sum();
            turn.target.holds = change.holds.then_some(Plateau::Users(turn.target.users));
        }
    }

    fn next_change(&self, run: &RunState) -> Option<Moment> {
        let moment = |change: &Change| after(run.first_start(), change.at);
        let to_announce = self.changes.get(self.announced).and_then(|change| moment(change).checked_sub(AHEAD));
        let to_reach = self.changes.get(self.reached).map(moment);
        to_announce.into_iter().chain(to_reach).min()
    }
}
