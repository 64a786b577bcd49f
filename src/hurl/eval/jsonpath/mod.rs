//! Paths into JSON: those of RFC 9535, and the freer ones people wrote before it (`$.a-b`, `$.[0]`).

mod ast;
mod budget;
mod find;
mod parse;

use super::value::Value;
use ast::Path;
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

    /// It leads to one place at most.
    pub(super) fn is_definite(&self) -> bool {
        self.path.is_definite()
    }

    /// Where a definite path leads.
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
