//! Diagnosis in words.

use serde::{Deserialize, Serialize};

use crate::stats;

/// Diagnosis: what the numbers show of the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "diagnosis"))]
pub(crate) struct Diagnosis {
    /// What it says.
    text: String,
    /// What to do about it.
    remedy: String,
}

impl Diagnosis {
    /// All of a run.
    pub(crate) fn all(summary: &stats::Summary) -> Vec<Diagnosis> {
        let told = |one: stats::Diagnosis| Diagnosis { text: one.text, remedy: one.remedy };
        summary.diagnoses().into_iter().map(told).collect()
    }
}
