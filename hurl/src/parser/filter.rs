//! Filters: how a value is changed.

use crate::ast::{Filter, FilterKind, OptionValue, RegexSource, Template};

use super::input::{Input, Parsed, broken, found, here, is_space, peek, rest, since, skip, some_spaces, spaces};
use super::number::integer;
use super::{regex, template, word};

/// All there are, each with how it is made.
const FILTERS: [(&str, Make); 33] = [
    ("base64Decode", |_| Ok(FilterKind::Base64Decode)),
    ("base64Encode", |_| Ok(FilterKind::Base64Encode)),
    ("base64UrlSafeDecode", |_| Ok(FilterKind::Base64UrlSafeDecode)),
    ("base64UrlSafeEncode", |_| Ok(FilterKind::Base64UrlSafeEncode)),
    ("charsetDecode", |input| text(input).map(FilterKind::CharsetDecode)),
    ("count", |_| Ok(FilterKind::Count)),
    ("dateFormat", |input| text(input).map(FilterKind::DateFormat)),
    ("daysAfterNow", |_| Ok(FilterKind::DaysAfterNow)),
    ("daysBeforeNow", |_| Ok(FilterKind::DaysBeforeNow)),
    ("decode", |input| text(input).map(FilterKind::Decode)),
    ("first", |_| Ok(FilterKind::First)),
    ("format", |input| text(input).map(FilterKind::Format)),
    ("htmlEscape", |_| Ok(FilterKind::HtmlEscape)),
    ("htmlUnescape", |_| Ok(FilterKind::HtmlUnescape)),
    ("jsonpath", |input| text(input).map(FilterKind::JsonPath)),
    ("last", |_| Ok(FilterKind::Last)),
    ("location", |_| Ok(FilterKind::Location)),
    ("nth", |input| nth(input).map(FilterKind::Nth)),
    ("regex", |input| pattern(input).map(FilterKind::Regex)),
    ("replace", |input| Ok(FilterKind::Replace { old: text(input)?, new: text(input)? })),
    ("replaceRegex", |input| Ok(FilterKind::ReplaceRegex { pattern: pattern(input)?, new: text(input)? })),
    ("split", |input| text(input).map(FilterKind::Split)),
    ("toDate", |input| text(input).map(FilterKind::ToDate)),
    ("toFloat", |_| Ok(FilterKind::ToFloat)),
    ("toHex", |_| Ok(FilterKind::ToHex)),
    ("toInt", |_| Ok(FilterKind::ToInt)),
    ("toString", |_| Ok(FilterKind::ToText)),
    ("urlDecode", |_| Ok(FilterKind::UrlDecode)),
    ("urlEncode", |_| Ok(FilterKind::UrlEncode)),
    ("urlQueryParam", |input| text(input).map(FilterKind::UrlQueryParam)),
    ("utf8Decode", |_| Ok(FilterKind::Utf8Decode)),
    ("utf8Encode", |_| Ok(FilterKind::Utf8Encode)),
    ("xpath", |input| text(input).map(FilterKind::XPath)),
];

/// Reads the arguments.
type Make = fn(&mut Input<'_>) -> Parsed<FilterKind>;

/// The names of all filters.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILTERS.iter().map(|(name, _)| *name)
}

/// All filters in a row, each after a space.
pub(super) fn filters(input: &mut Input<'_>) -> Parsed<Vec<Filter>> {
    let mut filters = Vec::new();
    while peek(input).is_some_and(is_space) {
        // What is no filter finds its spaces again.
        let text = rest(input).trim_start_matches(is_space);
        let is_filter = |(name, _): &&(&str, Make)| {
            text.strip_prefix(name).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
        };
        let Some((name, make)) = FILTERS.iter().find(is_filter) else { break };
        spaces(input);
        let (_, span) = word::word(input);
        skip(input, name.len());
        let kind = make(input)?;
        filters.push(Filter { kind, span: since(span.start, input) });
    }
    Ok(filters)
}

fn text(input: &mut Input<'_>) -> Parsed<Template> {
    some_spaces(input, "filter")?;
    template::quoted(input, "filter")
}

fn pattern(input: &mut Input<'_>) -> Parsed<RegexSource> {
    some_spaces(input, "filter")?;
    regex::source(input)
}

fn nth(input: &mut Input<'_>) -> Parsed<OptionValue<i64>> {
    some_spaces(input, "filter")?;
    if rest(input).starts_with("{{") {
        return template::placeholder(input).map(OptionValue::Place);
    }
    let start = here(input);
    match integer(input) {
        Ok(n) => Ok(OptionValue::Literal(n)),
        Err(_) => broken("filter", format!("expected an integer or a {{{{variable}}}}{}", found(input)), start),
    }
}
