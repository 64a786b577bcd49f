//! Unit of a gate's numbers.

/// Unit of a gate's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateUnit {
    /// Milliseconds.
    Milliseconds,
    /// A share, 0 to 1.
    Ratio,
    /// Events per second.
    PerSecond,
    /// A number of things.
    Count,
}
