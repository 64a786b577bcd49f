//! Texts between three backticks.

use crate::ast::{GraphQl, Multiline, Template};
use crate::source::Span;

use super::input::{
    Input, Parsed, accept, broken, expect, found, here, maybe, offset, other, rest, skip, spaces, take,
};
use super::{json, template, word};

const FENCE: &str = "```";
const LANGUAGES: [&str; 4] = ["json", "xml", "graphql", "raw"];

/// A text between three backticks. Something else if it does not begin with them.
pub(super) fn multiline(input: &mut Input<'_>) -> Parsed<Multiline> {
    if !accept(input, FENCE) {
        return other("multiline text", "expected three backticks", here(input));
    }
    let language = language(input)?;
    match language {
        "raw" => Ok(Multiline::Raw(raw(input)?)),
        "graphql" => graphql(input).map(Multiline::GraphQl),
        "json" => text(input).map(Multiline::Json),
        "xml" => text(input).map(Multiline::Xml),
        _ => text(input).map(Multiline::Text),
    }
}

/// The word after the backticks, and the end of their line.
fn language(input: &mut Input<'_>) -> Parsed<&'static str> {
    spaces_without_word(input);
    let start = offset(input);
    let line = take(input, |c| !matches!(c, '\n' | '\r' | '`'));
    let name = line.trim_end_matches([' ', '\t']);
    // hurl takes one comma, and only there.
    let name = name.strip_suffix(',').filter(|name| *name == "graphql").unwrap_or(name);
    let known = LANGUAGES.iter().find(|known| **known == name);
    if known.is_none() && !name.is_empty() {
        let span = Span::new(start, start + name.len());
        return broken("multiline text", word::not_known(name, &LANGUAGES), span);
    }
    if !accept(input, "\n") && !accept(input, "\r\n") {
        let message = format!("expected the end of the line after three backticks{}", found(input));
        return broken("multiline text", message, here(input));
    }
    Ok(known.copied().unwrap_or_default())
}

/// Spaces may stand there only if no word does.
fn spaces_without_word(input: &mut Input<'_>) {
    let text = rest(input).trim_start_matches([' ', '\t']);
    if text.is_empty() || text.starts_with(['\n', '\r', '`']) {
        spaces(input);
    }
}

/// Up to the closing backticks: their distance.
fn length(input: &Input<'_>) -> Parsed<usize> {
    match rest(input).find(FENCE) {
        Some(bytes) => Ok(bytes),
        None => {
            let end = offset(input) + rest(input).len();
            broken("multiline text", "expected three closing backticks, but the file ends", Span::new(end, end))
        }
    }
}

fn raw(input: &mut Input<'_>) -> Parsed<String> {
    let bytes = length(input)?;
    let text = skip(input, bytes).to_owned();
    expect(input, FENCE, "multiline text")?;
    Ok(text)
}

fn text(input: &mut Input<'_>) -> Parsed<Template> {
    let bytes = length(input)?;
    let text = template::plain(input, bytes)?;
    expect(input, FENCE, "multiline text")?;
    Ok(text)
}

/// The first line after the first that begins with `variables` begins the variables.
fn graphql(input: &mut Input<'_>) -> Parsed<GraphQl> {
    let whole = rest(input);
    let fence = length(input)?;
    let Some(variables) = whole[..fence].find("\nvariables") else {
        return Ok(GraphQl { query: text(input)?, variables: None });
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
