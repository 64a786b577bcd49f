//! What queries look at: an answer, with what can be read from it read at most once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use encoding_rs::{Encoding, UTF_8};
use perfloop_hurl::{Span, ast};

use super::document::{Document, Markup};
use super::fault::Fault;
use super::json;
use super::value::{Hop, Value};
use crate::load::HeaderMap;

/// The encodings of a body that are undone before anything looks at it.
const CONTENT_ENCODINGS: [&str; 4] = ["br", "gzip", "deflate", "identity"];

/// What an answer is made of.
#[derive(Debug)]
pub(crate) struct AnswerParts {
    pub(crate) status: u16,
    pub(crate) version: ast::Version,
    /// Of the last request, after all redirects.
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    /// Its content encoding undone.
    pub(crate) body: Vec<u8>,
    /// As it came, if that is something else.
    pub(crate) raw_body: Option<Vec<u8>>,
    pub(crate) duration: Duration,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) certificate: Option<Certificate>,
    /// The answers that led to this one, in order.
    pub(crate) redirects: Vec<Hop>,
}

/// Whose the other end is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Certificate {
    pub(crate) subject: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) start_date: Option<DateTime<Utc>>,
    pub(crate) expire_date: Option<DateTime<Utc>>,
    pub(crate) serial_number: Option<String>,
    pub(crate) subject_alt_name: Option<String>,
    /// As PEM.
    pub(crate) value: Option<String>,
}

/// An answer that is looked at.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(super) parts: AnswerParts,
    /// A path into JSON that finds one value or none stands for this value, not for a list.
    pub(super) coerces: bool,
    /// Why its content encoding could not be undone.
    broken: Option<String>,
    body: Body,
    decoded: OnceCell<Result<String, Problem>>,
    json: OnceCell<Option<Value>>,
    document: OnceCell<Result<Document, String>>,
}

/// Most bodies are UTF-8: those are checked once and never copied.
#[derive(Debug)]
enum Body {
    Text(String),
    Bytes(Vec<u8>),
}

/// What a body cannot be read for.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    title: &'static str,
    message: String,
}

impl Answer {
    pub(crate) fn new(mut parts: AnswerParts) -> Self {
        let body = match String::from_utf8(std::mem::take(&mut parts.body)) {
            Ok(text) => Body::Text(text),
            Err(error) => Body::Bytes(error.into_bytes()),
        };
        Answer {
            parts,
            coerces: true,
            broken: None,
            body,
            decoded: OnceCell::new(),
            json: OnceCell::new(),
            document: OnceCell::new(),
        }
    }

    /// The same, where what a path into JSON finds is always a list (`no-jsonpath-coercion`).
    #[must_use]
    pub(crate) fn without_coercion(self) -> Self {
        Answer { coerces: false, ..self }
    }

    /// The same, whose content encoding could not be undone for this reason: nobody can look at its body.
    #[must_use]
    pub(crate) fn still_packed_for(self, reason: Option<String>) -> Self {
        Answer { broken: reason, ..self }
    }

    pub(crate) fn status(&self) -> u16 {
        self.parts.status
    }

    /// Its headers, and its body as [`body`](Self::body) has it.
    pub(crate) fn into_parts(self) -> (HeaderMap, Vec<u8>) {
        let body = match self.body {
            Body::Text(text) => text.into_bytes(),
            Body::Bytes(bytes) => bytes,
        };
        (self.parts.headers, body)
    }

    /// The body, its content encoding undone.
    pub(crate) fn body(&self) -> &[u8] {
        match &self.body {
            Body::Text(text) => text.as_bytes(),
            Body::Bytes(bytes) => bytes,
        }
    }

    /// The body, unless its content encoding is one that nobody undoes.
    pub(super) fn checked_body(&self) -> Result<&[u8], Problem> {
        self.still_packed().map_or(Ok(self.body()), Err)
    }

    /// The body as it came.
    pub(super) fn raw_body(&self) -> &[u8] {
        self.parts.raw_body.as_deref().unwrap_or_else(|| self.body())
    }

    /// All headers of a name.
    pub(super) fn headers<'a>(&'a self, name: &str) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        self.parts.headers.get_all(name).into_iter().map(|value| text_of_header(value.as_bytes()))
    }

    /// The body as text, by the charset its `Content-Type` names.
    pub(super) fn text(&self) -> Result<&str, &Problem> {
        let charset = self.charset();
        if let (Ok(None), Body::Text(text)) = (&charset, &self.body)
            && self.still_packed().is_none()
        {
            return Ok(text);
        }
        self.decoded.get_or_init(|| self.decode(charset?)).as_deref()
    }

    fn decode(&self, charset: Option<&'static Encoding>) -> Result<String, Problem> {
        if let Some(problem) = self.still_packed() {
            return Err(problem);
        }
        let charset = charset.unwrap_or(UTF_8);
        let text = charset.decode_without_bom_handling_and_without_replacement(self.body());
        text.map(Cow::into_owned).ok_or_else(|| Problem {
            title: "invalid decoding",
            message: format!("could not decode the body with charset '{}'", charset.name()),
        })
    }

    /// The charset of the body, if it is named and not UTF-8.
    fn charset(&self) -> Result<Option<&'static Encoding>, Problem> {
        let Some(content_type) = self.headers("content-type").next() else { return Ok(None) };
        let named = content_type.split(';').find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim())
        });
        let Some(named) = named.filter(|name| !name.contains('=')) else { return Ok(None) };
        match Encoding::for_label(named.as_bytes()) {
            Some(charset) => Ok((charset != UTF_8).then_some(charset)),
            None => Err(Problem { title: "invalid charset", message: format!("the charset '{named}' is not valid") }),
        }
    }

    /// Why the body is not what its content encoding stands for.
    fn still_packed(&self) -> Option<Problem> {
        if let Some(message) = &self.broken {
            return Some(Problem { title: "decompression failed", message: message.clone() });
        }
        let header = self.headers("content-encoding").next()?;
        let unknown = header.split(',').map(str::trim).find(|name| !CONTENT_ENCODINGS.contains(name))?;
        let message = format!("compression {unknown} is not supported");
        Some(Problem { title: "decompression failed", message })
    }

    /// The body as JSON, if it is that.
    pub(super) fn json(&self) -> Result<Option<&Value>, &Problem> {
        if let Some(json) = self.json.get() {
            return Ok(json.as_ref());
        }
        let text = self.text()?;
        Ok(self.json.get_or_init(|| json::parse(text)).as_ref())
    }

    /// The body as a document of HTML or XML, or why it is none.
    pub(super) fn document(&self) -> Result<Result<&Document, &str>, &Problem> {
        if let Some(document) = self.document.get() {
            return Ok(document.as_ref().map_err(String::as_str));
        }
        let text = self.text()?;
        let document = self.document.get_or_init(|| Document::parse(text, self.markup()));
        Ok(document.as_ref().map_err(String::as_str))
    }

    fn markup(&self) -> Markup {
        let content_type = self.headers("content-type").next().unwrap_or_default();
        let content_type = content_type.trim_start().as_bytes();
        let is_html = content_type.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"text/html"));
        if is_html { Markup::Html } else { Markup::Xml }
    }
}

impl Problem {
    pub(super) fn at(&self, span: Span) -> Fault {
        Fault::runtime(span, self.title, &self.message)
    }
}

/// Headers are UTF-8 or, by an old habit, Latin-1.
fn text_of_header(value: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.iter().map(|byte| char::from(*byte)).collect()),
    }
}
