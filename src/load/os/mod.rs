//! Operating system: clocks, limits and schedules. Linux is where perfloop is made for and checked.

use std::time::Duration;

#[cfg(target_os = "linux")]
mod cpu;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use cpu::{CpuUse, run_delay};
#[cfg(target_os = "linux")]
pub(crate) use linux::{
    StampKeeper, free_memory, is_out_of_files, is_quiet, is_reset_within, limits, raise_open_files, receive,
    schedule_as_batch, stamp_arrivals,
};

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{
    CpuUse, StampKeeper, free_memory, is_out_of_files, is_quiet, is_reset_within, limits, raise_open_files, receive,
    run_delay, schedule_as_batch, stamp_arrivals,
};

/// Bytes off a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) bytes: usize,
    /// When the last segment of them arrived in the kernel, on its realtime clock, counted from 1970.
    pub(crate) stamp: Option<Duration>,
}

/// Something of which this machine has only so much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limit {
    /// Name of the resource: `open files`.
    pub(crate) of: &'static str,
    /// How much of it all users together may take.
    pub(crate) available: u64,
    /// Part of it that is kept for threads that are no user's.
    pub(crate) own: u64,
    /// How much of it one user takes.
    pub(crate) per_user: u64,
    /// Whether a target in this process takes the same again.
    pub(crate) doubled_by_embedded: bool,
    /// How to get more.
    pub(crate) remedy: &'static str,
}

impl Limit {
    /// How many users fit.
    pub(crate) fn users(&self, embedded: bool) -> u64 {
        self.available / self.taken_by_user(embedded).max(1)
    }

    /// How much of it one user takes, with its share of a target in this process.
    pub(crate) fn taken_by_user(&self, embedded: bool) -> u64 {
        if embedded && self.doubled_by_embedded { 2 * self.per_user } else { self.per_user }
    }
}
