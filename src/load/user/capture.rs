//! Capture of a user's exchanges until their check has ended: moved, not copied, so that only a check that did
//! not pass, or that was among the slowest, pays for being shown.
//!
//! An answer is the check's own, and mostly gone when the check ends. Dropped, it leaves its pieces on its thread,
//! where the next one replaces them.

use std::cell::RefCell;
use std::time::Instant;

use super::prepared::Prepared;
use crate::exchange::MAX_RECORDED_BODY;
use crate::load::http::Headers;
use crate::sample::RequestTimes;

/// A request that was sent.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Counts the requests of a user from 1; 0 is none.
    pub(crate) serial: u64,
    pub(crate) began: Option<Instant>,
    /// Headers that it was sent with, if they are not the request's own.
    pub(crate) headers: Option<Headers>,
    /// The request, or else the number of the shared one it is.
    pub(crate) request: Option<Prepared>,
    pub(crate) index: usize,
    /// Content type that was sent, where that is why the request was refused.
    pub(crate) refused_type: Option<String>,
}

/// An exchange whose answer the check has given up.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) sent: Sent,
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) body_length: u64,
    pub(crate) times: RequestTimes,
}

impl Captured {
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

/// Capture of a thread.
pub(crate) struct Kept {
    pub(crate) captured: Option<Captured>,
    /// The serial of the request whose answer was not as wanted.
    at_fault: u64,
}

thread_local! {
    static KEPT: RefCell<Kept> = const { RefCell::new(Kept { captured: None, at_fault: 0 }) };
}

pub(crate) fn with_kept<T>(change: impl FnOnce(&mut Kept) -> T) -> Option<T> {
    // A thread that ends has given it up already.
    KEPT.try_with(|kept| kept.try_borrow_mut().ok().map(|mut kept| change(&mut kept))).ok().flatten()
}

/// Keeps the pieces of an answer, unless better ones are kept: those at fault, or of a later request.
pub(crate) fn keep(captured: Captured) {
    if captured.sent.serial == 0 {
        return;
    }
    with_kept(|kept| {
        let known = kept.captured.as_ref().map_or(0, |known| known.sent.serial);
        let is_better =
            captured.sent.serial == kept.at_fault || (known < captured.sent.serial && known != kept.at_fault);
        if is_better || known == 0 {
            kept.captured = Some(captured);
        }
    });
}

/// Notes that the answer to this request was not as wanted.
pub(crate) fn is_at_fault(sent: &Sent) {
    with_kept(|kept| kept.at_fault = sent.serial);
}

/// Ends a check: shows what is kept of its answers, those after `serial`. It stays until the next answer comes, if it is
/// small: what an exchange took is given back by the next one, and resting users hold little.
pub(crate) fn settle<T>(serial: u64, show: impl FnOnce(Option<&Captured>) -> Option<T>) -> Option<T> {
    with_kept(|kept| {
        let shown = show(kept.captured.as_ref().filter(|captured| captured.sent.serial > serial));
        kept.at_fault = 0;
        if kept.captured.as_ref().is_some_and(Captured::is_large) {
            kept.captured = None;
        }
        shown
    })
    .flatten()
}
