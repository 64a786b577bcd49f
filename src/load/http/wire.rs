//! One exchange as the socket saw it: the transport writes it, the client reads it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use ureq::http::Uri;

use crate::sample::{Phase, RequestTimes, Traffic};

/// Shared by a user's client and the transports it owns; all of them live on the user's own thread,
/// so the lock is never waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedWire(Arc<Mutex<Wire>>);

impl SharedWire {
    pub(super) fn lock(&self) -> MutexGuard<'_, Wire> {
        self.0.lock()
    }
}

/// A read that brought bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub(super) bytes: usize,
    pub(super) filled_buffer: bool,
    /// When the last of the bytes arrived in the kernel, where it says so.
    pub(super) arrival: Option<Instant>,
    pub(super) returned: Instant,
}

/// A read that returns later than this after the arrival had to wait for a processor.
const LATE: Duration = Duration::from_micros(100);

#[derive(Debug, Default)]
pub(super) struct Wire {
    /// When the whole exchange must be over.
    deadline: Option<Instant>,
    /// When a new connection must be made.
    pub(super) connect_deadline: Option<Instant>,
    pub(super) phase: Phase,
    pub(super) times: RequestTimes,
    pub(super) traffic: Traffic,
    sent_at: Option<Instant>,
    first_byte_at: Option<Instant>,
    last_byte_at: Option<Instant>,
    connect_since: Option<Instant>,
    tls_since: Option<Instant>,
    /// How late the reads of the handshake were.
    tls_delay: Duration,
    is_opened: bool,
    /// Sent twice, this request might do twice what it does: a reused connection is looked at before it is trusted.
    pub(super) careful: bool,
    /// Not one byte of the request was taken by the kernel.
    pub(super) untouched: bool,
    /// What the output buffer must hold: the longest line of the head, and as much of the body as is sent at once.
    pub(super) output_size: usize,
    /// The proxy that is asked for the whole URL.
    pub(super) proxy: Option<Uri>,
    /// What of the URL has still to be put before the path in the first line of the request.
    pub(super) origin: Option<String>,
    /// The other side reset the connection.
    pub(super) reset: bool,
    /// The address at the other end of the connection.
    pub(super) peer: Option<IpAddr>,
    /// Somebody wants to look at the other side's certificate.
    pub(super) wants_certificate: bool,
    /// It, if it is wanted and there is one.
    pub(super) certificate: Option<Vec<u8>>,
}

impl Wire {
    /// Forgets the last exchange.
    pub(super) fn begin(
        &mut self,
        now: Instant,
        timeout: Duration,
        connect_timeout: Option<Duration>,
        output_size: usize,
        careful: bool,
        wants_certificate: bool,
    ) {
        // A timeout too long for the clock is none.
        let deadline = now.checked_add(timeout);
        let connect_deadline = connect_timeout.and_then(|limit| now.checked_add(limit)).or(deadline);
        let asked = Wire { output_size, careful, wants_certificate, ..Wire::default() };
        *self = Wire { deadline, connect_deadline, untouched: true, ..asked };
    }

    /// Forgets a connection that died before any byte of the answer. The clock goes on from the first send.
    pub(super) fn begin_again(&mut self) {
        let Wire { deadline, sent_at, output_size, careful, wants_certificate, .. } = *self;
        let asked = Wire { output_size, careful, wants_certificate, ..Wire::default() };
        *self = Wire { deadline, connect_deadline: deadline, sent_at, ..asked };
        self.traffic.resent = true;
    }

