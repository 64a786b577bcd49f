//! From a text to the tree. Each file reads one noun, by the grammar of the format and, where that is silent, as hurl
//! does.

mod body;
mod bytes;
mod compared;
mod entry;
mod escape;
mod filter;
mod input;
mod json;
mod multiline;
mod name;
mod number;
mod option;
mod predicate;
mod query;
mod regex;
mod section;
mod template;
mod word;
mod xml;

use winnow::LocatingSlice;
use winnow::error::ErrMode;
use winnow::stream::Stateful;

use crate::ast::{HurlFile, Piece, Template};
use crate::error::ParseError;
use crate::source::Span;

use input::{Hint, Input, Parsed, accept, blank_lines, broken, here, many, rest};

/// Options of reading a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// A URL may leave out the host: `GET /login`. hurl reads such a file, but fails when it runs the entry.
    pub relative_urls: bool,
}

/// Makes the tree of a text, whose URLs have to name their host.
///
/// A byte order mark at the beginning is passed over. Bytes that are no UTF-8 are for the caller to refuse.
///
/// # Errors
/// A [`ParseError`] for the first place where the text is no Hurl file.
pub fn parse(text: &str) -> Result<HurlFile, ParseError> {
    parse_with(text, Options::default())
}

/// [`parse`] with options.
///
/// # Errors
/// A [`ParseError`] for the first place where the text is no Hurl file.
pub fn parse_with(text: &str, options: Options) -> Result<HurlFile, ParseError> {
    let mut input = Stateful { input: LocatingSlice::new(text), state: Hint::default() };
    let file = file(&mut input).map_err(|error| match error {
        ErrMode::Backtrack(fault) | ErrMode::Cut(fault) => fault.into_error(),
        ErrMode::Incomplete(_) => input::Fault::new("file", "the file ends", Span::default()).into_error(),
    })?;
    let relative = file.entries.iter().map(|entry| &entry.request.url).find(|url| is_relative(url));
    match relative {
        Some(url) if !options.relative_urls => Err(ParseError {
            reading: "URL",
            message: "expected http://, https:// or {{: there is no host to put before it".into(),
            span: url.span,
        }),
        _ => Ok(file),
    }
}

fn is_relative(url: &Template) -> bool {
    matches!(url.pieces.first(), Some(Piece::Text(text)) if text.starts_with('/'))
}

fn file(input: &mut Input<'_>) -> Parsed<HurlFile> {
    accept(input, "\u{feff}");
    let entries = many(input, entry::entry)?;
    blank_lines(input);
    if rest(input).is_empty() {
        return Ok(HurlFile { entries });
    }
    broken("file", "expected a request or the end of the file", here(input))
}
