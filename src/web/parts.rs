//! Parts of a run that have rows of their own: the whole, the last seconds, full load and levels.

use crate::report::live::{Part, level_text};
use crate::stats::{self, PartOf, Summary};

/// More levels have no rows of their own in the page.
const MOST_LEVELS: usize = 60;

/// Section of a run that is over.
pub(super) fn section(summary: &Summary, of: PartOf) -> Option<&stats::Section> {
    match of {
        PartOf::Whole => Some(&summary.whole),
        PartOf::FullLoad => summary.full_load.as_ref(),
        PartOf::Level(place) => summary.levels.get(place).map(|level| &level.section),
    }
}

/// Parts of a run that have rows.
pub(super) fn parts(numbers: &Summary, goes_on: bool) -> Vec<Part> {
    let mut parts = vec![Part { id: "whole".into(), name: "whole run".into() }];
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
