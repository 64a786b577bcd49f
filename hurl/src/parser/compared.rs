//! The value on the right of a predicate.

use crate::ast::{Compared, Spanned};

use super::input::{Input, Parsed, accept, broken, found, harden, here, offset, peek, rest, since};
use super::{bytes, multiline, number, regex, template};

/// One of the many kinds. The first characters tell which.
pub(super) fn compared(input: &mut Input<'_>) -> Parsed<Spanned<Compared>> {
    let start = offset(input);
    let value = harden(value(input))?;
    Ok(Spanned { value, span: since(start, input) })
}

fn value(input: &mut Input<'_>) -> Parsed<Compared> {
    if accept(input, "null") {
        return Ok(Compared::Null);
    }
    if let Some(bool) = boolean(input) {
        return Ok(Compared::Bool(bool));
    }
    let text = rest(input);
    match peek(input) {
        Some('-' | '0'..='9') => number::number(input).map(Compared::Number),
        Some('"') => template::quoted(input, "predicate value").map(Compared::Text),
        Some('/') => regex::literal(input).map(|pattern| Compared::Regex(pattern.value)),
        Some('`') if text.starts_with("```") => multiline::multiline(input).map(Compared::Multiline),
        Some('`') => template::backticked(input).map(Compared::Text),
        Some('{') if text.starts_with("{{") => template::placeholder(input).map(Compared::Place),
        Some('f') if text.starts_with("file") => bytes::file(input).map(Compared::File),
        Some('h') if text.starts_with("hex") => bytes::hex(input).map(Compared::Hex),
        Some('b') if text.starts_with("base64") => bytes::base64(input).map(Compared::Base64),
        _ => {
            let expected = "expected a number, \"text\", true, false, null, /pattern/, {{variable}} or other value";
            broken("predicate value", format!("{expected}{}", found(input)), here(input))
        }
    }
}

/// `true`, `false`
pub(super) fn boolean(input: &mut Input<'_>) -> Option<bool> {
    if accept(input, "true") {
        return Some(true);
    }
    accept(input, "false").then_some(false)
}
