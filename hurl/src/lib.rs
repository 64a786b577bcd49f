//! Reads [Hurl](https://hurl.dev) files: HTTP requests with captures and asserts, in plain text.
//!
//! The crate knows the format only: [`parse`] makes a syntax tree of a text, with the place of everything in it. It
//! reads no files, knows no variables and sends nothing.
//!
//! Both dialects in use are read: that of Hurl 7 (`HTTP/*`, `[QueryStringParams]`, `equals`) and that of Hurl 8.

pub mod ast;
mod error;
mod parser;
mod source;

pub use error::ParseError;
pub use parser::{Options, parse, parse_with};
pub use source::{Position, Source, Span};
