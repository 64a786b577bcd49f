//! Hurl files as checks: each file is read and compiled once, and run by every user.

mod eval;
mod files;
