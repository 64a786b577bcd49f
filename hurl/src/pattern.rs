//! Regular expressions, compiled within limits: a text from a file or an answer ends no thread and takes no machine.

use std::thread;

use regex::{Regex, RegexBuilder};

/// Bytes of the longest pattern.
const MAX_LENGTH: usize = 64 * 1024;
/// Levels of groups, repetitions and classes within one another.
const MAX_NESTING: u32 = 100;
/// Enough to compile so many levels, also in a debug build.
const STACK: usize = 16 << 20;
/// A text with fewer signs that open or repeat something is compiled by the thread that wants it.
const SIMPLE: usize = 4;

/// Compiles a regular expression of Hurl, which is one of the crate `regex`.
///
/// # Errors
/// One line that says why the pattern is refused: it is no regular expression, is longer than 64 KiB, is nested
/// deeper than 100 levels, or takes more than 10 MiB compiled.
///
/// ```
/// use perfloop_hurl::compile_regex;
///
/// assert!(compile_regex("^a+$")?.is_match("aaa"));
/// assert_eq!(compile_regex("a(").unwrap_err(), "unclosed group");
/// # Ok::<(), String>(())
/// ```
pub fn compile_regex(pattern: &str) -> Result<Regex, String> {
    if pattern.len() > MAX_LENGTH {
        return Err("it is longer than 64 KiB".into());
    }
    let compile = || RegexBuilder::new(pattern).nest_limit(MAX_NESTING).build().map_err(|error| reason(&error));
    if pattern.bytes().filter(|byte| b"([{|*+?".contains(byte)).count() < SIMPLE {
        return compile();
    }
    // Each level takes kilobytes of the stack, and threads of users have little of it.
    thread::scope(|scope| {
        let compiling = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, compile);
        let compiled = compiling.map_err(|error| format!("there is no thread to compile it ({error})"))?.join();
        compiled.unwrap_or_else(|_| Err("it cannot be compiled".into()))
    })
}

/// On one line: the library draws the pattern before it.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> [String; 3] {
        [("(?:b", ")*"), ("(b|", ")"), ("(", "){2}")]
            .map(|(open, close)| format!("{}a{}", open.repeat(levels), close.repeat(levels)))
    }

    #[test]
    fn what_is_nested_is_compiled_on_any_stack_and_refused_when_it_is_too_deep() {
        let on_a_small_stack = thread::Builder::new().stack_size(128 * 1024).spawn(|| {
            for pattern in nested(6).iter().chain(&nested(30)[..2]) {
                assert!(compile_regex(pattern).is_ok(), "{pattern}");
            }
            for pattern in nested(200).iter().chain(&nested(10_000)) {
                let reason = compile_regex(pattern).expect_err("too deep");
                assert!(reason.contains("exceed the maximum number of nested parentheses/brackets (100)"), "{reason}");
            }
        });
        on_a_small_stack.expect("a thread").join().expect("no overflow");
    }

    #[test]
    fn what_would_be_huge_is_refused() {
        let reason = compile_regex(r"(?:\w{1000}){1000}").expect_err("too large");
        assert!(reason.contains("exceeds size limit"), "{reason}");
        assert_eq!(compile_regex(&"a".repeat(70_000)).expect_err("too long"), "it is longer than 64 KiB");
    }
}
