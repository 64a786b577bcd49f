//! Errors of the evaluation of an expression.

/// Reason that an expression cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::script::eval) enum EntryError {
    /// No expression, or none for this document.
    Invalid(String),
    /// Too many nodes to look at.
    TooLong,
}

impl EntryError {
    pub(super) fn invalid(reason: impl Into<String>) -> Self {
        EntryError::Invalid(reason.into())
    }
}
