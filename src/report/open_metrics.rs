//! The numbers in the text format of OpenMetrics, for Prometheus and whatever else scrapes it.

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::stats::{CheckTally, RequestTally, Summary};

/// The upper bounds of the buckets of response times, in microseconds.
const BUCKETS_US: [u64; 16] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
    10_000_000, 30_000_000, 60_000_000,
];

/// Writes the numbers up to now as OpenMetrics text.
///
/// | metric | kind | labels |
/// |---|---|---|
/// | `perfloop_checks_total` | counter | `check`; `outcome`: `pass`, `fail`, `exception`, `unfinished` |
/// | `perfloop_requests_total` | counter | `request`; `outcome`: `answered`, `unfinished`, or what was wrong, such as `timeout` |
/// | `perfloop_users` | gauge: users that are up | |
/// | `perfloop_users_lost_total` | counter: users that did nothing, because their start did not pass or they could not be made | |
/// | `perfloop_in_flight` | gauge: requests in flight at the service, mean of the last whole slot of the timeline, so 0 once nothing ends | |
/// | `perfloop_response_time_seconds` | histogram of the answered requests | `request` |
///
/// All count from the start of the run, the warm-up left out.
///
/// # Errors
/// Those of the writer.
pub fn write_open_metrics(summary: &Summary, mut writer: impl Write) -> io::Result<()> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Numbers(summary.clone())));
    let mut text = String::new();
    encode(&mut text, &registry).map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())?;
    writer.flush()
}

#[derive(Debug)]
struct Numbers(Summary);

impl Collector for Numbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Numbers(summary) = self;
        let section = &summary.whole;

        let help = "Runs of a check by how they ended";
        let mut metric = encoder.encode_descriptor("perfloop_checks", help, None, MetricType::Counter)?;
        for check in &section.checks {
            for (outcome, count) in check_outcomes(check) {
                count_of(&mut metric, [("check", &*check.name), ("outcome", outcome)], count)?;
            }
        }

        let help = "Requests by how they ended";
        let mut metric = encoder.encode_descriptor("perfloop_requests", help, None, MetricType::Counter)?;
        for request in &section.requests {
            for (outcome, count) in request_outcomes(request) {
                count_of(&mut metric, [("request", &*request.name), ("outcome", &outcome)], count)?;
            }
        }

        let mut metric = encoder.encode_descriptor("perfloop_users", "Users that are up", None, MetricType::Gauge)?;
        metric.encode_gauge(&summary.users_up)?;

        let help = "Users that did nothing, because their start did not pass or they could not be made";
        let mut metric = encoder.encode_descriptor("perfloop_users_lost", help, None, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, u64, f64>(&summary.users_lost(), None)?;

        let help = "Requests in flight at the service, the mean of the last whole slot of time";
        let mut metric = encoder.encode_descriptor("perfloop_in_flight", help, None, MetricType::Gauge)?;
        metric.encode_gauge(&in_flight(summary))?;

        let (help, unit) = ("Response times of the answered requests", Unit::Seconds);
        let name = "perfloop_response_time";
        let mut metric = encoder.encode_descriptor(name, help, Some(&unit), MetricType::Histogram)?;
        for request in &section.requests {
            times_of(&mut metric, request)?;
        }
        Ok(())
    }
}

fn check_outcomes(check: &CheckTally) -> [(&'static str, u64); 4] {
    [("pass", check.pass), ("fail", check.fail), ("exception", check.exception), ("unfinished", check.unfinished)]
}

fn request_outcomes(request: &RequestTally) -> Vec<(String, u64)> {
    let ended = [("answered".to_owned(), request.answered), ("unfinished".to_owned(), request.unfinished)];
    let lost = request.lost.iter().map(|(kind, count)| (format!("{kind:?}").to_lowercase(), *count));
    ended.into_iter().chain(lost).collect()
}

fn count_of(metric: &mut MetricEncoder<'_>, labels: [(&str, &str); 2], count: u64) -> fmt::Result {
    metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, f64>(&count, None)
}

fn times_of(metric: &mut MetricEncoder<'_>, request: &RequestTally) -> fmt::Result {
    let times = &request.response_time;
    let counts = times.counts(&BUCKETS_US.map(Duration::from_micros));
    let beyond = times.count() - counts.iter().sum::<u64>();
    let bounds = BUCKETS_US.map(|bound| Duration::from_micros(bound).as_secs_f64());
    let buckets: Vec<(f64, u64)> = bounds.into_iter().zip(counts).chain([(f64::INFINITY, beyond)]).collect();
    let labels = [("request", &*request.name)];
    let mut metric = metric.encode_family(&labels)?;
    metric.encode_histogram::<NoLabelSet>(times.sum().as_secs_f64(), times.count(), &buckets, None)
}

fn in_flight(summary: &Summary) -> f64 {
    let width = summary.timeline.width().as_secs_f64();
    let age = summary.began.and_then(|began| began.elapsed().ok()).unwrap_or_default().as_secs_f64();
    match (age / width) as usize {
        0 => summary.whole.in_flight,
        // Where nothing has ended since, there is no slot.
        now => summary.timeline.slots().get(now - 1).map_or(0.0, |slot| slot.at_service.as_secs_f64() / width),
    }
}
