//! Connections through a proxy: a tunnel by CONNECT (RFC 9110, 9.3.6), SOCKS5, and HTTP proxies that are asked to make the
//! requests themselves.

use std::net::SocketAddr;
use std::sync::Arc;

use ureq::Error as UreqError;
use ureq::http::Uri;
use ureq::unversioned::transport::{ConnectionDetails, Connector, Transport, TransportAdapter};

use super::codec::{BY_THE_WIRE, Broken, Exchange, Spare};
use super::exchange_timing::SharedTiming;
use super::proxy::{HttpProxy, Proxy, port_of, refused};
use super::shared::Shared;
use super::tls::TlsConnector;
use crate::moment::Moment;
use crate::phase::Phase;

/// Connector that makes a connection to a proxy one to the target.
#[derive(Debug)]
pub(super) struct ProxyConnector {
    shared: Arc<Shared>,
    tls: Arc<TlsConnector>,
    timing: SharedTiming,
}

impl ProxyConnector {
    pub(super) fn new(shared: Arc<Shared>, tls: Arc<TlsConnector>, timing: SharedTiming) -> Self {
        ProxyConnector { shared, tls, timing }
    }

    fn open(
        &self,
        details: &ConnectionDetails<'_>,
        transport: Box<dyn Transport>,
    ) -> Result<Box<dyn Transport>, UreqError> {
        match &self.shared.proxy {
            None => Ok(transport),
            Some(Proxy::Http(proxy)) => {
                self.timing.lock().begin(Phase::Proxy, Moment::now());
                let mut transport = match proxy.uri.scheme_str() {
                    Some("https") => self.tls.handshake(&proxy.uri, transport, &details.current_time)?,
                    _ => transport,
                };
                // What needs no TLS the proxy is asked for itself.
                if details.needs_tls() {
                    self.tunnel(proxy, details.uri, &mut *transport)?;
                }
                self.timing.lock().end(Moment::now());
                Ok(transport)
            }
            Some(Proxy::Socks(proxy)) => {
                self.timing.lock().begin(Phase::Proxy, Moment::now());
                let address = if proxy.resolves { None } else { Some(address_of(details)?) };
                let mut stream = TransportAdapter::new(transport, Arc::clone(&details.current_time));
                proxy.open(&mut stream, details.uri, address)?;
                let mut transport = stream.into_inner();
                said_no_more(&mut *transport)?;
                self.timing.lock().end(Moment::now());
                Ok(transport)
            }
        }
    }

    /// Asks an HTTP proxy for a tunnel to the target.
    fn tunnel(&self, proxy: &HttpProxy, target: &Uri, transport: &mut dyn Transport) -> Result<(), UreqError> {
        let authority = format!("{}:{}", target.host().unwrap_or_default(), port_of(target));
        let agent = concat!("perfloop/", env!("CARGO_PKG_VERSION"));
        let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {agent}\r\n");
        if let Some(login) = &proxy.login {
            request.push_str(&format!("Proxy-Authorization: {login}\r\n"));
        }
        request.push_str("Proxy-Connection: Keep-Alive\r\n\r\n");
        let spare = &mut Spare::default();
        let mut exchange = Exchange { transport: &mut *transport, timing: &self.timing, spare };
        match exchange.open_tunnel(request.as_bytes()) {
            Ok(200..=299) => said_no_more(transport),
            Ok(407) => Err(refused("it wants another user or password (status 407)").into()),
            Ok(status) => Err(refused(&format!("it answered with status {status}")).into()),
            Err(Broken::Transport(error)) => Err(error),
            Err(Broken::Protocol(what)) => Err(refused(&what).into()),
            Err(_) => Err(refused("it closed the connection").into()),
        }
    }
}

impl<In: Transport> Connector<In> for ProxyConnector {
    type Out = Box<dyn Transport>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, UreqError> {
        chained.map(|transport| self.open(details, Box::new(transport))).transpose()
    }
}

/// The address of the target, for a proxy that looks up no names.
fn address_of(details: &ConnectionDetails<'_>) -> Result<SocketAddr, UreqError> {
    let no_address = |why: String| {
        let host = details.uri.host().unwrap_or_default();
        UreqError::Io(refused(&format!("{host} has no address{why}")))
    };
    match details.resolver.resolve(details.uri, details.config, BY_THE_WIRE) {
        Ok(found) => found.first().copied().ok_or_else(|| no_address(String::new())),
        Err(error @ UreqError::Timeout(_)) => Err(error),
        Err(UreqError::Other(error)) => Err(no_address(format!(": {error}"))),
        Err(_) => Err(no_address(String::new())),
    }
}

/// Refuses bytes after a proxy's answer to CONNECT: they answer no request.
fn said_no_more(transport: &mut dyn Transport) -> Result<(), UreqError> {
    if transport.buffers().input().is_empty() { Ok(()) } else { Err(refused("it sent more than its answer").into()) }
}
