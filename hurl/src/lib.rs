//! Reads [Hurl](https://hurl.dev) files: HTTP requests with captures and asserts, in plain text.
//!
//! The crate knows the format only: [`parse`] makes a syntax tree of a text, with the place of everything in it. It
//! reads no files, knows no variables and sends nothing.
//!
//! ```
//! use perfloop_hurl::{Source, ast::Status, parse};
//!
//! let text = "\
//! GET http://localhost:8080/orders/{{id}}
//! HTTP 200
//! [Asserts]
//! jsonpath \"$.state\" == \"paid\"
//! ";
//! let file = parse(text)?;
//! let entry = &file.entries[0];
//! assert_eq!(entry.request.method.value, "GET");
//! assert_eq!(entry.request.url.places().count(), 1);
//! assert_eq!(entry.response.as_ref().map(|response| response.status.value), Some(Status::Code(200)));
//!
//! // An error shows its line.
//! let text = "GIT http://localhost:8080\n$";
//! let error = parse(text).unwrap_err();
//! assert_eq!(
//!     error.render(&Source::new("orders.hurl", text)),
//!     "orders.hurl:2:1: error in method\n  2 | $\n    | ^ expected a method such as GET, not '$'"
//! );
//! # Ok::<(), perfloop_hurl::ParseError>(())
//! ```
//!
//! A text that is read is one that hurl 8.1 reads, and the other way round. Beyond that, what only older versions of
//! hurl read is read too: `HTTP/*`, words for signs such as `equals`, and `escape` and `novariable` after three backticks. What the format has and perfloop does not run
//! is found by [`unsupported`].
//!
//! Texts are UTF-8 without exception: who reads a file has to refuse other bytes. Line ends may be those of Windows. No
//! text makes the parser panic, recurse without a limit, or take more than linear time.

pub mod ast;
mod error;
mod parser;
mod pattern;
mod source;
mod unsupported;

pub use error::ParseError;
pub use parser::{Options, parse, parse_with};
pub use pattern::compile_regex;
pub use source::{Position, Source, Span};
pub use unsupported::unsupported;

/// The code in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
