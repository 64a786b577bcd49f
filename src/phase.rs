//! Phases of a request.

/// How far an exchange has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Phase {
    /// Looking up the host's addresses.
    #[default]
    Resolve,
    /// Making the TCP connection.
    Connect,
    /// Having a proxy open the way to the service.
    Proxy,
    /// Shaking hands for TLS.
    Tls,
    /// Sending the request.
    Send,
    /// Waiting for the first byte of the answer.
    FirstByte,
    /// Receiving the answer.
    Receive,
}

impl Phase {
    /// No byte of the request can have reached the service's HTTP layer.
    pub fn is_before_send(self) -> bool {
        self < Phase::Send
    }

    /// The phase in words that complete "while …".
    pub fn doing(self) -> &'static str {
        match self {
            Phase::Resolve => "resolving the host's name",
            Phase::Connect => "connecting",
            Phase::Proxy => "the proxy opened the way",
            Phase::Tls => "shaking hands for TLS",
            Phase::Send => "sending the request",
            Phase::FirstByte => "waiting for the first byte of the answer",
            Phase::Receive => "receiving the answer",
        }
    }
}
