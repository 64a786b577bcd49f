//! A fixed run, written and read.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::*;
use crate::end::{End, EndReason, MachineUse};
use crate::ids::CheckId;
use crate::moment::Moment;
use crate::names::Names;
use crate::nanos::Nanos;
use crate::outcome::{Outcome, Reason, RequestErrorKind};
use crate::phase::Phase;
use crate::report::Host;
use crate::sample::{
    Answer, AskedRate, CheckSample, Level, Plateau, RequestSample, RequestTimes, Sample, Traffic, UnfinishedSample,
    UserEvent, UserSample,
};
use crate::stats::{LogLoss, Schedule, Stats};

const MS: Duration = Duration::from_millis(1);

/// Two users, two checks, 3 s of which 2 are at full load: ten passes, a fail, an exception and what was cut off.
fn summary() -> Summary {
    let names = Arc::new(Names::new(["hello", "buy"]));
    let [get, post] = ["GET /hello", "POST /buy"].map(|name| names.request(name));
    let (mut stats, start) = (Stats::new(Arc::clone(&names), 2, false), Moment::now());
    for late in [MS, 3 * MS] {
        stats.add(&mut Sample::User(UserSample { at: start, event: UserEvent::Released { late } }));
    }
    stats.add(&mut Sample::MeasureFrom(start));
    stats.add(&mut Sample::Level { level: Level(1), what: Plateau::Users(2), from: start + 1000 * MS, asked: None });
    let times = |response: u32| RequestTimes {
        connect: (2 * MS).into(),
        first_byte: (response * MS).into(),
        receive: (MS).into(),
        client_delay: (MS / 10).into(),
        stamped: true,
        ..RequestTimes::default()
    };
    let traffic = Traffic { bytes_in: 100, body_bytes: 40, bytes_out: 60, new_connection: true, ..Traffic::default() };
    let mut add = |at: u32, check: u16, outcome: Outcome| {
        let level = Level(u16::from(at >= 1000));
        let (ended, request) = (start + at * MS, if check == 0 { get } else { post });
        let answer = match outcome {
            Outcome::Exception(_) => Answer::None { kind: RequestErrorKind::Refused, phase: Phase::Connect },
            _ => Answer::Status(200),
        };
        let (times, check) = (times(at / 100), CheckId(check));
        stats.add(&mut Sample::Request(RequestSample {
            request,
            check: Some(check),
            level,
            ended,
            times,
            lateness: None,
            traffic,
            answer,
        }));
        let tpr = times.setup() + times.response_time();
        stats.add(&mut Sample::Check(CheckSample {
            check,
            level,
            ended,
            tpr: tpr.into(),
            elapsed: (tpr + MS).into(),
            busy: (tpr + MS).into(),
            idle: Nanos::ZERO,
            hooks: Nanos::ZERO,
            requests: 1,
            answered: u32::from(answer == Answer::Status(200)),
            blamed: CheckSample::blamed_by(&outcome),
            asked: true,
            opens_iteration: true,
            outcome: outcome.into(),
        }));
    };
    (1..=10).for_each(|n| add(n * 280, u16::from(n % 3 == 0), Outcome::Pass));
    let reason = |message: &str| Reason { message: message.into(), detail: None, request: None };
    add(2900, 1, Outcome::Fail(Reason { request: Some(post), ..reason("status 500 instead of 200") }));
    add(3000, 1, Outcome::Exception(Reason { detail: Some("port 80".into()), ..reason("refused") }));
    stats.add(&mut Sample::Unfinished(UnfinishedSample { check: CheckId(0), request: Some(get), age: 40 * MS }));
    let machine =
        MachineUse { processors: 2, own_cpu: 60 * MS, own_share: 0.01, busy_share: Some(0.25), steal_share: None };
    let end = End { reason: EndReason::TimeUp, duration: 3001 * MS, abandoned: 0, machine };
    let log = LogLoss { left_out: 3, error: None };
    let asked = AskedRate { per_s: 4.0, interval: 250 * MS };
    let schedule = Some(Schedule::new(asked, 12, 3000 * MS));
    let summary = Summary { end: Some(end), seed: 7, blocks: stats.blocks(), log, ..stats.summary(Duration::ZERO) };
    Summary { lost: 1, worked: Some(2000 * MS), schedule, ..summary }
}

