//! Every other system. Unchecked: perfloop is built and tested on Linux; here it only has to compile.

use std::io::{self, Read as _};
use std::net::TcpStream;
use std::time::Duration;

use super::{Limit, Received};
use crate::end::MachineUse;

/// Nothing is known that would raise it everywhere.
pub(crate) fn raise_open_files() {}

/// Nothing is known before the system refuses.
pub(crate) fn limits() -> Vec<Limit> {
    Vec::new()
}

/// Unknown.
pub(crate) fn free_memory() -> Option<u64> {
    None
}

/// A matter of Linux's scheduler.
pub(crate) fn schedule_as_batch() {}

/// Without stamps every request is timed by the thread's own clock, and the report says so.
#[derive(Debug)]
pub(crate) struct StampKeeper;

impl StampKeeper {
    pub(crate) fn new() -> Self {
        StampKeeper
    }
}

/// See [`StampKeeper`].
pub(crate) fn stamp_arrivals(_: &TcpStream) {}

/// Reads, without a stamp.
pub(crate) fn receive(mut socket: &TcpStream, buffer: &mut [u8]) -> io::Result<Received> {
    socket.read(buffer).map(|bytes| Received { bytes, stamp: None })
}

/// An open connection between two exchanges has nothing to read: neither bytes nor an end.
pub(crate) fn is_quiet(socket: &TcpStream) -> bool {
    let peek = || {
        socket.set_nonblocking(true)?;
        let peeked = socket.peek(&mut [0]);
        socket.set_nonblocking(false)?;
        io::Result::Ok(peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock))
    };
    peek().unwrap_or(false)
}

/// The other side has reset the connection, or does so within this time.
pub(crate) fn is_reset_within(socket: &TcpStream, time: Duration) -> bool {
    let has_error = || matches!(socket.take_error(), Ok(Some(_)));
    has_error() || {
        std::thread::sleep(time);
        has_error()
    }
}

/// Nothing is known of the machine's processors but their number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CpuUse;

impl CpuUse {
    pub(crate) fn now() -> Self {
        CpuUse
    }

    /// See [`CpuUse`].
    pub(crate) fn since(&self, _: &CpuUse) -> MachineUse {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        MachineUse { processors: u32::try_from(processors).unwrap_or(u32::MAX), ..MachineUse::default() }
    }
}

/// See [`CpuUse`].
pub(crate) fn run_delay() -> Option<Duration> {
    None
}

/// False: the system's own words are reported.
pub(crate) fn is_out_of_files(_: &io::Error) -> bool {
    false
}
