//! All checks together.

use serde::{Deserialize, Serialize};

use super::check::CheckNumbers;
use super::number::{Count, Number, Seconds};
use super::read::flattened;
use crate::stats::{Intervals, Section};

/// All checks together, in a part of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "totals"))]
pub(crate) struct Totals {
    #[serde(flatten, deserialize_with = "flattened")]
    numbers: CheckNumbers,
    /// Time that rates are divided by, in s: of the whole run, the tested time.
    pub(super) span_s: Seconds,
    /// Mean number of requests in flight at the service: the sum of response times, as far as they lie in the span,
    /// over it.
    pub(super) in_flight: Number,
    /// Requests sent: answered, lost and unfinished.
    requests: Count,
    /// Requests with a usable answer.
    answered: Count,
}

/// All checks together, in the whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "totals_of_run"))]
pub(crate) struct TotalsOfRun {
    #[serde(flatten, deserialize_with = "flattened")]
    pub(super) whole: Totals,
    /// Totals of what ended at full load; null if nothing did.
    pub(super) at_full_load: Option<Totals>,
}

impl Totals {
    /// Totals of full load, with the ends of their intervals.
    pub(super) fn bounded(self, section: &Section, intervals: &Intervals) -> Self {
        Totals { numbers: self.numbers.bounded(&section.totals, intervals), ..self }
    }
}

impl From<&Section> for Totals {
    fn from(section: &Section) -> Self {
        Totals {
            numbers: CheckNumbers::of_all(section),
            span_s: section.span.into(),
            in_flight: Number(section.in_flight),
            requests: Count(section.request_totals.sent()),
            answered: Count(section.request_totals.answered),
        }
    }
}
