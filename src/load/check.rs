//! A check: a named function that a user runs again and again.

use std::fmt;
use std::sync::Arc;

use super::panics;
use super::user::User;
use crate::outcome::{Classify, IntoOutcome, Outcome};

type Function = dyn Fn(&mut User, &Classify) -> Outcome + Send + Sync;

/// A named function that a user runs; each run ends as an [`Outcome`].
#[derive(Clone)]
pub(crate) struct Check {
    pub(crate) name: String,
    /// Judges the errors that leave the function.
    classify: Classify,
    function: Arc<Function>,
}

impl Check {
    pub(crate) fn new<F, O, M>(name: String, function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: IntoOutcome<M>,
    {
        Self::with_outcome(name, move |user, classify| function(user).into_outcome(classify))
    }

    /// Of a function that makes its own outcome, and is told how errors are judged.
    pub(crate) fn with_outcome<F>(name: String, function: F) -> Self
    where
        F: Fn(&mut User, &Classify) -> Outcome + Send + Sync + 'static,
    {
        Check { name, classify: Classify::default(), function: Arc::new(function) }
    }

    /// The same check, with the errors that leave it judged by this.
    pub(crate) fn judged_by(self, classify: &Classify) -> Self {
        Check { classify: classify.clone(), ..self }
    }

    /// Runs it once. A panic is a fail, or an exception when a request before it had got no answer.
    pub(crate) fn run(&self, user: &mut User) -> Outcome {
        match panics::catch(|| (self.function)(user, &self.classify)) {
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
