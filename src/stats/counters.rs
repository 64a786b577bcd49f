//! Counts and times of checks and requests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::sparse::SparseHistogram;
use super::timing::Timing;
use crate::ids::{CheckId, RequestId};
use crate::moment::Moment;
use crate::names::Names;
use crate::outcome::RequestErrorKind;
use crate::sample::{Answer, CheckSample, Ending, RequestSample, UnfinishedSample};

/// Counts and times of one check, or of all together; see [`Section`](super::Section).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CheckCounters {
    /// The check's name; empty for the totals.
    pub name: Arc<str>,
    /// Runs whose expectations held.
    pub pass: u64,
    /// Runs in which an expectation did not hold.
    pub fail: u64,
    /// Runs without a usable answer.
    pub exception: u64,
    /// Runs still open when the run was cut off.
    pub unfinished: u64,
    /// Answered requests these checks count for: those of perfloop's, and one for each run of a check that by its nature
    /// makes none of them.
    pub requests: u64,
    /// Runs that came to a result without asking perfloop for a request, as long as it is open what that means.
    pub(crate) alone: u64,
    /// Time per request of the passes: the sum over a check's requests of setup and response time.
    pub tpr: Timing,
    /// Wall time of the passes.
    pub elapsed: Timing,
    /// The users' time in these runs and between them, planned rests and think time left out; of it,
    /// what is not TPR is the tester's.
    pub busy: Duration,
    /// The users' time on purpose not spent on work: planned rests before these runs and think time in them.
    pub idle: Duration,
    /// Of the users' time, what the author's hooks took.
    pub hooks: Duration,
    /// The sum of the TPR of all ended runs.
    pub served: Duration,
    /// Of it, that of runs that made no requests of perfloop's: whose time it was cannot be told.
    pub unseen: Duration,
    /// TPR of the fails.
    pub fail_tpr: Timing,
    /// TPR of the exceptions.
    pub exception_tpr: Timing,
}

/// Counts and times of the requests of one name, or of all together; see [`Section`](super::Section).
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct RequestCounters {
    /// The request's name; empty for the totals.
    pub name: Arc<str>,
    /// The check that makes these requests; `None` if several do, or they are made outside of checks.
    pub check: Option<Arc<str>>,
    pub(crate) maker: Maker,
    /// Requests with a usable answer.
    pub answered: u64,
    /// Of these, how many had which status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests without one, by what was wrong.
    pub lost: BTreeMap<RequestErrorKind, u64>,
    /// Requests among the lost that cannot have reached the service: name, connection or TLS failed.
    pub never_accepted: u64,
    /// Requests still open when the run was cut off.
    pub unfinished: u64,
    /// Checks that did not pass because of such an answer: an expectation of it did not hold, or it could not be used, as
    /// a redirect that leads nowhere.
    pub expectations_failed: u64,
    /// Response times of the answered.
    pub response_time: Timing,
    /// Of these, those of answers that were the first on their connection.
    pub(crate) first_on_connection: SparseHistogram,
    /// Setup and response time, as far as it went, of the lost.
    pub lost_time: Timing,
    /// Name, connection and TLS of the exchanges that made a new connection.
    pub setup: Timing,
    /// Of it, looking up the name, where that was asked for.
    pub resolve: Timing,
    /// Of it, making the TCP connection.
    pub connect: Timing,
    /// Time that a proxy took to open the way to the service.
    pub proxy: Timing,
    /// Of it, the TLS handshake.
    pub tls: Timing,
    /// To the first bytes of the answer.
    pub first_byte: Timing,
    /// From the first to the last byte of the answer.
    pub receive: Timing,
    /// From the arrival of the answer in the kernel to the return of the read that fetched it: the tester's own
    /// delay. Of the stamped answers only.
    pub client_delay: Timing,
    /// Of a schedule: response time, and before it how late the answer before it was. A slow answer so counts
    /// for all that waited behind it.
    pub corrected_time: Timing,
    /// Of a schedule: how long after its due time the answer before it arrived.
    pub server_lateness: Timing,
    /// Of a schedule: how late the tester itself sent. It is in the client delay too.
    pub tester_lateness: Timing,
    /// Answers whose end is the kernel's stamp.
    pub stamped: u64,
    /// Answers whose first-byte phase is an upper bound.
    pub first_byte_late: u64,
    /// Answers that filled a whole read buffer.
    pub receiver_limited: u64,
    /// Bytes off the socket.
    pub bytes_in: u64,
    /// Bytes of decoded bodies.
    pub body_bytes: u64,
    /// Bytes handed to the socket.
    pub bytes_out: u64,
    /// Exchanges that made a new connection.
    pub new_connections: u64,
    /// Handshakes among them that resumed a TLS session.
    pub tls_resumed: u64,
    /// Requests sent once more because a reused connection had died.
    pub resent: u64,
    /// Requests sent on a reused connection that the service had closed, and not repeated: exceptions that never
    /// reached it.
    pub lost_kept: u64,
}

