//! Options: how one entry is run.

use winnow::error::ErrMode;

use crate::ast::{EntryOption, OptionKind as Kind, OptionValue, Template, TimeUnit, VariableValue};

use super::compared::boolean;
use super::input::{
    Fault, Input, Parsed, accept, blank_lines, broken, expect, found, harden, here, line_end, maybe, offset, other,
    peek, rest, since, skip, spaces, take,
};
use super::{name, number, template, word};

/// Reads the value of an option.
type Make = fn(&mut Input<'_>) -> Parsed<Kind>;

/// All there are, each with how it is made.
const OPTIONS: [(&str, Make); 48] = [
    ("aws-sigv4", |input| template::unquoted(input).map(Kind::AwsSigV4)),
    ("cacert", |input| name::file(input).map(Kind::CaCert)),
    ("cert", |input| name::certificate(input).map(Kind::Cert)),
    ("compressed", |input| flag(input).map(Kind::Compressed)),
    ("connect-timeout", |input| duration(input).map(Kind::ConnectTimeout)),
    ("connect-to", |input| template::unquoted(input).map(Kind::ConnectTo)),
    ("delay", |input| duration(input).map(Kind::Delay)),
    ("digest", |input| flag(input).map(Kind::Digest)),
    ("fail-with-body", |input| flag(input).map(Kind::FailWithBody)),
    ("header", |input| template::unquoted(input).map(Kind::Header)),
    ("http1.0", |input| flag(input).map(Kind::Http10)),
    ("http1.1", |input| flag(input).map(Kind::Http11)),
    ("http2", |input| flag(input).map(Kind::Http2)),
    ("http2-prior-knowledge", |input| flag(input).map(Kind::Http2PriorKnowledge)),
    ("http3", |input| flag(input).map(Kind::Http3)),
    ("insecure", |input| flag(input).map(Kind::Insecure)),
    ("ipv4", |input| flag(input).map(Kind::IpV4)),
    ("ipv6", |input| flag(input).map(Kind::IpV6)),
    ("key", |input| name::file(input).map(Kind::Key)),
    ("limit-rate", |input| rate(input).map(Kind::LimitRate)),
    ("location", |input| flag(input).map(Kind::Location)),
    ("location-trusted", |input| flag(input).map(Kind::LocationTrusted)),
    ("max-redirs", |input| count(input).map(Kind::MaxRedirs)),
    ("max-time", |input| duration(input).map(Kind::MaxTime)),
    ("negotiate", |input| flag(input).map(Kind::Negotiate)),
    ("netrc", |input| flag(input).map(Kind::NetRc)),
    ("netrc-file", |input| template::unquoted(input).map(Kind::NetRcFile)),
    ("netrc-optional", |input| flag(input).map(Kind::NetRcOptional)),
    ("no-header", |input| template::unquoted(input).map(Kind::NoHeader)),
    ("no-jsonpath-coercion", |input| flag(input).map(Kind::NoJsonPathCoercion)),
    ("ntlm", |input| flag(input).map(Kind::Ntlm)),
    ("output", |input| name::file(input).map(Kind::Output)),
    ("path-as-is", |input| flag(input).map(Kind::PathAsIs)),
    ("pinnedpubkey", |input| template::unquoted(input).map(Kind::PinnedPublicKey)),
    ("proxy", |input| template::unquoted(input).map(Kind::Proxy)),
    ("repeat", |input| count(input).map(Kind::Repeat)),
    ("resolve", |input| template::unquoted(input).map(Kind::Resolve)),
    ("retry", |input| count(input).map(Kind::Retry)),
    ("retry-interval", |input| duration(input).map(Kind::RetryInterval)),
    ("skip", |input| flag(input).map(Kind::Skip)),
    ("tls-max", |input| template::unquoted(input).map(Kind::TlsMax)),
    ("tls-min", |input| template::unquoted(input).map(Kind::TlsMin)),
    ("unix-socket", |input| template::unquoted(input).map(Kind::UnixSocket)),
    ("user", |input| template::unquoted(input).map(Kind::User)),
    ("variable", variable),
    ("verbose", |input| flag(input).map(Kind::Verbose)),
    ("verbosity", verbosity),
    ("very-verbose", |input| flag(input).map(Kind::VeryVerbose)),
];

/// `retry: 5`. Something else if no colon follows the first word.
pub(super) fn option(input: &mut Input<'_>) -> Parsed<EntryOption> {
    blank_lines(input);
    let start = offset(input);
    let (name, name_span) = word::word_of(input, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
    skip(input, name.len());
    spaces(input);
    if !accept(input, ":") {
        return other("option", "expected ':' after the name of an option", here(input));
    }
    spaces(input);
    let Some((_, make)) = OPTIONS.iter().find(|(known, _)| *known == name) else {
        return broken("option", word::not_known(name, &OPTIONS.map(|(known, _)| known)), name_span);
    };
    let kind = harden(make(input))?;
    let span = since(start, input);
    line_end(input, "option")?;
    Ok(EntryOption { kind, span })
}

/// A value, or a variable in braces.
fn value<'s, T>(
    input: &mut Input<'s>,
    expected: &'static str,
    literal: impl FnOnce(&mut Input<'s>) -> Parsed<T>,
) -> Parsed<OptionValue<T>> {
    if rest(input).starts_with("{{") {
        return harden(template::placeholder(input)).map(OptionValue::Place);
    }
    match maybe(input, literal)? {
        Some(value) => Ok(OptionValue::Literal(value)),
        None => broken("option", format!("expected {expected} or a {{{{variable}}}}{}", found(input)), here(input)),
    }
}

fn flag(input: &mut Input<'_>) -> Parsed<OptionValue<bool>> {
    value(input, "true, false", |input| {
        boolean(input).map_or_else(|| other("option", "expected true or false", here(input)), Ok)
    })
}

fn duration(input: &mut Input<'_>) -> Parsed<OptionValue<(u64, Option<TimeUnit>)>> {
    value(input, "a number with the unit ms, s, m or h", number::duration)
}

fn rate(input: &mut Input<'_>) -> Parsed<OptionValue<u64>> {
    value(input, "a number", number::natural)
}

/// -1 is without end.
fn count(input: &mut Input<'_>) -> Parsed<OptionValue<i64>> {
    let start = offset(input);
    let count = value(input, "a number from -1 on", number::integer)?;
    match count {
        OptionValue::Literal(..-1) => broken("option", "expected a number from -1 on", since(start, input)),
        count => Ok(count),
    }
}

fn verbosity(input: &mut Input<'_>) -> Parsed<Kind> {
    const LEVELS: [&str; 3] = ["brief", "verbose", "debug"];
    let (name, _) = word::word_of(input, |c| c.is_ascii_alphabetic());
    if !LEVELS.contains(&name) {
        return Err(ErrMode::Cut(word::unknown(input, "option", &LEVELS)));
    }
    skip(input, name.len());
    Ok(Kind::Verbosity(name.to_owned()))
}

/// `name=value`
fn variable(input: &mut Input<'_>) -> Parsed<Kind> {
    let start = offset(input);
    let name = take(input, template::is_name).to_owned();
    match &name[..] {
        "" => return broken("variable", format!("expected the name of a variable{}", found(input)), here(input)),
        "getEnv" | "newDate" | "newUuid" => {
            return broken("variable", format!("'{name}' is a function; choose another name"), since(start, input));
        }
        _ => {}
    }
    spaces(input);
    expect(input, "=", "variable")?;
    spaces(input);
    Ok(Kind::Variable { name, value: variable_value(input)? })
}

/// A literal has to be all of it: `11aa` and `true_or_not` are texts.
fn variable_value(input: &mut Input<'_>) -> Parsed<VariableValue> {
    if peek(input) == Some('"') {
        return template::quoted(input, "variable").map(VariableValue::Text);
    }
    let literal = maybe(input, |input| {
        let value = literal(input)?;
        let is_all = peek(input).is_none_or(|c| matches!(c, ' ' | '\t' | '\r' | '\n' | '#'));
        if is_all { Ok(value) } else { other("variable", "expected a literal", here(input)) }
    })?;
    let text: Result<Template, ErrMode<Fault>> = match literal {
        Some(value) => return Ok(value),
        None => template::unquoted(input),
    };
    text.map(VariableValue::Text)
}

fn literal(input: &mut Input<'_>) -> Parsed<VariableValue> {
    if accept(input, "null") {
        return Ok(VariableValue::Null);
    }
    match boolean(input) {
        Some(bool) => Ok(VariableValue::Bool(bool)),
        None => number::number(input).map(VariableValue::Number),
    }
}
