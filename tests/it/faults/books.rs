//! What a run says of itself, in every format there is.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::sync::LazyLock;

use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use serde_json::Value;

use crate::support::{Output, Reports, Schema};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read("report.schema.json"));
/// Where a request's row tells how many were lost on a kept connection.
const LOST_KEPT: &str = "lost_kept";
/// The formats, each by the flag that asks for it and the name of its file.
const FORMATS: [(&str, &str); 4] =
    [("--json", "run.json"), ("--csv", "run"), ("--junit", "run.xml"), ("--samples", "samples.csv")];

/// The counts of a run, by its JSON.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Books {
    pub(super) pass: u64,
    pub(super) fail: u64,
    pub(super) exception: u64,
    /// Checks that were cut off.
    pub(super) unfinished: u64,
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) lost: BTreeMap<String, u64>,
    /// Requests that were cut off.
    pub(super) cut: u64,
    pub(super) never_accepted: u64,
    pub(super) lost_kept: u64,
    pub(super) resent: u64,
    pub(super) connections: u64,
    failures: u64,
    /// What the failures say, each as often as it was said.
    pub(super) messages: BTreeMap<String, u64>,
    pub(super) end: String,
}

/// Things that are not as they should be.
#[derive(Debug, Default)]
pub(super) struct Complaints(pub(super) Vec<String>);

impl Complaints {
    pub(super) fn equal<T: PartialEq + Debug>(&mut self, what: &str, said: T, right: T) {
        self.hold(said == right, || format!("{what}: {said:?} instead of {right:?}"));
    }

    pub(super) fn hold(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.0.push(otherwise());
        }
    }
}

impl Books {
    /// The flags that make a run write all its formats.
    pub(super) fn flags(reports: &Reports) -> Vec<String> {
        FORMATS.iter().flat_map(|(flag, file)| [(*flag).to_owned(), reports.path(file)]).collect()
    }

    pub(super) fn of_json(json: &Value) -> Self {
        let number = |value: &Value| value.as_u64().unwrap_or(0);
        let rows = || json["requests"].as_array().into_iter().flatten();
        let sum = |key: &str| rows().map(|row| number(&row[key])).sum();
        let mut lost = BTreeMap::new();
        for (kind, count) in rows().filter_map(|row| row["exceptions_by_kind"].as_object()).flatten() {
            *lost.entry(kind.clone()).or_default() += number(count);
        }
        let mut messages = BTreeMap::new();
        for group in json["failures"].as_array().into_iter().flatten() {
            *messages.entry(group["message"].as_str().unwrap_or_default().to_owned()).or_default() +=
                number(&group["count"]);
        }
        let totals = &json["totals"];
        Books {
            pass: number(&totals["pass"]),
            fail: number(&totals["fail"]),
            exception: number(&totals["exception"]),
            unfinished: number(&totals["unfinished"]),
            sent: sum("count"),
            answered: sum("answered"),
            lost,
            cut: sum("unfinished"),
            never_accepted: sum("never_accepted"),
            lost_kept: sum(LOST_KEPT),
            resent: sum("resent"),
            connections: sum("new_connections"),
            failures: sum("failures"),
            messages,
            end: json["run"]["end"].as_str().unwrap_or_default().to_owned(),
        }
    }

    pub(super) fn ended(&self) -> u64 {
        self.pass + self.fail + self.exception
    }

    pub(super) fn exceptions(&self) -> u64 {
        self.lost.values().sum()
    }

    /// All formats say the same.
    pub(super) fn agree(&self, output: &Output, reports: &Reports, complaints: &mut Complaints) {
        let read = |file: &str| fs::read_to_string(reports.path(file)).unwrap_or_default();
        self.json_agrees(&reports.json("run.json"), complaints);
        self.console_agrees(&output.stdout, complaints);
        self.stats_agree(&read("run_stats.csv"), complaints);
        self.history_agrees(&read("run_stats_history.csv"), complaints);
        self.failures_agree(&read("run_failures.csv"), &read("run_exceptions.csv"), complaints);
        self.junit_agrees(&read("run.xml"), complaints);
        self.samples_agree(&read("samples.csv"), complaints);
    }

