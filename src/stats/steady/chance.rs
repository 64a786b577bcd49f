//! What chance makes of a value.

/// The distance from zero beyond which, to either side, 1 % of a normal distribution lies.
pub(super) const Z_OF_1_PERCENT: f64 = 2.5758;
