//! The syntax tree. All that stands in a file is in it but comments and white space without meaning; every part that
//! can go wrong later knows its place.

mod body;
mod field;
mod number;
mod option;
mod query;
mod request;
mod response;
mod template;

pub use body::{Body, BodyKind, GraphQl, Json, JsonMember, Multiline};
pub use field::Field;
pub use number::Number;
pub use option::{EntryOption, OptionKind, OptionValue, TimeUnit, VariableValue};
pub use query::{
    CertificateField, Compared, CookieAttribute, Filter, FilterKind, Operator, Predicate, PredicateKind, Query,
    QueryKind, RegexSource,
};
pub use request::{Entry, FilePart, HurlFile, Part, Request};
pub use response::{Assert, Capture, Response, Status, Version};
pub use template::{Expr, Piece, Placeholder, Template};

use crate::source::Span;

/// Something and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place of the value.
    pub span: Span,
}
