//! The mistake that makes a text no Hurl file.

use std::error::Error;
use std::fmt;

use crate::source::{Source, Span};

/// A mistake in a Hurl file: its place, and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The part of a file that was being read: `method`, `predicate`.
    pub reading: &'static str,
    /// The mistake and its remedy, in one line.
    pub message: String,
    /// The place of the mistake.
    pub span: Span,
}

impl ParseError {
    /// The error with its place and its line:
    ///
    /// ```text
    /// login.hurl:3:17: error in predicate
    ///   3 | jsonpath "$.id" equal 1
    ///     |                 ^^^^^ 'equal' is not known; did you mean '=='?
    /// ```
    pub fn render(&self, source: &Source) -> String {
        let start = source.position(self.span.start);
        let number = start.line.to_string();
        let shown = source.excerpt(self.span);
        let margin = " ".repeat(number.len());
        let (gap, carets) = (" ".repeat(shown.columns), "^".repeat(shown.carets));
        let head = format!("{}:{start}: error in {}", source.name(), self.reading);
        format!("{head}\n  {number} | {}\n  {margin} | {gap}{carets} {}", shown.line, self.message)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error in {}: {}", self.reading, self.message)
    }
}

impl Error for ParseError {}
