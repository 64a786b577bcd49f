//! Condition of a gate: its kind and its operator.

/// Whether a [`Gate`](super::Gate) is crossed when its condition is true, or when it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateKind {
    /// The condition must not become true.
    FailIf,
    /// The condition, in k6's words, must be true.
    Threshold,
    /// The condition must be true: the goal of a search for the capacity.
    Within,
    /// The value must be precise: the metric of a [`Precision`](crate::stats::Precision).
    Until,
}

/// Part of a run that a [`Gate`](super::Gate) is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum JudgedPart {
    /// The whole run after its warm-up.
    #[default]
    Whole,
    /// What ended while all wanted users were up.
    FullLoad,
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
            GateKind::Within => "‹within›",
            GateKind::Until => "‹until›",
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
