//! Characters after a backslash. Each kind of text has its own.

use super::input::{Input, Parsed, accept, broken, expect, found, here, offset, peek, rest, since, skip};

/// An escape in quoted and unquoted texts, and between backticks.
pub(super) fn text(input: &mut Input<'_>) -> Parsed<char> {
    escaped(input, "#\"`\\/", "\\#, \\\", \\`, \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u{..}")
}

/// An escape in a name before a colon.
pub(super) fn key(input: &mut Input<'_>) -> Parsed<char> {
    escaped(input, "#:\\/", "\\#, \\:, \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\u{..}")
}

/// An escape in the name of a file.
pub(super) fn file_name(input: &mut Input<'_>) -> Parsed<char> {
    escaped(input, "\\#; {}", "\\\\, \\#, \\;, '\\ ', \\{, \\}, \\b, \\f, \\n, \\r, \\t or \\u{..}")
}

/// An escape in the name of a certificate's file, which a colon parts from its password.
pub(super) fn certificate(input: &mut Input<'_>) -> Parsed<char> {
    escaped(input, "\\#; {}:", "\\\\, \\#, \\;, '\\ ', \\{, \\}, \\:, \\b, \\f, \\n, \\r, \\t or \\u{..}")
}

/// A backslash, and one of the characters that stand for themselves or what all kinds of text have in common.
fn escaped(input: &mut Input<'_>, themselves: &str, expected: &'static str) -> Parsed<char> {
    let start = offset(input);
    skip(input, 1);
    let Some(c) = peek(input) else {
        return broken("escape", format!("expected {expected}, but the file ends"), since(start, input));
    };
    if let Some(special) = control(c) {
        skip(input, 1);
        return Ok(special);
    }
    if themselves.contains(c) {
        skip(input, c.len_utf8());
        return Ok(c);
    }
    if accept(input, "u") {
        return unicode(input, start);
    }
    broken("escape", format!("expected {expected}{}", found(input)), since(start, input).to(here(input)))
}

/// The control character an escaped letter stands for, in all kinds of text and in JSON.
pub(super) fn control(c: char) -> Option<char> {
    match c {
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        _ => None,
    }
}

/// `{1F600}`
fn unicode(input: &mut Input<'_>, start: usize) -> Parsed<char> {
    expect(input, "{", "escape")?;
    let text = rest(input);
    let digits = &text[..text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len())];
    skip(input, digits.len());
    if digits.is_empty() {
        return broken("escape", format!("expected hexadecimal digits{}", found(input)), here(input));
    }
    let significant = digits.trim_start_matches('0');
    let code = if significant.is_empty() { Some(0) } else { u32::from_str_radix(significant, 16).ok() };
    let Some(c) = code.and_then(char::from_u32) else {
        return broken("escape", format!("there is no character {digits}"), since(start, input));
    };
    expect(input, "}", "escape")?;
    Ok(c)
}
