//! Bodies, compiled: what is sent, and what is expected literally.

use std::borrow::Cow;
use std::sync::Arc;

use perfloop_hurl::Span;
use perfloop_hurl::ast::{Body, BodyKind, GraphQl, Json, Multiline, Piece, Placeholder, Template};

use super::eval_error::EvalError;
use super::json;
use super::text::{Text, evaluate, render_place};
use super::value::Value;
use super::variables::Variables;
use crate::script::files::Files;

/// A compiled body.
#[derive(Debug)]
pub(crate) struct Content {
    form: Form,
    content_type: Option<&'static str>,
    is_text: bool,
    begins_below: bool,
}

#[derive(Debug)]
enum Form {
    Fixed(Arc<[u8]>),
    Made(Vec<Bit>),
    /// A file that could not be read beforehand, or whose name is made.
    File {
        name: Text,
        span: Span,
    },
}

/// A part of a body.
#[derive(Debug, Clone)]
enum Bit {
    Fixed(String),
    /// A value as it is.
    Plain(Placeholder),
    /// Within the quotes of a JSON string.
    Quoted(Placeholder),
    /// A value in the place of a JSON value.
    Bare(Placeholder),
    /// A text that becomes a JSON string.
    Query(Text),
    Made(Text),
}

impl Content {
    /// Compiles a body. Parts that never change are rendered now; files are read now if they are there already.
    pub(crate) fn new(body: &Body, files: &Files) -> Self {
        let bytes = |bytes: &[u8]| Form::Fixed(bytes.into());
        let form = match &body.kind {
            BodyKind::Json(json) => made(|bits| write_json(json, true, bits)),
            BodyKind::Xml(text) => bytes(text.as_bytes()),
            BodyKind::Multiline(multiline) => made(|bits| write_multiline(multiline, bits)),
            BodyKind::Oneline(template) => made(|bits| write_template(template, Bit::Plain, bits)),
            BodyKind::Base64(decoded) | BodyKind::Hex(decoded) => bytes(decoded),
            BodyKind::File(name) => file(name, files),
        };
        let is_text = !matches!(body.kind, BodyKind::Base64(_) | BodyKind::Hex(_) | BodyKind::File(_));
        let begins_below = matches!(body.kind, BodyKind::Multiline(_));
        Content { form, content_type: content_type(&body.kind), is_text, begins_below }
    }

    /// A text between three backticks.
    pub(super) fn of_multiline(multiline: &Multiline) -> Self {
        let form = made(|bits| write_multiline(multiline, bits));
        Content { form, content_type: None, is_text: true, begins_below: true }
    }

    pub(super) fn of_file(name: &Template, files: &Files) -> Self {
        Content { form: file(name, files), content_type: None, is_text: false, begins_below: false }
    }

    /// Body of a URL target: bytes.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        Content { form: Form::Fixed(bytes.into()), content_type: None, is_text: false, begins_below: false }
    }

    /// Body of a URL target: a text.
    pub(crate) fn of_text(text: Text) -> Self {
        let form = match text {
            Text::Fixed(text) => Form::Fixed(text.into_bytes().into()),
            made => Form::Made(vec![Bit::Made(made)]),
        };
        Content { form, content_type: None, is_text: true, begins_below: false }
    }

    /// The bytes, if they are always the same.
    pub(crate) fn as_fixed(&self) -> Option<&Arc<[u8]>> {
        match &self.form {
            Form::Fixed(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The type it is sent with when no header gives one.
    pub(crate) fn content_type(&self) -> Option<&'static str> {
        self.content_type
    }

    /// True for a body that is written and compared as text.
    pub(super) fn is_text(&self) -> bool {
        self.is_text
    }

    /// True for a body whose first line stands below the line that opens it.
    pub(super) fn begins_below(&self) -> bool {
        self.begins_below
    }

    pub(crate) fn render<'a>(&'a self, variables: &Variables, files: &Files) -> Result<Cow<'a, [u8]>, EvalError> {
        match &self.form {
            Form::Fixed(bytes) => Ok(Cow::Borrowed(bytes)),
            Form::Made(bits) => render_bits(bits, variables).map(|text| Cow::Owned(text.into_bytes())),
            Form::File { name, span } => {
                let name = name.render(variables)?;
                let bytes = files.read(&name).map_err(|error| EvalError::runtime(*span, "file access", error))?;
                Ok(Cow::Owned(bytes.to_vec()))
            }
        }
    }
}

fn content_type(kind: &BodyKind) -> Option<&'static str> {
    match kind {
        BodyKind::Json(_) | BodyKind::Multiline(Multiline::Json(_) | Multiline::GraphQl(_)) => Some("application/json"),
        BodyKind::Xml(_) | BodyKind::Multiline(Multiline::Xml(_)) => Some("application/xml"),
        _ => None,
    }
}

fn file(name: &Template, files: &Files) -> Form {
    let text = Text::new(name);
    match text.as_fixed().map(|name| files.read(name)) {
        Some(Ok(bytes)) => Form::Fixed(bytes),
        _ => Form::File { name: text, span: name.span },
    }
}

