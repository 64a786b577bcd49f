//! Queries: parts of an answer that are looked for.

use std::borrow::Cow;

use perfloop_hurl::Span;
use perfloop_hurl::ast::{self, CertificateField, CookieAttribute, QueryKind, Version};
use regex::Regex;

use super::answer::{Answer, Certificate, Problem};
use super::compiled::Compiled;
use super::cookie::Cookie;
use super::document::Document;
use super::eval_error::EvalError;
use super::jsonpath::{JsonPath, TooMuch};
use super::text::Text;
use super::value::Value;
use super::variables::Variables;
use super::xpath::XPath;

/// A compiled query.
#[derive(Debug)]
pub(super) struct Query {
    kind: Kind,
    pub(super) span: Span,
}

#[derive(Debug)]
enum Kind {
    Status,
    Version,
    Url,
    Header(Text),
    Cookie { name: Text, attribute: CookieAttribute },
    Body,
    XPath(Compiled<XPath>),
    JsonPath(Compiled<JsonPath>),
    Regex(Compiled<Regex>),
    Variable(Text),
    Duration,
    Bytes,
    RawBytes,
    Sha256,
    Md5,
    Certificate(CertificateField),
    Ip,
    Redirects,
}

/// Value that a query finds, if there is one.
pub(super) type Found<'a> = Option<Cow<'a, Value>>;

impl Query {
    pub(super) fn new(query: &ast::Query) -> Self {
        let kind = match &query.kind {
            QueryKind::Status => Kind::Status,
            QueryKind::Version => Kind::Version,
            QueryKind::Url => Kind::Url,
            QueryKind::Header(name) => Kind::Header(Text::new(name)),
            QueryKind::Cookie { name, attribute } => {
                Kind::Cookie { name: Text::new(name), attribute: attribute.unwrap_or(CookieAttribute::Value) }
            }
            QueryKind::Body => Kind::Body,
            QueryKind::XPath(path) => Kind::XPath(Compiled::new(path)),
            QueryKind::JsonPath(path) => Kind::JsonPath(Compiled::new(path)),
            QueryKind::Regex(source) => Kind::Regex(Compiled::of_regex(source)),
            QueryKind::Variable(name) => Kind::Variable(Text::new(name)),
            QueryKind::Duration => Kind::Duration,
            QueryKind::Bytes => Kind::Bytes,
            QueryKind::RawBytes => Kind::RawBytes,
            QueryKind::Sha256 => Kind::Sha256,
            QueryKind::Md5 => Kind::Md5,
            QueryKind::Certificate(field) => Kind::Certificate(*field),
            QueryKind::Ip => Kind::Ip,
            QueryKind::Redirects => Kind::Redirects,
        };
        Query { kind, span: query.span }
    }

    /// The fault it has with every answer.
    pub(super) fn broken(&self) -> Option<EvalError> {
        match &self.kind {
            Kind::XPath(path) => path.broken(),
            Kind::JsonPath(path) => path.broken(),
            Kind::Regex(regex) => regex.broken(),
            _ => None,
        }
    }

    /// Number of bytes that it finds, where that is known of bytes that are not kept, too.
    pub(super) fn length(&self, answer: &Answer) -> Option<Result<u64, EvalError>> {
        match &self.kind {
            Kind::Bytes => Some(answer.body_length().map_err(|problem| problem.at(self.span))),
            Kind::RawBytes => Some(Ok(answer.raw_length())),
            _ => None,
        }
    }

    pub(super) fn find<'a>(&self, answer: &'a Answer, variables: &'a Variables) -> Result<Found<'a>, EvalError> {
        let at = |problem: &Problem| problem.at(self.span);
        let body = || answer.checked_body().map_err(|problem| problem.at(self.span));
        let hashes = || answer.hashes().map_err(|problem| problem.at(self.span));
        let found = match &self.kind {
            Kind::Status => Value::from(i64::from(answer.status())),
            Kind::Version => Value::from(version(answer.parts.version).trim_start_matches("HTTP/")),
            Kind::Url => Value::from(&*answer.parts.url),
            Kind::Header(name) => return Ok(header(answer, &name.render(variables)?).map(Cow::Owned)),
            Kind::Cookie { name, attribute } => {
                return self.cookie(answer, &name.render(variables)?, *attribute);
            }
            Kind::Body => Value::from(answer.text().map_err(at)?),
            Kind::XPath(path) => return self.xpath(answer, path, variables),
            Kind::JsonPath(path) => return self.jsonpath(answer, path, variables),
            Kind::Regex(regex) => {
                let text = answer.text().map_err(at)?;
                return Ok(regex.with(variables, |regex| first_group(regex, text))?.map(Cow::Owned));
            }
            Kind::Variable(name) => return Ok(variables.get(&name.render(variables)?).map(Cow::Borrowed)),
            Kind::Duration => Value::from(i64::try_from(answer.parts.duration.as_millis()).unwrap_or(i64::MAX)),
            Kind::Bytes => Value::Bytes(body()?.to_vec()),
            Kind::RawBytes => Value::Bytes(answer.raw_body().map_err(|problem| problem.at(self.span))?.to_vec()),
            Kind::Sha256 => Value::Bytes(hashes()?.sha256()),
            Kind::Md5 => Value::Bytes(hashes()?.md5()),
            Kind::Certificate(field) => {
                return Ok(answer.parts.certificate.as_ref().and_then(|c| certificate(c, *field)).map(Cow::Owned));
            }
            Kind::Ip => return Ok(answer.parts.ip.map(|ip| Cow::Owned(Value::Text(ip.to_string())))),
            Kind::Redirects => Value::List(answer.parts.redirects.iter().cloned().map(Value::Redirect).collect()),
        };
        Ok(Some(Cow::Owned(found)))
    }

