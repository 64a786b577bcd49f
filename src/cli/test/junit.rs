//! The files as JUnit test cases, for the test view of a CI server.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::report::junit_xml as xml;
use crate::script::{FileResult, FileVerdict};

const SUITE: &str = "perfloop test";

/// Writes a test case for each file: what did not hold makes it a failure, what could not be carried out an error.
pub(super) fn write(results: &[FileResult], mut writer: impl Write) -> io::Result<()> {
    let mut suite = TestSuite::new(SUITE);
    suite.add_test_cases(results.iter().map(case));
    let mut report = Report::new(SUITE);
    report.add_test_suite(suite);
    writer.write_all(xml(&report)?.as_bytes())?;
    writer.flush()
}

fn case(result: &FileResult) -> TestCase {
    let status = match result.verdict() {
        FileVerdict::Ok => TestCaseStatus::success(),
        verdict => {
            let kind = match verdict {
                FileVerdict::Assert => NonSuccessKind::Failure,
                _ => NonSuccessKind::Error,
            };
            let mut status = TestCaseStatus::non_success(kind);
            if let Some(first) = result.errors().next() {
                status.set_message(first.message.clone());
            }
            let all: Vec<&str> = result.errors().map(|error| error.rendered.as_str()).collect();
            status.set_description(all.join("\n\n"));
            status
        }
    };
    let mut case = TestCase::new(&*result.file, status);
    case.set_classname(SUITE).set_time(result.duration);
    case
}
