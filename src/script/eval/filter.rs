//! Filters: changes of values.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use encoding_rs::Encoding;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use perfloop_hurl::Span;
use perfloop_hurl::ast::{self, FilterKind, OptionValue};
use regex::Regex;
use url::Url;

use super::compiled::Compiled;
use super::document::{Document, Markup};
use super::eval_error::EvalError;
use super::json;
use super::jsonpath::JsonPath;
use super::limits::MAX_TEXT;
use super::number::Number;
use super::query::{find_jsonpath, find_xpath, first_group};
use super::text::{Text, evaluate};
use super::value::Value;
use super::variables::Variables;
use super::xpath::XPath;

/// Characters that a URL keeps as they are.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A text is split into no more, for each takes some 50 bytes.
const MAX_PARTS: usize = 1_000_000;

/// A compiled filter.
#[derive(Debug)]
pub(super) struct Filter {
    kind: Kind,
    pub(super) span: Span,
}

#[derive(Debug)]
enum Kind {
    /// Has no arguments.
    Plain(FilterKind),
    CharsetDecode(Text),
    DateFormat(Text),
    JsonPath(Compiled<JsonPath>),
    Nth(OptionValue<i64>),
    Regex(Compiled<Regex>),
    Replace {
        old: Text,
        new: Text,
    },
    ReplaceRegex {
        pattern: Compiled<Regex>,
        new: Text,
    },
    Split(Text),
    ToDate(Text),
    UrlQueryParam(Text),
    XPath(Compiled<XPath>),
}

/// Reason that a filter cannot change a value.
enum Refusal {
    /// The value is of another kind than this.
    Kind(&'static str),
    Value(String),
    EvalError(EvalError),
}

type Changed = Result<Option<Value>, Refusal>;

impl From<EvalError> for Refusal {
    fn from(fault: EvalError) -> Self {
        Refusal::EvalError(fault)
    }
}

fn invalid(reason: impl fmt::Display) -> Refusal {
    Refusal::Value(reason.to_string())
}

impl Filter {
    /// True for a filter that counts and looks at nothing.
    pub(super) fn counts(&self) -> bool {
        matches!(self.kind, Kind::Plain(FilterKind::Count))
    }

    pub(super) fn new(filter: &ast::Filter) -> Self {
        let kind = match &filter.kind {
            FilterKind::CharsetDecode(charset) | FilterKind::Decode(charset) => Kind::CharsetDecode(Text::new(charset)),
            FilterKind::DateFormat(format) | FilterKind::Format(format) => Kind::DateFormat(Text::new(format)),
            FilterKind::JsonPath(path) => Kind::JsonPath(Compiled::new(path)),
            FilterKind::Nth(index) => Kind::Nth(index.clone()),
            FilterKind::Regex(source) => Kind::Regex(Compiled::of_regex(source)),
            FilterKind::Replace { old, new } => Kind::Replace { old: Text::new(old), new: Text::new(new) },
            FilterKind::ReplaceRegex { pattern, new } => {
                Kind::ReplaceRegex { pattern: Compiled::of_regex(pattern), new: Text::new(new) }
            }
            FilterKind::Split(separator) => Kind::Split(Text::new(separator)),
            FilterKind::ToDate(format) => Kind::ToDate(Text::new(format)),
            FilterKind::UrlQueryParam(name) => Kind::UrlQueryParam(Text::new(name)),
            FilterKind::XPath(path) => Kind::XPath(Compiled::new(path)),
            plain => Kind::Plain(plain.clone()),
        };
        Filter { kind, span: filter.span }
    }

    /// The fault it has with every value.
    pub(super) fn broken(&self) -> Option<EvalError> {
        match &self.kind {
            Kind::XPath(path) => path.broken(),
            Kind::JsonPath(path) => path.broken(),
            Kind::Regex(regex) | Kind::ReplaceRegex { pattern: regex, .. } => regex.broken(),
            _ => None,
        }
    }

    /// The changed value, if anything is left of it.
    pub(super) fn apply(
        &self,
        value: &Value,
        variables: &Variables,
        coerces: bool,
    ) -> Result<Option<Value>, EvalError> {
        self.change(value, variables, coerces).map_err(|refusal| match refusal {
            Refusal::Kind(wanted) => {
                let message = format!("actual:   {}\nexpected: {wanted}", value.kind());
                EvalError::runtime(self.span, "filter failed: invalid input type", message)
            }
            Refusal::Value(reason) => EvalError::runtime(self.span, "filter failed", reason),
            Refusal::EvalError(fault) => fault,
        })
    }

