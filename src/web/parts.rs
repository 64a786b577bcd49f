//! Parts of a run that have rows of their own: the whole, the last seconds, full load and levels.

use crate::report::live::{Part, Row, bounded_rows, level_text, rows};
use crate::stats::{self, PartOf, Summary};

/// More levels have no rows of their own in the page.
const MOST_LEVELS: usize = 60;

/// Name of the whole of a search that is over: its numbers are those of a level.
pub(super) const LEVEL: &str = "level of the answer";

/// Rows of a part of a run that is over, those of full load with their intervals; `None` if there is no such part.
pub(super) fn rows_of(summary: &Summary, of: PartOf) -> Option<Vec<Row>> {
    let of_part = stats::Rows::from(section(summary, of)?);
    Some(if of == PartOf::FullLoad { bounded_rows(&of_part, summary) } else { rows(&of_part) })
}

fn section(summary: &Summary, of: PartOf) -> Option<&stats::Section> {
    match of {
        PartOf::Whole => Some(&summary.whole),
        PartOf::FullLoad => summary.full_load.as_ref(),
        PartOf::Level(place) => summary.levels.get(place).map(|level| &level.section),
    }
}

/// Parts of a run that have rows.
pub(super) fn parts(numbers: &Summary, goes_on: bool) -> Vec<Part> {
    let is_of_level = numbers.capacity.as_ref().is_some_and(|answer| answer.answered_by.is_some());
    let whole = if is_of_level { LEVEL } else { "whole run" };
    let mut parts = vec![Part { id: "whole".into(), name: whole.into() }];
    if goes_on {
        parts.push(Part { id: "recent".into(), name: "last 10 s".into() });
    }
    if numbers.full_load.is_some() || (goes_on && !numbers.levels.is_empty()) {
        parts.push(Part { id: "full_load".into(), name: "at full load".into() });
    }
    let levels = numbers.levels.iter().take(MOST_LEVELS).enumerate();
    parts.extend(levels.filter(|_| numbers.levels.len() > 1).map(|(place, level)| Part {
        id: format!("level:{place}"),
        name: format!("{} from {:.0} s", level_text(level.what), level.from.as_secs_f64()),
    }));
    parts
}
