//! Use that the process makes of its machine.

use std::fs;
use std::time::Instant;

use crate::load::CpuUse;

/// Time of the processors since it was last asked.
pub(super) struct Usage {
    before: CpuUse,
    since: Instant,
    percent: f64,
}

impl Usage {
    pub(super) fn new() -> Self {
        Usage { before: CpuUse::now(), since: Instant::now(), percent: 0.0 }
    }

    /// Percent of one processor, over some seconds.
    pub(super) fn percent(&mut self) -> f64 {
        let span = self.since.elapsed().as_secs_f64();
        if span >= 5.0 {
            let now = CpuUse::now();
            self.percent = now.since(&self.before).own_cpu.as_secs_f64() / span * 100.0;
            (self.before, self.since) = (now, Instant::now());
        }
        self.percent
    }
}

/// Bytes of memory that the process holds; 0 where the system does not tell.
pub(super) fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or_default() * 1024
}
