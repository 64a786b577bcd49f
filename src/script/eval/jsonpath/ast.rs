//! Syntax tree of a path.

use regex::Regex;

use crate::script::eval::value::Value;

/// Segments from the root or from the value that is tested.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) is_absolute: bool,
    pub(super) segments: Vec<Segment>,
}

#[derive(Debug)]
pub(super) struct Segment {
    /// Not only the value's children, but itself and all below it are looked at.
    pub(super) is_deep: bool,
    pub(super) selectors: Vec<Selector>,
}

#[derive(Debug)]
pub(super) enum Selector {
    Name(String),
    /// Counted from the end, if negative.
    Index(i64),
    /// A name in an object, an index in a list.
    Step(String),
    All,
    Slice {
        start: Option<i64>,
        end: Option<i64>,
        step: i64,
    },
    Filter(Test),
}

/// Condition on a value.
#[derive(Debug)]
pub(super) enum Test {
    Compare(Operand, Comparison, Operand),
    Exists(Path),
    Matches { text: Operand, pattern: Pattern, is_whole: bool },
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Side of a comparison.
#[derive(Debug)]
pub(super) enum Operand {
    Literal(Value),
    /// A path that finds one value at most.
    Path(Path),
    Length(Box<Operand>),
    Count(Path),
    /// The one value a path finds.
    Only(Path),
}

#[derive(Debug)]
pub(super) enum Pattern {
    Fixed(Regex),
    Found(Operand),
}
