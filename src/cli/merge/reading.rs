//! Reports that were written by `--json`, from files and from logs.

use std::path::Path;

use serde_json::Value;

use crate::error::Error;
use crate::input_file;
use crate::report::{RunInfo, is_good, read_json};
use crate::stats::Summary;

/// A report of 500 names and 200 groups of failures takes less.
const MAX_REPORT: usize = 64 * 1024 * 1024;
/// Line by which a report begins.
const BEGINNING: &str = "{";
/// Line that follows it, and no other document's.
const SECOND: &str = "  \"run\": {";
/// Line by which a report ends.
const END: &str = "}";

/// Reads a report for a subcommand.
///
/// # Errors
/// When it is none, or cannot be read.
pub(in crate::cli) fn read(command: &str, path: &Path) -> Result<(Summary, RunInfo), Error> {
    parsed(command, path, &bytes(command, path)?)
}

/// Reads a report, and whether its run was good, where that was judged.
///
/// # Errors
/// When it is none, or cannot be read.
pub(in crate::cli) fn read_judged(command: &str, path: &Path) -> Result<(Summary, RunInfo, Option<bool>), Error> {
    let bytes = bytes(command, path)?;
    let (summary, info) = parsed(command, path, &bytes)?;
    let document: Option<Value> = serde_json::from_slice(&bytes).ok();
    Ok((summary, info, document.as_ref().and_then(is_good)))
}

fn parsed(command: &str, path: &Path, bytes: &[u8]) -> Result<(Summary, RunInfo), Error> {
    if bytes.len() > MAX_REPORT {
        return Err(refusal(
            command,
            path,
            "is longer than 64 MiB, which no report is; give one that was written by --json",
        ));
    }
    read_json(bytes).map_err(|what| refusal(command, path, &what))
}

/// Reads the reports that runs with `--json -` left in a log, among whatever else it holds.
///
/// # Errors
/// When there is none, or one of them is broken, or the log cannot be read.
pub(super) fn read_log(command: &str, path: &Path) -> Result<Vec<(Summary, RunInfo)>, Error> {
    let bytes = bytes(command, path)?;
    let found = reports_in(&String::from_utf8_lossy(&bytes));
    if found.is_empty() {
        return Err(refusal(
            command,
            path,
            "holds no report; give the log of a run with --json -, or leave --from-logs out for a report itself",
        ));
    }
    let read = |(number, text): (usize, &String)| {
        let broken =
            |what: String| refusal(command, path, &format!("holds a report, number {}, that {what}", number + 1));
        read_json(text.as_bytes()).map_err(broken)
    };
    found.iter().enumerate().map(read).collect()
}

fn bytes(command: &str, path: &Path) -> Result<Vec<u8>, Error> {
    let unread =
        |error| refusal(command, path, &format!("cannot be read ({error}); give a report that was written by --json"));
    input_file::read(path).map_err(unread)
}

fn refusal(command: &str, path: &Path, what: &str) -> Error {
    Error::usage(format!("{command}: {} {what}", path.display()))
}

/// The reports in the lines of a log. Each line may have something before it, the same for all of a report: the name of
/// the pod, or of the service, that wrote it. Lines of others that stand between are left out.
fn reports_in(log: &str) -> Vec<String> {
    let lines: Vec<&str> = log.lines().collect();
    let mut reports = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(prefix) = line.strip_suffix(BEGINNING) else { continue };
        let own = |line: &&str| line.strip_prefix(prefix).map(str::to_owned);
        let mut rest = lines[number + 1..].iter().filter_map(own);
        if rest.next().as_deref() != Some(SECOND) {
            continue;
        }
        let mut report = format!("{BEGINNING}\n{SECOND}\n");
        for line in rest {
            let is_end = line == END;
            // All lines of a report but the first and the last are indented.
            if is_end || line.starts_with("  ") {
                report.push_str(&line);
                report.push('\n');
            }
            if is_end {
                break;
            }
        }
        reports.push(report);
    }
    reports
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "{\n  \"run\": {\n    \"schema\": 2\n  }\n}\n";

    #[test]
    fn reports_are_found_among_other_lines() {
        let log = format!("2 users, 10 s\n{{\n  \"other\": 1\n}}\n{REPORT}warning: {{\nend\n{REPORT}");
        assert_eq!(reports_in(&log), [REPORT, REPORT]);
        assert!(reports_in("").is_empty() && reports_in("{\n").is_empty());
    }

    #[test]
    fn lines_have_the_name_of_their_writer_before_them() {
        let named = |name: &str| REPORT.lines().map(|line| format!("[pod/{name}] {line}\n")).collect::<Vec<_>>();
        let mixed: String =
            named("load-0").iter().zip(named("load-1")).map(|(one, other)| format!("{one}{other}")).collect();
        assert_eq!(reports_in(&mixed), [REPORT, REPORT]);
    }

    #[test]
    fn a_line_of_stderr_between_those_of_a_report_is_left_out() {
        let log = REPORT.replace("  }\n", "warning: late\n  }\n");
        assert_eq!(reports_in(&log), [REPORT]);
    }
}
