//! Errors of an evaluation: what is wrong with an answer or a file, and where in the file.

use perfloop_hurl::{Position, Source, Span};

/// Bytes of the longest message.
const MAX_MESSAGE: usize = 64 * 1024;

/// Kind of an error of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EvalErrorKind {
    /// The answer is not what was expected.
    Assert,
    /// Something cannot be evaluated at all: a variable is missing, a capture has no value.
    Runtime,
    /// The part of the answer that decides was not kept: it cannot be told whether the answer is as expected.
    Unseen,
}

/// Error of an evaluation, and its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EvalError {
    pub(crate) kind: EvalErrorKind,
    /// The query, filter, predicate or template at fault.
    pub(crate) span: Span,
    /// Lines from the beginning of the place to the line at fault.
    lines_on: usize,
    /// Title of a few words: `assert failed`.
    pub(crate) title: String,
    /// Wanted and got. It may have several lines.
    pub(crate) message: String,
    /// Detail below the message of a URL target, which has no place: how the body begins.
    pub(crate) detail: Option<String>,
}

impl EvalError {
    pub(crate) fn assert(span: Span, title: impl Into<String>, message: impl Into<String>) -> Self {
        EvalError {
            kind: EvalErrorKind::Assert,
            span,
            lines_on: 0,
            title: title.into(),
            message: cut(message.into()),
            detail: None,
        }
    }

    pub(crate) fn runtime(span: Span, title: impl Into<String>, message: impl Into<String>) -> Self {
        EvalError {
            kind: EvalErrorKind::Runtime,
            span,
            lines_on: 0,
            title: title.into(),
            message: cut(message.into()),
            detail: None,
        }
    }

    /// The error with another kind.
    pub(crate) fn of_kind(self, kind: EvalErrorKind) -> Self {
        EvalError { kind, ..self }
    }

    /// The fault as one of an expectation: whatever goes wrong there is the answer's failure, if it can be told at all.
    pub(crate) fn of_assert(self) -> Self {
        let kind = if self.kind == EvalErrorKind::Unseen { EvalErrorKind::Unseen } else { EvalErrorKind::Assert };
        EvalError { kind, ..self }
    }

    /// The error, so many lines further on.
    pub(crate) fn lines_on(self, lines_on: usize) -> Self {
        EvalError { lines_on, ..self }
    }

    /// Position of the error in its file.
    pub(crate) fn place(&self, source: &Source) -> Position {
        let start = source.position(self.span.start);
        if self.lines_on == 0 { start } else { Position { line: start.line + self.lines_on, column: 1 } }
    }

    /// The fault with its place, the line of its request, and its own line:
    ///
    /// ```text
    /// login.hurl:5:17: assert failed
    ///     | GET {{host}}/login
    ///     | ...
    ///   5 | jsonpath "$.id" == 1
    ///     |                 ^^^^
    ///     | actual:   integer <2>
    ///     | expected: integer <1>
    /// ```
    pub(crate) fn render(&self, source: &Source, request: Position) -> String {
        let start = self.place(source);
        let line = source.line(start.line);
        let number = start.line.to_string();
        let margin = " ".repeat(number.len());
        // Tabs would move the carets away from what they point at.
        let shown = line.replace('\t', " ");
        let on_line = line.chars().count().saturating_sub(start.column - 1);
        let rest = source.slice(self.span).split('\n').nth(self.lines_on).unwrap_or_default();
        let width = rest.trim_end().chars().count().clamp(1, on_line.max(1));
        let before = " ".repeat(start.column - 1);
        let mut text = format!("{}:{start}: {}\n", source.name(), self.title);
        if request.line < start.line {
            text.push_str(&format!("  {margin} | {}\n", source.line(request.line).trim().replace('\t', " ")));
        }
        if request.line + 1 < start.line {
            text.push_str(&format!("  {margin} | ...\n"));
        }
        text.push_str(&format!("  {number} | {shown}\n  {margin} | {before}{}", "^".repeat(width)));
        if self.message.contains('\n') {
            for line in self.message.lines() {
                text.push_str(&format!("\n  {margin} | {line}"));
            }
        } else {
            text.push_str(&format!(" {}", self.message));
        }
        text
    }
}

/// A message without what is too long to be looked at, such as a whole body.
fn cut(mut message: String) -> String {
    if message.len() > MAX_MESSAGE {
        let end = message.floor_char_boundary(MAX_MESSAGE);
        let left_out = message.len() - end;
        message.truncate(end);
        message.push_str(&format!("… ({left_out} bytes more)"));
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_its_place_its_line_and_what_it_points_at() {
        let source = Source::new("a.hurl", "GET http://x\nHTTP 200\n");
        let fault = EvalError::assert(Span::new(18, 21), "status code", "actual value is <404>");
        assert_eq!(
            fault.render(&source, Position { line: 1, column: 1 }),
            "a.hurl:2:6: status code\n    | GET http://x\n  2 | HTTP 200\n    |      ^^^ actual value is <404>"
        );
    }

    #[test]
    fn a_message_of_several_lines_stands_below_its_line() {
        let source = Source::new("a.hurl", "GET http://x\nHTTP 200\n[Asserts]\n\tstatus == 201\n");
        let fault =
            EvalError::assert(Span::new(40, 46), "assert failed", "actual:   integer <200>\nexpected: integer <201>");
        assert_eq!(
            fault.render(&source, Position { line: 1, column: 1 }),
            "a.hurl:4:9: assert failed\n    | GET http://x\n    | ...\n  4 |  status == 201\n    |         ^^^^^^\n    | actual:   integer <200>\n    \
             | expected: integer <201>"
        );
    }

    #[test]
    fn a_fault_may_be_lines_below_where_its_place_begins() {
        let source = Source::new("a.hurl", "GET http://x\nHTTP 200\n```\na\nbc\n```\n");
        let fault = EvalError::assert(Span::new(22, 33), "body", "m").lines_on(2);
        assert_eq!(
            fault.render(&source, Position { line: 1, column: 1 }),
            "a.hurl:5:1: body\n    | GET http://x\n    | ...\n  5 | bc\n    | ^^ m"
        );
    }

    #[test]
    fn a_place_past_the_end_is_shown_without_a_panic() {
        let source = Source::new("a.hurl", "");
        assert!(
            EvalError::runtime(Span::new(7, 9), "t", "m")
                .render(&source, Position { line: 1, column: 1 })
                .starts_with("a.hurl:1:1: t")
        );
    }
}
