//! Rows of a table while a run goes on: read a few at a time, so that whoever counts waits for no reader.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::Stats;
use super::counters::{CheckCounters, Maker, Part, RequestCounters};
use super::seconds::{Second, SecondRow};
use super::summary::Section;
use super::timing::Timing;
use crate::ids::{CheckId, RequestId};
use crate::moment::Moment;
use crate::names::Names;

/// The longest time for which a reader keeps the numbers to itself.
const TURN: Duration = Duration::from_micros(500);

/// Part of a run that rows are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartOf {
    Whole,
    FullLoad,
    /// Level, by its place among those that have begun.
    Level(usize),
}

/// Kind of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowOf {
    Check,
    Request,
    AllChecks,
    AllRequests,
}

/// Row of a table: counts and times of a check, of the requests of one name, or of all together.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) of: RowOf,
    pub(crate) name: Arc<str>,
    /// Check that makes these requests, if only one does.
    pub(crate) check: Option<Arc<str>>,
    /// Runs of a check that ended, or requests that did.
    pub(crate) count: u64,
    /// Runs that did not pass; requests that were lost, or because of which a check did not pass.
    pub(crate) failures: u64,
    /// Answers: what a rate is of.
    pub(crate) answers: u64,
    /// TPR of the passes, or response times.
    pub(crate) times: Spread,
    pub(crate) corrected_p95: Option<Duration>,
    pub(crate) delay_p95: Option<Duration>,
    pub(crate) body_bytes: u64,
}

/// Spread of times. Percentiles are `None` without samples.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spread {
    pub(crate) count: u64,
    pub(crate) mean: Option<Duration>,
    pub(crate) min: Option<Duration>,
    pub(crate) max: Option<Duration>,
    /// In the order of [`Spread::PERCENTS`].
    pub(crate) percentiles: [Option<Duration>; 4],
    /// Percentiles beyond which fewer than 10 samples lie.
    pub(crate) unbacked: Vec<f64>,
}

/// Rows of a part, and the span that rates are divided by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    pub(crate) span: Duration,
}

/// Rows that are being read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    rows: Rows,
    checks: usize,
    /// Requests that are still to be read, by the number they are told as, each with all its numbers.
    requests: Option<Vec<(RequestId, Vec<usize>)>>,
    all_checks: Together,
    all_requests: Together,
}

/// Sum of the rows that have been read.
#[derive(Debug, Default)]
struct Together {
    times: Timing,
    corrected: Timing,
    delay: Timing,
    count: u64,
    failures: u64,
    answers: u64,
    body_bytes: u64,
    rows: usize,
}

impl Spread {
    pub(crate) const PERCENTS: [f64; 4] = [50.0, 90.0, 95.0, 99.0];

    fn of(timing: &Timing) -> Spread {
        Spread {
            count: timing.count(),
            mean: timing.mean(),
            min: timing.min(),
            max: timing.max(),
            percentiles: Spread::PERCENTS.map(|percent| timing.percentile(percent)),
            unbacked: Spread::PERCENTS
                .into_iter()
                .filter(|percent| timing.count() > 0 && !timing.is_backed(*percent))
                .collect(),
        }
    }
}

impl Spread {
    fn of_row(row: &SecondRow) -> Spread {
        let count = row.times.count();
        let mean = row.sum.span().as_secs_f64() / count as f64;
        Spread {
            count,
            mean: (count > 0).then(|| Duration::try_from_secs_f64(mean).unwrap_or_default()),
            min: row.times.percentile(0.0),
            max: (count > 0).then(|| row.max.span()),
            percentiles: Spread::PERCENTS.map(|percent| row.times.percentile(percent)),
            unbacked: Spread::PERCENTS
                .into_iter()
                .filter(|percent| count > 0 && (count as f64) * (100.0 - percent) < 1000.0)
                .collect(),
        }
    }
}

/// All of these as one, copied only if there are several.
fn merged<'a>(timings: impl Iterator<Item = &'a Timing>) -> Cow<'a, Timing> {
    let mut timings = timings.filter(|timing| timing.count() > 0);
    let mut all = timings.next().map_or_else(Cow::default, Cow::Borrowed);
    timings.for_each(|timing| all.to_mut().merge(timing));
    all
}

impl Together {
    /// Adds a row, and the times that it is made of.
    fn add(&mut self, row: &Row, times: &Timing, corrected: &Timing, delay: &Timing) {
        self.times.merge(times);
        self.corrected.merge(corrected);
        self.delay.merge(delay);
        self.count += row.count;
        self.failures += row.failures;
        self.answers += row.answers;
        self.body_bytes += row.body_bytes;
        self.rows += 1;
    }

