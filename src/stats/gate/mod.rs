//! Gates: what must not happen in a run, what must hold, and whether it was so.

mod condition;
mod definition;
mod goal;
mod judge;
mod metric;
mod nearest;
mod parse;
mod plain;
mod read;
mod threshold;
mod unit;
mod validate;
mod verdict;

pub use condition::GateKind;
pub use definition::Gate;
pub use goal::{GoalOutcome, GoalVerdict};
pub(crate) use plain::{PlainGate, PlainValue};
pub use unit::GateUnit;
pub(crate) use validate::Outlook;
pub use verdict::GateVerdict;

#[cfg(test)]
mod tests;
