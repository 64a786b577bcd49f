//! Sections: `[Options]`, `[Asserts]` and the like, and what stands in them.

use winnow::error::ErrMode;

use crate::ast::{Assert, Capture, Field, FilePart, Part, Template};
use crate::source::Span;

use super::input::{
    Input, Parsed, accept, blank_lines, broken, expect, here, line_end, maybe, offset, other, peek, since, some_spaces,
    spaces, take,
};
use super::{filter, name, predicate, query, template, word};

/// Section names of requests, those in pairs with two names.
const OF_REQUESTS: [&str; 9] = [
    "Query",
    "QueryStringParams",
    "Form",
    "FormParams",
    "Multipart",
    "MultipartFormData",
    "Cookies",
    "BasicAuth",
    "Options",
];
const OF_RESPONSES: [&str; 2] = ["Captures", "Asserts"];

/// The side of an entry where a section may stand.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Side {
    Request,
    Response,
}

/// The names of the sections there were.
pub(super) type Seen = Vec<&'static str>;

/// `[Name]` and the end of its line. Something else if it is no word in brackets.
pub(super) fn header(input: &mut Input<'_>, side: Side, seen: &mut Seen) -> Parsed<&'static str> {
    blank_lines(input);
    let start = offset(input);
    if !accept(input, "[") {
        return other("section", "expected '['", here(input));
    }
    let name = take(input, char::is_alphanumeric);
    let span = since(start + 1, input);
    if name.is_empty() || !accept(input, "]") {
        return other("section", "expected the name of a section in brackets", here(input));
    }
    let whole = since(start, input);
    line_end(input, "section")?;
    let known = known(name, side, span)?;
    if seen.contains(&known) {
        return broken("section", format!("there is a section [{known}] before this one"), whole);
    }
    seen.push(known);
    Ok(known)
}

fn known(name: &str, side: Side, span: Span) -> Parsed<&'static str> {
    let (here, there, place) = match side {
        Side::Request => (&OF_REQUESTS[..], &OF_RESPONSES[..], "after the line HTTP"),
        Side::Response => (&OF_RESPONSES[..], &OF_REQUESTS[..], "before the line HTTP"),
    };
    if let Some(known) = here.iter().find(|known| **known == name) {
        return Ok(known);
    }
    if there.contains(&name) {
        return broken("section", format!("[{name}] has to stand {place}"), span);
    }
    let all: Vec<&str> = here.iter().chain(there).copied().collect();
    broken("section", word::not_known_of(name, here, &all), span)
}

/// `name: value` and the end of the line. Something else if there is no name with a colon.
pub(super) fn field(input: &mut Input<'_>) -> Parsed<Field> {
    blank_lines(input);
    let name = name::key(input)?;
    let value = template::unquoted(input)?;
    line_end(input, "value")?;
    Ok(Field { name, value })
}

/// A part of a multipart form.
pub(super) fn part(input: &mut Input<'_>) -> Parsed<Part> {
    blank_lines(input);
    let name = name::key(input)?;
    let part = if accept(input, "file,") {
        spaces(input);
        let file = name::file(input)?;
        spaces(input);
        expect(input, ";", "file")?;
        Part::File(FilePart { name, file, content_type: content_type(input)? })
    } else {
        Part::Text(Field { name, value: template::unquoted(input)? })
    };
    line_end(input, "value")?;
    Ok(part)
}

/// The content type: the text before the end of the line.
fn content_type(input: &mut Input<'_>) -> Parsed<Option<Template>> {
    spaces(input);
    if peek(input).is_none_or(|c| matches!(c, '#' | '\n' | '\r')) {
        return Ok(None);
    }
    template::unquoted(input).map(Some)
}

/// `id: jsonpath "$.id"`
pub(super) fn capture(input: &mut Input<'_>) -> Parsed<Capture> {
    blank_lines(input);
    let start = offset(input);
    let name = name::key(input)?;
    let query = query::query(input)?;
    let filters = filter::filters(input)?;
    let is_redacted = maybe(input, redact)?.is_some();
    let span = since(start, input);
    spaces(input);
    if peek(input).is_some_and(char::is_alphanumeric) {
        let known: Vec<&str> = filter::names().chain(["redact"]).collect();
        return Err(ErrMode::Cut(word::unknown(input, "filter", &known)));
    }
    line_end(input, "capture")?;
    Ok(Capture { name, query, filters, is_redacted, span })
}

fn redact(input: &mut Input<'_>) -> Parsed<()> {
    spaces(input);
    if accept(input, "redact") { Ok(()) } else { other("capture", "expected redact", here(input)) }
}

/// `jsonpath "$.id" == 1`
pub(super) fn assert(input: &mut Input<'_>) -> Parsed<Assert> {
    blank_lines(input);
    let start = offset(input);
    let query = query::query(input)?;
    let filters = filter::filters(input)?;
    some_spaces(input, "assert")?;
    let predicate = predicate::predicate(input)?;
    let span = since(start, input);
    line_end(input, "assert")?;
    Ok(Assert { query, filters, predicate, span })
}
