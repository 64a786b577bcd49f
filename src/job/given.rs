//! Values of fields that have been given, and their sources.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::fields::{Field, Kind};
use super::spec::RunSpec;
use crate::error::Error;

/// Source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    CommandLine,
    /// Form of the live page.
    Page,
    /// Master that this process works for.
    Master,
    /// Variable of the environment.
    Variable(String),
    /// File of settings; lines are counted from 1.
    File {
        path: PathBuf,
        line: usize,
    },
    /// Specification of another run.
    Spec(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::CommandLine => f.write_str("command line"),
            Source::Page => f.write_str("page"),
            Source::Master => f.write_str("master"),
            Source::Variable(name) => f.write_str(name),
            Source::File { path, line } => write!(f, "{}:{line}", path.display()),
            Source::Spec(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Value of one field, from one source.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) field: Field,
    pub(crate) value: Value,
    pub(crate) source: Source,
}

impl Given {
    /// # Errors
    /// When the field cannot have this value; the line names the source, the field and the value.
    pub(crate) fn new(field: Field, value: Value, source: Source) -> Result<Given, Error> {
        let value = match value {
            Value::Array(texts) if field.kind == Kind::Words => texts.iter().flat_map(words).collect(),
            value => value,
        };
        let given = Given { field, value, source };
        given.check()?;
        Ok(given)
    }

    /// A switch or texts, as a command line has them.
    ///
    /// # Errors
    /// Those of [`Given::new`].
    pub(crate) fn of_texts(field: Field, texts: Vec<String>, source: Source) -> Result<Given, Error> {
        let value = match (field.kind, texts) {
            (Kind::List | Kind::Words, texts) => Value::from(texts),
            (_, mut texts) => texts.pop().map_or(Value::Null, Value::from),
        };
        Given::new(field, value, source)
    }

    fn check(&self) -> Result<(), Error> {
        let read = |value: &Value| {
            let one = Map::from_iter([(self.field.name.to_owned(), value.clone())]);
            serde_json::from_value::<RunSpec>(Value::Object(one)).map(drop)
        };
        // Of a list the first value that is wrong is told.
        let wrong = match &self.value {
            Value::Array(values) if self.field.is_list() => {
                values.iter().find_map(|value| Some((value, read(&Value::from(vec![value.clone()])).err()?)))
            }
            value => read(value).err().map(|error| (value, error)),
        };
        let Some((value, error)) = wrong else { return Ok(()) };
        let (why, name) = (error.to_string(), self.field.name);
        let unsaid = value.as_str().filter(|text| !text.is_empty() && !why.contains(text));
        let why = if why.contains("; ") { why } else { format!("{why}; give another value") };
        Err(Error::usage(match (&self.source, unsaid) {
            (Source::CommandLine | Source::Page, Some(text)) => format!("‹{name}› '{text}': {why}"),
            (Source::CommandLine | Source::Page, None) => format!("‹{name}›: {why}"),
            (source, Some(text)) => format!("{source}: {name}: '{text}': {why}"),
            (source, None) => format!("{source}: {name}: {why}"),
        }))
    }

    /// True for a switch that is off: it says that nothing below it is on.
    pub(crate) fn is_off(&self) -> bool {
        self.value == Value::Bool(false)
    }

    /// The value as texts; none for a switch.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match &self.value {
            Value::Bool(_) | Value::Null | Value::Object(_) => Vec::new(),
            Value::Array(values) => values.iter().map(text).collect(),
            value => vec![text(value)],
        }
    }
}

/// Words with commas between them.
fn words(text: &Value) -> Vec<Value> {
    text.as_str().unwrap_or_default().split(',').map(Value::from).collect()
}
