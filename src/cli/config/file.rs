//! Settings in a TOML file: a key for each flag.

use std::ffi::OsString;
use std::path::Path;

use clap::{Arg, Command};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::entry::{self, Entry, Given, Source};
use super::roles::{self, Roles};
use crate::error::Error;
use crate::input_file;

/// The table of what requests are named.
const NAMES: &str = "names";

/// # Errors
/// When it cannot be read; `flag` is what named it.
pub(super) fn text(flag: &str, path: &Path) -> Result<String, Error> {
    input_file::read_text(path).map_err(|error| {
        Error::usage(format!("{flag} {}: cannot be read ({error}); give a TOML file that can", path.display()))
    })
}

/// What a file says.
pub(super) struct Read {
    /// In the order of its lines.
    pub(super) entries: Vec<Entry>,
    pub(super) roles: Roles,
}

/// What a file says.
///
/// # Errors
/// When it is no TOML, or one of its keys no setting, or a value not of its kind.
pub(super) fn read(command: &Command, path: &Path, text: &str) -> Result<Read, Error> {
    let table = DeTable::parse(text).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        let what = error.message().lines().collect::<Vec<_>>().join(", ");
        Error::usage(format!("{} line {line} column {column}: {what}; write it like users = 10", path.display()))
    })?;
    let mut keys: Vec<_> = table.get_ref().iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    let mut read = Read { entries: Vec::new(), roles: Roles::default() };
    for (key, value) in keys {
        let (line, _) = place(text, key.span().start);
        let source = Source::File { path: path.to_owned(), line };
        if roles::TABLES.contains(&key.get_ref().as_ref()) {
            read.roles.read(key.get_ref(), value, &roles::File { path, text })?;
            continue;
        }
        if let (NAMES, DeValue::Table(rows)) = (key.get_ref().as_ref(), value.get_ref()) {
            read.entries.extend(names(command, rows, &source)?);
            continue;
        }
        if value.get_ref().is_table() {
            let name = key.get_ref();
            return Err(Error::usage(format!(
                "{source}: '{name}' is a table; settings stand in none, like users = 10"
            )));
        }
        if let Some(arg) = entry::find(command, key.get_ref(), &source, str::to_owned)? {
            let given = given(arg, value, &source)?;
            read.entries.push(Entry::new(command, arg, given, source)?);
        }
    }
    Ok(read)
}

/// The rows `"PATTERN" = "NAME"`, in the order of the file, as the flag has them.
fn names(command: &Command, rows: &DeTable<'_>, source: &Source) -> Result<Option<Entry>, Error> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by_key(|(pattern, _)| pattern.span().start);
    let row = |(pattern, name): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| match name.get_ref() {
        DeValue::String(name) => Ok(OsString::from(format!("{}={name}", pattern.get_ref()))),
        other => Err(Error::usage(format!(
            "{source}: {NAMES}: {} is of the wrong kind; write \"PATTERN\" = \"NAME\"",
            kind(other)
        ))),
    };
    let values = rows.into_iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let arg = entry::find(command, "name", source, str::to_owned)?.filter(|_| !values.is_empty());
    arg.map(|arg| Entry::new(command, arg, Given::Values(values), source.clone())).transpose()
}

/// Line and column, both from 1.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn given(arg: &Arg, value: &Spanned<DeValue<'_>>, source: &Source) -> Result<Given, Error> {
    let wanted = match (entry::is_switch(arg), entry::is_repeatable(arg)) {
        (true, _) => "true or false",
        (false, true) => "a text or an array of texts",
        (false, false) => "a number or a text",
    };
    let refuse = |found: &DeValue<'_>| {
        Error::usage(format!("{source}: {}: {} is of the wrong kind; give {wanted}", entry::key(arg), kind(found)))
    };
    let one = |value: &Spanned<DeValue<'_>>| word(value.get_ref()).ok_or_else(|| refuse(value.get_ref()));
    match value.get_ref() {
        DeValue::Boolean(is_on) if entry::is_switch(arg) => Ok(Given::Switch(*is_on)),
        other if entry::is_switch(arg) => Err(refuse(other)),
        DeValue::Array(values) if entry::is_repeatable(arg) => {
            Ok(Given::Values(values.iter().map(one).collect::<Result<_, _>>()?))
        }
        _ => Ok(Given::Values(vec![one(value)?])),
    }
}

/// A value as it would be written on the command line.
fn word(value: &DeValue<'_>) -> Option<OsString> {
    match value {
        DeValue::String(text) => Some(text.as_ref().into()),
        DeValue::Integer(number) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix()).map(|number| number.to_string());
            Some(decimal.unwrap_or_else(|_| number.as_str().to_owned()).into())
        }
        DeValue::Float(number) => Some(number.as_str().into()),
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
