//! Aim of a run: the service it goes to, for people and for the report.

use crate::load::Plan;
use crate::printable::name;

/// Aim of a run, as far as it is known before the run.
#[derive(Debug, Clone)]
pub(crate) struct Aim {
    pub(crate) description: String,
    /// True for the mock service inside perfloop.
    pub(crate) is_embedded: bool,
    /// True for checks that were built without optimization, and could be built with it.
    pub(crate) is_debug_build: bool,
    pub(crate) warnings: Vec<String>,
    /// Scheme, host and port of each service that users connect to.
    pub(crate) origins: Vec<String>,
}

impl Aim {
    /// The description without secrets, and without what a terminal would obey.
    pub(crate) fn shown(&self, plan: &Plan) -> String {
        name(&plan.redactor.text(&self.description)).into_owned()
    }

    /// True when some of the connections are encrypted.
    pub(crate) fn has_tls(&self) -> bool {
        self.origins.iter().any(|origin| origin.starts_with("https:"))
    }
}
