//! Two sides of runs, held against each other by their blocks of full load.

mod metric;
mod row;
mod tolerance;

use std::fmt;
use std::sync::Arc;

use super::blocks::BlockRow;
use super::confidence::{Batch, Subject, lost_share, widths};
use super::student;
use super::summary::Summary;
use crate::error::Error;
use crate::names::OTHER;
pub use metric::Metric;
use row::{Estimate, Row};
pub use tolerance::{Tolerance, ToleranceOf};

/// With so many runs a side, what differs from run to run can be told.
const MIN_RUNS: usize = 3;
/// The chance that anything of two like sides is told to differ.
const ALPHA: f64 = 0.05;

/// Unit that is drawn again and again to learn the spread of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawnUnit {
    /// Whole runs: what differs from run to run is known.
    Runs,
    /// Blocks of full load: only the noise within runs is known.
    Blocks,
}

/// Kind of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// A check, with the TPR of its passes.
    Check,
    /// The requests of a name, with their response times.
    Request,
}

/// Verdict on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The change is no chance, lies beyond the tolerance, and is to the good.
    Better,
    /// The change is no chance, lies beyond the tolerance, and is to the bad.
    Worse,
    /// The change lies within the tolerance; or of failures there were none on either side.
    NoDifference,
    /// The change may lie within the tolerance, and beyond it as well.
    CannotBeTold,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::NoDifference => "no difference",
            Verdict::CannotBeTold => "cannot be told",
        })
    }
}

/// How a metric of a row changed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// Metric that was measured.
    pub metric: Metric,
    /// At the base, in the metric's unit.
    pub base: f64,
    /// On the new side, in the metric's unit.
    pub new: f64,
    /// The value of the base lies in it with 95 %; `None` where there are too few samples to tell.
    pub base_interval: Option<(f64, f64)>,
    /// The value of the new side lies in it with 95 %; `None` where there are too few samples to tell.
    pub new_interval: Option<(f64, f64)>,
    /// By what share of the base it changed; of [`Metric::FailRatio`], the difference of the two.
    pub change: f64,
    /// The change lies in it with 95 %, taken alone; `None` where there are too few samples to tell.
    pub interval: Option<(f64, f64)>,
    /// How probable a change this large is by chance, after Holm's correction over all metrics and rows.
    pub p: Option<f64>,
    /// Verdict on the change.
    pub verdict: Verdict,
}

/// A check, or the requests of a name, that both sides have.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparedRow {
    /// Kind of the row.
    pub kind: RowKind,
    /// Its name.
    pub name: Arc<str>,
    /// Its metrics; those are left out that a side has no samples for.
    pub changes: Vec<Change>,
}

/// Two sides, compared.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// How the spread was learned.
    pub unit: DrawnUnit,
    /// Checks and then requests, in the base's order.
    pub rows: Vec<ComparedRow>,
    /// Rows that only the base has numbers of at full load.
    pub only_base: Vec<(RowKind, Arc<str>)>,
    /// Rows that only the new side has numbers of at full load.
    pub only_new: Vec<(RowKind, Arc<str>)>,
}

impl Comparison {
    /// With fewer blocks a side, what differs within a run cannot be told.
    pub(crate) const MIN_BLOCKS: usize = 3;

    /// Compares the runs of two sides, which should be of one plan. With three or more a side, whole runs are drawn;
    /// otherwise blocks, which know nothing of what differs from run to run. The same runs always compare the same.
    ///
    /// # Errors
    /// When a side has no run, or too little of full load, or when the sides have no check in common.
    pub fn of(base: &[Summary], new: &[Summary], tolerance: &Tolerance) -> Result<Comparison, Error> {
        let unit = if base.len().min(new.len()) >= MIN_RUNS { DrawnUnit::Runs } else { DrawnUnit::Blocks };
        let sides = [Side { name: "base", runs: base, unit }, Side { name: "new", runs: new, unit }];
        for side in &sides {
            side.validate()?;
        }
        let mut found = Comparison { unit, rows: Vec::new(), only_base: Vec::new(), only_new: Vec::new() };
        for kind in [RowKind::Check, RowKind::Request] {
            found.add(kind, &sides);
        }
        if !found.rows.iter().any(|row| row.kind == RowKind::Check) {
            return Err(Error::usage("the sides have no check in common; give runs of the same checks"));
        }
        found.correct();
        found.tell(tolerance);
        Ok(found)
    }

