//! Result of an exchange: its times, and the answer or why there is none.

use std::net::IpAddr;
use std::time::Instant;

use ureq::http::{Uri, Version};

use super::body::Body;
use super::codec::{Broken, Incoming};
use super::exchange_timing::SharedTiming;
use super::explain::{Limits, explain};
use super::headers::Headers;
use super::proxy::Proxy;
use crate::outcome::RequestErrorKind;
use crate::phase::Phase;
use crate::sample::{RequestTimes, Traffic};

/// Exchange that has ended.
#[derive(Debug)]
pub(crate) struct Exchanged {
    /// When the first byte was handed to the kernel.
    pub(crate) sent_at: Option<Instant>,
    /// When the last byte of the answer arrived.
    pub(crate) answered_at: Option<Instant>,
    pub(crate) times: RequestTimes,
    pub(crate) traffic: Traffic,
    pub(crate) answer: Result<Answered, Lost>,
}

impl Exchanged {
    /// What an exchange came to, by the times that are noted there.
    pub(super) fn of(
        timing: &SharedTiming,
        result: Result<Incoming, Broken>,
        uri: &Uri,
        proxy: Option<&Proxy>,
        limits: Limits,
    ) -> Self {
        let mut timing = timing.lock();
        match result {
            Ok(Incoming { head, body, .. }) => Exchanged {
                sent_at: timing.sent_at(),
                answered_at: timing.last_byte_at(),
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
                Exchanged {
                    sent_at: timing.sent_at(),
                    answered_at: None,
                    times: timing.given_up(Instant::now()),
                    traffic: timing.traffic,
                    answer: Err(lost),
                }
            }
        }
    }
}

/// Answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    pub(crate) version: Version,
    /// Address of the other end of the connection.
    pub(crate) peer: Option<IpAddr>,
    /// Certificate of the other end (DER), if the request asked for it.
    pub(crate) certificate: Option<Vec<u8>>,
}

/// Reason for having no usable answer.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) phase: Phase,
    pub(crate) kind: RequestErrorKind,
    pub(crate) message: String,
}
