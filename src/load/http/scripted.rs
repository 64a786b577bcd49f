//! Connections of tests and of fuzzing: they give bytes in the pieces that are wanted.

use std::collections::VecDeque;
use std::time::Duration;

use ureq::http::{Method, Uri};
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use super::agent::AnswerReader;
use super::body::BodyLimit;
use super::buffers::ConnectionBuffers;
use super::codec::{Exchange, Spare};
use super::exchange_timing::SharedTiming;
use super::headers::Headers;
use super::outgoing::Outgoing;
use super::request_parts::{RequestOptions, RequestParts};
use super::settings::HttpSettings;
use crate::moment::Moment;

pub(super) const URL: &str = "http://127.0.0.1/";
const LIMIT: BodyLimit = BodyLimit(1 << 20);

/// Status and body of an answer; `None` where it is refused.
pub(crate) type Read = Option<(u16, Vec<u8>)>;

/// Bytes of an answer, in the pieces they come in; then the service closes the connection.
#[derive(Debug, Clone)]
pub(crate) struct Pieces(pub(super) VecDeque<Vec<u8>>);

impl Pieces {
    pub(crate) fn of_size(answer: &[u8], size: usize) -> Self {
        Pieces(answer.chunks(size.max(1)).map(<[u8]>::to_vec).collect())
    }
}

/// Connection that gives these pieces, with buffers as somebody wants them.
pub(super) struct Scripted<B> {
    pub(super) pieces: Pieces,
    pub(super) buffers: B,
}

impl<B> std::fmt::Debug for Scripted<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scripted").finish_non_exhaustive()
    }
}

impl<B: Buffers + Send + Sync + 'static> Transport for Scripted<B> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let Some(mut piece) = self.pieces.0.pop_front() else { return Ok(false) };
        let room = self.buffers.input_append_buf();
        let taken = room.len().min(piece.len());
        room[..taken].copy_from_slice(&piece[..taken]);
        self.buffers.input_appended(taken);
        let rest = piece.split_off(taken);
        if !rest.is_empty() {
            self.pieces.0.push_front(rest);
        }
        Ok(true)
    }

    fn is_open(&mut self) -> bool {
        false
    }
}

pub(crate) fn by_codec(pieces: &Pieces, method: &Method) -> Read {
    let (uri, headers, settings) = (Uri::from_static(URL), Headers::default(), HttpSettings::default());
    let options = RequestOptions::default();
    let ask = RequestParts { method, uri: &uri, headers: &headers, body: None, head: None, timeout: None, options };
    let timing = SharedTiming::default();
    timing.lock().begin_exchange(Moment::now(), Duration::from_secs(60), None, true, false);
    let mut buffers = ConnectionBuffers::default();
    buffers.reserve_output(64 * 1024);
    let mut transport = Scripted { pieces: pieces.clone(), buffers };
    let mut exchange = Exchange { transport: &mut transport, timing: &timing, spare: &mut Spare::default() };
    let outgoing = Outgoing { ask, settings: &settings, forward: None };
    let incoming = exchange.run(&outgoing, LIMIT, &mut Vec::new()).ok()?;
    Some((incoming.head.status, incoming.body.kept))
}

/// The reader that reads along with ureq.
pub(crate) fn by_reader(pieces: &Pieces, method: &Method) -> Read {
    let mut reader = AnswerReader::new(LIMIT);
    for piece in &pieces.0 {
        if let Some(whole) = reader.take(piece, method).ok()? {
            return Some((whole.head.status, whole.body.kept));
        }
    }
    reader.close().ok().map(|closed| (closed.head.status, closed.body.kept))
}

/// An answer to HEAD or GET that comes in pieces of this size, as both read it.
#[cfg(fuzzing)]
pub(crate) fn read_in_pieces(bytes: &[u8], size: usize, is_to_head: bool) -> [Read; 2] {
    let method = if is_to_head { Method::HEAD } else { Method::GET };
    let pieces = Pieces::of_size(bytes, size);
    [by_codec(&pieces, &method), by_reader(&pieces, &method)]
}
