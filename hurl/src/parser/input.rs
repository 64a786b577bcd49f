//! The text all parsers read from, and the smallest parsers.

use winnow::LocatingSlice;
use winnow::Parser;
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{Location, Stateful, Stream};
use winnow::token::{literal, take_while};

use crate::error::ParseError;
use crate::source::Span;

/// A text with the place in it, and the best guess at what went wrong so far.
pub(super) type Input<'s> = Stateful<LocatingSlice<&'s str>, Hint>;

/// Backtrack: it is something else. Cut: it is this, but broken.
pub(super) type Parsed<T> = Result<T, ErrMode<Fault>>;

/// A list ended where an item with a known beginning was expected. If nothing else can stand there either, that item
/// was meant.
#[derive(Debug, Clone, Default)]
pub(super) struct Hint(pub(super) Option<Fault>);

/// A [`ParseError`] in the making. Most are thrown away when something else fits, so they cost nothing until then.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) reading: &'static str,
    pub(super) message: Message,
    pub(super) span: Span,
}

/// The sentence that says what is wrong.
#[derive(Debug, Clone)]
pub(super) enum Message {
    Fixed(&'static str),
    Made(Box<str>),
}

impl From<&'static str> for Message {
    fn from(text: &'static str) -> Self {
        Message::Fixed(text)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Message::Made(text.into())
    }
}

impl Fault {
    pub(super) fn new(reading: &'static str, message: impl Into<Message>, span: Span) -> Self {
        Fault { reading, message: message.into(), span }
    }

    pub(super) fn into_error(self) -> ParseError {
        let message = match self.message {
            Message::Fixed(text) => text.to_owned(),
            Message::Made(text) => text.into(),
        };
        ParseError { reading: self.reading, message, span: self.span }
    }
}

impl ParserError<Input<'_>> for Fault {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        Fault::new("file", "nothing known stands here", here(input))
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}

/// A mistake that leaves room for another reading of the text.
pub(super) fn other<T>(reading: &'static str, message: impl Into<Message>, span: Span) -> Parsed<T> {
    Err(ErrMode::Backtrack(Fault::new(reading, message, span)))
}

/// A mistake in a text that can only be read this way.
pub(super) fn broken<T>(reading: &'static str, message: impl Into<Message>, span: Span) -> Parsed<T> {
    Err(ErrMode::Cut(Fault::new(reading, message, span)))
}

/// The offset of the next character.
pub(super) fn offset(input: &Input<'_>) -> usize {
    input.input.current_token_start()
}

/// The text that has not been read yet.
pub(super) fn rest<'s>(input: &Input<'s>) -> &'s str {
    input.input.as_ref()
}

pub(super) fn peek(input: &Input<'_>) -> Option<char> {
    rest(input).chars().next()
}

/// The next character, or the end of the text.
pub(super) fn here(input: &Input<'_>) -> Span {
    let start = offset(input);
    Span::new(start, start + peek(input).map_or(0, char::len_utf8))
}

/// From an earlier offset up to the next character.
pub(super) fn since(start: usize, input: &Input<'_>) -> Span {
    Span::new(start, offset(input))
}

/// Goes so many bytes on. They have to end between two characters.
pub(super) fn skip<'s>(input: &mut Input<'s>, bytes: usize) -> &'s str {
    input.next_slice(bytes)
}

/// All characters up to the first that does not fit.
pub(super) fn take<'s>(input: &mut Input<'s>, fits: impl Fn(char) -> bool) -> &'s str {
    let text = rest(input);
    let bytes = text.find(|c| !fits(c)).unwrap_or(text.len());
    skip(input, bytes)
}

/// The text, if it stands here.
pub(super) fn accept(input: &mut Input<'_>, text: &'static str) -> bool {
    let found: Parsed<&str> = literal(text).parse_next(input);
    found.is_ok()
}

/// The text has to stand here.
pub(super) fn expect(input: &mut Input<'_>, text: &'static str, reading: &'static str) -> Parsed<()> {
    if accept(input, text) {
        return Ok(());
    }
    broken(reading, format!("expected '{text}'{}", found(input)), here(input))
}

/// `, not 'x'`
pub(super) fn found(input: &Input<'_>) -> String {
    match peek(input) {
        None => ", but the file ends".into(),
        Some('\n' | '\r') => ", but the line ends".into(),
        Some('\t') => ", not a tab".into(),
        Some(c) => format!(", not '{c}'"),
    }
}

pub(super) fn is_space(c: char) -> bool {
    c == ' ' || c == '\t'
}

/// Any number of spaces and tabs.
pub(super) fn spaces(input: &mut Input<'_>) {
    take(input, is_space);
}

/// At least one space or tab.
pub(super) fn some_spaces(input: &mut Input<'_>, reading: &'static str) -> Parsed<()> {
    let spaces: Parsed<&str> = take_while(1.., is_space).parse_next(input);
    spaces.map(drop).or_else(|_| broken(reading, format!("expected a space{}", found(input)), here(input)))
}

/// Spaces, a comment, and the end of the line or of the file.
fn empty_line(input: &mut Input<'_>) -> bool {
    spaces(input);
    if peek(input) == Some('#') {
        let text = rest(input);
        let bytes = text.find('\n').map_or(text.len(), |end| end - usize::from(text[..end].ends_with('\r')));
        skip(input, bytes);
    }
    rest(input).is_empty() || accept(input, "\n") || accept(input, "\r\n")
}

/// Nothing but a comment may follow on the line.
pub(super) fn line_end(input: &mut Input<'_>, reading: &'static str) -> Parsed<()> {
    let is_end = empty_line(input);
    if is_end {
        return Ok(());
    }
    let rest_of_line = rest(input).lines().next().unwrap_or_default().trim_end();
    let span = Span::new(offset(input), offset(input) + rest_of_line.len().max(1));
    broken(reading, format!("expected the end of the line{}", found(input)), span)
}

/// Lines without anything but comments, and the spaces before what comes then.
pub(super) fn blank_lines(input: &mut Input<'_>) {
    while !rest(input).is_empty() {
        let start = input.checkpoint();
        if !empty_line(input) {
            input.reset(&start);
            break;
        }
    }
    spaces(input);
}

/// The value a parser reads here, or `None` with the text untouched.
pub(super) fn maybe<'s, T>(
    input: &mut Input<'s>,
    parser: impl FnOnce(&mut Input<'s>) -> Parsed<T>,
) -> Parsed<Option<T>> {
    let start = input.checkpoint();
    match parser(input) {
        Ok(value) => Ok(Some(value)),
        Err(ErrMode::Cut(fault)) => Err(ErrMode::Cut(fault)),
        Err(_) => {
            input.reset(&start);
            Ok(None)
        }
    }
}

/// All values in a row that a parser reads here.
pub(super) fn many<'s, T>(
    input: &mut Input<'s>,
    mut parser: impl FnMut(&mut Input<'s>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut values = Vec::new();
    while !rest(input).is_empty() {
        match maybe(input, &mut parser)? {
            Some(value) => values.push(value),
            None => break,
        }
    }
    Ok(values)
}

/// The result of a parser, its mistake turned into one that leaves room for another reading.
pub(super) fn soften<T>(result: Parsed<T>) -> Parsed<T> {
    result.map_err(ErrMode::backtrack)
}

/// The result of a parser, its mistake turned into one that leaves no room for another reading.
pub(super) fn harden<T>(result: Parsed<T>) -> Parsed<T> {
    result.map_err(ErrMode::cut)
}
