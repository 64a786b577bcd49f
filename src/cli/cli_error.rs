//! Mistakes on the command line, each in one line: what is wrong, where, and what to try.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The mistake, and the remedy. `command` is the one whose help tells more.
pub(super) fn one_line(error: &clap::Error, command: &str) -> String {
    let flag = flag(error);
    let help = format!("see {command} --help");
    let value = value(error);
    match (error.kind(), value) {
        (ErrorKind::ValueValidation, _) if error.source().is_some() => {
            let why = why(error, command);
            let unsaid = unsaid_value(error, &why).map(|value| format!(" '{value}'")).unwrap_or_default();
            format!("{flag}{unsaid}: {why}")
        }
        (ErrorKind::UnknownArgument, _) if flag.starts_with('-') => match suggested(error) {
            Some(meant) => format!("there is no flag {flag}; did you mean {meant}?"),
            None => format!("there is no flag {flag}; {help}"),
        },
        (ErrorKind::UnknownArgument, _) => format!("'{flag}' is one word too many; {help}"),
        (ErrorKind::InvalidValue, None) => format!("{flag}: its value is missing; write {}", argument(error)),
        (ErrorKind::ArgumentConflict, _) => match others(error) {
            others if others.is_empty() || others == [flag.as_str()] => {
                format!("{flag} is given more than once; leave one")
            }
            others => format!("{flag} cannot be used with {}; leave one out", others.join(" and ")),
        },
        (ErrorKind::MissingRequiredArgument, _) => format!("{} is missing; give it too", missing(error).join(" ")),
        (ErrorKind::TooManyValues, Some(value)) => format!("{flag} takes no value; leave out '{value}'"),
        (ErrorKind::WrongNumberOfValues, _) => {
            let given = error.get(ContextKind::ActualNumValues).map(ToString::to_string).unwrap_or_default();
            format!("{} are wanted, and {given} given; {help}", argument(error))
        }
        _ => format!("{}; {help}", first_line(error)),
    }
}

/// The flag that there is none of, if that is the mistake.
pub(super) fn unknown_flag(error: &clap::Error) -> Option<String> {
    Some(flag(error)).filter(|flag| error.kind() == ErrorKind::UnknownArgument && flag.starts_with('-'))
}

/// Message on a value, for a place that names the flag itself.
pub(super) fn of_value(error: &clap::Error, command: &str) -> String {
    if error.kind() != ErrorKind::ValueValidation || error.source().is_none() {
        return one_line(error, command);
    }
    let why = why(error, command);
    unsaid_value(error, &why).map(|value| format!("'{value}': {why}")).unwrap_or(why)
}

/// Message of the reader of a value.
fn why(error: &clap::Error, command: &str) -> String {
    let why = error.source().map(ToString::to_string).unwrap_or_default();
    if why.contains("; ") { why } else { format!("{why}; see {command} --help") }
}

/// The value, unless it is told already.
fn unsaid_value(error: &clap::Error, why: &str) -> Option<String> {
    value(error).filter(|value| !why.contains(value.as_str()))
}

fn value(error: &clap::Error) -> Option<String> {
    text(error, ContextKind::InvalidValue).filter(|value| !value.is_empty())
}

/// The argument with its value: `--users N`.
fn argument(error: &clap::Error) -> String {
    plain(&text(error, ContextKind::InvalidArg).unwrap_or_default())
}

/// Without the marks that the help makes around values: `--users <N>`, `[TARGET]...`.
fn plain(argument: &str) -> String {
    let marks: &[char] = if argument.starts_with('-') { &['<', '>'] } else { &['<', '>', '[', ']'] };
    argument.replace(marks, "").replace("...", "")
}

/// Flag of the argument, without its value.
fn flag(error: &clap::Error) -> String {
    without_value(&argument(error)).to_owned()
}

fn without_value(argument: &str) -> &str {
    argument.split([' ', '=']).next().filter(|word| word.starts_with('-')).unwrap_or(argument)
}

/// Flags that cannot stand beside it.
fn others(error: &clap::Error) -> Vec<String> {
    let short = |argument: &String| without_value(argument).to_owned();
    match error.get(ContextKind::PriorArg) {
        Some(ContextValue::String(one)) => vec![short(one)],
        Some(ContextValue::Strings(several)) => several.iter().map(short).collect(),
        _ => Vec::new(),
    }
}

fn missing(error: &clap::Error) -> Vec<String> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(missing)) => missing.iter().map(|argument| plain(argument)).collect(),
        _ => Vec::new(),
    }
}

fn suggested(error: &clap::Error) -> Option<String> {
    let of = |kind| error.get(kind).map(ToString::to_string);
    of(ContextKind::SuggestedArg).or_else(|| of(ContextKind::SuggestedValue))
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    }
}

fn first_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