/// Maker of the requests of a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Maker {
    #[default]
    Unknown,
    Check(CheckId),
    /// Several checks, or something that is none.
    Several,
}

impl Maker {
    fn of(check: Option<CheckId>) -> Self {
        check.map_or(Maker::Several, Maker::Check)
    }

    pub(super) fn and(self, other: Maker) -> Maker {
        match (self, other) {
            (one, Maker::Unknown) | (Maker::Unknown, one) => one,
            (one, other) if one == other => one,
            _ => Maker::Several,
        }
    }
}

impl CheckCounters {
    pub(crate) fn add(&mut self, sample: &CheckSample) {
        let (count, tpr) = match sample.outcome {
            Ending::Pass => {
                self.elapsed.record(sample.elapsed);
                (&mut self.pass, &mut self.tpr)
            }
            Ending::Fail(_) => (&mut self.fail, &mut self.fail_tpr),
            Ending::Exception(_) => (&mut self.exception, &mut self.exception_tpr),
        };
        *count += 1;
        tpr.record(sample.tpr);
        self.busy += sample.busy.span();
        self.idle += sample.idle.span();
        self.hooks += sample.hooks.span();
        self.served = self.served.saturating_add(sample.tpr.span());
        if sample.requests == 0 {
            self.unseen = self.unseen.saturating_add(sample.tpr.span());
        }
        self.requests += u64::from(sample.answered);
        self.alone += u64::from(sample.is_alone());
    }

    pub(crate) fn merge(&mut self, other: &CheckCounters) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.exception += other.exception;
        self.unfinished += other.unfinished;
        self.requests += other.requests;
        self.alone += other.alone;
        self.tpr.merge(&other.tpr);
        self.elapsed.merge(&other.elapsed);
        self.busy += other.busy;
        self.idle += other.idle;
        self.hooks += other.hooks;
        self.served = self.served.saturating_add(other.served);
        self.unseen = self.unseen.saturating_add(other.unseen);
        self.fail_tpr.merge(&other.fail_tpr);
        self.exception_tpr.merge(&other.exception_tpr);
    }

    /// Runs that ended: passes, fails and exceptions.
    pub fn ended(&self) -> u64 {
        self.pass + self.fail + self.exception
    }

    /// The share of the ended runs that did not pass, 0 to 1; `None` when none ended.
    pub fn fail_ratio(&self) -> Option<f64> {
        (self.ended() > 0).then(|| (self.fail + self.exception) as f64 / self.ended() as f64)
    }
}

impl RequestCounters {
    pub(crate) fn add(&mut self, sample: &RequestSample, is_scheduled: bool) {
        let times = &sample.times;
        self.maker = self.maker.and(Maker::of(sample.check));
        match sample.answer {
            Answer::Status(status) => {
                self.answered += 1;
                *self.statuses.entry(status).or_default() += 1;
                self.response_time.record(times.response_nanos());
                if sample.traffic.new_connection {
                    self.first_on_connection.record(times.response_nanos());
                }
                self.first_byte.record(times.first_byte);
                self.receive.record(times.receive);
                if times.stamped {
                    self.stamped += 1;
                }
                let lateness = sample.lateness.unwrap_or_default();
                if times.stamped || sample.lateness.is_some() {
                    self.client_delay.record(times.client_delay + lateness.tester);
                }
                if is_scheduled {
                    self.corrected_time.record(times.response_nanos() + lateness.server);
                }
                self.first_byte_late += u64::from(times.first_byte_late);
                self.receiver_limited += u64::from(times.receiver_limited);
            }
            Answer::Recorded { good } => {
                self.answered += 1;
                self.response_time.record(times.response_nanos());
                self.expectations_failed += u64::from(!good);
            }
            Answer::None { kind, phase } => {
                *self.lost.entry(kind).or_default() += 1;
                self.never_accepted += u64::from(phase.is_before_send());
                self.lost_time.record(times.setup_nanos() + times.response_nanos());
            }
        }
        if let Some(lateness) = sample.lateness {
            self.server_lateness.record(lateness.server);
            self.tester_lateness.record(lateness.tester);
        }
        let setup = times.setup_nanos();
        if sample.traffic.new_connection && !setup.is_zero() {
            self.setup.record(setup);
            let parts = [
                (&mut self.resolve, times.resolve),
                (&mut self.connect, times.connect),
                (&mut self.proxy, times.proxy),
                (&mut self.tls, times.tls),
            ];
            parts.into_iter().filter(|(_, time)| !time.is_zero()).for_each(|(timing, time)| timing.record(time));
        }
        self.bytes_in += sample.traffic.bytes_in;
        self.body_bytes += sample.traffic.body_bytes;
        self.bytes_out += sample.traffic.bytes_out;
        self.new_connections += u64::from(sample.traffic.new_connection);
        self.tls_resumed += u64::from(sample.traffic.tls_resumed);
        self.resent += u64::from(sample.traffic.resent);
        self.lost_kept += u64::from(sample.traffic.lost_kept);
    }

