//! Condition of a gate: its kind and its operator.

/// Whether a [`Gate`](super::Gate) is crossed when its condition is true, or when it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateKind {
    /// The condition must not become true.
    FailIf,
    /// The condition must be true.
    Threshold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Unequal,
}

impl GateKind {
    pub(super) fn flag(self) -> &'static str {
        match self {
            GateKind::FailIf => "‹fail-if›",
            GateKind::Threshold => "‹threshold›",
        }
    }
}

impl Operator {
    /// Two numbers that differ only by how they were computed are equal.
    pub(super) fn holds(self, value: f64, limit: f64) -> bool {
        let is_equal = (value - limit).abs() <= 1e-9 * value.abs().max(limit.abs());
        match self {
            Operator::Above => value > limit && !is_equal,
            Operator::AtLeast => value > limit || is_equal,
            Operator::Below => value < limit && !is_equal,
            Operator::AtMost => value < limit || is_equal,
            Operator::Equal => is_equal,
            Operator::Unequal => !is_equal,
        }
    }
}