    /// Something is worse.
    pub fn is_worse(&self) -> bool {
        self.has(Verdict::Worse)
    }

    /// Some change is told to be this.
    pub fn has(&self, verdict: Verdict) -> bool {
        self.count(verdict) > 0
    }

    /// How many changes are told to be this.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.changes().filter(|change| change.verdict == verdict).count()
    }

    /// The changes of all rows.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.rows.iter().flat_map(|row| &row.changes)
    }

    /// Verdict on everything together: the worst that is told of anything, then the best; no difference only where
    /// everything can be told.
    pub fn verdict(&self) -> Verdict {
        let order = [Verdict::Worse, Verdict::Better, Verdict::CannotBeTold];
        order.into_iter().find(|verdict| self.has(*verdict)).unwrap_or(Verdict::NoDifference)
    }

    fn add(&mut self, kind: RowKind, [base, new]: &[Side<'_>; 2]) {
        let names = [base.names(kind), new.names(kind)];
        let is_known = |side: usize, name: &Arc<str>| names[side].contains(name);
        self.only_new.extend(names[1].iter().filter(|name| !is_known(0, name)).map(|name| (kind, Arc::clone(name))));
        for name in &names[0] {
            let rows = [base, new].map(|side| side.row(kind, name));
            let is_hidden = [base, new].iter().zip(&rows).any(|(side, row)| !row.is_used() && side.has_others(kind));
            if !is_known(1, name) || is_hidden {
                self.only_base.push((kind, Arc::clone(name)));
            } else if rows.iter().any(Row::is_used) {
                let [base, new] = rows.map(|row| row.estimates());
                let pairs = Metric::ALL.into_iter().zip(base.into_iter().zip(new));
                let changes = pairs.filter_map(|(metric, (base, new))| change(metric, base?, new?));
                self.rows.push(ComparedRow { kind, name: Arc::clone(name), changes: changes.collect() });
            }
        }
    }

    /// Corrects all probabilities by Holm's method.
    fn correct(&mut self) {
        let mut tested: Vec<&mut Change> = self.rows.iter_mut().flat_map(|row| &mut row.changes).collect();
        tested.retain(|change| change.p.is_some());
        tested.sort_by(|a, b| a.p.unwrap_or(1.0).total_cmp(&b.p.unwrap_or(1.0)));
        let (count, mut largest) = (tested.len(), 0.0);
        for (index, change) in tested.into_iter().enumerate() {
            let corrected = change.p.unwrap_or(1.0) * (count - index) as f64;
            largest = f64::max(largest, corrected).min(1.0);
            change.p = Some(largest);
        }
    }

    fn tell(&mut self, tolerance: &Tolerance) {
        for change in self.rows.iter_mut().flat_map(|row| &mut row.changes) {
            change.verdict = verdict(change, tolerance.share(change.metric));
        }
    }
}

fn verdict(change: &Change, tolerance: f64) -> Verdict {
    // A share of failures changes by points, and is tolerated by the share of what it was.
    let limit = if change.metric == Metric::FailRatio { tolerance * change.base } else { tolerance };
    if change.metric == Metric::FailRatio && change.base == 0.0 && change.new == 0.0 {
        return Verdict::NoDifference;
    }
    let Some((low, high)) = change.interval else { return Verdict::CannotBeTold };
    if low >= -limit && high <= limit {
        return Verdict::NoDifference;
    }
    let is_beyond = low > limit || high < -limit;
    if !is_beyond || change.p.is_none_or(|p| p >= ALPHA) {
        return Verdict::CannotBeTold;
    }
    let is_more = low > 0.0;
    if is_more == (change.metric == Metric::Rps) { Verdict::Better } else { Verdict::Worse }
}

