//! A check: a named function that a user runs again and again.

use std::fmt;

use super::panics;
use super::user::User;
use crate::outcome::Outcome;

/// A named function that a user runs; each run ends as an [`Outcome`].
pub struct Check {
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    function: Box<dyn Fn(&mut User) -> Outcome + Send + Sync>,
}

impl Check {
    /// A check of this name. What the function returns decides how a run of it ends; see
    /// [`LoadTest::check`](crate::LoadTest::check).
    pub fn new<F, O>(name: &str, function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: Into<Outcome>,
    {
        Check { name: name.to_owned(), tags: Vec::new(), function: Box::new(move |user| function(user).into()) }
    }

    /// A check that is named after its function.
    pub(crate) fn of<F, O>(function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: Into<Outcome>,
    {
        let path = std::any::type_name::<F>();
        // A closure is named after the function it stands in.
        let path = path.trim_end_matches("::{{closure}}");
        Check::new(path.rsplit("::").next().unwrap_or(path), function)
    }

    /// Words by which `--tags` and `--exclude-tags` choose it. Default: none.
    #[must_use]
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = tags.into_iter().map(Into::into).collect();
        self
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