fn info() -> RunInfo {
    RunInfo {
        started: UNIX_EPOCH + Duration::from_millis(1_500),
        target: "http://a.test/".into(),
        plan: Some("2 users, 3 s".into()),
        command: vec!["perfloop".into(), "http://a.test/".into()],
        hosts: vec![Host { os: Some("linux".into()), cpus: Some(2), ..Host::default() }],
        spec: None,
    }
}

fn written(summary: &Summary, info: &RunInfo) -> String {
    let mut bytes = Vec::new();
    write_json(summary, info, &mut bytes).expect("memory");
    String::from_utf8(bytes).expect("text")
}

#[test]
fn a_fixed_run_is_written_as_it_always_was() {
    let text = written(&summary(), &info()).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let wanted = include_str!("golden.json");
    let difference = text.lines().zip(wanted.lines()).enumerate().find(|(_, (got, wanted))| got != wanted);
    assert!(text == wanted, "the first line that differs: {difference:?}\n{text}");
}

#[test]
fn what_was_written_is_read_back_and_written_the_same() {
    let text = written(&summary(), &info());
    let (read, its_info) = read_json(text.as_bytes()).expect("its own report");
    let [mut before, mut after] =
        [text, written(&read, &its_info)].map(|text| serde_json::from_str::<Value>(&text).expect("JSON"));
    // Their sums were divided by a width, and multiplied by it again.
    for document in [&mut before, &mut after] {
        for slot in document["timeline"].as_array_mut().into_iter().flatten() {
            slot["in_flight"] = json!((slot["in_flight"].as_f64().unwrap_or(-1.0) * 1e6).round());
        }
    }
    assert_eq!(before, after);
}

#[test]
fn the_timeline_of_merged_reports_has_the_percentiles_of_one_histogram() {
    let parts = [summary(), summary()];
    let [mut wanted, mut merged] =
        [parts[0].clone(), read_json(written(&parts[0], &info()).as_bytes()).expect("a report").0];
    wanted.merge(&parts[1]);
    merged.merge(&read_json(written(&parts[1], &info()).as_bytes()).expect("a report").0);
    let percentiles = |summary: &Summary| -> Vec<Option<Duration>> {
        let slots = summary.timeline.slots().iter();
        slots
            .flat_map(|slot| [&slot.response_times, &slot.client_delays])
            .flat_map(|times| [1.0, 50.0, 95.0, 99.9].map(|percent| times.percentile(percent)))
            .collect()
    };
    assert_eq!(percentiles(&merged), percentiles(&wanted));
    assert!(percentiles(&wanted).iter().any(Option::is_some));
}

#[test]
fn a_report_from_before_users_were_lost_and_schedules_told_is_read() {
    let mut document: Value = serde_json::from_str(&written(&summary(), &info())).expect("JSON");
    let run = document["run"].as_object_mut().expect("an object");
    for key in ["users_lost", "schedule", "worked_s", "samples_error"] {
        assert!(run.remove(key).is_some(), "{key}");
    }
    let (read, _) = read_json(document.to_string().as_bytes()).expect("a report");
    assert_eq!((read.users_lost(), read.schedule, read.worked), (0, None, None));
    assert_eq!(read.whole.totals.pass, 10);
}

