//! `--otel`: a collector of OpenTelemetry is told of the run, and keeps nobody waiting.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{Metric, NumberDataPoint};
use prost::Message as _;

use crate::support::{Output, Reports, Service, eventually, start};

const PERFLOOP: &str = env!("CARGO_BIN_EXE_perfloop");

/// A collector of a few lines, which keeps what it was sent and answers each message in the same way.
struct Collector {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

#[derive(Clone)]
struct Got {
    /// In lower case.
    head: String,
    body: Vec<u8>,
}

impl Collector {
    fn new(status: &'static str, answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let kept = Arc::clone(&got);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, answer) = (Arc::clone(&kept), answer.clone());
                thread::spawn(move || serve(stream.unwrap(), status, &answer, &kept));
            }
        });
        Collector { url, got }
    }

    fn messages(&self) -> Vec<ExportMetricsServiceRequest> {
        let got = self.got.lock().unwrap();
        got.iter().map(|got| ExportMetricsServiceRequest::decode(&got.body[..]).unwrap()).collect()
    }
}

fn serve(stream: TcpStream, status: &str, answer: &[u8], kept: &Mutex<Vec<Got>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        kept.lock().unwrap().push(Got { head, body });
        let told = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", answer.len());
        reader.get_mut().write_all(&[told.as_bytes(), answer].concat()).unwrap();
    }
}

fn perfloop(args: &[&str], variables: &[(&str, &str)]) -> Output {
    start(Command::new(PERFLOOP).args(args).envs(variables.iter().copied())).wait()
}

fn metrics(message: &ExportMetricsServiceRequest) -> &[Metric] {
    &message.resource_metrics[0].scope_metrics[0].metrics
}

fn metric<'a>(message: &'a ExportMetricsServiceRequest, name: &str) -> &'a Data {
    metrics(message).iter().find(|metric| metric.name == name).unwrap().data.as_ref().unwrap()
}

fn texts(attributes: &[KeyValue]) -> Vec<(&str, &str)> {
    let text = |pair: &'_ KeyValue| match pair.value.as_ref().unwrap().value.as_ref().unwrap() {
        any_value::Value::StringValue(text) => text.clone().leak() as &str,
        other => panic!("{other:?}"),
    };
    attributes.iter().map(|pair| (pair.key.as_str(), text(pair))).collect()
}

fn whole(point: &NumberDataPoint) -> i64 {
    match point.value {
        Some(Value::AsInt(value)) => value,
        ref other => panic!("{other:?}"),
    }
}

/// Sum over a counter's values with this label; 0 before there are any.
fn total(message: &ExportMetricsServiceRequest, name: &str, label: (&str, &str)) -> i64 {
    let Data::Sum(sum) = metric(message, name) else { panic!("{name} is no counter") };
    assert!(sum.is_monotonic && sum.aggregation_temporality == 2, "{sum:?}");
    sum.data_points.iter().filter(|point| texts(&point.attributes).contains(&label)).map(whole).sum()
}

