//! Runs of several machines as one: what they counted is added, and what they timed is one set of samples.

use std::sync::Arc;

use super::failures::FailureGroup;
use super::summary::{LevelSection, Schedule, Section, Summary, WarmUp};
use crate::end::{End, EndReason, MachineUse};
use crate::sample::{AskedRate, Plateau};

impl Summary {
    /// Adds another run, as if both had begun at the same moment.
    ///
    /// Counts and times are added by name, exactly. Rates are then of the longer tested time, since the runs went on
    /// side by side. Plateaus are added one by one, their users and arrivals too; when the runs had different ones,
    /// none are left. The seed is that of this run.
    pub fn merge(&mut self, other: &Summary) {
        let names = self.names.and(&other.names);
        let group = |of: &Summary, group: &FailureGroup| FailureGroup {
            check: names.check_of_name(&of.check_of(group)),
            ..group.clone()
        };
        let mine: Vec<FailureGroup> = self.failures.iter().map(|one| group(self, one)).collect();
        let theirs: Vec<FailureGroup> = other.failures.iter().map(|one| group(other, one)).collect();
        self.failures = merged_failures(mine, theirs);
        self.warmup = match (self.warmup.take(), &other.warmup) {
            (None, None) => None,
            (mine, theirs) => {
                let of = |of: &Summary, warmup: &WarmUp| warmup.failures.iter().map(|one| group(of, one)).collect();
                let [my_groups, their_groups]: [Vec<FailureGroup>; 2] =
                    [mine.as_ref().map(|one| of(self, one)), theirs.as_ref().map(|one| of(other, one))]
                        .map(Option::unwrap_or_default);
                let failures = merged_failures(my_groups, their_groups);
                let [mine, theirs] = [mine.map(|one| one.section), theirs.as_ref().map(|one| one.section.clone())];
                merged(mine, theirs).map(|section| WarmUp { section, failures })
            }
        };
        self.whole.merge(&other.whole);
        self.full_load = merged(self.full_load.take(), other.full_load.clone());
        self.levels = merged_levels(&self.levels, &other.levels).unwrap_or_default();
        self.timeline.merge(&other.timeline);
        self.blocks.merge(&other.blocks);
        self.users = self.users.saturating_add(other.users);
        self.users_up = self.users_up.saturating_add(other.users_up);
        self.starts.merge(&other.starts);
        self.pauses.merge(&other.pauses);
        self.oldest_unfinished = self.oldest_unfinished.max(other.oldest_unfinished);
        self.missed += other.missed;
        self.dropped += other.dropped;
        self.not_made += other.not_made;
        self.lost += other.lost;
        self.schedule = self.schedule.zip(other.schedule).map(|(mine, theirs)| mine.merged(theirs));
        self.parts = match (self.parts.take(), &other.parts) {
            (Some(mine), Some(theirs)) => Some(mine.merged(theirs)),
            // Whole runs that are added make no run that has parts.
            _ => None,
        };
        self.late = self.late.max(other.late);
        self.hook_panic = self.hook_panic.take().or_else(|| other.hook_panic.clone());
        self.uncounted += other.uncounted;
        self.worked = self.worked.zip(other.worked).map(|(mine, theirs)| mine + theirs);
        self.run_delay = self.run_delay.zip(other.run_delay).map(|(mine, theirs)| mine + theirs);
        self.stalls.merge(&other.stalls);
        self.blocked += other.blocked;
        self.is_debug_build |= other.is_debug_build;
        self.log.left_out += other.log.left_out;
        self.log.error = self.log.error.take().or_else(|| other.log.error.clone());
        self.samples.left_out += other.samples.left_out;
        self.samples.error = self.samples.error.take().or_else(|| other.samples.error.clone());
        self.used_up = self.used_up.take().or_else(|| other.used_up.clone());
        self.end = match (self.end, other.end) {
            (Some(mine), Some(theirs)) => Some(mine.merged(&theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        self.asked = self.asked.and(other.asked);
        self.names = Arc::new(names);
    }
}

impl Section {
    fn merge(&mut self, other: &Section) {
        merge_rows(&mut self.checks, &other.checks, |row| &row.name, |mine, theirs| mine.merge(theirs));
        merge_rows(
            &mut self.requests,
            &other.requests,
            |row| &row.name,
            |mine, theirs| {
                mine.merge(theirs);
                mine.check = mine.check.take().filter(|check| theirs.check.as_ref() == Some(check));
            },
        );
        let (checks, requests) = (std::mem::take(&mut self.checks), std::mem::take(&mut self.requests));
        let span = self.span.max(other.span);
        let at_service_s = [&*self, other].map(|one| one.in_flight * one.span.as_secs_f64()).iter().sum::<f64>();
        let in_flight = if span.is_zero() { 0.0 } else { at_service_s / span.as_secs_f64() };
        *self = Section::of(checks, requests, span, in_flight);
    }
}

fn merged(mine: Option<Section>, theirs: Option<Section>) -> Option<Section> {
    match (mine, theirs) {
        (Some(mut mine), Some(theirs)) => {
            mine.merge(&theirs);
            Some(mine)
        }
        (mine, theirs) => mine.or(theirs),
    }
}

/// Rows of the same name become one; where a name stands several times, the first with the first, and so on.
fn merge_rows<T: Clone>(mine: &mut Vec<T>, theirs: &[T], name: impl Fn(&T) -> &Arc<str>, merge: impl Fn(&mut T, &T)) {
    for (index, row) in theirs.iter().enumerate() {
        let before = theirs[..index].iter().filter(|other| name(other) == name(row)).count();
        match mine.iter_mut().filter(|known| name(known) == name(row)).nth(before) {
            Some(known) => merge(known, row),
            None => mine.push(row.clone()),
        }
    }
}

/// `None` when the runs did not go through the same kinds of plateaus.
fn merged_levels(mine: &[LevelSection], theirs: &[LevelSection]) -> Option<Vec<LevelSection>> {
    if mine.len() != theirs.len() {
        return None;
    }
    let levels = mine.iter().zip(theirs).map(|(mine, theirs)| {
        let what = match (mine.what, theirs.what) {
            (Plateau::Users(mine), Plateau::Users(theirs)) => Plateau::Users(mine.saturating_add(theirs)),
            (Plateau::Rate(mine), Plateau::Rate(theirs)) => Plateau::Rate(mine + theirs),
            _ => return None,
        };
        let mut section = mine.section.clone();
        section.merge(&theirs.section);
        Some(LevelSection { what, from: mine.from.min(theirs.from), section })
    });
    levels.collect()
}

fn merged_failures(mut mine: Vec<FailureGroup>, theirs: Vec<FailureGroup>) -> Vec<FailureGroup> {
    for group in theirs {
        let is_same = |known: &&mut FailureGroup| {
            known.check == group.check && known.is_exception == group.is_exception && known.message == group.message
        };
        match mine.iter_mut().find(is_same) {
            Some(known) => {
                known.count += group.count;
                known.first = known.first.min(group.first);
                known.last = known.last.max(group.last);
            }
            None => mine.push(group),
        }
    }
    mine.sort_by(FailureGroup::order);
    mine
}

impl Schedule {
    /// Two that were followed side by side.
    fn merged(self, other: Schedule) -> Schedule {
        let asked = AskedRate { per_s: self.per_s + other.per_s, interval: self.interval().max(other.interval()) };
        Schedule::new(asked, self.iterations + other.iterations, self.elapsed.max(other.elapsed))
    }
}

impl End {
    fn merged(&self, other: &End) -> End {
        // What cut a run short says more than that it came to its end.
        let rank = |reason: EndReason| match reason {
            EndReason::LoopsDone => 0,
            EndReason::RequestsDone => 1,
            EndReason::TimeUp => 2,
            EndReason::DataUsedUp => 3,
            EndReason::Precise => 4,
            EndReason::SearchDone => 5,
            EndReason::GateCrossed => 6,
            EndReason::Stopped => 7,
            EndReason::NoUsers => 8,
        };
        let reason = if rank(other.reason) > rank(self.reason) { other.reason } else { self.reason };
        let duration = self.duration.max(other.duration);
        let abandoned = self.abandoned.saturating_add(other.abandoned);
        End { reason, duration, abandoned, machine: self.machine.merged(&other.machine) }
    }
}

impl MachineUse {
    /// Two machines as one: shares are of all their processors.
    fn merged(&self, other: &MachineUse) -> MachineUse {
        let processors = self.processors.saturating_add(other.processors);
        let of_all = |mine: f64, theirs: f64| {
            let sum = mine * f64::from(self.processors) + theirs * f64::from(other.processors);
            sum / f64::from(processors.max(1))
        };
        let of_known = |mine: Option<f64>, theirs: Option<f64>| Some(of_all(mine?, theirs?));
        MachineUse {
            processors,
            own_cpu: self.own_cpu.saturating_add(other.own_cpu),
            own_share: of_all(self.own_share, other.own_share),
            busy_share: of_known(self.busy_share, other.busy_share),
            steal_share: of_known(self.steal_share, other.steal_share),
        }
    }
}
