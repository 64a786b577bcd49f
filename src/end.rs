//! How a run ended.

use std::time::Duration;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// What ended it.
    pub reason: EndReason,
    /// From the first user's scheduled start to the last user's end.
    pub duration: Duration,
    /// Threads that could not be interrupted and were left behind.
    pub abandoned: u32,
}

/// What ended a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndReason {
    /// Every user did all its loops.
    LoopsDone,
    /// The time was up.
    TimeUp,
    /// Somebody stopped it: a program, Ctrl-C or SIGTERM.
    Stopped,
}
