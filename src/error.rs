//! Errors: why perfloop itself cannot go on. How one check ended is not an error but an [`Outcome`](crate::Outcome): data,
//! counted, and never the end of a run.

use std::fmt;

/// Marks around the name of a field in a message: `‹users›`. Each face writes fields in its own way.
const OPEN: char = '‹';
const CLOSE: char = '›';

/// Reason why a run could not be started, carried out or written down.
///
/// Its text is one line that names what is wrong and where, and says what to write instead. Fields of a plan or of a run
/// are told by their names: `users: 0 users make no load; give 1 or more`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// Kind of an [`Error`]: who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is wrong: a field, a plan, a file that cannot be read or written. Found before any traffic.
    Usage,
    /// The input is right but the run could not be carried out, or its results not be written.
    Run,
}

impl Error {
    /// An error of the input; `message` names the field, as `‹users›`, and the remedy.
    pub fn usage(message: impl Into<String>) -> Self {
        Error { kind: ErrorKind::Usage, message: message.into() }
    }

    /// An error of the run; `message` says what happened and what to try.
    pub fn run(message: impl Into<String>) -> Self {
        Error { kind: ErrorKind::Run, message: message.into() }
    }

    /// Kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Name of the field that is wrong, such as `spawn-rate`; `None` when the error is not about one.
    pub fn field(&self) -> Option<&str> {
        let rest = self.message.strip_prefix(OPEN)?;
        rest.split_once(CLOSE).map(|(field, _)| field)
    }

    /// All fields that the text mentions, each once.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let mut fields = Vec::new();
        for (_, field) in pieces(&self.message) {
            if let Some(field) = field.filter(|field| !fields.contains(field)) {
                fields.push(field);
            }
        }
        fields
    }

    /// The error with a text behind it, in which fields are marked as in the message.
    pub(crate) fn with(&self, text: &str) -> Error {
        Error { kind: self.kind, message: format!("{}{text}", self.message) }
    }

    /// Text with the fields as a face calls them: `--users`, *Number of users*.
    pub fn text(&self, name: impl Fn(&str) -> String) -> String {
        let piece = |(text, field): (&str, Option<&str>)| format!("{text}{}", field.map(&name).unwrap_or_default());
        pieces(&self.message).map(piece).collect()
    }
}

/// Parts of a message: a text, and the field that follows it.
fn pieces(message: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(message);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let found = text.split_once(OPEN).and_then(|(before, after)| Some((before, after.split_once(CLOSE)?)));
        match found {
            Some((before, (field, after))) if is_name(field) => {
                rest = Some(after);
                Some((before, Some(field)))
            }
            _ => Some((text, None)),
        }
    })
}

fn is_name(field: &str) -> bool {
    !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(str::to_owned))
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_face_names_the_fields_in_its_own_way() {
        let error = Error::usage("‹spawn-rate›: too slow; give a longer ‹time›, or another ‹spawn-rate›");
        assert_eq!(error.to_string(), "spawn-rate: too slow; give a longer time, or another spawn-rate");
        assert_eq!(error.field(), Some("spawn-rate"));
        assert_eq!(error.fields(), ["spawn-rate", "time"]);
        let flags = error.text(|field| format!("--{field}"));
        assert_eq!(flags, "--spawn-rate: too slow; give a longer --time, or another --spawn-rate");
    }

    #[test]
    fn marks_around_anything_else_are_text() {
        for text in ["‹", "a ‹b", "‹›", "‹Not a field›", "a › b ‹"] {
            let error = Error::run(text);
            assert_eq!((error.to_string().as_str(), error.fields().len()), (text, 0));
        }
    }
}
