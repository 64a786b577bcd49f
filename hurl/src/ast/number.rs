//! Numbers as they are written.

/// A number as the format has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// Fits 64 bits.
    Integer(i64),
    /// Does not; as it was written.
    BigInteger(String),
    /// A number with a point or an exponent.
    Float(f64),
}
