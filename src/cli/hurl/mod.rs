//! What the command line knows of Hurl files.

pub(super) mod args;
pub(super) mod environment;
pub(super) mod given;
pub(super) mod values;
