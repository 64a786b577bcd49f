//! What is known of a run before it begins.

use std::sync::Arc;
use std::time::Duration;

use super::search::Search;
use crate::report::RunInfo;
use crate::report::live::Planned;

/// What is known of a run before it begins.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) info: RunInfo,
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
