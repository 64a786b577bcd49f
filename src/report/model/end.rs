//! Reason for the end of a run.

use serde::{Deserialize, Serialize};

use crate::end;

/// Reason for which the run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum EndReason {
    LoopsDone,
    RequestsDone,
    TimeUp,
    DataUsedUp,
    NoUsers,
    GateCrossed,
    Precise,
    SearchDone,
    Stopped,
}

impl From<end::EndReason> for EndReason {
    fn from(reason: end::EndReason) -> Self {
        match reason {
            end::EndReason::LoopsDone => EndReason::LoopsDone,
            end::EndReason::RequestsDone => EndReason::RequestsDone,
            end::EndReason::TimeUp => EndReason::TimeUp,
            end::EndReason::DataUsedUp => EndReason::DataUsedUp,
            end::EndReason::NoUsers => EndReason::NoUsers,
            end::EndReason::GateCrossed => EndReason::GateCrossed,
            end::EndReason::Precise => EndReason::Precise,
            end::EndReason::SearchDone => EndReason::SearchDone,
            end::EndReason::Stopped => EndReason::Stopped,
        }
    }
}

impl From<EndReason> for end::EndReason {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::LoopsDone => end::EndReason::LoopsDone,
            EndReason::RequestsDone => end::EndReason::RequestsDone,
            EndReason::TimeUp => end::EndReason::TimeUp,
            EndReason::DataUsedUp => end::EndReason::DataUsedUp,
            EndReason::NoUsers => end::EndReason::NoUsers,
            EndReason::GateCrossed => end::EndReason::GateCrossed,
            EndReason::Precise => end::EndReason::Precise,
            EndReason::SearchDone => end::EndReason::SearchDone,
            EndReason::Stopped => end::EndReason::Stopped,
        }
    }
}
