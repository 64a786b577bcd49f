//! The way from JSON to a part of a report, and what is said of JSON that is none.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use crate::printable::name;

/// A part of a report; or the key that is missing or wrong.
pub(crate) type Read<T> = Result<T, String>;

/// A part of a report from JSON.
///
/// # Errors
/// The key that is missing or wrong: `no seed`, `a wrong pass`.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value) -> Read<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut keys = error.path().iter().filter_map(|segment| match segment {
            Segment::Map { key } => Some(key.as_str()),
            _ => None,
        });
        told(&error.inner().to_string(), keys.next_back().unwrap_or("report"))
    })
}

/// The error of a key, whose value serde complains of; an error of this crate's own is told as it is.
fn told(complaint: &str, key: &str) -> String {
    let quoted = complaint.split('`').nth(1).unwrap_or(key);
    let what = match complaint {
        _ if complaint.starts_with("missing field ") => format!("no {quoted}"),
        _ if complaint.starts_with("unknown variant ") => format!("an unknown {key}, '{quoted}'"),
        _ if complaint.starts_with("invalid type: null,") => format!("no {key}"),
        _ if complaint.starts_with("invalid ") => format!("a wrong {key}"),
        own => own.to_owned(),
    };
    // What is quoted is of the report, which can be written by hand.
    name(&what).into_owned()
}

/// A part whose keys stand among those of the whole: serde alone would not know which of them is wrong.
///
/// # Errors
/// The key that is missing or wrong.
pub(super) fn flattened<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    from_value(Value::Object(Map::deserialize(deserializer)?)).map_err(D::Error::custom)
}

/// A part that nothing is computed from: one that cannot be read, such as a later version's, is left out.
///
/// # Errors
/// Only where there is no JSON.
pub(super) fn if_known<'de, T: DeserializeOwned + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}
