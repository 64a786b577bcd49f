//! Specification of another run: the one that its JSON report holds, or a file of settings.

use std::path::Path;

use serde_json::Value;

use super::fields::{Field, Kind, OUTPUTS};
use super::file::{self, FindField};
use super::given::{Given, Source};
use crate::error::Error;

/// Reads the values of a specification. Of a report, the outputs are left out: they are those of that run.
///
/// # Errors
/// When the file is neither JSON nor TOML, is a report without a specification, or holds what is no field.
pub(crate) fn read(path: &Path, text: &str, find: FindField<'_>) -> Result<Vec<Given>, Error> {
    if !text.trim_start().starts_with('{') {
        return file::read(path, text, find);
    }
    let wrong = |what: &str| {
        Error::usage(format!("‹spec› {}: {what}; give the JSON report of a run, or a file of settings", path.display()))
    };
    let json: Value = serde_json::from_str(text).map_err(|error| wrong(&format!("is no JSON ({error})")))?;
    let spec = json.pointer("/run/spec").or_else(|| json.get("run").is_none().then_some(&json));
    let Some(Value::Object(spec)) = spec.filter(|spec| !spec.is_null()) else {
        return Err(wrong("is a report without the specification of its run"));
    };
    let source = Source::Spec(path.to_owned());
    let mut all = Vec::new();
    for (name, value) in spec.iter().filter(|(name, _)| !OUTPUTS.contains(&name.as_str())) {
        if let Some(field) = find(name, &source)? {
            all.push(of(field, value.clone(), &source)?);
        }
    }
    Ok(all)
}

fn of(field: Field, value: Value, source: &Source) -> Result<Given, Error> {
    let (is_right, wanted) = match (field.kind, &value) {
        (Kind::Switch, value) => (value.is_boolean(), "true or false"),
        (Kind::Rows, value) => (value.is_object(), "an object"),
        (Kind::List | Kind::Words, value) => (value.is_array(), "an array of texts"),
        (Kind::One | Kind::Span, value) => (value.is_string() || value.is_number(), "a number or a text"),
    };
    if !is_right {
        return Err(Error::usage(format!("{source}: {}: is of the wrong kind; give {wanted}", field.name)));
    }
    Given::new(field, value, source.clone())
}
