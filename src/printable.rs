//! Text of services, files and reports as it may be printed: a terminal obeys control characters, and people are misled by
//! those that turn the direction of text.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text of perfloop's own, as a terminal may have it: each character that it would obey is written as `\x1b` or
/// `\u{202e}`. Line ends, tabs and colours (SGR sequences, which perfloop writes itself) stay.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    shown(text, |rest| colour_length(rest).unwrap_or(0))
}

/// Foreign text as it may be shown: colours are control characters like others.
pub(crate) fn foreign(text: &str) -> Cow<'_, str> {
    shown(text, |_| 0)
}

/// Name as it may be shown, on one line.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    match foreign(text) {
        shown if shown.contains(['\n', '\t']) => shown.replace('\n', "\\n").replace('\t', "\\t").into(),
        shown => shown,
    }
}

/// With what is to stay, of which `kept` tells how much a text begins with.
fn shown(text: &str, kept: impl Fn(&str) -> usize) -> Cow<'_, str> {
    if !text.chars().any(is_control) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = kept(rest);
        if length > 0 {
            shown.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        // Writing to a string does not fail.
        let _ = match c {
            c if !is_control(c) => shown.write_char(c),
            c if c.is_ascii() => write!(shown, "\\x{:02x}", u32::from(c)),
            c => write!(shown, "\\u{{{:x}}}", u32::from(c)),
        };
        rest = &rest[c.len_utf8()..];
    }
    shown.into()
}

fn is_control(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_none = matches!(c, '\u{fffe}' | '\u{ffff}');
    (c.is_control() && !matches!(c, '\n' | '\t')) || turns || is_none
}

/// The length of the colour that a text begins with: ESC, `[`, numbers, `m`.
fn colour_length(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix("\x1b[")?;
    let end = numbers.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    numbers[end..].starts_with('m').then_some(2 + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_instead() {
        let rows = [
            ("plain caf\u{e9}\n\tx", "plain caf\u{e9}\n\tx"),
            ("\x1b[2Jx\x1b]0;title\x07", "\\x1b[2Jx\\x1b]0;title\\x07"),
            ("\x1b]52;c;eA==\x1b\\", "\\x1b]52;c;eA==\\x1b\\"),
            ("a\0b\rc\x7f", "a\\x00b\\x0dc\\x7f"),
            ("\u{9b}2J \u{202e}abc\u{2066}", "\\u{9b}2J \\u{202e}abc\\u{2066}"),
            ("\u{fffe}", "\\u{fffe}"),
        ];
        for (text, shown) in rows {
            assert_eq!(printable(text), shown);
        }
    }

    #[test]
    fn colours_stay() {
        for text in ["\x1b[1;31mfail\x1b[0m", "\x1b[mx"] {
            assert_eq!(printable(text), text);
        }
        assert_eq!(printable("\x1b[31"), "\\x1b[31");
    }

    #[test]
    fn somebody_elses_colours_and_the_lines_of_a_name_are_shown_too() {
        assert_eq!(foreign("\x1b[1;31mfail\n\x1b[0m"), "\\x1b[1;31mfail\n\\x1b[0m");
        assert_eq!(name("a\nb\tc\x1b[0m"), "a\\nb\\tc\\x1b[0m");
    }
}
