//! JSON with placeholders.

use crate::ast::{Json, JsonMember, Template};

use super::compared::boolean;
use super::escape;
use super::input::{
    Input, Parsed, accept, broken, expect, found, here, maybe, offset, other, peek, rest, since, skip, take,
};
use super::template::{self, Builder, is_forbidden};

/// Deepest nesting of lists and objects, as in hurl.
const MAX_DEPTH: usize = 128;

/// A value. Something else if it does not begin like one.
pub(super) fn json(input: &mut Input<'_>) -> Parsed<Json> {
    value(input, 0)
}

/// An object. Something else if it does not begin with a brace.
pub(super) fn object(input: &mut Input<'_>) -> Parsed<Json> {
    if peek(input) == Some('{') { members(input, 0) } else { other("JSON", "expected '{'", here(input)) }
}

fn value(input: &mut Input<'_>, depth: usize) -> Parsed<Json> {
    if accept(input, "null") {
        return Ok(Json::Null);
    }
    if let Some(bool) = boolean(input) {
        return Ok(Json::Bool(bool));
    }
    match peek(input) {
        Some('"') => string(input).map(Json::String),
        Some('-' | '0'..='9') => number(input),
        Some('{') if rest(input).starts_with("{{") => template::placeholder(input).map(Json::Place),
        Some('[') => list(input, depth),
        Some('{') => members(input, depth),
        _ => other("JSON", "expected a JSON value", here(input)),
    }
}

/// A value that has to be there.
fn inner(input: &mut Input<'_>, depth: usize) -> Parsed<Json> {
    if let Some(value) = maybe(input, |input| value(input, depth))? {
        return Ok(value);
    }
    let expected = match peek(input) {
        Some(',' | '}' | ']') | None => "a value",
        _ => "a text, number, true, false, null, list, object or {{variable}}",
    };
    broken("JSON", format!("expected {expected}{}", found(input)), here(input))
}

fn space(input: &mut Input<'_>) -> String {
    take(input, |c| matches!(c, ' ' | '\t' | '\n' | '\r')).to_owned()
}

/// Opens a list or an object, unless it lies too deep.
fn open(input: &mut Input<'_>, bracket: &'static str, depth: usize) -> Parsed<String> {
    if depth >= MAX_DEPTH {
        let message = format!("lists and objects lie in one another more than {MAX_DEPTH} deep");
        return broken("JSON", message, here(input));
    }
    expect(input, bracket, "JSON")?;
    Ok(space(input))
}

/// After an element: whether there is another.
fn comma(input: &mut Input<'_>, closing: char) -> Parsed<bool> {
    let start = here(input);
    if !accept(input, ",") {
        return Ok(false);
    }
    if rest(input).trim_start_matches([' ', '\t', '\n', '\r']).starts_with(closing) {
        return broken("JSON", format!("no comma may stand before '{closing}'"), start);
    }
    Ok(true)
}

fn close(input: &mut Input<'_>, closing: &'static str) -> Parsed<()> {
    if accept(input, closing) {
        return Ok(());
    }
    broken("JSON", format!("expected ',' or '{closing}'{}", found(input)), here(input))
}

fn list(input: &mut Input<'_>, depth: usize) -> Parsed<Json> {
    let open = open(input, "[", depth)?;
    if accept(input, "]") {
        return Ok(Json::List { open, elements: Vec::new() });
    }
    let mut elements = Vec::new();
    let mut before = open;
    loop {
        let element = inner(input, depth + 1)?;
        elements.push((before, element, space(input)));
        if !comma(input, ']')? {
            close(input, "]")?;
            return Ok(Json::List { open: String::new(), elements });
        }
        before = space(input);
    }
}

fn members(input: &mut Input<'_>, depth: usize) -> Parsed<Json> {
    let open = open(input, "{", depth)?;
    if accept(input, "}") {
        return Ok(Json::Object { open, members: Vec::new() });
    }
    let mut members = Vec::new();
    let mut before = open;
    loop {
        members.push(member(input, before, depth + 1)?);
        if !comma(input, '}')? {
            close(input, "}")?;
            return Ok(Json::Object { open: String::new(), members });
        }
        before = space(input);
    }
}

