//! The plateaus of a run that had several: percentiles over mixed loads mean nothing alone.

use std::io;

use super::numbers::{level_name, marked_percentile, rate, seconds};
use super::page::Page;
use super::style::Paint;
use super::table::{Cell, Row, Table};
use crate::stats::{LevelSection, Summary};

pub(super) fn write(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    if summary.levels.len() < 2 {
        return Ok(());
    }
    let columns =
        [("from", 5), ("for", 4), ("rps", 9), ("fail %", 8), ("p50", 7), ("p95", 6), ("p99", 3), ("in flight", 2)];
    page.table(&Table::new("level", columns).rows(summary.levels.iter().map(row)))
}

fn row(level: &LevelSection) -> Row {
    let LevelSection { what, from, section } = level;
    let fails = section.totals.fail_ratio();
    let paint = if fails.is_some_and(|ratio| ratio > 0.0) { Paint::Bad } else { Paint::Plain };
    let percentile = |percent| Cell::new(marked_percentile(&section.totals.tpr, percent));
    let cells = vec![
        Cell::new(seconds(*from)),
        Cell::new(seconds(section.span)),
        Cell::new(rate(section.rps(&section.totals))),
        Cell::new(fails.map_or("-".into(), |ratio| format!("{:.2}", ratio * 100.0))).painted(paint),
        percentile(50.0),
        percentile(95.0),
        percentile(99.0),
        Cell::new(format!("{:.2}", section.in_flight)),
    ];
    Row::new(level_name(*what), cells)
}
