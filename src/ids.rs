//! Numbers of checks and of request names, which stand for them in samples.

/// A check of the run, in the order the checks were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CheckId(pub(crate) u16);

/// The name that requests are counted under, as a number of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub(crate) u16);
