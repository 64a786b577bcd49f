//! The JSON report, held against its schema, the tables, the service's own count, and its sum with another.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
use serde_json::Value;

use crate::support::{Output, REFUSED, Reports, Service, none, perfloop, schema_complaints, stamp_all};

/// The numbers of a table's row; stars and units left out.
fn row<'a>(output: &'a Output, table: &str, name: &str) -> Vec<&'a str> {
    let (_, rows) = output.stdout.split_once(&format!("\n{table}")).unwrap();
    let row = rows.lines().find_map(|line| line.strip_prefix(&format!("{name} "))).unwrap();
    row.split_whitespace().map(|cell| cell.trim_end_matches('*')).collect()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}

#[test]
fn reports_of_all_kinds_of_runs_are_as_the_schema_says() {
    let (service, place) = (Service::start(), Reports::new());
    let (fast, missing) = (service.at("/fast"), service.at("/status/404"));
    let runs: [&[&str]; 5] = [
        &["--users", "2", "--loops", "5", &fast, &missing, REFUSED],
        &["--stages", "200ms:2,200ms:2,100ms:0", "--warmup", "0.1", &fast],
        &["--rate", "50/s", "--time", "0.5", &fast],
        &["--pace", "0.05", "--time", "0.3", "--warmup", "0.1", &missing],
        &["--time", "0.2", "--stop-timeout", "0.1", &service.at("/fault/hang")],
    ];
    let path = place.path("run.json");
    let broken = runs.iter().filter_map(|run| {
        perfloop(&[*run, &["--json", &path, "--quiet"]].concat());
        schema_complaints("report.schema.json", &place.json("run.json"))
            .map(|complaint| format!("{run:?}: {complaint}"))
    });
    none(broken);
}

#[test]
fn the_schema_refuses_keys_that_it_does_not_know_and_misses_those_it_does() {
    let service = Service::start();
    let report = perfloop(&["--loops", "1", "--json", "-", &service.at("/fast")]).json();
    assert_eq!(schema_complaints("report.schema.json", &report), None);
    let mut more = report.clone();
    more["checks"][0]["more"] = 1.into();
    let mut less = report.clone();
    less["requests"][0]["phases_ms"].as_object_mut().unwrap().remove("setup");
    assert!(
        schema_complaints("report.schema.json", &more).is_some()
            && schema_complaints("report.schema.json", &less).is_some()
    );
}

#[test]
fn the_tables_the_report_and_the_service_hold_the_same_numbers() {
    let (service, place) = (Service::start(), Reports::new());
    let (fast, missing) = (service.at("/fast"), service.at("/status/404"));
    let path = place.path("run.json");
    let output = perfloop(&["--users", "3", "--loops", "7", "--verbose", "--json", &path, &fast, &missing]);
    let json = place.json("run.json");
    let hits = ["/fast", "/status/404"].map(|path| service.hits()[path]);
    assert_eq!((hits, service.total_hits()), ([21, 21], 42));

    for (name, index, passes) in [("GET /fast", 0, 21), ("GET /status/404", 1, 0)] {
        let (check, request) = (&json["checks"][index], &json["requests"][index]);
        assert_eq!((&check["name"], &request["name"]), (&name.into(), &name.into()));
        assert_eq!((count(&check["pass"]), count(&check["fail"])), (passes, 21 - passes));
        assert_eq!((count(&request["answered"]), count(&request["count"])), (21, 21));
        let text = row(&output, "check ", name);
        assert_eq!(text[..3], [passes.to_string(), (21 - passes).to_string(), "0".into()]);
    }
    assert_eq!((count(&json["totals"]["pass"]), count(&json["totals"]["answered"])), (21, 42));

    let times = &json["requests"][0]["response_time_ms"];
    assert!(output.stdout.contains("\n42 requests: 42 answered, "), "{}", output.stdout);
    let table = row(&output, "response time, ms", "GET /fast");
    let columns = ["p50", "p66", "p75", "p80", "p90", "p95", "p98", "p99", "p99.9", "p99.99", "max"];
    assert_eq!(table.len(), columns.len());
    for (key, cell) in columns.into_iter().zip(table).filter(|(key, _)| times.get(key).is_some()) {
        let (exact, shown) = (times[key].as_f64().unwrap(), cell.parse::<f64>().unwrap());
        assert!((exact - shown).abs() <= 0.0051_f64.max(exact * 1e-2), "{key}: {exact} is shown as {shown}");
    }
    let slots = json["timeline"].as_array().unwrap();
    assert_eq!(slots.iter().map(|slot| count(&slot["pass"])).sum::<u64>(), 21);
    assert_eq!(slots.iter().map(|slot| count(&slot["failures"])).sum::<u64>(), 21);
}

