//! The warm-up.

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::read::{Read, flattened};
use super::section::Section;
use crate::names::Names;
use crate::stats;

/// Warm-up: what ended before the measured time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "warmup"))]
pub(crate) struct WarmUp {
    #[serde(flatten, deserialize_with = "flattened")]
    section: Section,
    /// Fails and exceptions of the warm-up in groups.
    failures: Vec<Failure>,
}

impl WarmUp {
    pub(super) fn of(summary: &stats::Summary, warmup: &stats::WarmUp) -> Self {
        let failures = warmup.failures.iter().map(|group| Failure::of(summary, group)).collect();
        WarmUp { section: (&warmup.section).into(), failures }
    }

    pub(super) fn read(self, names: &Names) -> Read<stats::WarmUp> {
        let failures = self.failures.into_iter().map(|failure| failure.read(names)).collect();
        Ok(stats::WarmUp { section: self.section.read()?, failures })
    }
}
