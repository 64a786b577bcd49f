//! What a user keeps of its exchanges until their check has ended: moved, not copied, so that only a check that did
//! not pass, or that was among the slowest, pays for being shown.
//!
//! An answer is the check's own, and mostly gone when the check ends. Dropped, it leaves its pieces on its thread,
//! where the next one replaces them.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, Instant, SystemTime};

use super::prepared::{Prepared, SharedRequest};
use crate::exchange::{Exchange, MAX_RECORDED_BODY, Recorded};
use crate::load::http::Headers;
use crate::load::user::User;
use crate::outcome::Outcome;
use crate::sample::{CheckId, RequestTimes};

/// So often the same failure of the same user is recorded in any case,
const ALWAYS: u32 = 3;
/// and from then on after this time, or when it is slower.
const AGAIN: Duration = Duration::from_millis(100);

/// A request that was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Counts the requests of a user from 1; 0 is none.
    pub(crate) serial: u64,
    pub(crate) began: Option<Instant>,
    /// Those it went with, if they are not the request's own.
    pub(crate) headers: Option<Headers>,
    /// The request, or else the number of the shared one it is.
    pub(crate) request: Option<Prepared>,
    pub(crate) slot: usize,
    /// What was said of the body's type, where that is why it was refused.
    pub(crate) refused_type: Option<String>,
}

/// An exchange whose answer the check has given up.
#[derive(Debug)]
pub(crate) struct Landed {
    pub(crate) sent: Sent,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) body_length: u64,
    pub(crate) times: RequestTimes,
}

impl Landed {
    fn is_large(&self) -> bool {
        let sent = self.sent.request.as_ref().and_then(|request| request.body.as_ref()).map_or(0, Vec::capacity);
        self.body.capacity().max(sent) > MAX_RECORDED_BODY
    }
}

/// A request without a usable answer.
#[derive(Debug)]
pub(crate) struct Unanswered {
    pub(crate) sent: Sent,
    pub(crate) times: RequestTimes,
    pub(crate) message: String,
}

/// What a thread keeps.
struct Kept {
    landed: Option<Landed>,
    /// The serial of the request whose answer was not as wanted.
    at_fault: u64,
}

thread_local! {
    static KEPT: RefCell<Kept> = const { RefCell::new(Kept { landed: None, at_fault: 0 }) };
}

fn with_kept<T>(change: impl FnOnce(&mut Kept) -> T) -> Option<T> {
    // A thread that ends has given it up already.
    KEPT.try_with(|kept| kept.try_borrow_mut().ok().map(|mut kept| change(&mut kept))).ok().flatten()
}

/// Keeps the pieces of an answer, unless better ones are kept: those at fault, or of a later request.
pub(crate) fn land(landed: Landed) {
    if landed.sent.serial == 0 {
        return;
    }
    with_kept(|kept| {
        let known = kept.landed.as_ref().map_or(0, |known| known.sent.serial);
        let is_better = landed.sent.serial == kept.at_fault || (known < landed.sent.serial && known != kept.at_fault);
        if is_better || known == 0 {
            kept.landed = Some(landed);
        }
    });
}

/// Notes that the answer to this request was not as wanted.
pub(crate) fn is_at_fault(sent: &Sent) {
    with_kept(|kept| kept.at_fault = sent.serial);
}

/// Ends a check: shows what is kept of its answers, those after `serial`. It stays until the next answer comes, if it is
/// small: what an exchange took is given back by the next one, and resting users hold little.
fn settle<T>(serial: u64, show: impl FnOnce(Option<&Landed>) -> Option<T>) -> Option<T> {
    with_kept(|kept| {
        let shown = show(kept.landed.as_ref().filter(|landed| landed.sent.serial > serial));
        kept.at_fault = 0;
        if kept.landed.as_ref().is_some_and(Landed::is_large) {
            kept.landed = None;
        }
        shown
    })
    .flatten()
}

/// What a user told the flight recorder of last.
#[derive(Debug)]
pub(crate) struct Told {
    message: u64,
    times: u32,
    at: Instant,
    slowest: Duration,
}

