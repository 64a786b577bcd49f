//! Names: before a colon, and of files. They end at the first character they do not hold.

use crate::ast::{Piece, Template};

use super::escape;
use super::input::{
    Input, Parsed, accept, broken, found, here, offset, other, peek, rest, since, soften, spaces, take,
};
use super::template::placeholder;

/// A name and its colon, with the spaces around them. Whatever is wrong with it, it may be something else.
pub(super) fn key(input: &mut Input<'_>) -> Parsed<Template> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']' | '@' | '$');
    if peek(input) == Some('[') {
        return other("name", "a name does not begin with '['", here(input));
    }
    let name = soften(pieces(input, is_plain, |input, text| escape::key(input).map(|c| text.push(c))))?;
    if name.pieces.is_empty() {
        return other("name", "expected a name", here(input));
    }
    spaces(input);
    if !accept(input, ":") {
        return other("name", "expected ':' after the name", here(input));
    }
    spaces(input);
    Ok(name)
}

fn is_plain_in_file(c: char) -> bool {
    !matches!(c, '#' | ';' | '{' | '}' | ' ' | '\n' | '\r' | '\\')
}

/// The name of a file.
pub(super) fn file(input: &mut Input<'_>) -> Parsed<Template> {
    named(input, |input, text| escape::file_name(input).map(|c| text.push(c)))
}

/// The name of a certificate's file, with its password after a colon. A colon of the name keeps its backslash.
pub(super) fn certificate(input: &mut Input<'_>) -> Parsed<Template> {
    named(input, |input, text| {
        let c = escape::certificate(input)?;
        text.extend((c == ':').then_some('\\').into_iter().chain([c]));
        Ok(())
    })
}

fn named(input: &mut Input<'_>, escape: impl Escape) -> Parsed<Template> {
    let start = here(input);
    let name = pieces(input, is_plain_in_file, escape)?;
    // What looks like the beginning of a section is no file.
    let is_section = matches!(name.pieces.first(), Some(Piece::Text(text)) if text.starts_with('['));
    if name.pieces.is_empty() || is_section {
        return broken("file name", format!("expected the name of a file{}", found(input)), start);
    }
    Ok(name)
}

/// Reads an escaped character into a text.
trait Escape: Fn(&mut Input<'_>, &mut String) -> Parsed<()> {}
impl<T: Fn(&mut Input<'_>, &mut String) -> Parsed<()>> Escape for T {}

/// Plain characters, escaped ones and places, as many as there are.
fn pieces(input: &mut Input<'_>, is_plain: fn(char) -> bool, escape: impl Escape) -> Parsed<Template> {
    let start = offset(input);
    let mut pieces = Vec::new();
    loop {
        if rest(input).starts_with("{{") {
            pieces.push(Piece::Place(placeholder(input)?));
            continue;
        }
        let text = text(input, is_plain, &escape)?;
        if text.is_empty() {
            return Ok(Template { pieces, span: since(start, input) });
        }
        pieces.push(Piece::Text(text));
    }
}

fn text(input: &mut Input<'_>, is_plain: fn(char) -> bool, escape: &impl Escape) -> Parsed<String> {
    let mut text = String::new();
    loop {
        text.push_str(take(input, is_plain));
        if peek(input) != Some('\\') {
            return Ok(text);
        }
        escape(input, &mut text)?;
    }
}
