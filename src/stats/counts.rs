//! Counters without their histograms: copied in no time.

use std::sync::Arc;

use super::counters::{CheckCounters, Part, RequestCounters};
use super::sparse::SparseHistogram;

impl CheckCounters {
    /// The counts, and of the times no more than their exact numbers.
    pub(crate) fn counts(&self) -> Self {
        CheckCounters {
            name: Arc::clone(&self.name),
            tpr: self.tpr.without_histogram(),
            elapsed: self.elapsed.without_histogram(),
            fail_tpr: self.fail_tpr.without_histogram(),
            exception_tpr: self.exception_tpr.without_histogram(),
            ..*self
        }
    }
}

impl RequestCounters {
    /// The counts, and of the times no more than their exact numbers.
    pub(crate) fn counts(&self) -> Self {
        RequestCounters {
            name: Arc::clone(&self.name),
            check: self.check.clone(),
            statuses: self.statuses.clone(),
            lost: self.lost.clone(),
            response_time: self.response_time.without_histogram(),
            first_on_connection: SparseHistogram::default(),
            lost_time: self.lost_time.without_histogram(),
            setup: self.setup.without_histogram(),
            resolve: self.resolve.without_histogram(),
            connect: self.connect.without_histogram(),
            proxy: self.proxy.without_histogram(),
            tls: self.tls.without_histogram(),
            first_byte: self.first_byte.without_histogram(),
            receive: self.receive.without_histogram(),
            client_delay: self.client_delay.without_histogram(),
            corrected_time: self.corrected_time.without_histogram(),
            server_lateness: self.server_lateness.without_histogram(),
            tester_lateness: self.tester_lateness.without_histogram(),
            ..*self
        }
    }
}

impl Part {
    /// The counts, and of the times no more than their exact numbers.
    pub(crate) fn counts(&self) -> Part {
        Part {
            checks: self.checks.iter().map(CheckCounters::counts).collect(),
            requests: self.requests.iter().map(RequestCounters::counts).collect(),
            ..*self
        }
    }
}
