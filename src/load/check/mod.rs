//! A check: a named function that a user runs again and again.

pub(crate) mod class;
pub(crate) mod hooks;
pub(crate) mod panics;
pub(crate) mod set;
pub(crate) mod user_hooks;

use std::fmt;
use std::sync::Arc;

use super::user::User;
use crate::outcome::{Classify, IntoOutcome, Outcome};

type Function = dyn Fn(&mut User, &Classify) -> Outcome + Send + Sync;

/// A named function that a user runs; each run ends as an [`Outcome`].
#[derive(Clone)]
pub struct Check {
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    /// How often it is chosen where no set says it.
    pub(crate) weight: Option<u32>,
    /// By its nature it makes requests of perfloop's.
    pub(crate) asks: bool,
    /// Judges the errors that leave the function.
    classify: Classify,
    function: Arc<Function>,
}

impl Check {
    /// A check of this name. What the function returns decides how a run of it ends; see [`IntoOutcome`].
    pub fn new<F, O, M>(name: &str, function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: IntoOutcome<M>,
    {
        Self::with_outcome(name, move |user, classify| function(user).into_outcome(classify))
    }

    /// Of a function that makes its own outcome, and is told how errors are judged.
    pub(crate) fn with_outcome<F>(name: &str, function: F) -> Self
    where
        F: Fn(&mut User, &Classify) -> Outcome + Send + Sync + 'static,
    {
        let name = name.to_owned();
        let classify = Classify::default();
        Check { name, tags: Vec::new(), weight: None, asks: false, classify, function: Arc::new(function) }
    }

    /// The check, known to make requests of perfloop: a run of it that sent nothing counts for none.
    pub(crate) fn asking(self) -> Self {
        Check { asks: true, ..self }
    }

    /// The check, with the errors that leave it judged by this.
    pub(crate) fn judged_by(self, classify: &Classify) -> Self {
        Check { classify: classify.clone(), ..self }
    }

    /// A check that is named after its function.
    pub(crate) fn of<F, O, M>(function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: IntoOutcome<M>,
    {
        let path = std::any::type_name::<F>();
        // A closure is named after the function it stands in.
        let path = path.trim_end_matches("::{{closure}}");
        Check::new(path.rsplit("::").next().unwrap_or(path), function)
    }

    /// Words by which `tags` and `exclude-tags` choose it. Default: none.
    #[must_use]
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = tags.into_iter().map(Into::into).collect();
        self
    }

    /// How often it is chosen, against the weights of the others that are given to a test without a class; then one
    /// of them is run in each iteration, and those without a weight have 1. Default: all are run, in order.
    #[must_use]
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = Some(weight);
        self
    }

    /// Runs it once. A panic is a fail, or an exception when a request before it had got no answer, or it
    /// shows the error of a client that got none.
    pub(crate) fn run(&self, user: &mut User) -> Outcome {
        match panics::catch(|| (self.function)(user, &self.classify)) {
            Ok(outcome) => outcome,
            Err(message) => user.outcome_of_panic(message),
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("name", &self.name).field("tags", &self.tags).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout(_: &mut User) {}

    #[test]
    fn a_check_is_named_after_its_function() {
        assert_eq!(Check::of(checkout).name, "checkout");
        assert_eq!(Check::of(|_: &mut User| ()).name, "a_check_is_named_after_its_function");
    }
}
