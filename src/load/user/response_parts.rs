//! An answer in its parts, for who judges it by other means than a check's expectations.

use std::mem;

use super::capture;
use super::origin::Origin;
use super::response::Response;
use crate::ids::RequestId;
use crate::load::http::{Body, Headers};

impl Response {
    /// Which request it answers.
    pub(crate) fn request(&self) -> RequestId {
        self.request
    }

    /// Takes its parts out. What is [given back](Self::give_back) may be shown by the flight recorder.
    pub(crate) fn take(&mut self) -> (Headers, Body, Origin) {
        (mem::take(&mut self.headers), mem::take(&mut self.body), mem::take(&mut self.origin))
    }

    /// Puts headers and body back.
    pub(crate) fn give_back(&mut self, headers: Headers, body: Body) {
        (self.headers, self.body) = (headers, body);
    }

    /// It was not as wanted: of all answers of its check, this is the one to show.
    pub(crate) fn blame(&self) {
        capture::is_at_fault(&self.sent);
    }
}
