//! Writers for other programs, against a fixed run.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use quick_junit::{NonSuccessKind, Report, TestCaseStatus};

use super::samples::write_all;
use super::*;
use crate::ids::CheckId;
use crate::moment::Moment;
use crate::names::Names;
use crate::nanos::Nanos;
use crate::outcome::{Outcome, Reason, RequestErrorKind};
use crate::phase::Phase;
use crate::sample::{
    Answer, CheckSample, Level, RequestRow, RequestSample, RequestTimes, Sample, Traffic, UserEvent, UserSample,
};
use crate::stats::{Stats, Summary};

const MS: Duration = Duration::from_millis(1);

/// 2026-11-21T01:26:05Z, when Locust wrote the files that these tests compare with.
const BEGAN: Duration = Duration::from_secs(1_795_224_365);

/// A run of one user, told request by request.
pub(crate) struct Told {
    stats: Stats,
    names: Arc<Names>,
    start: Moment,
    /// Check that makes the requests that are told next.
    pub(crate) maker: Option<CheckId>,
}

impl Told {
    pub(crate) fn new(checks: &[&str]) -> Self {
        let names = Arc::new(Names::new(checks.iter().copied()));
        let mut stats = Stats::new(Arc::clone(&names), 1, false);
        let start = Moment::now();
        stats.add(&mut Sample::User(UserSample { at: start, event: UserEvent::Released { late: Duration::ZERO } }));
        Told { stats, names, start, maker: None }
    }

    pub(crate) fn request(&mut self, name: &str, at: Duration, time: Duration, body_bytes: u64, answer: Answer) {
        self.stats.add(&mut Sample::Request(RequestSample {
            request: self.names.request(name),
            check: self.maker,
            level: Level::NONE,
            ended: self.start + at,
            times: RequestTimes { first_byte: (time).into(), ..RequestTimes::default() },
            lateness: None,
            traffic: Traffic { body_bytes, ..Traffic::default() },
            answer,
        }));
    }

    pub(crate) fn check(&mut self, check: u16, at: Duration, tpr: Duration, outcome: Outcome) {
        let answered = u32::from(!matches!(outcome, Outcome::Exception(_)));
        self.stats.add(&mut Sample::Check(CheckSample {
            check: CheckId(check),
            level: Level::NONE,
            ended: self.start + at,
            tpr: tpr.into(),
            elapsed: (tpr).into(),
            busy: (tpr).into(),
            idle: Nanos::ZERO,
            hooks: Nanos::ZERO,
            requests: 1,
            answered,
            blamed: CheckSample::blamed_by(&outcome),
            asked: true,
            opens_iteration: true,
            outcome: outcome.into(),
        }));
    }

    /// A fail by the answer to this request.
    pub(crate) fn fail(&self, request: &str, message: &str) -> Outcome {
        let request = Some(self.names.request(request));
        Outcome::Fail(Reason { message: message.into(), detail: None, request })
    }

    pub(crate) fn summary(&self) -> Summary {
        Summary { began: Some(UNIX_EPOCH + BEGAN), ..self.stats.summary(Duration::ZERO) }
    }
}

/// Two checks: of the first's three runs one fails and one panics, the other's only run has no answer.
fn fixed() -> Summary {
    let mut told = Told::new(&["shop", "login \"<&>"]);
    told.request("GET /cart", 1000 * MS, 5 * MS, 100, Answer::Status(200));
    told.check(0, 1000 * MS, 5 * MS, Outcome::Pass);
    told.request("GET /cart", 1500 * MS, 200 * MS, 100, Answer::Status(500));
    let fail = told.fail("GET /cart", "wanted status 200, got status 500");
    told.check(0, 1500 * MS, 200 * MS, fail);
    let panic = Reason { message: "panicked".into(), detail: Some("at line\n\"7\"".into()), request: None };
    told.check(0, 1600 * MS, 1 * MS, Outcome::Fail(panic));
    let lost = Answer::None { kind: RequestErrorKind::Timeout, phase: Phase::FirstByte };
    told.request("POST /login", 4000 * MS, 2000 * MS, 0, lost);
    let request = Some(told.names.request("POST /login"));
    let reason = Reason { message: "timed out".into(), detail: None, request };
    told.check(1, 4000 * MS, 2000 * MS, Outcome::Exception(reason));
    told.summary()
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory");
    String::from_utf8(bytes).expect("text")
}

#[test]
fn the_markdown_has_the_checks_and_each_row_of_a_table_as_many_cells_as_its_head() {
    let text = text(|bytes| write_markdown(&fixed(), bytes));
    assert!(text.starts_with("### ✅ perfloop: 4 checks in "), "{text}");
    for part in [
        "| shop | 1 | 2 | 0 |",
        "| login \"&lt;&amp;&gt; | 0 | 0 | 1 |",
        "| **all** | 1 | 2 | 1 |",
        "- **times**: ",
        "- **load**: ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    for table in text.split("\n\n").filter(|block| block.starts_with('|')) {
        let cells = |row: &str| row.replace("\\|", "").matches('|').count();
        let counts: Vec<usize> = table.lines().map(cells).collect();
        assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?} in {table}");
    }
}

