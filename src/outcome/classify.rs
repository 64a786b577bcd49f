//! Which errors are fails and which exceptions: the one place that decides it.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::iter;
use std::sync::Arc;

use super::{Failure, Reason, RequestError, telltale};

/// What an error that left a check is. The error and its chain of sources are looked at from the outside in, and
/// the first that one of these rows knows decides:
///
/// | error | class |
/// |---|---|
/// | any that [`LoadTest::classify`](crate::LoadTest::classify) answers for | what it answers |
/// | a [`Failure`] | what it says |
/// | a [`RequestError`] | exception |
/// | an [`io::Error`] | exception |
/// | none of these, but by its `Debug` one of another client (ureq, reqwest, hyper and the like) that got no answer | exception |
///
/// An error of which nothing is known is a fail. The message of a panic, as of `unwrap`, is looked at in the same way;
/// that of an assertion is always a fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The answer was not as it should be; see [`Outcome::Fail`](crate::Outcome::Fail).
    Fail,
    /// There was no usable answer; see [`Outcome::Exception`](crate::Outcome::Exception).
    Exception,
}

type Hook = dyn Fn(&(dyn StdError + 'static)) -> Option<ErrorClass> + Send + Sync;

/// Classification of errors: perfloop's own table, and what a load test adds to it.
#[derive(Clone, Default)]
pub struct Classify(Option<Arc<Hook>>);

impl Classify {
    /// Asks this function first, for each error of a chain.
    pub(crate) fn by<F>(hook: F) -> Self
    where
        F: Fn(&(dyn StdError + 'static)) -> Option<ErrorClass> + Send + Sync + 'static,
    {
        Classify(Some(Arc::new(hook)))
    }

    /// Failure that an error makes of the check it left, and why.
    pub fn failure(&self, error: &(dyn StdError + 'static)) -> Failure {
        let known = chain(error).find_map(|link| self.class_of(link));
        // Types that are known go first, wherever in the chain they are.
        let class = known.unwrap_or_else(|| {
            let is_lost = chain(error).any(|link| telltale::of_debug(&format!("{link:?}")));
            if is_lost { ErrorClass::Exception } else { ErrorClass::Fail }
        });
        let reason = reason(error);
        match class {
            ErrorClass::Fail => Failure::Fail(reason),
            ErrorClass::Exception => Failure::Exception(reason),
        }
    }

    /// The class of one error, whatever its sources are.
    fn class_of(&self, error: &(dyn StdError + 'static)) -> Option<ErrorClass> {
        let asked = self.0.as_ref().and_then(|hook| hook(error));
        match error.downcast_ref::<Failure>() {
            _ if asked.is_some() => asked,
            Some(Failure::Fail(_)) => Some(ErrorClass::Fail),
            Some(Failure::Exception(_)) => Some(ErrorClass::Exception),
            None if error.is::<RequestError>() || error.is::<io::Error>() => Some(ErrorClass::Exception),
            None => None,
        }
    }
}

impl fmt::Debug for Classify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Classify").field(&self.0.as_ref().map(|_| "hook")).finish()
    }
}

/// The error and its sources, the outermost first.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    iter::successors(Some(error), |link: &&'a (dyn StdError + 'static)| (*link).source())
}

/// All that the chain tells: every text, and what perfloop's own errors know besides.
fn reason(error: &(dyn StdError + 'static)) -> Reason {
    let message = with_sources(error);
    let known =
        chain(error).find_map(|link| match (link.downcast_ref::<Failure>(), link.downcast_ref::<RequestError>()) {
            (Some(failure), _) => Some((failure.reason().detail.clone(), failure.reason().request)),
            (_, Some(lost)) => Some((None, Some(lost.request))),
            _ => None,
        });
    let (detail, request) = known.unwrap_or_default();
    Reason { message, detail, request }
}

/// The error's text, followed by those of its sources that it does not already contain.
fn with_sources(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    for source in chain(error).skip(1).map(ToString::to_string) {
        if !text.contains(&source) {
            text.push_str(": ");
            text.push_str(&source);
        }
    }
    text
}

impl Failure {
    /// Failure that an error makes of the check it left, by the table of [`ErrorClass`].
    pub fn from_error(error: &(dyn StdError + 'static)) -> Failure {
        Classify::default().failure(error)
    }
}