    /// How long the phase it is in may still take.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        let limit = if self.phase.is_before_send() { self.connect_deadline } else { self.deadline };
        limit.map(|limit| limit.saturating_duration_since(now))
    }

    /// The time of the whole exchange is used up.
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// A TCP connection is about to be made.
    pub(super) fn begin_connect(&mut self, now: Instant) {
        self.phase = Phase::Connect;
        self.traffic.new_connection = true;
        self.connect_since.get_or_insert(now);
    }

    /// A proxy has opened a tunnel: what was said to it so far is a part of connecting.
    pub(super) fn tunnelled(&mut self, now: Instant) {
        self.phase = Phase::Connect;
        self.times = RequestTimes { resolve: self.times.resolve, ..RequestTimes::default() };
        self.times.connect = self.connect_since.map(|since| now.saturating_duration_since(since)).unwrap_or_default();
        self.traffic = Traffic { new_connection: true, resent: self.traffic.resent, ..Traffic::default() };
        (self.sent_at, self.first_byte_at, self.last_byte_at, self.is_opened) = (None, None, None, false);
    }

    /// TCP is connected, TLS begins.
    pub(super) fn begin_tls(&mut self, now: Instant) {
        self.phase = Phase::Tls;
        self.tls_since = Some(now);
    }

    /// The connection is made; requests can be sent.
    pub(super) fn ready(&mut self, now: Instant) {
        self.phase = Phase::Send;
        let tls = self.tls_since.map(|since| now.saturating_duration_since(since)).unwrap_or_default();
        self.times.tls = tls.saturating_sub(self.tls_delay);
    }

    /// Bytes are about to be handed to the kernel.
    pub(super) fn sending(&mut self, now: Instant, bytes: usize) {
        if self.phase == Phase::Resolve {
            // Nothing was connected for this exchange: the connection came from the pool.
            self.phase = Phase::Send;
        }
        if self.phase >= Phase::Send {
            self.sent_at.get_or_insert(now);
            self.traffic.bytes_out += bytes as u64;
        }
    }

    /// The answer is awaited next.
    pub(super) fn awaiting(&mut self) {
        if self.phase == Phase::Send {
            self.phase = Phase::FirstByte;
        }
    }

    /// When the first byte of the request was handed to the kernel.
    pub(super) fn sent_at(&self) -> Option<Instant> {
        self.sent_at
    }

    /// When the last byte so far has arrived.
    pub(super) fn last_byte_at(&self) -> Option<Instant> {
        self.last_byte_at
    }

    /// What the stamp of an arrival must lie after.
    pub(super) fn not_before(&self) -> Option<Instant> {
        self.sent_at.or(self.tls_since)
    }

    /// A read has returned.
    pub(super) fn received(&mut self, read: Read) {
        let arrived = read.arrival.unwrap_or(read.returned);
        let delay = read.returned.saturating_duration_since(arrived);
        if self.phase < Phase::Send {
            self.tls_delay += delay;
            return;
        }
        self.phase = Phase::Receive;
        if self.first_byte_at.is_none() {
            self.first_byte_at = Some(arrived);
            self.times.first_byte_late = delay > LATE;
        }
        self.last_byte_at = Some(arrived);
        self.times.client_delay = delay;
        self.times.stamped = read.arrival.is_some();
        self.times.receiver_limited |= read.filled_buffer;
        self.traffic.bytes_in += read.bytes as u64;
    }

    /// Inside what has arrived was a part of the answer. What comes before it in TLS, such as the tickets for
    /// later sessions, is not its first byte.
    pub(super) fn opened(&mut self) {
        if !self.is_opened {
            self.is_opened = true;
            self.first_byte_at = self.last_byte_at;
        }
    }

    /// The answer is whole.
    pub(super) fn answered(&self) -> RequestTimes {
        self.times_until(self.last_byte_at)
    }

    /// There is no usable answer: the times so far.
    pub(super) fn given_up(&self, now: Instant) -> RequestTimes {
        self.times_until(Some(now))
    }

    fn times_until(&self, end: Option<Instant>) -> RequestTimes {
        let (Some(sent), Some(end)) = (self.sent_at, end) else { return self.times };
        let first = self.first_byte_at.unwrap_or(end);
        RequestTimes {
            first_byte: first.saturating_duration_since(sent),
            receive: end.saturating_duration_since(first),
            ..self.times
        }
    }
}
