//! Conclusion of an exchange: its result and its times are put together.

use ureq::http::Uri;

use super::codec::{Broken, Incoming};
use super::exchange_timing::SharedTiming;
use super::exchanged::{Answered, Exchanged};
use super::explain::{Limits, explain};
use super::proxy::Proxy;
use crate::moment::Moment;
use crate::phase::Phase;
use crate::sample::Traffic;

/// What an exchange came to, by the times that are noted there.
pub(super) fn conclude(
    timing: &SharedTiming,
    result: Result<Incoming, Broken>,
    uri: &Uri,
    proxy: Option<&Proxy>,
    limits: Limits,
) -> Exchanged {
    let mut timing = timing.lock();
    match result {
        Ok(Incoming { head, body, .. }) => Exchanged {
            sent_at: timing.sent_at(),
            answered_at: timing.last_byte_at(),
            ended: timing.fetched_at().unwrap_or_else(Moment::now),
            times: timing.answered(),
            traffic: Traffic { body_bytes: body.length, ..timing.traffic },
            answer: Ok(Answered {
                status: head.status,
                headers: head.headers,
                body,
                version: head.version,
                peer: timing.peer,
                certificate: timing.certificate.take(),
            }),
        },
        Err(broken) => {
            let is_gone = match &broken {
                Broken::Closed => timing.is_unread,
                Broken::Transport(ureq::Error::Timeout(_)) => false,
                Broken::Transport(_) => timing.reset,
                _ => false,
            };
            let is_reused = !timing.traffic.new_connection && !timing.untouched;
            let is_silent = matches!(timing.phase, Phase::Send | Phase::FirstByte);
            timing.traffic.lost_kept = is_gone && is_reused && is_silent;
            let lost = explain(broken, &mut timing, uri, proxy, limits);
            let now = Moment::now();
            Exchanged {
                sent_at: timing.sent_at(),
                answered_at: None,
                ended: now,
                times: timing.given_up(now),
                traffic: timing.traffic,
                answer: Err(lost),
            }
        }
    }
}
