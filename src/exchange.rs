//! One request and its answer, whole: what `--log-http` writes down.

use std::time::{Duration, SystemTime};

/// More of a body than this is not kept.
pub(crate) const MAX_KEPT_BODY: usize = 64 * 1024;

/// One request and its answer, or why there was none.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Exchange {
    /// The user that made it, counted from 1.
    pub user: u32,
    /// The iteration it belongs to, counted from 1.
    pub iteration: u64,
    /// When it began.
    pub started: SystemTime,
    /// `GET`, `POST`, …
    pub method: String,
    /// Where it went.
    pub url: String,
    /// What was sent, the headers the client added included.
    pub sent: Message,
    /// The status and what came, or one line on why nothing usable did.
    pub answer: Result<(u16, Message), String>,
    /// Setup and response time.
    pub time: Duration,
}

/// Headers and body of one direction.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Message {
    /// In the order they were sent.
    pub headers: Vec<(String, String)>,
    /// At most 64 KiB of the body.
    pub body: Vec<u8>,
    /// The whole body's length.
    pub body_length: u64,
}

impl Message {
    /// Keeps the headers, and of the body what may be kept.
    pub(crate) fn new<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>, body: &[u8], body_length: u64) -> Self {
        Message {
            headers: headers
                .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned()))
                .collect(),
            body: body.get(..MAX_KEPT_BODY).unwrap_or(body).to_vec(),
            body_length,
        }
    }
}
