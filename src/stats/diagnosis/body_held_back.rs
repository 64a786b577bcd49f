//! Bodies that come 40 ms after their heads: Nagle's algorithm on the one side, delayed acknowledgements on the other.
//!
//! A service that writes the head and then the body, on a socket that collects small writes, sends the head at once and
//! keeps the body until the head is acknowledged. Its client has nothing to say, and acknowledges after 40 ms on Linux.

use std::time::Duration;

use super::evidence::{ENOUGH, Evidence, percent, share_of};
use super::sign::Sign;
use super::told::Diagnosis;
use crate::stats::counters::RequestCounters;
use crate::stats::summary::Summary;
use crate::units;

/// Times from the head to the body that speak of an acknowledgement.
const HELD: [Duration; 2] = [Duration::from_millis(38), Duration::from_millis(46)];
/// Of so many of the answers it must be true.
const MOST: f64 = 0.5;
/// Larger bodies take time for reasons of their own.
const SMALL_BODY: u64 = 16 * 1024;

pub(super) fn body_held_back(summary: &Summary) -> Option<Diagnosis> {
    let rows: Vec<&RequestCounters> = summary.whole.requests.iter().filter(|row| is_held_back(row)).collect();
    let first = rows.first()?;
    let (held, all) = rows.iter().fold((0, 0), |(held, all), row| (held + held_back(row), all + row.receive.count()));
    let others = if rows.len() > 1 { format!(" and {} more", rows.len() - 1) } else { String::new() };
    let typical = first.receive.percentile(50.0)?;
    let share = share_of(held, all);
    let text = format!(
        "in {} of the answers to {}{others} the body came about {} after the head: the service writes both apart, and the second write waits for the acknowledgement of the first (Nagle's algorithm and delayed ACK)",
        percent(share),
        first.name,
        units::short(Duration::from_millis(units::milliseconds(typical).round() as u64)),
    );
    let evidence = vec![
        Evidence::share("held_back", share),
        Evidence::time("receive_p50", typical),
        Evidence::count("answers", all),
    ];
    Some(Diagnosis::new(
        Sign::BodyHeldBack,
        text,
        "set TCP_NODELAY in the service, or write head and body at once",
        evidence,
    ))
}

fn is_held_back(row: &RequestCounters) -> bool {
    let answers = row.receive.count();
    answers >= ENOUGH && row.body_bytes / answers <= SMALL_BODY && share_of(held_back(row), answers) >= MOST
}

/// How many of the answers came so.
fn held_back(row: &RequestCounters) -> u64 {
    row.receive.count_between(HELD[0], HELD[1])
}
