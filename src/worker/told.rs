//! What has ended in a run since a master was last told of it, in Locust's words.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use super::message::{Entry, Failed, Key, Number, Numbers, Stats, Users};
use crate::ids::{CheckId, RequestId};
use crate::load_test::Live;
use crate::nanos::Nanos;
use crate::report::locust::type_and_name;
use crate::stats::{LedgerKey, LedgerRow};

/// Method of a check that makes no requests, by which it is a row of a master.
const CHECK: &str = "CHECK";

/// A run whose numbers a master is told of.
#[derive(Debug)]
pub(super) struct Telling {
    live: Live,
    /// When the run began, since 1970.
    began: Duration,
    /// Failures that were told, by the numbers of their groups.
    failures: HashMap<(u32, Option<RequestId>), u64>,
}

impl Telling {
    pub(super) fn of(live: Live) -> Self {
        let began = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Telling { live, began, failures: HashMap::new() }
    }

    /// What has ended since this was asked last.
    pub(super) fn stats(&mut self, users: Users) -> Stats {
        let rows = self.live.take_ledger();
        let mut total = LedgerRow::default();
        rows.values().for_each(|row| total.add(row));
        let stats = rows.iter().map(|(key, row)| entry(self.place(*key), row, self.began)).collect();
        Stats { stats, stats_total: entry(all(), &total, self.began), errors: self.errors(), users }
    }

    /// Method and name of a row.
    fn place(&self, key: LedgerKey) -> (String, String) {
        match key {
            LedgerKey::Request(id) => {
                let name = self.live.names().request_name(RequestId(id));
                let (method, name) = type_and_name(&name);
                (method.to_owned(), name.to_owned())
            }
            LedgerKey::Check(id) => (CHECK.into(), self.live.names().check_name(CheckId(id)).to_string()),
        }
    }

    /// Failures since they were last told, by the requests that are to blame, or else by the checks.
    fn errors(&mut self) -> BTreeMap<Key, Failed> {
        let mut errors: BTreeMap<Key, Failed> = BTreeMap::new();
        for group in self.live.failures() {
            for (request, count) in &group.requests {
                let told = self.failures.insert((group.number, *request), *count).unwrap_or_default();
                let occurrences = count.saturating_sub(told);
                if occurrences == 0 {
                    continue;
                }
                let key = request.map_or(LedgerKey::Check(group.check.0), |request| LedgerKey::Request(request.0));
                let (method, name) = self.place(key);
                let seen = |at: Duration| (self.began + at).as_secs_f64();
                let error = group.message.clone();
                let key = Key::of(&format!("{method}.{name}.{error}"));
                let (first_seen, last_seen) = (seen(group.first), seen(group.last));
                // Fails and exceptions, and those of several checks, are one to a master where they say the same.
                let failed =
                    errors.entry(key).or_insert(Failed { name, method, error, occurrences: 0, first_seen, last_seen });
                failed.occurrences += occurrences;
                failed.first_seen = failed.first_seen.min(first_seen);
                failed.last_seen = failed.last_seen.max(last_seen);
            }
        }
        errors
    }
}

/// A report of a worker without a run.
pub(super) fn nothing(users: Users) -> Stats {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Stats { stats_total: entry(all(), &LedgerRow::default(), now), users, ..Stats::default() }
}

/// Method and name of all requests together.
fn all() -> (String, String) {
    (String::new(), "Aggregated".into())
}

fn entry((method, name): (String, String), row: &LedgerRow, began: Duration) -> Entry {
    let seconds = |of: fn(&(u64, u64)) -> u64| {
        let counted = row.seconds.iter().map(|(second, counts)| (Number::Whole(*second), of(counts)));
        Numbers(counted.filter(|(_, count)| *count > 0).collect())
    };
    Entry {
        name,
        method,
        last_request_timestamp: (row.count > 0).then_some(row.last.as_secs_f64()),
        start_time: began.as_secs_f64(),
        num_requests: row.count,
        num_none_requests: 0,
        num_failures: row.failures,
        total_response_time: ms(row.sum),
        max_response_time: ms(row.max),
        min_response_time: row.min.map(ms),
        total_content_length: row.body_bytes,
        response_times: Numbers(row.times.iter().map(|(micros, count)| (Number::ms(*micros), *count)).collect()),
        num_reqs_per_sec: seconds(|(ended, _)| *ended),
        num_fail_per_sec: seconds(|(_, failed)| *failed),
    }
}

fn ms(time: Nanos) -> f64 {
    time.get() as f64 / 1e6
}
