//! Capture of a user's exchanges until their check has ended: moved, not copied, so that only a check that did
//! not pass, or that was among the slowest, pays for being shown.
//!
//! An answer is the check's own, and mostly gone when the check ends. Dropped, it stays on its thread, where the next
//! one takes its place.

use std::cell::{OnceCell, RefCell};
use std::mem;
use std::time::SystemTime;

use serde_json::Value;

use super::origin::Origin;
use super::prepared::Prepared;
use crate::exchange::MAX_RECORDED_BODY;
use crate::load::http::{Body, Headers};
use crate::moment::Moment;
use crate::sample::RequestTimes;

/// A request that was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Counts the requests of a user from 1; 0 is none.
    pub(crate) serial: u64,
    pub(crate) began: Option<Moment>,
    /// Headers that it was sent with, if they are not the request's own.
    pub(crate) headers: Option<Headers>,
    /// The request, or else the number of the shared one it is.
    pub(crate) request: Option<Box<Prepared>>,
    pub(crate) index: usize,
    /// Content type that was sent, where that is why the request was refused.
    pub(crate) refused_type: Option<String>,
}

impl Sent {
    /// When it began, by the calendar.
    pub(super) fn started(&self) -> SystemTime {
        let now = SystemTime::now();
        self.began.and_then(|began| now.checked_sub(began.elapsed())).unwrap_or(now)
    }
}

/// An exchange and its answer, which a check looks at, and which is kept when the check has given it up.
#[derive(Debug, Default)]
pub(crate) struct Captured {
    pub(crate) sent: Sent,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    pub(crate) times: RequestTimes,
    pub(crate) origin: Origin,
    /// The body as JSON, or why it is none, once somebody has asked.
    pub(crate) json: OnceCell<Result<Value, String>>,
}

impl Captured {
    fn is_large(&self) -> bool {
        let sent = self.sent.request.as_ref().and_then(|request| request.body.as_ref()).map_or(0, Vec::capacity);
        self.body.kept.capacity().max(sent) > MAX_RECORDED_BODY
    }
}

/// A request without a usable answer.
#[derive(Debug)]
pub(crate) struct Unanswered {
    pub(crate) sent: Sent,
    pub(crate) times: RequestTimes,
    pub(crate) message: String,
}

/// Capture of a thread.
pub(crate) struct Kept {
    pub(crate) captured: Option<Box<Captured>>,
    /// The serial of the request whose answer was not as wanted.
    at_fault: u64,
    /// The check of what is captured has ended.
    is_over: bool,
}

thread_local! {
    static KEPT: RefCell<Kept> = const { RefCell::new(Kept { captured: None, at_fault: 0, is_over: true }) };
}

pub(crate) fn with_kept<T>(change: impl FnOnce(&mut Kept) -> T) -> Option<T> {
    // A thread that ends has given it up already.
    KEPT.try_with(|kept| kept.try_borrow_mut().ok().map(|mut kept| change(&mut kept))).ok().flatten()
}

/// Keeps an exchange, unless a better one is kept: that at fault, or of a later request. What is not kept is left there.
pub(crate) fn keep(captured: &mut Box<Captured>) {
    let serial = captured.sent.serial;
    if serial == 0 {
        return;
    }
    captured.json.take();
    with_kept(|kept| {
        let is_over = mem::take(&mut kept.is_over);
        match &mut kept.captured {
            Some(known) => {
                let is_known_at_fault = known.sent.serial == kept.at_fault;
                let is_later = known.sent.serial < serial && !is_known_at_fault;
                if is_over || serial == kept.at_fault || is_later {
                    mem::swap(known, captured);
                }
            }
            empty => *empty = Some(mem::take(captured)),
        }
    });
}

/// Takes headers and body out of what was kept for a check that has ended: their memory is for the next answer.
pub(crate) fn take_spare() -> Option<(Headers, Body)> {
    with_kept(|kept| {
        let over = kept.captured.as_mut().filter(|_| kept.is_over)?;
        Some((mem::take(&mut over.headers), mem::take(&mut over.body)))
    })
    .flatten()
}

/// Notes that the answer to this request was not as wanted.
pub(crate) fn is_at_fault(sent: &Sent) {
    with_kept(|kept| kept.at_fault = sent.serial);
}

/// Ends a check: shows what is kept of its answers, those after `serial`. It stays until the next answer comes, if it is
/// small: what an exchange took is given back by the next one, and resting users hold little.
pub(crate) fn settle<T>(serial: u64, show: impl FnOnce(Option<&Captured>) -> Option<T>) -> Option<T> {
    with_kept(|kept| {
        let shown = show(kept.captured.as_deref().filter(|captured| captured.sent.serial > serial));
        (kept.at_fault, kept.is_over) = (0, true);
        if kept.captured.as_deref().is_some_and(Captured::is_large) {
            kept.captured = None;
        }
        shown
    })
    .flatten()
}
