//! Load over the time of a run: users, ramps, stages, a shape, a rate and commands are profiles of one kind.

pub(crate) mod manual;
pub(crate) mod rate;
pub(crate) mod shape;
pub(crate) mod steps;

use super::run_state::RunState;
use super::user_pool::UserPool;
use crate::moment::Moment;
use crate::sample::Plateau;

/// Users that are wanted over the time of a run. The scheduler asks it again and again until the stop.
pub(crate) trait LoadProfile: Send {
    /// Tells the pool of users what is due until the horizon, some time ahead.
    fn announce(&mut self, turn: &mut Turn<'_>, horizon: Moment);

    /// Follows the profile to the moment of the turn.
    fn advance(&mut self, turn: &mut Turn<'_>);

    /// Moment of the next change that is known.
    fn next_change(&self, run: &RunState) -> Option<Moment>;

    /// Follows another rate of arrivals from now on, if this is one.
    fn steer(&mut self, _: f64, _: &mut Turn<'_>) {}

    /// True when commands may change the number of users.
    fn takes_commands(&self) -> bool {
        true
    }
}

/// One look of the scheduler at its profile.
pub(crate) struct Turn<'a> {
    pub(crate) run: &'a RunState,
    pub(crate) pool: &'a mut UserPool,
    pub(crate) target: &'a mut Target,
    pub(crate) now: Moment,
}

/// Users that are wanted now.
#[derive(Debug, Default)]
pub(crate) struct Target {
    /// Of each class.
    pub(crate) counts: Vec<u32>,
    /// Of all classes, as far as this machine could make them.
    pub(crate) users: u32,
    /// Plateau that the load stays on for a while; `None` while it changes.
    pub(crate) holds: Option<Plateau>,
}
