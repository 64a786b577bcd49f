//! Connection of an agent, which reads along what ureq sends and gets.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use ureq::unversioned::transport::time::Duration as UreqDuration;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};
use ureq::{Error, Timeout};

use super::super::buffers::MAX_OUTPUT;
use super::super::codec::BY_THE_WIRE;
use super::super::exchange_timing::SharedTiming;
use super::super::proxy::Proxy;
use super::call;
use super::observer::Open as _;
use super::open_exchange::OpenExchange;
use super::sent_head::SentHead;
use crate::moment::Moment;

/// Size of the buffer that ureq writes to: each line of a head must fit.
const OUTPUT: usize = 8 * 1024;

/// Span that a limit leaves; as good as none where there is no limit.
pub(super) fn span(timeout: NextTimeout) -> Duration {
    match timeout.after {
        UreqDuration::Exact(span) => span,
        UreqDuration::NotHappening => Duration::MAX,
    }
}

/// A timeout is told by the limit that ureq gave.
pub(super) fn give_reason(error: Error, reason: Timeout) -> Error {
    if let Error::Timeout(_) = error { Error::Timeout(reason) } else { error }
}

/// Connection of an agent, whatever it leads through.
#[derive(Debug)]
pub(super) struct AgentTransport {
    inner: Box<dyn Transport>,
    timing: SharedTiming,
    /// Exchange on it that has not ended.
    exchange: Option<Arc<Mutex<OpenExchange>>>,
    /// Bytes that are still to go out.
    held: Vec<u8>,
    is_head_sent: bool,
    /// No exchange was made on it so far.
    is_new: bool,
    /// An answer has ended, and nobody has asked since whether the connection is open.
    has_just_ended: bool,
}

impl AgentTransport {
    pub(super) fn new(inner: Box<dyn Transport>, timing: SharedTiming) -> Self {
        timing.set_output_size(OUTPUT);
        AgentTransport {
            inner,
            timing,
            exchange: None,
            held: Vec::new(),
            is_head_sent: false,
            is_new: true,
            has_just_ended: false,
        }
    }

    /// The next request begins here.
    fn begin(&mut self, exchange: Arc<Mutex<OpenExchange>>, timeout: NextTimeout) {
        if !std::mem::take(&mut self.is_new) {
            let mut timing = self.timing.lock();
            timing.begin_exchange(Moment::now(), span(timeout), None, true, false);
            timing.ready();
        }
        exchange.lock().goes_over(&self.timing);
        (self.exchange, self.is_head_sent) = (Some(exchange), false);
        self.held.clear();
    }

    /// Makes of the head, once it is whole, what goes out. True when a body follows at once, and it can go with it.
    fn complete_head(&mut self) -> Option<bool> {
        let (head, length) = SentHead::of(&self.held)?;
        let leads_a_body = head.leads_a_body() && self.held.len() == length;
        let Some(exchange) = &self.exchange else { return Some(false) };
        let mut exchange = exchange.lock();
        if let Some(method) = head.method() {
            exchange.method = method;
        }
        let with_cookies = exchange.with_cookies(&head.headers);
        let forward = exchange.proxy().and_then(Proxy::forward);
        if with_cookies.is_some() || forward.is_some() {
            let written = head.written(with_cookies.as_ref().unwrap_or(&head.headers), &exchange.uri, forward);
            self.held.splice(..length, written);
        }
        exchange.headers = with_cookies.unwrap_or(head.headers);
        Some(leads_a_body)
    }

    /// Hands what is held to the connection.
    fn flush(&mut self, timeout: NextTimeout) -> Result<(), Error> {
        let held = std::mem::take(&mut self.held);
        for part in held.chunks(MAX_OUTPUT) {
            let mut timing = self.timing.lock();
            if timing.is_send_over {
                // The service takes no more of it; ureq is told of its answer.
                break;
            }
            timing.must_end_within(span(timeout.for_write()));
            drop(timing);
            self.timing.set_output_size(part.len());
            self.inner.buffers().output()[..part.len()].copy_from_slice(part);
            let result = self.inner.transmit_output(part.len(), BY_THE_WIRE);
            self.told(result, timeout.for_write().reason)?;
        }
        Ok(())
    }

    /// An error ends the exchange.
    fn told<T>(&mut self, result: Result<T, Error>, reason: Timeout) -> Result<T, Error> {
        let error = match result {
            Ok(value) => return Ok(value),
            Err(error) => give_reason(error, reason),
        };
        // After one of waiting for 100 (Continue) the body is sent all the same.
        match self.exchange.take_if(|_| reason != Timeout::Await100) {
            Some(exchange) => Err(exchange.lock().breaks(error)),
            None => Err(error),
        }
    }
}

impl Transport for AgentTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if let Some(exchange) = call::take_begun() {
            self.begin(exchange, timeout);
        }
        let output = &self.inner.buffers().output()[..amount];
        self.held.extend_from_slice(output);
        if self.is_head_sent {
            if let Some(exchange) = &self.exchange {
                exchange.lock().sends(output);
            }
            return self.flush(timeout);
        }
        match self.complete_head() {
            None => Ok(()),
            Some(leads_a_body) => {
                self.is_head_sent = true;
                if leads_a_body { Ok(()) } else { self.flush(timeout) }
            }
        }
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.flush(timeout)?;
        self.timing.lock().must_end_within(span(timeout.for_read()));
        let known = self.inner.buffers().input().len();
        let result = self.inner.await_input(BY_THE_WIRE);
        let has_come = self.told(result, timeout.for_read().reason)?;
        if let Some(exchange) = &self.exchange {
            let mut open = exchange.lock();
            match self.inner.buffers().input().get(known..) {
                Some(bytes) if has_come => open.receives(bytes),
                _ => open.closes(),
            }
            let has_ended = open.has_ended();
            drop(open);
            if has_ended {
                (self.exchange, self.has_just_ended) = (None, true);
            }
        }
        Ok(has_come)
    }

    fn is_open(&mut self) -> bool {
        // ureq asks when it puts a connection away, and again when it takes it out: the second answer is the one that
        // counts.
        let is_put_away = std::mem::take(&mut self.has_just_ended);
        self.inner.buffers().input().is_empty() && (is_put_away || self.inner.is_open())
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

impl Drop for AgentTransport {
    /// ureq closes a connection whose answer nobody reads to its end.
    fn drop(&mut self) {
        if let Some(exchange) = self.exchange.take() {
            exchange.give_up();
        }
    }
}
