//! Result of an exchange: its times, and the answer or why there is none.

use std::net::IpAddr;

use ureq::http::Version;

use super::body::Body;
use super::headers::Headers;
use crate::moment::Moment;
use crate::outcome::RequestErrorKind;
use crate::phase::Phase;
use crate::sample::{Answer, RequestTimes, Traffic};

/// Exchange that has ended.
#[derive(Debug)]
pub(crate) struct Exchanged {
    /// When the first byte was handed to the kernel.
    pub(crate) sent_at: Option<Moment>,
    /// When the last byte of the answer arrived.
    pub(crate) answered_at: Option<Moment>,
    /// When that byte was in the tester's hands, or it was known that none would come.
    pub(crate) ended: Moment,
    pub(crate) times: RequestTimes,
    pub(crate) traffic: Traffic,
    pub(crate) answer: Result<Answered, Lost>,
}

impl Exchanged {
    /// How it ended, as its sample tells it.
    pub(crate) fn ending(&self) -> Answer {
        match &self.answer {
            Ok(answered) => Answer::Status(answered.status),
            Err(lost) => Answer::None { kind: lost.kind, phase: lost.phase },
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
