//! Observer of an agent's requests: who counts them.

use std::fmt;
use std::sync::Arc;

use ureq::http::{Method, Uri};

use super::super::exchanged::Exchanged;
use super::super::headers::Headers;
use crate::ids::RequestId;

/// Observer of the requests of an agent. It is called on the thread that makes them.
pub(crate) trait Observer: fmt::Debug + Send + Sync {
    /// A request begins; what it is known by is returned.
    ///
    /// # Errors
    /// Why none may be sent.
    fn begins(&self, exchange: Arc<dyn Open>, request: &Asked<'_>) -> Result<Begun, String>;

    /// Headers of a request with the cookies that belong to it; `None` when there are none to add.
    fn with_cookies(&self, headers: &Headers, to: &Uri) -> Option<Headers>;

    /// A request has ended. It is told once.
    fn ended(&self, seen: Seen);
}

/// Request that is open.
pub(crate) trait Open: Send + Sync {
    /// Ends it, if it has not ended: nobody reads on. What has come is the answer, if its head has.
    fn give_up(&self);
}

/// Request that an agent is about to send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    /// Name of the request whose redirect led to it.
    pub(crate) led_by: Option<&'a str>,
}

/// Identity of a request that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Counts the requests of the agent.
    pub(crate) number: u64,
    pub(crate) id: RequestId,
    pub(crate) name: Arc<str>,
}

/// Exchange of an agent, ended.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) begun: Begun,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// Headers as they were sent.
    pub(crate) headers: Headers,
    /// Beginning of the body that was sent.
    pub(crate) body: Vec<u8>,
    pub(crate) exchanged: Exchanged,
}
