//! The interval of a change as a small bar: zero in the middle, the same reach for all bars of a page.

use maud::{Markup, html};

use crate::report::compare::percent;
use crate::stats::{Change, Comparison};

/// How far bars can reach to either side, as shares of the base.
const REACHES: [f64; 7] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0];
/// Half the width of a bar's picture, in its own units.
const HALF: f64 = 60.0;
/// Room at its ends for the heads of arrows.
const END: f64 = 6.0;

/// Scale that the bars of a page are drawn on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    reach: f64,
}

impl Axis {
    /// As short as it can be for all intervals; those beyond the longest are cut off.
    pub(super) fn of(comparison: &Comparison) -> Axis {
        let changes = comparison.rows.iter().flat_map(|row| &row.changes);
        let ends = changes.filter_map(|change| change.interval).flat_map(|(low, high)| [low.abs(), high.abs()]);
        let longest = ends.fold(0.0, f64::max);
        Axis { reach: REACHES.into_iter().find(|reach| *reach >= longest).unwrap_or(1.0) }
    }

    /// `±20 %`.
    pub(super) fn name(self) -> String {
        format!("±{} %", (self.reach * 100.0).round())
    }

    /// Nothing where nothing is known.
    pub(super) fn bar(self, change: &Change) -> Markup {
        let Some((low, high)) = change.interval else { return html! { "–" } };
        let (left, right, dot) = (self.x(low), self.x(high), self.x(change.change));
        let is_cut = |end: f64| end.abs() > self.reach;
        let arrow = |end: f64| {
            let (tip, foot) = (HALF.copysign(end), (HALF - END).copysign(end));
            format!("{tip:.1},9 {foot:.1},4 {foot:.1},14")
        };
        html! {
            svg.interval viewBox="-60 0 120 18" role="img" aria-label={ (percent(low)) " to " (percent(high)) } {
                line.zero x1="0" x2="0" y1="1" y2="17" {}
                line.reach x1=(format!("{left:.1}")) x2=(format!("{right:.1}")) y1="9" y2="9" {}
                @for end in [low, high].into_iter().filter(|end| is_cut(*end)) { polygon points=(arrow(end)) {} }
                @if !is_cut(change.change) { circle cx=(format!("{dot:.1}")) cy="9" r="4" {} }
            }
        }
    }

    fn x(self, share: f64) -> f64 {
        (share / self.reach).clamp(-1.0, 1.0) * (HALF - END)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{ComparedRow, DrawnUnit, Metric, RowKind, Verdict};

    fn change(interval: Option<(f64, f64)>) -> Change {
        let change = interval.map_or(0.0, |(low, high)| (low + high) / 2.0);
        let (metric, verdict) = (Metric::Rps, Verdict::NoDifference);
        Change {
            metric,
            base: 1.0,
            new: 1.0,
            base_interval: None,
            new_interval: None,
            change,
            interval,
            p: None,
            verdict,
        }
    }

    fn axis(intervals: &[Option<(f64, f64)>]) -> Axis {
        let changes = intervals.iter().map(|interval| change(*interval)).collect();
        let rows = vec![ComparedRow { kind: RowKind::Check, name: "a".into(), changes }];
        Axis::of(&Comparison { unit: DrawnUnit::Runs, rows, only_base: Vec::new(), only_new: Vec::new() })
    }

    #[test]
    fn the_axis_is_as_short_as_it_can_be() {
        assert_eq!(axis(&[Some((-0.03, 0.02)), None]).name(), "±5 %");
        assert_eq!(axis(&[Some((-0.03, 0.02)), Some((0.1, 0.11))]).name(), "±20 %");
        assert_eq!(axis(&[Some((0.5, 40.0))]).name(), "±100 %");
        assert_eq!(axis(&[None]).name(), "±1 %");
    }

    #[test]
    fn a_bar_begins_and_ends_where_its_interval_does() {
        let text = axis(&[Some((-0.1, 0.05))]).bar(&change(Some((-0.1, 0.05)))).into_string();
        assert!(text.contains("x1=\"-54.0\" x2=\"27.0\"") && text.contains("cx=\"-13.5\""), "{text}");
        assert!(text.contains("aria-label=\"-10.0 to +5.0\"") && !text.contains("polygon"), "{text}");
    }

    #[test]
    fn what_lies_beyond_the_axis_is_shown_by_an_arrow() {
        let text = axis(&[Some((0.5, 40.0))]).bar(&change(Some((0.5, 40.0)))).into_string();
        assert!(
            text.contains("x1=\"27.0\" x2=\"54.0\"") && text.contains("points=\"60.0,9 54.0,4 54.0,14\""),
            "{text}"
        );
        assert!(!text.contains("circle"), "{text}");
        assert_eq!(axis(&[None]).bar(&change(None)).into_string(), "–");
    }
}