    fn json_agrees(&self, json: &Value, complaints: &mut Complaints) {
        complaints.0.extend(SCHEMA.complaints(json));
        complaints.equal("sent by its ends", self.answered + self.exceptions() + self.cut, self.sent);
        let of_checks =
            |key: &str| json["checks"].as_array().unwrap().iter().map(|row| row[key].as_u64().unwrap()).sum();
        let counts = [("pass", self.pass), ("fail", self.fail), ("exception", self.exception)];
        for (key, count) in counts.into_iter().chain([("unfinished", self.unfinished)]) {
            complaints.equal(&format!("JSON, checks' {key}"), of_checks(key), count);
        }
        let of_totals = |key: &str| json["totals"][key].as_u64().unwrap();
        complaints.equal("JSON, totals' answered", of_totals("answered"), self.answered);
        complaints.equal("JSON, totals' requests", of_totals("requests"), self.sent);
        complaints.equal("JSON, failures' counts", self.messages.values().sum(), self.fail + self.exception);
        complaints.equal("JSON, samples left out", json["run"]["samples_left_out"].as_u64(), Some(0));
    }

    fn console_agrees(&self, stdout: &str, complaints: &mut Complaints) {
        let line = |word: &str| {
            let mut lines = stdout.lines().filter_map(|line| line.split_once(word));
            lines.find(|(count, _)| count.parse::<u64>().is_ok()).unwrap_or_default()
        };
        let plural = |count: u64, one: &'static str, more: &'static str| if count == 1 { one } else { more };
        let (ended, counts) = line(plural(self.ended(), " check in ", " checks in "));
        complaints.equal("console, checks", ended, &self.ended().to_string());
        let counts = counts.split_once("): ").map_or("", |(_, counts)| counts);
        for (word, count) in
            [("pass", self.pass), ("fail", self.fail), ("exception", self.exception), ("unfinished", self.unfinished)]
        {
            complaints.equal(&format!("console, {word}"), counted(counts, word), count);
        }
        if self.sent > 0 {
            let (sent, counts) = line(plural(self.sent, " request: ", " requests: "));
            complaints.equal("console, requests", sent, &self.sent.to_string());
            for (word, count) in [
                ("answered", self.answered),
                ("exception", self.exceptions()),
                ("unfinished", self.cut),
                ("resent", self.resent),
                ("connection", self.connections),
            ] {
                complaints.equal(&format!("console, requests {word}"), counted(counts, word), count);
            }
        }
    }

    fn stats_agree(&self, csv: &str, complaints: &mut Complaints) {
        let rows = rows(csv);
        let Some((aggregated, rows)) = rows.split_last() else { return complaints.0.push("no stats.csv".into()) };
        let sum = |key: &str| rows.iter().map(|row| number(row, key)).sum::<u64>();
        for (key, count) in [("Request Count", self.answered + self.exceptions()), ("Failure Count", self.failures)] {
            complaints.equal(&format!("stats.csv, {key}"), number(aggregated, key), count);
            complaints.equal(&format!("stats.csv, sum of {key}"), sum(key), count);
        }
        // A request of a check that was cut off may have failed already.
        let wrong = self.fail + self.exception;
        complaints.hold((wrong..=wrong + self.unfinished).contains(&self.failures), || {
            format!("stats.csv, {} failures of {wrong} checks", self.failures)
        });
    }

    fn history_agrees(&self, csv: &str, complaints: &mut Complaints) {
        if let Some(last) = rows(csv).last() {
            complaints.equal(
                "history, requests",
                number(last, "Total Request Count"),
                self.answered + self.exceptions(),
            );
            complaints.equal("history, failures", number(last, "Total Failure Count"), self.failures);
        } else {
            complaints.equal("history is empty, requests", self.answered + self.exceptions(), 0);
        }
    }

