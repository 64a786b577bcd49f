//! Reports that are added up: which of them make a sum, and what is to be said of it.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::error::Error;
use crate::part::{Parts, listed};
use crate::report::RunInfo;
use crate::stats::{LoadVerdict, Summary, TimesVerdict};
use crate::units;

/// A run that starts within this is on time.
const ON_TIME: Duration = Duration::from_millis(100);
/// Reports of which something is said line by line.
const MOST_LINES: usize = 10;

/// Report that takes part in the sum.
pub(super) struct Addend {
    pub(super) path: PathBuf,
    pub(super) summary: Summary,
    pub(super) info: RunInfo,
}

/// Clock that the times are by; `None` if there are no times.
pub(in crate::cli) fn clock_of(summary: &Summary) -> Option<&'static str> {
    match summary.times_verdict() {
        TimesVerdict::Exact => Some("the kernel's stamps"),
        TimesVerdict::ThreadClock(_) => Some("the thread's clock"),
        TimesVerdict::NoAnswers => None,
    }
}

impl Addend {
    fn parts(&self) -> Option<&Parts> {
        self.summary.parts.as_ref()
    }

    /// Why this and another one make no sum.
    fn refuses(&self, other: &Addend) -> Option<String> {
        let (mine, theirs) = (self.path.display(), other.path.display());
        if self.path == other.path && self.is_run_of(other) {
            return Some(format!("{mine} is given twice; give each report once"));
        }
        match (clock_of(&self.summary), clock_of(&other.summary)) {
            (Some(clock), Some(other)) if clock != other => {
                return Some(format!(
                    "{mine} is timed by {clock}, and {theirs} by {other}; merge runs that are timed alike"
                ));
            }
            _ => {}
        }
        match (self.parts(), other.parts()) {
            (Some(parts), Some(others)) => self.refuses_parts(parts, other, others),
            (Some(parts), None) => Some(format!("{mine} is {parts}, and {theirs} a whole run; merge parts of one run")),
            (None, Some(parts)) => Some(format!("{theirs} is {parts}, and {mine} a whole run; merge parts of one run")),
            (None, None) if self.is_run_of(other) => {
                Some(format!("{mine} and {theirs} are of the same run, which counts once; give one of them"))
            }
            (None, None) => None,
        }
    }

    fn refuses_parts(&self, parts: &Parts, other: &Addend, others: &Parts) -> Option<String> {
        let (mine, theirs) = (self.path.display(), other.path.display());
        let (seed, their_seed) = (self.summary.seed, other.summary.seed);
        let double = parts.shared(others);
        if parts.all() != others.all() {
            Some(format!("{mine} is {parts}, and {theirs} {others}; merge parts of one run"))
        } else if seed != their_seed {
            Some(format!(
                "{mine} and {theirs} are parts of different runs, with the seeds {seed} and {their_seed}; merge parts of one run"
            ))
        } else if !double.is_empty() {
            let part = if double.len() == 1 { "part" } else { "parts" };
            Some(format!(
                "{mine} and {theirs} both hold {part} {} of {}; give one of them",
                listed(&double),
                parts.all()
            ))
        } else {
            None
        }
    }

    /// No two runs begin in the same millisecond, follow from the same seed and take equally long to the nanosecond.
    fn is_run_of(&self, other: &Addend) -> bool {
        let of = |addend: &Addend| (addend.info.started, addend.summary.seed, addend.summary.tested());
        of(self) == of(other) && self.parts() == other.parts()
    }

    fn duration(&self) -> Duration {
        self.summary.end.map_or(self.summary.tested(), |end| end.duration)
    }

    fn end(&self) -> SystemTime {
        self.info.started + self.duration()
    }

    /// How long both ran side by side.
    fn beside(&self, other: &Addend) -> Duration {
        let (from, to) = (self.info.started.max(other.info.started), self.end().min(other.end()));
        to.duration_since(from).unwrap_or_default()
    }

    fn name(&self) -> String {
        let path = self.path.display();
        self.parts().map_or_else(|| path.to_string(), |parts| format!("{path} ({parts})"))
    }

    /// Verdicts of its own that the sum may hide.
    fn bad_verdict(&self) -> Option<String> {
        let load = self.summary.load_verdict();
        let is_bad = !matches!(load, LoadVerdict::AsAsked(_));
        is_bad.then(|| format!("{}: the load was {load}", self.name()))
    }

    fn late(&self) -> Option<String> {
        let late = self.summary.late.filter(|late| *late > ON_TIME)?;
        Some(format!("{} started {} late", self.name(), units::short(late)))
    }
}

/// Takes reports that make a sum.
///
/// # Errors
/// The first two that make none, or the parts that are missing.
pub(super) fn check(addends: &[Addend], may_miss: bool) -> Result<(), Error> {
    let refuse = |what: String| Err(Error::usage(format!("merge: {what}")));
    for (number, addend) in addends.iter().enumerate() {
        if let Some(refusal) = addends[..number].iter().find_map(|known| known.refuses(addend)) {
            return refuse(refusal);
        }
    }
    let parts = addends.iter().filter_map(Addend::parts).cloned().reduce(|all, more| all.merged(&more));
    let Some(parts) = parts else { return Ok(()) };
    let missing = parts.missing();
    if missing.is_empty() || may_miss {
        return Ok(());
    }
    let (are, them) = if missing.len() == 1 { ("is", "it") } else { ("are", "them") };
    let (count, all, which) = (missing.len(), parts.all(), listed(&missing));
    refuse(format!("{count} of {all} parts {are} missing: {which}; give {them} too, or --allow-missing"))
}

/// What a reader of the sum should know of the reports in it.
pub(super) fn warnings(addends: &[Addend]) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    let kinds: [fn(&Addend) -> Option<String>; 2] = [Addend::bad_verdict, Addend::late];
    for kind in kinds {
        let mut lines: Vec<String> = addends.iter().filter_map(kind).collect();
        let more = lines.len().saturating_sub(MOST_LINES);
        lines.truncate(MOST_LINES);
        warnings.extend(lines);
        if more > 0 {
            warnings.push(format!("so it was with {more} more"));
        }
    }
    warnings.extend(apart(addends));
    warnings
}

/// Says of the two runs that ran least together how little that was, if it was not half of the shorter one: rates of
/// the sum are those of runs side by side.
fn apart(addends: &[Addend]) -> Option<String> {
    let pairs = addends.iter().enumerate().flat_map(|(at, one)| addends[..at].iter().map(move |other| (other, one)));
    let (one, other) = pairs.min_by_key(|(one, other)| one.beside(other))?;
    let (beside, shorter) = (one.beside(other), one.duration().min(other.duration()));
    (beside < shorter / 2).then(|| {
        let together =
            if beside.is_zero() { "at no time".into() } else { format!("only for {}", units::short(beside)) };
        let (one, other) = (one.path.display(), other.path.display());
        format!(
            "{one} and {other} ran {together} side by side, as runs that are merged should (or their machines' wall \
             clocks differ): the rates, users and timeline below are those of no moment"
        )
    })
}