    fn cookie<'a>(&self, answer: &Answer, name: &str, attribute: CookieAttribute) -> Result<Found<'a>, EvalError> {
        for header in answer.headers("set-cookie") {
            if let Some(cookie) = Cookie::named(name, &header) {
                let found = cookie.get(attribute).map_err(|date| {
                    let message = format!("could not parse the cookie's Expires <{date}>");
                    EvalError::assert(self.span, "invalid cookie", message)
                })?;
                return Ok(found.map(Cow::Owned));
            }
        }
        Ok(None)
    }

    fn xpath<'a>(&self, answer: &Answer, path: &Compiled<XPath>, vars: &Variables) -> Result<Found<'a>, EvalError> {
        let document = answer.document().map_err(|problem| problem.at(self.span))?;
        let document = document.map_err(|reason| {
            EvalError::runtime(self.span, "invalid XML", format!("the body is no valid XML: {reason}"))
        })?;
        find_xpath(document, path, vars).map(|value| Some(Cow::Owned(value)))
    }

    fn jsonpath<'a>(
        &self,
        answer: &'a Answer,
        path: &Compiled<JsonPath>,
        variables: &Variables,
    ) -> Result<Found<'a>, EvalError> {
        let json = answer.json().map_err(|problem| problem.at(self.span))?;
        let json =
            json.map_err(|reason| EvalError::runtime(self.span, "invalid JSON", format!("the body is {reason}")))?;
        path.with(variables, |path| find_jsonpath(json, path, answer.coerces))?.map_err(|reason| {
            EvalError::runtime(self.span, "JSONPath too costly", format!("{reason}; write a narrower one"))
        })
    }
}

/// Value that a path finds. A single value stands for itself, and nothing for nothing, unless lists are wanted.
///
/// # Errors
/// When that takes more than a path may.
pub(super) fn find_jsonpath<'a>(json: &'a Value, path: &JsonPath, coerces: bool) -> Result<Found<'a>, TooMuch> {
    if coerces && path.is_definite() {
        return Ok(path.find_one(json).map(Cow::Borrowed));
    }
    Ok(match path.find(json)?[..] {
        [] if coerces => None,
        [only] if coerces => Some(Cow::Borrowed(only)),
        ref all => Some(Cow::Owned(Value::List(all.iter().map(|value| (*value).clone()).collect()))),
    })
}

pub(super) fn find_xpath(
    document: &Document,
    path: &Compiled<XPath>,
    variables: &Variables,
) -> Result<Value, EvalError> {
    path.with(variables, |xpath| document.find(xpath, path.span()))?
}

/// The first group of the first match.
pub(super) fn first_group(regex: &Regex, text: &str) -> Option<Value> {
    regex.captures(text)?.get(1).map(|group| Value::from(group.as_str()))
}

/// One header is a text, several are a list.
fn header(answer: &Answer, name: &str) -> Option<Value> {
    let mut values = answer.headers(name).map(|value| Value::Text(value.into_owned()));
    let first = values.next()?;
    let Some(second) = values.next() else { return Some(first) };
    Some(Value::List([first, second].into_iter().chain(values).collect()))
}

fn certificate(certificate: &Certificate, field: CertificateField) -> Option<Value> {
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    match field {
        CertificateField::Subject => text(&certificate.subject),
        CertificateField::Issuer => text(&certificate.issuer),
        CertificateField::StartDate => certificate.start_date.map(Value::Date),
        CertificateField::ExpireDate => certificate.expire_date.map(Value::Date),
        CertificateField::SerialNumber => text(&certificate.serial_number),
        CertificateField::SubjectAltName => text(&certificate.subject_alt_name),
        CertificateField::Value => text(&certificate.value),
    }
}

/// A version as answers begin with it.
pub(super) fn version(version: Version) -> &'static str {
    match version {
        Version::Any => "HTTP",
        Version::Http10 => "HTTP/1.0",
        Version::Http11 => "HTTP/1.1",
        Version::Http2 => "HTTP/2",
        Version::Http3 => "HTTP/3",
    }
}
