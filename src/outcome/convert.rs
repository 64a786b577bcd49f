//! Returned values of checks, and the outcomes that are made of them.

use std::error::Error as StdError;

use super::{Classify, Failure, Outcome};

/// Value that the function of a check may return.
///
/// | returned | outcome |
/// |---|---|
/// | `()` | pass |
/// | never, as `panic!()` and `todo!()` do | fail, as any panic |
/// | an [`Outcome`] or a [`Failure`] | what it says |
/// | `Ok(())` | pass |
/// | `Err` of an error, of `Box<dyn Error>` (`+ Send`, `+ Send + Sync`), of `anyhow::Error` and the like | see [`ErrorClass`](crate::ErrorClass) |
/// | `Err` of a `String` or a `&'static str` | fail |
///
/// `Marker` only tells apart the ways to convert; it is always inferred.
#[diagnostic::on_unimplemented(
    message = "a check cannot return `{Self}`",
    label = "no outcome can be made of this",
    note = "return (), perfloop::Outcome or Result<(), E>, where E is an error type, Box<dyn Error>, anyhow::Error, String or &'static str"
)]
pub trait IntoOutcome<Marker> {
    /// The outcome; errors are judged by `classify`.
    fn into_outcome(self, classify: &Classify) -> Outcome;
}

/// Marks types that are an outcome by themselves.
#[derive(Debug)]
pub struct Said;

/// Marks results with an error type.
#[derive(Debug)]
pub struct Returned;

/// Marks results with a type that holds any error.
#[derive(Debug)]
pub struct Held;

/// Marks results with a box of an error that may not leave its thread.
#[derive(Debug)]
pub struct Boxed;

/// Marks results with a text.
#[derive(Debug)]
pub struct Told;

impl IntoOutcome<Said> for () {
    fn into_outcome(self, _: &Classify) -> Outcome {
        Outcome::Pass
    }
}

/// Type of a function that does not return: `!`, whose name cannot be written here yet.
type Never = <fn() -> ! as Returns>::Value;

/// Type that a function returns, so that it can be named by one.
pub trait Returns {
    /// The type.
    type Value;
}

impl<T> Returns for fn() -> T {
    type Value = T;
}

/// A check that always panics is a check all the same.
impl IntoOutcome<Said> for Never {
    fn into_outcome(self, _: &Classify) -> Outcome {
        self
    }
}

impl IntoOutcome<Said> for Outcome {
    fn into_outcome(self, _: &Classify) -> Outcome {
        self
    }
}

impl IntoOutcome<Said> for Failure {
    fn into_outcome(self, _: &Classify) -> Outcome {
        self.into()
    }
}

impl<E: StdError + 'static> IntoOutcome<Returned> for Result<(), E> {
    fn into_outcome(self, classify: &Classify) -> Outcome {
        judged(self.as_ref().err().map(|error| error as _), classify)
    }
}

// A box of an error is no error itself. Seen through `AsRef` it is what is in it, which can be told by its type.
impl<E: AsRef<dyn StdError + Send + Sync>> IntoOutcome<Held> for Result<(), E> {
    fn into_outcome(self, classify: &Classify) -> Outcome {
        judged(self.as_ref().err().map(|error| error.as_ref() as _), classify)
    }
}

impl IntoOutcome<Boxed> for Result<(), Box<dyn StdError + Send>> {
    fn into_outcome(self, classify: &Classify) -> Outcome {
        judged(self.as_ref().err().map(|error| &**error as _), classify)
    }
}

impl IntoOutcome<Boxed> for Result<(), Box<dyn StdError>> {
    fn into_outcome(self, classify: &Classify) -> Outcome {
        judged(self.as_ref().err().map(|error| &**error), classify)
    }
}

impl IntoOutcome<Told> for Result<(), String> {
    fn into_outcome(self, _: &Classify) -> Outcome {
        self.map_or_else(|text| Outcome::Fail(text.into()), |()| Outcome::Pass)
    }
}

impl IntoOutcome<Told> for Result<(), &'static str> {
    fn into_outcome(self, _: &Classify) -> Outcome {
        self.map_or_else(|text| Outcome::Fail(text.into()), |()| Outcome::Pass)
    }
}