#[test]
fn the_blocks_hold_what_ended_at_full_load() {
    let service = Service::start();
    let json = perfloop(&["--users", "2", "--time", "1", "--wait", "0.01", "--json", "-", &service.at("/fast")]).json();
    let blocks = json["blocks"].as_array().unwrap();
    assert!((8..=12).contains(&blocks.len()), "{}", blocks.len());
    let full = &json["totals"]["at_full_load"];
    let times = |rows: &str, key: &str| -> u64 {
        let rows = blocks.iter().flat_map(|block| block[rows].as_array().unwrap());
        rows.flat_map(|row| row[key].as_object().unwrap().values()).map(count).sum()
    };
    assert_eq!(times("checks", "tpr_ns"), count(&full["pass"]));
    assert_eq!(times("requests", "response_time_ns"), count(&full["answered"]));
    let width: f64 = blocks.iter().map(|block| block["width_s"].as_f64().unwrap()).sum();
    assert!((width - full["span_s"].as_f64().unwrap()).abs() < 1e-6, "{width} of {full}");
}

#[test]
fn full_load_is_called_steady_in_every_format_or_in_none() {
    let service = Service::start();
    let run = |time: &str| {
        let wait = ["--users", "2", "--wait", "0.01", "--json", "-", "--quiet", "--time", time];
        perfloop(&[&wait[..], &[&service.at("/delay/5")]].concat())
    };
    let long = run("2");
    let told = long.json()["run"]["verdicts"]["steady"].as_bool().expect("long enough to tell");
    assert_eq!(long.stderr.contains(", steady at full load for "), told, "{long:#?}");
    let short = run("0.5");
    assert!(short.json()["run"]["verdicts"]["steady"].is_null() && short.stderr.contains(", at full load for "));
}

#[test]
fn merged_reports_hold_the_sum_of_what_the_service_counted() {
    let (service, place) = (Service::start(), Reports::new());
    let (a, b, sum) = (place.path("a.json"), place.path("b.json"), place.path("sum.json"));
    for (path, users) in [(&a, "2"), (&b, "3")] {
        perfloop(&[
            "--users",
            users,
            "--loops",
            "100",
            "--json",
            path,
            &service.at("/fast"),
            &service.at("/status/404"),
        ]);
    }
    ["a.json", "b.json"].iter().for_each(|name| drop(place.changed(name, name, stamp_all)));
    let output = perfloop(&["merge", &a, &b, "--json", &sum]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
    let [a, b, sum] = ["a.json", "b.json", "sum.json"].map(|name| place.json(name));
    assert_eq!(schema_complaints("report.schema.json", &sum), None);
    assert_eq!((count(&sum["run"]["users"]), count(&sum["totals"]["answered"])), (5, service.total_hits()));
    assert_eq!(row(&output, "check ", "GET /fast")[0], "500");

    let tested = |report: &Value| report["run"]["tested_s"].as_f64().unwrap();
    assert_eq!(tested(&sum), tested(&a).max(tested(&b)));
    let rps = sum["requests"][0]["rps"].as_f64().unwrap();
    assert!((rps * tested(&sum) - 500.0).abs() < 1e-6, "{rps}");

    let of = |report: &Value| -> (Histogram<u64>, f64) {
        let times = &report["requests"][0]["response_time_ms"];
        (decoded(times["histogram"].as_str().unwrap()), times["max"].as_f64().unwrap())
    };
    let ((mut added, max_a), (theirs, max_b), (merged, max)) = (of(&a), of(&b), of(&sum));
    added.auto(true);
    added.add(&theirs).unwrap();
    assert_eq!((added.len(), max), (500, max_a.max(max_b)));
    for percent in [1.0, 50.0, 90.0, 99.0, 100.0] {
        assert_eq!(added.value_at_percentile(percent), merged.value_at_percentile(percent));
    }
    let p50_ms = sum["requests"][0]["response_time_ms"]["p50"].as_f64().unwrap();
    assert!((p50_ms - added.value_at_percentile(50.0) as f64 / 1e4).abs() < 1e-9, "{p50_ms}");
    let passes = |report: &Value| -> u64 {
        let blocks = report["blocks"].as_array().unwrap().iter();
        blocks
            .map(|block| block["checks"].as_array().unwrap().iter().map(|row| count(&row["answered"])).sum::<u64>())
            .sum()
    };
    assert_eq!(passes(&sum), passes(&a) + passes(&b));
}

fn decoded(histogram: &str) -> Histogram<u64> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(histogram).unwrap();
    Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap()
}

#[test]
fn what_cannot_be_merged_is_refused_in_one_line() {
    let (service, place) = (Service::start(), Reports::new());
    let good = place.path("good.json");
    perfloop(&["--loops", "20", "--json", &good, &service.at("/fast")]);
    place.changed("good.json", "good.json", stamp_all);
    let changed = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut report = place.json("good.json");
        change(&mut report);
        place.write(name, &report)
    };
    let older = changed("older.json", &|report| report["run"]["schema"] = 1.into());
    let by_thread = changed("by_thread.json", &|report| report["requests"][0]["stamped"] = 0.into());
    let no_report = place.write("no_report.json", &serde_json::json!({ "hello": 1 }));
    let missing = place.path("missing.json");
    let copy = changed("copy.json", &|_| {});
    let rows: [(&[&str], &[&str]); 9] = [
        (&[], &["FILE", "is missing"]),
        (&[&good, &good], &["good.json is given twice", "once"]),
        (&[&good, &copy], &["good.json and ", "copy.json are of the same run", "give one of them"]),
        (&[&good], &["good.json is alone", "FILE"]),
        (&[&good, &missing], &["missing.json", "cannot be read", "--json"]),
        (&[&good, &no_report], &["no_report.json", "is no report of perfloop", "run.schema"]),
        (&[&older, &good], &["older.json", "version 1", "reads 2"]),
        (&[&good, &by_thread], &["good.json", "kernel's stamps", "by_thread.json", "thread's clock"]),
        (&[&good, &good, "--jsn", "x"], &["--jsn", "--json"]),
    ];
    none(rows.iter().filter_map(|(args, words)| {
        let Output { code, stdout, stderr, .. } = perfloop(&[&["merge"], *args].concat());
        let is_right = code == Some(2) && stdout.is_empty() && stderr.lines().count() == 1;
        let says = words.iter().all(|word| stderr.contains(word));
        (!is_right || !says).then(|| format!("{args:?}: {code:?} {stderr}"))
    }));
}