impl User {
    /// What the flight recorder is to be told of a check that has ended, whose requests came after `serial`.
    pub(crate) fn recording(
        &mut self,
        check: CheckId,
        outcome: &Outcome,
        ended: Instant,
        tpr: Duration,
        serial: u64,
    ) -> Option<Recorded> {
        let failure = match outcome {
            Outcome::Pass => None,
            Outcome::Fail(reason) => Some((false, &reason.message)),
            Outcome::Exception(reason) => Some((true, &reason.message)),
        };
        let is_wanted = match failure {
            None => self.flight.is_slow(tpr),
            Some((_, message)) => self.is_news(message, ended, tpr),
        };
        let is_wanted = is_wanted && self.flight.has_room();
        let unanswered = self.running.unanswered.take();
        let is_exception = failure.is_some_and(|(is_exception, _)| is_exception);
        let exchange = settle(serial, |landed| match (unanswered, landed) {
            _ if !is_wanted => None,
            (Some(unanswered), landed) if is_exception || landed.is_none() => {
                let Unanswered { sent, times, message } = &*unanswered;
                self.recorded_exchange(sent, *times, Err(message))
            }
            (_, landed) => {
                let Landed { sent, status, headers, body, body_length, times } = landed?;
                self.recorded_exchange(sent, *times, Ok((*status, headers, body, *body_length)))
            }
        })?;
        let failure = failure.map(|(is_exception, message)| (is_exception, message.clone()));
        Some(Recorded { check, failure, ended, tpr, exchange })
    }

    /// Hides what the request was authorized by whose answer, or whose loss, a failure is about: of those after `serial`.
    pub(crate) fn find_what_was_sent(&mut self, serial: u64) {
        let mut redactor = std::mem::take(&mut self.redactor);
        let mut find = |sent: &Sent| {
            self.headers_of(sent).into_iter().for_each(|headers| redactor.find_sent(headers.iter()));
        };
        self.running.unanswered.iter().for_each(|unanswered| find(&unanswered.sent));
        with_kept(|kept| {
            let landed = kept.landed.iter().filter(|landed| landed.sent.serial > serial);
            landed.for_each(|landed| find(&landed.sent));
        });
        self.redactor = redactor;
    }

    /// Hides what this request was authorized by.
    pub(crate) fn find_what_was_sent_as(&mut self, shared: &SharedRequest) {
        let mut redactor = std::mem::take(&mut self.redactor);
        redactor.find_sent(self.own_request(shared).headers.iter());
        self.redactor = redactor;
    }

    /// The request that was sent, as far as it is still known.
    fn request_of<'a>(&'a self, sent: &'a Sent) -> Option<&'a Prepared> {
        sent.request.as_ref().or_else(|| self.own.get(sent.slot)?.as_deref().map(|own| &own.request))
    }

    fn headers_of<'a>(&'a self, sent: &'a Sent) -> Option<&'a Headers> {
        sent.headers.as_ref().or_else(|| self.request_of(sent).map(|request| &request.headers))
    }

    /// A user that fails again and again in the same way is looked at now and then, or when it is slower than before.
    fn is_news(&mut self, message: &str, now: Instant, tpr: Duration) -> bool {
        let mut hasher = DefaultHasher::new();
        message.bytes().filter(|byte| !byte.is_ascii_digit()).for_each(|byte| byte.hash(&mut hasher));
        let message = hasher.finish();
        let Some(told) = self.told.as_mut().filter(|told| told.message == message) else {
            self.told = Some(Told { message, times: 1, at: now, slowest: tpr });
            return true;
        };
        let is_news = told.times < ALWAYS || tpr > told.slowest || now.saturating_duration_since(told.at) >= AGAIN;
        if is_news {
            *told = Told { message, times: told.times.saturating_add(1), at: now, slowest: tpr.max(told.slowest) };
        }
        is_news
    }

    fn recorded_exchange(
        &self,
        sent: &Sent,
        times: RequestTimes,
        answer: Result<(u16, &Headers, &[u8], u64), &str>,
    ) -> Option<Exchange> {
        let (request, headers) = (self.request_of(sent)?, self.headers_of(sent)?);
        let now = SystemTime::now();
        let started = sent.began.and_then(|began| now.checked_sub(began.elapsed())).unwrap_or(now);
        let mut exchange = self.whole(started, request, headers, times, answer, MAX_RECORDED_BODY);
        exchange.hide_values(&self.redactor);
        exchange.hide_named(&self.redactor);
        Some(exchange)
    }
}
