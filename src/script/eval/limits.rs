//! Limits of texts that an evaluation makes.

/// Bytes of the longest text that a filter or a template makes.
pub(super) const MAX_TEXT: usize = 64 * 1024 * 1024;
