//! Request of an agent that is open: from its beginning to the last byte of its answer, or until nobody reads on.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use ureq::http::{Method, Uri};

use super::super::body::BodyLimit;
use super::super::codec::{Broken, Incoming};
use super::super::conclude::conclude;
use super::super::exchange_timing::SharedTiming;
use super::super::explain::Limits;
use super::super::headers::Headers;
use super::super::proxy::Proxy;
use super::super::shared::Shared;
use super::observer::{Begun, Observer, Open, Seen};
use super::reader::AnswerReader;
use crate::exchange::MAX_KEPT_BODY;
use crate::moment::Moment;

/// Parts of an agent that its requests share. Counting references to what all users share would have their threads wait
/// for each other.
#[derive(Debug)]
pub(super) struct AgentParts {
    pub(super) shared: Arc<Shared>,
    pub(super) observer: Arc<dyn Observer>,
}

/// Request that has begun, and its answer as far as it has come.
#[derive(Debug)]
pub(super) struct OpenExchange {
    agent: Arc<AgentParts>,
    began: Moment,
    pub(super) method: Method,
    pub(super) uri: Uri,
    /// Headers as they were sent.
    pub(super) headers: Headers,
    /// Beginning of the body that was sent.
    body: Vec<u8>,
    timing: SharedTiming,
    answer: AnswerReader,
    /// What it is known by, until it is told.
    begun: Option<Begun>,
    /// Status it was answered with, once it was.
    pub(super) status: Option<u16>,
}

impl OpenExchange {
    pub(super) fn new(agent: &Arc<AgentParts>, method: Method, uri: Uri) -> Self {
        OpenExchange {
            agent: Arc::clone(agent),
            began: Moment::now(),
            method,
            uri,
            headers: Headers::default(),
            body: Vec::new(),
            timing: SharedTiming::default(),
            answer: AnswerReader::new(BodyLimit(MAX_KEPT_BODY.min(agent.shared.settings.max_body))),
            begun: None,
            status: None,
        }
    }

    pub(super) fn is_known_by(&mut self, begun: Begun) {
        self.begun = Some(begun);
    }

    /// Its times are noted there.
    pub(super) fn goes_over(&mut self, timing: &SharedTiming) {
        self.timing = timing.clone();
    }

    /// Proxy that is asked for the whole URL.
    pub(super) fn proxy(&self) -> Option<&Proxy> {
        self.agent.shared.proxy.as_ref().filter(|_| self.uri.scheme_str() == Some("http"))
    }

    /// Its headers with the user's cookies, if there are any to add.
    pub(super) fn with_cookies(&self, headers: &Headers) -> Option<Headers> {
        self.agent.observer.with_cookies(headers, &self.uri)
    }

    /// These bytes of its body are sent.
    pub(super) fn sends(&mut self, bytes: &[u8]) {
        let room = MAX_KEPT_BODY - self.body.len();
        self.body.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// These bytes of its answer have come.
    pub(super) fn receives(&mut self, bytes: &[u8]) {
        match self.answer.take(bytes, &self.method) {
            Ok(None) => {}
            Ok(Some(whole)) => self.end(Ok(whole)),
            Err(broken) => self.end(Err(broken)),
        }
    }

    /// The service has closed the connection.
    pub(super) fn closes(&mut self) {
        let result = self.answer.close();
        self.end(result);
    }

    /// The connection broke, or could not be made. Returns the error for ureq.
    pub(super) fn breaks(&mut self, error: ureq::Error) -> ureq::Error {
        let told = copy(&error);
        self.end(Err(error.into()));
        told
    }

    fn give_up(&mut self) {
        let words = "the answer was given up before its head was read";
        let result = self.answer.as_it_is().ok_or_else(|| Broken::Protocol(words.into()));
        self.end(result);
    }

    /// It was told.
    pub(super) fn has_ended(&self) -> bool {
        self.begun.is_none()
    }

    fn end(&mut self, result: Result<Incoming, Broken>) {
        let Some(begun) = self.begun.take() else { return };
        self.status = result.as_ref().ok().map(|incoming| incoming.head.status);
        let limits = Limits { whole: self.began.elapsed(), connect: None };
        let exchanged = conclude(&self.timing, result, &self.uri, self.agent.shared.proxy.as_ref(), limits);
        let (headers, body) = (std::mem::take(&mut self.headers), std::mem::take(&mut self.body));
        let (method, uri) = (self.method.clone(), self.uri.clone());
        self.agent.observer.ended(Seen { begun, method, uri, headers, body, exchanged });
    }
}

impl Open for Mutex<OpenExchange> {
    fn give_up(&self) {
        self.lock().give_up();
    }
}

/// An error that says the same. The original has in it what an error of TLS is told by.
fn copy(error: &ureq::Error) -> ureq::Error {
    match error {
        ureq::Error::Timeout(reason) => ureq::Error::Timeout(*reason),
        ureq::Error::HostNotFound => ureq::Error::HostNotFound,
        ureq::Error::ConnectionFailed => ureq::Error::ConnectionFailed,
        ureq::Error::Io(error) => ureq::Error::Io(match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(error.kind(), error.to_string()),
        }),
        other => ureq::Error::Other(other.to_string().into()),
    }
}
