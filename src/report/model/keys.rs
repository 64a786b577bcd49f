//! Keys of counts: the status of an answer, and what was wrong where there was none.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::outcome::RequestErrorKind;

/// A status of an answer as a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline, description = ""))]
pub(crate) struct Status(#[cfg_attr(test, schemars(with = "String", regex(pattern = "^[0-9]{3}$")))] pub(super) u16);

/// A kind of exception as a key, in small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(inline, description = "", extend("enum" = RequestErrorKind::ALL.map(word)))
)]
pub(crate) struct ErrorKind(#[cfg_attr(test, schemars(with = "String"))] pub(super) RequestErrorKind);

fn word(kind: RequestErrorKind) -> String {
    format!("{kind:?}").to_lowercase()
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Status).map_err(|_| de::Error::custom(format!("an unknown status, '{text}'")))
    }
}

impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&word(self.0))
    }
}

impl<'de> Deserialize<'de> for ErrorKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = RequestErrorKind::ALL.into_iter().find(|kind| word(*kind) == text);
        known.map(ErrorKind).ok_or_else(|| de::Error::custom(format!("an unknown kind of exception, '{text}'")))
    }
}
