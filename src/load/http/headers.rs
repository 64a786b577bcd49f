//! Header lines of a request or an answer, in their order and as they are written.

use std::borrow::Cow;
use std::ops::Range;

/// Header lines: names keep their letters and compare without regard to case, values are bytes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Headers {
    /// Names and values, in whatever lies between them: one allocation for all lines. Names are UTF-8.
    text: Vec<u8>,
    lines: Vec<Line>,
    /// Bit n: there was a line with a name of n bytes (bit 31: of 31 or more). Most names that are asked for are
    /// not there, and so are not looked for.
    lengths: u32,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    name: Span,
    value: Span,
}

/// Bytes of the text, from one to before another.
#[derive(Debug, Clone, Copy)]
struct Span(u32, u32);

impl Span {
    fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.0 as usize..self.1 as usize).unwrap_or_default()
    }
}

/// Bit for a name of so many bytes.
fn length_bit(length: usize) -> u32 {
    1 << length.min(31)
}

impl Headers {
    /// Room for so many lines with so many bytes of names and values.
    pub(super) fn with_capacity(lines: usize, bytes: usize) -> Self {
        Headers { text: Vec::with_capacity(bytes), lines: Vec::with_capacity(lines), lengths: 0 }
    }

    /// No lines any more; those that are [found](Self::found) lie in this text.
    pub(super) fn inside(mut self, text: &[u8], lines: usize) -> Self {
        self.text.clear();
        self.text.extend_from_slice(text);
        self.lines.clear();
        self.lines.reserve(lines);
        self.lengths = 0;
        self
    }

    /// Adds a line that lies in the text already: the bytes of its name, which are ASCII, and of its value.
    pub(super) fn found(&mut self, name: Range<usize>, value: Range<usize>) {
        let span = |range: Range<usize>| Span(range.start as u32, range.end as u32);
        self.push(span(name), span(value));
    }

    fn push(&mut self, name: Span, value: Span) {
        self.lengths |= length_bit(name.1.saturating_sub(name.0) as usize);
        self.lines.push(Line { name, value });
    }

    /// All lines: name and value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.lines.iter().map(|line| (self.name(line), line.value.of(&self.text)))
    }

    /// The values of all lines of this name.
    pub(crate) fn get_all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        let name = name.as_bytes();
        let lines = if self.lengths & length_bit(name.len()) == 0 { &[][..] } else { &self.lines[..] };
        let of_name = lines.iter().filter(move |line| line.name.of(&self.text).eq_ignore_ascii_case(name));
        of_name.map(|line| line.value.of(&self.text))
    }

    /// The value of the first line of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        let name = name.as_bytes();
        if self.lengths & length_bit(name.len()) == 0 {
            return None;
        }
        let line = self.lines.iter().find(|line| line.name.of(&self.text).eq_ignore_ascii_case(name))?;
        Some(line.value.of(&self.text))
    }

    /// Whether there is a line of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// True when this word, in any case, is one of the comma-separated words in the lines of this name.
    pub(super) fn has_word(&self, name: &str, word: &str) -> bool {
        self.lengths & length_bit(name.len()) != 0
            && self
                .get_all(name)
                .flat_map(|value| value.split(|byte| *byte == b','))
                .any(|part| part.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
    }

    /// Adds a line behind the others.
    pub(crate) fn add(&mut self, name: &str, value: &[u8]) {
        let name = self.keep(name.as_bytes());
        let value = self.keep(value);
        self.push(name, value);
    }

    /// Adds a line for which [`check`] finds no fault.
    ///
    /// # Errors
    /// One line on what cannot be sent.
    pub(crate) fn add_checked(&mut self, name: &str, value: &[u8]) -> Result<(), String> {
        check(name, value)?;
        self.add(name, value);
        Ok(())
    }

    /// Adds bytes to the value of the line that was added last: `glue` between, which an empty value needs none of.
    pub(super) fn extend_last(&mut self, glue: u8, more: &[u8]) {
        let Some(Line { name, mut value }) = self.lines.pop() else { return };
        if value.1 as usize != self.text.len() {
            // Once for a value: what is added after that lies behind it.
            let start = self.text.len() as u32;
            self.text.extend_from_within(value.0 as usize..value.1 as usize);
            value = Span(start, self.text.len() as u32);
        }
        if value.0 != value.1 {
            self.text.push(glue);
        }
        self.text.extend_from_slice(more);
        self.push(name, Span(value.0, self.text.len() as u32));
    }

    /// Removes all lines of this name.
    pub(crate) fn remove(&mut self, name: &str) {
        if !self.has(name) {
            return;
        }
        // What is set anew for each request must leave nothing behind.
        let mut kept = Headers::with_capacity(self.lines.len(), self.text.len());
        self.iter()
            .filter(|(known, _)| !known.eq_ignore_ascii_case(name))
            .for_each(|(name, value)| kept.add(name, value));
        *self = kept;
    }

    fn keep(&mut self, bytes: &[u8]) -> Span {
        let start = self.text.len() as u32;
        self.text.extend_from_slice(bytes);
        Span(start, self.text.len() as u32)
    }

    fn name(&self, line: &Line) -> &str {
        std::str::from_utf8(line.name.of(&self.text)).unwrap_or_default()
    }
}