/// A form of bits, which is fixed if all of them are.
fn made(write: impl FnOnce(&mut Vec<Bit>)) -> Form {
    let mut bits = Vec::new();
    write(&mut bits);
    match &bits[..] {
        [] => Form::Fixed(Arc::default()),
        [Bit::Fixed(text)] => Form::Fixed(text.as_bytes().into()),
        _ => Form::Made(bits),
    }
}

fn write(text: &str, bits: &mut Vec<Bit>) {
    match bits.last_mut() {
        Some(Bit::Fixed(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => bits.push(Bit::Fixed(text.to_owned())),
    }
}

fn write_template(template: &Template, place: fn(Placeholder) -> Bit, bits: &mut Vec<Bit>) {
    for piece in &template.pieces {
        match piece {
            Piece::Text(text) => write(text, bits),
            Piece::Place(at) => bits.push(place(at.clone())),
        }
    }
}

fn write_multiline(multiline: &Multiline, bits: &mut Vec<Bit>) {
    match multiline {
        Multiline::Text(text) | Multiline::Json(text) | Multiline::Xml(text) => write_template(text, Bit::Plain, bits),
        Multiline::Raw(text) => write(text, bits),
        Multiline::GraphQl(GraphQl { query, variables }) => {
            write("{\"query\":", bits);
            match query.as_text() {
                Some(text) => write(&json::quoted(text.trim()), bits),
                None => bits.push(Bit::Query(Text::new(query))),
            }
            if let Some(variables) = variables {
                write(",\"variables\":", bits);
                write_json(variables, false, bits);
            }
            write("}", bits);
        }
    }
}

/// Writes a JSON value as it was written, or without white space between its parts.
fn write_json(json: &Json, keeps_space: bool, bits: &mut Vec<Bit>) {
    let space = |text: &str, bits: &mut Vec<Bit>| {
        if keeps_space {
            write(text, bits);
        }
    };
    match json {
        Json::Place(place) => bits.push(Bit::Bare(place.clone())),
        Json::Number(text) => write(text, bits),
        Json::String(template) => write_json_string(template, bits),
        Json::Bool(value) => write(if *value { "true" } else { "false" }, bits),
        Json::Null => write("null", bits),
        Json::List { open, elements } => {
            write("[", bits);
            space(open, bits);
            for (at, (before, element, after)) in elements.iter().enumerate() {
                write(if at > 0 { "," } else { "" }, bits);
                space(before, bits);
                write_json(element, keeps_space, bits);
                space(after, bits);
            }
            write("]", bits);
        }
        Json::Object { open, members } => {
            write("{", bits);
            space(open, bits);
            for (at, member) in members.iter().enumerate() {
                write(if at > 0 { "," } else { "" }, bits);
                space(&member.before, bits);
                write_json_name(&member.name, bits);
                space(&member.before_colon, bits);
                write(":", bits);
                space(&member.after_colon, bits);
                write_json(&member.value, keeps_space, bits);
                space(&member.after, bits);
            }
            write("}", bits);
        }
    }
}

fn write_json_string(template: &Template, bits: &mut Vec<Bit>) {
    write("\"", bits);
    write_template(template, Bit::Quoted, bits);
    write("\"", bits);
}

/// Names are written without needless escapes.
fn write_json_name(template: &Template, bits: &mut Vec<Bit>) {
    match template.as_text().and_then(|text| json::parse(&format!("\"{text}\"")).ok()) {
        Some(Value::Text(name)) => write(&json::quoted(&name), bits),
        _ => write_json_string(template, bits),
    }
}

fn render_bits(bits: &[Bit], variables: &Variables) -> Result<String, EvalError> {
    let mut text = String::new();
    for bit in bits {
        match bit {
            Bit::Fixed(fixed) => text.push_str(fixed),
            Bit::Plain(place) => render_place(place, variables, &mut text)?,
            Bit::Quoted(place) => {
                let mut value = String::new();
                render_place(place, variables, &mut value)?;
                json::escape_to(&value, &mut text);
            }
            Bit::Bare(place) => render_bare(place, variables, &mut text)?,
            Bit::Made(made) => text.push_str(&made.render(variables)?),
            Bit::Query(query) => text.push_str(&json::quoted(query.render(variables)?.trim())),
        }
    }
    Ok(text)
}

/// Without quotes around it, only what is JSON by itself can be filled in.
fn render_bare(place: &Placeholder, variables: &Variables, text: &mut String) -> Result<(), EvalError> {
    let value = evaluate(place, variables)?;
    let is_json = match &*value {
        Value::Text(written) => json::starts_as_scalar(written),
        _ => true,
    };
    if !is_json {
        let message = format!("actual value is <{value}>: a text needs quotes around its place");
        return Err(EvalError::runtime(place.span, "invalid JSON", message));
    }
    render_place(place, variables, text)
}
