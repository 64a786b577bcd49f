//! What is known of a run before it begins.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::search::Search;
use crate::report::RunInfo;
use crate::report::live::Planned;

/// What is known of a run before it begins.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) info: RunInfo,
    /// Part of a run of several machines, for people; `None` of a whole one.
    pub(crate) part: Option<String>,
    /// Command line that makes the same run.
    pub(crate) command: String,
    /// When the timer ends it, from the start of what is measured.
    pub(crate) time: Option<Duration>,
    /// Arrivals per second, of a run by a rate that stays the same.
    pub(crate) rate: Option<f64>,
    /// What can be changed while it goes on.
    pub(crate) can_edit: Vec<&'static str>,
    /// Shares of the checks, as planned.
    pub(crate) planned: Vec<Planned>,
    /// Search for the capacity, which sets the load of the run itself; `None` of a run that is none.
    pub(crate) search: Option<Arc<Search>>,
}

impl About {
    /// Time until the moment at which the run is to start; `None` after it.
    pub(super) fn starts_in(&self) -> Option<Duration> {
        self.info.started.duration_since(SystemTime::now()).ok().filter(|left| !left.is_zero())
    }
}