fn judged(error: Option<&(dyn StdError + 'static)>, classify: &Classify) -> Outcome {
    error.map_or(Outcome::Pass, |error| classify.failure(error).into())
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::io;

    use super::super::{ErrorClass, Reason};
    use super::*;

    fn outcome<O: IntoOutcome<M>, M>(returned: O) -> Outcome {
        returned.into_outcome(&Classify::default())
    }

    fn refused() -> io::Error {
        io::Error::new(io::ErrorKind::ConnectionRefused, "refused")
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
        let gave_up = Outcome::Exception("the driver gave up: refused".into());
        assert_eq!(outcome(Err(refused())), Outcome::Exception("refused".into()));
        assert_eq!(outcome(Err(Wrapped(refused()))), gave_up);
        assert_eq!(outcome(Err("text")), Outcome::Fail("text".into()));
        assert_eq!(outcome(Err(String::from("text"))), Outcome::Fail("text".into()));
        assert!(matches!(outcome("x".parse::<u8>().map(drop)), Outcome::Fail(_)));
    }

    #[test]
    fn every_box_of_an_error_is_judged_by_what_is_in_it() {
        let gave_up = Outcome::Exception("the driver gave up: refused".into());
        assert_eq!(outcome(Err::<(), Box<dyn StdError>>(Wrapped(refused()).into())), gave_up);
        assert_eq!(outcome(Err::<(), Box<dyn StdError + Send>>(Box::new(Wrapped(refused())))), gave_up);
        assert_eq!(outcome(Err::<(), Box<dyn StdError + Send + Sync>>(Wrapped(refused()).into())), gave_up);
        assert_eq!(outcome(Err::<(), anyhow::Error>(Wrapped(refused()).into())), gave_up);
        assert_eq!(outcome(Err::<(), Box<dyn StdError>>("text".into())), Outcome::Fail("text".into()));
    }

    #[test]
    fn a_failure_stays_what_it_says_through_a_box_and_below_a_context() {
        let reason = Reason { message: "gone".into(), detail: Some("the body".into()), request: None };
        let gone = || Failure::Exception(reason.clone());
        let boxed: Box<dyn StdError + Send + Sync> = Box::new(gone());
        assert_eq!(outcome(Err(boxed)), Outcome::Exception(reason.clone()));
        assert_eq!(outcome(Err(gone())), Outcome::Exception(reason.clone()));
        assert_eq!(outcome(gone()), Outcome::Exception(reason.clone()));
        assert_eq!(outcome(Err(anyhow::Error::from(gone()))), Outcome::Exception(reason.clone()));
        let in_context = Reason { message: "paying: gone".into(), ..reason.clone() };
        assert_eq!(outcome(Err(anyhow::Error::from(gone()).context("paying"))), Outcome::Exception(in_context));
    }

    #[test]
    fn unit_and_ok_are_passes() {
        assert_eq!(outcome(()), Outcome::Pass);
        assert_eq!(outcome(Ok::<(), String>(())), Outcome::Pass);
        assert_eq!(outcome(Ok::<(), Box<dyn StdError>>(())), Outcome::Pass);
        assert_eq!(outcome(Ok::<(), anyhow::Error>(())), Outcome::Pass);
    }

    #[test]
    fn the_hook_is_asked_first_and_for_each_error_of_the_chain() {
        let by = Classify::by(|error| {
            if error.is::<Wrapped>() {
                Some(ErrorClass::Fail)
            } else if error.is::<std::num::ParseIntError>() {
                Some(ErrorClass::Exception)
            } else {
                None
            }
        });
        let told = Outcome::Fail("the driver gave up: refused".into());
        assert_eq!(Err(Wrapped(refused())).into_outcome(&by), told);
        assert_eq!(Err(refused()).into_outcome(&by), Outcome::Exception("refused".into()));
        let no_number = "x".parse::<u8>().map(drop);
        assert!(matches!(no_number.clone().into_outcome(&by), Outcome::Exception(_)));
        let in_context = no_number.map_err(|error| anyhow::Error::from(error).context("reading"));
        let message = "reading: invalid digit found in string";
        assert_eq!(in_context.into_outcome(&by), Outcome::Exception(message.into()));
    }
}
