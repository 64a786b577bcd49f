//! Which of a check's requests is at fault when it does not pass: each failure is counted once, by its own sample or by
//! that of its check.

use crate::ids::RequestId;
use crate::outcome::{Outcome, Reason};

/// Requests of the running check that went wrong. Most checks have none.
#[derive(Debug, Default)]
pub(crate) struct Blame {
    /// Requests whose own samples say so.
    told: Vec<RequestId>,
    /// Requests that could not be sent, and have no sample.
    unsent: Vec<RequestId>,
    /// The last thing the check has measured itself, if it went badly.
    measured: Option<RequestId>,
}

impl Blame {
    /// Nothing has gone wrong.
    pub(crate) fn clear(&mut self) {
        self.told.clear();
        self.unsent.clear();
        self.measured = None;
    }

    /// Its sample says that there was no usable answer.
    pub(crate) fn lost(&mut self, request: RequestId) {
        self.told.push(request);
    }

    /// Notes a request that could not even be begun.
    pub(crate) fn unsent(&mut self, request: RequestId) {
        self.unsent.push(request);
    }

    /// There is an answer now, which may be at fault in its turn.
    pub(crate) fn answered(&mut self, request: RequestId) {
        self.told.retain(|told| *told != request);
        self.unsent.retain(|unsent| *unsent != request);
    }

    /// The check has measured it itself, and its sample says how it went.
    pub(crate) fn measured(&mut self, request: RequestId, good: bool) {
        self.measured = (!good).then_some(request);
        if !good {
            self.told.push(request);
        }
    }

    /// Lays what went wrong at the request that it came of, and returns that if its sample does not say so.
    pub(crate) fn settle(&self, outcome: &mut Outcome) -> Option<RequestId> {
        let (Outcome::Fail(reason) | Outcome::Exception(reason)) = outcome else { return None };
        let Reason { request, .. } = reason;
        *request = request.or(self.measured);
        if request.is_some_and(|request| self.unsent.contains(&request) && !self.told.contains(&request)) {
            // There is no request that it could be counted for.
            *request = None;
        }
        request.filter(|request| !self.told.contains(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: RequestId = RequestId(1);
    const B: RequestId = RequestId(2);

    fn reason(request: Option<RequestId>) -> Reason {
        Reason { message: "why".into(), detail: None, request }
    }

    /// The request that a failure of this one is laid at, and whether it is still to be counted there.
    fn settled(blame: &Blame, request: Option<RequestId>) -> (Option<RequestId>, bool) {
        let mut outcomes = [Outcome::Fail(reason(request)), Outcome::Exception(reason(request))];
        let blamed = outcomes.each_mut().map(|outcome| blame.settle(outcome));
        let laid = outcomes.map(|outcome| match outcome {
            Outcome::Fail(reason) | Outcome::Exception(reason) => reason.request,
            Outcome::Pass => None,
        });
        assert_eq!((laid[0], blamed[0]), (laid[1], blamed[1]), "whatever the failure is called");
        assert!(blamed[0].is_none() || blamed[0] == laid[0]);
        (laid[0], blamed[0].is_some())
    }

    #[test]
    fn an_answer_that_was_not_as_wanted_is_counted_with_its_check() {
        assert_eq!(settled(&Blame::default(), Some(A)), (Some(A), true));
        assert_eq!(settled(&Blame::default(), None), (None, false));
        assert_eq!(Blame::default().settle(&mut Outcome::Pass), None);
    }

    #[test]
    fn a_lost_request_has_told_so_itself_unless_it_was_answered_at_last() {
        let mut blame = Blame::default();
        blame.lost(A);
        assert_eq!(settled(&blame, Some(A)), (Some(A), false));
        assert_eq!(settled(&blame, Some(B)), (Some(B), true));
        blame.answered(A);
        assert_eq!(settled(&blame, Some(A)), (Some(A), true));
    }

    #[test]
    fn what_was_never_sent_is_no_request_that_failed() {
        let mut blame = Blame::default();
        blame.unsent(A);
        assert_eq!(settled(&blame, Some(A)), (None, false));
        blame.answered(A);
        assert_eq!(settled(&blame, Some(A)), (Some(A), true));
    }

    #[test]
    fn what_a_check_measured_is_at_fault_if_it_went_badly_last() {
        let mut blame = Blame::default();
        blame.measured(A, false);
        assert_eq!(settled(&blame, None), (Some(A), false));
        assert_eq!(settled(&blame, Some(B)), (Some(B), true));
        blame.measured(B, true);
        assert_eq!(settled(&blame, None), (None, false));
    }
}
