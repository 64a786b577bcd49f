//! The shape of the reports in JSON: these structs write it, read it, and are what its schema is made of.
//!
//! Every key of a number that has a unit ends in it. What the comment of a field says becomes its description in
//! `schema/*.json`.

mod block;
mod capacity;
mod check;
mod comparison;
mod diagnosis;
mod end;
mod exchange;
mod failure;
mod gate;
mod interval;
mod keys;
mod level;
mod machine;
mod number;
mod phases;
mod precision;
mod read;
mod report;
mod request;
mod run;
mod schedule;
mod section;
mod slot;
mod span;
mod text;
mod times;
mod totals;
mod verdicts;
mod warm_up;

pub(crate) use capacity::Capacity;
#[cfg(feature = "cli")]
pub(super) use capacity::CapacityStep;
pub(super) use comparison::Comparison;
pub(super) use exchange::Exchange;
pub(super) use read::from_value;
pub(super) use report::Report;
pub(super) use run::SCHEMA_VERSION;

#[cfg(test)]
mod tests;
