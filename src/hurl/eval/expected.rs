//! What is expected of an answer, compiled.

use perfloop_hurl::ast;

use super::answer::Answer;
use super::fault::Fault;
use super::variables::Variables;
use crate::hurl::files::Files;

/// What is expected of an answer, and what is taken from it.
#[derive(Debug)]
pub(crate) struct Expected {}

impl Expected {
    pub(crate) fn new(_response: &ast::Response, _files: &Files) -> Self {
        Expected {}
    }

    /// Whether version and status are as expected. If not, nothing else is looked at, and nothing captured.
    pub(crate) fn check_status(&self, _answer: &Answer) -> Vec<Fault> {
        Vec::new()
    }

    /// Takes what is captured, in order. Returns the values that are not to be shown anywhere.
    pub(crate) fn capture(&self, _answer: &Answer, _variables: &mut Variables) -> Result<Vec<String>, Fault> {
        Ok(Vec::new())
    }

    /// Looks at everything: version and status, and if they are as expected headers, body and asserts, in this order.
    /// Captures come before it, because asserts may use them.
    pub(crate) fn check(&self, answer: &Answer, _variables: &Variables, _files: &Files) -> Vec<Fault> {
        self.check_status(answer)
    }
}
