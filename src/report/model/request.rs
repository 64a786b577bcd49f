//! The requests of one name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::interval::RateBounds;
use super::keys::{ErrorKind, Status};
use super::number::{Count, Quotient};
use super::phases::Phases;
use super::read::{Read, flattened};
use super::text::Text;
use super::times::{Times, timing};
use crate::stats::{Intervals, RequestCounters, Section, Summary};

/// Requests of one name in a part of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "request"))]
pub(crate) struct Request {
    /// Name that the requests are counted under.
    pub(super) name: Text,
    /// Name of the only check that makes them; null if several do, or none.
    pub(super) check: Option<Text>,
    #[serde(flatten, deserialize_with = "flattened")]
    pub(super) numbers: RequestNumbers,
}

/// Requests of one name in the whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "request_of_run"))]
pub(crate) struct RequestOfRun {
    /// Name that the requests are counted under.
    pub(super) name: Text,
    /// Name of the only check that makes them; null if several do, or none.
    pub(super) check: Option<Text>,
    #[serde(flatten, deserialize_with = "flattened")]
    pub(super) numbers: RequestNumbers,
    /// Numbers of what ended at full load; null if nothing did.
    pub(super) at_full_load: Option<RequestNumbers>,
}

/// Numbers of requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "request_numbers"))]
pub(crate) struct RequestNumbers {
    /// Requests sent: answered, exceptions and unfinished.
    count: Count,
    /// Requests with a usable answer.
    answered: Count,
    /// Answered requests by the status of the answer; without those that a check measured itself.
    #[serde(default)]
    answered_by_status: BTreeMap<Status, Count>,
    /// Requests without a usable answer.
    exceptions: Count,
    /// Exceptions by what was wrong.
    exceptions_by_kind: BTreeMap<ErrorKind, Count>,
    /// Exceptions that cannot have reached the service: name, connection, proxy or TLS failed.
    never_accepted: Count,
    /// Requests still open when the run was cut off.
    unfinished: Count,
    /// Exceptions, and answers on which a check failed.
    failures: Count,
    /// Answered requests per second of the span.
    rps: Quotient,
    /// Response time in ms: from just before the first byte went out to the arrival of the answer's last byte in the
    /// kernel; null without samples.
    response_time_ms: Option<Times>,
    /// Response time and server lateness together, in ms; null without a schedule.
    corrected_time_ms: Option<Times>,
    /// Lateness that is the service's, in ms: how long after the due time the answer before arrived; null
    /// without a schedule.
    server_lateness_ms: Option<Times>,
    /// Lateness that is the tester's own, in ms: how late it sent; null without a schedule.
    tester_lateness_ms: Option<Times>,
    /// Delay that is the tester's own, in ms: from the arrival in the kernel to the read that fetched it; null without
    /// samples.
    client_delay_ms: Option<Times>,
    /// Setup and response time of the requests without an answer, in ms, as far as they went; null without samples.
    exception_time_ms: Option<Times>,
    /// Phases of the requests, in ms.
    phases_ms: Phases,
    /// Answers whose end is the kernel's stamp.
    stamped: Count,
    /// Answers whose first-byte phase is an upper bound.
    first_byte_late: Count,
    /// Answers that filled a whole read buffer.
    receiver_limited: Count,
    /// Bytes read off the sockets.
    bytes_in: Count,
    /// Bytes of decoded bodies.
    body_bytes: Count,
    /// Bytes handed to the sockets.
    bytes_out: Count,
    /// Exchanges that made a new connection.
    new_connections: Count,
    /// TLS handshakes of these connections that resumed a session.
    #[serde(default)]
    tls_resumed: Count,
    /// Requests sent once more because a reused connection had died.
    resent: Count,
    /// Requests sent on a reused connection that the service had closed, and not repeated.
    #[serde(default)]
    lost_kept: Count,
    /// Ends of the intervals at full load, where enough ended.
    #[serde(flatten)]
    bounds: Option<RateBounds>,
}

