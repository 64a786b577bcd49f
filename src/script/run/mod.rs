//! Runs of files by users.
pub(crate) mod entry_error;
pub(crate) mod redirects;

mod attempt;
mod runner;
mod used;

pub(super) use runner::{RunSettings, Runner};
