//! The shape of what the live page shows, as JSON: these structs write it, and its schema is made of them.
//!
//! Every key of a number that has a unit ends in it. Numbers are rounded to three decimals: a page shows no more, and
//! each second another snapshot goes out.

mod bounds;
mod change;
mod diagnosis;
mod distribution;
mod failures;
mod header;
mod log;
mod past;
mod points;
mod ratio;
mod row;
mod search;
mod snapshot;
mod verdicts;
mod worker;

use std::time::Duration;

pub(crate) use super::text::answer_line;
use super::text::level_name;
use crate::sample::Plateau;
use crate::units::milliseconds;

pub(crate) use super::model::Capacity;
pub(crate) use change::Compared;
pub(crate) use diagnosis::Diagnosis;
pub(crate) use distribution::Distribution;
pub(crate) use failures::{Exchanges, Failures, Moment};
pub(crate) use header::{Header, State};
pub(crate) use log::{Log, Said};
pub(crate) use past::{PastRun, PastRuns, Source};
pub(crate) use points::{Columns, Mark, Points};
pub(crate) use ratio::{Planned, Ratios};
pub(crate) use row::{Row, RowsOf, bounded_rows, rows};
pub(crate) use search::{HeldLevel, HeldPhase, Search, SearchNow};
pub(crate) use snapshot::{FailureCounts, Now, Part, Snapshot, Totals};
pub(crate) use verdicts::Verdicts;
pub(crate) use worker::{Loss, MemberNow, MemberState, WorkerNow};

/// Name of a level.
pub(crate) fn level_text(what: Plateau) -> String {
    level_name(what)
}

/// Milliseconds to the microsecond.
fn ms(time: Duration) -> f64 {
    rounded(milliseconds(time))
}

fn rounded(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

/// Something per second; nothing of no time.
fn per_second(amount: f64, span: Duration) -> f64 {
    if span.is_zero() { 0.0 } else { rounded(amount / span.as_secs_f64()) }
}
