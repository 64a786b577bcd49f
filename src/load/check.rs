//! A check: a named function that a user runs again and again.

use std::fmt;

use super::panics;
use super::user::User;
use crate::outcome::Outcome;

/// A named function that a user runs; each run ends as an [`Outcome`].
pub(crate) struct Check {
    pub(crate) name: String,
    function: Box<dyn Fn(&mut User) -> Outcome + Send + Sync>,
}

impl Check {
    pub(crate) fn new<F, O>(name: String, function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: Into<Outcome>,
    {
        Check { name, function: Box::new(move |user| function(user).into()) }
    }

    /// Runs it once. A panic is a fail, or an exception when a request before it had got no answer.
    pub(crate) fn run(&self, user: &mut User) -> Outcome {
        match panics::catch(|| (self.function)(user)) {
            Ok(outcome) => outcome,
            Err(message) => user.outcome_of_panic(message),
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("name", &self.name).finish_non_exhaustive()
    }
}
