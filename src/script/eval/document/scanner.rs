//! A text of XML that is read from its beginning to its end.

use std::fmt;

/// Rest of a text of XML.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    rest: &'a str,
}

/// The name of a tag or an attribute as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Written {
    pub(super) prefix: Option<String>,
    pub(super) local: String,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.prefix {
            Some(prefix) => write!(f, "{prefix}:{}", self.local),
            None => f.write_str(&self.local),
        }
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Scanner { rest: text }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn is_space(c: char) -> bool {
        matches!(c, ' ' | '\t' | '\n' | '\r')
    }

    /// Skips white space. True if there was any.
    pub(super) fn skip_space(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self.rest.trim_start_matches(Self::is_space);
        self.rest.len() < before
    }

    /// Skips so many bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    pub(super) fn skip_all(&mut self) {
        self.rest = "";
    }

    pub(super) fn takes(&mut self, word: &str) -> bool {
        self.rest.strip_prefix(word).map(|rest| self.rest = rest).is_some()
    }

    /// Text before the next such word, which is skipped too.
    pub(super) fn through(&mut self, word: &str) -> Option<&'a str> {
        let (before, rest) = self.rest.split_once(word)?;
        self.rest = rest;
        Some(before)
    }

    fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let (taken, rest) = self.rest.split_at(self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// A name without colons.
    fn part_of_name(&mut self) -> Option<&'a str> {
        self.rest.starts_with(is_first).then(|| self.take_while(is_part))
    }

    /// A name that may have colons.
    pub(super) fn name(&mut self) -> Option<&'a str> {
        self.rest.starts_with(|c| is_first(c) || c == ':').then(|| self.name_characters())
    }

    fn name_characters(&mut self) -> &'a str {
        self.take_while(|c| is_part(c) || c == ':')
    }

    /// A name with its prefix. One that has too many or too few parts is taken as it stands.
    pub(super) fn written(&mut self) -> Option<Written> {
        let whole = self.rest;
        match self.part_of_name() {
            Some(first) if self.takes(":") => {
                let local = self.part_of_name();
                if let (Some(local), false) = (local, self.rest.starts_with(':')) {
                    return Some(Written { prefix: Some(first.to_owned()), local: local.to_owned() });
                }
            }
            Some(first) => return Some(Written { prefix: None, local: first.to_owned() }),
            None if self.rest.starts_with(':') => {}
            None => return None,
        }
        self.name_characters();
        let local = whole[..whole.len() - self.rest.len()].to_owned();
        Some(Written { prefix: None, local })
    }

    /// The character of `&#..;`. None is one that is none.
    pub(super) fn character(&mut self) -> Option<char> {
        let radix = if self.takes("&#x") { 16 } else { 10 };
        if radix == 10 {
            self.takes("&#");
        }
        let digits = self.take_while(|c| c.is_digit(radix));
        if !self.takes(";") {
            return None;
        }
        let code = digits
            .chars()
            .filter_map(|c| c.to_digit(radix))
            .fold(0_u32, |code, digit| code.saturating_mul(radix).saturating_add(digit).min(0x0011_0000));
        (code > 0).then(|| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The name in `&name;`. None is one that is none.
    pub(super) fn entity(&mut self) -> Option<&'a str> {
        self.takes("&");
        let name = self.name()?;
        self.takes(";").then_some(name)
    }
}

fn is_first(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn is_part(c: char) -> bool {
    is_first(c) || matches!(c, '0'..='9' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}
