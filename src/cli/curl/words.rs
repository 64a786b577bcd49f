//! The words of a pasted command, as a POSIX shell would part them; `$'...'` too, which browsers write. One that was
//! copied for Windows is known by its quotes.

use std::iter::Peekable;
use std::str::Chars;

use super::windows::{self, NO_END};

/// # Errors
/// When only a shell could tell what is meant: variables, pipes, and the like.
pub(super) fn split(command: &str) -> Result<Vec<String>, String> {
    if is_for_windows(command) { windows::split(command) } else { split_as_posix(command) }
}

/// No quotes but double ones, and carets around them or at the ends of lines, or a quote doubled inside of them.
fn is_for_windows(command: &str) -> bool {
    let (mut quote, mut before) = (None, ' ');
    let (mut has_doubled, mut has_single) = (false, false);
    let mut chars = command.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '^') if matches!(chars.peek(), Some('"' | '\n' | '\r')) => return true,
            // A shell has no reason to begin anew in the same quotes, but for a word that is empty.
            (Some('"'), '"') if before != '"' && chars.peek() == Some(&'"') => (has_doubled, quote) = (true, None),
            // Browsers once gave carets to these alone.
            (Some('"'), '\\') if chars.clone().take(2).eq("^\"".chars()) => return true,
            (Some('"'), '\\') | (None, '\\') => drop(chars.next()),
            (Some(end), _) if c == end => quote = None,
            (None, '"' | '\'') => {
                has_single |= c == '\'';
                quote = Some(c);
            }
            _ => {}
        }
        before = c;
    }
    has_doubled && !has_single
}

fn split_as_posix(command: &str) -> Result<Vec<String>, String> {
    let mut chars = command.chars().peekable();
    let mut words = Vec::new();
    loop {
        while skip_blank(&mut chars) {}
        if chars.peek().is_none() {
            return Ok(words);
        }
        words.push(word(&mut chars)?);
    }
}

/// Spaces, and ends of lines that go on.
fn skip_blank(chars: &mut Peekable<Chars<'_>>) -> bool {
    let mut ahead = chars.clone();
    match (ahead.next(), ahead.next()) {
        (Some(blank), _) if blank.is_whitespace() => {
            chars.next();
            true
        }
        (Some('\\'), Some('\n' | '\r')) => {
            *chars = ahead;
            true
        }
        _ => false,
    }
}

fn word(chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut word = Vec::new();
    while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
        match c {
            '\'' => push_single(chars, &mut word)?,
            '"' => push_double(chars, &mut word)?,
            '$' if chars.next_if_eq(&'\'').is_some() => push_escaped(chars, &mut word)?,
            '\\' => match chars.next() {
                Some('\n') | None => break,
                Some('\r') => {}
                Some(other) => push(&mut word, other),
            },
            '`' if matches!(chars.peek(), Some('\n' | '\r')) => {
                return Err("it is written for PowerShell; copy it as cURL (bash)".into());
            }
            '|' | '&' | ';' | '<' | '>' => {
                return Err(format!("'{c}' is for a shell; give the curl command alone, with its values in quotes"));
            }
            _ => push_literal(c, chars, &mut word)?,
        }
    }
    String::from_utf8(word).map_err(|_| "it is not UTF-8; give its body in a file, like --data-binary @FILE".into())
}

