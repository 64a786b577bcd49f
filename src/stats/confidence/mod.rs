//! Confidence: the interval in which a value of full load lies with 95 %, by its blocks.
//!
//! The samples of a run depend on one another: answers that stand in one queue are slow together. An interval that takes
//! them as independent is too narrow. So the spread is learned from the [blocks](super::Blocks) of full load, as *batch
//! means* (Law, *Simulation Modeling and Analysis*): a ratio of two sums over blocks varies as the blocks do, and the
//! widest interval of blocks as they are, in pairs, in fours and so on counts, down to 7 batches, with Student's t of
//! each. Percentiles follow Woodruff (1952): the share of samples beyond the value is such a ratio; its interval, in
//! Wilson's form for as many independent samples as vary alike, is carried over to the values that have these shares.
//!
//! How many of these intervals hold the truth is tested on streams whose truth is known: `confidence/tests.rs`.

mod batch;
mod batches;
mod interval;
mod ratio;

pub(super) use batch::{Batch, widths};
pub(crate) use batches::Batches;
pub(super) use batches::lost_share;
pub(crate) use interval::Subject;
pub use interval::{CONFIDENCE, Interval, Intervals};

use super::summary::Summary;

impl Summary {
    /// Intervals of all checks together at full load: of their TPR, their requests per second and their fail ratio.
    pub fn intervals(&self) -> Intervals {
        self.intervals_of(&Subject::Checks)
    }

    /// Intervals of a check at full load, by its name.
    pub fn intervals_of_check(&self, name: &str) -> Intervals {
        self.intervals_of(&Subject::Check(name.into()))
    }

    /// Intervals of the requests of a name at full load.
    pub fn intervals_of_request(&self, name: &str) -> Intervals {
        self.intervals_of(&Subject::Request(name.into()))
    }

    pub(crate) fn intervals_of(&self, subject: &Subject) -> Intervals {
        Batches::of(self, subject).intervals()
    }
}

#[cfg(test)]
mod tests;