#[test]
fn a_collector_is_told_during_the_run_and_of_its_last_numbers() {
    let (service, collector) = (Service::start(), Collector::new("200 OK", Vec::new()));
    let url = service.at("/delay/20");
    let output = perfloop(
        &["--users", "3", "--loops", "40", "--otel", &collector.url, &url],
        &[
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-token=a%3Db"),
            ("OTEL_RESOURCE_ATTRIBUTES", "team=shop,service.name=no"),
            ("OTEL_SERVICE_NAME", "checkout"),
        ],
    );
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(output.stdout.contains(&format!("otel: {}/v1/metrics\n", collector.url)), "{}", output.stdout);
    assert!(!output.stdout.contains("warning: --otel"), "{}", output.stdout);
    let heads: Vec<String> = collector.got.lock().unwrap().iter().map(|got| got.head.clone()).collect();
    for head in &heads {
        assert!(head.starts_with("post /v1/metrics http/1.1\r\n"), "{head}");
        assert!(head.contains("\r\ncontent-type: application/x-protobuf\r\n") && head.contains("\r\nx-token: a=b\r\n"));
    }
    let messages = collector.messages();
    assert!(messages.len() >= 4, "{} messages of a run of a second", messages.len());
    let answered: Vec<i64> =
        messages.iter().map(|one| total(one, "perfloop_requests_total", ("outcome", "answered"))).collect();
    assert!(answered.is_sorted() && answered[1] < 120, "{answered:?}");

    let last = messages.last().unwrap();
    assert_eq!(service.total_hits(), 120);
    let name = "GET /delay/20";
    assert_eq!(total(last, "perfloop_requests_total", ("request", name)), 120);
    assert_eq!(total(last, "perfloop_answers_total", ("status", "200")), 120);
    assert_eq!(total(last, "perfloop_checks_total", ("outcome", "pass")), 120);
    let Data::Histogram(times) = metric(last, "perfloop_response_time_seconds") else { panic!("no histogram") };
    let point = &times.data_points[0];
    assert_eq!((point.count, point.bucket_counts.iter().sum::<u64>()), (120, 120));
    assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
    assert!(point.sum.unwrap() >= 120.0 * 0.020, "{point:?}");
    assert!(point.start_time_unix_nano < point.time_unix_nano);
    let units: Vec<(&str, &str)> = metrics(last).iter().map(|one| (one.name.as_str(), one.unit.as_str())).collect();
    assert!(units.iter().all(|(name, unit)| *unit == if name.ends_with("_seconds") { "s" } else { "" }), "{units:?}");
    let resource = texts(&last.resource_metrics[0].resource.as_ref().unwrap().attributes);
    assert!(resource.contains(&("service.name", "checkout")) && resource.contains(&("team", "shop")), "{resource:?}");
    let instance = |message: &ExportMetricsServiceRequest| {
        let attributes = &message.resource_metrics[0].resource.as_ref().unwrap().attributes;
        texts(attributes).into_iter().find(|(key, _)| *key == "service.instance.id").unwrap().1.to_owned()
    };
    assert!(instance(last).len() == 32 && instance(last) == instance(&messages[0]));
}

#[test]
fn a_collector_that_never_answers_slows_no_user_and_is_told_at_the_end() {
    let service = Service::start();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let collector = format!("http://{}", silent.local_addr().unwrap());
    let args = ["--rate", "100/s", "--time", "2", "--json", "-", "--quiet", "--otel", &collector];
    let url = service.at("/delay/10");
    let since = Instant::now();
    let output = perfloop(&[&args[..], &[&url]].concat(), &[("OTEL_METRIC_EXPORT_INTERVAL", "100")]);
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
    let report = output.json();
    let of = |name: &str| report["totals"][name].as_u64().unwrap();
    let due = of("pass") + of("unfinished") + report["run"]["dropped"].as_u64().unwrap();
    assert!((195..=201).contains(&due) && of("pass") >= 150, "{report:#}");
    assert_eq!(output.code, Some(0));
    let warning = format!("warning: --otel: nothing was taken by {collector}/v1/metrics: ");
    assert!(output.stderr.contains(&warning) && output.stderr.contains("time"), "{}", output.stderr);
}

#[test]
fn a_collector_that_is_not_there_or_refuses_is_told_in_one_line() {
    let service = Service::start();
    let url = service.at("/fast");
    let partial = ExportMetricsPartialSuccess { rejected_data_points: 7, error_message: "too\nold".into() };
    let rejecting = ExportMetricsServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (collector, reason) in [
        (format!("http://{gone}"), "refused"),
        (Collector::new("503 Service Unavailable", Vec::new()).url, "it answered with status 503"),
        (Collector::new("200 OK", rejecting).url, "it has rejected 7 values: too"),
        (Collector::new("200 OK", b"{}".to_vec()).url, ""),
    ] {
        let output = perfloop(&["--loops", "3", "--otel", &collector, &url], &[]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let told: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with("warning: --otel: ")).collect();
        assert_eq!(told.len(), usize::from(!reason.is_empty()), "{reason}: {}", output.stdout);
        assert!(told.iter().all(|line| line.contains(reason)), "{reason}: {told:?}");
    }
    assert_eq!(service.total_hits(), 12);
}

