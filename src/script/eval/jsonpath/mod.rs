//! Paths into JSON: those of RFC 9535, and the freer ones people wrote before it (`$.a-b`, `$.[0]`).

mod ast;
mod budget;
mod find;
mod parse;

use super::value::Value;
use ast::{Path, Segment, Selector};
use budget::Budget;
pub(super) use budget::TooMuch;

/// A compiled path.
#[derive(Debug)]
pub(super) struct JsonPath {
    path: Path,
}

impl JsonPath {
    /// None, if it is no path in any dialect.
    pub(super) fn parse(text: &str) -> Option<Self> {
        parse::parse(text).map(|path| JsonPath { path })
    }

    /// Path of names and indices in either form: joined by dots, with indices in brackets too (`items[0].id`), or a JSON
    /// pointer (`/items/0/id`). A step that is a number leads to a member of that name, or to an element.
    pub(super) fn of_steps(text: &str) -> Self {
        let step = |step: String| Segment { is_deep: false, selectors: vec![Selector::Step(step)] };
        let steps: Vec<String> = match text.strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect(),
            None => {
                let text = text.strip_prefix('$').filter(|rest| rest.is_empty()).unwrap_or(text);
                let steps = text.trim_start_matches("$.").split(['.', '[']).map(|step| step.trim_end_matches(']'));
                steps.filter(|step| !step.is_empty()).map(str::to_owned).collect()
            }
        };
        JsonPath { path: Path { is_absolute: true, segments: steps.into_iter().map(step).collect() } }
    }

    /// True for a path that leads to one place at most.
    pub(super) fn is_definite(&self) -> bool {
        self.path.is_definite()
    }

    /// Value that a definite path leads to.
    pub(super) fn find_one<'v>(&self, root: &'v Value) -> Option<&'v Value> {
        self.path.walk(root)
    }

    /// All it finds, in order.
    ///
    /// # Errors
    /// When to find it, or to copy it, takes more than a path may.
    pub(super) fn find<'v>(&self, root: &'v Value) -> Result<Vec<&'v Value>, TooMuch> {
        let budget = Budget::default();
        let found = self.path.find(root, root, &budget);
        found.iter().for_each(|value| budget.spend_on_copy(value));
        budget.allows(found)
    }
}

#[cfg(test)]
mod tests;
