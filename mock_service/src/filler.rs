use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Interval, MissedTickBehavior};

/// The bytes of generated bodies; a body of any length repeats them.
static BLOCK: [u8; 64 * 1024] = [b'x'; 64 * 1024];

/// Up to `length` bytes of filler, without an allocation.
fn piece(length: u64) -> Bytes {
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(BLOCK.len());
    Bytes::from_static(&BLOCK[..length])
}

/// `length` bytes of filler.
pub(crate) fn filled(length: usize) -> Bytes {
    if length <= BLOCK.len() { piece(length as u64) } else { vec![b'x'; length].into() }
}

type NextFrame = Poll<Option<Result<Frame<Bytes>, Infallible>>>;

/// A body of a known length that never exists as a whole.
pub(crate) struct Stream {
    left: u64,
}

impl Stream {
    pub(crate) fn new(length: u64) -> Self {
        Self { left: length }
    }
}

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> NextFrame {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let piece = piece(self.left);
        self.left -= piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// A body of unknown length, sent as so many chunks.
pub(crate) struct Chunks {
    chunk: Bytes,
    left: u64,
}

impl Chunks {
    pub(crate) fn new(count: u64, size: usize) -> Self {
        Self { chunk: filled(size), left: count }
    }
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> NextFrame {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(self.chunk.clone()))))
    }
}

/// A body of a known length that arrives one byte at a time.
pub(crate) struct Drip {
    left: u64,
    every: Interval,
}

impl Drip {
    /// `every` must not be zero.
    pub(crate) fn new(length: u64, every: Duration) -> Self {
        let mut every = tokio::time::interval_at(Instant::now() + every, every);
        // A late byte must not make the whole body late.
        every.set_missed_tick_behavior(MissedTickBehavior::Burst);
        Self { left: length, every }
    }
}

impl HttpBody for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> NextFrame {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        ready!(self.every.poll_tick(cx));
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(piece(1)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
