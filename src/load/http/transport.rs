//! Connections as perfloop needs them: two system calls a request, and every one of them seen.
//!
//! ureq's own TCP transport asks the kernel six times more about each request and does not say when
//! bytes went out or came in.

use std::io::{self, Write as _};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Type};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, ShutdownHandle, Transport};
use ureq::{Error, Timeout};

use super::buffers::ConnectionBuffers;
use super::exchange_timing::{Read, SharedTiming};
use super::proxy::Proxy;
use super::shared::Shared;
use super::stamp::{Arrival, StampClock};
use crate::load::os;
use crate::moment::Moment;
use crate::nanos::Nanos;
use crate::phase::Phase;

/// A connection that rested longer is asked whether it is still open before it is used.
const TRUSTED_REST: Duration = Duration::from_millis(50);
/// After so long without taking a byte the other side is looked at: it may have answered already.
const EARLY_LOOK: Nanos = Nanos::new(250_000_000);
/// At least so long is waited for word that the other side had closed the connection: the kernel of a busy machine is
/// late with it.
const SHORTEST_WAIT: Duration = Duration::from_millis(50);
/// No longer than this is waited for it.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Maker of TCP connections whose every byte is noted in the user's timing.
#[derive(Debug)]
pub(super) struct TcpConnector {
    timing: SharedTiming,
    shared: Arc<Shared>,
}

impl TcpConnector {
    pub(super) fn new(timing: SharedTiming, shared: Arc<Shared>) -> Self {
        TcpConnector { timing, shared }
    }

    /// A connection to this address, which `register` lets another thread interrupt while it is being made.
    fn connect_one(&self, address: SocketAddr, register: &Register) -> Result<Arc<Socket>, Error> {
        let left = self.timing.lock().left(Moment::now());
        if left == Some(Nanos::ZERO) {
            return Err(Error::Timeout(Timeout::Connect));
        }
        let domain = Domain::for_address(address);
        let socket = Arc::new(Socket(socket2::Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?.into()));
        let handle: Weak<Socket> = Arc::downgrade(&socket);
        register(handle)?;
        let connecting = SockRef::from(&socket.0);
        let made = match left {
            Some(left) => connecting.connect_timeout(&address.into(), left.span()),
            None => connecting.connect(&address.into()),
        };
        made.map_err(timeout_or_io)?;
        Ok(socket)
    }

    /// Tries the addresses one after the other.
    fn connect_any(&self, addresses: &[SocketAddr], register: &Register) -> Result<Arc<Socket>, Error> {
        let mut result = Err(io::Error::from(io::ErrorKind::AddrNotAvailable).into());
        for address in addresses {
            result = self.connect_one(*address, register);
            if matches!(&result, Ok(_) | Err(Error::Timeout(_))) {
                break;
            }
        }
        result
    }
}

type Register = dyn Fn(Weak<dyn ShutdownHandle>) -> Result<(), Error> + Send + Sync;

/// The beginning of the chain: nothing comes before a TCP connection.
impl Connector for TcpConnector {
    type Out = TcpTransport;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<TcpTransport>, Error> {
        let since = Moment::now();
        self.timing.lock().begin_connect(since);
        let socket = self.connect_any(&details.addrs, &*details.register_shutdown).inspect_err(|_| {
            let to = self.shared.proxy.as_ref().map_or(details.uri, Proxy::uri);
            self.shared.book.strike_out(to);
        })?;
        let now = Moment::now();
        self.timing.lock().end(now);
        // Without it the kernel may hold a request back until the last one is acknowledged.
        socket.0.set_nodelay(true)?;
        os::stamp_arrivals(&socket.0);
        let peer = socket.0.peer_addr().ok().map(|address| address.ip());
        Ok(Some(TcpTransport {
            socket,
            timing: self.timing.clone(),
            buffers: ConnectionBuffers::default(),
            read_limit: None,
            write_limit: None,
            last_use: since,
            send_failed: false,
            stamps: StampClock::default(),
            is_telling: false,
            is_wrapped: details.needs_tls() || to_proxy_by_tls(&self.shared),
            was_refused: false,
            round_trip: now.saturating_duration_since(since),
            peer,
        }))
    }
}

/// A socket that another thread may shut down to interrupt whoever is blocked on it.
#[derive(Debug)]
struct Socket(TcpStream);

