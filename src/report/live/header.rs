//! Header of a run: what it is, how far it has come, and what can be changed of it.

use serde::Serialize;

/// State of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum State {
    /// Nothing has been started.
    Ready,
    /// The moment at which it is to start is yet to come.
    Waiting,
    /// Users are being started, or leave, until as many are up as are wanted.
    Spawning,
    /// All wanted users are up.
    Running,
    /// Nothing is begun any more.
    Stopping,
    /// It is over.
    Stopped,
}

/// Run, and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "run"))]
pub(crate) struct Header {
    /// Id of the run.
    pub(crate) id: String,
    /// State of the run.
    pub(crate) state: State,
    /// Start of the run, RFC 3339.
    pub(crate) started: String,
    /// Part of a run of several machines, such as `part 2 of 3`; null of a whole one.
    pub(crate) part: Option<String>,
    /// Time until the moment at which it is to start, in s; null after it, or without one.
    pub(crate) starts_in_s: Option<f64>,
    /// Target, for people.
    pub(crate) target: String,
    /// Plan in one line.
    pub(crate) plan: String,
    /// Command line that makes the same run.
    pub(crate) command: String,
    /// True while nothing is measured yet.
    pub(crate) is_warming_up: bool,
    /// Time since the first user's start, without the warm-up, in s.
    pub(crate) elapsed_s: f64,
    /// Time until the planned end, in s; null without one.
    pub(crate) left_s: Option<f64>,
    /// Users that are up.
    pub(crate) users_up: u32,
    /// Users that are wanted.
    pub(crate) users_wanted: u32,
    /// Arrivals per second that are asked for; null of a run by users.
    pub(crate) asked_per_s: Option<f64>,
    /// Users that are wanted of each class.
    pub(crate) classes: Vec<ClassUsers>,
    /// What can be changed now: `users`, `rate`, `classes`.
    pub(crate) can_edit: Vec<&'static str>,
    /// True for a run that was good; null while it goes on.
    pub(crate) is_good: Option<bool>,
    /// How it ended; null while it goes on.
    pub(crate) end: Option<String>,
}

/// Users that are wanted of a class.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "class_users"))]
pub(crate) struct ClassUsers {
    /// Name of the class.
    pub(crate) name: String,
    /// Users.
    pub(crate) users: u32,
}

impl From<(String, u32)> for ClassUsers {
    fn from((name, users): (String, u32)) -> Self {
        ClassUsers { name, users }
    }
}