    fn failures_agree(&self, failures: &str, exceptions: &str, complaints: &mut Complaints) {
        let of_requests: u64 = rows(failures).iter().map(|row| number(row, "Occurrences")).sum();
        complaints.equal("failures.csv", of_requests, self.failures);
        complaints.equal("exceptions.csv", rows(exceptions).len(), 0);
    }

    fn junit_agrees(&self, xml: &str, complaints: &mut Complaints) {
        let report = match Report::deserialize_from_str(xml) {
            Ok(report) => report,
            Err(error) => return complaints.0.push(format!("JUnit: {error}")),
        };
        let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
        let of_kind = |wanted| cases.clone().filter(|case| kind(&case.status) == Some(wanted)).count();
        complaints.equal("JUnit, tests", report.tests, cases.clone().count());
        complaints.equal("JUnit, failures", report.failures, of_kind(NonSuccessKind::Failure));
        complaints.equal("JUnit, errors", report.errors, of_kind(NonSuccessKind::Error));
        let (gates, checks): (Vec<_>, Vec<_>) = cases.partition(|case| case.name.as_str().starts_with("gate: "));
        complaints.equal("JUnit, checks and gates", (checks.len(), gates.len()), (1, 1));
        let Some(check) = checks.first() else { return };
        let wrong = self.fail + self.exception;
        let right = match (self.ended(), self.fail, wrong) {
            (0, ..) | (_, 0, 1..) => Some(NonSuccessKind::Error),
            (_, _, 0) => None,
            _ => Some(NonSuccessKind::Failure),
        };
        complaints.equal("JUnit, status", kind(&check.status), right);
        if let TestCaseStatus::NonSuccess { message, description, .. } = &check.status
            && self.ended() > 0
        {
            let (ended, fail, exception) = (self.ended(), self.fail, self.exception);
            let counts = format!("{wrong} of {ended} runs did not pass: {fail} fail, {exception} exception");
            complaints.equal("JUnit, message", message.as_ref().map_or("", |message| message.as_str()), &counts);
            let description = description.as_ref().map_or("", |text| text.as_str());
            let groups = description.lines().filter_map(|line| line.split_once(" x ")?.0.parse::<u64>().ok());
            complaints.equal("JUnit, groups", groups.sum(), wrong);
        }
    }

    fn samples_agree(&self, csv: &str, complaints: &mut Complaints) {
        let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows(csv) {
            let outcome = row.get("outcome").cloned().unwrap_or_default();
            *outcomes.entry(outcome).or_default() += 1;
        }
        let answered = (self.answered > 0).then(|| ("answered".to_owned(), self.answered));
        let right: BTreeMap<_, _> = self.lost.clone().into_iter().chain(answered).collect();
        complaints.equal("samples, outcomes", outcomes, right);
    }
}

fn kind(status: &TestCaseStatus) -> Option<NonSuccessKind> {
    match status {
        TestCaseStatus::NonSuccess { kind, .. } => Some(*kind),
        _ => None,
    }
}

/// The number before a word in `5 pass, 0 fail`; 0 where it does not stand.
fn counted(counts: &str, word: &str) -> u64 {
    let parts = counts.split(", ").filter_map(|part| part.split_once(' '));
    parts.filter(|(_, what)| what.starts_with(word)).find_map(|(count, _)| count.parse().ok()).unwrap_or(0)
}

type Row = BTreeMap<String, String>;

fn rows(csv: &str) -> Vec<Row> {
    csv::Reader::from_reader(csv.as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// A count that nothing has.
const NONE: u64 = 999_999_999;

fn number(row: &Row, key: &str) -> u64 {
    row.get(key).and_then(|value| value.parse().ok()).unwrap_or(NONE)
}
