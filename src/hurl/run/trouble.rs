//! What goes wrong when an entry is run, and what it makes of its check.

use perfloop_hurl::{Position, Source, Span};

use crate::hurl::eval::{Fault, FaultKind};
use crate::hurl::result::FileError;
use crate::ids::RequestId;
use crate::outcome::{Outcome, Reason, RequestError};
use crate::printable::foreign;
use crate::redact::Redactor;

/// Longer messages are cut: one line is for people.
const MAX_MESSAGE: usize = 300;

/// What went wrong with an entry.
#[derive(Debug)]
pub(super) enum Trouble {
    /// An expectation does not hold, or something has no value.
    Fault(Fault, Option<RequestId>),
    /// There is no answer to the request whose URL stands here.
    Lost(RequestError, Span),
}

impl Trouble {
    /// It for people, with its place in the file and the line of the request, which begins there.
    pub(super) fn told(&self, source: &Source, request: Position) -> FileError {
        match self {
            Trouble::Fault(fault, _) => FileError {
                is_assert: fault.kind == FaultKind::Assert,
                message: in_one_line(source, fault),
                rendered: fault.render(source, request),
            },
            Trouble::Lost(error, span) => FileError {
                is_assert: false,
                message: place(source, source.position(span.start)) + &error.message,
                rendered: Fault::runtime(*span, "HTTP connection", error.message.clone()).render(source, request),
            },
        }
    }

    /// What it makes of the check. A file that cannot be carried out, such as one without the value of a variable, is a
    /// fail; a request without an answer is an exception.
    pub(super) fn outcome(&self, source: &Source, first: &FileError, all: &[FileError]) -> Outcome {
        let detail: Vec<&str> = all.iter().map(|error| error.rendered.as_str()).collect();
        // The check has the name of its file already.
        let of_line = first.message.strip_prefix(source.name()).and_then(|rest| rest.strip_prefix(':'));
        let message = of_line.map_or_else(|| first.message.clone(), |rest| format!("line {rest}"));
        let detail = Some(detail.join("\n"));
        match self {
            Trouble::Fault(Fault { kind: FaultKind::Unseen, .. }, request) => {
                Outcome::Exception(Reason { message, detail, request: *request })
            }
            Trouble::Fault(_, request) => Outcome::Fail(Reason { message, detail, request: *request }),
            Trouble::Lost(error, _) => Outcome::Exception(Reason { message, detail, request: Some(error.request) }),
        }
    }
}

impl FileError {
    /// The same with nothing in it that is not to be shown, or that a terminal would obey, and the message no longer than
    /// people read: cut before, a secret would be known no more by what is left of it.
    pub(super) fn without(mut self, redactor: &Redactor) -> Self {
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
fn in_one_line(source: &Source, fault: &Fault) -> String {
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
        let fault = Fault::assert(Span::new(53, 57), "assert failed", "actual:   integer <2>\nexpected: integer <1>");
        let told = Trouble::Fault(fault, None).told(&source(), Position { line: 1, column: 1 });
        assert_eq!(told.message, "a.hurl:4: jsonpath \"$.id\" == 1: wanted integer <1>, got integer <2>");
        assert!(told.is_assert && told.rendered.contains("^^^^"), "{told:?}");
    }

    #[test]
    fn a_long_message_is_cut() {
        let fault = Fault::runtime(Span::new(0, 3), "t", "x".repeat(1000));
        let told = Trouble::Fault(fault, None).told(&source(), Position { line: 1, column: 1 });
        assert!(!told.is_assert);
        let told = told.without(&Redactor::default());
        assert_eq!(told.message.chars().count(), MAX_MESSAGE);
    }
}
