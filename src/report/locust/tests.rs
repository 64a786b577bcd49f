//! The files, against those that Locust wrote of the same requests.

use super::super::tests::Told;
use super::*;
use crate::outcome::{Outcome, Reason, RequestErrorKind};
use crate::phase::Phase;
use crate::sample::Answer;
use crate::stats::Summary;

const STATS_HEADER: &str = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%\r\n";
const HISTORY_HEADER: &str = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size\r\n";
/// By Locust, but for the means, whose last digits its way to add up makes, and the rates, which come of its clock.
const BAD: &str = "GET,/bad,3,3,5.4321,5.4321,5.4321,5.4321,0.0,0.1,0.1,5,5,5,5,5,5,5,5,5,5,5\r\n";
const FAILURES: &str = "Method,Name,Error,Occurrences,First Seen,Last Seen\r\n\
    GET,/bad,Exception('boom'),3,2026-11-21T01:26:05Z,2026-11-21T01:26:35Z\r\n\
    POST,/login,CatchResponseError('wrong title'),1,2026-11-21T01:26:06Z,2026-11-21T01:26:06Z\r\n";
const EXCEPTIONS: &str = "Count,Message,Traceback,Nodes\r\n\
    1,login: division by zero,\"Traceback (most recent call last):\n  File x\nZeroDivisionError: division by zero\n\",local\r\n";

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory");
    String::from_utf8(bytes).expect("text")
}

const BOOM: Duration = Duration::from_nanos(5_432_100);

/// Three bad answers in 30 s, and times in between whose order is known.
fn summary() -> Summary {
    let mut told = Told::new(&["bad", "login"]);
    for n in 0..3 {
        let at = if n == 2 { Duration::from_secs(30) } else { Duration::from_millis(100 + n) };
        told.request("GET /bad", at, BOOM, 0, Answer::Status(200));
        let fail = told.fail("GET /bad", "Exception('boom')");
        told.check(0, at, BOOM, fail);
    }
    // 4 ms, 8 ms, … 200 ms
    for n in 1..=50 {
        let (at, time) = (Duration::from_millis(1000 + n), Duration::from_millis(4 * n));
        told.request("POST /login", at, time, 456, Answer::Status(200));
    }
    let fail = told.fail("POST /login", "CatchResponseError('wrong title')");
    told.check(1, Duration::from_millis(1001), Duration::ZERO, fail);
    let detail = "Traceback (most recent call last):\n  File x\nZeroDivisionError: division by zero\n";
    let reason = Reason { message: "division by zero".into(), detail: Some(detail.into()), request: None };
    told.check(1, Duration::from_secs(2), Duration::ZERO, Outcome::Fail(reason));
    told.summary()
}

#[test]
fn the_stats_are_as_locust_writes_them() {
    let login = "POST,/login,50,1,100,102.0,4.0,200.0,456.0,1.6666666666666667,0.03333333333333333,100,140,150,160,180,190,200,200,200,200,200\r\n";
    let all = ",Aggregated,53,4,96,96.5338924528302,4.0,200.0,430.188679245283,1.7666666666666666,0.13333333333333333,96,130,150,160,180,190,200,200,200,200,200\r\n";
    assert_eq!(text(|bytes| write_stats(&summary(), bytes)), format!("{STATS_HEADER}{BAD}{login}{all}"));
}

#[test]
fn failures_and_exceptions_are_as_locust_writes_them() {
    assert_eq!(text(|bytes| write_failures(&summary(), bytes)), FAILURES);
    assert_eq!(text(|bytes| write_exceptions(&summary(), bytes)), EXCEPTIONS);
}

#[test]
fn the_history_ends_with_the_totals() {
    let text = text(|bytes| write_history(&summary(), bytes));
    let rows = text.strip_prefix(HISTORY_HEADER).expect("Locust's header");
    let rows: Vec<&str> = rows.lines().collect();
    assert_eq!(rows.len(), 31);
    assert_eq!(
        rows[0],
        "1795224366,1,,Aggregated,2.000000,2.000000,5,5,5,5,5,5,5,5,5,5,5,2,2,5.4321,5.4321,5.4321,5.4321,0.0"
    );
    assert!(rows[1].starts_with("1795224367,1,,Aggregated,50.000000,1.000000,"), "{}", rows[1]);
    assert!(rows[2].starts_with("1795224368,1,,Aggregated,0.000000,0.000000,"), "{}", rows[2]);
    assert!(
        rows[30].starts_with("1795224396,1,,Aggregated,1.000000,1.000000,96,130,150,160,180,190,200,200,200,200,200,53,4,96,96.5338924528302,4.0,200.0,430.188679245283"),
        "{}",
        rows[30]
    );
}

