//! Texts between three backticks.

use crate::ast::{GraphQl, Multiline, Piece, Template};
use crate::source::Span;

use super::input::{
    Input, Parsed, accept, broken, expect, found, here, maybe, offset, other, peek, rest, skip, spaces, take,
};
use super::template::{self, Builder};
use super::{escape, json, word};

const FENCE: &str = "```";
const UNCLOSED: &str = "expected three closing backticks, but the file ends";
const LANGUAGES: [&str; 4] = ["json", "xml", "graphql", "raw"];

/// The line after the opening backticks: language and attributes.
#[derive(Default)]
struct Head {
    language: &'static str,
    /// `escape` of Hurl 7: a backslash has a meaning.
    has_escapes: bool,
    /// `novariable` of Hurl 7: two braces have none.
    is_fixed: bool,
}

/// A text between three backticks. Something else if it does not begin with them.
pub(super) fn multiline(input: &mut Input<'_>) -> Parsed<Multiline> {
    if !accept(input, FENCE) {
        return other("multiline text", "expected three backticks", here(input));
    }
    let head = head(input)?;
    match head.language {
        "raw" => Ok(Multiline::Raw(raw(input)?)),
        "graphql" => graphql(input).map(Multiline::GraphQl),
        "json" => text(input, &head).map(Multiline::Json),
        "xml" => text(input, &head).map(Multiline::Xml),
        _ => text(input, &head).map(Multiline::Text),
    }
}

/// The words after the backticks, and the end of their line.
fn head(input: &mut Input<'_>) -> Parsed<Head> {
    let start = offset(input);
    let line = take(input, |c| !matches!(c, '\n' | '\r' | '`'));
    let mut head = Head::default();
    let mut attributes = line;
    // The language stands right after the backticks.
    let (first, rest_of_line) = line.split_at(line.find([',', ' ', '\t']).unwrap_or(line.len()));
    if let Some(language) = LANGUAGES.iter().find(|known| **known == first) {
        head.language = language;
        attributes = rest_of_line;
    }
    for word in attributes.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match word {
            "escape" if !matches!(head.language, "raw" | "graphql") => head.has_escapes = true,
            "novariable" if !matches!(head.language, "raw" | "graphql") => head.is_fixed = true,
            word => {
                let span = Span::new(start, start + line.trim_end().len());
                return broken("multiline text", word::not_known(word, &LANGUAGES), span);
            }
        }
    }
    if !accept(input, "\n") && !accept(input, "\r\n") {
        let message = format!("expected the end of the line after three backticks{}", found(input));
        return broken("multiline text", message, here(input));
    }
    Ok(head)
}

/// Up to the closing backticks: their distance.
fn length(input: &Input<'_>) -> Parsed<usize> {
    match rest(input).find(FENCE) {
        Some(bytes) => Ok(bytes),
        None => {
            let end = offset(input) + rest(input).len();
            broken("multiline text", UNCLOSED, Span::new(end, end))
        }
    }
}

fn raw(input: &mut Input<'_>) -> Parsed<String> {
    let bytes = length(input)?;
    let text = skip(input, bytes).to_owned();
    expect(input, FENCE, "multiline text")?;
    Ok(text)
}

fn text(input: &mut Input<'_>, head: &Head) -> Parsed<Template> {
    if head.has_escapes {
        return escaped(input, head.is_fixed);
    }
    let start = offset(input);
    let bytes = length(input)?;
    let text = if head.is_fixed {
        fixed(skip(input, bytes).to_owned(), Span::new(start, start + bytes))
    } else {
        template::plain(input, bytes)?
    };
    expect(input, FENCE, "multiline text")?;
    Ok(text)
}

/// An escaped backtick does not end it.
fn escaped(input: &mut Input<'_>, is_fixed: bool) -> Parsed<Template> {
    let start = offset(input);
    let mut builder = Builder::new(input);
    let mut text = String::new();
    while !rest(input).starts_with(FENCE) {
        let at = offset(input);
        let c = match peek(input) {
            Some('\\') => escape::text(input)?,
            Some(c) => {
                skip(input, c.len_utf8());
                c
            }
            None => return broken("multiline text", UNCLOSED, here(input)),
        };
        if is_fixed {
            text.push(c);
        } else {
            builder.push(c, at, offset(input) - at)?;
        }
    }
    let end = offset(input);
    skip(input, FENCE.len());
    if is_fixed { Ok(fixed(text, Span::new(start, end))) } else { builder.finish(end) }
}

/// A text in which nothing is filled in.
fn fixed(text: String, span: Span) -> Template {
    let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::Text(text)] };
    Template { pieces, span }
}

/// The first line after the first that begins with `variables` begins the variables.
fn graphql(input: &mut Input<'_>) -> Parsed<GraphQl> {
    let whole = rest(input);
    let fence = length(input)?;
    let Some(variables) = whole[..fence].find("\nvariables") else {
        return Ok(GraphQl { query: text(input, &Head::default())?, variables: None });
    };
    let query = template::plain(input, variables + 1)?;
    skip(input, "variables".len());
    spaces(input);
    let start = here(input);
    let Some(variables) = maybe(input, json::object)? else {
        return broken("GraphQL variables", format!("expected a JSON object{}", found(input)), start);
    };
    take(input, |c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    expect(input, FENCE, "multiline text")?;
    Ok(GraphQl { query, variables: Some(variables) })
}
