//! Bodies: what is sent, and what is expected literally.

use super::{Placeholder, Template};
use crate::source::Span;

/// A body.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// The body in the form it is written in.
    pub kind: BodyKind,
    /// From its first to its last character.
    pub span: Span,
}

/// Forms in which a body is written.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyKind {
    /// JSON, with placeholders.
    Json(Json),
    /// From `<` on to the end of the document element.
    Xml(String),
    /// Between three backticks.
    Multiline(Multiline),
    /// Between two backticks.
    Oneline(Template),
    /// `base64,...;`
    Base64(Vec<u8>),
    /// `hex,...;`
    Hex(Vec<u8>),
    /// `file,...;`
    File(Template),
}

/// A text between three backticks, by the word after the first ones. All but `raw` have placeholders.
#[derive(Debug, Clone, PartialEq)]
pub enum Multiline {
    /// No word.
    Text(Template),
    /// `json`
    Json(Template),
    /// `xml`
    Xml(Template),
    /// `raw`: nothing in it has a meaning.
    Raw(String),
    /// `graphql`
    GraphQl(GraphQl),
}

/// A GraphQL query.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphQl {
    /// All before its variables.
    pub query: Template,
    /// `variables { ... }`
    pub variables: Option<Json>,
}

/// A JSON value with placeholders. It remembers the white space, because it is sent as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `{{id}}`, in place of a value.
    Place(Placeholder),
    /// The number as written, of any size and precision.
    Number(String),
    /// Between its quotes as it was written: its escapes stay, because it is sent as it was written.
    String(Template),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `[1, 2]`
    List {
        /// White space in a list without elements.
        open: String,
        /// Each between the white space before and after it.
        elements: Vec<(String, Json, String)>,
    },
    /// `{"a": 1}`
    Object {
        /// White space in an object without members.
        open: String,
        /// Members in order; names may repeat.
        members: Vec<JsonMember>,
    },
}

/// `"a": 1`, with the white space before the name, before and after the colon, and after the value.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonMember {
    /// Before the name.
    pub before: String,
    /// The name, between its quotes as it was written.
    pub name: Template,
    /// Between name and colon.
    pub before_colon: String,
    /// Between colon and value.
    pub after_colon: String,
    /// The value.
    pub value: Json,
    /// After the value.
    pub after: String,
}
