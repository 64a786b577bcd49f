//! Connections as perfloop needs them: two system calls a request, and every one of them seen.
//!
//! ureq's own TCP transport asks the kernel six times more about each request and does not say when
//! bytes went out or came in.

use std::io::{self, Write as _};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, NextTimeout, ShutdownHandle, Transport,
};
use ureq::{Error, Timeout};

use super::buffers::ConnectionBuffers;
use super::proxy::SocksProxy;
use super::resolver::AddressBook;
use super::stamp::StampClock;
use super::wire::{Read, SharedWire};
use crate::load::os;
use crate::sample::Phase;

/// A connection that rested longer is asked whether it is still open before it is used.
const TRUSTED_REST: Duration = Duration::from_millis(50);

/// Makes TCP connections whose every byte is noted in the user's wire.
#[derive(Debug)]
pub(super) struct TcpConnector {
    wire: SharedWire,
    book: Arc<AddressBook>,
    socks: Option<SocksProxy>,
}

impl TcpConnector {
    pub(super) fn new(wire: SharedWire, book: Arc<AddressBook>, socks: Option<SocksProxy>) -> Self {
        TcpConnector { wire, book, socks }
    }

    fn connect_one(&self, address: SocketAddr) -> io::Result<TcpStream> {
        match self.wire.lock().left(Instant::now()) {
            Some(Duration::ZERO) => Err(io::ErrorKind::TimedOut.into()),
            Some(left) => TcpStream::connect_timeout(&address, left),
            None => TcpStream::connect(address),
        }
    }
}

impl TcpConnector {
    /// Tries the addresses one after the other.
    fn connect_any(&self, addresses: &[SocketAddr]) -> io::Result<TcpStream> {
        let mut result = Err(io::Error::from(io::ErrorKind::AddrNotAvailable));
        for address in addresses {
            result = self.connect_one(*address);
            match &result {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::TimedOut => break,
                Err(_) => {}
            }
        }
        result
    }

    /// A connection to the proxy, on which it has opened another to the target.
    fn connect_by_socks(&self, socks: &SocksProxy, details: &ConnectionDetails<'_>) -> Result<TcpStream, Error> {
        let proxies = details.resolver.resolve(&socks.uri, details.config, details.timeout)?;
        self.wire.lock().phase = Phase::Connect;
        let stream = self.connect_any(&proxies).map_err(timeout_or_io)?;
        let left = self.wire.lock().left(Instant::now()).map(|left| left.max(Duration::from_millis(1)));
        stream.set_read_timeout(left)?;
        let address = details.addrs.first().copied().filter(|_| socks.needs_addresses());
        let opened = socks.open(&stream, details.uri, address).and_then(|()| stream.set_read_timeout(None));
        opened.map_err(timeout_or_io)?;
        Ok(stream)
    }
}

/// Either nothing, or a tunnel through a proxy, which is a connection of ours already.
impl<In: Transport> Connector<In> for TcpConnector {
    type Out = Either<In, TcpTransport>;

    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let since = Instant::now();
        if let Some(tunnel) = chained {
            self.wire.lock().tunnelled(since);
            return Ok(Some(Either::A(tunnel)));
        }
        self.wire.lock().begin_connect(since);
        let stream = match &self.socks {
            Some(socks) => self.connect_by_socks(socks, details)?,
            None => self.connect_any(&details.addrs).map_err(|error| {
                self.book.strike_out(details.uri);
                timeout_or_io(error)
            })?,
        };
        self.wire.lock().times.connect = since.elapsed();
        // Without it the kernel may hold a request back until the last one is acknowledged.
        stream.set_nodelay(true)?;
        os::stamp_arrivals(&stream);
        let peer = stream.peer_addr().ok().map(|address| address.ip());
        let socket = Arc::new(Socket(stream));
        let handle: Weak<Socket> = Arc::downgrade(&socket);
        (details.register_shutdown)(handle)?;
        Ok(Some(Either::B(TcpTransport {
            socket,
            wire: self.wire.clone(),
            buffers: ConnectionBuffers::default(),
            read_limit: None,
            write_limit: None,
            last_use: since,
            send_failed: false,
            stamps: StampClock::default(),
            peer,
        })))
    }
}

/// The end of making a connection, TLS included: what is sent from here on is requests.
#[derive(Debug)]
pub(super) struct Ready {
    wire: SharedWire,
}

impl Ready {
    pub(super) fn new(wire: SharedWire) -> Self {
        Ready { wire }
    }
}

