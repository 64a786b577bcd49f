//! One exchange on an open connection: the request is written, the answer is read to its end.

use std::io;
use std::mem;
use std::time::Duration;

use ureq::Timeout;
use ureq::unversioned::transport::time::Duration::NotHappening;
use ureq::unversioned::transport::{NextTimeout, Transport};

use super::body::{Body, BodyLimit};
use super::buffers::MAX_OUTPUT;
use super::exchange_timing::SharedTiming;
use super::framing::{Ending, Framing, Step};
use super::head::{Head, HeadSearch};
use super::headers::Headers;
use super::outgoing::Outgoing;
use crate::moment::Moment;

/// After so long without a word a service that was asked whether it wants the body gets it (RFC 9110, 10.1.1).
const CONTINUE_PATIENCE: Duration = Duration::from_secs(1);
/// A service may send so many interim answers (1xx) before the answer.
const MAX_INTERIM: usize = 100;

/// Limit of a call to a transport: the timing's deadlines hold instead, over all calls of an exchange.
pub(super) const BY_THE_WIRE: NextTimeout =
    NextTimeout { after: NotHappening, reason: Timeout::Global, per_read: None, per_write: None };

/// An answer as it came over the timing.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) head: Head,
    pub(super) body: Body,
    /// The connection can carry another exchange.
    pub(super) keeps_alive: bool,
}

/// Why there is no usable answer.
#[derive(Debug)]
pub(super) enum Broken {
    /// The connection could not be made, or gave up.
    Transport(ureq::Error),
    /// The service closed the connection before the answer was whole.
    Closed,
    /// The bytes that came are not the HTTP that was announced.
    Protocol(String),
    /// The body came whole, and cannot be unpacked.
    Packed(String),
    /// The bytes that came had arrived before the request was sent: they answer something else.
    Early,
    /// The service does not do what the request expects of it (417): the request is to be sent without that.
    ExpectationFailed,
}

impl From<ureq::Error> for Broken {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => Broken::Closed,
            error => Broken::Transport(error),
        }
    }
}

/// A connection in the middle of an exchange.
pub(super) struct Exchange<'a> {
    pub(super) transport: &'a mut dyn Transport,
    pub(super) timing: &'a SharedTiming,
    pub(super) spare: &'a mut Spare,
}

/// Memory that answers take turns to use, and that of one which nobody looks at any more.
#[derive(Debug, Default)]
pub(super) struct Spare {
    pub(super) search: HeadSearch,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}

