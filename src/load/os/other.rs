//! Every other system. Unchecked: perfloop is built and tested on Linux; here it only has to compile.

use super::Limit;

/// Nothing is known that would raise it everywhere.
pub(crate) fn raise_open_files() {}

/// Nothing is known before the system refuses.
pub(crate) fn limits() -> Vec<Limit> {
    Vec::new()
}

/// A matter of Linux's scheduler.
pub(crate) fn schedule_as_batch() {}