impl RequestNumbers {
    fn of(section: &Section, counters: &RequestCounters) -> Self {
        let counts = |number: &u64| Count(*number);
        RequestNumbers {
            count: Count(counters.sent()),
            answered: Count(counters.answered),
            answered_by_status: counters
                .statuses
                .iter()
                .map(|(status, number)| (Status(*status), counts(number)))
                .collect(),
            exceptions: Count(counters.exceptions()),
            exceptions_by_kind: counters.lost.iter().map(|(kind, number)| (ErrorKind(*kind), counts(number))).collect(),
            never_accepted: Count(counters.never_accepted),
            unfinished: Count(counters.unfinished),
            failures: Count(counters.failures()),
            rps: Quotient(section.request_rps(counters)),
            response_time_ms: Times::mergeable(&counters.response_time),
            corrected_time_ms: Times::mergeable(&counters.corrected_time),
            server_lateness_ms: Times::mergeable(&counters.server_lateness),
            tester_lateness_ms: Times::mergeable(&counters.tester_lateness),
            client_delay_ms: Times::mergeable(&counters.client_delay),
            exception_time_ms: Times::mergeable(&counters.lost_time),
            phases_ms: counters.into(),
            stamped: Count(counters.stamped),
            first_byte_late: Count(counters.first_byte_late),
            receiver_limited: Count(counters.receiver_limited),
            bytes_in: Count(counters.bytes_in),
            body_bytes: Count(counters.body_bytes),
            bytes_out: Count(counters.bytes_out),
            new_connections: Count(counters.new_connections),
            tls_resumed: Count(counters.tls_resumed),
            resent: Count(counters.resent),
            lost_kept: Count(counters.lost_kept),
            bounds: None,
        }
    }

    /// Numbers of full load, with the ends of their intervals.
    pub(super) fn bounded(self, counters: &RequestCounters, intervals: &Intervals) -> Self {
        let response_time_ms = self.response_time_ms.map(|times| times.bounded(&counters.response_time, intervals));
        RequestNumbers { response_time_ms, bounds: RateBounds::of(intervals.rps, intervals.fail_ratio), ..self }
    }

    /// Requests of this name, made by this check, with these numbers.
    fn counters(&self, name: &str, check: Option<&Text>) -> Read<RequestCounters> {
        let exceptions: u64 = self.exceptions_by_kind.values().map(|number| number.0).sum();
        Ok(RequestCounters {
            name: name.into(),
            check: check.map(|check| (&**check).into()),
            answered: self.answered.0,
            statuses: self.answered_by_status.iter().map(|(status, number)| (status.0, number.0)).collect(),
            lost: self.exceptions_by_kind.iter().map(|(kind, number)| (kind.0, number.0)).collect(),
            never_accepted: self.never_accepted.0,
            unfinished: self.unfinished.0,
            expectations_failed: self.failures.0.saturating_sub(exceptions),
            response_time: timing(self.response_time_ms.as_ref(), "response_time_ms")?,
            lost_time: timing(self.exception_time_ms.as_ref(), "exception_time_ms")?,
            client_delay: timing(self.client_delay_ms.as_ref(), "client_delay_ms")?,
            corrected_time: timing(self.corrected_time_ms.as_ref(), "corrected_time_ms")?,
            server_lateness: timing(self.server_lateness_ms.as_ref(), "server_lateness_ms")?,
            tester_lateness: timing(self.tester_lateness_ms.as_ref(), "tester_lateness_ms")?,
            stamped: self.stamped.0,
            first_byte_late: self.first_byte_late.0,
            receiver_limited: self.receiver_limited.0,
            bytes_in: self.bytes_in.0,
            body_bytes: self.body_bytes.0,
            bytes_out: self.bytes_out.0,
            new_connections: self.new_connections.0,
            tls_resumed: self.tls_resumed.0,
            resent: self.resent.0,
            lost_kept: self.lost_kept.0,
            ..self.phases_ms.counters()?
        })
    }
}

impl Request {
    pub(super) fn of(section: &Section, counters: &RequestCounters) -> Self {
        let check = counters.check.as_deref().map(Text::from);
        Request { name: (&*counters.name).into(), check, numbers: RequestNumbers::of(section, counters) }
    }

    pub(super) fn counters(&self) -> Read<RequestCounters> {
        self.numbers.counters(&self.name, self.check.as_ref())
    }
}

impl RequestOfRun {
    pub(super) fn of(summary: &Summary, counters: &RequestCounters) -> Self {
        let Request { name, check, numbers } = Request::of(&summary.whole, counters);
        let at_full_load = summary.full_load.as_ref().and_then(|full| {
            let same = full.requests.iter().find(|other| other.name == counters.name)?;
            Some(RequestNumbers::of(full, same).bounded(same, &summary.intervals_of_request(&counters.name)))
        });
        RequestOfRun { name, check, numbers, at_full_load }
    }

    pub(super) fn counters(&self) -> Read<RequestCounters> {
        self.numbers.counters(&self.name, self.check.as_ref())
    }

    /// The requests at full load, if any ended there.
    pub(super) fn counters_at_full_load(&self) -> Option<Read<RequestCounters>> {
        self.at_full_load.as_ref().map(|numbers| numbers.counters(&self.name, None))
    }
}
