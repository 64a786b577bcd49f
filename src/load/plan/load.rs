//! Load of a plan: how much is asked of the service, and when.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::rate::Rate;
use super::stages::Stages;
use crate::load::check::panics;
use crate::units;

/// How much is asked of the service, and when.
#[derive(Debug, Clone)]
pub(crate) enum Load {
    /// Number of users who start as this says and stay.
    Users { users: u32, start: Start },
    /// Users who come and go.
    Stages(Stages),
    /// As many users as a function of time says.
    Shape(Shape),
    /// Iterations that begin at their own rate.
    Rate(Rate),
}

/// When the users start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Start {
    /// Spread evenly over this time: zero means all at once.
    RampUp(Duration),
    /// Number of users that start each second.
    SpawnRate(f64),
}

/// The number of users as a function of the time of the run.
#[derive(Clone)]
pub(crate) struct Shape {
    users: Arc<dyn Fn(Duration) -> Option<u32> + Send + Sync>,
    /// Who says how many there are, for people.
    whose: &'static str,
}

impl Shape {
    pub(crate) fn new(users: impl Fn(Duration) -> Option<u32> + Send + Sync + 'static) -> Self {
        Shape { users: Arc::new(users), whose: "a shape" }
    }

    /// No users but those that come by commands of a master.
    pub(crate) fn of_master() -> Self {
        Shape { users: Arc::new(|_| Some(0)), whose: "the master" }
    }

    /// # Errors
    /// What it said when it panicked.
    pub(crate) fn users(&self, time: Duration) -> Result<Option<u32>, String> {
        panics::catch_nested(|| (self.users)(time))
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shape")
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Load::Users { users, .. } => f.write_str(&units::count((*users).into(), "user")),
            Load::Stages(stages) => write!(f, "users in stages {stages}"),
            Load::Shape(shape) => write!(f, "users as {} wants them", shape.whose),
            Load::Rate(rate) => {
                let users = units::count(rate.max_users.into(), "user");
                write!(f, "{}{}, up to {users}", rate.of, if rate.poisson { " (Poisson)" } else { "" })
            }
        }
    }
}
