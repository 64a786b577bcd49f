//! Worker of a master: how it stands with the one that gives its users.

use serde::Serialize;

use super::header::ClassUsers;

/// Worker of a master.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "worker"))]
pub(crate) struct WorkerNow {
    /// Address of the master: host and port.
    pub(crate) master: String,
    /// Workers that this process is in the eyes of the master.
    pub(crate) members: Vec<MemberNow>,
    /// Lines that were said to the master, the newest last.
    pub(crate) lines: Vec<String>,
}

/// One worker in the eyes of a master.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "member"))]
pub(crate) struct MemberNow {
    /// Name by which the master knows it.
    pub(crate) identity: String,
    /// How it stands with the master.
    pub(crate) state: MemberState,
    /// Users of each class that the master has told it to have.
    pub(crate) classes: Vec<ClassUsers>,
    /// Users that the master has told it to have.
    pub(crate) users_told: u32,
    /// Users of it that are up.
    pub(crate) users_up: u32,
    /// Requests, and checks without one, that the master was told of.
    pub(crate) requests_told: u64,
    /// Those of them that the master has not confirmed yet.
    pub(crate) requests_unconfirmed: u64,
    /// Heartbeats that were sent.
    pub(crate) heartbeats: u64,
    /// Heartbeats that the master has answered.
    pub(crate) heartbeats_answered: u64,
    /// Time since the last answer to a heartbeat, in s; null before the first.
    pub(crate) answered_before_s: Option<f64>,
    /// Times that the master was lost.
    pub(crate) losses: u64,
    /// The last loss; null where there was none.
    pub(crate) last_loss: Option<Loss>,
}

/// How a worker stands with its master.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum MemberState {
    /// There is no connection; one is tried twice a second.
    #[default]
    Unconnected,
    /// It has introduced itself, and the master has not answered.
    Introduced,
    /// The master knows it, and it has no users.
    Ready,
    /// Its users come up.
    Spawning,
    /// Its users are up.
    Running,
    /// It has left the master, or gave up on it.
    Gone,
}

/// Loss of a master.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "loss"))]
pub(crate) struct Loss {
    /// When it was noticed, RFC 3339.
    pub(crate) time: String,
    /// What was seen of it.
    pub(crate) why: String,
}
