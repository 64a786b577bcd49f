//! Numbers as people read them.

use std::time::Duration;

use crate::sample::Plateau;
use crate::stats::{GateUnit, Timing};
use crate::units::{self, milliseconds};

/// The percentiles of the tables.
pub(in crate::report) const PERCENTILES: [f64; 4] = [50.0, 90.0, 95.0, 99.0];
/// Stands behind a percentile with fewer than 10 samples beyond it.
pub(in crate::report) const UNBACKED: char = '*';

/// Milliseconds to four digits or so: `0.031`, `9.12`, `201.4`, `12345`.
pub(crate) fn number_ms(time: Duration) -> String {
    four_digits(milliseconds(time))
}

pub(in crate::report) fn four_digits(ms: f64) -> String {
    let decimals = if ms < 1.0 {
        3
    } else if ms < 100.0 {
        2
    } else if ms < 10_000.0 {
        1
    } else {
        0
    };
    format!("{ms:.decimals$}")
}

/// Milliseconds, or a dash where there is no time.
pub(super) fn time_or_dash(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".into(), number_ms)
}

/// A percentile in milliseconds, marked when too few samples lie beyond it. The last one is the maximum, which needs
/// none.
pub(super) fn marked_percentile(timing: &Timing, percent: f64) -> String {
    let is_backed = timing.count() == 0 || percent >= 100.0 || timing.is_backed(percent);
    let mark = if is_backed { String::new() } else { UNBACKED.to_string() };
    time_or_dash(timing.percentile(percent)) + &mark
}

/// A rate to two decimals, or as many as it takes to show two digits of a small one: `0.0028`, `9.96`, `1234`.
pub(in crate::report) fn rate(per_second: f64) -> String {
    let decimals = match per_second {
        1000.0.. => 0,
        0.1.. => 2,
        small if small > 0.0 => (-small.log10()).ceil().min(12.0) as usize + 1,
        _ => 2,
    };
    format!("{per_second:.decimals$}")
}

/// `512 B`, `7.2 KiB`.
pub(crate) fn bytes(count: u64) -> String {
    let units = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match units.iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => format!("{:.1} {unit}", count as f64 / *size as f64),
        None => format!("{count} B"),
    }
}

/// A moment or a span of the run: `4.8 s`.
pub(super) fn seconds(span: Duration) -> String {
    format!("{:.1} s", span.as_secs_f64())
}

/// Name of the plateau of a level.
pub(in crate::report) fn level_name(what: Plateau) -> String {
    match what {
        Plateau::Users(users) => units::count(users.into(), "user"),
        Plateau::Rate(per_s) => format!("{}/s", rate(per_s)),
    }
}

/// A number of a gate with its unit.
pub(in crate::report) fn gate_number(value: f64, unit: GateUnit) -> String {
    match unit {
        GateUnit::Milliseconds => format!("{} ms", four_digits(value)),
        GateUnit::Ratio => format!("{} %", percent(value * 100.0)),
        GateUnit::PerSecond => format!("{}/s", rate(value)),
        GateUnit::Count => trimmed(value),
    }
}

/// Three digits that tell, and of less than one percent four decimals.
fn percent(value: f64) -> String {
    without_zeros(match value.abs() {
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    })
}

/// At most four decimals, and no trailing zeros.
fn trimmed(value: f64) -> String {
    without_zeros(format!("{value:.4}"))
}

fn without_zeros(text: String) -> String {
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_as_many_digits_as_tell_something() {
        let shown = |share: f64| gate_number(share, GateUnit::Ratio);
        for (share, wanted) in [
            (0.497159, "49.7 %"),
            (0.5, "50 %"),
            (1.0, "100 %"),
            (0.01234, "1.23 %"),
            (0.000012, "0.0012 %"),
            (0.0, "0 %"),
        ] {
            assert_eq!(shown(share), wanted);
        }
    }
}