fn member(input: &mut Input<'_>, before: String, depth: usize) -> Parsed<JsonMember> {
    if peek(input) != Some('"') {
        return broken("JSON", format!("expected a name in double quotes{}", found(input)), here(input));
    }
    let name = string(input)?;
    let before_colon = space(input);
    expect(input, ":", "JSON")?;
    let colon = here(input);
    let after_colon = space(input);
    if matches!(peek(input), Some('}') | None) {
        return broken("JSON", format!("expected a value{}", found(input)), colon);
    }
    let value = inner(input, depth)?;
    Ok(JsonMember { before, name, before_colon, after_colon, value, after: space(input) })
}

/// `"text"`
fn string(input: &mut Input<'_>) -> Parsed<Template> {
    expect(input, "\"", "JSON")?;
    let mut builder = Builder::new(input);
    loop {
        let at = offset(input);
        match peek(input) {
            Some('\\') => {
                let written = rest(input);
                escaped(input)?;
                // It is sent as it was written.
                for (after, c) in written[..offset(input) - at].char_indices() {
                    builder.push(c, at + after, c.len_utf8())?;
                }
            }
            Some(c) if c != '"' && !is_forbidden(c) => {
                skip(input, c.len_utf8());
                builder.push(c, at, c.len_utf8())?;
            }
            Some('"') => break,
            _ => {
                let message =
                    format!("expected the closing '\"'{}; a line break is written \\n, a tab \\t", found(input));
                return broken("JSON", message, here(input));
            }
        }
    }
    let end = offset(input);
    skip(input, 1);
    builder.finish(end)
}

fn escaped(input: &mut Input<'_>) -> Parsed<char> {
    let start = offset(input);
    skip(input, 1);
    let Some(c) = peek(input) else {
        return broken("JSON", "expected an escaped character, but the file ends", since(start, input));
    };
    if accept(input, "u") {
        return unicode(input, start);
    }
    let c = match c {
        '"' | '\\' | '/' => c,
        c => match escape::control(c) {
            Some(special) => special,
            None => {
                let expected = "expected \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\uXXXX";
                return broken("JSON", format!("{expected}{}", found(input)), since(start, input).to(here(input)));
            }
        },
    };
    skip(input, 1);
    Ok(c)
}

/// `0041`, or a pair of surrogates: `D83D\uDE00`.
fn unicode(input: &mut Input<'_>, start: usize) -> Parsed<char> {
    let mut units = vec![unit(input)?];
    if char::from_u32(units[0].into()).is_none() {
        expect(input, "\\u", "JSON")?;
        units.push(unit(input)?);
    }
    match char::decode_utf16(units).next() {
        Some(Ok(c)) => Ok(c),
        _ => broken("JSON", "these surrogates make no character", since(start, input)),
    }
}

fn unit(input: &mut Input<'_>) -> Parsed<u16> {
    let digits = rest(input).get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
        Some(unit) => {
            skip(input, 4);
            Ok(unit)
        }
        None => broken("JSON", "expected four hexadecimal digits", here(input)),
    }
}

/// A number, kept as it was written.
fn number(input: &mut Input<'_>) -> Parsed<Json> {
    let text = rest(input);
    let start = offset(input);
    accept(input, "-");
    let digits = |input: &mut Input<'_>| take(input, |c| c.is_ascii_digit()).len();
    if !accept(input, "0") && digits(input) == 0 {
        return other("JSON", "expected a number", here(input));
    }
    if accept(input, ".") && digits(input) == 0 {
        return broken("JSON", format!("expected a digit after the point{}", found(input)), here(input));
    }
    if accept(input, "e") || accept(input, "E") {
        let _ = accept(input, "-") || accept(input, "+");
        digits(input);
    }
    Ok(Json::Number(text[..offset(input) - start].to_owned()))
}
