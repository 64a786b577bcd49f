//! A part of the run: its totals, checks and requests.

use serde::{Deserialize, Serialize};

use super::check::Check;
use super::read::Read;
use super::request::Request;
use super::totals::Totals;
use crate::stats;

/// Totals, checks and requests of a part of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "section"))]
pub(crate) struct Section {
    /// All checks together.
    totals: Totals,
    /// Each check.
    checks: Vec<Check>,
    /// Requests of each name.
    requests: Vec<Request>,
}

impl From<&stats::Section> for Section {
    fn from(section: &stats::Section) -> Self {
        Section {
            totals: section.into(),
            checks: section.checks.iter().map(|counters| Check::of(section, counters)).collect(),
            requests: section.requests.iter().map(|counters| Request::of(section, counters)).collect(),
        }
    }
}

impl Section {
    pub(super) fn read(&self) -> Read<stats::Section> {
        let checks = self.checks.iter().map(Check::counters).collect::<Read<_>>()?;
        let requests = self.requests.iter().map(Request::counters).collect::<Read<_>>()?;
        Ok(stats::Section::of(checks, requests, self.totals.span_s.into(), self.totals.in_flight.0))
    }
}
