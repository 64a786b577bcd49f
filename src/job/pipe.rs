//! Pipes whose reader may leave: `perfloop … | head` is no mistake, a full disk is.

use std::io::{self, ErrorKind, Write};

/// Writer that throws away what comes after its reader has left.
pub(crate) struct Pipe<W> {
    to: W,
    is_left: bool,
}

impl<W: Write> Pipe<W> {
    pub(crate) fn new(to: W) -> Self {
        Pipe { to, is_left: false }
    }

    /// Result of a write, or `otherwise` once the reader has left.
    fn unless_left<T>(&mut self, otherwise: T, write: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        if self.is_left {
            return Ok(otherwise);
        }
        match write(&mut self.to) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_left = true;
                Ok(otherwise)
            }
            result => result,
        }
    }
}

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_left(bytes.len(), |to| to.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_left((), Write::flush)
    }
}
