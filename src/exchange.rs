//! One request and its answer, whole: what `log-http` writes down, and what the flight recorder keeps.
//!
//! The flight recorder is a side channel: users offer it the exchanges of checks that did not pass and of the slowest
//! passes, and go on; the numbers half keeps a bounded number of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use crate::ids::CheckId;
use crate::moment::Moment;
use crate::queue::{Spill, Tap, side_channel};
use crate::redact::{MASK, Redactor};
use crate::sample::RequestTimes;

/// More of a body than this is not kept.
pub(crate) const MAX_KEPT_BODY: usize = 64 * 1024;
/// The flight recorder keeps no more of a body than this.
pub(crate) const MAX_RECORDED_BODY: usize = 4 * 1024;
/// Examples that may wait for the collector, which looks every few milliseconds.
const RECORDER_BOUND: usize = 256;

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
    /// Request, the headers the client added included.
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

    fn hide_values(&mut self, redactor: &Redactor) {
        self.headers.iter_mut().for_each(|(_, value)| redactor.hide_values(value));
        self.change_body(|body| redactor.hide_values_in(body));
    }

    fn hide_named(&mut self, redactor: &Redactor) {
        for (name, value) in &mut self.headers {
            if redactor.is_secret(name) {
                MASK.clone_into(value);
            } else {
                redactor.hide_named(value);
            }
        }
        self.change_body(|body| {
            if let Ok(text) = std::str::from_utf8(body) {
                let mut text = text.to_owned();
                redactor.hide_named(&mut text);
                *body = text.into();
            }
        });
    }

    /// Changes what is kept of the body. Otherwise the body would look as if its end were missing.
    fn change_body(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        let before = self.body.len() as u64;
        change(&mut self.body);
        self.body_length = (self.body_length + self.body.len() as u64).saturating_sub(before);
    }
}

impl Exchange {
    /// Hides the values that are known to be secret.
    pub(crate) fn hide_values(&mut self, redactor: &Redactor) {
        if redactor.has_no_value() {
            return;
        }
        redactor.hide_values(&mut self.url);
        self.sent.hide_values(redactor);
        match &mut self.answer {
            Ok((_, message)) => message.hide_values(redactor),
            Err(reason) => redactor.hide_values(reason),
        }
    }

    /// Hides what stands under names of secrets.
    pub(crate) fn hide_named(&mut self, redactor: &Redactor) {
        redactor.hide_named(&mut self.url);
        self.sent.hide_named(redactor);
        match &mut self.answer {
            Ok((_, message)) => message.hide_named(redactor),
            Err(reason) => redactor.hide_named(reason),
        }
    }
}

/// An exchange that may be worth keeping, and the check that made it.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) check: CheckId,
    /// Message of the check that did not pass; an exception if the first is true.
    pub(crate) failure: Option<(bool, String)>,
    pub(crate) ended: Moment,
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
pub(crate) struct FlightRecorder {
    tap: Tap<Recorded>,
    bar: Bar,
}

/// Both ends of the flight recorder of a run.
pub(crate) fn flight_recorder(bar: Bar) -> (FlightRecorder, Spill<Recorded>) {
    let (tap, spill) = side_channel(RECORDER_BOUND);
    (FlightRecorder { tap, bar }, spill)
}

impl FlightRecorder {
    /// A pass that took so long is worth an exchange.
    pub(crate) fn is_slow(&self, tpr: Duration) -> bool {
        self.bar.is_below(tpr)
    }

    /// True when an offer is likely to be kept.
    pub(crate) fn has_room(&self) -> bool {
        self.tap.has_room()
    }

    pub(crate) fn offer(&self, recorded: Recorded) {
        self.tap.offer(recorded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_with_a_mask_is_as_whole_as_it_was() {
        let redactor = Redactor::default().value("secret");
        let mut message = Message { body: b"x=secret".to_vec(), body_length: 8, ..Message::default() };
        message.hide_values(&redactor);
        assert_eq!((&message.body[..], message.body_length), (&b"x=***"[..], 5));
        let mut cut = Message { body: b"secret".to_vec(), body_length: 100, ..Message::default() };
        cut.hide_values(&redactor);
        assert_eq!((&cut.body[..], cut.body_length), (&b"***"[..], 97));
        let mut named = Message { body: b"a=b&password=xyz".to_vec(), body_length: 16, ..Message::default() };
        named.hide_named(&redactor);
        assert_eq!((&named.body[..], named.body_length), (&b"a=b&password=***"[..], 16));
    }
}