impl ShutdownHandle for Socket {
    fn shutdown(&self) {
        // It fails only when the other side was faster.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

#[derive(Debug)]
pub(super) struct TcpTransport {
    socket: Arc<Socket>,
    timing: SharedTiming,
    buffers: ConnectionBuffers,
    /// The limits set on the socket now.
    read_limit: Option<Nanos>,
    write_limit: Option<Nanos>,
    last_use: Moment,
    /// The other side takes no more. It may still have answered: the read decides.
    send_failed: bool,
    stamps: StampClock,
    /// The last read that brought bytes brought a stamp, and the bytes are the service's own: inside TLS, one read may
    /// hold several answers, and only the last has the stamp.
    is_telling: bool,
    is_wrapped: bool,
    /// The other side's kernel has refused bytes.
    was_refused: bool,
    /// Time that the connection took to be made: about that from here to the other end and back.
    round_trip: Duration,
    peer: Option<IpAddr>,
}

impl TcpTransport {
    /// How long the next system call may take, told to the socket only when it must be: once per
    /// connection, and again when an exchange has used up a part of its time.
    fn limit(&mut self, direction: Direction, now: Moment) -> Result<(), Error> {
        let left = self.timing.lock().left(now);
        if left.is_some_and(|left| left.is_zero()) {
            return Err(Error::Timeout(Timeout::Global));
        }
        let limit = match direction {
            Direction::Read => &mut self.read_limit,
            Direction::Write => &mut self.write_limit,
        };
        let left = match direction {
            Direction::Read => left,
            Direction::Write => Some(left.map_or(EARLY_LOOK, |left| left.min(EARLY_LOOK))),
        };
        let keep = match (*limit, left) {
            (Some(limit), Some(left)) => limit <= left + Nanos::new((left.get() / 20).clamp(10_000_000, 50_000_000)),
            (limit, left) => limit == left,
        };
        if !keep {
            match direction {
                Direction::Read => self.socket.0.set_read_timeout(left.map(Nanos::span))?,
                Direction::Write => self.socket.0.set_write_timeout(left.map(Nanos::span))?,
            }
            *limit = left;
        }
        Ok(())
    }
}

impl TcpTransport {
    /// Whether the other side had closed the connection before it could read what was sent: then its kernel has
    /// refused those bytes, which takes a round trip to be known.
    fn is_refused(&self) -> bool {
        self.was_refused || os::is_reset_within(&self.socket.0, self.round_trip.clamp(SHORTEST_WAIT, LONGEST_WAIT))
    }

    /// Notes in the timing that the other side has ended the connection.
    fn note_end(&self) {
        let is_silent = {
            let mut timing = self.timing.lock();
            timing.ended_at = Some(self.last_use);
            timing.careful && !timing.untouched && !timing.traffic.new_connection && timing.phase == Phase::FirstByte
        };
        if is_silent {
            let is_unread = self.is_refused();
            self.timing.lock().is_unread = is_unread;
        }
    }

    /// Tells the timing about a read, unless it met the end of the stream: a FIN is no part of the answer.
    fn note(&mut self, received: os::Received, room: usize) {
        self.last_use = Moment::now();
        if received.bytes == 0 {
            return self.note_end();
        }
        let returned = self.last_use;
        let mut timing = self.timing.lock();
        let sent = timing.not_before().unwrap_or(returned);
        let arrival = received.stamp.map_or(Arrival::Unknown, |stamp| self.stamps.arrival(stamp, sent, returned));
        self.is_telling = received.stamp.is_some() && !self.is_wrapped;
        let filled_buffer = received.bytes == room;
        timing.received(Read { bytes: received.bytes, filled_buffer, arrival, returned });
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Read,
    Write,
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.buffers.reserve_output(self.timing.output_size());
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let mut now = Moment::now();
        self.last_use = now;
        let mut timing = self.timing.lock();
        timing.sending(now, amount);
        timing.peer = self.peer;
        drop(timing);
        let mut sent = 0;
        while sent < amount && !self.send_failed {
            self.limit(Direction::Write, now)?;
            match (&self.socket.0).write(&self.buffers.output()[sent..amount]) {
                Ok(0) => self.send_failed = true,
                Ok(bytes) => {
                    sent += bytes;
                    self.timing.lock().untouched = false;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => {
                    self.write_limit = None;
                    self.send_failed = !os::is_quiet(&self.socket.0);
                }
                // An early answer may be waiting in the socket.
                Err(_) => (self.send_failed, self.was_refused) = (true, true),
            }
            if sent < amount {
                now = Moment::now();
            }
        }
        self.timing.lock().is_send_over = self.send_failed;
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        self.timing.lock().awaiting();
        // The last one known is near enough for the first look at what is left of the time.
        let mut now = self.last_use;
        loop {
            // What had come by the end of the time is an answer in time, however late it is fetched.
            let is_over = match self.limit(Direction::Read, now) {
                Err(Error::Timeout(_)) if !os::is_quiet(&self.socket.0) => true,
                result => result.map(|()| false)?,
            };
            let buffer = self.buffers.input_append_buf();
            let room = buffer.len();
            match os::receive(&self.socket.0, buffer) {
                Ok(received) => {
                    self.note(received, room);
                    if is_over && !self.timing.lock().came_in_time() {
                        return Err(Error::Timeout(Timeout::Global));
                    }
                    self.buffers.input_appended(received.bytes);
                    return Ok(received.bytes > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The limit on the socket may be an old and shorter one: look at the clock, and go on with what is left.
                Err(error) if is_timeout(&error) => self.read_limit = None,
                Err(error) => {
                    self.timing.lock().reset = true;
                    return Err(Error::Io(io::Error::other(error)));
                }
            }
            now = Moment::now();
        }
    }

    fn is_open(&mut self) -> bool {
        if self.send_failed {
            return false;
        }
        let is_trusted = {
            let timing = self.timing.lock();
            // An agent asks before its exchange begins.
            let now = timing.began_at().filter(|began| *began > self.last_use).unwrap_or_else(Moment::now);
            // Where there are stamps, they tell bytes that came before a request from its answer.
            self.is_telling && !timing.careful && now - self.last_use < TRUSTED_REST
        };
        is_trusted || os::is_quiet(&self.socket.0)
    }
}

/// The way to the proxy is inside TLS.
fn to_proxy_by_tls(shared: &Shared) -> bool {
    shared.proxy.as_ref().is_some_and(|proxy| proxy.uri().scheme_str() == Some("https"))
}

/// A socket's time limit shows as either kind, depending on the system.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn timeout_or_io(error: io::Error) -> Error {
    if is_timeout(&error) { Error::Timeout(Timeout::Connect) } else { Error::Io(error) }
}
