//! The format, from the outside: which tree a text gives, which error, and that no text does harm.

#![allow(clippy::unwrap_used)]

mod errors;
mod properties;
mod shapes;
mod trees;