#[test]
fn what_is_no_report_of_this_version_is_refused_in_one_line() {
    let text = written(&summary(), &info());
    let without = |key: &str| text.replacen(&format!("\"{key}\""), "\"x\"", 1);
    for (text, words) in [
        ("{".to_owned(), "is no report of perfloop (EOF"),
        ("[]".to_owned(), "is no report of perfloop (no JSON object); give the JSON report"),
        ("{}".to_owned(), "is no report of perfloop (no run.schema); give the JSON report"),
        (text.replacen("\"schema\": 2", "\"schema\": 1", 1), "has version 1 of the report's schema"),
        (without("seed"), "is no report of perfloop (no seed)"),
        (without("histogram"), "is no report of perfloop (no histogram)"),
        (text.replacen("\"histogram\": \"HIST", "\"histogram\": \"HOST", 1), "(a damaged histogram in start_delay_ms)"),
        (text.replacen("\"t_s\": 0.1,", "\"t_s\": 0.0,", 1), "(a wrong blocks)"),
        (text.replacen("\"pass\": ", "\"pass\": -", 3), "(a wrong pass)"),
    ] {
        let error = read_json(text.as_bytes()).map(|_| ()).expect_err(words);
        assert!(error.contains(words) && !error.contains('\n'), "{words}: {error}");
    }
}

#[test]
fn two_reports_are_one_of_all_their_users() {
    let (mut sum, mut sum_info) = (summary(), info());
    sum.merge(&summary());
    sum_info.merge(info());
    let document: Value = serde_json::from_str(&written(&sum, &sum_info)).expect("JSON");
    let run = &document["run"];
    assert_eq!((&run["users"], &run["tested_s"], &run["machine"]["processors"]), (&json!(4), &json!(3.0), &json!(4)));
    assert_eq!((&run["target"], run["hosts"].as_array().map(Vec::len)), (&json!("http://a.test/"), Some(2)));
    let totals = &document["totals"];
    assert_eq!((&totals["pass"], &totals["passes_per_s"]), (&json!(20), &json!(20.0 / 3.0)));
    assert_eq!((&totals["tpr_ms"]["max"], &totals["tpr_ms"]["count"]), (&json!(31.0), &json!(20)));
    assert_eq!(document["failures"][0]["count"], 2);
    assert_eq!((&document["levels"][0]["users"], &document["levels"][0]["totals"]["fail"]), (&json!(4), &json!(2)));
    assert_eq!(document["timeline"][0]["users"], 4);
}

#[test]
fn an_interval_log_holds_each_name_and_each_slot_of_time() {
    use crate::report::write_hlog;
    let mut bytes = Vec::new();
    write_hlog(&summary(), &info(), &mut bytes).expect("memory");
    let text = String::from_utf8(bytes).expect("text");
    let starts: Vec<&str> = text.lines().map(|line| line.split(",HIST").next().unwrap_or_default()).collect();
    let wanted = [
        &format!("#[perfloop {}: response times, in units of 100 ns]", env!("CARGO_PKG_VERSION")),
        "#[StartTime: 1.500 (seconds since epoch)]",
        "#[BaseTime: 1.500 (seconds since epoch)]",
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"",
        "#[MaxValueDivisor: 10000.000]",
        "Tag=GET_/hello,0.000,3.000,29.005",
        "Tag=POST_/buy,0.000,3.000,30.003",
        "0.000,1.000,9.005",
        "Tag=client_delay,0.000,1.000,0.100",
        "1.000,1.000,19.994",
        "Tag=client_delay,1.000,1.000,0.100",
        "2.000,1.000,29.952",
        "Tag=client_delay,2.000,1.000,0.100",
    ];
    assert_eq!(starts, wanted);
}

#[test]
fn a_run_that_is_known_as_data_is_written_and_read_with_it() {
    let spec = json!({ "users": 2, "time_s": 3, "checks": [{ "url": "http://a.test/" }] });
    let told = RunInfo { spec: Some(spec.clone()), ..info() };
    let text = written(&summary(), &told);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["run"]["spec"], spec);
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    let schema = serde_json::from_str(include_str!("../../../schema/report.schema.json")).expect("JSON");
    compiler.add_resource("http://schema.test/", schema).expect("a schema");
    let schema = compiler.compile("http://schema.test/", &mut schemas).expect("a schema");
    schemas.validate(&document, schema).expect("a report");

    let (_, mut read) = read_json(text.as_bytes()).expect("its own report");
    assert_eq!(read.spec, Some(spec));
    read.merge(told);
    assert!(read.spec.is_some(), "both are of the same");
    read.merge(info());
    assert_eq!(read.spec, None, "they are of different ones");
    assert!(!written(&summary(), &info()).contains("\"spec\""));
}
