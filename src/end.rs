//! How a run ended.

use std::time::Duration;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct End {
    /// Reason for its end.
    pub reason: EndReason,
    /// From the first user's scheduled start to the last user's end.
    pub duration: Duration,
    /// Threads that could not be interrupted and were left behind.
    pub abandoned: u32,
    /// Use of the machine by the run.
    pub machine: MachineUse,
}

/// How busy the machine was during a run: evidence for a verdict. Shares are of all processors, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MachineUse {
    /// The processors there are for this process.
    pub processors: u32,
    /// Processor time this process took, user and system.
    pub own_cpu: Duration,
    /// Its share of the machine.
    pub own_share: f64,
    /// The share in which any process worked, where the system tells.
    pub busy_share: Option<f64>,
    /// The share the machine's host kept for others, where the system tells.
    pub steal_share: Option<f64>,
}

/// Reason for the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndReason {
    /// Every user did all its loops.
    LoopsDone,
    /// As many requests as were asked for were made.
    RequestsDone,
    /// The time was up.
    TimeUp,
    /// A check wanted one more row of a [`Feed`](crate::Feed) that had given all of them.
    DataUsedUp,
    /// A [`Gate`](crate::Gate) that stops the run was crossed.
    GateCrossed,
    /// No user was left: the start of each had failed.
    NoUsers,
    /// All values were as precise as was asked for.
    Precise,
    /// A search for the capacity came to its end.
    SearchDone,
    /// A program, Ctrl-C or SIGTERM stopped it.
    Stopped,
}
