//! Comparison of two runs of the history.

use std::slice::from_ref;
use std::sync::Arc;

use axum::response::Response;

use super::desk::{Desk, Found};
use super::folder::Report;
use super::order::Refused;
use super::reply::{json_of, not_found, refusal};
use super::run::Ended;
use crate::report::RunInfo;
use crate::report::live::Compared;
use crate::report::run_info::attributes;
use crate::stats::{Comparison, Summary, Tolerance};

/// A run that is over.
enum Over {
    Process(Arc<Ended>),
    Folder(Arc<Report>),
}

impl Over {
    fn parts(&self) -> (&Summary, &RunInfo) {
        match self {
            Over::Process(ended) => (&ended.summary, &ended.info),
            Over::Folder(report) => (&report.summary, &report.info),
        }
    }
}

fn over(desk: &Desk, id: &str) -> Option<Over> {
    match desk.find(id)? {
        Found::Process(run) => run.ended().map(Over::Process),
        Found::Folder(report) => Some(Over::Folder(report)),
    }
}

/// Compares two runs that are over, by their ids.
pub(super) fn compare(desk: &Desk, base: &str, new: &str) -> Response {
    let (Some(base), Some(new)) = (over(desk, base), over(desk, new)) else {
        return not_found("such run that is over");
    };
    let ((base, of_base), (new, of_new)) = (base.parts(), new.parts());
    if [base, new].iter().any(|run| run.blocks.blocks().is_empty()) {
        return refusal(&Refused::of(None, "both runs must have been at full load for a second or more"));
    }
    let (mine, its) = (attributes(base, of_base), attributes(new, of_new));
    let differ = mine.iter().zip(&its).filter(|(mine, its)| mine.matters && mine.compared != its.compared);
    let warnings = differ.map(|(mine, its)| format!("the {} differ: {}; {}", mine.name, mine.shown, its.shown));
    match Comparison::of(from_ref(base), from_ref(new), &Tolerance::default()) {
        Ok(comparison) => json_of(&Compared::of(&comparison, warnings.collect())),
        Err(error) => refusal(&Refused::of(None, error.to_string())),
    }
}
