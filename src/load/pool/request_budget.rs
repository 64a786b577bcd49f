//! Budget of requests over all users.

use std::sync::atomic::{AtomicI64, Ordering};

/// The requests that may still be begun.
#[derive(Debug)]
pub(crate) struct RequestBudget {
    left: AtomicI64,
}

impl RequestBudget {
    pub(crate) fn new(requests: u64) -> Self {
        RequestBudget { left: AtomicI64::new(i64::try_from(requests).unwrap_or(i64::MAX)) }
    }

    /// Takes one for a check that is to begin. False if there is none left.
    pub(crate) fn take(&self) -> bool {
        self.left.fetch_sub(1, Ordering::SeqCst) > 0
    }

    /// Takes what a check made beyond the one that was taken for it. A check that makes none has used that one, too.
    /// False if there is none left.
    pub(crate) fn used(&self, requests: u32) -> bool {
        let more = i64::from(requests.max(1)) - 1;
        self.left.fetch_sub(more, Ordering::SeqCst) - more > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_checks_of_one_request_begin_as_there_are_requests() {
        let budget = RequestBudget::new(3);
        let ends: Vec<bool> = (0..3).map(|_| budget.take() && budget.used(1)).collect();
        assert_eq!(ends, [true, true, false]);
        assert!(!budget.take());
    }

    #[test]
    fn what_a_check_makes_beyond_its_first_is_taken_too_and_one_without_any_counts_for_one() {
        let budget = RequestBudget::new(4);
        assert!(budget.take() && budget.used(3));
        assert!(budget.take() && !budget.used(0));
        assert!(!budget.take());
    }
}
