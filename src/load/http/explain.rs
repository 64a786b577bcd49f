//! Why an exchange has no usable answer, in a line.

use std::io;
use std::time::Duration;

use ureq::http::Uri;

use super::codec::Broken;
use super::exchange_timing::ExchangeTiming;
use super::exchanged::Lost;
use super::proxy::Proxy;
use super::tls;
use crate::load::os;
use crate::outcome::RequestErrorKind;
use crate::phase::Phase;
use crate::units::short;

/// How long an exchange might have taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) whole: Duration,
    /// Of making the connection.
    pub(super) connect: Option<Duration>,
}

/// The kind of a break, and the line that tells it.
pub(super) fn explain(
    broken: Broken,
    timing: &mut ExchangeTiming,
    uri: &Uri,
    proxy: Option<&Proxy>,
    limits: Limits,
) -> Lost {
    // In TLS 1.3 the service may refuse a client when that has sent its request already.
    let is_handshake = matches!(&broken, Broken::Transport(error) if tls::is_alert(error));
    let is_handshake = is_handshake && timing.traffic.new_connection && !timing.has_answer();
    let phase = if is_handshake { Phase::Tls } else { timing.phase };
    let target = uri.host().map_or_else(|| "the host".to_owned(), |host| with_port(host, uri));
    let party = match (proxy, phase) {
        (Some(proxy), Phase::Resolve | Phase::Connect | Phase::Proxy) => {
            let uri = proxy.uri();
            format!("the proxy {}", with_port(uri.host().unwrap_or_default(), uri))
        }
        _ => target.clone(),
    };
    let doing = phase.doing();
    let (kind, message) = match broken {
        Broken::Closed if phase == Phase::Proxy => {
            (RequestErrorKind::Connect, format!("{party} opens no connection to {target}: it closed the connection"))
        }
        Broken::Closed => (RequestErrorKind::Closed, format!("connection closed by {party} while {doing}")),
        Broken::Protocol(what) => (RequestErrorKind::Protocol, format!("broken HTTP while {doing}: {what}")),
        Broken::Packed(what) => (RequestErrorKind::Protocol, what),
        Broken::Early => {
            timing.phase = Phase::FirstByte;
            (RequestErrorKind::Protocol, format!("broken HTTP: {party} sent bytes that answer no request"))
        }
        // It is said again without the expectation, unless the time is up.
        Broken::ExpectationFailed | Broken::Transport(ureq::Error::Timeout(_)) => {
            let limit = limits.connect.filter(|_| phase.is_before_send()).unwrap_or(limits.whole);
            let whom = if phase == Phase::Proxy { format!(" ({party})") } else { String::new() };
            (RequestErrorKind::Timeout, format!("timed out after {} while {doing}{whom}", short(limit)))
        }
        Broken::Transport(ureq::Error::Io(error)) => io_words(&error, phase, timing.reset, &party, &target),
        Broken::Transport(ureq::Error::HostNotFound) => (RequestErrorKind::Resolve, format!("{party} has no address")),
        Broken::Transport(ureq::Error::Other(error)) if phase >= Phase::Proxy => {
            (RequestErrorKind::Tls, format!("TLS with {party} failed: {error}"))
        }
        Broken::Transport(ureq::Error::Other(error)) => {
            (RequestErrorKind::Resolve, format!("{party} has no address: {error}"))
        }
        Broken::Transport(other) => (RequestErrorKind::Io, format!("{other} while {doing}")),
    };
    let message = match timing.traffic.lost_kept {
        true => format!("{message}; it was a kept connection that {party} had closed before it read the request"),
        false => message,
    };
    Lost { phase, kind, message }
}

/// `host:port` as far as a URL has a port.
fn with_port(host: &str, uri: &Uri) -> String {
    uri.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn io_words(error: &io::Error, phase: Phase, reset: bool, party: &str, target: &str) -> (RequestErrorKind, String) {
    let doing = phase.doing();
    if let Some(refusal) = tls::refusal(error) {
        return (RequestErrorKind::Tls, format!("TLS with {party} failed: {}", tls::in_plain_words(refusal)));
    }
    match (error.kind(), phase) {
        (io::ErrorKind::ConnectionRefused, _) => (RequestErrorKind::Refused, format!("connection refused by {party}")),
        (io::ErrorKind::AddrNotAvailable, Phase::Connect) => (
            RequestErrorKind::Connect,
            format!(
                "no port is left for a connection to {party}; keep connections alive, use fewer users, or raise net.ipv4.ip_local_port_range"
            ),
        ),
        (_, Phase::Connect) if os::is_out_of_files(error) => (
            RequestErrorKind::Connect,
            format!("no file is left to open for a connection to {party}; use fewer users, or raise ulimit -n"),
        ),
        (_, Phase::Connect) => (RequestErrorKind::Connect, format!("cannot connect to {party}: {error}")),
        (_, Phase::Proxy) => (RequestErrorKind::Connect, format!("{party} opens no connection to {target}: {error}")),
        _ if reset => (RequestErrorKind::Reset, format!("connection reset by {party} while {doing}")),
        (_, Phase::Tls) => (RequestErrorKind::Tls, format!("TLS with {party} failed: {error}")),
        _ => (RequestErrorKind::Io, format!("{error} while {doing}")),
    }
}
