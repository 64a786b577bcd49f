//! Texts with places in double braces: quoted, between backticks, or up to the end of the line.

use winnow::error::ErrMode;

use crate::ast::{Expr, Piece, Placeholder, Template};
use crate::source::Span;

use super::escape;
use super::input::{
    Fault, Input, Parsed, accept, broken, expect, found, here, offset, other, peek, rest, skip, spaces,
};

/// No text without escapes holds these as they are.
pub(super) fn is_forbidden(c: char) -> bool {
    matches!(c, '\\' | '\u{8}' | '\n' | '\u{c}' | '\r' | '\t')
}

/// A character of the name of a variable.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// `{{id}}` where it is a value of its own. Something else if it does not begin with two braces.
pub(super) fn placeholder(input: &mut Input<'_>) -> Parsed<Placeholder> {
    if !accept(input, "{{") {
        return other("placeholder", "expected '{{'", here(input));
    }
    spaces(input);
    let place = expression(rest(input), offset(input)).map_err(ErrMode::Cut)?;
    skip(input, place.span.end - place.span.start);
    spaces(input);
    expect(input, "}}", "placeholder")?;
    Ok(place)
}

/// The name or function in a placeholder. As in hurl, a text after it has no meaning.
fn expression(text: &str, at: usize) -> Result<Placeholder, Fault> {
    let trimmed = text.trim_start_matches([' ', '\t']);
    let start = at + text.len() - trimmed.len();
    let name = &trimmed[..trimmed.find(|c| !is_name(c)).unwrap_or(trimmed.len())];
    let span = Span::new(start, start + name.len());
    let expr = match name {
        "" => {
            let message = "expected the name of a variable, newDate or newUuid between the braces";
            return Err(Fault::new("placeholder", message, span));
        }
        "newDate" => Expr::NewDate,
        "newUuid" => Expr::NewUuid,
        name => Expr::Variable(name.to_owned()),
    };
    Ok(Placeholder { expr, span })
}

/// Up to a comment or the end of the line, without the spaces before it. May be empty.
pub(super) fn unquoted(input: &mut Input<'_>) -> Parsed<Template> {
    unquoted_before(input, &[])
}

/// [`unquoted`] that also ends at one of the given characters.
pub(super) fn unquoted_before(input: &mut Input<'_>, ends: &[char]) -> Parsed<Template> {
    let is_plain = |c: char| c != '#' && !is_forbidden(c) && !ends.contains(&c);
    let mut builder = Builder::new(input);
    let mut spaces = 0;
    while let Some(c) = peek(input).filter(|c| *c == '\\' || is_plain(*c)) {
        if c == ' ' {
            // Spaces belong to the text only when something follows them.
            spaces += skip(input, 1).len();
            continue;
        }
        let at = offset(input);
        for space in at - spaces..at {
            builder.push(' ', space, 1)?;
        }
        spaces = 0;
        one(input, &mut builder)?;
    }
    builder.finish(offset(input) - spaces)
}

/// Between double quotes, on one line.
pub(super) fn quoted(input: &mut Input<'_>, reading: &'static str) -> Parsed<Template> {
    if !accept(input, "\"") {
        return broken(reading, format!("expected a text in double quotes{}", found(input)), here(input));
    }
    delimited(input, "\"", reading)
}

/// Between single backticks, on one line.
pub(super) fn backticked(input: &mut Input<'_>) -> Parsed<Template> {
    if !accept(input, "`") {
        return other("text", "expected a backtick", here(input));
    }
    delimited(input, "`", "text")
}

/// The text up to the delimiter, and the delimiter.
fn delimited(input: &mut Input<'_>, end: &'static str, reading: &'static str) -> Parsed<Template> {
    let mut builder = Builder::new(input);
    while peek(input).is_some_and(|c| c == '\\' || (!end.contains(c) && !is_forbidden(c))) {
        one(input, &mut builder)?;
    }
    let stop = offset(input);
    if !accept(input, end) {
        let message = format!("expected the closing {end}{}; a line break is written \\n, a tab \\t", found(input));
        return broken(reading, message, here(input));
    }
    builder.finish(stop)
}

/// One character, or an escaped one.
fn one(input: &mut Input<'_>, builder: &mut Builder<'_>) -> Parsed<()> {
    let at = offset(input);
    let c = match peek(input) {
        Some('\\') => escape::text(input)?,
        Some(c) => {
            skip(input, c.len_utf8());
            c
        }
        None => return Ok(()),
    };
    builder.push(c, at, offset(input) - at)
}

/// The next `bytes` bytes as a template, in which nothing is escaped.
pub(super) fn plain(input: &mut Input<'_>, bytes: usize) -> Parsed<Template> {
    let mut builder = Builder::new(input);
    let start = offset(input);
    for (at, c) in skip(input, bytes).char_indices() {
        builder.push(c, start + at, c.len_utf8())?;
    }
    builder.finish(start + bytes)
}

/// Makes a template of characters, each with how it was written: an escaped brace opens nothing.
pub(super) struct Builder<'s> {
    /// From where the template begins.
    source: &'s str,
    start: usize,
    pieces: Vec<Piece>,
    text: String,
    state: State,
}

/// The part of a template in which the next character stands.
#[derive(Clone, Copy)]
enum State {
    Text,
    /// After one brace.
    Opening,
    /// In a placeholder that began at this byte.
    Place(usize),
    /// In a placeholder, after a closing brace. As in hurl, the second one need not follow at once.
    Closing(usize),
}

impl<'s> Builder<'s> {
    pub(super) fn new(input: &Input<'s>) -> Self {
        Builder {
            source: rest(input),
            start: offset(input),
            pieces: Vec::new(),
            text: String::new(),
            state: State::Text,
        }
    }

    /// A character, with where and in how many bytes it was written.
    pub(super) fn push(&mut self, c: char, at: usize, bytes: usize) -> Parsed<()> {
        // An escaped character is never written in one byte.
        let is = |brace: char| bytes == 1 && c == brace;
        self.state = match self.state {
            State::Text if is('{') => State::Opening,
            State::Text => {
                self.text.push(c);
                State::Text
            }
            State::Opening if is('{') => {
                self.end_text();
                State::Place(at + 1)
            }
            State::Opening => {
                self.text.extend(['{', c]);
                State::Text
            }
            State::Place(start) if is('}') => State::Closing(start),
            State::Closing(start) if is('}') => {
                let place = &self.source[start - self.start..at - self.start];
                self.pieces.push(Piece::Place(expression(place, start).map_err(ErrMode::Cut)?));
                State::Text
            }
            inside => inside,
        };
        Ok(())
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text)));
        }
    }

    /// The template, which ended there.
    pub(super) fn finish(mut self, end: usize) -> Parsed<Template> {
        match self.state {
            State::Text => {}
            State::Opening => self.text.push('{'),
            State::Place(start) | State::Closing(start) => {
                return broken("placeholder", "expected '}}' after this", Span::new(start - 2, end));
            }
        }
        self.end_text();
        Ok(Template { pieces: self.pieces, span: Span::new(self.start, end) })
    }
}
