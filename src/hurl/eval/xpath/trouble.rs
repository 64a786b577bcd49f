//! Why an expression finds nothing, not even nothing.

/// Why an expression cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::hurl::eval) enum Trouble {
    /// It is no expression, or none for this document.
    Invalid(String),
    /// It would look at too many nodes.
    TooLong,
}

impl Trouble {
    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        Trouble::Invalid(reason.into())
    }
}
