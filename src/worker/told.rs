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
        let stats: Vec<Entry> = rows.iter().map(|(key, row)| self.entry(*key, row)).collect();
        let stats_total = stats.iter().fold(idle(self.began), |total, entry| total.and(entry));
        Stats { stats, stats_total, errors: self.errors(), users }
    }

    fn entry(&self, key: LedgerKey, row: &LedgerRow) -> Entry {
        let (method, name) = self.place(key);
        let seconds = |of: fn(&(u64, u64)) -> u64| {
            let counted = row.seconds.iter().map(|(second, counts)| (Number::Whole(*second), of(counts)));
            Numbers(counted.filter(|(_, count)| *count > 0).collect())
        };
        Entry {
            name,
            method,
            last_request_timestamp: (row.count > 0).then_some(row.last.as_secs_f64()),
            start_time: self.began.as_secs_f64(),
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
        let mut errors = BTreeMap::new();
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
                errors.insert(
                    Key::of(&format!("{method}.{name}.{error}")),
                    Failed {
                        name,
                        method,
                        error,
                        occurrences,
                        first_seen: seen(group.first),
                        last_seen: seen(group.last),
                    },
                );
            }
        }
        errors
    }
}

/// A report of a worker without a run.
pub(super) fn nothing(users: Users) -> Stats {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Stats { stats_total: idle(now), users, ..Stats::default() }
}

/// The row of all requests together, before there is any.
fn idle(began: Duration) -> Entry {
    Entry { name: "Aggregated".into(), start_time: began.as_secs_f64(), ..Entry::default() }
}

fn ms(time: Nanos) -> f64 {
    time.get() as f64 / 1e6
}

impl Entry {
    /// This and another together, under the name of this one.
    fn and(mut self, other: &Entry) -> Entry {
        self.last_request_timestamp = match (self.last_request_timestamp, other.last_request_timestamp) {
            (Some(mine), Some(theirs)) => Some(mine.max(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        self.num_requests += other.num_requests;
        self.num_failures += other.num_failures;
        self.total_response_time += other.total_response_time;
        self.max_response_time = self.max_response_time.max(other.max_response_time);
        self.min_response_time = match (self.min_response_time, other.min_response_time) {
            (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        self.total_content_length += other.total_content_length;
        for (mine, theirs) in [
            (&mut self.response_times, &other.response_times),
            (&mut self.num_reqs_per_sec, &other.num_reqs_per_sec),
            (&mut self.num_fail_per_sec, &other.num_fail_per_sec),
        ] {
            mine.add(theirs);
        }
        self
    }
}

impl Numbers {
    fn add(&mut self, other: &Numbers) {
        for (number, count) in &other.0 {
            match self.0.iter_mut().find(|(known, _)| known == number) {
                Some((_, known)) => *known += count,
                None => self.0.push((*number, *count)),
            }
        }
    }
}
