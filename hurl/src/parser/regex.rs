//! Regular expressions.

use winnow::error::ErrMode;

use crate::ast::{RegexSource, Spanned};
use crate::pattern::compile_regex;
use crate::source::Span;

use super::input::{Fault, Input, Parsed, accept, broken, found, here, offset, other, rest, skip};
use super::template;

/// The source of a regular expression, in slashes or in quotes.
pub(super) fn source(input: &mut Input<'_>) -> Parsed<RegexSource> {
    match rest(input).chars().next() {
        Some('"') => Ok(RegexSource::Text(template::quoted(input, "regex")?)),
        Some('/') => Ok(RegexSource::Literal(literal(input)?)),
        _ => broken("regex", format!("expected /pattern/ or \"pattern\"{}", found(input)), here(input)),
    }
}

/// `/^a+$/`. Of the format is only that `\/` does not end it; the rest belongs to the pattern.
pub(super) fn literal(input: &mut Input<'_>) -> Parsed<Spanned<String>> {
    if !accept(input, "/") {
        return other("regex", "expected '/'", here(input));
    }
    let start = offset(input);
    let mut pattern = String::new();
    loop {
        let text = rest(input);
        let Some(stop) = text.find(['/', '\\']) else {
            let line = text.lines().next().unwrap_or_default();
            return broken("regex", "expected the closing '/'", Span::new(start, offset(input) + line.len()));
        };
        pattern.push_str(skip(input, stop));
        if accept(input, "\\/") {
            pattern.push('/');
        } else if accept(input, "\\") {
            pattern.push('\\');
        } else {
            break;
        }
    }
    let span = Span::new(start, offset(input));
    skip(input, 1);
    match compile_regex(&pattern) {
        Ok(_) => Ok(Spanned { value: pattern, span }),
        Err(reason) => Err(ErrMode::Cut(Fault::new("regex", reason, span))),
    }
}