    fn change(&self, value: &Value, variables: &Variables, coerces: bool) -> Changed {
        match &self.kind {
            Kind::Plain(kind) => change_plainly(kind, value),
            Kind::CharsetDecode(charset) => decode(bytes(value)?, &charset.render(variables)?),
            Kind::DateFormat(format) => format_date(date(value)?, &format.render(variables)?),
            Kind::JsonPath(path) => {
                let json = json::parse(text(value)?).map_err(|reason| invalid(format!("value is {reason}")))?;
                let found =
                    path.with(variables, |path| find_jsonpath(&json, path, coerces).map(|f| f.map(Cow::into_owned)))?;
                found.map_err(|reason| invalid(format!("JSONPath: {reason}; write a narrower one")))
            }
            Kind::Nth(index) => nth(list(value)?, index_of(index, variables)?),
            Kind::Regex(regex) => {
                let text = text(value)?;
                Ok(regex.with(variables, |regex| first_group(regex, text))?)
            }
            Kind::Replace { old, new } => {
                let (text, old, new) = (text(value)?, old.render(variables)?, new.render(variables)?);
                let added = new.len().saturating_sub(old.len()).saturating_mul(text.matches(&*old).count());
                within(text.len().saturating_add(added))?;
                Ok(Some(Value::Text(text.replace(&*old, &new))))
            }
            Kind::ReplaceRegex { pattern, new } => {
                let (text, new) = (text(value)?, new.render(variables)?);
                Ok(Some(Value::Text(pattern.with(variables, |regex| replace_all(regex, text, &new))??)))
            }
            Kind::Split(separator) => {
                let separator = separator.render(variables)?;
                let parts: Vec<Value> = text(value)?.split(&*separator).map(Value::from).take(MAX_PARTS + 1).collect();
                if parts.len() > MAX_PARTS {
                    return Err(invalid(format!("there are more than {MAX_PARTS} parts, which is too many")));
                }
                Ok(Some(Value::List(parts)))
            }
            Kind::ToDate(format) => parse_date(text(value)?, &format.render(variables)?),
            Kind::UrlQueryParam(name) => query_param(text(value)?, &name.render(variables)?),
            Kind::XPath(path) => {
                let document = Document::parse(text(value)?, Markup::Html);
                let document = document.map_err(|reason| invalid(format!("value is not a valid XML: {reason}")))?;
                Ok(Some(find_xpath(&document, path, variables)?))
            }
        }
    }
}

fn change_plainly(kind: &FilterKind, value: &Value) -> Changed {
    let is_empty = || invalid("list is empty");
    let changed = match kind {
        FilterKind::Base64Decode => {
            let Value::Text(text) = value else { return Err(Refusal::Kind("base64 string")) };
            Value::Bytes(BASE64_STANDARD.decode(text).map_err(|_| invalid("string is not base64"))?)
        }
        FilterKind::Base64UrlSafeDecode => Value::Bytes(decode_url_safe(text(value)?)?),
        FilterKind::Base64Encode => Value::Text(BASE64_STANDARD.encode(bytes(value)?)),
        FilterKind::Base64UrlSafeEncode => Value::Text(BASE64_URL_SAFE_NO_PAD.encode(bytes(value)?)),
        FilterKind::Count => match value {
            Value::List(_) | Value::Bytes(_) | Value::Nodeset(_) => Value::from(value.size().unwrap_or(0) as i64),
            _ => return Err(Refusal::Kind("list, bytes or nodeset")),
        },
        FilterKind::DaysAfterNow => Value::from(date(value)?.signed_duration_since(Utc::now()).num_days()),
        FilterKind::DaysBeforeNow => Value::from(Utc::now().signed_duration_since(date(value)?).num_days()),
        FilterKind::First => list(value)?.first().ok_or_else(is_empty)?.clone(),
        FilterKind::Last => list(value)?.last().ok_or_else(is_empty)?.clone(),
        FilterKind::HtmlEscape => Value::Text(escape_html(text(value)?)),
        FilterKind::HtmlUnescape => Value::Text(htmlize::unescape(text(value)?).into_owned()),
        FilterKind::Location => match value {
            Value::Redirect(hop) => Value::from(&*hop.location),
            _ => return Err(Refusal::Kind("http response")),
        },
        FilterKind::ToFloat => to_float(value)?,
        FilterKind::ToHex => Value::Text(Value::Bytes(bytes(value)?.to_vec()).to_string()),
        FilterKind::ToInt => to_int(value)?,
        FilterKind::ToText => Value::Text(
            value.rendered().ok_or_else(|| invalid(format!("{} can not be converted to a string", value.shown())))?,
        ),
        FilterKind::UrlDecode => Value::Text(percent_decode_str(text(value)?).decode_utf8_lossy().into_owned()),
        FilterKind::UrlEncode => Value::Text(utf8_percent_encode(text(value)?, UNRESERVED).to_string()),
        FilterKind::Utf8Decode => Value::Text(String::from_utf8_lossy(bytes(value)?).into_owned()),
        FilterKind::Utf8Encode => Value::Bytes(text(value)?.as_bytes().to_vec()),
        // All others have arguments and a kind of their own.
        _ => return Ok(None),
    };
    Ok(Some(changed))
}

/// Refuses a text that has grown too long.
fn within(length: usize) -> Result<(), Refusal> {
    if length <= MAX_TEXT { Ok(()) } else { Err(invalid(format!("the text would be longer than {MAX_TEXT} bytes"))) }
}

/// A text with something in the place of each match, in which `$1` and `$name` stand for groups.
fn replace_all(regex: &Regex, text: &str, new: &str) -> Result<String, Refusal> {
    let (mut replaced, mut after) = (String::new(), 0);
    for groups in regex.captures_iter(text) {
        let Some(whole) = groups.get(0) else { continue };
        replaced.push_str(&text[after..whole.start()]);
        groups.expand(new, &mut replaced);
        after = whole.end();
        within(replaced.len())?;
    }
    replaced.push_str(&text[after..]);
    within(replaced.len())?;
    Ok(replaced)
}

fn text(value: &Value) -> Result<&str, Refusal> {
    if let Value::Text(text) = value { Ok(text) } else { Err(Refusal::Kind("string")) }
}

fn bytes(value: &Value) -> Result<&[u8], Refusal> {
    if let Value::Bytes(bytes) = value { Ok(bytes) } else { Err(Refusal::Kind("bytes")) }
}

fn list(value: &Value) -> Result<&[Value], Refusal> {
    if let Value::List(elements) = value { Ok(elements) } else { Err(Refusal::Kind("list")) }
}

fn date(value: &Value) -> Result<DateTime<Utc>, Refusal> {
    if let Value::Date(date) = value { Ok(*date) } else { Err(Refusal::Kind("date")) }
}

fn decode(bytes: &[u8], name: &str) -> Changed {
    let charset = Encoding::for_label(name.as_bytes());
    let charset = charset.ok_or_else(|| invalid(format!("<{name}> encoding is not supported")))?;
    let text = charset.decode_without_bom_handling_and_without_replacement(bytes);
    let text = text.ok_or_else(|| invalid(format!("value can not be decoded with <{name}> encoding")))?;
    Ok(Some(Value::Text(text.into_owned())))
}

fn decode_url_safe(text: &str) -> Result<Vec<u8>, Refusal> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|error| match error {
        base64::DecodeError::InvalidPadding => invalid("base64 string contains padding"),
        _ => invalid("string is not base64"),
    })
}

