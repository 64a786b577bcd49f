//! Hurl files as checks: each file is read and compiled once, and run by every user.

mod certificate;
mod eval;
mod files;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod outline;
mod plan;
mod read;
mod result;
mod run;
mod session;
mod sources;
mod suite;
mod tweaks;

pub use read::HurlErrors;
pub use result::{EntryResult, FileError, FileResult, FileVerdict};
pub use suite::{HurlChecks, HurlFiles};
