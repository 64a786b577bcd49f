//! Expressions of a build without XPath: there are none.

use perfloop_hurl::Span;

use crate::script::eval::EvalError;

/// Reason why an expression is refused.
pub(super) const MISSING: &str = "this perfloop was built without XPath; build it with the feature xpath";

/// Expression that is never made.
#[derive(Debug)]
pub(in crate::script::eval) enum XPath {}

impl XPath {
    pub(in crate::script::eval) fn parse(_: &str) -> Result<Self, String> {
        Err(MISSING.into())
    }

    pub(in crate::script::eval) fn invalid(span: Span, reason: &str) -> EvalError {
        EvalError::runtime(span, "XPath is missing", reason.to_owned())
    }
}
