//! Sentences on answers that are not as expected: what was wanted, and what came.

use std::fmt::Display;

use crate::printable::foreign;

/// Characters of a value or a body that are shown.
const SHOWN: usize = 200;

/// Sentence on a status; `why` is told where it is known.
pub(crate) fn status(wanted: &impl Display, got: u16, why: Option<&str>) -> String {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    format!("wanted status {wanted}, got status {got}{why}")
}

/// Sentence on a value at a path in JSON, where another value is, or none.
pub(crate) fn json(path: &str, wanted: &impl Display, got: Option<&dyn Display>) -> String {
    let wanted = shown(wanted);
    match got {
        Some(got) => format!("wanted {path} = {wanted}, got {}", shown(&got)),
        None => format!("wanted {path} = {wanted}, got a body without {path}"),
    }
}

/// Sentence on a path in JSON where nothing is.
pub(crate) fn no_json_at(path: &str) -> String {
    format!("wanted a body with {path}, got one without")
}

/// Sentence on a body that cannot be read as `wanted`, such as JSON.
pub(crate) fn unreadable(wanted: &str, why: &impl Display) -> String {
    format!("wanted {wanted}, got a body that is not: {why}")
}

/// Sentence on a body without a text.
pub(crate) fn contains(wanted: &str) -> String {
    format!("wanted a body that contains '{}', got one without", cut(wanted))
}

/// Sentence on a header whose values, if there are any, do not contain a text.
pub(crate) fn header<T: AsRef<str>>(name: &str, wanted: &str, got: impl Iterator<Item = T>) -> String {
    let wanted = cut(wanted);
    let got: Vec<String> = got.map(|got| format!("'{}'", cut(got.as_ref()))).collect();
    match &got[..] {
        [] => format!("wanted header {name} with '{wanted}', got none of that name"),
        got => format!("wanted header {name} with '{wanted}', got {}", got.join(" and ")),
    }
}

/// Sentence on what cannot be told of a body of which only the first bytes are kept.
pub(crate) fn unseen(what: &str, kept: usize, length: u64) -> String {
    format!("cannot {what}: only the first {kept} of its {length} bytes are kept; raise max-body")
}

/// Part of a sentence on a body that is not kept whole, where it was to be or to hold this.
pub(crate) fn tell_whether(wanted: &str) -> String {
    format!("tell whether the body is or holds {wanted}")
}

/// Detail below a sentence: how the body begins. `None` for an empty body.
pub(crate) fn detail(body: &[u8]) -> Option<String> {
    (!body.is_empty()).then(|| format!("body: {}", beginning(body)))
}

/// A value, or its beginning.
pub(crate) fn shown(value: &impl Display) -> String {
    cut(&value.to_string())
}

/// Beginning of a body, as text on one line.
pub(crate) fn beginning(body: &[u8]) -> String {
    /// UTF-8 takes no more for a character.
    const LONGEST: usize = 4;
    cut(&String::from_utf8_lossy(&body[..body.len().min((SHOWN + 1) * LONGEST)]))
}

/// The beginning of a text, on one line.
pub(crate) fn cut(text: &str) -> String {
    let line: String = text.chars().take(SHOWN).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let line = foreign(&line);
    if text.chars().nth(SHOWN).is_some() { format!("{line}…") } else { line.into_owned() }
}