impl Exchange<'_> {
    /// Sends a request and reads its answer. `scratch` is memory that exchanges of a client take turns to use.
    pub(super) fn run(
        &mut self,
        outgoing: &Outgoing<'_>,
        limit: BodyLimit,
        scratch: &mut Vec<u8>,
    ) -> Result<Incoming, Broken> {
        let mut head = match outgoing.ask.head {
            Some(head) => head,
            None => {
                scratch.clear();
                outgoing.write_head(scratch);
                scratch
            }
        };
        let body = outgoing.ask.body.unwrap_or_default();
        let (mut early, mut is_sent_whole) = (None, true);
        if outgoing.waits_for_continue() {
            self.send(&[head])?;
            early = self.wait_for_continue()?;
            is_sent_whole = early.is_none();
            head = &[];
        }
        if is_sent_whole {
            is_sent_whole = match outgoing.is_chunked() {
                true if body.is_empty() => self.send(&[head, b"0\r\n\r\n"])?,
                true => {
                    let size = format!("{:x}\r\n", body.len());
                    self.send(&[head, size.as_bytes(), body, b"\r\n0\r\n\r\n"])?
                }
                false => self.send(&[head, body])?,
            };
        }
        let head = match early {
            Some(head) => head,
            None => self.head()?,
        };
        if head.status == 417 && !is_sent_whole && outgoing.waits_for_continue() {
            return Err(Broken::ExpectationFailed);
        }
        let mut incoming = self.answer(head, outgoing, limit)?;
        incoming.keeps_alive &= is_sent_whole && outgoing.keeps_alive();
        Ok(incoming)
    }

    /// Asks a proxy for a tunnel by these bytes. Returns the status of its answer.
    pub(super) fn open_tunnel(&mut self, request: &[u8]) -> Result<u16, Broken> {
        self.send(&[request])?;
        self.head().map(|head| head.status)
    }

    /// Hands these bytes to the kernel, as few times as may be. Tells whether all of them were taken: a service may
    /// answer, or close, before it has read a request to its end.
    fn send(&mut self, parts: &[&[u8]]) -> Result<bool, Broken> {
        let total: usize = parts.iter().map(|part| part.len()).sum();
        let at_once = total.min(MAX_OUTPUT);
        if at_once == 0 {
            return Ok(true);
        }
        self.timing.set_output_size(at_once);
        let mut filled = 0;
        for part in parts {
            let mut rest = *part;
            while !rest.is_empty() {
                let room = &mut self.transport.buffers().output()[filled..at_once];
                let bytes = room.len().min(rest.len());
                room[..bytes].copy_from_slice(&rest[..bytes]);
                (filled, rest) = (filled + bytes, &rest[bytes..]);
                if filled == at_once {
                    self.transport.transmit_output(filled, BY_THE_WIRE)?;
                    filled = 0;
                    if self.timing.lock().is_send_over {
                        return Ok(false);
                    }
                }
            }
        }
        if filled > 0 {
            self.transport.transmit_output(filled, BY_THE_WIRE)?;
        }
        Ok(!self.timing.lock().is_send_over)
    }

    /// Waits for the service to ask for the body. Returns the head of an answer that came instead.
    fn wait_for_continue(&mut self) -> Result<Option<Head>, Broken> {
        self.timing.lock().patience = Moment::now().checked_add(CONTINUE_PATIENCE);
        let mut interim = 0;
        let result = loop {
            match self.next_head() {
                Ok(head) if head.status == 100 => break Ok(None),
                Ok(head) if is_interim(&head) => match count_interim(&mut interim, &head) {
                    Ok(()) => {}
                    Err(error) => break Err(error),
                },
                Ok(head) => break Ok(Some(head)),
                Err(Broken::Transport(ureq::Error::Timeout(_))) if !self.timing.lock().is_overdue(Moment::now()) => {
                    break Ok(None);
                }
                Err(error) => break Err(error),
            }
        };
        self.timing.lock().patience = None;
        result
    }

    /// The head of the answer: what comes before it is passed over.
    fn head(&mut self) -> Result<Head, Broken> {
        let mut interim = 0;
        loop {
            let head = self.next_head()?;
            if !is_interim(&head) {
                return Ok(head);
            }
            count_interim(&mut interim, &head)?;
        }
    }

    fn next_head(&mut self) -> Result<Head, Broken> {
        self.spare.search.begin();
        loop {
            let buffers = self.transport.buffers();
            let input = buffers.input();
            let known = input.len();
            let Spare { search, headers, .. } = &mut *self.spare;
            if let Some(length) = search.length(input).map_err(Broken::Protocol)? {
                let head = search.read(mem::take(headers), &input[..length]);
                let head = head.map_err(Broken::Protocol)?;
                buffers.input_consume(length);
                return Ok(head);
            }
            if !self.transport.await_input(BY_THE_WIRE)? {
                return Err(Broken::Closed);
            }
            if known == 0 && self.timing.lock().is_early {
                return Err(Broken::Early);
            }
        }
    }

    fn answer(&mut self, head: Head, outgoing: &Outgoing<'_>, limit: BodyLimit) -> Result<Incoming, Broken> {
        let Ending { mut framing, keeps_alive } = Ending::of(&head, outgoing.ask.method).map_err(Broken::Protocol)?;
        let expected = if let Framing::Length(length) = framing { length } else { 0 };
        let mut body = Body::within(mem::take(&mut self.spare.body), limit, expected);
        #[cfg(feature = "hurl")]
        {
            body = body.hashed(outgoing.ask.options.wants_hashes);
        }
        while framing != Framing::Length(0) {
            let buffers = self.transport.buffers();
            let input = buffers.input();
            let (bytes, is_data) = match &mut framing {
                Framing::Length(left) => {
                    let bytes = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                    *left -= bytes as u64;
                    (bytes, true)
                }
                Framing::UntilClose => (input.len(), true),
                Framing::Chunked(chunks) => match chunks.step(input).map_err(Broken::Protocol)? {
                    Step::Done => break,
                    Step::More => (0, false),
                    Step::Skip(bytes) => (bytes, false),
                    Step::Data(bytes) => (bytes, true),
                },
            };
            if is_data {
                body.take(&input[..bytes]);
            }
            if bytes > 0 {
                buffers.input_consume(bytes);
            } else if !self.transport.await_input(BY_THE_WIRE)? {
                match framing {
                    Framing::UntilClose => break,
                    _ => return Err(Broken::Closed),
                }
            }
        }
        // More than one answer has come. The first is the one on a new connection; on one that was used before it may have
        // waited there since before the request, and the second be the one.
        let is_clean = self.transport.buffers().input().is_empty();
        if !is_clean && self.timing.lock().may_hold_more() {
            return Err(Broken::Early);
        }
        Ok(Incoming { head, body, keeps_alive: keeps_alive && is_clean })
    }
}

pub(super) fn is_interim(head: &Head) -> bool {
    (100..200).contains(&head.status)
}

/// # Errors
/// When it is one too many, or one that ends HTTP on this connection.
pub(super) fn count_interim(count: &mut usize, head: &Head) -> Result<(), Broken> {
    *count += 1;
    if head.status == 101 {
        return Err(Broken::Protocol("the service switches to another protocol (101), which was not asked for".into()));
    }
    if *count > MAX_INTERIM {
        return Err(Broken::Protocol(format!("more than {MAX_INTERIM} interim answers (1xx) came before the answer")));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
