//! Profile of a command: a number of users that holds until the next command.

use std::sync::atomic::Ordering;

use super::{LoadProfile, Turn};
use crate::load::pool::run_state::RunState;
use crate::moment::Moment;
use crate::sample::Plateau;

/// Users of each class.
pub(crate) struct Manual {
    counts: Vec<u32>,
    is_announced: bool,
}

impl Manual {
    pub(crate) fn new(counts: Vec<u32>) -> Self {
        Manual { counts, is_announced: false }
    }
}

impl LoadProfile for Manual {
    fn announce(&mut self, turn: &mut Turn<'_>, _: Moment) {
        if std::mem::replace(&mut self.is_announced, true) {
            return;
        }
        turn.target.counts.clone_from(&self.counts);
        turn.target.users = turn.pool.want(&self.counts, turn.now, turn.run.plan.spacing());
        turn.pool.wake();
        turn.target.holds = Some(Plateau::Users(turn.target.users));
        // A run that is commanded ends by a command.
        turn.run.driving.store(true, Ordering::SeqCst);
    }

    fn advance(&mut self, _: &mut Turn<'_>) {}

    fn next_change(&self, _: &RunState) -> Option<Moment> {
        None
    }
}