impl<In: Transport> Connector<In> for Ready {
    type Out = In;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<In>, Error> {
        self.wire.lock().ready(Instant::now());
        Ok(chained)
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
    wire: SharedWire,
    buffers: ConnectionBuffers,
    /// The limits set on the socket now.
    read_limit: Option<Duration>,
    write_limit: Option<Duration>,
    last_use: Instant,
    /// The other side takes no more. It may still have answered: the read decides.
    send_failed: bool,
    stamps: StampClock,
    peer: Option<IpAddr>,
}

impl TcpTransport {
    /// How long the next system call may take, told to the socket only when it must be: once per
    /// connection, and again when an exchange has used up a part of its time.
    fn limit(&mut self, direction: Direction, now: Instant) -> Result<(), Error> {
        let left = self.wire.lock().left(now);
        if left.is_some_and(|left| left.is_zero()) {
            return Err(Error::Timeout(Timeout::Global));
        }
        let limit = match direction {
            Direction::Read => &mut self.read_limit,
            Direction::Write => &mut self.write_limit,
        };
        let keep = match (*limit, left) {
            (Some(limit), Some(left)) => limit <= left + (left / 20).max(Duration::from_millis(10)),
            (limit, left) => limit == left,
        };
        if !keep {
            match direction {
                Direction::Read => self.socket.0.set_read_timeout(left)?,
                Direction::Write => self.socket.0.set_write_timeout(left)?,
            }
            *limit = left;
        }
        Ok(())
    }
}

impl TcpTransport {
    /// Tells the wire about a read, unless it met the end of the stream: a FIN is no part of the answer.
    fn note(&mut self, received: os::Received, room: usize) {
        self.last_use = Instant::now();
        if received.bytes == 0 {
            return;
        }
        let returned = self.last_use;
        let mut wire = self.wire.lock();
        let sent = wire.not_before().unwrap_or(returned);
        let arrival = received.stamp.and_then(|stamp| self.stamps.arrival(stamp, sent, returned));
        let filled_buffer = received.bytes == room;
        wire.received(Read { bytes: received.bytes, filled_buffer, arrival, returned });
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Read,
    Write,
}

impl Transport for TcpTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.buffers.reserve_output(self.wire.lock().output_size);
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let mut now = Instant::now();
        self.last_use = now;
        let mut wire = self.wire.lock();
        let amount = match wire.origin.take() {
            Some(origin) => self.buffers.insert_origin(&origin, amount),
            None => amount,
        };
        wire.sending(now, amount);
        wire.peer = self.peer;
        drop(wire);
        let mut sent = 0;
        while sent < amount && !self.send_failed {
            self.limit(Direction::Write, now)?;
            match (&self.socket.0).write(&self.buffers.output()[sent..amount]) {
                Ok(0) => self.send_failed = true,
                Ok(bytes) => {
                    sent += bytes;
                    self.wire.lock().untouched = false;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_timeout(&error) => self.write_limit = None,
                // An early answer may be waiting in the socket.
                Err(_) => self.send_failed = true,
            }
            if sent < amount {
                now = Instant::now();
            }
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        self.wire.lock().awaiting();
        // The last one known is near enough for the first look at what is left of the time.
        let mut now = self.last_use;
        loop {
            self.limit(Direction::Read, now)?;
            let buffer = self.buffers.input_append_buf();
            let room = buffer.len();
            match os::receive(&self.socket.0, buffer) {
                Ok(received) => {
                    self.note(received, room);
                    self.buffers.input_appended(received.bytes);
                    return Ok(received.bytes > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The limit on the socket may be an old and shorter one: look at the clock, and go on with what is left.
                Err(error) if is_timeout(&error) => self.read_limit = None,
                Err(error) => {
                    // ureq takes a reset for the end of a body that has no length; perfloop does not.
                    self.wire.lock().reset = true;
                    return Err(Error::Io(io::Error::other(error)));
                }
            }
            now = Instant::now();
        }
    }

    fn is_open(&mut self) -> bool {
        if self.send_failed {
            return false;
        }
        let is_trusted = !self.wire.lock().careful && self.last_use.elapsed() < TRUSTED_REST;
        is_trusted || os::is_quiet(&self.socket.0)
    }
}

/// A socket's time limit shows as either kind, depending on the system.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn timeout_or_io(error: io::Error) -> Error {
    if is_timeout(&error) { Error::Timeout(Timeout::Connect) } else { Error::Io(error) }
}
