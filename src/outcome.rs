//! How one run of a check ended: the data every number is made of.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use crate::sample::{Phase, RequestId};

/// What a check returns when it uses `?`: any error ends it, and [`Failure::from_error`] decides whether that is a fail or an exception.
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
    /// What else helps to understand the first of many, such as a cut of the body. Failures are not told apart by it.
    pub detail: Option<String>,
    /// The request whose answer was at fault, where there was one.
    pub request: Option<RequestId>,
}

/// A request that ended without a usable answer.
#[derive(Debug)]
pub struct RequestError {
    /// How far the request had come.
    pub phase: Phase,
    /// What went wrong.
    pub kind: RequestErrorKind,
    /// One line for people: what happened, in which phase.
    pub message: String,
    /// The name of the request.
    pub request: RequestId,
}

/// What made a request end without a usable answer.
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
    /// What came is not HTTP, or not the HTTP that was announced.
    Protocol,
    /// Anything else the system reported.
    Io,
}

impl Failure {
    /// Decides what an error that left a check is. This is the one place that decides it:
    ///
    /// | in the error or its chain of sources | outcome |
    /// |---|---|
    /// | a [`Failure`] | what it says |
    /// | a [`RequestError`] | exception |
    /// | an [`io::Error`] | exception |
    /// | anything else | fail |
    pub fn from_error(error: Box<dyn StdError + Send + Sync>) -> Failure {
        let error = match error.downcast::<Failure>() {
            Ok(failure) => return *failure,
            Err(other) => other,
        };
        let message = with_sources(&*error);
        let mut link: Option<&(dyn StdError + 'static)> = Some(&*error);
        while let Some(current) = link {
            if let Some(failure) = current.downcast_ref::<Failure>() {
                return failure.clone();
            } else if let Some(lost) = current.downcast_ref::<RequestError>() {
                return Failure::Exception(Reason { message, detail: None, request: Some(lost.request) });
            } else if current.is::<io::Error>() {
                return Failure::Exception(message.into());
            }
            link = current.source();
        }
        Failure::Fail(message.into())
    }

    /// Why.
    pub fn reason(&self) -> &Reason {
        match self {
            Failure::Fail(reason) | Failure::Exception(reason) => reason,
        }
    }
}

/// The error's text, followed by those of its sources that it does not already contain.
fn with_sources(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut link = error.source();
    while let Some(source) = link {
        let more = source.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        link = source.source();
    }
    text
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

impl From<()> for Outcome {
    fn from((): ()) -> Self {
        Outcome::Pass
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

impl<E: Into<Box<dyn StdError + Send + Sync>>> From<Result<(), E>> for Outcome {
    fn from(result: Result<(), E>) -> Self {
        match result {
            Ok(()) => Outcome::Pass,
            Err(error) => Failure::from_error(error.into()).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome<E: Into<Box<dyn StdError + Send + Sync>>>(error: E) -> Outcome {
        Err::<(), E>(error).into()
    }

    #[derive(Debug)]
    struct Wrapped(io::Error);
    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the driver gave up")
        }
    }
    impl StdError for Wrapped {
        fn source(&self) -> Option<&(dyn StdError + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn an_error_with_io_in_its_chain_is_an_exception_and_any_other_a_fail() {
        let refused = || io::Error::new(io::ErrorKind::ConnectionRefused, "refused");
        assert_eq!(outcome(refused()), Outcome::Exception("refused".into()));
        assert_eq!(outcome(Wrapped(refused())), Outcome::Exception("the driver gave up: refused".into()));
        assert_eq!(outcome("text"), Outcome::Fail("text".into()));
        assert_eq!(outcome(String::from("text")), Outcome::Fail("text".into()));
        assert!(matches!(outcome("x".parse::<u8>().expect_err("no number")), Outcome::Fail(_)));
    }

    #[test]
    fn a_failure_stays_what_it_says_through_a_box() {
        let boxed: Box<dyn StdError + Send + Sync> = Box::new(Failure::Exception("gone".into()));
        assert_eq!(outcome(boxed), Outcome::Exception("gone".into()));
        assert_eq!(outcome(Failure::Fail("wrong".into())), Outcome::Fail("wrong".into()));
    }

    #[test]
    fn unit_and_ok_are_passes() {
        assert_eq!(Outcome::from(()), Outcome::Pass);
        assert_eq!(Outcome::from(Ok::<(), String>(())), Outcome::Pass);
    }
}
