//! A text, and places in it.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

/// Spaces shown for a tab, so that a mark below stands at its column.
const TAB: &str = "    ";
/// Characters of a line shown before a place; below, those of the place and behind it.
const BEFORE: usize = 100;
const BEHIND: usize = 60;

/// A part of a text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Index of the first byte.
    pub start: usize,
    /// Index of the byte after the last.
    pub end: usize,
}

/// A place in a text as people count: both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
}

/// A text that has a name, in which places can be found and shown.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
    /// Index of the first byte of each line.
    lines: Vec<usize>,
}

impl Span {
    /// The bytes from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }

    /// From the beginning of this to the end of the other.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }

    /// The span as an index of a text.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl Source {
    /// A text under the name it is reported by, such as that of its file.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Source { name: name.into(), text, lines }
    }

    /// The name it is reported by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Line and column of a byte.
    pub fn position(&self, at: usize) -> Position {
        let at = at.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let before = self.text.get(self.lines[line - 1]..at).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }

    /// A line, counted from 1, without its end.
    pub fn line(&self, number: usize) -> &str {
        let start = number.checked_sub(1).and_then(|index| self.lines.get(index));
        let Some(start) = start else { return "" };
        let end = self.lines.get(number).copied().unwrap_or(self.text.len());
        self.text.get(*start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// The line in which a place begins as it is shown: how many columns of it come before the place, and how many it
    /// takes. Tabs become spaces, and of a long line only what is around the place is left.
    pub(crate) fn excerpt(&self, span: Span) -> Excerpt {
        let number = self.position(span.start).line;
        let line = self.line(number);
        let start = self.lines.get(number - 1).copied().unwrap_or_default();
        let within = |offset: usize| line.floor_char_boundary(offset.saturating_sub(start).min(line.len()));
        let (from, to) = (within(span.start), within(span.end.max(span.start)));
        let left = last_chars(&line[..from], BEFORE);
        let middle = first_chars(&line[from..to], BEHIND);
        let right = first_chars(&line[from + middle.len()..], BEHIND);
        let shown = |text: &str| text.replace('\t', TAB);
        let cut = |is_cut: bool| if is_cut { "..." } else { "" };
        let before = format!("{}{}", cut(left.len() < from), shown(left));
        let after = cut(from + middle.len() + right.len() < line.len());
        Excerpt {
            columns: before.width(),
            carets: shown(middle).width().max(1),
            line: format!("{before}{}{}{after}", shown(middle), shown(right)),
        }
    }
}

/// A line as it is shown under an error.
pub(crate) struct Excerpt {
    pub(crate) line: String,
    /// Before the place.
    pub(crate) columns: usize,
    /// Under the place.
    pub(crate) carets: usize,
}

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

fn last_chars(text: &str, count: usize) -> &str {
    text.char_indices().rev().nth(count).map_or(text, |(at, c)| &text[at + c.len_utf8()..])
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
