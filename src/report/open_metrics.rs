//! The numbers in the text format of OpenMetrics, for Prometheus and whatever else scrapes it.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::stats::{CheckCounters, RequestCounters, Summary};

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
/// | `perfloop_answers_total` | counter: answered requests | `request`; `status` |
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
    registry.register_collector(Box::new(Numbers::of(summary)));
    let mut text = String::new();
    encode(&mut text, &registry).map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())?;
    writer.flush()
}

/// Numbers of a run that are shown.
#[derive(Debug)]
struct Numbers {
    checks: Vec<Checks>,
    requests: Vec<Requests>,
    users: u32,
    users_lost: u64,
    in_flight: f64,
}

/// Runs of a check by how they ended.
#[derive(Debug)]
struct Checks {
    name: Arc<str>,
    outcomes: [(&'static str, u64); 4],
}

/// The requests of one name.
#[derive(Debug)]
struct Requests {
    name: Arc<str>,
    outcomes: Vec<(String, u64)>,
    statuses: Vec<(String, u64)>,
    times_s: f64,
    answered: u64,
    buckets: Vec<(f64, u64)>,
}

impl Numbers {
    fn of(summary: &Summary) -> Self {
        let check = |check: &CheckCounters| Checks { name: Arc::clone(&check.name), outcomes: check_outcomes(check) };
        Numbers {
            checks: summary.whole.checks.iter().map(check).collect(),
            requests: summary.whole.requests.iter().map(Requests::of).collect(),
            users: summary.users_up,
            users_lost: summary.users_lost(),
            in_flight: in_flight(summary),
        }
    }
}

impl Requests {
    fn of(request: &RequestCounters) -> Self {
        let times = &request.response_time;
        let counts = times.counts(&BUCKETS_US.map(Duration::from_micros));
        let beyond = times.count() - counts.iter().sum::<u64>();
        let bounds = BUCKETS_US.map(|bound| Duration::from_micros(bound).as_secs_f64());
        Requests {
            name: Arc::clone(&request.name),
            outcomes: request_outcomes(request),
            statuses: request.statuses.iter().map(|(status, count)| (status.to_string(), *count)).collect(),
            times_s: times.sum().as_secs_f64(),
            answered: times.count(),
            buckets: bounds.into_iter().zip(counts).chain([(f64::INFINITY, beyond)]).collect(),
        }
    }
}

impl Collector for Numbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Runs of a check by how they ended";
        let mut metric = encoder.encode_descriptor("perfloop_checks", help, None, MetricType::Counter)?;
        for Checks { name, outcomes } in &self.checks {
            for (outcome, count) in outcomes {
                count_of(&mut metric, [("check", name), ("outcome", outcome)], *count)?;
            }
        }

        let help = "Requests by how they ended";
        let mut metric = encoder.encode_descriptor("perfloop_requests", help, None, MetricType::Counter)?;
        for request in &self.requests {
            for (outcome, count) in &request.outcomes {
                count_of(&mut metric, [("request", &request.name), ("outcome", outcome)], *count)?;
            }
        }

        let help = "Answered requests by the status of the answer";
        let mut metric = encoder.encode_descriptor("perfloop_answers", help, None, MetricType::Counter)?;
        for request in &self.requests {
            for (status, count) in &request.statuses {
                count_of(&mut metric, [("request", &request.name), ("status", status)], *count)?;
            }
        }

        let mut metric = encoder.encode_descriptor("perfloop_users", "Users that are up", None, MetricType::Gauge)?;
        metric.encode_gauge(&self.users)?;

        let help = "Users that did nothing, because their start did not pass or they could not be made";
        let mut metric = encoder.encode_descriptor("perfloop_users_lost", help, None, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, u64, f64>(&self.users_lost, None)?;

        let help = "Requests in flight at the service, the mean of the last whole slot of time";
        let mut metric = encoder.encode_descriptor("perfloop_in_flight", help, None, MetricType::Gauge)?;
        metric.encode_gauge(&self.in_flight)?;

        let (help, unit) = ("Response times of the answered requests", Unit::Seconds);
        let name = "perfloop_response_time";
        let mut metric = encoder.encode_descriptor(name, help, Some(&unit), MetricType::Histogram)?;
        for Requests { name, times_s, answered, buckets, .. } in &self.requests {
            let labels = [("request", &**name)];
            let mut metric = metric.encode_family(&labels)?;
            metric.encode_histogram::<NoLabelSet>(*times_s, *answered, buckets, None)?;
        }
        Ok(())
    }
}

fn check_outcomes(check: &CheckCounters) -> [(&'static str, u64); 4] {
    [("pass", check.pass), ("fail", check.fail), ("exception", check.exception), ("unfinished", check.unfinished)]
}

fn request_outcomes(request: &RequestCounters) -> Vec<(String, u64)> {
    let ended = [("answered".to_owned(), request.answered), ("unfinished".to_owned(), request.unfinished)];
    let lost = request.lost.iter().map(|(kind, count)| (format!("{kind:?}").to_lowercase(), *count));
    ended.into_iter().chain(lost).collect()
}

fn count_of(metric: &mut MetricEncoder<'_>, labels: [(&str, &str); 2], count: u64) -> fmt::Result {
    metric.encode_family(&labels)?.encode_counter::<NoLabelSet, u64, f64>(&count, None)
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