    fn row(&self, of: RowOf) -> Row {
        Row {
            of,
            name: "all".into(),
            check: None,
            count: self.count,
            failures: self.failures,
            answers: self.answers,
            times: Spread::of(&self.times),
            corrected_p95: self.corrected.percentile(95.0),
            delay_p95: self.delay.percentile(95.0),
            body_bytes: self.body_bytes,
        }
    }
}

impl Stats {
    /// Reads rows for as long as a turn lasts. False when all are read.
    pub(super) fn read_rows(&self, of: PartOf, reading: &mut Reading) -> bool {
        let began = Moment::now();
        let parts = self.parts_of(of);
        while let Some(id) = self.next_check(reading, &parts) {
            self.read_check(id, &parts, reading);
            if began.elapsed() > TURN {
                return true;
            }
        }
        while let Some((id, members)) = self.next_request(reading, &parts) {
            self.read_request(id, &members, &parts, reading);
            if began.elapsed() > TURN {
                return true;
            }
        }
        reading.rows.span = match of {
            PartOf::Whole => self.tested(parts.iter().map(|part| part.iterations).sum()),
            PartOf::FullLoad | PartOf::Level(_) => self.levels.span_of(of),
        };
        false
    }

    fn parts_of(&self, of: PartOf) -> Vec<&Part> {
        match of {
            PartOf::Whole => std::iter::once(&self.rest).chain(self.levels.parts()).collect(),
            PartOf::FullLoad | PartOf::Level(_) => self.levels.parts_of(of),
        }
    }

    fn next_check(&self, reading: &mut Reading, parts: &[&Part]) -> Option<usize> {
        let checks = parts.iter().map(|part| part.checks.len()).max().unwrap_or_default().max(self.names.checks());
        (reading.checks < checks).then(|| {
            reading.checks += 1;
            reading.checks - 1
        })
    }

    fn read_check(&self, id: usize, parts: &[&Part], reading: &mut Reading) {
        let of_check: Vec<&CheckCounters> = parts.iter().filter_map(|part| part.checks.get(id)).collect();
        let sum = |value: fn(&CheckCounters) -> u64| of_check.iter().map(|check| value(check)).sum::<u64>();
        let id = CheckId(u16::try_from(id).unwrap_or(u16::MAX));
        let times = merged(of_check.iter().map(|check| &check.tpr));
        let alone = if self.natures.counts_alone(id) { sum(|check| check.alone) } else { 0 };
        let row = Row {
            of: RowOf::Check,
            name: self.names.check_name(id),
            check: None,
            count: sum(CheckCounters::ended),
            failures: sum(|check| check.fail + check.exception),
            answers: sum(|check| check.requests) + alone,
            times: Spread::of(&times),
            corrected_p95: None,
            delay_p95: None,
            body_bytes: 0,
        };
        reading.all_checks.add(&row, &times, &Timing::default(), &Timing::default());
        reading.rows.rows.push(row);
    }

    /// Next request that is told as itself, with all the numbers that are told as it.
    fn next_request(&self, reading: &mut Reading, parts: &[&Part]) -> Option<(RequestId, Vec<usize>)> {
        let names = &self.names;
        let requests = reading.requests.get_or_insert_with(|| {
            let length = parts.iter().map(|part| part.requests.len()).max().unwrap_or_default();
            let has_folded = names.folded().is_some();
            let mut all: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
            for number in 0..length {
                let id = RequestId(u16::try_from(number).unwrap_or(u16::MAX));
                let told_as = if has_folded { names.counted_as(id) } else { id };
                all.entry(told_as.0).or_default().push(number);
            }
            all.into_iter().rev().map(|(id, members)| (RequestId(id), members)).collect()
        });
        requests.pop()
    }

