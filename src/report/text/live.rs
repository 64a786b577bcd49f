//! One line on how far a run is.

use std::time::Duration;

use textwrap::core::display_width;

use super::numbers::{rate, time_or_dash};
use crate::stats::{Glance, Recent};
use crate::units;

/// For a log: the totals so far; in the warm-up, its last seconds.
pub fn progress_line(glance: &Glance, recent: &Recent, elapsed: Duration) -> String {
    let elapsed = units::short(Duration::from_secs(elapsed.as_secs_f64().round() as u64));
    let users = units::count(glance.users_up.into(), "user");
    if recent.is_warm_up {
        let Recent { pass, fail, exception, .. } = recent;
        return format!(
            "{elapsed:>6} {users}  warm-up: pass {pass}  fail {fail}  exception {exception}  {} rps in the last {}",
            rate(recent.rps()),
            units::short(Duration::from_secs(recent.span.as_secs_f64().round() as u64)),
        );
    }
    format!(
        "{elapsed:>6} {users}  pass {}  fail {}  exception {}  {} rps  TPR mean {} p95 {} ms",
        glance.pass,
        glance.fail,
        glance.exception,
        rate(glance.rps),
        time_or_dash(glance.tpr.mean()),
        time_or_dash(glance.tpr.percentile(95.0)),
    )
}

/// For a line of so many columns that is written over itself, behind how far the run is: counts are totals, rates and
/// times those of the last seconds. What there is no room for is left out whole.
pub fn live_line(far: &str, glance: &Glance, recent: &Recent, width: usize) -> String {
    let (pass, fail, exception) = match recent.is_warm_up {
        true => (recent.pass, recent.fail, recent.exception),
        false => (glance.pass, glance.fail, glance.exception),
    };
    let users = units::count(glance.users_up.into(), "user");
    let percentile = |percent: f64| {
        let time = recent.percentile(percent)?;
        Some(format!("p{percent} {} ms", time_or_dash(Some(time))))
    };
    // How much each is worth, in the order they stand in.
    let parts = [
        (9, (!far.is_empty()).then(|| far.to_owned())),
        // At the end the last ones leave, which says nothing.
        (4, (glance.users_up > 0).then_some(users)),
        (8, Some(format!("{pass} pass"))),
        (7, (fail > 0).then(|| format!("{fail} fail"))),
        (6, (exception > 0).then(|| format!("{exception} exception"))),
        (5, Some(format!("{} rps", rate(recent.rps())))),
        (1, percentile(50.0)),
        (3, percentile(95.0)),
        (2, percentile(99.0)),
    ];
    let mut parts: Vec<(u8, String)> = parts.into_iter().filter_map(|(worth, text)| Some((worth, text?))).collect();
    loop {
        let line = parts.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(", ");
        let least = parts.iter().enumerate().min_by_key(|(_, (worth, _))| *worth).map(|(place, _)| place);
        match least {
            Some(place) if parts.len() > 1 && display_width(&line) > width => drop(parts.remove(place)),
            _ => return line,
        }
    }
}
