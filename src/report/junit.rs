//! The checks as JUnit test cases, for the test view of a CI server.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::text::{gate_number, statuses};
use crate::stats::{CheckCounters, FailureGroup, GateVerdict, Summary};

/// The suite's name, and the class of all its cases.
const SUITE: &str = "perfloop";

/// Writes a JUnit report: a suite `perfloop` with a test case for each check and for each gate.
///
/// A check of which all runs passed is a success; one that failed an expectation is a failure, one that only lacked
/// usable answers an error, each with its counts and what was wrong; one of which no run ended is an error, too. The
/// `time` of a case is the mean TPR of its passes, in seconds, that of the suite the tested time.
///
/// # Errors
/// Those of the writer.
pub fn write_junit(summary: &Summary, mut writer: impl Write) -> io::Result<()> {
    let mut suite = TestSuite::new(SUITE);
    suite.set_time(summary.tested());
    if let Some(statuses) = statuses(&summary.whole.request_totals) {
        suite.add_property(("answers by status", statuses.as_str()));
    }
    suite.add_test_cases(summary.whole.checks.iter().map(|check| case(summary, check)));
    suite.add_test_cases(summary.gates.iter().map(gate));
    let mut report = Report::new(SUITE);
    report.set_time(summary.tested()).add_test_suite(suite);
    writer.write_all(xml(&report)?.as_bytes())?;
    writer.flush()
}

/// A report as XML, in which each character that XML has no room for (XML 1.0, 2.2) is written as its number.
///
/// # Errors
/// When it cannot be written as XML.
pub(crate) fn xml(report: &Report) -> io::Result<String> {
    // The library leaves out control characters, but not these.
    let text = report.to_string().map_err(io::Error::other)?;
    Ok(text.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}"))
}

fn case(summary: &Summary, check: &CheckCounters) -> TestCase {
    let mut case = TestCase::new(&*check.name, status(summary, check));
    case.set_classname(SUITE).set_time(check.tpr.mean().unwrap_or_default());
    case
}

/// A gate that was crossed is a failure.
fn gate(gate: &GateVerdict) -> TestCase {
    let status = if gate.crossed {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let value = gate
            .value
            .map(|value| format!("it was {}, by {}", gate_number(value, gate.unit), gate.judged_by))
            .unwrap_or_else(|| "there was no data".to_owned());
        status.set_message(format!("crossed: {value}")).set_type("gate");
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(format!("gate: {gate}"), status);
    case.set_classname(SUITE);
    case
}

fn status(summary: &Summary, check: &CheckCounters) -> TestCaseStatus {
    if check.ended() > 0 && check.pass == check.ended() {
        return TestCaseStatus::success();
    }
    let kind = if check.fail > 0 { NonSuccessKind::Failure } else { NonSuccessKind::Error };
    let mut status = TestCaseStatus::non_success(kind);
    if check.ended() == 0 {
        status.set_message("no run of the check ended");
        return status;
    }
    let CheckCounters { fail, exception, .. } = check;
    status.set_message(format!(
        "{} of {} runs did not pass: {fail} fail, {exception} exception",
        fail + exception,
        check.ended()
    ));
    status.set_type(if *fail > 0 { "fail" } else { "exception" });
    let groups = summary.failures.iter().filter(|group| summary.check_of(group) == check.name);
    status.set_description(groups.map(described).collect::<String>());
    status
}

fn described(group: &FailureGroup) -> String {
    let kind = if group.is_exception { "exception" } else { "fail" };
    let detail = group.detail.as_deref().map(|detail| format!("    {detail}\n")).unwrap_or_default();
    format!("{} x {kind}: {}\n{detail}", group.count, group.message)
}
