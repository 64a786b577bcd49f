//! Orders of the page, for the thread that has the checks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// Order of the page. Its answer is awaited.
#[derive(Debug)]
pub(crate) enum Order {
    /// Tell what run a wish would make; nothing is started.
    Look(Wish, Answer<Shown>),
    /// Start the run of a wish. The answer is the id of the run.
    Start(Wish, Answer<String>),
}

/// Where an answer is awaited.
pub(crate) type Answer<T> = oneshot::Sender<Result<T, Refused>>;

/// Values of the start form, as texts.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Wish {
    /// Values by the names of the fields. What is not among them is as the command line has it.
    pub(crate) fields: BTreeMap<String, FieldValue>,
    /// Classes by their names.
    pub(crate) classes: BTreeMap<String, ClassWish>,
}

/// Value of a field.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum FieldValue {
    Switch(bool),
    Text(String),
    Lines(Vec<String>),
}

/// Class of users, as wished for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ClassWish {
    /// True where it is to take part.
    pub(crate) is_on: bool,
    /// Its weight; that of before where there is none.
    pub(crate) weight: Option<u32>,
}

/// Run that a wish would make.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Shown {
    /// Plan in one line.
    pub(crate) plan: String,
    /// Command line that makes the same run.
    pub(crate) command: String,
    /// Resources that it takes of this machine.
    pub(crate) needs: Vec<Need>,
    /// Warnings that are known beforehand.
    pub(crate) warnings: Vec<String>,
    /// Load over time: pairs of a time in s and an amount, with straight lines between them.
    pub(crate) steps: Vec<(f64, f64)>,
    /// Unit of the amounts.
    pub(crate) steps_unit: &'static str,
}

/// Resource that a run takes of this machine, for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Need {
    /// Resource, such as memory.
    pub(crate) of: &'static str,
    /// How much is needed at most.
    pub(crate) needed: String,
    /// How much there is; null where that is not known.
    pub(crate) limit: Option<String>,
    /// True where there is enough.
    pub(crate) is_met: bool,
    /// Advice where there is not.
    pub(crate) remedy: String,
}

/// Reason why an order was not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    pub(crate) errors: Vec<FieldError>,
    /// The order is right, and comes at the wrong time.
    pub(crate) is_untimely: bool,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FieldError {
    /// Name of the field; null for what is wrong with no single one.
    pub(crate) field: Option<String>,
    /// What is wrong and what to try, in one line.
    pub(crate) message: String,
}

impl Refused {
    /// Refusal of a value, or of all together.
    pub(crate) fn of(field: Option<&str>, message: impl Into<String>) -> Refused {
        let error = FieldError { field: field.map(str::to_owned), message: message.into() };
        Refused { errors: vec![error], is_untimely: false }
    }

    /// Refusal of what a master has the say on.
    pub(crate) fn of_master() -> Refused {
        Refused::untimely("this is a worker: its master starts, changes and stops the runs; ask there")
    }

    /// Refusal of an order that comes at the wrong time.
    pub(crate) fn untimely(message: impl Into<String>) -> Refused {
        Refused { is_untimely: true, ..Refused::of(None, message) }
    }
}
