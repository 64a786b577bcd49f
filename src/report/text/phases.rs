//! Where the time of requests went, and what the tester was late.

use std::io;

use super::numbers::{marked_percentile, time_or_dash};
use super::page::Page;
use super::table::{Cell, Row, Table};
use crate::stats::{RequestCounters, Summary, Timing};

pub(super) fn write(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    let columns = [("count", 4), ("mean", 7), ("min", 1), ("p50", 9), ("p90", 2), ("p95", 8), ("p99", 6), ("max", 5)];
    let phases = phases(&summary.whole.request_totals);
    let rows = phases.into_iter().filter(|(_, timing)| timing.count() > 0).map(|(name, timing)| {
        let cells = vec![
            timing.count().to_string(),
            time_or_dash(timing.mean()),
            time_or_dash(timing.min()),
            marked_percentile(timing, 50.0),
            marked_percentile(timing, 90.0),
            marked_percentile(timing, 95.0),
            marked_percentile(timing, 99.0),
            time_or_dash(timing.max()),
        ];
        Row::new(name, cells.into_iter().map(Cell::new).collect())
    });
    page.table(&Table::new("phases and delays, ms", columns).rows(rows))
}

fn phases(totals: &RequestCounters) -> Vec<(&'static str, &Timing)> {
    let parts =
        [("look-up", &totals.resolve), ("connect", &totals.connect), ("proxy", &totals.proxy), ("TLS", &totals.tls)];
    // Reports of earlier versions do not say what it was made of.
    let is_whole = parts.iter().all(|(_, timing)| timing.count() == 0);
    let setup = if is_whole { vec![("setup", &totals.setup)] } else { parts.to_vec() };
    let others = [
        ("first byte", &totals.first_byte),
        ("receive", &totals.receive),
        ("client delay", &totals.client_delay),
        ("server late", &totals.server_lateness),
        ("tester late", &totals.tester_lateness),
    ];
    setup.into_iter().chain(others).collect()
}
