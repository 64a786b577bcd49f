//! The numbers as systems that watch take them: metrics with labels, whatever the format.

use std::time::Duration;

use crate::stats::{CheckCounters, RequestCounters, Summary};

/// The upper bounds of the buckets of response times, in microseconds.
const BUCKETS_US: [u64; 16] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
    10_000_000, 30_000_000, 60_000_000,
];

/// One metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Metric {
    /// Without what a format adds for its kind or its unit.
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) values: Values,
}

/// Values of a metric, by their labels.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Values {
    /// Counts from the start of the run.
    Counters(Vec<(Labels, u64)>),
    /// A whole number as it is now.
    Number(u32),
    /// A mean as it is now.
    Mean(f64),
    /// Times in seconds.
    Times(Vec<(Labels, Times)>),
}

pub(super) type Labels = Vec<(&'static str, String)>;

/// Histogram of times.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Times {
    pub(super) sum_s: f64,
    pub(super) count: u64,
    /// Upper bounds in seconds, the last one without end, and how many lie between each and the one before.
    pub(super) buckets: Vec<(f64, u64)>,
}

/// All metrics of a run.
pub(super) fn metrics_of(summary: &Summary) -> Vec<Metric> {
    let (checks, requests) = (&summary.whole.checks, &summary.whole.requests);
    let metric = |name, help, values| Metric { name, help, values };
    vec![
        metric("perfloop_checks", "Runs of a check by how they ended", of_each(checks, outcomes_of_check)),
        metric("perfloop_requests", "Requests by how they ended", of_each(requests, outcomes_of_request)),
        metric("perfloop_answers", "Answered requests by the status of the answer", of_each(requests, statuses_of)),
        metric("perfloop_users", "Users that are up", Values::Number(summary.users_up)),
        metric(
            "perfloop_users_lost",
            "Users that did nothing, because their start did not pass or they could not be made",
            Values::Counters(vec![(Vec::new(), summary.users_lost())]),
        ),
        metric(
            "perfloop_in_flight",
            "Requests in flight at the service, the mean of the last whole slot of time",
            Values::Mean(in_flight(summary)),
        ),
        metric(
            "perfloop_response_time",
            "Response times of the answered requests",
            Values::Times(requests.iter().map(times_of).collect()),
        ),
    ]
}

fn of_each<T>(rows: &[T], counts: fn(&T) -> Vec<(Labels, u64)>) -> Values {
    Values::Counters(rows.iter().flat_map(counts).collect())
}

fn outcomes_of_check(check: &CheckCounters) -> Vec<(Labels, u64)> {
    let outcomes =
        [("pass", check.pass), ("fail", check.fail), ("exception", check.exception), ("unfinished", check.unfinished)];
    let labels = |outcome: &str| vec![("check", check.name.to_string()), ("outcome", outcome.to_owned())];
    outcomes.into_iter().map(|(outcome, count)| (labels(outcome), count)).collect()
}

fn outcomes_of_request(request: &RequestCounters) -> Vec<(Labels, u64)> {
    let ended = [("answered".to_owned(), request.answered), ("unfinished".to_owned(), request.unfinished)];
    let lost = request.lost.iter().map(|(kind, count)| (format!("{kind:?}").to_lowercase(), *count));
    let labels = |outcome| vec![("request", request.name.to_string()), ("outcome", outcome)];
    ended.into_iter().chain(lost).map(|(outcome, count)| (labels(outcome), count)).collect()
}

fn statuses_of(request: &RequestCounters) -> Vec<(Labels, u64)> {
    let labels = |status: &u16| vec![("request", request.name.to_string()), ("status", status.to_string())];
    request.statuses.iter().map(|(status, count)| (labels(status), *count)).collect()
}

fn times_of(request: &RequestCounters) -> (Labels, Times) {
    let times = &request.response_time;
    let counts = times.counts(&BUCKETS_US.map(Duration::from_micros));
    let beyond = times.count() - counts.iter().sum::<u64>();
    let bounds = BUCKETS_US.map(|bound| Duration::from_micros(bound).as_secs_f64());
    let buckets = bounds.into_iter().zip(counts).chain([(f64::INFINITY, beyond)]).collect();
    let histogram = Times { sum_s: times.sum().as_secs_f64(), count: times.count(), buckets };
    (vec![("request", request.name.to_string())], histogram)
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
