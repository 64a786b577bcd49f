//! Answers of Locust's page: its names, its shapes and its rounding, for scripts that ask for them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::{AGGREGATED, mean, milliseconds, ratio, times_of, type_and_name};
use crate::report::live::Planned;
use crate::stats::{FailureGroup, RequestCounters, Row, RowOf, Rows, Summary};

/// Numbers that an answer is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    /// Whole run, with its failures.
    pub(crate) summary: &'a Summary,
    pub(crate) failures: &'a [FailureGroup],
    /// Last 10 s.
    pub(crate) recent: &'a Rows,
    /// `ready`, `spawning`, `running`, `stopping` or `stopped`.
    pub(crate) state: &'a str,
}

impl<'a> Page<'a> {
    /// Answer to `/stats/requests`.
    pub(crate) fn stats_requests(self) -> Value {
        let section = &self.summary.whole;
        let mut rows: Vec<_> = section.requests.iter().map(|one| (type_and_name(&one.name), one)).collect();
        rows.sort_by_key(|((method, name), _)| (*name, *method));
        let totals = self.row(("", AGGREGATED), &section.request_totals);
        let mut stats: Vec<Value> = rows.into_iter().map(|(place, counters)| self.row(place, counters)).collect();
        stats.push(totals.clone());
        let counters = &section.request_totals;
        let ended = counters.answered + counters.exceptions();
        let recent = self.recent(None);
        let recent_percentile = |place: usize| recent.and_then(|row| row.times.percentiles[place]).map(of_percentile);
        json!({
            "stats": stats,
            "errors": self.errors(),
            "current_rps": totals["current_rps"],
            "current_fail_per_sec": totals["current_fail_per_sec"],
            "total_rps": totals["total_rps"],
            "total_fail_per_sec": totals["total_fail_per_sec"],
            "fail_ratio": ratio(counters.failures() as f64, ended as f64),
            "current_response_time_percentiles": {
                "response_time_percentile_0.5": recent_percentile(0),
                "response_time_percentile_0.95": recent_percentile(2),
            },
            "state": self.state,
            "user_count": self.summary.users_up,
        })
    }

    /// Row of the last 10 s; that of all requests without a name.
    fn recent(self, name: Option<&str>) -> Option<&'a Row> {
        let of = if name.is_some() { RowOf::Request } else { RowOf::AllRequests };
        self.recent.rows.iter().find(|row| row.of == of && name.is_none_or(|name| &*row.name == name))
    }

    fn row(self, (method, name): (&str, &str), counters: &RequestCounters) -> Value {
        let is_all = counters.name.is_empty();
        let timing = &counters.response_time;
        let times = times_of(counters);
        let ended = times.ended;
        let per_s = |count: u64| ratio(count as f64, self.summary.whole.span.as_secs_f64());
        let recent = self.recent((!is_all).then_some(&*counters.name));
        let recent_per_s =
            |count: fn(&Row) -> u64| recent.map_or(0.0, |row| ratio(count(row) as f64, self.recent.span.as_secs_f64()));
        json!({
            "method": method,
            "name": name,
            "num_requests": ended,
            "num_failures": counters.failures(),
            "min_response_time": times.min_ms.round_ties_even(),
            "max_response_time": times.max_ms.round_ties_even(),
            "current_rps": recent_per_s(|row| row.count),
            "current_fail_per_sec": recent_per_s(|row| row.failures),
            "avg_response_time": mean(timing.sum(), timing.count()),
            "median_response_time": as_number(&times.median()),
            "total_rps": per_s(ended),
            "total_fail_per_sec": per_s(counters.failures()),
            "response_time_percentile_0.95": times.percentile(95.0),
            "response_time_percentile_0.99": times.percentile(99.0),
            "avg_content_length": ratio(counters.body_bytes as f64, ended as f64),
        })
    }

    fn errors(self) -> Vec<Value> {
        let seen = |at: Duration| self.summary.began.map(|began| unix(began + at));
        let mut errors = Vec::new();
        for group in self.failures {
            for (request, count) in self.summary.requests_of(group) {
                let Some(request) = request else { continue };
                let (method, name) = type_and_name(&request);
                errors.push(json!({
                    "name": name,
                    "method": method,
                    "error": group.message,
                    "occurrences": count,
                    "first_seen": seen(group.first),
                    "last_seen": seen(group.last),
                }));
            }
        }
        errors
    }

    /// Answer to `/exceptions`.
    pub(crate) fn exceptions(self) -> Value {
        let mut exceptions = Vec::new();
        for group in self.failures {
            for (_, count) in self.summary.requests_of(group).iter().filter(|(request, _)| request.is_none()) {
                exceptions.push(json!({
                    "count": count,
                    "msg": format!("{}: {}", self.summary.check_of(group), group.message),
                    "nodes": "local",
                    "traceback": group.detail.as_deref().unwrap_or_default(),
                }));
            }
        }
        json!({ "exceptions": exceptions })
    }
}

/// Answer to `/tasks`: shares of the checks within their class, and of all.
pub(crate) fn tasks(planned: &[Planned]) -> Value {
    let (mut per_class, mut total) = (Map::new(), Map::new());
    let class_of = |one: &Planned| one.class.clone().unwrap_or_else(|| "user".into());
    let mut classes: Vec<String> = planned.iter().map(class_of).collect();
    classes.dedup();
    for class in classes {
        let of_class: Vec<&Planned> = planned.iter().filter(|one| class_of(one) == class).collect();
        let share: f64 = of_class.iter().map(|one| one.share).sum();
        let tasks = |share_of: &dyn Fn(&Planned) -> f64| -> Map<String, Value> {
            of_class.iter().map(|one| (one.check.clone(), json!({ "ratio": share_of(one) }))).collect()
        };
        let within = json!({ "ratio": share, "tasks": tasks(&|one| ratio(one.share, share)) });
        let of_all = json!({ "ratio": share, "tasks": tasks(&|one| one.share) });
        per_class.insert(class.clone(), within);
        total.insert(class, of_all);
    }
    json!({ "per_class": per_class, "total": total })
}

fn of_percentile(time: Duration) -> u64 {
    super::rounded(milliseconds(time))
}

/// A number as it was written: whole, or with a point.
fn as_number(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn unix(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