/// `None` where there is nothing to compare with.
fn change(metric: Metric, base: Estimate, new: Estimate) -> Option<Change> {
    // Shares of what there was are compared by their logarithms, which have none of nothing.
    let is_logarithmic = metric != Metric::FailRatio && new.value > 0.0;
    let scale = |side: &Estimate| match metric {
        Metric::FailRatio => 1.0,
        _ if is_logarithmic => side.value,
        _ => base.value,
    };
    if scale(&base) == 0.0 {
        return None;
    }
    let difference =
        if is_logarithmic { (new.value / base.value).ln() } else { (new.value - base.value) / scale(&base) };
    let shown = |value: f64| if is_logarithmic { value.exp_m1() } else { value };
    let spread = |side: &Estimate| side.variance.map(|variance| variance / scale(side).powi(2));
    let test = spread(&base).zip(spread(&new)).map(|(of_base, of_new)| {
        let variance = of_base + of_new;
        // By Welch and Satterthwaite.
        let degrees = variance.powi(2) / (of_base.powi(2) / (base.units - 1.0) + of_new.powi(2) / (new.units - 1.0));
        let reach = student::quantile(ALPHA, degrees) * variance.sqrt();
        let p = student::two_sided(difference / variance.sqrt(), degrees);
        ((shown(difference - reach), shown(difference + reach)), p)
    });
    Some(Change {
        metric,
        base: base.value,
        new: new.value,
        base_interval: base.interval(),
        new_interval: new.interval(),
        change: shown(difference),
        interval: test.map(|(interval, _)| interval),
        p: test.map(|(_, p)| p),
        verdict: Verdict::CannotBeTold,
    })
}

/// The runs of a side.
struct Side<'a> {
    name: &'static str,
    runs: &'a [Summary],
    unit: DrawnUnit,
}

impl Side<'_> {
    fn validate(&self) -> Result<(), Error> {
        let blocks = self.runs.iter().map(|run| run.blocks.blocks().len());
        match self.unit {
            _ if self.runs.is_empty() => Err(Error::usage(format!("the {} side has no run; give one", self.name))),
            DrawnUnit::Runs if blocks.clone().min() == Some(0) => {
                Err(Error::usage(format!("a run of the {} side has no blocks of full load; run it longer", self.name)))
            }
            DrawnUnit::Blocks if blocks.clone().sum::<usize>() < Comparison::MIN_BLOCKS => Err(Error::usage(format!(
                "the {} side has {} blocks of full load, and {} are needed; run it for a second or more",
                self.name,
                blocks.sum::<usize>(),
                Comparison::MIN_BLOCKS
            ))),
            _ => Ok(()),
        }
    }

    /// In order, each once; what is counted together under no name of its own is left out.
    fn names(&self, kind: RowKind) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        for run in self.runs {
            let of_run: Vec<&Arc<str>> = match kind {
                RowKind::Check => run.whole.checks.iter().map(|check| &check.name).collect(),
                RowKind::Request => run.whole.requests.iter().map(|request| &request.name).collect(),
            };
            for name in of_run {
                if **name != *OTHER && !names.contains(name) {
                    names.push(Arc::clone(name));
                }
            }
        }
        names
    }

    /// Some names of a kind were too many for rows of their own.
    fn has_others(&self, kind: RowKind) -> bool {
        let mut blocks = self.runs.iter().flat_map(|run| run.blocks.blocks());
        blocks.any(|block| rows(block, kind).iter().any(|row| *row.name == *OTHER))
    }

    fn row(&self, kind: RowKind, name: &str) -> Row {
        let mut units = Vec::new();
        for run in self.runs {
            let lost_share = lost_share(run, &Subject::Request(name.into()));
            for (index, (block, width)) in run.blocks.blocks().iter().zip(widths(run)).enumerate() {
                if index == 0 || self.unit == DrawnUnit::Blocks {
                    units.push(Batch::default());
                }
                let row = rows(block, kind).iter().find(|row| *row.name == *name);
                if let Some(unit) = units.last_mut() {
                    unit.add(width, row, lost_share, kind == RowKind::Check);
                }
            }
        }
        Row::new(units)
    }
}

fn rows(block: &super::Block, kind: RowKind) -> &[BlockRow] {
    match kind {
        RowKind::Check => &block.checks,
        RowKind::Request => &block.requests,
    }
}

#[cfg(test)]
mod tests;
