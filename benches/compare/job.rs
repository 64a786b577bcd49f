//! What every tester is asked to do.

use std::path::PathBuf;
use std::time::Duration;

/// So many users that send the same request over and over, without a rest, for this time.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// What they ask for.
    pub(crate) url: String,
    /// The body length of a right answer.
    pub(crate) body_length: usize,
    /// How many there are at once.
    pub(crate) users: usize,
    /// How long they go on.
    pub(crate) time: Duration,
    /// Where scripts and outputs go.
    pub(crate) folder: PathBuf,
}

impl Job {
    /// For testers that take whole seconds only.
    pub(crate) fn whole_seconds(&self) -> u64 {
        self.time.as_secs() + u64::from(self.time.subsec_nanos() > 0)
    }

    /// The URL's `host:port` and path.
    pub(crate) fn address_and_path(&self) -> (&str, &str) {
        address_and_path(&self.url)
    }
}

/// The `host:port` and path of a plain URL.
pub(crate) fn address_and_path(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash))
}
