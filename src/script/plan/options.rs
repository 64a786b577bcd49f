//! `[Options]`: how one entry is run, instead of as all others.

use std::time::Duration;

use perfloop_hurl::ast::{EntryOption, OptionKind, OptionValue, VariableValue};
use perfloop_hurl::{Span, ast::Template};

use super::settings::Change;
use super::values::{flag, integer, invalid, of_place, text, time};
use crate::script::eval::{EvalError, Number, Value, Variables};

/// Number of times that something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    Times(u64),
    Endless,
}

/// Which redirects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follow {
    No,
    /// Followed; credentials are sent to the first host only.
    Yes,
    /// Followed; credentials are sent to every host.
    Trusting,
}

/// Options of an entry. Without one, the settings of the run count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    pub(crate) skip: bool,
    pub(crate) repeat: Option<Count>,
    pub(crate) delay: Option<Duration>,
    pub(crate) retry: Option<Count>,
    pub(crate) retry_interval: Option<Duration>,
    pub(crate) follow: Option<Follow>,
    pub(crate) max_redirects: Option<Count>,
    pub(crate) compressed: Option<bool>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) no_headers: Vec<String>,
    pub(crate) user: Option<String>,
    pub(crate) path_as_is: bool,
    pub(crate) http10: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) output: Option<(String, Span)>,
    pub(crate) no_coercion: Option<bool>,
    pub(crate) changes: Vec<Change>,
}

/// The options of an entry, compiled.
#[derive(Debug)]
pub(crate) enum EntryOptions {
    /// Options that are always the same.
    Fixed(Box<Options>),
    /// Options with places, or that set variables.
    Made(Vec<EntryOption>),
}

impl EntryOptions {
    /// Compiles options. Options without a value are told when the entry is run, as hurl does.
    pub(crate) fn new(options: &[EntryOption]) -> Self {
        let sets_variables = |option: &EntryOption| matches!(option.kind, OptionKind::Variable { .. });
        match resolve(options, &mut Variables::new()) {
            // Without any variable: there is nothing to fill in.
            Ok(fixed) if !options.iter().any(sets_variables) => EntryOptions::Fixed(Box::new(fixed)),
            _ => EntryOptions::Made(options.to_vec()),
        }
    }

    /// The options with their places filled; variables among them are set.
    pub(crate) fn made(options: &[EntryOption], variables: &mut Variables) -> Result<Options, EvalError> {
        resolve(options, variables)
    }
}

fn resolve(list: &[EntryOption], variables: &mut Variables) -> Result<Options, EvalError> {
    let mut options = Options::default();
    for option in list {
        options.add(option, variables)?;
    }
    Ok(options)
}

impl Options {
    fn add(&mut self, option: &EntryOption, variables: &mut Variables) -> Result<(), EvalError> {
        use OptionKind as Kind;
        match &option.kind {
            Kind::Variable { name, value } => {
                let value = variable(value, variables)?;
                variables.set(name.as_str(), value);
            }
            Kind::Skip(value) => self.skip = flag(value, variables)?,
            Kind::Repeat(value) => self.repeat = Some(count(value, variables)?),
            Kind::Delay(value) => self.delay = Some(time(value, variables)?),
            Kind::Retry(value) => self.retry = Some(count(value, variables)?),
            Kind::RetryInterval(value) => self.retry_interval = Some(time(value, variables)?),
            Kind::Location(value) => {
                self.follow = Some(if flag(value, variables)? { Follow::Yes } else { Follow::No });
            }
            Kind::LocationTrusted(value) if flag(value, variables)? => self.follow = Some(Follow::Trusting),
            Kind::MaxRedirs(value) => self.max_redirects = Some(count(value, variables)?),
            Kind::Compressed(value) => self.compressed = Some(flag(value, variables)?),
            Kind::Header(value) => self.headers.push(header(value, variables)?),
            Kind::NoHeader(value) => self.no_headers.push(text(value, variables)?),
            Kind::User(value) => self.user = Some(text(value, variables)?),
            Kind::PathAsIs(value) => self.path_as_is = flag(value, variables)?,
            Kind::MaxTime(value) => self.timeout = Some(time(value, variables)?).filter(|time| !time.is_zero()),
            Kind::Output(value) => self.output = Some((text(value, variables)?, value.span)),
            Kind::NoJsonPathCoercion(value) => self.no_coercion = Some(flag(value, variables)?),
            Kind::Http10(value) => {
                self.http10 = flag(value, variables)?;
                self.changes.push(Change::NewConnection);
            }
            Kind::Http11(value) => {
                self.http10 = !flag(value, variables)?;
                self.changes.push(Change::NewConnection);
            }
            // They change what hurl prints, and nothing here; a value that is none is told all the same.
            Kind::FailWithBody(value) | Kind::Verbose(value) | Kind::VeryVerbose(value) => {
                flag(value, variables)?;
            }
            other => self.changes.extend(Change::of(other, variables)?),
        }
        Ok(())
    }
}

fn header(template: &Template, variables: &Variables) -> Result<(String, String), EvalError> {
    let line = text(template, variables)?;
    match line.split_once(':') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
        // What stands behind the first word may be a secret.
        None => {
            let word = line.split_whitespace().next().unwrap_or_default();
            Err(invalid(template.span, "header", word, "it has no colon; write NAME: VALUE"))
        }
    }
}

fn count(value: &OptionValue<i64>, variables: &Variables) -> Result<Count, EvalError> {
    let number = match value {
        OptionValue::Literal(number) => *number,
        OptionValue::Place(place) => {
            of_place(place, variables, "an integer of -1 or more", |value| integer(value).filter(|n| *n >= -1))?
        }
    };
    Ok(u64::try_from(number).map_or(Count::Endless, Count::Times))
}

fn variable(value: &VariableValue, variables: &Variables) -> Result<Value, EvalError> {
    Ok(match value {
        VariableValue::Null => Value::Null,
        VariableValue::Bool(value) => Value::Bool(*value),
        VariableValue::Number(number) => Value::Number(Number::from(number)),
        VariableValue::Text(template) => Value::Text(text(template, variables)?),
    })
}
