//! The body that curl would send.

use std::fs;

use url::form_urlencoded::byte_serialize;

use crate::load::Multipart;

/// One piece of data, by the flag that gives it.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// `@FILE` without its line breaks.
    Data(String),
    /// As it is, an @ in front too.
    Raw(String),
    /// `@FILE` as it is.
    Binary(String),
    /// `TEXT`, `=TEXT`, `NAME=TEXT`, `@FILE`, `NAME@FILE`.
    Encoded(String),
    /// As binary, but one after the other.
    Json(String),
}

/// A body, and the headers that go with it unless others are given.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Body {
    /// # Errors
    /// When it cannot stand in a URL.
    pub(super) fn text(&self) -> Result<&str, String> {
        std::str::from_utf8(&self.bytes).map_err(|_| "-G: its data is not UTF-8; give it with --data-urlencode".into())
    }
}

/// # Errors
/// A file that cannot be read, and parts of a form that are none.
pub(super) fn of(pieces: &[Piece], form: &[String], strings: &[String]) -> Result<Option<Body>, String> {
    let is_form = !form.is_empty() || !strings.is_empty();
    match pieces {
        [] if !is_form => Ok(None),
        [] => parts(form, strings).map(Some),
        _ if is_form => Err("-F and -d make a body each; give one of them".into()),
        _ => data(pieces).map(Some),
    }
}

fn data(pieces: &[Piece]) -> Result<Body, String> {
    let mut bytes = Vec::new();
    for (n, piece) in pieces.iter().enumerate() {
        if n > 0 && !matches!(piece, Piece::Json(_)) {
            bytes.push(b'&');
        }
        bytes.extend(piece.bytes()?);
    }
    let is_json = pieces.iter().any(|piece| matches!(piece, Piece::Json(_)));
    let headers = if is_json {
        vec![("Content-Type", "application/json".into()), ("Accept", "application/json".into())]
    } else {
        vec![("Content-Type", "application/x-www-form-urlencoded".into())]
    };
    Ok(Body { bytes, headers })
}

impl Piece {
    fn bytes(&self) -> Result<Vec<u8>, String> {
        match self {
            Piece::Raw(text) => Ok(text.as_bytes().to_vec()),
            Piece::Data(text) => match text.strip_prefix('@') {
                Some(file) => Ok(read("-d", file)?.into_iter().filter(|byte| !b"\r\n\0".contains(byte)).collect()),
                None => Ok(text.as_bytes().to_vec()),
            },
            Piece::Binary(text) | Piece::Json(text) => match text.strip_prefix('@') {
                Some(file) => read("--data-binary", file),
                None => Ok(text.as_bytes().to_vec()),
            },
            Piece::Encoded(text) => encoded(text),
        }
    }
}

/// Pairs for a URL, as `--url-query` gives them: encoded as data is, and as they are behind a plus.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn encoded_pairs(texts: &[String]) -> Result<Vec<String>, String> {
    let pair = |text: &String| match text.strip_prefix('+') {
        Some(raw) => Ok(raw.to_owned()),
        None => encoded(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
    };
    texts.iter().map(pair).collect()
}

fn encoded(text: &str) -> Result<Vec<u8>, String> {
    let (name, content) = match text.find(['=', '@']) {
        Some(at) if text[at..].starts_with('@') => (&text[..at], read("--data-urlencode", &text[at + 1..])?),
        Some(at) => (&text[..at], text.as_bytes()[at + 1..].to_vec()),
        None => ("", text.as_bytes().to_vec()),
    };
    // A space is %20 to curl; a plus is one in forms alone.
    let value: String = byte_serialize(&content).collect::<String>().replace('+', "%20");
    let sign = if name.is_empty() { "" } else { "=" };
    Ok(format!("{name}{sign}{value}").into_bytes())
}

/// A form of several parts. Where no type is given, a file's is that of any bytes.
fn parts(form: &[String], strings: &[String]) -> Result<Body, String> {
    let mut parts = Multipart::new();
    for text in form {
        let (name, value) = name_and_value("-F", text)?;
        parts = match value.chars().next() {
            Some('@') => {
                let (file, content_type, shown) = file_and_terms(&value[1..]);
                let shown = shown.unwrap_or_else(|| file.rsplit('/').next().unwrap_or(file));
                parts.file(name, shown, content_type.unwrap_or("application/octet-stream"), read("-F", file)?)
            }
            Some('<') => {
                let bytes = read("-F", file_and_terms(&value[1..]).0)?;
                parts.text(
                    name,
                    &String::from_utf8(bytes)
                        .map_err(|_| format!("-F {text}: is not UTF-8; give it as a file, with @"))?,
                )
            }
            _ => parts.text(name, unquoted(value)),
        };
    }
    for text in strings {
        let (name, value) = name_and_value("--form-string", text)?;
        parts = parts.text(name, value);
    }
    let (content_type, bytes) = parts.encode()?;
    Ok(Body { bytes, headers: vec![("Content-Type", content_type)] })
}

fn name_and_value<'a>(flag: &str, text: &'a str) -> Result<(&'a str, &'a str), String> {
    text.split_once('=').ok_or_else(|| format!("{flag} {text}: is no field; write it like name=value"))
}

/// `FILE;type=TYPE;filename=NAME`.
fn file_and_terms(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let mut terms = text.split(';');
    let file = unquoted(terms.next().unwrap_or_default());
    let (mut content_type, mut shown) = (None, None);
    for term in terms {
        match term.trim().split_once('=') {
            Some(("type", value)) => content_type = Some(unquoted(value)),
            Some(("filename", value)) => shown = Some(unquoted(value)),
            _ => {}
        }
    }
    (file, content_type, shown)
}

/// Without the quotes that Postman puts around values.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn read(flag: &str, file: &str) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("{flag} @{file}: cannot be read ({error}); give a file that can"))
}
