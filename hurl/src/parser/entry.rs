//! Entries: a request and what is expected of its answer.

use winnow::error::ErrMode;

use crate::ast::{Entry, Request, Response, Spanned, Status, Version};
use crate::source::Span;

use super::body::body;
use super::input::{
    Fault, Input, Parsed, accept, blank_lines, broken, found, here, line_end, many, maybe, offset, other, peek, rest,
    since, some_spaces, take,
};
use super::section::{self, Seen, Side};
use super::{template, word};

/// Methods that a misspelt one is compared with.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/// An entry. Something else only at the end of the file.
pub(super) fn entry(input: &mut Input<'_>) -> Parsed<Entry> {
    let request = request(input)?;
    let response = maybe(input, response)?;
    Ok(Entry { request, response })
}

fn request(input: &mut Input<'_>) -> Parsed<Request> {
    let mut request = first_line(input)?;
    request.headers = many(input, section::field)?;
    let mut seen = Seen::new();
    while let Some(name) = maybe(input, |input| section::header(input, Side::Request, &mut seen))? {
        request_section(input, name, &mut request)?;
    }
    request.body = maybe(input, body)?;
    Ok(request)
}

/// `GET https://example.com`
fn first_line(input: &mut Input<'_>) -> Parsed<Request> {
    blank_lines(input);
    let method = method(input)?;
    some_spaces(input, "method")?;
    let url = template::unquoted(input)?;
    let span = method.span.to(url.span);
    line_end(input, "URL")?;
    Ok(Request {
        span,
        method,
        url,
        headers: Vec::new(),
        query: Vec::new(),
        form: None,
        multipart: None,
        cookies: Vec::new(),
        basic_auth: None,
        options: Vec::new(),
        body: None,
    })
}

fn method(input: &mut Input<'_>) -> Parsed<Spanned<String>> {
    let start = offset(input);
    if rest(input).is_empty() {
        return other("method", "the file ends", here(input));
    }
    let line = rest(input).lines().next().unwrap_or_default();
    let line = Span::new(start, start + line.len());
    let hint = input.state.0.take();
    let name = take(input, |c| c.is_ascii_alphabetic());
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(Spanned { value: name.to_owned(), span: since(start, input) });
    }
    // The list before it ended in this line: its next item was meant rather than a request.
    if let Some(hint) = hint.filter(|hint| line.range().contains(&hint.span.start)) {
        return Err(ErrMode::Cut(hint));
    }
    Err(ErrMode::Cut(not_a_method(input, name, start)))
}

fn not_a_method(input: &Input<'_>, name: &str, start: usize) -> Fault {
    let span = if name.is_empty() { here(input) } else { Span::new(start, start + name.len()) };
    if name.is_empty() {
        return Fault::new("method", format!("expected a method such as GET{}", found(input)), span);
    }
    let upper = name.to_uppercase();
    if METHODS.contains(&&upper[..]) {
        return Fault::new("method", format!("a method is written in capitals: {upper}"), span);
    }
    Fault::new("method", word::not_known(name, &METHODS), span)
}

fn request_section(input: &mut Input<'_>, name: &str, request: &mut Request) -> Parsed<()> {
    match name {
        "Query" | "QueryStringParams" => request.query.extend(many(input, section::field)?),
        "Form" | "FormParams" => request.form.get_or_insert_default().extend(many(input, section::field)?),
        "Multipart" | "MultipartFormData" => {
            request.multipart.get_or_insert_default().extend(many(input, section::part)?);
        }
        "Cookies" => request.cookies = many(input, section::field)?,
        "BasicAuth" => request.basic_auth = maybe(input, section::field)?,
        _ => request.options = many(input, super::option::option)?,
    }
    Ok(())
}

fn response(input: &mut Input<'_>) -> Parsed<Response> {
    blank_lines(input);
    let version = version(input)?;
    some_spaces(input, "version")?;
    let status = status(input)?;
    let span = version.span.to(status.span);
    line_end(input, "status")?;
    let headers = many(input, section::field)?;
    let (mut captures, mut asserts) = (Vec::new(), Vec::new());
    let mut seen = Seen::new();
    while let Some(name) = maybe(input, |input| section::header(input, Side::Response, &mut seen))? {
        match name {
            "Captures" => captures = many(input, section::capture)?,
            _ => asserts = many(input, section::assert)?,
        }
    }
    let body = maybe(input, body)?;
    Ok(Response { span, version, status, headers, captures, asserts, body })
}

fn version(input: &mut Input<'_>) -> Parsed<Spanned<Version>> {
    const VERSIONS: [(&str, Version); 5] = [
        ("/1.0", Version::Http10),
        ("/1.1", Version::Http11),
        ("/2", Version::Http2),
        ("/3", Version::Http3),
        ("/*", Version::Any),
    ];
    let start = offset(input);
    if !accept(input, "HTTP") {
        return other("version", "expected HTTP", here(input));
    }
    let value = match VERSIONS.iter().find(|(suffix, _)| accept(input, suffix)) {
        Some((_, version)) => *version,
        None if peek(input).is_some_and(|c| c == ' ' || c == '\t') => Version::Any,
        None => {
            let (_, after) = word::word_of(input, |c| !c.is_whitespace());
            let message = "expected HTTP, HTTP/1.0, HTTP/1.1, HTTP/2, HTTP/3 or HTTP/*, and a status after it";
            return broken("version", message, Span::new(start, after.end));
        }
    };
    Ok(Spanned { value, span: since(start, input) })
}

fn status(input: &mut Input<'_>) -> Parsed<Spanned<Status>> {
    let start = offset(input);
    if accept(input, "*") {
        return Ok(Spanned { value: Status::Any, span: since(start, input) });
    }
    let digits = take(input, |c| c.is_ascii_digit());
    match digits.parse() {
        Ok(code) => Ok(Spanned { value: Status::Code(code), span: since(start, input) }),
        Err(_) => {
            let message = format!("expected a status such as 200, or *{}", found(input));
            broken("status", message, since(start, input).to(here(input)))
        }
    }
}
