//! Posts beside the load: to who watches, not to the service.

use std::time::Duration;

use ureq::http::{Method, Uri};

use super::client::{Client, ClientFactory};
use super::headers::Headers;
use super::interrupt::Interrupt;
use super::request_parts::{RequestOptions, RequestParts};
use super::settings::HttpSettings;
use crate::error::Error;

/// Answers longer than this are no more than their beginning.
const MAX_ANSWER: usize = 64 << 10;

/// Place that bodies are posted to, over a connection that is kept.
pub(crate) struct Poster {
    uri: Uri,
    headers: Headers,
    client: Client,
    _factory: ClientFactory,
}

impl Poster {
    /// Connects with the first post. No proxy is used.
    ///
    /// # Errors
    /// When a header cannot be sent, or this machine's certificates cannot be read.
    pub(crate) fn new(url: &str, headers: &[(String, String)], timeout: Duration) -> Result<Self, Error> {
        let uri: Uri = url.parse().map_err(|_| Error::usage(format!("'{url}' cannot be sent to")))?;
        let mut lines = Headers::default();
        for (name, value) in headers {
            lines.add_checked(name, value.as_bytes()).map_err(Error::usage)?;
        }
        let factory = ClientFactory::new(&HttpSettings::default().timeout(timeout).max_body(MAX_ANSWER))?;
        let client = factory.client(0, &Interrupt::default());
        Ok(Poster { uri, headers: lines, client, _factory: factory })
    }

    /// Posts a body, and returns that of the answer.
    ///
    /// # Errors
    /// One line: the status that is no success, or why there is no answer.
    pub(crate) fn post(&self, body: &[u8]) -> Result<Vec<u8>, String> {
        let ask = RequestParts {
            method: &Method::POST,
            uri: &self.uri,
            headers: &self.headers,
            body: Some(body),
            head: None,
            timeout: None,
            options: RequestOptions::default(),
        };
        match self.client.exchange(ask).answer {
            Ok(answered) if (200..300).contains(&answered.status) => Ok(answered.body.kept.clone()),
            Ok(answered) => Err(format!("it answered with status {}", answered.status)),
            Err(lost) => Err(lost.message),
        }
    }
}