#[test]
fn what_cannot_be_sent_to_is_refused_before_any_traffic() {
    let service = Service::start();
    let url = service.at("/fast");
    let collector = "http://127.0.0.1:4318";
    for (otel, variable, words) in [
        ("127.0.0.1:4318", ("X", ""), "--otel"),
        ("grpc://127.0.0.1:4317", ("X", ""), "http://127.0.0.1:4318"),
        ("http://ann:secret@127.0.0.1:4318", ("X", ""), "OTEL_EXPORTER_OTLP_HEADERS"),
        (collector, ("OTEL_EXPORTER_OTLP_HEADERS", "secret"), "OTEL_EXPORTER_OTLP_HEADERS: write it like"),
        (
            collector,
            ("OTEL_EXPORTER_OTLP_HEADERS", "a b=secret"),
            "OTEL_EXPORTER_OTLP_HEADERS: 'a b' is no header name",
        ),
        (
            collector,
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0A"),
            "OTEL_EXPORTER_OTLP_HEADERS: the value of header 'a'",
        ),
        (collector, ("OTEL_METRIC_EXPORT_INTERVAL", "5s"), "OTEL_METRIC_EXPORT_INTERVAL: '5s'"),
    ] {
        let output = perfloop(&["--loops", "1", "--otel", otel, &url], &[variable]);
        let is_line = output.stderr.starts_with("perfloop: ") && output.stderr.lines().count() == 1;
        assert!(output.code == Some(2) && is_line && output.stderr.contains(words), "{otel}: {}", output.stderr);
        assert!(!output.stderr.contains("secret"), "{}", output.stderr);
    }
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn each_run_of_a_page_is_told_of() {
    let (service, collector) = (Service::start(), Collector::new("200 OK", Vec::new()));
    let args = ["serve", "--web-addr", "127.0.0.1:0", "--loops", "5", "--otel", &collector.url, &service.at("/fast")];
    let run = start(Command::new(PERFLOOP).args(args));
    let page = || run.stderr().lines().find_map(|line| line.strip_prefix("page: ").map(str::to_owned));
    eventually("the page is served", || page().is_some());
    let address = page().unwrap().trim_start_matches("http://").trim_end_matches('/').to_owned();
    for runs in 1..=2_usize {
        let mut stream = TcpStream::connect(&address).unwrap();
        let head = format!("POST /api/v1/runs HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n");
        stream.write_all(format!("{head}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        eventually("the run is told of", || collector.messages().len() >= runs);
    }
    for message in collector.messages() {
        assert_eq!(total(&message, "perfloop_checks_total", ("outcome", "pass")), 5);
    }
    run.signal("INT");
    run.wait();
}

#[test]
#[ignore = "needs Python with opentelemetry-proto"]
fn python_reads_a_message_by_the_definition_of_the_protocol() {
    let (service, collector, reports) = (Service::start(), Collector::new("200 OK", Vec::new()), Reports::new());
    let output = perfloop(&["--loops", "7", "--otel", &collector.url, &service.at("/fast")], &[]);
    assert_eq!(output.code, Some(0));
    let file = reports.path("message");
    std::fs::write(&file, &collector.got.lock().unwrap().last().unwrap().body).unwrap();
    let program = r"
import sys
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
written = open(sys.argv[1], 'rb').read()
message = ExportMetricsServiceRequest.FromString(written)
message.DiscardUnknownFields()
assert len(message.SerializeToString()) == len(written)
metrics = {metric.name: metric for metric in message.resource_metrics[0].scope_metrics[0].metrics}
times = metrics['perfloop_response_time_seconds']
point, = times.histogram.data_points
answered = [p.as_int for p in metrics['perfloop_requests_total'].sum.data_points
            if any(a.value.string_value == 'answered' for a in p.attributes)]
print(times.unit, point.count, sum(point.bucket_counts), *answered, sorted(metrics))
";
    let read = Command::new("python3").args(["-c", program, &file]).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let names = "['perfloop_answers_total', 'perfloop_checks_total', 'perfloop_in_flight', 'perfloop_requests_total', \
                 'perfloop_response_time_seconds', 'perfloop_users', 'perfloop_users_lost_total']";
    assert_eq!(String::from_utf8_lossy(&read.stdout).trim(), format!("s 7 7 7 {names}"));
}
