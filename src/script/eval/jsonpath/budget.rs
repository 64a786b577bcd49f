//! Budget of a path: few signs can ask for more work than any machine can do.

use std::cell::Cell;
use std::fmt;

use crate::script::eval::value::Value;

/// Values that are looked at, found or copied. A second of work in a debug build, and 100 MB of copies.
const MAX_VALUES: usize = 5_000_000;

/// Work that a path may still do. With nothing left of it, nothing more is found.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

/// A path takes more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script::eval) struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it looks at more than {MAX_VALUES} values")
    }
}

impl Default for Budget {
    fn default() -> Self {
        Budget(Cell::new(MAX_VALUES))
    }
}

impl Budget {
    /// Takes so much. False when there is nothing left.
    pub(super) fn spend(&self, values: usize) -> bool {
        self.0.set(self.0.get().saturating_sub(values));
        self.0.get() > 0
    }

    /// Takes what a copy of a value and all in it is.
    pub(super) fn spend_on_copy(&self, value: &Value) {
        if self.spend(1) {
            value.children().for_each(|child| self.spend_on_copy(child));
        }
    }

    /// The values that were found, if all of them were.
    pub(super) fn allows<T>(&self, found: T) -> Result<T, TooMuch> {
        if self.0.get() > 0 { Ok(found) } else { Err(TooMuch) }
    }
}
