//! Precisions that values of a run are to have.

mod definition;
mod verdict;

pub use definition::Precision;
pub use verdict::PrecisionVerdict;
