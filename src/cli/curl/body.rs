//! The body that curl would send.

use url::form_urlencoded::byte_serialize;

use crate::input_file;
use crate::load::{Multipart, type_by_name};

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
    let value: String = byte_serialize(&content).collect();
    let sign = if name.is_empty() { "" } else { "=" };
    Ok(format!("{name}{sign}{value}").into_bytes())
}

/// A form of several parts. Where no type is given, a file's goes by its name.
fn parts(form: &[String], strings: &[String]) -> Result<Body, String> {
    let mut parts = Multipart::new();
    for text in form {
        let (name, value) = name_and_value("-F", text)?;
        let Field { value, content_type, shown } = Field::read(value);
        let content_type = content_type.as_deref();
        parts = match (value.strip_prefix('@'), value.strip_prefix('<')) {
            (Some(file), _) => {
                let file_name = shown.as_deref().unwrap_or_else(|| file.rsplit('/').next().unwrap_or(file));
                let known = [file_name, file].map(|name| type_by_name(&name.to_ascii_lowercase()));
                let by_name = known.into_iter().find(|known| *known != type_by_name("")).unwrap_or(known[0]);
                parts.file(name, file_name, content_type.unwrap_or(by_name), read("-F", file)?)
            }
            (None, Some(file)) => parts.field(name, content_type, read("-F", file)?),
            (None, None) => parts.field(name, content_type, value.into_bytes()),
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

/// `VALUE;type=TYPE;filename=NAME`, where the value may be `@FILE`.
#[derive(Debug, Default)]
struct Field {
    value: String,
    content_type: Option<String>,
    shown: Option<String>,
}

impl Field {
    fn read(text: &str) -> Self {
        let sign = text.chars().next().filter(|c| matches!(c, '@' | '<'));
        let (value, mut rest) = word(&text[sign.map_or(0, char::len_utf8)..]);
        let mut field = Field { value: sign.into_iter().collect::<String>() + &value, ..Field::default() };
        let mut is_type = false;
        while let Some(terms) = rest.strip_prefix(';') {
            let (term, value) = terms.split_once('=').unwrap_or((terms, ""));
            let (value, after) = word(value);
            match term.trim() {
                "type" => field.content_type = Some(value),
                "filename" => field.shown = Some(value),
                "headers" | "encoder" => {}
                // A type may have terms of its own.
                _ if is_type => {
                    let end = terms.find(';').unwrap_or(terms.len());
                    field.content_type.iter_mut().for_each(|of| of.push_str(&format!(";{}", &terms[..end])));
                    rest = &terms[end..];
                    continue;
                }
                _ => {}
            }
            is_type = term.trim() == "type";
            rest = if terms.contains('=') { after } else { &terms[terms.find(';').unwrap_or(terms.len())..] };
        }
        field
    }
}

/// A value up to a semicolon, or in quotes, and what comes behind it.
fn word(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (word, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
        return (word.to_owned(), rest);
    };
    let mut word = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (word, quoted[at..].find(';').map_or("", |end| &quoted[at + end..])),
            '\\' => word.extend(chars.next().map(|(_, c)| c)),
            _ => word.push(c),
        }
    }
    // Without an end it is no quote.
    let (word, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
    (word.to_owned(), rest)
}

fn read(flag: &str, file: &str) -> Result<Vec<u8>, String> {
    input_file::read(file.as_ref())
        .map_err(|error| format!("{flag} @{file}: cannot be read ({error}); give a file that can"))
}
