//! Runs of files by users.

mod attempt;
mod hops;
mod runner;
mod trouble;
mod used;

pub(super) use runner::{Manners, Runner};