    pub(crate) fn merge(&mut self, other: &RequestCounters) {
        self.maker = self.maker.and(other.maker);
        self.answered += other.answered;
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        for (kind, count) in &other.lost {
            *self.lost.entry(*kind).or_default() += count;
        }
        self.never_accepted += other.never_accepted;
        self.unfinished += other.unfinished;
        self.expectations_failed += other.expectations_failed;
        self.response_time.merge(&other.response_time);
        self.first_on_connection.merge(&other.first_on_connection);
        self.lost_time.merge(&other.lost_time);
        self.setup.merge(&other.setup);
        self.resolve.merge(&other.resolve);
        self.connect.merge(&other.connect);
        self.proxy.merge(&other.proxy);
        self.tls.merge(&other.tls);
        self.first_byte.merge(&other.first_byte);
        self.receive.merge(&other.receive);
        self.client_delay.merge(&other.client_delay);
        self.corrected_time.merge(&other.corrected_time);
        self.server_lateness.merge(&other.server_lateness);
        self.tester_lateness.merge(&other.tester_lateness);
        self.stamped += other.stamped;
        self.first_byte_late += other.first_byte_late;
        self.receiver_limited += other.receiver_limited;
        self.bytes_in += other.bytes_in;
        self.body_bytes += other.body_bytes;
        self.bytes_out += other.bytes_out;
        self.new_connections += other.new_connections;
        self.tls_resumed += other.tls_resumed;
        self.resent += other.resent;
        self.lost_kept += other.lost_kept;
    }

    /// Requests without a usable answer.
    pub fn exceptions(&self) -> u64 {
        self.lost.values().sum()
    }

    /// All requests that were begun: answered, lost and unfinished.
    pub fn sent(&self) -> u64 {
        self.answered + self.exceptions() + self.unfinished
    }

    /// Lost requests, and answers because of which a check did not pass.
    pub fn failures(&self) -> u64 {
        self.exceptions() + self.expectations_failed
    }
}

/// The counters of a part of the run: the whole of it, or what ended at full load.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub(crate) checks: Vec<CheckCounters>,
    pub(crate) requests: Vec<RequestCounters>,
    /// Iterations whose first check has ended.
    pub(crate) iterations: u64,
    /// The sum of the times that answered requests were at the service, from the beginning of the part on.
    pub(crate) at_service: Duration,
}

impl Part {
    pub(crate) fn add_check(&mut self, sample: &CheckSample) {
        self.iterations += u64::from(sample.opens_iteration);
        slot(&mut self.checks, sample.check.0).add(sample);
        if let Some(request) = sample.blamed {
            slot(&mut self.requests, request.0).expectations_failed += 1;
        }
    }

    /// `from` is when the part began: what lay before that is none of it.
    pub(crate) fn add_request(&mut self, sample: &RequestSample, is_scheduled: bool, from: Option<Moment>) {
        self.at_service = self.at_service.saturating_add(sample.at_service_since(from).span());
        slot(&mut self.requests, sample.request.0).add(sample, is_scheduled);
    }

    pub(crate) fn merge(&mut self, other: &Part) {
        for (index, check) in (0..).zip(&other.checks) {
            slot(&mut self.checks, index).merge(check);
        }
        for (index, request) in (0..).zip(&other.requests) {
            slot(&mut self.requests, index).merge(request);
        }
        self.iterations += other.iterations;
        self.at_service = self.at_service.saturating_add(other.at_service);
    }

    /// Its requests, each counted as what it is told as.
    pub(crate) fn with_look_alikes_as_one(&self, names: &Names) -> Vec<RequestCounters> {
        let mut requests: Vec<RequestCounters> = Vec::new();
        for (id, request) in (0..).zip(&self.requests) {
            slot(&mut requests, names.counted_as(RequestId(id)).0).merge(request);
        }
        requests
    }

    pub(crate) fn add_unfinished(&mut self, sample: &UnfinishedSample) {
        slot(&mut self.checks, sample.check.0).unfinished += 1;
        if let Some(request) = sample.request {
            let request = slot(&mut self.requests, request.0);
            request.unfinished += 1;
            request.maker = request.maker.and(Maker::Check(sample.check));
        }
    }
}

fn slot<T: Default>(counters: &mut Vec<T>, index: u16) -> &mut T {
    let index = usize::from(index);
    if counters.len() <= index {
        counters.resize_with(index + 1, T::default);
    }
    &mut counters[index]
}
