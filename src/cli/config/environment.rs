//! Settings in the environment: `PERFLOOP_SPAWN_RATE=10`.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};

use super::CONFIG_VARIABLE;
use super::entry::{self, Entry, Given, Source};
use crate::error::Error;

const PREFIX: &str = "PERFLOOP_";

/// The entries of all variables that begin like perfloop's, in the order of their names.
///
/// # Errors
/// When one of them is no setting, or its value is none.
pub(super) fn entries(command: &Command, variables: &[(OsString, OsString)]) -> Result<Vec<Entry>, Error> {
    let mut ours: Vec<(String, &OsStr)> = Vec::new();
    for (name, value) in variables {
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name != CONFIG_VARIABLE {
            ours.push((name.into_owned(), value));
        }
    }
    ours.sort();
    let mut entries = Vec::new();
    for (name, value) in ours {
        let key = name[PREFIX.len()..].to_ascii_lowercase().replace('_', "-");
        let source = Source::Variable(name);
        let Some(arg) = entry::find(command, &key, &source, variable)? else { continue };
        if let Some(given) = given(arg, value, &source)? {
            entries.push(Entry::new(command, arg, given, source)?);
        }
    }
    Ok(entries)
}

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase().replace('-', "_"))
}

/// An empty variable is as good as none, but it switches off.
fn given(arg: &Arg, value: &OsStr, source: &Source) -> Result<Option<Given>, Error> {
    if entry::is_switch(arg) {
        return match value.to_str() {
            Some("1" | "true") => Ok(Some(Given::Switch(true))),
            Some("0" | "false" | "") => Ok(Some(Given::Switch(false))),
            _ => Err(Error::usage(format!(
                "{source}: '{}' neither switches on nor off; give 1 or 0",
                value.to_string_lossy()
            ))),
        };
    } else if value.is_empty() {
        return Ok(None);
    }
    let values = match value.to_str() {
        Some(text) if entry::is_repeatable(arg) => {
            text.lines().filter(|line| !line.is_empty()).map(Into::into).collect()
        }
        _ => vec![value.to_owned()],
    };
    Ok(Some(Given::Values(values)))
}
