//! Hooks: an author's closures that are called when something happens in the load. The time they take is the
//! tester's, and is counted as such.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use super::panics;
use crate::exchange::Exchange;
use crate::moment::Moment;
use crate::outcome::Outcome;
use crate::sample::{RequestTimes, Traffic};

/// A request that has ended, as a hook sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct RequestEvent<'a> {
    /// Name of the request.
    pub name: &'a str,
    /// The user that made it, counted from 1.
    pub user: u32,
    /// The iteration it belongs to, counted from 1.
    pub iteration: u64,
    /// The status of the answer, or one line on why there is none.
    pub answer: Result<u16, &'a str>,
    /// Where its time went.
    pub times: RequestTimes,
    /// Bytes and connections that it took.
    pub traffic: Traffic,
}

/// A check that did not pass, as a hook sees it.
#[derive(Debug)]
#[non_exhaustive]
pub struct FailureEvent<'a> {
    /// The name of the check.
    pub check: &'a str,
    /// The user that ran it, counted from 1.
    pub user: u32,
    /// The iteration it belongs to, counted from 1.
    pub iteration: u64,
    /// A fail or an exception, and why.
    pub outcome: &'a Outcome,
    /// The last requests that the check made, with their answers, at most [`MAX_EXCHANGES`](Self::MAX_EXCHANGES).
    pub exchanges: &'a [Exchange],
}

impl FailureEvent<'_> {
    /// Of a check that made more requests than this, the first ones are left out.
    pub const MAX_EXCHANGES: usize = 8;
}

type RequestHook = Box<dyn Fn(&RequestEvent<'_>) + Send + Sync>;
type FailureHook = Box<dyn Fn(&FailureEvent<'_>) + Send + Sync>;

/// Hooks on requests and failures.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) request: Vec<RequestHook>,
    pub(crate) failure: Vec<FailureHook>,
    /// Message of the first panic of a hook.
    broken: OnceLock<String>,
}

impl Hooks {
    /// Calls a function of the author, and returns the time it took. Its panic is no failure of a check.
    pub(crate) fn timed(&self, call: impl FnOnce()) -> Duration {
        let since = Moment::now();
        if let Err(message) = panics::catch_nested(call) {
            self.broke(message);
        }
        since.elapsed()
    }

    /// Something of the author's has panicked with this message.
    pub(crate) fn broke(&self, message: String) {
        self.broken.get_or_init(|| message);
    }

    /// The first panic of a hook.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.get().map(String::as_str)
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").field("broken", &self.broken).finish_non_exhaustive()
    }
}
