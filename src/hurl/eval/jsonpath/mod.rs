//! Paths into JSON: those of RFC 9535, and the freer ones people wrote before it (`$.a-b`, `$.[0]`).

mod budget;
mod find;
mod parse;

use budget::Budget;
pub(super) use budget::TooMuch;
use regex::Regex;

use super::value::Value;

/// A compiled path.
#[derive(Debug)]
pub(super) struct JsonPath {
    path: Path,
}

/// Segments from the root or from the value that is tested.
#[derive(Debug)]
struct Path {
    is_absolute: bool,
    segments: Vec<Segment>,
}

#[derive(Debug)]
struct Segment {
    /// Not only the value's children, but itself and all below it are looked at.
    is_deep: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug)]
enum Selector {
    Name(String),
    /// Counted from the end, if negative.
    Index(i64),
    All,
    Slice {
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    },
    Filter(Test),
}

/// What holds of a value, or not.
#[derive(Debug)]
enum Test {
    Compare(Operand, Comparison, Operand),
    Exists(Path),
    Matches { text: Operand, pattern: Pattern, is_whole: bool },
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What is compared.
#[derive(Debug)]
enum Operand {
    Literal(Value),
    /// A path that finds one value at most.
    Path(Path),
    Length(Box<Operand>),
    Count(Path),
    /// The one value a path finds.
    Only(Path),
}

#[derive(Debug)]
enum Pattern {
    Fixed(Regex),
    Found(Operand),
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
