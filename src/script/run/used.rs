//! Requests, time and body that a try of an entry has used.

use std::time::Duration;

use crate::load::Response;
use crate::outcome::RequestError;

/// Requests, time and body of a try.
#[derive(Debug, Default)]
pub(super) struct Used {
    pub(super) requests: u32,
    pub(super) time: Duration,
    /// Body of the last answer, where it is wanted.
    pub(super) body: Vec<u8>,
}

impl Used {
    pub(super) fn count(&mut self, sent: Result<Response, RequestError>) -> Result<Response, RequestError> {
        self.requests += 1;
        if let Ok(response) = &sent {
            let times = response.times();
            self.time += times.setup() + times.response_time();
        }
        sent
    }
}
