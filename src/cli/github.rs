//! What GitHub Actions shows of a run: annotations of what failed, and the summary of the step
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use crate::report::write_markdown;
use crate::stats::{FailureGroup, Summary};

/// GitHub shows no more of a step.
const MOST: usize = 10;
/// Variable that names the file of the step's summary.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// True where it is asked for, and on GitHub's runners.
pub(super) fn is_wanted(is_asked: bool) -> bool {
    is_asked || std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true")
}

/// Writes annotations among what is for people, and adds to the summary of the step. What cannot be written is told.
pub(super) fn tell(summary: &Summary, out: &mut dyn Write) {
    for line in annotations(summary) {
        let _ = writeln!(out, "{line}");
    }
    let Some(path) = std::env::var_os(SUMMARY).filter(|path| !path.is_empty()) else { return };
    if let Err(error) = add(summary, Path::new(&path)) {
        let _ = writeln!(out, "::warning title=perfloop::{}", data(&format!("{SUMMARY} cannot be written: {error}")));
    }
}

fn add(summary: &Summary, path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    write_markdown(summary, file)
}

/// Crossed gates first, then groups of failures, the largest first.
fn annotations(summary: &Summary) -> Vec<String> {
    let crossed = summary.gates.iter().filter(|gate| gate.crossed);
    let gates = crossed.map(|gate| format!("::error title=gate crossed::{}", data(&gate.to_string())));
    let failures = summary.failures.iter().map(|group| failure(&summary.check_of(group), group));
    gates.chain(failures).take(MOST).collect()
}

fn failure(check: &str, group: &FailureGroup) -> String {
    let place =
        group.detail.as_deref().and_then(place).map(|(file, line)| format!("file={},line={line},", property(file)));
    let title = property(&format!("{check} ({}x)", group.count));
    format!("::error {}title={title}::{}", place.unwrap_or_default(), data(&group.message))
}

/// File and line of an assert, where the detail of a failure begins with them: `a.hurl:4:19: assert failed`.
fn place(detail: &str) -> Option<(&str, u32)> {
    let (place, _) = detail.lines().next()?.split_once(": ")?;
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    column.parse::<u32>().ok()?;
    Some((file, line.parse().ok()?))
}

/// Text of a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_assert_is_found_where_there_is_one() {
        assert_eq!(place("a/b.hurl:4:19: assert failed\n  4 | x"), Some(("a/b.hurl", 4)));
        assert_eq!(place("C:\\a.hurl:12:1: error"), Some(("C:\\a.hurl", 12)));
        for detail in ["at src/lib.rs:7:9", "connection refused", "a: b: c", ""] {
            assert_eq!(place(detail), None);
        }
    }

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("100%\r\nno: yes,"), "100%25%0D%0Ano: yes,");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
