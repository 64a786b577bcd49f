//! One exchange as the socket saw it: the transport writes it, the client reads it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use super::stamp::Arrival;
use crate::moment::Moment;
use crate::nanos::Nanos;
use crate::phase::Phase;
use crate::sample::{RequestTimes, Traffic};

/// Shared by a user's client and the transports it owns; all of them live on the user's own thread,
/// so the lock is never waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedTiming(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    timing: Mutex<ExchangeTiming>,
    output_size: AtomicUsize,
}

impl SharedTiming {
    pub(super) fn lock(&self) -> MutexGuard<'_, ExchangeTiming> {
        self.0.timing.lock()
    }

    /// Size that the output buffers must have.
    pub(super) fn output_size(&self) -> usize {
        self.0.output_size.load(Ordering::Relaxed)
    }

    pub(super) fn set_output_size(&self, bytes: usize) {
        self.0.output_size.store(bytes, Ordering::Relaxed);
    }
}

/// A read that brought bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub(super) bytes: usize,
    pub(super) filled_buffer: bool,
    /// When the last of the bytes arrived in the kernel, where it says so.
    pub(super) arrival: Arrival,
    pub(super) returned: Moment,
}

/// A read that returns later than this after the arrival had to wait for a processor.
const LATE: Nanos = Nanos::new(100_000);

#[derive(Debug, Default)]
pub(super) struct ExchangeTiming {
    began_at: Option<Moment>,
    /// When the whole exchange must be over.
    deadline: Option<Moment>,
    connect_timeout: Option<Duration>,
    /// When a new connection must be made.
    pub(super) connect_deadline: Option<Moment>,
    /// Until when an answer is waited for before the body goes without one.
    pub(super) patience: Option<Moment>,
    pub(super) phase: Phase,
    pub(super) times: RequestTimes,
    pub(super) traffic: Traffic,
    sent_at: Option<Moment>,
    /// When this try was sent, which may be the second.
    try_sent_at: Option<Moment>,
    first_byte_at: Option<Moment>,
    last_byte_at: Option<Moment>,
    /// When the read returned that fetched it.
    fetched_at: Option<Moment>,
    /// Since when the connection is in the phase of being made that it is in.
    phase_since: Option<Moment>,
    /// How late the reads of that phase were.
    phase_delay: Nanos,
    is_opened: bool,
    /// Sent twice, this request might do twice what it does: a reused connection is looked at before it is trusted.
    pub(super) careful: bool,
    /// Not one byte of the request was taken by the kernel.
    pub(super) untouched: bool,
    /// The other side takes no more of the request, or has answered before its end.
    pub(super) is_send_over: bool,
    /// The last bytes on a connection had arrived before the request was sent.
    pub(super) is_early: bool,
    /// The service had closed the connection before it read the request.
    pub(super) is_unread: bool,
    /// When the other side's end of the connection was met.
    pub(super) ended_at: Option<Moment>,
    /// The other side reset the connection.
    pub(super) reset: bool,
    /// The address at the other end of the connection.
    pub(super) peer: Option<IpAddr>,
    /// The other side's certificate is wanted.
    pub(super) wants_certificate: bool,
    /// Certificate of the other side, if it is wanted and there is one.
    pub(super) certificate: Option<Vec<u8>>,
}

impl ExchangeTiming {
    /// Forgets the last exchange.
    pub(super) fn begin_exchange(
        &mut self,
        now: Moment,
        timeout: Duration,
        connect_timeout: Option<Duration>,
        careful: bool,
        wants_certificate: bool,
    ) {
        // A timeout too long for the clock is none.
        let deadline = now.checked_add(timeout);
        let asked = ExchangeTiming { careful, wants_certificate, connect_timeout, ..ExchangeTiming::default() };
        *self = ExchangeTiming { began_at: Some(now), deadline, untouched: true, ..asked };
        self.limit_connect(now);
    }

    /// Forgets a connection that brought no answer. The clock goes on from the first send.
    pub(super) fn begin_again(&mut self, now: Moment) {
        let ExchangeTiming { deadline, connect_timeout, sent_at, careful, wants_certificate, .. } = *self;
        let asked = ExchangeTiming { careful, wants_certificate, connect_timeout, ..ExchangeTiming::default() };
        *self = ExchangeTiming { deadline, sent_at, ..asked };
        self.traffic.resent = true;
        self.limit_connect(now);
    }

    /// From now on the exchange, and its connection, must be over within this span, whatever was asked before.
    pub(super) fn must_end_within(&mut self, span: Duration) {
        self.deadline = Moment::now().checked_add(span);
        self.connect_deadline = self.deadline;
    }

    fn limit_connect(&mut self, now: Moment) {
        let own = self.connect_timeout.and_then(|limit| now.checked_add(limit));
        self.connect_deadline = own.map(|own| self.deadline.map_or(own, |whole| whole.min(own))).or(self.deadline);
    }

    /// How long the phase it is in may still take.
    pub(super) fn left(&self, now: Moment) -> Option<Nanos> {
        let limit = if self.phase.is_before_send() { self.connect_deadline } else { self.deadline };
        let limit = self.patience.map_or(limit, |patience| Some(limit.map_or(patience, |limit| limit.min(patience))));
        limit.map(|limit| limit.nanos_since(now))
    }