#[test]
fn the_junit_report_is_read_back_as_it_was_meant() {
    let text = text(|bytes| write_junit(&fixed(), bytes));
    let report = Report::deserialize_from_str(&text).expect("JUnit");
    assert_eq!((report.tests, report.failures, report.errors), (2, 1, 1), "{text}");
    assert_eq!((report.test_suites[0].name.as_str(), report.test_suites[0].time), ("perfloop", Some(4000 * MS)));
    let [shop, login] = &report.test_suites[0].test_cases[..] else { panic!("{text}") };
    assert_eq!((shop.name.as_str(), shop.time), ("shop", Some(5 * MS)), "the mean of its passes");
    assert_eq!(login.name.as_str(), "login \"<&>");
    let TestCaseStatus::NonSuccess { kind, message, description, .. } = &shop.status else { panic!("{text}") };
    assert_eq!(*kind, NonSuccessKind::Failure);
    assert_eq!(message.as_ref().expect("one").as_str(), "2 of 3 runs did not pass: 2 fail, 0 exception");
    let description = description.as_ref().expect("one").as_str();
    assert!(description.contains("1 x fail: wanted status 200, got status 500\n"), "{description}");
    let TestCaseStatus::NonSuccess { kind, message, .. } = &login.status else { panic!("{text}") };
    assert_eq!(*kind, NonSuccessKind::Error);
    assert_eq!(message.as_ref().expect("one").as_str(), "1 of 1 runs did not pass: 0 fail, 1 exception");
}

#[test]
fn the_metrics_are_written_as_open_metrics() {
    let text = text(|bytes| write_open_metrics(&fixed(), bytes));
    for line in [
        "# TYPE perfloop_checks counter",
        "perfloop_checks_total{check=\"shop\",outcome=\"pass\"} 1",
        "perfloop_checks_total{check=\"shop\",outcome=\"fail\"} 2",
        "perfloop_checks_total{check=\"login \\\"<&>\",outcome=\"exception\"} 1",
        "perfloop_requests_total{request=\"GET /cart\",outcome=\"answered\"} 2",
        "perfloop_requests_total{request=\"POST /login\",outcome=\"timeout\"} 1",
        "perfloop_users 1",
        "perfloop_users_lost_total 0",
        "# UNIT perfloop_response_time_seconds seconds",
        "perfloop_response_time_seconds_sum{request=\"GET /cart\"} 0.205",
        "perfloop_response_time_seconds_count{request=\"GET /cart\"} 2",
        "perfloop_response_time_seconds_bucket{le=\"0.0025\",request=\"GET /cart\"} 0",
        "perfloop_response_time_seconds_bucket{le=\"0.005\",request=\"GET /cart\"} 1",
        "perfloop_response_time_seconds_bucket{le=\"0.1\",request=\"GET /cart\"} 1",
        "perfloop_response_time_seconds_bucket{le=\"0.25\",request=\"GET /cart\"} 2",
        "perfloop_response_time_seconds_bucket{le=\"+Inf\",request=\"GET /cart\"} 2",
        "# EOF",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} in\n{text}");
    }
}

#[cfg(feature = "otel")]
#[test]
fn a_collector_is_sent_what_is_written_as_open_metrics() {
    use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
    use opentelemetry_proto::tonic::metrics::v1::metric::Data;
    use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
    use prost::Message as _;

    let message = super::otlp(&fixed(), &[("service.name".into(), "shop".into())]);
    let message = ExportMetricsServiceRequest::decode(&message[..]).expect("a message");
    let labels = |attributes: &[KeyValue], more: Option<&str>| {
        let text = |pair: &KeyValue| match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(any_value::Value::StringValue(text)) => text.replace('"', "\\\""),
            other => panic!("{other:?}"),
        };
        let all = attributes.iter().map(|pair| format!("{}=\"{}\"", pair.key, text(pair)));
        let all: Vec<String> = more.map(|bound| format!("le=\"{bound}\"")).into_iter().chain(all).collect();
        if all.is_empty() { String::new() } else { format!("{{{}}}", all.join(",")) }
    };
    let number = |value: &Option<Value>| match value {
        Some(Value::AsInt(value)) => value.to_string(),
        Some(Value::AsDouble(value)) => format!("{value:?}"),
        None => panic!("a point without a value"),
    };
    let mut sent = Vec::new();
    for metric in &message.resource_metrics[0].scope_metrics[0].metrics {
        let name = &metric.name;
        match metric.data.as_ref().expect("data") {
            Data::Sum(sum) => {
                sent.extend(
                    sum.data_points
                        .iter()
                        .map(|p| format!("{name}{} {}", labels(&p.attributes, None), number(&p.value))),
                );
            }
            Data::Gauge(gauge) => {
                sent.extend(
                    gauge
                        .data_points
                        .iter()
                        .map(|p| format!("{name}{} {}", labels(&p.attributes, None), number(&p.value))),
                );
            }
            Data::Histogram(histogram) => {
                for point in &histogram.data_points {
                    let of = labels(&point.attributes, None);
                    sent.push(format!("{name}_sum{of} {:?}", point.sum.expect("a sum")));
                    sent.push(format!("{name}_count{of} {}", point.count));
                    let bounds = point.explicit_bounds.iter().map(|bound| format!("{bound:?}"));
                    let mut up_to = 0;
                    for (bound, count) in bounds.chain(["+Inf".into()]).zip(&point.bucket_counts) {
                        up_to += count;
                        sent.push(format!("{name}_bucket{} {up_to}", labels(&point.attributes, Some(&bound))));
                    }
                }
            }
            other => panic!("{other:?}"),
        }
    }
    let text = text(|bytes| write_open_metrics(&fixed(), bytes));
    let mut written: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    written.sort_unstable();
    sent.sort_unstable();
    assert_eq!(sent, written);
}

