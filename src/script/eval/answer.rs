//! Answer that queries look at, each part of which is read at most once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use encoding_rs::{Encoding, UTF_8};
use perfloop_hurl::{Span, ast};

use super::document::{Document, Markup};
use super::eval_error::{EvalError, EvalErrorKind};
use super::json;
use super::value::{Hop, Value};
use crate::load::{Body, Hashes, Headers, text_of};
use crate::mismatch;

/// The encodings of a body that are undone before anything looks at it.
const CONTENT_ENCODINGS: [&str; 4] = ["br", "gzip", "deflate", "identity"];

/// Parts of an answer.
#[derive(Debug)]
pub(crate) struct AnswerParts {
    pub(crate) status: u16,
    pub(crate) version: ast::Version,
    /// URL of the last request, after all redirects; empty where nothing asks for it.
    pub(crate) url: String,
    pub(crate) headers: Headers,
    /// Body with its content encoding undone.
    pub(crate) body: Body,
    /// Body as it came, where it was packed.
    pub(crate) raw_body: Option<Body>,
    pub(crate) duration: Duration,
    pub(crate) ip: Option<IpAddr>,
    pub(crate) certificate: Option<Certificate>,
    /// The answers that led to this one, in order.
    pub(crate) redirects: Vec<Hop>,
    /// Content type that was sent, where that is why the request was refused.
    pub(crate) refused_type: Option<String>,
}

/// Certificate of the service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Certificate {
    pub(crate) subject: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) start_date: Option<DateTime<Utc>>,
    pub(crate) expire_date: Option<DateTime<Utc>>,
    pub(crate) serial_number: Option<String>,
    pub(crate) subject_alt_name: Option<String>,
    /// The certificate as PEM.
    pub(crate) value: Option<String>,
}

/// An answer that is looked at.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(super) parts: AnswerParts,
    /// A path into JSON that finds one value or none stands for this value, not for a list.
    pub(super) coerces: bool,
    /// Reason that its content encoding could not be undone.
    broken: Option<String>,
    /// True when a body that cannot be unpacked is looked at as it came.
    takes_packed: bool,
    text: Text,
    decoded: OnceCell<Result<String, Problem>>,
    json: OnceCell<Result<Value, json::NotRead>>,
    document: OnceCell<Result<Document, String>>,
}

/// Most bodies are UTF-8: those are checked once and never copied.
#[derive(Debug)]
enum Text {
    Utf8(String),
    Bytes(Vec<u8>),
}

/// Reason that a body cannot be read.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    kind: EvalErrorKind,
    title: &'static str,
    message: String,
    /// The bytes of the body that are kept, and its length, where that is the problem.
    cut: Option<(usize, u64)>,
}

impl Answer {
    pub(crate) fn new(mut parts: AnswerParts) -> Self {
        let text = match String::from_utf8(std::mem::take(&mut parts.body.kept)) {
            Ok(text) => Text::Utf8(text),
            Err(error) => Text::Bytes(error.into_bytes()),
        };
        Answer {
            parts,
            coerces: true,
            broken: None,
            takes_packed: false,
            text,
            decoded: OnceCell::new(),
            json: OnceCell::new(),
            document: OnceCell::new(),
        }
    }

    /// A path into its JSON always finds a list (`no-jsonpath-coercion`).
    pub(crate) fn coerces_nothing(&mut self) {
        self.coerces = false;
    }

    /// Its body cannot be looked at, as its content encoding could not be undone for this reason.
    pub(crate) fn is_still_packed_for(&mut self, reason: Option<String>) {
        self.broken = reason;
    }

    /// Its body is looked at as it came where its content encoding could not be undone.
    pub(crate) fn takes_packed(&mut self) {
        self.takes_packed = true;
    }

    pub(crate) fn status(&self) -> u16 {
        self.parts.status
    }

    /// Headers, and the body as [`body`](Self::body) has it.
    pub(crate) fn into_parts(self) -> (Headers, Body) {
        let kept = match self.text {
            Text::Utf8(text) => text.into_bytes(),
            Text::Bytes(bytes) => bytes,
        };
        let mut body = self.parts.body;
        body.kept = kept;
        (self.parts.headers, body)
    }

    /// Bytes of the body that are kept, its content encoding undone.
    pub(crate) fn body(&self) -> &[u8] {
        match &self.text {
            Text::Utf8(text) => text.as_bytes(),
            Text::Bytes(bytes) => bytes,
        }
    }

    /// The body, unless its content encoding could not be undone, or only a part of it is kept.
    pub(super) fn checked_body(&self) -> Result<&[u8], Problem> {
        self.unreadable().map_or(Ok(self.body()), Err)
    }

    /// The body has this text somewhere, whatever its charset.
    pub(super) fn contains(&self, text: &str) -> Result<bool, Problem> {
        let body = self.checked_body()?;
        Ok(match &self.text {
            _ if text.is_empty() => true,
            Text::Utf8(body) => body.contains(text),
            Text::Bytes(_) => body.windows(text.len()).any(|window| window == text.as_bytes()),
        })
    }