/// The same lines in the same order.
impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers {}

/// A value as text: UTF-8, or else Latin-1, which every value is.
pub(crate) fn text_of(value: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(value) {
        Ok(text) => text.into(),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}

/// Whether a header line can be sent (RFC 9110, 5.1 and 5.5).
///
/// # Errors
/// One line on what cannot be sent.
pub(crate) fn check(name: &str, value: &[u8]) -> Result<(), String> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("'{}' is no header name", name.escape_debug()));
    }
    if value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return Err(format!("the value of header '{name}' has characters that cannot be sent"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Headers {
        /// Lines from pairs, none of which is checked.
        pub(crate) fn from_pairs<const N: usize>(pairs: [(&str, &str); N]) -> Self {
            let mut headers = Headers::default();
            pairs.iter().for_each(|(name, value)| headers.add(name, value.as_bytes()));
            headers
        }
    }

    #[test]
    fn lines_are_found_in_any_case_and_shown_as_they_were_written() {
        let mut headers = Headers::from_pairs([("X-Id", "1"), ("accept", "a"), ("x-iD", "2")]);
        assert_eq!(headers.get_all("X-ID").collect::<Vec<_>>(), [b"1", b"2"]);
        assert_eq!(headers.get("ACCEPT"), Some(&b"a"[..]));
        headers.remove("x-id");
        headers.add("x-id", b"3");
        let lines: Vec<_> = headers.iter().collect();
        assert_eq!(lines, [("accept", &b"a"[..]), ("x-id", b"3")]);
        headers.remove("ACCEPT");
        assert!(!headers.has("accept"));
        for _ in 0..1000 {
            headers.remove("x-id");
            headers.add("x-id", b"3");
        }
        assert_eq!(headers.text.len(), "x-id3".len(), "what was removed takes no room");
    }

    #[test]
    fn a_word_is_found_among_the_others_of_all_lines() {
        let headers = Headers::from_pairs([("Connection", "upgrade, Keep-Alive"), ("connection", "x")]);
        assert!(headers.has_word("connection", "keep-alive") && headers.has_word("CONNECTION", "X"));
        assert!(!headers.has_word("connection", "keep"));
    }

    #[test]
    fn a_folded_value_is_joined_by_one_byte() {
        let mut headers = Headers::from_pairs([("a", "one"), ("b", "")]);
        headers.extend_last(b' ', b"two");
        headers.extend_last(b' ', b"three");
        assert_eq!(headers.get("b"), Some(&b"two three"[..]));
        assert_eq!(headers.get("a"), Some(&b"one"[..]));
    }

    #[test]
    fn a_value_of_many_folded_lines_is_copied_once() {
        let mut headers = Headers::from_pairs([("a", "one"), ("b", "x")]);
        (0..10_000).for_each(|_| headers.extend_last(b' ', b"y"));
        assert_eq!(headers.get("b").map(<[u8]>::len), Some(20_001));
        assert!(headers.text.len() < 20_100, "{}", headers.text.len());
        // Another line has come behind it.
        let mut headers = Headers::default().inside(b"a:1b:2", 2);
        headers.found(0..1, 2..3);
        (0..10_000).for_each(|_| headers.extend_last(b' ', b"y"));
        assert_eq!(headers.get("a").map(<[u8]>::len), Some(20_001));
        assert!(headers.text.len() < 20_100, "{}", headers.text.len());
    }

    #[test]
    fn what_would_break_the_head_of_a_request_is_refused() {
        for (name, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("a", "b\r\nc: d"), ("a", "b\0"), ("\u{e9}", "x")] {
            assert!(check(name, value.as_bytes()).is_err(), "{name:?}: {value:?}");
        }
        for (name, value) in [("X-Id", ""), ("a", "tab\tand caf\u{e9}")] {
            assert_eq!(check(name, value.as_bytes()), Ok(()));
        }
    }

    #[test]
    fn a_value_that_is_no_utf8_is_latin_1() {
        assert_eq!(text_of("caf\u{e9}".as_bytes()), "caf\u{e9}");
        assert_eq!(text_of(b"caf\xe9"), "caf\u{e9}");
    }
}
