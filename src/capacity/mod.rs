//! Search for the capacity: the most users, or the highest rate, at which a service meets its goals.
//!
//! It is a caller of a run, whose load it changes from outside level by level; it adds nothing to the engine.

mod builder;
mod level;
mod news;
mod search;
mod settings;
mod settle;
mod steering;

pub use builder::Capacity;
pub(crate) use news::{Held, News, Phase};
pub(crate) use settings::{By, SearchSettings};
pub(crate) use steering::{Found, Steering};
