//! Parts of a request as a client is given them.

use std::time::Duration;

use ureq::http::{Method, Uri, Version};

use super::headers::Headers;

/// One request, and what its answer is wanted for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestParts<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a Headers,
    pub(crate) body: Option<&'a [u8]>,
    /// Head as it goes out, where it is known from the last time.
    pub(crate) head: Option<&'a [u8]>,
    /// Without one it has that of the settings.
    pub(crate) timeout: Option<Duration>,
    pub(crate) options: RequestOptions,
}

/// How a request is sent and its answer taken, where that is not as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestOptions {
    pub(crate) version: Version,
    /// The body is wanted as it came: not unpacked.
    pub(crate) is_raw: bool,
    /// The certificate of the other side is wanted.
    pub(crate) wants_certificate: bool,
    /// Hashes of the whole body are wanted.
    pub(crate) wants_hashes: bool,
    /// The user's cookies are sent beside those it names itself, those of the same names included.
    pub(crate) repeats_cookies: bool,
}

impl Default for RequestOptions {
    fn default() -> Self {
        RequestOptions {
            version: Version::HTTP_11,
            is_raw: false,
            wants_certificate: false,
            wants_hashes: false,
            repeats_cookies: false,
        }
    }
}