fn escape_html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#x27;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn format_date(date: DateTime<Utc>, format: &str) -> Changed {
    use fmt::Write as _;
    let mut text = String::new();
    match write!(text, "{}", date.format(format)) {
        Ok(()) => Ok(Some(Value::Text(text))),
        Err(_) => Err(invalid(format!("date format <{format}> is not supported"))),
    }
}

/// A date may lack its zone, which is UTC then, or its time, which is midnight then.
fn parse_date(text: &str, format: &str) -> Changed {
    let with_zone = || Some(DateTime::parse_from_str(text, format).ok()?.with_timezone(&Utc));
    let with_time = || Some(NaiveDateTime::parse_from_str(text, format).ok()?.and_utc());
    let day = || Some(NaiveDate::parse_from_str(text, format).ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    let date = with_zone().or_else(with_time).or_else(day);
    let date = date.ok_or_else(|| invalid(format!("value <{text}> could not be parsed with <{format}> format")))?;
    Ok(Some(Value::Date(date)))
}

fn index_of(index: &OptionValue<i64>, variables: &Variables) -> Result<i64, EvalError> {
    let place = match index {
        OptionValue::Literal(index) => return Ok(*index),
        OptionValue::Place(place) => place,
    };
    match &*evaluate(place, variables)? {
        Value::Number(Number::Integer(index)) => Ok(*index),
        other => {
            let message = format!("expecting integer, actual value is {}", other.shown());
            Err(EvalError::runtime(place.span, "invalid expression type", message))
        }
    }
}

fn nth(elements: &[Value], index: i64) -> Changed {
    let at = if index < 0 { index.checked_add_unsigned(elements.len() as u64) } else { Some(index) };
    let element = at.and_then(|at| elements.get(usize::try_from(at).ok()?));
    let element = element.ok_or_else(|| invalid(format!("out of bound - size is {}", elements.len())))?;
    Ok(Some(element.clone()))
}

fn query_param(text: &str, name: &str) -> Changed {
    let url = Url::parse(text).map_err(|error| invalid(format!("invalid URL <{text}> ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(format!("invalid URL <{text}> (only http:// and https:// are supported)")));
    }
    let found = url.query_pairs().find(|(other, _)| other == name);
    Ok(found.map(|(_, value)| Value::Text(value.into_owned())))
}

fn to_float(value: &Value) -> Result<Value, Refusal> {
    let float = match value {
        Value::Number(Number::BigInteger(_)) => {
            return Err(invalid(format!("{} is too big to be cast as a float", value.shown())));
        }
        Value::Number(number) => number.as_float(),
        Value::Text(text) => text.parse().map_err(|_| invalid(format!("{} is no float", value.shown())))?,
        _ => return Err(Refusal::Kind("float, integer or string")),
    };
    Ok(Value::Number(Number::Float(float)))
}

fn to_int(value: &Value) -> Result<Value, Refusal> {
    let integer = match value {
        Value::Number(Number::Integer(number)) => *number,
        Value::Number(Number::Float(number)) => *number as i64,
        Value::Text(text) => text.parse().map_err(|_| invalid(format!("{} is no integer", value.shown())))?,
        _ => return Err(Refusal::Kind("float, integer or string")),
    };
    Ok(Value::from(integer))
}

#[cfg(test)]
mod tests;
