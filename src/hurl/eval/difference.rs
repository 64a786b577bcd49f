//! How two bodies differ, shown in a few lines.

use super::value::Value;

/// More than so many lines of each say no more.
const MAX_LINES: usize = 10;
/// More than so many bytes of each say no more.
const MAX_BYTES: usize = 64;

/// The lines in which two texts differ.
pub(super) fn of_texts(actual: &str, wanted: &str) -> String {
    let (actual, wanted): (Vec<&str>, Vec<&str>) = (lines(actual), lines(wanted));
    if actual.len() == 1 && wanted.len() == 1 {
        return format!("actual:   <{}>\nexpected: <{}>", actual[0], wanted[0]);
    }
    let same = actual.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
    let shorter = actual.len().min(wanted.len()) - same;
    let same_at_end = actual.iter().rev().zip(wanted.iter().rev()).take(shorter).take_while(|(a, b)| a == b).count();
    let mut text = format!("from line {} on, the body differs:", same + 1);
    for (sign, lines) in [('-', &wanted), ('+', &actual)] {
        let differing = &lines[same..lines.len() - same_at_end];
        for line in differing.iter().take(MAX_LINES) {
            text.push_str(&format!("\n{sign} {}", line.escape_debug().to_string().replace("\\\"", "\"")));
        }
        if differing.len() > MAX_LINES {
            text.push_str(&format!("\n{sign} ({} more lines)", differing.len() - MAX_LINES));
        }
    }
    text
}

/// What is after the last line break is a line too, so that a missing one is seen.
fn lines(text: &str) -> Vec<&str> {
    text.split('\n').collect()
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

    #[test]
    fn only_the_lines_that_differ_are_shown() {
        assert_eq!(
            of_texts("{\n  \"a\": 2\n}", "{\n  \"a\": 1\n}"),
            "from line 2 on, the body differs:\n-   \"a\": 1\n+   \"a\": 2"
        );
        assert_eq!(of_texts("a\nb", "a\nb\n"), "from line 3 on, the body differs:\n- ");
        assert_eq!(of_texts("a", "b"), "actual:   <a>\nexpected: <b>");
    }

    #[test]
    fn long_bodies_are_cut() {
        let text = of_texts(&"a\n".repeat(100), "b\nc");
        assert!(text.ends_with("+ (91 more lines)"), "{text}");
        assert!(of_bytes(&[0; 1000], b"a").starts_with("actual:   1000 bytes <0000"));
        assert!(of_bytes(&[0; 1000], b"a").ends_with("expected: 1 bytes <61>"));
    }
}
