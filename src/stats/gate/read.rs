//! Gates as people write them.

use super::definition::Gate;
use super::{parse, threshold};
use crate::error::Error;

impl Gate {
    /// Gate on what must not happen, like `p95 > 450ms`, `GET /cart: p99 >= 1s` or `fail_ratio > 1% after 10s abort`.
    ///
    /// # Errors
    /// One line that says what is wrong with the text, and what to write.
    pub fn fail_if(expr: &str) -> Result<Gate, Error> {
        parse::fail_if(expr).map_err(|why| Error::usage(format!("‹fail-if› '{expr}': {why}")))
    }

    /// Gate on what must hold, in k6's words, like `p(95)<450`, `rate<0.01` or `checks: rate>0.99 abort`.
    ///
    /// # Errors
    /// One line that says what is wrong with the text, and what to write.
    pub fn threshold(expr: &str) -> Result<Gate, Error> {
        threshold::threshold(expr).map_err(|why| Error::usage(format!("‹threshold› '{expr}': {why}")))
    }

    /// Goal of a search for the capacity: what must hold, like `p95 < 450ms`, `GET /cart: p99 < 1s` or
    /// `fail_ratio < 1%`, in the words of [`fail_if`](Self::fail_if).
    ///
    /// # Errors
    /// One line that says what is wrong with the text, and what to write.
    pub fn within(expr: &str) -> Result<Gate, Error> {
        parse::within(expr).map_err(|why| Error::usage(format!("‹within› '{expr}': {why}")))
    }

    /// Gate at full load that only names a metric, such as `GET /cart: p99`.
    pub(crate) fn of_metric(text: &str) -> Result<Gate, String> {
        parse::metric(text)
    }

    /// Gate as of [`within`](Self::within), with an error that does not say the text again.
    pub(crate) fn parse_within(expr: &str) -> Result<Gate, String> {
        parse::within(expr)
    }

    /// Gate as of [`fail_if`](Self::fail_if), with an error that does not say the text again.
    pub(crate) fn parse_fail_if(expr: &str) -> Result<Gate, String> {
        parse::fail_if(expr)
    }

    /// Gate as of [`threshold`](Self::threshold), with an error that does not say the text again.
    pub(crate) fn parse_threshold(expr: &str) -> Result<Gate, String> {
        threshold::threshold(expr)
    }
}
