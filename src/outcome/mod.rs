//! How one run of a check ended: the data every number is made of.

mod classify;
mod convert;
mod telltale;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use crate::ids::RequestId;
use crate::phase::Phase;
use crate::printable::foreign;
use crate::redact::Redactor;

pub use classify::{Classify, ErrorClass};
pub use convert::IntoOutcome;
pub(crate) use telltale::of_panic as panic_tells_of_no_answer;

/// Result of a check that uses `?`: any error ends it, and [`ErrorClass`] says which is a fail and which an exception.
///
/// ```
/// use perfloop::{CheckResult, User};
///
/// fn says_hello(user: &mut User) -> CheckResult {
///     user.get("/json").send()?.expect_status(200)?.expect_json("code", 1)?;
///     Ok(())
/// }
/// ```
pub type CheckResult<T = ()> = Result<T, Box<dyn StdError + Send + Sync>>;

/// How one run of a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every expectation held.
    Pass,
    /// An expectation did not hold, the check panicked, or it returned an error.
    Fail(Reason),
    /// There was no usable answer: name, connection, TLS, reset, timeout, or broken HTTP.
    Exception(Reason),
}

/// Every [`Outcome`] but a pass; what travels through `?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// See [`Outcome::Fail`].
    Fail(Reason),
    /// See [`Outcome::Exception`].
    Exception(Reason),
}

/// Why a check did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// One line for people. Numbers and ids in it are replaced when failures are grouped.
    pub message: String,
    /// Detail that helps to understand the first of many, such as a cut of the body. Failures are not told apart by it.
    pub detail: Option<String>,
    /// The request whose answer was at fault, where there was one.
    pub request: Option<RequestId>,
}

impl Reason {
    /// Hides what is secret in it, and what a terminal would obey.
    pub(crate) fn clean(&mut self, redactor: &Redactor) {
        for text in [Some(&mut self.message), self.detail.as_mut()].into_iter().flatten() {
            let hidden = redactor.text(text);
            match (foreign(&hidden), &hidden) {
                (Cow::Owned(shown), _) => *text = shown,
                (Cow::Borrowed(_), Cow::Owned(hidden)) => *text = hidden.clone(),
                (Cow::Borrowed(_), Cow::Borrowed(_)) => {}
            }
        }
    }
}

/// A request that ended without a usable answer.
#[derive(Debug)]
pub struct RequestError {
    /// How far the request had come.
    pub phase: Phase,
    /// Kind of the error.
    pub kind: RequestErrorKind,
    /// One line for people: what happened, in which phase.
    pub message: String,
    /// The name of the request.
    pub request: RequestId,
}

/// Kind of error that made a request end without a usable answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RequestErrorKind {
    /// The URL, a header or the body could not be sent as they were given.
    BadRequest,
    /// The host's name has no address.
    Resolve,
    /// Nothing listens there, or a full queue turned the connection away.
    Refused,
    /// The connection could not be made for another reason (network, ports, open files).
    Connect,
    /// The TLS handshake or a certificate failed.
    Tls,
    /// The time given by `--timeout` or `--connect-timeout` ran out.
    Timeout,
    /// The other side reset the connection.
    Reset,
    /// The other side closed the connection before the answer was whole.
    Closed,
    /// The answer is not HTTP, or not the HTTP that was announced.
    Protocol,
    /// Anything else the system reported.
    Io,
}

impl RequestErrorKind {
    /// All kinds.
    pub(crate) const ALL: [Self; 10] = [
        Self::BadRequest,
        Self::Resolve,
        Self::Refused,
        Self::Connect,
        Self::Tls,
        Self::Timeout,
        Self::Reset,
        Self::Closed,
        Self::Protocol,
        Self::Io,
    ];
}

impl Failure {
    /// Why.
    pub fn reason(&self) -> &Reason {
        match self {
            Failure::Fail(reason) | Failure::Exception(reason) => reason,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason().message)
    }
}

impl StdError for Failure {}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for RequestError {}

impl From<String> for Reason {
    fn from(message: String) -> Self {
        Reason { message, detail: None, request: None }
    }
}

impl From<&str> for Reason {
    fn from(message: &str) -> Self {
        message.to_owned().into()
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Fail(reason) => Outcome::Fail(reason),
            Failure::Exception(reason) => Outcome::Exception(reason),
        }
    }
}