#[test]
fn a_run_without_an_answer_has_rows_as_well() {
    let summary = Told::new(&["check"]).summary();
    let empty = ",Aggregated,0,0,0,0.0,0,0,0,0.0,0.0,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A\r\n";
    assert_eq!(text(|bytes| write_stats(&summary, bytes)), format!("{STATS_HEADER}{empty}"));
    let history = text(|bytes| write_history(&summary, bytes));
    assert!(history.contains("1795224366,1,,Aggregated,0.000000,0.000000,N/A,"), "{history}");
}

#[test]
fn times_are_rounded_to_two_digits() {
    let rows = [(0.4, 0), (5.43, 5), (99.4, 99), (99.6, 100), (147.0, 150), (1449.0, 1400), (65_432.0, 65_000)];
    for (ms, wanted) in rows {
        assert_eq!(rounded(ms), wanted, "{ms}");
    }
}

#[test]
fn a_name_without_a_method_has_no_type() {
    assert_eq!(type_and_name("GET /cart/{id}"), ("GET", "/cart/{id}"));
    assert_eq!(type_and_name("a movie"), ("", "a movie"));
    assert_eq!(type_and_name("login"), ("", "login"));
}

/// The requests that Locust 2.47.0 was told of when it wrote the files in `golden`: all times are eighths of a
/// millisecond, which have no noise, and all rates are over 30 s.
fn requests_of_golden() -> Summary {
    let mut told = Told::new(&["login", "others"]);
    let eighths = |count: u64| Duration::from_micros(125 * count);
    let soon = Duration::from_millis(100);
    for n in 0..50 {
        told.request("POST /login", soon, eighths(164 + 9 * n * n), 456, Answer::Status(200));
    }
    let fail = told.fail("POST /login", "Exception('wrong, \"title\"')");
    told.check(0, soon, Duration::ZERO, fail);
    for n in 0..200 {
        told.request("GET /hello", soon, eighths(n * n * 7919 % 1600 + 10), 123, Answer::Status(200));
    }
    for _ in 0..3 {
        told.request("GET /bad", soon, eighths(43), 0, Answer::Status(500));
        let fail = told.fail("GET /bad", "Exception('boom')");
        told.check(1, soon, Duration::ZERO, fail);
    }
    for time in [Duration::from_micros(12_345_500), Duration::from_micros(99_500)] {
        told.request("GET /a,\"b\"", Duration::from_secs(30), time, 1, Answer::Status(200));
    }
    let lost = Answer::None { kind: RequestErrorKind::Timeout, phase: Phase::FirstByte };
    told.request("GET /lost", soon, Duration::from_secs(1), 0, lost);
    let Outcome::Fail(reason) = told.fail("GET /lost", "Exception('timed out')") else { panic!("a fail") };
    told.check(1, soon, Duration::ZERO, Outcome::Exception(reason));
    let traceback = "Traceback:\n  File x\nZeroDivisionError\n";
    let reason = Reason { message: "division by zero".into(), detail: Some(traceback.into()), request: None };
    told.check(0, soon, Duration::ZERO, Outcome::Fail(reason));
    told.summary()
}

#[test]
fn the_files_are_those_of_locust_byte_by_byte() {
    let summary = requests_of_golden();
    assert_eq!(text(|bytes| write_stats(&summary, bytes)), include_str!("golden/stats.csv"));
    assert_eq!(text(|bytes| write_exceptions(&summary, bytes)), include_str!("golden/exceptions.csv"));
    // Locust has failures in the order of a hash of theirs, perfloop the largest first.
    let sorted = |text: &str| {
        let (header, rows) = text.split_once("\r\n").expect("a header");
        let mut rows: Vec<&str> = rows.split_inclusive("\r\n").collect();
        rows.sort_unstable();
        [vec![header], rows].concat().concat()
    };
    assert_eq!(sorted(&text(|bytes| write_failures(&summary, bytes))), sorted(include_str!("golden/failures.csv")));
}

#[test]
fn a_lost_request_that_ended_no_check_is_a_failure_in_both_files() {
    let mut told = Told::new(&["check"]);
    let lost = Answer::None { kind: RequestErrorKind::Reset, phase: Phase::FirstByte };
    (1..=3).for_each(|n| told.request("GET /a", Duration::from_secs(n), BOOM, 0, lost));
    told.request("GET /a", Duration::from_secs(4), BOOM, 0, Answer::Status(200));
    let Outcome::Fail(reason) = told.fail("GET /a", "reset") else { panic!("a fail") };
    told.check(0, Duration::from_secs(1), BOOM, Outcome::Exception(reason));
    told.check(0, Duration::from_secs(4), BOOM, Outcome::Pass);
    let summary = told.summary();
    assert!(text(|bytes| write_stats(&summary, bytes)).contains("\r\nGET,/a,4,3,"));
    let rows = "GET,/a,reset,1,2026-11-21T01:26:06Z,2026-11-21T01:26:06Z\r\n\
        GET,/a,\"no usable answer (reset), which ended no check\",2,,\r\n";
    assert!(text(|bytes| write_failures(&summary, bytes)).ends_with(rows));
}
