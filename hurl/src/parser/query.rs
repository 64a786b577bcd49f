//! Queries: what is looked for in an answer.

use winnow::error::ErrMode;
use winnow::stream::Stream;

use crate::ast::{CertificateField, CookieAttribute, Query, QueryKind, Template};
use crate::source::Span;

use super::input::{
    Input, Parsed, accept, broken, expect, found, here, is_space, offset, rest, since, skip, some_spaces,
};
use super::{regex, template, word};

const QUERIES: [&str; 18] = [
    "status",
    "version",
    "url",
    "header",
    "cookie",
    "body",
    "xpath",
    "jsonpath",
    "regex",
    "variable",
    "duration",
    "bytes",
    "rawbytes",
    "sha256",
    "md5",
    "certificate",
    "ip",
    "redirects",
];

/// A query with its arguments. Something else if it does not begin with a known word.
pub(super) fn query(input: &mut Input<'_>) -> Parsed<Query> {
    let (name, span) = word::word(input);
    let Some(name) = QUERIES.iter().find(|known| **known == name) else {
        let fault = word::unknown(input, "query", &QUERIES);
        input.state.0 = Some(fault.clone());
        return Err(ErrMode::Backtrack(fault));
    };
    skip(input, name.len());
    let kind = kind(input, name)?;
    Ok(Query { kind, span: since(span.start, input) })
}

fn kind(input: &mut Input<'_>, name: &str) -> Parsed<QueryKind> {
    Ok(match name {
        "status" => QueryKind::Status,
        "version" => QueryKind::Version,
        "url" => QueryKind::Url,
        "header" => QueryKind::Header(text(input)?),
        "cookie" => cookie(input)?,
        "body" => QueryKind::Body,
        "xpath" => QueryKind::XPath(text(input)?),
        "jsonpath" => QueryKind::JsonPath(text(input)?),
        "regex" => {
            some_spaces(input, "query")?;
            QueryKind::Regex(regex::source(input)?)
        }
        "variable" => QueryKind::Variable(text(input)?),
        "duration" => QueryKind::Duration,
        "bytes" => QueryKind::Bytes,
        "rawbytes" => QueryKind::RawBytes,
        "sha256" => QueryKind::Sha256,
        "md5" => QueryKind::Md5,
        "certificate" => QueryKind::Certificate(certificate(input)?),
        "ip" => QueryKind::Ip,
        _ => QueryKind::Redirects,
    })
}

fn text(input: &mut Input<'_>) -> Parsed<Template> {
    some_spaces(input, "query")?;
    template::quoted(input, "query")
}

fn certificate(input: &mut Input<'_>) -> Parsed<CertificateField> {
    const FIELDS: [(&str, CertificateField); 7] = [
        ("Subject", CertificateField::Subject),
        ("Issuer", CertificateField::Issuer),
        ("Start-Date", CertificateField::StartDate),
        ("Expire-Date", CertificateField::ExpireDate),
        ("Serial-Number", CertificateField::SerialNumber),
        ("Subject-Alt-Name", CertificateField::SubjectAltName),
        ("Value", CertificateField::Value),
    ];
    some_spaces(input, "query")?;
    let (name, span) = between_quotes(input)?;
    let field = FIELDS.iter().find(|(known, _)| *known == name);
    field.map_or_else(
        || broken("certificate field", word::not_known(name, &FIELDS.map(|(known, _)| known)), span),
        |(_, field)| Ok(*field),
    )
}

/// The text between two quotes on one line, without escapes, and its place.
fn between_quotes<'s>(input: &mut Input<'s>) -> Parsed<(&'s str, Span)> {
    if !accept(input, "\"") {
        return broken("query", format!("expected a text in double quotes{}", found(input)), here(input));
    }
    let start = offset(input);
    let text = rest(input);
    let text = skip(input, text.find(['"', '\n']).unwrap_or(text.len()));
    let span = since(start, input);
    expect(input, "\"", "query")?;
    Ok((text, span))
}

/// `"LSID"`, `"LSID[Max-Age]"`. The first quote ends it, whatever stands before.
fn cookie(input: &mut Input<'_>) -> Parsed<QueryKind> {
    some_spaces(input, "query")?;
    let start = input.checkpoint();
    let (path, span) = between_quotes(input)?;
    let end = input.checkpoint();

    input.reset(&start);
    accept(input, "\"");
    let name = template::unquoted_before(input, &['[', '"'])?;
    if offset(input) > span.end {
        return broken("cookie", "a quote has no place in the name of a cookie", span);
    }
    input.reset(&end);
    let attribute = match path.split_once('[') {
        Some((name, attribute)) => Some(cookie_attribute(attribute, span.start + name.len() + 1)?),
        None => None,
    };
    Ok(QueryKind::Cookie { name, attribute })
}

/// `Max-Age]`. As in hurl, what follows has no meaning.
fn cookie_attribute(text: &str, at: usize) -> Parsed<CookieAttribute> {
    const ATTRIBUTES: [(&str, CookieAttribute); 8] = [
        ("Value", CookieAttribute::Value),
        ("Expires", CookieAttribute::Expires),
        ("Max-Age", CookieAttribute::MaxAge),
        ("Domain", CookieAttribute::Domain),
        ("Path", CookieAttribute::Path),
        ("Secure", CookieAttribute::Secure),
        ("HttpOnly", CookieAttribute::HttpOnly),
        ("SameSite", CookieAttribute::SameSite),
    ];
    let trimmed = text.trim_start_matches(is_space);
    let at = at + text.len() - trimmed.len();
    let name = &trimmed[..trimmed.find(|c: char| !c.is_alphabetic() && c != '-').unwrap_or(trimmed.len())];
    let span = Span::new(at, at + name.len());
    let Some((_, attribute)) = ATTRIBUTES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
        return broken("cookie attribute", word::not_known(name, &ATTRIBUTES.map(|(known, _)| known)), span);
    };
    if !trimmed[name.len()..].trim_start_matches(is_space).starts_with(']') {
        return broken("cookie attribute", "expected ']' after it", span);
    }
    Ok(*attribute)
}
