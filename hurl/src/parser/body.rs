//! Bodies, of requests and of answers.

use crate::ast::{Body, BodyKind};

use super::input::{Input, Parsed, blank_lines, here, line_end, offset, other, peek, rest, since};
use super::{bytes, json, multiline, template, xml};

/// A body and the end of its last line. Something else if it does not begin like one.
pub(super) fn body(input: &mut Input<'_>) -> Parsed<Body> {
    blank_lines(input);
    let start = offset(input);
    let kind = kind(input)?;
    let span = since(start, input);
    line_end(input, "body")?;
    Ok(Body { kind, span })
}

fn kind(input: &mut Input<'_>) -> Parsed<BodyKind> {
    let text = rest(input);
    match peek(input) {
        Some('`') if text.starts_with("```") => multiline::multiline(input).map(BodyKind::Multiline),
        Some('`') => template::backticked(input).map(BodyKind::Oneline),
        Some('<') => xml::xml(input).map(BodyKind::Xml),
        Some('b') if text.starts_with("base64") => bytes::base64(input).map(BodyKind::Base64),
        Some('h') if text.starts_with("hex") => bytes::hex(input).map(BodyKind::Hex),
        Some('f') if text.starts_with("file") => bytes::file(input).map(BodyKind::File),
        Some(_) => json::json(input).map(BodyKind::Json),
        None => other("body", "expected a body", here(input)),
    }
}
