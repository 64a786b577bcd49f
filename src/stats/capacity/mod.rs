//! Capacity: the most users, or the highest rate, at which a service meets its goals, and the levels that tell it.

mod answer;
mod knee;
mod level;

pub use answer::{AtLeast, CapacityAnswer, SearchEnd};
pub use level::{CapacityLevel, LevelLimit, LevelTimes, TrialPurpose};
pub(crate) use level::{LevelFacts, outcome_of};