fn rows(names: &Names, ended: Moment) -> Vec<RequestRow> {
    let sample = |check, answer| RequestSample {
        request: names.request("GET /a,b"),
        check,
        level: Level::default(),
        ended,
        times: RequestTimes {
            connect: (2 * MS).into(),
            first_byte: (7 * MS).into(),
            receive: (250 * MS / 1000).into(),
            client_delay: (MS / 20).into(),
            ..RequestTimes::default()
        },
        lateness: None,
        traffic: Traffic { bytes_in: 120, bytes_out: 60, new_connection: true, ..Traffic::default() },
        answer,
    };
    let row = |check, iteration, answer| RequestRow { sample: sample(check, answer), user: 3, iteration, users_up: 5 };
    let refused = Answer::None { kind: RequestErrorKind::Refused, phase: Phase::Connect };
    vec![
        row(Some(CheckId(0)), 1, Answer::Status(200)),
        row(Some(CheckId(0)), 2, Answer::Status(404)),
        row(None, 0, refused),
        row(Some(CheckId(0)), 3, Answer::Recorded { good: false }),
    ]
}

/// The samples without their first column, which is the time of day.
fn samples(format: SampleFormat) -> Vec<String> {
    let names = Names::new(["shop"]);
    let rows = rows(&names, Moment::now()).into_iter();
    let text = text(|bytes| write_all(rows, bytes, format, &names));
    text.lines().map(|line| line.split_once(',').expect("columns").1.to_owned()).collect()
}

#[test]
fn samples_are_a_line_for_each_request() {
    assert_eq!(
        samples(SampleFormat::Csv),
        [
            "request,check,user,iteration,status,response_time_ms,client_delay_ms,setup_ms,bytes_in,bytes_out,new_connection,outcome",
            "\"GET /a,b\",shop,3,1,200,7.250000,0.050000,2.000000,120,60,true,answered",
            "\"GET /a,b\",shop,3,2,404,7.250000,0.050000,2.000000,120,60,true,answered",
            "\"GET /a,b\",,3,0,,7.250000,0.050000,2.000000,120,60,true,refused",
            "\"GET /a,b\",shop,3,3,,7.250000,0.050000,2.000000,120,60,true,fail",
        ]
    );
}

#[test]
fn samples_for_jmeter_have_its_columns_in_its_order() {
    assert_eq!(
        samples(SampleFormat::Jtl),
        [
            "elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect",
            "9,\"GET /a,b\",200,,users 1-3,text,true,,120,60,5,5,,9,0,2",
            "9,\"GET /a,b\",404,,users 1-3,text,false,,120,60,5,5,,9,0,2",
            "9,\"GET /a,b\",Non HTTP response code: refused,,users 1-3,text,false,refused,120,60,5,5,,9,0,2",
            "9,\"GET /a,b\",,,users 1-3,text,false,fail,120,60,5,5,,9,0,2",
        ]
    );
}

#[test]
fn samples_begin_when_the_request_did() {
    let names = Names::new(["shop"]);
    let now = UNIX_EPOCH.elapsed().expect("after 1970").as_secs_f64() * 1e3;
    let rows = rows(&names, Moment::now()).into_iter();
    let text = text(|bytes| write_all(rows, bytes, SampleFormat::Jtl, &names));
    let began: f64 =
        text.lines().nth(1).and_then(|line| line.split(',').next()).expect("one").parse().expect("a number");
    assert!((began - (now - 9.3)).abs() < 1000.0, "{began} and {now}");
}

#[test]
fn a_full_disk_ends_the_samples_but_not_the_reading() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let names = Names::new(["shop"]);
    let mut taken = 0;
    let rows = rows(&names, Moment::now()).into_iter().inspect(|_| taken += 1);
    assert!(write_all(rows, Full, SampleFormat::Csv, &names).is_err());
    assert_eq!(taken, 4);
}