#[test]
fn runs_that_were_not_side_by_side_are_merged_with_a_warning() {
    let (service, place) = (Service::start(), Reports::new());
    let first = place.path("first.json");
    perfloop(&["--time", "0.5", "--wait", "0.01", "--quiet", "--json", &first, &service.at("/fast")]);
    place.changed("first.json", "first.json", |report| {
        stamp_all(report);
        report["run"]["start"] = "2026-01-01T00:00:00.000Z".into();
    });
    let beginning =
        |name: &str, start: &str| place.changed("first.json", name, |run| run["run"]["start"] = start.into());
    let beside = beginning("beside.json", "2026-01-01T00:00:00.010Z");
    let half = beginning("half.json", "2026-01-01T00:00:00.400Z");
    let later = beginning("later.json", "2026-01-01T00:01:00.000Z");
    let merged = |other: &str| perfloop(&["merge", &first, other]);
    let rows = [(&beside, None), (&half, Some("side by side")), (&later, Some("ran at no time side by side"))];
    for (other, warning) in rows {
        let Output { code, stdout, stderr, .. } = merged(other);
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        let told = stdout.lines().find(|line| line.starts_with("warning: ") && line.contains("first.json and "));
        assert_eq!(told.is_some(), warning.is_some(), "{stdout}");
        assert!(warning.is_none_or(|words| stdout.contains(words)), "{stdout}");
    }
}

#[test]
fn an_interval_log_is_read_by_hdrhistogram_itself() {
    let (service, place) = (Service::start(), Reports::new());
    let (log, json) = (place.path("run.hlog"), place.path("run.json"));
    let (fast, wait) = (service.at("/fast"), "0.05");
    perfloop(&["--users", "2", "--time", "2", "--wait", wait, "--hlog", &log, "--json", &json, &fast]);
    let text = fs::read(&log).unwrap();
    let (mut times, mut headers) = (BTreeMap::<String, Histogram<u64>>::new(), 0);
    for entry in IntervalLogIterator::new(&text) {
        match entry.unwrap() {
            LogEntry::StartTime(since) | LogEntry::BaseTime(since) => {
                headers += 1;
                assert!(since > Duration::from_secs(1_700_000_000));
            }
            LogEntry::Interval(interval) => {
                let tag = interval.tag().map_or(String::new(), |tag| tag.as_str().to_owned());
                let histogram = decoded(interval.encoded_histogram());
                assert!(interval.duration() <= Duration::from_secs(3) && !histogram.is_empty());
                times.entry(tag).or_insert_with(|| Histogram::new(3).unwrap()).add(&histogram).unwrap();
            }
        }
    }
    let (hits, request) = (service.total_hits(), &place.json("run.json")["requests"][0]);
    let counts: Vec<(&str, u64)> = times.iter().map(|(tag, times)| (tag.as_str(), times.len())).collect();
    let mut wanted = vec![("", hits), ("GET_/fast", hits), ("client_delay", count(&request["stamped"]))];
    wanted.retain(|(_, count)| *count > 0);
    assert_eq!((headers, counts), (2, wanted));
    let reported = &request["response_time_ms"];
    for (percent, key) in [(50.0, "p50"), (90.0, "p90")] {
        let wanted = reported[key].as_f64().unwrap();
        for (tag, tolerance) in [("GET_/fast", 1e-3), ("", 4e-3)] {
            let got = times[tag].value_at_percentile(percent) as f64 / 1e4;
            assert!((got - wanted).abs() <= wanted * tolerance + 1e-4, "{tag} {key}: {got} instead of {wanted} ms");
        }
    }
}

#[test]
fn an_interval_log_on_stdout_has_it_alone() {
    let service = Service::start();
    let url = service.at("/fast");
    let output = perfloop(&["--loops", "2", "--hlog", "-", &url]);
    assert!(output.stdout.starts_with("#[perfloop ") && output.stderr.contains("2 checks in"), "{output:#?}");
    let both = perfloop(&["--loops", "2", "--hlog", "-", "--json", "-", &url]);
    assert_eq!((both.code, both.stderr.lines().count()), (Some(2), 1), "{both:#?}");
    assert_eq!(service.total_hits(), 2);
}
