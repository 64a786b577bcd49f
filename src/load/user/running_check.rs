//! State of the check that a user runs now.

use std::time::Duration;

use super::blame::Blame;
use super::capture::Unanswered;
use crate::exchange::Exchange;
use crate::ids::RequestId;
use crate::nanos::Nanos;
use crate::outcome::Outcome;

/// Why a check whose run was cut off makes no further request.
pub(super) const WAS_CUT: &str = "the run was cut off";

/// State of the check that runs now.
#[derive(Debug, Default)]
pub(crate) struct RunningCheck {
    pub(crate) tpr: Nanos,
    pub(crate) requests: u32,
    pub(crate) answered: u32,
    /// Spent resting on purpose.
    pub(crate) thought: Duration,
    /// Spent in the author's hooks.
    pub(crate) hooks: Duration,
    /// The first thing it measured itself that did not go well.
    pub(crate) recorded: Option<Outcome>,
    /// The last exchanges, where hooks want to see those of a failure.
    pub(crate) exchanges: Vec<Exchange>,
    /// Being exchanged now.
    pub(crate) in_exchange: Option<RequestId>,
    /// Ended without a usable answer.
    pub(crate) lost: Option<RequestId>,
    /// Last request of a ureq agent, if its answer had a status that is an error, or there was none.
    pub(crate) suspect: Option<RequestId>,
    /// Requests of the check that went wrong.
    pub(crate) blame: Blame,
    /// The last that did, whole.
    pub(crate) unanswered: Option<Box<Unanswered>>,
    /// Its last exchange, for the log, while the answer may still show what is secret in it.
    pub(crate) unlogged: Option<Box<Exchange>>,
    /// True while exchanges wait for the log, because the answer may show what else is secret.
    pub(crate) finds_secrets: bool,
    /// True when the check wanted a row of a feed that has none left.
    pub(crate) has_no_row: bool,
    /// True when the check has asked for a request, sent or not.
    pub(crate) asked: bool,
    /// True for a check that began after the stop, as the end of a user does: its rests go through it.
    pub(crate) is_after_stop: bool,
    /// The stop has ended a rest of it: what comes after would come too early.
    pub(crate) rest_was_cut: bool,
    /// True when the check is counted as unfinished already.
    pub(crate) has_left: bool,
}

impl RunningCheck {
    /// Forgets the check before. Field by field, because most are as they were at its begin.
    pub(super) fn begin(&mut self, is_after_stop: bool, asked: bool) {
        let RunningCheck {
            tpr,
            requests,
            answered,
            thought,
            hooks,
            recorded,
            exchanges,
            in_exchange,
            lost,
            suspect,
            blame,
            unanswered,
            unlogged,
            finds_secrets,
            has_no_row,
            asked: has_asked,
            is_after_stop: is_late,
            rest_was_cut,
            has_left,
        } = self;
        (*tpr, *requests, *answered, *thought, *hooks) = (Nanos::ZERO, 0, 0, Duration::ZERO, Duration::ZERO);
        (*in_exchange, *lost, *suspect) = (None, None, None);
        (*recorded, *unanswered, *unlogged) = (None, None, None);
        exchanges.clear();
        blame.clear();
        (*finds_secrets, *has_no_row, *rest_was_cut, *has_left) = (false, false, false, false);
        (*has_asked, *is_late) = (asked, is_after_stop);
    }
}
