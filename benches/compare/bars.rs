//! What perfloop is to hold beside the others.

use std::fmt::Write as _;

use crate::table::{Level, ratio};
use crate::testers::Tester;

#[derive(Clone, Copy, PartialEq)]
enum What {
    /// CPU time per request, at most so many times the other's.
    Cpu,
    /// Requests per second, at least so many times the other's.
    Rps,
}

/// At this number of users, or at every one.
struct Bar {
    users: Option<usize>,
    what: What,
    other: Tester,
    limit: f64,
}

const fn bar(users: Option<usize>, what: What, other: Tester, limit: f64) -> Bar {
    Bar { users, what, other, limit }
}

const BARS: [Bar; 12] = [
    bar(Some(2), What::Cpu, Tester::Bare, 1.15),
    bar(Some(64), What::Cpu, Tester::Bare, 1.3),
    bar(Some(1000), What::Cpu, Tester::Bare, 1.3),
    bar(Some(64), What::Rps, Tester::Bare, 0.9),
    bar(Some(1000), What::Rps, Tester::Bare, 0.9),
    bar(Some(64), What::Rps, Tester::Oha, 1.0),
    bar(Some(1000), What::Rps, Tester::Oha, 1.0),
    bar(Some(64), What::Rps, Tester::Wrk, 0.85),
    bar(None, What::Rps, Tester::K6, 2.5),
    bar(None, What::Rps, Tester::Goose, 1.2),
    bar(None, What::Rps, Tester::LocustFast, 5.0),
    bar(None, What::Rps, Tester::Locust, 20.0),
];

/// A line for each bar whose two sides were measured.
pub(crate) fn check(levels: &[Level]) -> String {
    let mut text = String::from("## Bars\n\n");
    for level in levels {
        for bar in BARS.iter().filter(|bar| bar.users.is_none_or(|users| users == level.users)) {
            let measured = |tester| match bar.what {
                What::Cpu => level.cpu_us(tester),
                What::Rps => level.rps(tester),
            };
            if let Some(found) = ratio(measured(Tester::Perfloop), measured(bar.other)) {
                let (what, bound, is_held) = match bar.what {
                    What::Cpu => ("CPU per request", "at most", found <= bar.limit),
                    What::Rps => ("RPS", "at least", found >= bar.limit),
                };
                let verdict = if is_held { "held" } else { "missed" };
                // Writing to a string does not fail.
                let _ = writeln!(
                    text,
                    "- {verdict}: {} users, {what} {found:.2} times {}'s ({bound} {})",
                    level.users,
                    bar.other.name(),
                    bar.limit
                );
            }
        }
    }
    text
}
