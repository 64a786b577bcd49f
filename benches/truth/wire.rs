//! The response times as they were on the wire.
//!
//! By connection and direction: from the first segment of a request to the last segment of its answer, which is the
//! last before the next request on that connection. This holds for TLS, and for requests and answers of many segments.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use crate::packets::{Packets, Segment};
use crate::server::Target;
use crate::tls::{Handshake, Progress};

/// All exchanges of a capture.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    /// Response times in nanoseconds, in order of size.
    times: Vec<u64>,
    first: u64,
    last: u64,
    /// Segments of connections whose beginning was not captured, and connections whose first request could not be found.
    pub(crate) unread: u64,
}

impl Wire {
    pub(crate) fn read(file: &Path, target: &Target) -> io::Result<Wire> {
        let mut packets = Packets::new(BufReader::with_capacity(1 << 20, File::open(file)?), target.port)?;
        let mut wire = Wire::default();
        let mut streams: HashMap<u16, Stream> = HashMap::new();
        while let Some(segment) = packets.next_segment()? {
            if segment.is_syn {
                // A new connection, perhaps from a port that was used before.
                if segment.from_client
                    && let Some(stream) = streams.insert(segment.client, Stream::new(target.is_tls))
                {
                    wire.end(stream);
                }
            } else if let Some(stream) = streams.get_mut(&segment.client) {
                stream.take(&segment).into_iter().for_each(|exchange| wire.add(exchange));
            } else {
                wire.unread += u64::from(segment.length > 0);
            }
        }
        streams.into_values().for_each(|stream| wire.end(stream));
        wire.times.sort_unstable();
        Ok(wire)
    }

    fn add(&mut self, exchange: Exchange) {
        self.first = if self.times.is_empty() { exchange.sent } else { self.first.min(exchange.sent) };
        self.last = self.last.max(exchange.answered);
        self.times.push(exchange.answered - exchange.sent);
    }

    fn end(&mut self, stream: Stream) {
        self.unread += u64::from(stream.is_lost);
        stream.exchange().into_iter().for_each(|exchange| self.add(exchange));
    }

    /// Exchanges that were answered.
    pub(crate) fn requests(&self) -> usize {
        self.times.len()
    }

    /// In microseconds.
    pub(crate) fn percentile(&self, percent: f64) -> Option<f64> {
        let rank = (percent / 100.0 * self.times.len() as f64).ceil() as usize;
        self.times.get(rank.max(1) - 1).map(|time| *time as f64 / 1000.0)
    }

    /// The mean number of requests the server had to do.
    pub(crate) fn in_flight(&self) -> f64 {
        let sum: u64 = self.times.iter().sum();
        sum as f64 / self.last.saturating_sub(self.first).max(1) as f64
    }
}

/// When the first segment of a request and the last one of its answer came in.
#[derive(Debug, Clone, Copy)]
struct Exchange {
    sent: u64,
    answered: u64,
}

/// One connection.
#[derive(Debug)]
struct Stream {
    handshake: Option<Handshake>,
    is_lost: bool,
    /// The client has closed it. What the server sends then, such as the end of TLS, answers nothing.
    is_closed: bool,
    sent: Option<u64>,
    answered: Option<u64>,
    /// Where the next byte of each direction is, client and server: what lies before was sent again.
    next: [Option<u32>; 2],
}

impl Stream {
    fn new(is_tls: bool) -> Stream {
        let handshake = is_tls.then(Handshake::default);
        Stream { handshake, is_lost: false, is_closed: false, sent: None, answered: None, next: [None; 2] }
    }

    /// The exchange in progress, if there is an answer.
    fn exchange(&self) -> Option<Exchange> {
        Some(Exchange { sent: self.sent?, answered: self.answered? })
    }

    /// Returns the exchange that ends with this segment: the one before the request that it begins.
    fn take(&mut self, segment: &Segment<'_>) -> Option<Exchange> {
        if self.is_closed {
            return None;
        }
        self.is_closed = segment.from_client && segment.is_end;
        if segment.length == 0 {
            return None;
        }
        let next = &mut self.next[usize::from(!segment.from_client)];
        let end = segment.sequence.wrapping_add(segment.length);
        // Sequence numbers wrap: whatever lies less than half their range behind is old.
        if next.is_some_and(|next| end.wrapping_sub(next) as i32 <= 0) {
            return None;
        }
        *next = Some(end);
        if let Some(handshake) = &mut self.handshake {
            if !segment.from_client {
                handshake.server_sent(segment.payload, segment.length);
                return None;
            }
            match handshake.client_sent(segment.payload, segment.length) {
                Progress::Handshake => return None,
                Progress::Lost => {
                    self.is_lost = true;
                    return None;
                }
                Progress::Request => self.handshake = None,
            }
        }
        if !segment.from_client {
            self.answered = self.sent.and(Some(segment.time));
            return None;
        }
        let ended = self.exchange();
        if ended.is_some() || self.sent.is_none() {
            (self.sent, self.answered) = (Some(segment.time), None);
        }
        ended
    }
}
