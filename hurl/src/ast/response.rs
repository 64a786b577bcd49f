//! The expected answer, and the values taken from it.

use super::{Body, Field, Filter, Predicate, Query, Spanned, Template};
use crate::source::Span;

/// The expected answer, and the values taken from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The first line.
    pub span: Span,
    /// `HTTP/1.1`
    pub version: Spanned<Version>,
    /// `200`, `*`
    pub status: Spanned<Status>,
    /// Each has to be among those of the answer.
    pub headers: Vec<Field>,
    /// `[Captures]`, in order.
    pub captures: Vec<Capture>,
    /// `[Asserts]`, in order.
    pub asserts: Vec<Assert>,
    /// The body has to be this.
    pub body: Option<Body>,
}

/// The version of HTTP an answer has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `HTTP`, `HTTP/*`
    Any,
    /// `HTTP/1.0`
    Http10,
    /// `HTTP/1.1`
    Http11,
    /// `HTTP/2`
    Http2,
    /// `HTTP/3`
    Http3,
}

/// The status an answer has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `*`
    Any,
    /// `200`
    Code(u64),
}

/// `id: jsonpath "$.id"`
#[derive(Debug, Clone, PartialEq)]
pub struct Capture {
    /// The variable that is set.
    pub name: Template,
    /// The part of the answer that is taken.
    pub query: Query,
    /// Applied in order.
    pub filters: Vec<Filter>,
    /// `redact`: the value is not to be shown.
    pub is_redacted: bool,
    /// The whole line of the capture.
    pub span: Span,
}

/// `jsonpath "$.id" == 1`
#[derive(Debug, Clone, PartialEq)]
pub struct Assert {
    /// The part of the answer that is looked at.
    pub query: Query,
    /// Applied in order.
    pub filters: Vec<Filter>,
    /// The condition on that part.
    pub predicate: Predicate,
    /// The whole line of the assert.
    pub span: Span,
}
