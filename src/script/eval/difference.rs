//! Difference of two bodies, shown in a few lines.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, Token};

use super::value::Value;

/// More than so many lines of each say no more.
const MAX_LINES: usize = 10;
/// More than so many bytes of each say no more.
const MAX_BYTES: usize = 64;

/// First difference of two texts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The line of the wanted text, counted from 1, or the one after which something is added: 0 is before all.
    pub(super) line: usize,
    /// Wanted and actual lines at that place.
    pub(super) message: String,
}

/// The first lines in which two texts differ.
pub(super) fn of_texts(actual: &str, wanted: &str) -> Difference {
    if !actual.contains('\n') && !wanted.contains('\n') {
        return Difference { line: 1, message: format!("actual:   <{actual}>\nexpected: <{wanted}>") };
    }
    let shows_ends = actual.ends_with('\n') != wanted.ends_with('\n');
    let lines = InternedInput::new(wanted, actual);
    let first = Diff::compute(Algorithm::Myers, &lines).hunks().next();
    let (old, new) = first.map_or((0..0, 0..0), |hunk| (as_range(&hunk.before), as_range(&hunk.after)));
    let mut message = format!("from line {} on, the body differs:", old.start + 1);
    let text = |tokens: &[Token]| tokens.iter().map(|token| lines.interner[*token]).collect::<Vec<&str>>();
    let (wanted, actual) = (text(&lines.before[old.clone()]), text(&lines.after[new]));
    for (sign, differing) in [('-', wanted), ('+', actual)] {
        for line in differing.iter().take(MAX_LINES) {
            message.push_str(&format!("\n{sign} {}", shown(line, shows_ends)));
        }
        if differing.len() > MAX_LINES {
            message.push_str(&format!("\n{sign} ({} more lines)", differing.len() - MAX_LINES));
        }
    }
    Difference { line: old.start + usize::from(!old.is_empty()), message }
}

fn as_range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

fn shown(line: &str, shows_end: bool) -> String {
    let text = line.strip_suffix('\n');
    let end = if shows_end && text.is_none() { " (without a line end)" } else { "" };
    format!("{}{end}", text.unwrap_or(line).escape_debug().to_string().replace("\\\"", "\""))
}

/// The beginnings of two bodies that are no texts.
pub(super) fn of_bytes(actual: &[u8], wanted: &[u8]) -> String {
    let show = |bytes: &[u8]| {
        let start = Value::Bytes(bytes[..bytes.len().min(MAX_BYTES)].to_vec());
        let more = if bytes.len() > MAX_BYTES { "..." } else { "" };
        format!("{} bytes <{start}{more}>", bytes.len())
    };
    format!("actual:   {}\nexpected: {}", show(actual), show(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(actual: &str, wanted: &str) -> (usize, String) {
        let difference = of_texts(actual, wanted);
        (difference.line, difference.message)
    }

    #[test]
    fn the_first_lines_that_differ_are_shown() {
        let told = |line, from, lines: &str| (line, format!("from line {from} on, the body differs:{lines}"));
        let (actual, wanted) = ("{\n  \"a\": 2\n}", "{\n  \"a\": 1\n}");
        assert_eq!(shown(actual, wanted), told(2, 2, "\n-   \"a\": 1\n+   \"a\": 2"));
        assert_eq!(shown("a\nb", "a\nb\n"), told(2, 2, "\n- b\n+ b (without a line end)"));
        assert_eq!(shown("a\nc\n", "a\nb\nc\n"), told(2, 2, "\n- b"));
        assert_eq!(shown("a", "b"), (1, "actual:   <a>\nexpected: <b>".to_owned()));
    }

    #[test]
    fn what_is_added_stands_after_a_line() {
        assert_eq!(of_texts("a\nb\nx\nc\n", "a\nb\nc\n").line, 2);
        assert_eq!(of_texts("x\na\n", "a\n").line, 0);
    }

    #[test]
    fn long_bodies_are_cut() {
        let text = of_texts(&"a\n".repeat(100), "b\nc").message;
        assert!(text.ends_with("+ (90 more lines)"), "{text}");
        assert!(of_bytes(&[0; 1000], b"a").starts_with("actual:   1000 bytes <0000"));
        assert!(of_bytes(&[0; 1000], b"a").ends_with("expected: 1 bytes <61>"));
    }
}