fn push(word: &mut Vec<u8>, c: char) {
    word.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// A character that means itself, unless a shell would put something else in its place.
fn push_literal(c: char, chars: &mut Peekable<Chars<'_>>, word: &mut Vec<u8>) -> Result<(), String> {
    let is_variable = |next: &char| next.is_ascii_alphanumeric() || matches!(next, '_' | '{' | '(');
    if c == '`' || (c == '$' && chars.peek().is_some_and(is_variable)) {
        return Err("a shell has to fill its variables; put the command behind --, without quotes around it".into());
    }
    push(word, c);
    Ok(())
}

fn push_single(chars: &mut Peekable<Chars<'_>>, word: &mut Vec<u8>) -> Result<(), String> {
    loop {
        match chars.next().ok_or(NO_END)? {
            '\'' => return Ok(()),
            c => push(word, c),
        }
    }
}

fn push_double(chars: &mut Peekable<Chars<'_>>, word: &mut Vec<u8>) -> Result<(), String> {
    loop {
        match chars.next().ok_or(NO_END)? {
            '"' => return Ok(()),
            '\\' => match chars.next().ok_or(NO_END)? {
                '\n' => {}
                c @ ('"' | '\\' | '$' | '`') => push(word, c),
                c => {
                    push(word, '\\');
                    push(word, c);
                }
            },
            c => push_literal(c, chars, word)?,
        }
    }
}

/// Adds the text between `$'` and `'`.
fn push_escaped(chars: &mut Peekable<Chars<'_>>, word: &mut Vec<u8>) -> Result<(), String> {
    loop {
        match chars.next().ok_or(NO_END)? {
            '\'' => return Ok(()),
            '\\' => push_escape(chars, word)?,
            c => push(word, c),
        }
    }
}

fn push_escape(chars: &mut Peekable<Chars<'_>>, word: &mut Vec<u8>) -> Result<(), String> {
    if chars.peek().is_some_and(|c| c.is_digit(8)) {
        word.push(number(chars, 3, 8) as u8);
        return Ok(());
    }
    match chars.next().ok_or(NO_END)? {
        'n' => word.push(b'\n'),
        't' => word.push(b'\t'),
        'r' => word.push(b'\r'),
        'a' => word.push(7),
        'b' => word.push(8),
        'f' => word.push(12),
        'v' => word.push(11),
        'e' | 'E' => word.push(27),
        'x' => word.push(number(chars, 2, 16) as u8),
        'u' => push_units(chars, word),
        'U' => push(word, char::from_u32(number(chars, 8, 16)).unwrap_or(char::REPLACEMENT_CHARACTER)),
        c @ ('\\' | '\'' | '"' | '?') => push(word, c),
        c => {
            push(word, '\\');
            push(word, c);
        }
    }
    Ok(())
}

/// Adds the character behind a `\u`. Browsers write one beyond 16 bits in two of them.
fn push_units(chars: &mut Peekable<Chars<'_>>, word: &mut Vec<u8>) {
    let mut units = vec![number(chars, 4, 16) as u16];
    let mut ahead = chars.clone();
    if (0xd800..0xdc00).contains(&units[0]) && ahead.next() == Some('\\') && ahead.next() == Some('u') {
        units.push(number(&mut ahead, 4, 16) as u16);
        *chars = ahead;
    }
    let decoded = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    decoded.for_each(|c| push(word, c));
}

/// A number of so many digits at most.
fn number(chars: &mut Peekable<Chars<'_>>, most: usize, radix: u32) -> u32 {
    let digits = (0..most).map_while(|_| chars.next_if(|c| c.is_digit(radix))?.to_digit(radix));
    digits.fold(0, |number, digit| number * radix + digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_as_a_shell_parts_them() {
        for (command, wanted) in [
            ("curl  'a b' \"c 'd'\"\te\\ f", &["curl", "a b", "c 'd'", "e f"][..]),
            ("curl \\\n  -d '' \\\r\n x", &["curl", "-d", "", "x"]),
            ("a'b'\"c\"d", &["abcd"]),
            ("'it'\\''s'", &["it's"]),
            ("\"a\\\"b\\\\c\\d $ 5$\"", &["a\"b\\c\\d $ 5$"]),
            ("'two\nlines'", &["two\nlines"]),
            ("  ", &[]),
            ("http://a.test/?b=1^2#c", &["http://a.test/?b=1^2#c"]),
        ] {
            assert_eq!(split(command).as_deref(), Ok(&wanted.iter().map(|w| w.to_string()).collect::<Vec<_>>()[..]));
        }
    }

    #[test]
    fn what_browsers_escape_is_read_back() {
        let rows = [
            (r"$'it\'s \u0021 \x41\101\n'", "it's ! AA\n"),
            (r"$'\ud83d\ude00 \U0001F600 \xf0\x9f\x98\x80'", "😀 😀 😀"),
            (r"$'\ud83d-'", "\u{fffd}-"),
            (r#"$'{\"a\": \"b\\n\"}'"#, "{\"a\": \"b\\n\"}"),
        ];
        for (command, wanted) in rows {
            assert_eq!(split(command), Ok(vec![wanted.to_owned()]), "{command}");
        }
    }

    #[test]
    fn a_command_for_windows_is_known_by_its_quotes() {
        for (command, wanted) in [
            ("curl ^\"http://a.test/^\"", true),
            ("curl http://a.test/ ^\n -d x", true),
            ("curl http://a.test/ ^\r\n -d x", true),
            ("curl \"http://a.test/\" -d \"{\"\"a\"\":1}\"", true),
            ("curl \"http://a.test/\" -d \"\"\"a\"\"\"", true),
            ("curl \"http://a.test/\" -d \"{\"\"a\"\":\"\"it's\"\"}\"", true),
            ("curl \"http://a.test/\" -d \"{\\^\"a\\^\":1}\"", true),
            ("curl http://a.test/ -d \"\" -H \"A: \"", false),
            ("curl http://a.test/ -d \"{\\\"a\\\":\\\"\\\"}\"", false),
            ("curl 'http://a.test/' -d '{\"a\":\"\"}'", false),
            ("curl 'http://a.test/?p=^\"x^\"'", false),
            ("curl \"http://a.test/\" -d \"a\"\"b\" -H 'A: b'", false),
            ("curl http://a.test/?b=1^2", false),
        ] {
            assert_eq!(is_for_windows(command), wanted, "{command}");
        }
    }

    #[test]
    fn what_only_a_shell_understands_is_refused_with_what_to_do() {
        for (command, words) in [
            ("curl 'http://a.test", "copy the whole command"),
            ("curl \"a", "copy the whole command"),
            ("curl a | jq", "'|' is for a shell"),
            ("curl http://a.test/?a=1&b=2", "'&' is for a shell"),
            ("curl $URL", "behind --"),
            ("curl \"${URL}\"", "behind --"),
            ("curl `date`", "behind --"),
            ("curl.exe http://a.test `\n -d x", "PowerShell; copy it as cURL (bash)"),
            ("curl $'\\xff'", "not UTF-8"),
        ] {
            let error = split(command).expect_err(command);
            assert!(error.contains(words), "{command}: {error}");
        }
    }
}