    /// The connection was used before, and not looked at before it was used again.
    pub(super) fn may_hold_more(&self) -> bool {
        !self.traffic.new_connection && !self.careful
    }

    /// The time of the whole exchange is used up.
    pub(super) fn is_overdue(&self, now: Moment) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    /// The last bytes arrived before the time was used up.
    pub(super) fn came_in_time(&self) -> bool {
        self.last_byte_at.is_some_and(|at| self.deadline.is_none_or(|deadline| at <= deadline))
    }

    /// A connection is about to be made.
    pub(super) fn begin_connect(&mut self, now: Moment) {
        self.traffic.new_connection = true;
        self.begin(Phase::Connect, now);
    }

    /// A phase of making the connection begins.
    pub(super) fn begin(&mut self, phase: Phase, now: Moment) {
        (self.phase, self.phase_since, self.phase_delay) = (phase, Some(now), Nanos::ZERO);
    }

    /// That phase has ended.
    pub(super) fn end(&mut self, now: Moment) {
        let time = self.phase_since.take().map(|since| now.nanos_since(since)).unwrap_or_default() - self.phase_delay;
        match self.phase {
            Phase::Connect => self.times.connect = time,
            Phase::Proxy => self.times.proxy = time,
            Phase::Tls => self.times.tls = time,
            _ => {}
        }
    }

    /// There is a connection; a request can be sent.
    pub(super) fn ready(&mut self) {
        self.phase = Phase::Send;
    }

    /// Bytes are about to be handed to the kernel.
    pub(super) fn sending(&mut self, now: Moment, bytes: usize) {
        if self.phase >= Phase::Send {
            self.sent_at.get_or_insert(now);
            self.try_sent_at.get_or_insert(now);
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
    pub(super) fn sent_at(&self) -> Option<Moment> {
        self.sent_at
    }

    /// When the last byte so far has arrived.
    pub(super) fn last_byte_at(&self) -> Option<Moment> {
        self.last_byte_at
    }

    /// When the last byte so far was in the tester's hands.
    pub(super) fn fetched_at(&self) -> Option<Moment> {
        self.fetched_at
    }

    /// When the exchange, of which nothing has been sent yet, began.
    pub(super) fn began_at(&self) -> Option<Moment> {
        self.began_at.filter(|_| self.try_sent_at.is_none())
    }

    /// Moment that the stamp of an arrival must lie after.
    pub(super) fn not_before(&self) -> Option<Moment> {
        self.try_sent_at.or(self.phase_since)
    }

    /// A read has returned.
    pub(super) fn received(&mut self, read: Read) {
        let stamp = if let Arrival::At(arrived) = read.arrival { Some(arrived) } else { None };
        let arrived = stamp.unwrap_or(read.returned);
        let delay = read.returned.nanos_since(arrived);
        if self.phase < Phase::Send {
            self.phase_delay += delay;
            return;
        }
        self.phase = Phase::Receive;
        self.is_early = read.arrival == Arrival::BeforeSend;
        if self.first_byte_at.is_none() {
            self.first_byte_at = Some(arrived);
            self.times.first_byte_late = delay > LATE;
        }
        (self.last_byte_at, self.fetched_at) = (Some(arrived), Some(read.returned));
        self.times.client_delay = delay;
        self.times.stamped = stamp.is_some();
        self.times.receiver_limited |= read.filled_buffer;
        self.traffic.bytes_in += read.bytes as u64;
    }

    /// Inside what has arrived was a part of the answer. What comes before it in TLS, such as the tickets for
    /// later sessions, is not its first byte.
    pub(super) fn opened(&mut self) {
        if !self.is_opened && self.phase >= Phase::Send {
            self.is_opened = true;
            self.first_byte_at = self.last_byte_at;
        }
    }

    /// Some of an answer inside TLS has come.
    pub(super) fn has_answer(&self) -> bool {
        self.is_opened
    }

    /// TLS has ended, or broken, without a byte of the answer in it: what has come was about the connection.
    pub(super) fn closed_unopened(&mut self) {
        if !self.is_opened && self.phase == Phase::Receive {
            self.phase = Phase::FirstByte;
            self.is_unread = true;
        }
    }

    /// The answer is whole.
    pub(super) fn answered(&self) -> RequestTimes {
        self.times_until(self.last_byte_at)
    }

    /// There is no usable answer: the times so far.
    pub(super) fn given_up(&self, now: Moment) -> RequestTimes {
        self.times_until(Some(self.ended_at.unwrap_or(now)))
    }

    fn times_until(&self, end: Option<Moment>) -> RequestTimes {
        let (Some(sent), Some(end)) = (self.sent_at, end) else { return self.times };
        let first = self.first_byte_at.unwrap_or(end);
        // The clock of a repeated request goes on while its new connection is made, which is counted as setup.
        let again = if self.traffic.resent { self.times.setup_nanos() } else { Nanos::ZERO };
        RequestTimes { first_byte: first.nanos_since(sent) - again, receive: end.nanos_since(first), ..self.times }
    }
}
