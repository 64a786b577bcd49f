//! One request and its answer, whole: what `--log-http` writes down, and what the flight recorder keeps.
//!
//! The flight recorder is a side channel: users offer it the exchanges of checks that did not pass and of the slowest
//! passes, and go on; the numbers half keeps a bounded number of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::queue::{Spill, Tap, side_channel};
use crate::sample::{CheckId, RequestTimes};

/// More of a body than this is not kept.
pub(crate) const MAX_KEPT_BODY: usize = 64 * 1024;
/// The flight recorder keeps no more of a body than this.
pub(crate) const MAX_RECORDED_BODY: usize = 4 * 1024;
/// Recordings that may wait for the collector, which looks every few milliseconds.
const FLIGHT_BOUND: usize = 256;
/// What stands for a secret.
pub(crate) const MASK: &str = "***";

const SECRET_HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];

/// The header of this name is not to be shown to everybody.
pub(crate) fn is_secret(name: &str) -> bool {
    SECRET_HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret))
}

/// One request and its answer, or why there was none.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Exchange {
    /// The user that made it, counted from 1.
    pub user: u32,
    /// The iteration it belongs to, counted from 1.
    pub iteration: u64,
    /// When it began.
    pub started: SystemTime,
    /// `GET`, `POST`, …
    pub method: String,
    /// Where it went.
    pub url: String,
    /// What was sent, the headers the client added included.
    pub sent: Message,
    /// The status and what came, or one line on why nothing usable did.
    pub answer: Result<(u16, Message), String>,
    /// Setup and response time.
    pub time: Duration,
    /// Where that time went.
    pub times: RequestTimes,
}

/// Headers and body of one direction.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Message {
    /// In the order they were sent.
    pub headers: Vec<(String, String)>,
    /// At most 64 KiB of the body; 4 KiB in a recording.
    pub body: Vec<u8>,
    /// The whole body's length.
    pub body_length: u64,
}

impl Message {
    /// Keeps the headers, and at most `limit` bytes of the body.
    pub(crate) fn new<'a>(
        headers: impl Iterator<Item = (&'a str, &'a [u8])>,
        body: &[u8],
        body_length: u64,
        limit: usize,
    ) -> Self {
        Message {
            headers: headers
                .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned()))
                .collect(),
            body: body.get(..limit).unwrap_or(body).to_vec(),
            body_length,
        }
    }
    /// Forgets the values of headers that hold secrets.
    fn mask(&mut self) {
        let secrets = self.headers.iter_mut().filter(|(name, _)| is_secret(name));
        secrets.for_each(|(_, value)| MASK.clone_into(value));
    }
}

impl Exchange {
    /// The same without its secrets.
    pub(crate) fn masked(mut self) -> Self {
        self.sent.mask();
        if let Ok((_, message)) = &mut self.answer {
            message.mask();
        }
        self
    }
}

/// An exchange that may be worth keeping, and the check that made it.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) check: CheckId,
    /// What the check says that did not pass; an exception if the first is true.
    pub(crate) failure: Option<(bool, String)>,
    pub(crate) ended: Instant,
    pub(crate) tpr: Duration,
    pub(crate) exchange: Exchange,
}

/// The TPR from which on a pass is among the slowest so far, shared by all threads of a run without a lock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bar(Arc<AtomicU64>);

impl Bar {
    pub(crate) fn set(&self, tpr: Duration) {
        self.0.store(u64::try_from(tpr.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn is_below(&self, tpr: Duration) -> bool {
        tpr.as_nanos() > u128::from(self.0.load(Ordering::Relaxed))
    }
}

/// The users' end of the flight recorder.
#[derive(Debug, Clone)]
pub(crate) struct Flight {
    tap: Tap<Recorded>,
    bar: Bar,
}

/// Both ends of the flight recorder of a run.
pub(crate) fn flight(bar: Bar) -> (Flight, Spill<Recorded>) {
    let (tap, spill) = side_channel(FLIGHT_BOUND);
    (Flight { tap, bar }, spill)
}

impl Flight {
    /// A pass that took so long is worth an exchange.
    pub(crate) fn is_slow(&self, tpr: Duration) -> bool {
        self.bar.is_below(tpr)
    }

    /// What is offered now is likely to be kept.
    pub(crate) fn has_room(&self) -> bool {
        self.tap.has_room()
    }

    pub(crate) fn offer(&self, recorded: Recorded) {
        self.tap.offer(recorded);
    }
}
