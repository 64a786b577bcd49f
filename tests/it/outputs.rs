//! What is written for other programs says what the service counted, and what `--json` says.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use perfloop::report::locust::write_exceptions;
use perfloop::{LoadTest, Outcome, Plan, SampleFormat, User};
use quick_junit::{Report, TestCaseStatus};
use serde_json::Value;

use crate::support::{REFUSED, Running, Service, Written, eventually, finish, none, perfloop, run, spawn};

/// A row by the names of its columns.
type Row = BTreeMap<String, String>;

const CSV_FILES: [&str; 4] = ["run_exceptions.csv", "run_failures.csv", "run_stats.csv", "run_stats_history.csv"];

struct Place {
    service: Service,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Place { service: Service::start(), folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn rows(&self, name: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.file(name)).unwrap();
        reader.deserialize().map(|row| row.unwrap()).collect()
    }

    fn junit(&self) -> Report {
        Report::deserialize_from_str(&fs::read_to_string(self.file("run.xml")).unwrap()).unwrap()
    }

    /// The names of the files that were left behind.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(1.0)
}

/// The value of a metric, by its name and labels.
fn metric(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    Some(line.parse().unwrap())
}

/// A page of the run's metrics, head included.
pub(crate) fn scrape(run: &Running, request: &str) -> String {
    let out = run.stdout();
    let address = out.lines().find_map(|line| line.strip_prefix("metrics: http://")).unwrap();
    let mut stream = TcpStream::connect(address.strip_suffix("/metrics").unwrap()).unwrap();
    stream.write_all(format!("{request} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

#[test]
fn every_output_says_what_the_service_counted() {
    let place = Place::new();
    let (fast, missing) = (place.service.at("/fast"), place.service.at("/status/404"));
    let (csv, junit, samples) = (place.file("run"), place.file("run.xml"), place.file("run.csv"));
    let flags =
        ["--csv", &csv, "--junit", &junit, "--samples", &samples, "--json", "-", "--users", "2", "--loops", "5"];
    let output = perfloop(&[&flags[..], &[&fast, &missing, REFUSED]].concat());
    assert_eq!(output.code, Some(1), "{output:#?}");
    let json = output.json();
    assert_eq!(place.service.hits(), [("/fast".into(), 10), ("/status/404".into(), 10)].into());
    let of_json = |name: &str| -> Value {
        let mut requests = json["requests"].as_array().unwrap().iter();
        requests.find(|request| request["name"].as_str().unwrap().ends_with(name)).unwrap().clone()
    };

    let stats = place.rows("run_stats.csv");
    let counts: Vec<_> =
        stats.iter().map(|row| (&*row["Type"], &*row["Request Count"], &*row["Failure Count"])).collect();
    assert_eq!(counts.len(), 4, "{stats:#?}");
    assert_eq!(counts[3], ("", "30", "20"));
    for (name, failures) in [("/fast", "0"), ("/status/404", "10"), ("/refused", "10")] {
        let row = stats.iter().find(|row| row["Name"].ends_with(name)).unwrap();
        assert_eq!((&*row["Type"], &*row["Request Count"], &*row["Failure Count"]), ("GET", "10", failures), "{row:?}");
        let times = of_json(name)["response_time_ms"].clone();
        if name == "/refused" {
            assert_eq!((&times, &*row["95%"]), (&Value::Null, "0"), "as Locust writes it");
            continue;
        }
        for (column, key) in
            [("Average Response Time", "mean"), ("Min Response Time", "min"), ("Max Response Time", "max")]
        {
            assert!(is_near(number(row, column), times[key].as_f64().unwrap()), "{column}: {row:?} {times}");
        }
        assert!(is_near(number(row, "Requests/s"), of_json(name)["rps"].as_f64().unwrap()), "{row:?}");
    }

    let history = place.rows("run_stats_history.csv");
    let last = history.last().unwrap();
    assert_eq!(
        (&*last["Name"], &*last["Total Request Count"], &*last["Total Failure Count"]),
        ("Aggregated", "30", "20")
    );
    assert_eq!(last["Total Average Response Time"], stats[3]["Average Response Time"]);

    let failures = place.rows("run_failures.csv");
    let mut counts: Vec<_> =
        failures.iter().map(|row| (&*row["Method"], &*row["Name"], &*row["Occurrences"])).collect();
    counts.sort();
    assert!(counts.iter().all(|(method, _, count)| (*method, *count) == ("GET", "10")), "{counts:?}");
    assert_eq!(counts.len(), 2, "{counts:?}");
    assert_eq!(place.rows("run_exceptions.csv"), []);

    let report = place.junit();
    // The implied gate on the fail ratio is a case too.
    assert_eq!((report.tests, report.failures, report.errors), (4, 2, 1));
    for (case, check) in report.test_suites[0].test_cases.iter().zip(json["checks"].as_array().unwrap()) {
        assert_eq!(case.name.as_str(), check["name"]);
        assert_eq!(matches!(case.status, TestCaseStatus::Success { .. }), check["pass"] == 10);
        let mean = check["tpr_ms"]["mean"].as_f64().unwrap_or_default();
        assert!((case.time.unwrap().as_secs_f64() * 1e3 - mean).abs() <= 1.0, "in whole milliseconds: {case:?} {mean}");
    }

    let samples = place.rows("run.csv");
    assert_eq!(samples.len(), 30);
    let fast: Vec<&Row> = samples.iter().filter(|row| row["request"].ends_with("/fast")).collect();
    let sum: f64 = fast.iter().map(|row| number(row, "response_time_ms")).sum();
    assert!((sum / 10.0 - of_json("/fast")["response_time_ms"]["mean"].as_f64().unwrap()).abs() < 1e-5);
    let bytes: f64 = fast.iter().map(|row| number(row, "bytes_in")).sum();
    assert_eq!(bytes, of_json("/fast")["bytes_in"].as_f64().unwrap());
    let connections = fast.iter().filter(|row| row["new_connection"] == "true").count();
    assert_eq!(connections as u64, of_json("/fast")["new_connections"].as_u64().unwrap());
    assert!(fast.iter().all(|row| (&*row["status"], &*row["outcome"]) == ("200", "answered")));
    let refused: Vec<&Row> = samples.iter().filter(|row| row["outcome"] == "refused").collect();
    assert_eq!((refused.len(), refused[0]["status"].as_str()), (10, ""));
    let mut who: Vec<_> = fast.iter().map(|row| (&*row["user"], &*row["iteration"])).collect();
    who.sort();
    let wanted: Vec<_> = ["1", "2"].into_iter().flat_map(|user| ["1", "2", "3", "4", "5"].map(|n| (user, n))).collect();
    assert_eq!(who, wanted);
    assert!(fast.iter().all(|row| row["check"] == row["request"]), "a TARGET is a check of its own name");
}

#[test]
fn samples_for_jmeter_have_a_line_for_each_hit() {
    let place = Place::new();
    let jtl = place.file("run.jtl");
    let output = perfloop(&["--users", "2", "--loops", "50", "--samples", &jtl, &place.service.at("/fast")]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let rows = place.rows("run.jtl");
    assert_eq!((rows.len() as u64, place.service.total_hits()), (100, 100));
    let is_good = |row: &Row| {
        (&*row["label"], &*row["responseCode"], &*row["success"]) == ("GET /fast", "200", "true")
            && number(row, "timeStamp") > 1.7e12
            && number(row, "allThreads") <= 2.0
            && number(row, "Latency") <= number(row, "elapsed") + 1.0
    };
    none(rows.iter().filter(|row| !is_good(row)).map(|row| format!("{row:?}")));
}

#[test]
fn samples_on_stdout_are_alone_there() {
    let service = Service::start();
    let output = perfloop(&["--loops", "3", "--samples", "-", &service.at("/fast")]);
    assert_eq!(output.stdout.lines().count(), 4, "{output:#?}");
    assert!(output.stdout.starts_with("ended_unix_ms,request,"), "{}", output.stdout);
    assert!(output.stderr.contains("TPR of passes, ms"), "{}", output.stderr);
}

#[test]
fn samples_that_cannot_be_written_are_exit_code_3_and_the_run_goes_on() {
    let service = Service::start();
    let output = perfloop(&["--loops", "3", "--samples", "/dev/full", &service.at("/fast")]);
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(output.stderr.contains("perfloop: --samples /dev/full: could not be written"), "{}", output.stderr);
    assert!(output.stdout.contains("3 pass, 0 fail, 0 exception"), "{}", output.stdout);
    assert!(output.stdout.contains("warning: the samples end early"), "{}", output.stdout);
}

#[test]
fn samples_that_find_no_room_are_left_out_and_counted() {
    const REQUESTS: u64 = 20_000;
    let written = Written::default();
    let held = Arc::clone(&written.0);
    let records = move |user: &mut User| {
        // The writer takes nothing meanwhile.
        let _held = held.lock().unwrap();
        (0..REQUESTS).for_each(|_| user.record("a", Duration::ZERO, Outcome::Pass));
    };
    let test = LoadTest::new(Plan::new().loops(1)).check("check", records);
    let summary = finish(test.samples(written.clone(), SampleFormat::Csv));
    let lines = written.text().lines().count() as u64;
    assert!(summary.samples.left_out > 0, "{:?}", summary.samples);
    assert_eq!(lines - 1 + summary.samples.left_out, REQUESTS);
    assert_eq!(summary.whole.request_totals.answered, REQUESTS, "the numbers have all");
    let warnings: Vec<String> = summary.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|warning| warning.starts_with("the samples left out ")), "{warnings:?}");
}

#[test]
fn a_report_that_cannot_be_written_does_not_keep_the_others_from_it() {
    let place = Place::new();
    let junit = place.file("run.xml");
    let output = perfloop(&["--loops", "3", "--json", "/dev/full", "--junit", &junit, &place.service.at("/fast")]);
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(output.stderr.starts_with("perfloop: --json /dev/full: could not be written"), "{}", output.stderr);
    assert_eq!((place.junit().tests, place.files()), (2, vec!["run.xml".to_owned()]));
}

#[test]
fn a_report_in_shared_memory_is_a_file_like_any_other() {
    let (service, folder) = (Service::start(), tempfile::tempdir_in("/dev/shm").unwrap());
    let json = folder.path().join("run.json");
    let output = perfloop(&["--loops", "3", "--json", json.to_str().unwrap(), &service.at("/fast")]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["run.json"]);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert!(report.is_object());
}

#[test]
fn what_cannot_be_written_is_refused_before_any_traffic() {
    let place = Place::new();
    let url = place.service.at("/fast");
    let (missing, folder, one) = (place.file("missing/run"), place.file(""), place.file("run"));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    fs::write(&one, "the last run").unwrap();
    let rows: [(&[&str], &[&str]); 13] = [
        (&["--csv", &missing], &["--csv", &missing]),
        (&["--csv", "-"], &["--csv", "results/run"]),
        (&["--junit", &missing], &["--junit", &missing]),
        (&["--junit", &folder], &["--junit", &folder]),
        (&["--samples", &missing], &["--samples", &missing]),
        (&["--samples", &folder], &["--samples", &folder]),
        (&["--samples", &one, "--log-http", &missing], &["--log-http", &missing]),
        (&["--samples", &one, "--junit", &missing], &["--junit", &missing]),
        (&["--samples", &one, "--metrics-addr", &taken], &["--metrics-addr", &taken, "0 for a free one"]),
        (&["--metrics-addr", "9646"], &["--metrics-addr", "127.0.0.1:9646"]),
        (&["--samples", &one, "--junit", &one], &["--samples", "--junit", &one]),
        (&["--samples", "-", "--junit", "-"], &["--samples", "--junit", "stdout"]),
        (&["--samples", &missing, "--dry-run"], &["--samples", &missing]),
    ];
    // Without the feature that sends there is nobody to send.
    let unsent: (&[&str], &[&str]) =
        (&["--otel", "http://127.0.0.1:1"], &["--otel", "cargo install perfloop --features otel"]);
    let rows = rows.iter().chain(cfg!(not(feature = "otel")).then_some(&unsent));
    none(rows.filter_map(|(flags, words)| {
        let output = perfloop(&[flags, &["--loops", "1", &url][..]].concat());
        let is_line = output.stderr.starts_with("perfloop: ") && output.stderr.lines().count() == 1;
        let is_good = output.code == Some(2)
            && is_line
            && output.stdout.is_empty()
            && words.iter().all(|word| output.stderr.contains(word));
        (!is_good).then(|| format!("{flags:?}: wanted {words:?}, got {output:?}"))
    }));
    assert_eq!(place.service.total_hits(), 0);
    assert_eq!(place.files(), ["run"]);
    assert_eq!(fs::read_to_string(&one).unwrap(), "the last run");
}

/// A run of five users who have made a request each, and rest.
fn resting(place: &Place, flags: &[&str]) -> Running {
    let url = place.service.at("/fast");
    let run = spawn(&[flags, &["--users", "5", "--time", "50", "--pace", "50", "--quiet", &url][..]].concat());
    run.is_up();
    eventually("all users rest", || place.service.total_hits() == 5);
    run
}

#[test]
fn the_metrics_are_those_of_the_run_that_goes_on() {
    let place = Place::new();
    let run = resting(&place, &["--metrics-addr", "127.0.0.1:0"]);
    let passes = "perfloop_checks_total{check=\"GET /fast\",outcome=\"pass\"}";
    eventually("the metrics have caught up", || metric(&scrape(&run, "GET /metrics"), passes) == Some(5.0));
    let page = scrape(&run, "GET /metrics?x=y");
    let (head, body) = page.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0"), "{head}");
    assert!(head.contains(&format!("Content-Length: {}", body.len())) && body.ends_with("# EOF\n"), "{page}");
    for (name, value) in [
        ("perfloop_requests_total{request=\"GET /fast\",outcome=\"answered\"}", 5.0),
        ("perfloop_response_time_seconds_count{request=\"GET /fast\"}", 5.0),
        ("perfloop_response_time_seconds_bucket{le=\"+Inf\",request=\"GET /fast\"}", 5.0),
        ("perfloop_users", 5.0),
    ] {
        assert_eq!(metric(body, name), Some(value), "{name} in {body}");
    }
    assert!(scrape(&run, "GET /").starts_with("HTTP/1.1 404 "));
    assert!(scrape(&run, "POST /metrics").starts_with("HTTP/1.1 405 "));
    assert!(scrape(&run, "HEAD /metrics").ends_with("\r\n\r\n"));
    run.signal("INT");
    assert_eq!(run.wait().code, Some(130));
    assert_eq!(place.service.total_hits(), 5);
}

#[test]
fn somebody_who_says_nothing_does_not_keep_the_metrics_from_others() {
    let place = Place::new();
    let run = resting(&place, &["--metrics-addr", "127.0.0.1:0"]);
    let out = run.stdout();
    let address = out.lines().find_map(|line| line.strip_prefix("metrics: http://")).unwrap();
    let silent = TcpStream::connect(address.strip_suffix("/metrics").unwrap()).unwrap();
    assert!(scrape(&run, "GET /metrics").contains("# EOF"));
    drop(silent);
}

#[test]
fn an_interrupted_run_writes_all_there_is() {
    let place = Place::new();
    let (csv, junit, samples) = (place.file("run"), place.file("run.xml"), place.file("samples.csv"));
    let run = resting(&place, &["--csv", &csv, "--junit", &junit, "--samples", &samples]);
    run.signal("INT");
    assert_eq!(run.wait().code, Some(130));
    assert_eq!(place.rows("run_stats.csv")[0]["Request Count"], "5");
    assert_eq!(place.rows("samples.csv").len(), 5);
    assert_eq!((place.junit().tests, place.junit().failures), (2, 0));
    let mut wanted = [&CSV_FILES[..], &["run.xml", "samples.csv"]].concat();
    wanted.sort();
    assert_eq!(place.files(), wanted);
}

#[test]
fn a_check_that_panics_is_an_exception_of_locust() {
    let place = Place::new();
    let fails = |_: &mut User| -> Result<(), String> {
        panic!(
            "\"a\",
b"
        )
    };
    let summary = run(Plan::new().loops(2), fails);
    let mut text = Vec::new();
    write_exceptions(&summary, &mut text).unwrap();
    fs::write(place.file("x.csv"), text).unwrap();
    let rows = place.rows("x.csv");
    assert_eq!((rows.len(), &*rows[0]["Count"], &*rows[0]["Nodes"]), (1, "2", "local"));
    assert!(rows[0]["Message"].starts_with("check: "), "{rows:?}");
}

/// Runs a Python program and returns what it printed.
fn python(program: &str, args: &[&str]) -> String {
    let output = Command::new("python3").args(["-c", program]).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
#[ignore = "needs Python"]
fn python_reads_the_csv_files_by_the_names_of_locust() {
    let place = Place::new();
    let csv = place.file("run");
    let url = place.service.at("/status/404");
    assert_eq!(perfloop(&["--loops", "7", "--csv", &csv, &url]).code, Some(1));
    let program = r"
import csv, sys
def rows(suffix):
    with open(sys.argv[1] + suffix, newline='') as file:
        return list(csv.DictReader(file))
stats, history, failures = rows('_stats.csv'), rows('_stats_history.csv'), rows('_failures.csv')
assert rows('_exceptions.csv') == []
assert stats[-1]['Name'] == history[-1]['Name'] == 'Aggregated'
assert float(stats[0]['Average Response Time']) > 0 and int(stats[0]['99.9%']) >= 0
assert int(history[-1]['Timestamp']) > 1.7e9 and float(history[-1]['Requests/s']) > 0
print(stats[0]['Request Count'], stats[0]['Failure Count'], history[-1]['Total Request Count'],
      history[-1]['Total Failure Count'], failures[0]['Method'], failures[0]['Name'], failures[0]['Occurrences'])
";
    assert_eq!(python(program, &[&csv]), "7 7 7 7 GET /status/404 7");
    assert_eq!(place.service.total_hits(), 7);
}

#[test]
#[ignore = "needs Python with prometheus_client"]
fn python_reads_the_metrics_as_prometheus_does() {
    let place = Place::new();
    let run = resting(&place, &["--metrics-addr", "127.0.0.1:0"]);
    let passes = "perfloop_checks_total{check=\"GET /fast\",outcome=\"pass\"}";
    eventually("the metrics have caught up", || metric(&scrape(&run, "GET /metrics"), passes) == Some(5.0));
    let page = scrape(&run, "GET /metrics");
    let program = r"
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = {family.name: family for family in text_string_to_metric_families(sys.argv[1])}
samples = {(sample.name, sample.labels.get('outcome')): sample.value
           for family in families.values() for sample in family.samples}
assert families['perfloop_response_time_seconds'].unit == 'seconds'
names = [('perfloop_checks_total', 'pass'), ('perfloop_requests_total', 'answered'), ('perfloop_users', None),
         ('perfloop_response_time_seconds_count', None)]
print(*[int(samples[name]) for name in names])
";
    assert_eq!(python(program, &[page.split_once("\r\n\r\n").unwrap().1]), "5 5 5 5");
}

#[test]
#[ignore = "needs Python with junitparser"]
fn python_reads_the_junit_report() {
    let place = Place::new();
    let junit = place.file("run.xml");
    let (fast, missing) = (place.service.at("/fast"), place.service.at("/status/404"));
    assert_eq!(perfloop(&["--loops", "3", "--junit", &junit, &fast, &missing, REFUSED]).code, Some(1));
    let program = r"
import sys
from junitparser import Error, Failure, JUnitXml
suite, = JUnitXml.fromfile(sys.argv[1])
kinds = [type(case.result[0]).__name__ if case.result else 'pass' for case in suite]
print(suite.name, suite.tests, suite.failures, suite.errors, *kinds)
";
    assert_eq!(python(program, &[&junit]), "perfloop 4 2 1 pass Failure Error Failure");
}
