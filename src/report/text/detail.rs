//! Detail of a report.

/// The detail in which a report tells what is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// The result, and a line for each verdict and for the gates where all is well.
    #[default]
    Short,
    /// All evidence, phases, percentiles and their picture.
    Full,
}
