//! Hurl files as checks: each file is read and compiled once, and run by every user.

mod decoding;
mod eval;
mod files;
mod plan;
mod read;

pub use read::HurlErrors;
