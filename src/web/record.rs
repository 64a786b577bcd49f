//! Record of a run over time, as the page shows it: fed with the seconds of the run as they are taken away from it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::ids::RequestId;
use crate::names::Names;
use crate::report::live::{Columns, Log, Mark};
use crate::stats::{Moments, Rows, Second, Series};

/// Seconds that `last 10 s` are of.
const RECENT: u64 = 10;
/// Points of all rows together: with more rows each has fewer.
const POINTS_OF_ROWS: usize = 50_000;
/// The fewest points of a row.
const FEWEST_POINTS: usize = 60;
/// More marks are not drawn.
const MOST_MARKS: usize = 100;

/// Record of a run over time.
#[derive(Debug, Default)]
pub(super) struct Record {
    all: Series,
    checks: BTreeMap<u16, Series>,
    requests: BTreeMap<u16, Series>,
    recent: VecDeque<(u64, Second)>,
    moments: Moments,
    marks: Vec<Mark>,
    pub(super) log: Log,
    /// How long the run has gone on.
    elapsed: Duration,
}

impl Record {
    /// Adds the seconds that were taken from a run that has gone on for so long, with so many users up.
    pub(super) fn add(&mut self, seconds: BTreeMap<u64, Second>, elapsed: Duration, users: u32, names: &Names) {
        self.elapsed = elapsed;
        for (number, second) in seconds {
            self.all.add(number, &second);
            self.add_rows(number, &second, names);
            self.moments.add(number, second.failures.clone());
            self.remember(number, second);
        }
        // Where nothing ended, the lines go on at zero.
        if let Some(last) = elapsed.as_secs().checked_sub(1) {
            self.all.reach(last, users);
        }
    }

    fn add_rows(&mut self, number: u64, second: &Second, names: &Names) {
        let rows = (self.checks.len() + self.requests.len()).max(1);
        let most = (POINTS_OF_ROWS / rows).clamp(FEWEST_POINTS, Series::MOST_POINTS);
        for (id, row) in &second.checks {
            self.checks.entry(*id).or_default().add_row(number, row, most);
        }
        for (id, row) in &second.requests {
            let id = names.counted_as(RequestId(*id)).0;
            self.requests.entry(id).or_default().add_row(number, row, most);
        }
    }

    fn remember(&mut self, number: u64, mut second: Second) {
        second.failures.clear();
        match self.recent.iter_mut().find(|(known, _)| *known == number) {
            Some((_, known)) => known.merge(second),
            None => self.recent.push_back((number, second)),
        }
        let newest = self.recent.iter().map(|(number, _)| *number).max().unwrap_or_default();
        self.recent.retain(|(number, _)| number + RECENT > newest);
    }

    /// Rows of the last 10 s.
    pub(super) fn recent_rows(&self, names: &Names) -> Rows {
        let first = self.elapsed.as_secs().saturating_sub(RECENT - 1);
        let mut all = Second::default();
        let recent = self.recent.iter().filter(|(number, _)| *number >= first);
        recent.for_each(|(_, second)| all.merge(second.clone()));
        Rows::of_second(&all, names, self.elapsed.saturating_sub(Duration::from_secs(first)))
    }

    /// Mean number of requests in flight in the last 10 s.
    pub(super) fn recent_in_flight(&self) -> f64 {
        let first = self.elapsed.as_secs().saturating_sub(RECENT - 1);
        let span = self.elapsed.saturating_sub(Duration::from_secs(first)).as_secs_f64();
        let recent = self.recent.iter().filter(|(number, _)| *number >= first);
        let at_service: f64 = recent.map(|(_, second)| second.at_service.as_secs_f64()).sum();
        if span > 0.0 { at_service / span } else { 0.0 }
    }

    /// Points of all from this one on. Of a run that goes on, its present second is not over yet.
    pub(super) fn points(&self, from: usize, is_over: bool) -> Columns {
        Columns::of_all(&self.all, from, self.over(is_over))
    }

    /// Newest points of all: those that something may have come late for, and those after them.
    pub(super) fn newest_points(&self, count: usize, is_over: bool) -> Columns {
        self.points(self.all.points().len().saturating_sub(count), is_over)
    }

    /// Points of a check, or of the requests of a name, from this one on; `None` if nothing is known of it.
    pub(super) fn points_of_row(&self, row: RowId, from: usize, is_over: bool) -> Option<Columns> {
        let series = match row {
            RowId::Check(id) => self.checks.get(&id),
            RowId::Request(id) => self.requests.get(&id),
        };
        Some(Columns::of_row(series?, from, self.over(is_over)))
    }

    /// Part of the run that is over, in whole seconds unless all is.
    fn over(&self, is_over: bool) -> Duration {
        // What ended in a second is counted a few milliseconds later.
        const COUNTED: Duration = Duration::from_millis(150);
        if is_over { self.elapsed } else { Duration::from_secs(self.elapsed.saturating_sub(COUNTED).as_secs()) }
    }

    pub(super) fn requests(&self) -> impl Iterator<Item = u16> + '_ {
        self.requests.keys().copied()
    }

    pub(super) fn moments(&self) -> &Moments {
        &self.moments
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.elapsed
    }

    pub(super) fn mark(&mut self, at_s: f64, text: &str) {
        if self.marks.len() < MOST_MARKS {
            self.marks.push(Mark { at_s, text: text.to_owned() });
        }
    }

    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }
}

/// Row of the tables, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowId {
    Check(u16),
    Request(u16),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(answers: u64) -> Second {
        let mut second = Second { users: Some(2), ..Second::default() };
        second.all.count = answers;
        (0..answers).for_each(|_| second.all.times.record(Duration::from_millis(1)));
        second.checks.insert(0, second.all.clone());
        second
    }

    fn length(record: &Record, from: usize, is_over: bool) -> usize {
        let points = serde_json::to_value(record.points(from, is_over)).expect("JSON");
        points["rps"].as_array().map_or(0, Vec::len)
    }

    #[test]
    fn the_second_that_goes_on_is_drawn_when_it_is_over() {
        let (names, mut record) = (Names::new(["a"]), Record::default());
        let seconds = BTreeMap::from([(0, second(5)), (1, second(3))]);
        record.add(seconds, Duration::from_millis(1700), 2, &names);
        assert_eq!((length(&record, 0, false), length(&record, 0, true)), (1, 2));
        record.add(BTreeMap::from([(1, second(4))]), Duration::from_millis(2300), 2, &names);
        assert_eq!((length(&record, 0, false), length(&record, 1, false)), (2, 1));
        let rows = record.recent_rows(&names);
        assert_eq!(rows.rows.iter().map(|row| row.count).collect::<Vec<_>>(), [12, 12]);
    }

    #[test]
    fn the_last_ten_seconds_forget_the_eleventh() {
        let (names, mut record) = (Names::new(["a"]), Record::default());
        for number in 0..30 {
            let elapsed = Duration::from_secs(number) + Duration::from_millis(500);
            record.add(BTreeMap::from([(number, second(1))]), elapsed, 2, &names);
        }
        let rows = record.recent_rows(&names);
        assert_eq!((rows.rows[0].count, rows.span), (10, Duration::from_millis(9500)));
    }

    #[test]
    fn where_nothing_ends_the_points_go_on() {
        let (names, mut record) = (Names::new(["a"]), Record::default());
        record.add(BTreeMap::from([(0, second(1))]), Duration::from_millis(6400), 2, &names);
        assert_eq!(length(&record, 0, false), 6);
    }
}
