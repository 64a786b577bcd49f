//! Profile of a shape: as many users as the author's function of time says, asked at intervals.

use std::time::Duration;

use super::{LoadProfile, Turn};
use crate::end::EndReason;
use crate::load::plan::load::Shape;
use crate::load::pool::run_state::RunState;
use crate::moment::Moment;
use crate::sample::Plateau;

/// Time between two questions.
const INTERVAL: Duration = Duration::from_millis(100);

/// Function of time, and the number of users that it gave last.
pub(crate) struct ShapeProfile {
    shape: Shape,
    next: Moment,
    last: Option<u32>,
}

impl ShapeProfile {
    pub(crate) fn new(shape: Shape, first_start: Moment) -> Self {
        ShapeProfile { shape, next: first_start, last: None }
    }
}

impl LoadProfile for ShapeProfile {
    fn announce(&mut self, _: &mut Turn<'_>, _: Moment) {}

    fn advance(&mut self, turn: &mut Turn<'_>) {
        if self.next > turn.now {
            return;
        }
        self.next += INTERVAL;
        let users = match self.shape.users(turn.now.saturating_duration_since(turn.run.first_start())) {
            Ok(Some(users)) => users,
            Ok(None) => return turn.run.stop.set(EndReason::TimeUp),
            // Without the function there is no number of users, and no end of the run.
            Err(message) => {
                turn.run.hooks.broke(message);
                return turn.run.stop.set(EndReason::Stopped);
            }
        };
        let is_same = self.last.replace(users) == Some(users);
        if !is_same {
            turn.target.counts = turn.pool.split(users);
            turn.target.users = turn.pool.want(&turn.target.counts, turn.now, Duration::ZERO);
            turn.pool.wake();
        }
        // A number that was given twice is a plateau.
        turn.target.holds = is_same.then_some(Plateau::Users(turn.target.users));
    }

    fn next_change(&self, _: &RunState) -> Option<Moment> {
        Some(self.next)
    }
}
