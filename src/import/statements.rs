//! Statements of a script in JavaScript, as far as they can be told apart without running it.

use std::sync::LazyLock;

use regex::Regex;

use super::quotes::{Quotes, Standing};

/// What opens a test of Postman, Bruno or JetBrains.
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:(?:pm|client)\.)?test\(\s*(?:"[^"]*"|'[^']*'|`[^`]*`)\s*,\s*(?:async\s+)?(?:function\s*\w*\s*\(\s*\w*\s*\)|\(?\s*\w*\s*\)?\s*=>)\s*\{?"#,
    )
});
/// What makes a block depend on something.
static CONTROL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:\}\s*)?(?:if|else|for|while|do|switch|try|catch|finally|function|async\s+function)\b")
});

/// Pattern, which is known to be one.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("{text}: {error}"))
}

/// Statements with their lines: what stands on several lines is one as long as brackets are open, but for blocks.
pub(super) fn statements(script: &[(usize, String)]) -> Vec<(usize, String)> {
    let mut all: Vec<(usize, String)> = Vec::new();
    let mut open: Option<(usize, String)> = None;
    let mut is_comment = false;
    // Blocks of what depends on something are one statement, whatever is in them.
    let mut block: Option<i32> = None;
    for (line, text) in script {
        let mut text = text.trim();
        if let Some(depth) = block {
            let depth = depth + braces(text);
            let is_over = depth <= 0 && !(depth == 0 && text.is_empty());
            block = (!is_over).then_some(depth);
            continue;
        }
        if is_comment || text.starts_with("/*") {
            is_comment = !text.contains("*/");
            continue;
        }
        if let Some((before, _)) = text.split_once(" //") {
            text = before.trim_end();
        }
        if let Some((before, after)) =
            text.split_once(" /*").filter(|(before, _)| braces(before) >= 0 && !Quotes::of_script().are_open_in(before))
        {
            is_comment = !after.contains("*/");
            text = before.trim_end();
        }
        if text.is_empty() || text.starts_with("//") {
            continue;
        }
        let (line, whole) = match open.take() {
            Some((line, before)) => (line, format!("{before} {text}")),
            None => (*line, text.to_owned()),
        };
        // What runs a function later, or not at all, is no statement on this answer either.
        let is_callback = whole.ends_with('{') && !OPENING.is_match(&whole);
        if (CONTROL.is_match(&whole) || is_callback) && open.is_none() {
            let depth = braces(&whole);
            let is_over = depth == 0 && whole.ends_with(['}', ';']);
            block = (!is_over).then_some(depth);
            all.push((line, whole));
            continue;
        }
        let is_opening = OPENING.is_match(&whole);
        if !is_opening && depth(&whole) > 0 && whole.len() < 2000 {
            open = Some((line, whole));
        } else {
            all.extend(parted(&whole).into_iter().map(|part| (line, part)));
        }
    }
    all.extend(open);
    all
}

/// Brackets that are open at the end of a text, but for those of blocks.
fn depth(text: &str) -> i32 {
    open_brackets(text, "([", ")]")
}

/// Braces that are open at the end of a text.
fn braces(text: &str) -> i32 {
    open_brackets(text, "{", "}")
}

fn open_brackets(text: &str, opening: &str, closing: &str) -> i32 {
    let mut quotes = Quotes::of_script();
    let free = text.chars().filter(|c| quotes.take(*c) == Standing::Free);
    free.map(|c| i32::from(opening.contains(c)) - i32::from(closing.contains(c))).sum()
}

/// Statements of a line: parted at semicolons, without what opens and closes a test.
fn parted(line: &str) -> Vec<String> {
    let mut text = line.trim();
    while let Some(found) = OPENING.find(text) {
        text = text[found.end()..].trim();
        // What opens a test on this line may close it as well.
        while depth(text) < 0 && text.ends_with([')', '}', ';']) {
            text = text.trim_end_matches(';').trim_end();
            text = text.strip_suffix(')').or_else(|| text.strip_suffix('}')).unwrap_or(text).trim_end();
        }
        text = text.strip_suffix('}').unwrap_or(text).trim_end();
    }
    let mut quotes = Quotes::of_script();
    let parts = text.split(|c| quotes.take(c) == Standing::Free && c == ';');
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
