//! Ends of intervals, as they stand in small type beneath a number.

use maud::{Markup, html};

use crate::stats::Interval;

/// An interval beneath its number; nothing where none is known.
pub(super) fn reach(interval: Option<Interval>) -> Markup {
    html! { @if let Some(interval) = interval { small.reach { (ends(&interval)) } } }
}

/// `38.0 to 45.1`; a question mark stands for an end that is not known.
pub(super) fn ends(interval: &Interval) -> String {
    format!("{} to {}", brief(interval.low), interval.high.map_or("?".into(), brief))
}

/// As many digits as there is room for.
fn brief(value: f64) -> String {
    let decimals = match value {
        0.0 | 100.0.. => 0,
        ..1.0 => 3,
        ..10.0 => 2,
        _ => 1,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_short_and_an_open_end_is_a_question_mark() {
        let told = |low, high| ends(&Interval { low, high });
        assert_eq!(told(38.0, Some(45.06)), "38.0 to 45.1");
        assert_eq!(told(0.0, Some(0.0123)), "0 to 0.012");
        assert_eq!(told(441.2, None), "441 to ?");
        assert_eq!(told(9.123, Some(1234.5)), "9.12 to 1234");
    }
}