    fn read_request(&self, id: RequestId, members: &[usize], parts: &[&Part], reading: &mut Reading) {
        let of_name: Vec<&RequestCounters> =
            parts.iter().flat_map(|part| members.iter().filter_map(|number| part.requests.get(*number))).collect();
        let sum = |value: fn(&RequestCounters) -> u64| of_name.iter().map(|request| value(request)).sum::<u64>();
        let count = sum(|request| request.answered + request.exceptions());
        let failures = sum(RequestCounters::failures);
        if count + failures == 0 {
            return;
        }
        let times = merged(of_name.iter().map(|request| &request.response_time));
        let corrected = merged(of_name.iter().map(|request| &request.corrected_time));
        let delay = merged(of_name.iter().map(|request| &request.client_delay));
        let maker = of_name.iter().fold(Maker::default(), |maker, request| maker.and(request.maker));
        let check = match maker {
            Maker::Check(check) => Some(self.names.check_name(check)),
            Maker::Unknown | Maker::Several => None,
        };
        let row = Row {
            of: RowOf::Request,
            name: self.names.request_name(id),
            check,
            count,
            failures,
            answers: sum(|request| request.answered),
            times: Spread::of(&times),
            corrected_p95: corrected.percentile(95.0),
            delay_p95: delay.percentile(95.0),
            body_bytes: sum(|request| request.body_bytes),
        };
        reading.all_requests.add(&row, &times, &corrected, &delay);
        reading.rows.rows.push(row);
    }
}

impl Reading {
    /// Rows that were read, and behind them those of all together.
    pub(super) fn done(self) -> Rows {
        let Reading { mut rows, all_checks, all_requests, .. } = self;
        rows.rows.push(all_checks.row(RowOf::AllChecks));
        if all_requests.rows > 0 {
            rows.rows.push(all_requests.row(RowOf::AllRequests));
        }
        rows
    }
}

impl From<&Section> for Rows {
    /// Rows of a section that has been copied whole.
    fn from(section: &Section) -> Self {
        let check = |of, name: &Arc<str>, check: &CheckCounters| Row {
            of,
            name: Arc::clone(name),
            check: None,
            count: check.ended(),
            failures: check.fail + check.exception,
            answers: check.requests,
            times: Spread::of(&check.tpr),
            corrected_p95: None,
            delay_p95: None,
            body_bytes: 0,
        };
        let request = |of, name: &Arc<str>, request: &RequestCounters| Row {
            of,
            name: Arc::clone(name),
            check: request.check.clone(),
            count: request.answered + request.exceptions(),
            failures: request.failures(),
            answers: request.answered,
            times: Spread::of(&request.response_time),
            corrected_p95: request.corrected_time.percentile(95.0),
            delay_p95: request.client_delay.percentile(95.0),
            body_bytes: request.body_bytes,
        };
        let all: Arc<str> = "all".into();
        let mut rows: Vec<Row> = section.checks.iter().map(|one| check(RowOf::Check, &one.name, one)).collect();
        rows.extend(section.requests.iter().map(|one| request(RowOf::Request, &one.name, one)));
        rows.push(check(RowOf::AllChecks, &all, &section.totals));
        if !section.requests.is_empty() {
            rows.push(request(RowOf::AllRequests, &all, &section.request_totals));
        }
        Rows { rows, span: section.span }
    }
}

impl Rows {
    /// Rows of some seconds together, which took so long.
    pub(crate) fn of_second(second: &Second, names: &Names, span: Duration) -> Rows {
        let row = |of, name, row: &SecondRow| Row {
            of,
            name,
            check: None,
            count: row.count,
            failures: row.failures,
            answers: row.times.count(),
            times: Spread::of_row(row),
            corrected_p95: None,
            delay_p95: None,
            body_bytes: row.body_bytes,
        };
        let mut rows = Vec::new();
        for (id, one) in &second.checks {
            rows.push(row(RowOf::Check, names.check_name(CheckId(*id)), one));
        }
        let mut requests: BTreeMap<u16, SecondRow> = BTreeMap::new();
        for (id, one) in &second.requests {
            requests.entry(names.counted_as(RequestId(*id)).0).or_default().merge(one);
        }
        let (mut checks, mut all) = (SecondRow::default(), SecondRow::default());
        second.checks.values().for_each(|one| checks.merge(one));
        for (id, one) in &requests {
            rows.push(row(RowOf::Request, names.request_name(RequestId(*id)), one));
            all.merge(one);
        }
        rows.push(row(RowOf::AllChecks, "all".into(), &checks));
        if !requests.is_empty() {
            rows.push(row(RowOf::AllRequests, "all".into(), &all));
        }
        Rows { rows, span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_one_part_are_not_copied_and_those_of_several_are_all_counted() {
        let timing = |ms: u64| {
            let mut timing = Timing::default();
            timing.record(Duration::from_millis(ms));
            timing
        };
        let (one, two, none) = (timing(1), timing(2), Timing::default());
        assert!(matches!(merged([&none, &one].into_iter()), Cow::Borrowed(timing) if timing.count() == 1));
        assert_eq!(merged([&one, &none, &two].into_iter()).count(), 2);
        assert_eq!(merged([&none].into_iter()).count(), 0);
    }
}
