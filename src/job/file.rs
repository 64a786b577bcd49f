//! Settings in a TOML file: a key for each field, and tables of checks, classes and names.

use std::path::Path;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{Field, Kind};
use super::given::{Given, Source};
use super::rows::{self, Rows};
use crate::error::Error;

/// Table of the names that requests get.
const NAMES: &str = "names";
/// Field that the table stands for.
const NAME: &str = "name";

/// Finds the field of a key; `None` for a key that is to be ignored.
pub(crate) type FindField<'a> = &'a dyn Fn(&str, &Source) -> Result<Option<Field>, Error>;

/// Reads the values that a file gives, in the order of its lines.
///
/// # Errors
/// When it is no TOML, or one of its keys no field, or a value not of its kind.
pub(crate) fn read(path: &Path, text: &str, find: FindField<'_>) -> Result<Vec<Given>, Error> {
    let table = DeTable::parse(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        Error::usage(format!("{}:{line}:{column}: {what}; write it like users = 10", path.display()))
    })?;
    let mut keys: Vec<_> = table.get_ref().iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    let mut all = Vec::new();
    for (key, value) in keys {
        let name = key.get_ref().as_ref();
        let source = Source::File { path: path.to_owned(), line: place(text, key.span().start).0 };
        if let (NAMES, DeValue::Table(rows)) = (name, value.get_ref()) {
            all.extend(names(rows, &source)?);
            continue;
        }
        if let Some(field) = Field::named(name).filter(|field| field.kind == Kind::Rows) {
            let file = rows::File { path, text };
            all.push(Given::new(field, Rows::read(field.name, value, &file)?, source)?);
            continue;
        }
        if value.get_ref().is_table() {
            return Err(Error::usage(format!(
                "{source}: '{name}' is a table; settings stand in none, like users = 10"
            )));
        }
        if let Some(field) = find(name, &source)? {
            all.push(Given::new(field, value_of(field, value.get_ref(), &source)?, source)?);
        }
    }
    Ok(all)
}

/// Rows `"PATTERN" = "NAME"`, in the order of the file, as the list of the field.
fn names(rows: &DeTable<'_>, source: &Source) -> Result<Option<Given>, Error> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by_key(|(pattern, _)| pattern.span().start);
    let row = |(pattern, name): (&Spanned<_>, &Spanned<DeValue<'_>>)| match name.get_ref() {
        DeValue::String(name) => Ok(Value::from(format!("{}={name}", pattern.get_ref()))),
        other => Err(Error::usage(format!(
            "{source}: {NAMES}: {} is of the wrong kind; write \"PATTERN\" = \"NAME\"",
            kind(other)
        ))),
    };
    let values = rows.into_iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let field = Field::named(NAME).filter(|_| !values.is_empty());
    field.map(|field| Given::new(field, Value::from(values), source.clone())).transpose()
}

/// Line and column, both counted from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn value_of(field: Field, value: &DeValue<'_>, source: &Source) -> Result<Value, Error> {
    let wanted = match field.kind {
        Kind::Switch => "true or false",
        Kind::List => "a text or an array of texts",
        _ => "a number or a text",
    };
    let refuse = |found: &DeValue<'_>| {
        Error::usage(format!("{source}: {}: {} is of the wrong kind; give {wanted}", field.name, kind(found)))
    };
    let one = |value: &DeValue<'_>| scalar(value).ok_or_else(|| refuse(value));
    match value {
        DeValue::Boolean(is_on) if field.is_switch() => Ok(Value::Bool(*is_on)),
        other if field.is_switch() => Err(refuse(other)),
        DeValue::Array(values) if field.is_list() => {
            values.iter().map(|value| one(value.get_ref()).map(as_text)).collect()
        }
        value if field.is_list() => Ok(Value::from(vec![as_text(one(value)?)])),
        value => one(value),
    }
}

fn as_text(value: Value) -> Value {
    if value.is_string() { value } else { Value::from(value.to_string()) }
}

/// A number or a text as it would be written by hand.
fn scalar(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::from(text.as_ref())),
        DeValue::Integer(number) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix()).map(|number| number.to_string());
            Some(Value::from(decimal.unwrap_or_else(|_| number.as_str().to_owned())))
        }
        DeValue::Float(number) => Some(Value::from(number.as_str())),
        _ => None,
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
