//! A file, its entries, and what they send.

use super::{Body, EntryOption, Field, Response, Spanned, Template};
use crate::source::Span;

/// A whole file.
#[derive(Debug, Clone, PartialEq)]
pub struct HurlFile {
    /// Entries in order. A file may have none.
    pub entries: Vec<Entry>,
}

/// A request and what is expected of its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The request that is sent.
    pub request: Request,
    /// The expected answer, if the file says anything of it.
    pub response: Option<Response>,
}

/// A request. Sections that may stand in any order are found here under their kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// From the method to the end of the URL.
    pub span: Span,
    /// The method as written: `GET`.
    pub method: Spanned<String>,
    /// Absolute, or with a placeholder at its beginning, or, for perfloop only, relative to a host: `/login`.
    pub url: Template,
    /// Headers in order.
    pub headers: Vec<Field>,
    /// `[Query]`, `[QueryStringParams]`
    pub query: Vec<Field>,
    /// `[Form]`, `[FormParams]`. None where there is no such section.
    pub form: Option<Vec<Field>>,
    /// `[Multipart]`, `[MultipartFormData]`. None where there is no such section.
    pub multipart: Option<Vec<Part>>,
    /// `[Cookies]`
    pub cookies: Vec<Field>,
    /// `[BasicAuth]`: user and password.
    pub basic_auth: Option<Field>,
    /// `[Options]`
    pub options: Vec<EntryOption>,
    /// After everything else.
    pub body: Option<Body>,
}

/// One part of a multipart form.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// `name: value`
    Text(Field),
    /// `name: file,cat.png; image/png`
    File(FilePart),
}

/// `name: file,cat.png; image/png`
#[derive(Debug, Clone, PartialEq)]
pub struct FilePart {
    /// Before the colon.
    pub name: Template,
    /// Relative to the file root.
    pub file: Template,
    /// The content type, if one is given.
    pub content_type: Option<Template>,
}
