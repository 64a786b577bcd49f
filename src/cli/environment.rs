//! Settings in the environment: `PERFLOOP_SPAWN_RATE=10`.

use std::ffi::{OsStr, OsString};

use clap::Command;
use serde_json::Value;

use super::keys;
use crate::error::Error;
use crate::job::fields::Field;
use crate::job::given::{Given, Source};

const PREFIX: &str = "PERFLOOP_";
/// Names a file of settings, and is none itself.
const CONFIG: &str = "PERFLOOP_CONFIG";

/// Values of all variables that begin like perfloop's, in the order of their names.
///
/// # Errors
/// When one of them is no setting, or its value is none.
pub(super) fn given(command: &Command, variables: &[(OsString, OsString)]) -> Result<Vec<Given>, Error> {
    let mut ours: Vec<(String, &OsStr)> = Vec::new();
    for (name, value) in variables {
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name != CONFIG {
            ours.push((name.into_owned(), value));
        }
    }
    ours.sort();
    let mut all = Vec::new();
    for (name, value) in ours {
        let key = name[PREFIX.len()..].to_ascii_lowercase().replace('_', "-");
        let source = Source::Variable(name);
        if let Some(field) = keys::find(command, &key, &source, variable)? {
            all.extend(value_of(field, value, source)?);
        }
    }
    Ok(all)
}

fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase().replace('-', "_"))
}

/// Value of a variable. An empty one gives nothing, but it switches off.
fn value_of(field: Field, value: &OsStr, source: Source) -> Result<Option<Given>, Error> {
    let text = value.to_string_lossy();
    if field.is_switch() {
        let is_on = match &*text {
            "1" | "true" => true,
            "0" | "false" | "" => false,
            _ => {
                return Err(Error::usage(format!("{source}: '{text}' neither switches on nor off; give 1 or 0")));
            }
        };
        return Given::new(field, Value::Bool(is_on), source).map(Some);
    } else if text.is_empty() {
        return Ok(None);
    }
    let texts = match field.is_list() {
        true => text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        false => vec![text.into_owned()],
    };
    Given::of_texts(field, texts, source).map(Some)
}
