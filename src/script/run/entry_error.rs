//! Errors of a run of an entry, and the outcomes that they make of its check.

use perfloop_hurl::{Position, Source, Span};

use crate::ids::RequestId;
use crate::outcome::{Outcome, Reason, RequestError};
use crate::printable::foreign;
use crate::redact::Redactor;
use crate::script::eval::{EvalError, EvalErrorKind};
use crate::script::result::FileError;

/// Longer messages are cut: one line is for people.
const MAX_MESSAGE: usize = 300;

/// Error of a run of an entry.
#[derive(Debug)]
pub(crate) enum EntryError {
    /// An expectation does not hold, or something has no value.
    EvalError(EvalError, Option<RequestId>),
    /// There is no answer to the request whose URL stands here.
    Lost(RequestError, Span),
}

impl EntryError {
    /// The error for people, with its place in the file and the line of the request, which begins there.
    pub(crate) fn told(&self, source: &Source, request: Position) -> FileError {
        match self {
            EntryError::EvalError(fault, _) => FileError {
                is_assert: fault.kind == EvalErrorKind::Assert,
                message: in_one_line(source, fault),
                rendered: fault.render(source, request),
            },
            EntryError::Lost(error, span) => FileError {
                is_assert: false,
                message: place(source, source.position(span.start)) + &error.message,
                rendered: EvalError::runtime(*span, "HTTP connection", error.message.clone()).render(source, request),
            },
        }
    }

    /// Outcome of the check. A file that cannot be carried out, such as one without the value of a variable, is a fail;
    /// a request without an answer is an exception.
    pub(crate) fn outcome(&self, source: &Source, first: &FileError, all: &[FileError]) -> Outcome {
        let detail: Vec<&str> = all.iter().map(|error| error.rendered.as_str()).collect();
        // The check has the name of its file already.
        let of_line = first.message.strip_prefix(source.name()).and_then(|rest| rest.strip_prefix(':'));
        let message = of_line.map_or_else(|| first.message.clone(), |rest| format!("line {rest}"));
        let detail = Some(detail.join("\n"));
        match self {
            EntryError::EvalError(EvalError { kind: EvalErrorKind::Unseen, .. }, request) => {
                Outcome::Exception(Reason { message, detail, request: *request })
            }
            EntryError::EvalError(_, request) => Outcome::Fail(Reason { message, detail, request: *request }),
            EntryError::Lost(error, _) => Outcome::Exception(Reason { message, detail, request: Some(error.request) }),
        }
    }
}

impl EntryError {
    /// Outcome of the check of a URL target, whose message is the sentence.
    pub(crate) fn outcome_of_url(&self) -> Outcome {
        match self {
            EntryError::EvalError(fault, request) => {
                let EvalError { kind, message, detail, .. } = fault.clone();
                let is_unseen = kind == EvalErrorKind::Unseen;
                let reason = Reason { message, detail: detail.filter(|_| !is_unseen), request: *request };
                if is_unseen { Outcome::Exception(reason) } else { Outcome::Fail(reason) }
            }
            EntryError::Lost(error, _) => {
                let (message, request) = (error.message.clone(), Some(error.request));
                Outcome::Exception(Reason { message, detail: None, request })
            }
        }
    }
}

impl FileError {
    /// The error without secrets and without characters that a terminal would obey, its message no longer than people
    /// read. It is cut after hiding: before, a secret would be known no more by what is left of it.
    pub(crate) fn without(mut self, redactor: &Redactor) -> Self {
        for text in [&mut self.message, &mut self.rendered] {
            *text = foreign(&redactor.text(text)).into_owned();
        }
        if self.message.chars().count() > MAX_MESSAGE {
            self.message = self.message.chars().take(MAX_MESSAGE - 1).chain(['\u{2026}']).collect();
        }
        self
    }
}

/// `login.hurl:12: `
fn place(source: &Source, position: Position) -> String {
    format!("{}:{}: ", source.name(), position.line)
}

/// `login.hurl:12: jsonpath "$.id" == 1: wanted integer <1>, got integer <2>`
fn in_one_line(source: &Source, fault: &EvalError) -> String {
    let (position, message) = (fault.place(source), &fault.message);
    let written = source.line(position.line).trim();
    let part = |name: &str| {
        message.lines().find_map(|line| line.trim().strip_prefix(name)).map(|rest| rest.trim_start_matches(':').trim())
    };
    let said = match (part("expected"), part("actual")) {
        (Some(wanted), Some(got)) => format!("wanted {wanted}, got {got}"),
        _ => format!("{}: {}", fault.title, message.lines().map(str::trim).collect::<Vec<_>>().join(", ")),
    };
    format!("{}{written}: {said}", place(source, position))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        Source::new("a.hurl", "GET http://a.test\nHTTP 200\n[Asserts]\njsonpath \"$.id\" == 1\n")
    }

    #[test]
    fn a_failed_assert_is_one_line_with_wanted_and_got() {
        let fault =
            EvalError::assert(Span::new(53, 57), "assert failed", "actual:   integer <2>\nexpected: integer <1>");
        let told = EntryError::EvalError(fault, None).told(&source(), Position { line: 1, column: 1 });
        assert_eq!(told.message, "a.hurl:4: jsonpath \"$.id\" == 1: wanted integer <1>, got integer <2>");
        assert!(told.is_assert && told.rendered.contains("^^^^"), "{told:?}");
    }

    #[test]
    fn a_long_message_is_cut() {
        let fault = EvalError::runtime(Span::new(0, 3), "t", "x".repeat(1000));
        let told = EntryError::EvalError(fault, None).told(&source(), Position { line: 1, column: 1 });
        assert!(!told.is_assert);
        let told = told.without(&Redactor::default());
        assert_eq!(told.message.chars().count(), MAX_MESSAGE);
    }
}