    /// The length of the whole body, its content encoding undone.
    pub(super) fn body_length(&self) -> Result<u64, Problem> {
        self.still_packed().map_or(Ok(self.parts.body.length), Err)
    }

    /// The hashes of the whole body, its content encoding undone.
    pub(super) fn hashes(&self) -> Result<Hashes, Problem> {
        if let Some(problem) = self.still_packed() {
            return Err(problem);
        }
        Ok(self.parts.body.hashes().cloned().unwrap_or_else(|| Hashes::of(self.body())))
    }

    /// The body as it came.
    pub(super) fn raw_body(&self) -> Result<&[u8], Problem> {
        match &self.parts.raw_body {
            Some(raw) if raw.is_cut() => Err(Problem::cut(raw)),
            Some(raw) => Ok(&raw.kept),
            None => self.checked_cut().map_or(Ok(self.body()), Err),
        }
    }

    /// The length of the whole body as it came.
    pub(super) fn raw_length(&self) -> u64 {
        self.parts.raw_body.as_ref().unwrap_or(&self.parts.body).length
    }

    /// Reason that the body cannot be looked at.
    fn unreadable(&self) -> Option<Problem> {
        self.still_packed().or_else(|| self.checked_cut())
    }

    fn checked_cut(&self) -> Option<Problem> {
        let kept = self.body().len();
        (self.parts.body.length > kept as u64).then(|| Problem::cut_at(kept, self.parts.body.length))
    }

    /// All headers of a name.
    pub(super) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        self.parts.headers.get_all(name).map(text_of)
    }

    /// The body as text, by the charset its `Content-Type` names.
    pub(super) fn text(&self) -> Result<&str, &Problem> {
        let charset = self.charset();
        if let (Ok(None), Text::Utf8(text)) = (&charset, &self.text)
            && self.unreadable().is_none()
        {
            return Ok(text);
        }
        self.decoded.get_or_init(|| self.decode(charset?)).as_deref()
    }

    fn decode(&self, charset: Option<&'static Encoding>) -> Result<String, Problem> {
        if let Some(problem) = self.unreadable() {
            return Err(problem);
        }
        let charset = charset.unwrap_or(UTF_8);
        let text = charset.decode_without_bom_handling_and_without_replacement(self.body());
        text.map(Cow::into_owned).ok_or_else(|| {
            let message = format!("could not decode the body with charset '{}'", charset.name());
            Problem::new("invalid decoding", message)
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
            None => Err(Problem::new("invalid charset", format!("the charset '{named}' is not valid"))),
        }
    }

    /// Reason that the body is still packed.
    fn still_packed(&self) -> Option<Problem> {
        if self.takes_packed {
            return None;
        }
        if let Some(message) = &self.broken {
            return Some(Problem::new("decompression failed", message.clone()));
        }
        let header = self.headers("content-encoding").next()?;
        let is_known = |name: &str| CONTENT_ENCODINGS.iter().any(|known| known.eq_ignore_ascii_case(name));
        let unknown = header.split(',').map(str::trim).find(|name| !is_known(name))?;
        let message = format!("compression {unknown} is not supported");
        Some(Problem::new("decompression failed", message))
    }

    /// The body as JSON, or why it is not read as that.
    pub(super) fn json(&self) -> Result<Result<&Value, json::NotRead>, &Problem> {
        if let Some(json) = self.json.get() {
            return Ok(json.as_ref().map_err(|reason| *reason));
        }
        let text = self.text()?;
        Ok(self.json.get_or_init(|| json::parse(text)).as_ref().map_err(|reason| *reason))
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
    fn new(title: &'static str, message: String) -> Self {
        Problem { kind: EvalErrorKind::Runtime, title, message, cut: None }
    }

    /// Problem of a body of which only the beginning is kept.
    fn cut(body: &Body) -> Self {
        Self::cut_at(body.kept.len(), body.length)
    }

    fn cut_at(kept: usize, length: u64) -> Self {
        let message = format!("only the first {kept} of its {length} bytes are kept; raise max-body");
        Problem { kind: EvalErrorKind::Unseen, title: "body too long", message, cut: Some((kept, length)) }
    }

    /// The problem of an answer that was to be or to hold this, in one sentence.
    pub(super) fn in_words(&self, wanted: &str) -> EvalError {
        let message = match self.cut {
            Some((kept, length)) => mismatch::unseen(&mismatch::tell_whether(wanted), kept, length),
            None => mismatch::unreadable(wanted, &self.message),
        };
        EvalError::assert(Span::default(), "", message).of_kind(self.kind)
    }

    pub(super) fn at(&self, span: Span) -> EvalError {
        EvalError::runtime(span, self.title, &self.message).of_kind(self.kind)
    }
}
