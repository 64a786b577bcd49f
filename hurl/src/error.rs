//! Why a text is no Hurl file.

use std::error::Error;
use std::fmt;

use crate::source::{Source, Span};

/// Where a text is no Hurl file, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What was being read: `method`, `predicate`.
    pub reading: &'static str,
    /// What is wrong, and what would be right.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl ParseError {
    /// The error with its place and its line:
    ///
    /// ```text
    /// login.hurl:3:18: the predicate is not known
    ///   3 | jsonpath "$.id" equal 1
    ///     |                 ^^^^^ expected ==, !=, >, ... did you mean '=='?
    /// ```
    pub fn render(&self, _source: &Source) -> String {
        unimplemented!()
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reading {}: {}", self.reading, self.message)
    }
}

impl Error for ParseError {}
