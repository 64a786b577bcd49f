//! An answer in its parts, for who judges it by other means than a check's expectations.

use std::mem;

#[cfg(feature = "hurl")]
use url::Url;

use super::capture;
use super::origin::Origin;
#[cfg(feature = "hurl")]
use super::prepared::Prepared;
#[cfg(feature = "hurl")]
use super::redirect::led_to;
use super::response::Response;
use crate::ids::RequestId;
use crate::load::http::{Body, Headers};

impl Response {
    /// Which request it answers.
    pub(crate) fn request(&self) -> RequestId {
        self.request
    }

    /// Its header lines.
    #[cfg(feature = "hurl")]
    pub(crate) fn lines(&self) -> &Headers {
        &self.captured.headers
    }

    /// Content type that was sent, where that is why the request was refused.
    pub(crate) fn refused_type(&self) -> Option<&str> {
        self.captured.sent.refused_type.as_deref()
    }

    /// Its status says that it may lead elsewhere.
    #[cfg(feature = "hurl")]
    pub(crate) fn is_redirect(&self) -> bool {
        (300..400).contains(&self.captured.status)
    }

    /// URL that it leads to as the answer to this request; `None` when it leads nowhere.
    ///
    /// # Errors
    /// One line, when it leads where no request can go.
    #[cfg(feature = "hurl")]
    pub(crate) fn leads_to(&self, request: &Prepared) -> Result<Option<Url>, String> {
        led_to(request, self.status(), &self.captured.headers)
    }

    /// Takes its parts out. What is [given back](Self::give_back) may be shown by the flight recorder.
    pub(crate) fn take(&mut self) -> (Headers, Body, Origin) {
        (
            mem::take(&mut self.captured.headers),
            mem::take(&mut self.captured.body),
            mem::take(&mut self.captured.origin),
        )
    }

    /// Puts headers and body back.
    pub(crate) fn give_back(&mut self, headers: Headers, body: Body) {
        (self.captured.headers, self.captured.body) = (headers, body);
    }

    /// Notes that the answer was not as wanted: of all answers of its check, this is the one to show.
    pub(crate) fn blame(&self) {
        capture::is_at_fault(&self.captured.sent);
    }
}
