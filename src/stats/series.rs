//! A run over time in points of one second and more, for charts while it goes on: bounded, and exact in what each point
//! has of the times.

use std::time::Duration;

use super::seconds::{Second, SecondRow};
use super::sparse::SparseHistogram;

/// Span of the run: what ended in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Point {
    /// Answers and failures of all, or of one row.
    pub(crate) row: SecondRow,
    /// Delays of the tester itself.
    pub(crate) delays: SparseHistogram,
    /// Time that answered requests were at the service within the span.
    pub(crate) at_service: Duration,
    /// The most users that were up.
    pub(crate) users: u32,
}

/// Points of equal width from the start of what is measured.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    width_s: u64,
    points: Vec<Point>,
    /// Users in a new point.
    users: u32,
}

impl Default for Series {
    fn default() -> Self {
        Series { width_s: 1, points: Vec::new(), users: 0 }
    }
}

impl Series {
    /// The most points of a chart.
    pub(crate) const MOST_POINTS: usize = 2000;

    pub(crate) fn width(&self) -> Duration {
        Duration::from_secs(self.width_s)
    }

    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    /// Adds a second, or a late part of one.
    pub(crate) fn add(&mut self, number: u64, second: &Second) {
        let users = second.users;
        let point = self.at(number, Series::MOST_POINTS);
        point.row.merge(&second.all);
        point.delays.merge(&second.delays);
        point.at_service = point.at_service.saturating_add(second.at_service);
        point.users = point.users.max(users.unwrap_or_default());
        self.users = users.unwrap_or(self.users);
    }

    /// Adds a second of one row, in at most so many points.
    pub(crate) fn add_row(&mut self, number: u64, row: &SecondRow, most: usize) {
        self.at(number, most).row.merge(row);
    }

    /// Goes on to a second in which nothing ended, with so many users up.
    pub(crate) fn reach(&mut self, number: u64, users: u32) {
        self.users = users;
        self.at(number, Series::MOST_POINTS);
    }

    fn at(&mut self, number: u64, most: usize) -> &mut Point {
        let mut place = usize::try_from(number / self.width_s).unwrap_or(usize::MAX);
        while place >= most {
            self.coarsen();
            place = usize::try_from(number / self.width_s).unwrap_or(usize::MAX);
        }
        let users = self.users;
        while self.points.len() <= place {
            self.points.push(Point { users, ..Point::default() });
        }
        &mut self.points[place]
    }

    fn coarsen(&mut self) {
        self.width_s = self.width_s.saturating_mul(2);
        let points = std::mem::take(&mut self.points);
        let mut points = points.into_iter();
        while let Some(mut point) = points.next() {
            if let Some(next) = points.next() {
                point.merge(&next);
            }
            self.points.push(point);
        }
    }
}

impl Point {
    fn merge(&mut self, other: &Point) {
        self.row.merge(&other.row);
        self.delays.merge(&other.delays);
        self.at_service = self.at_service.saturating_add(other.at_service);
        self.users = self.users.max(other.users);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nanos::Nanos;

    fn second(answers: u64, users: u32) -> Second {
        let mut second = Second { users: Some(users), ..Second::default() };
        second.all.count = answers;
        (0..answers).for_each(|_| second.all.times.record(Nanos::new(1_000_000)));
        second
    }

    #[test]
    fn eight_hours_are_drawn_in_two_thousand_points_and_nothing_is_lost() {
        let mut series = Series::default();
        (0..8 * 3600).for_each(|number| series.add(number, &second(1, 3)));
        assert_eq!((series.width().as_secs(), series.points().len()), (16, 1800));
        assert_eq!(series.points().iter().map(|point| point.row.count).sum::<u64>(), 8 * 3600);
        assert_eq!(series.points().iter().map(|point| point.row.times.count()).sum::<u64>(), 8 * 3600);
    }

    #[test]
    fn what_comes_late_belongs_to_its_own_second() {
        let mut series = Series::default();
        series.add(4, &second(5, 2));
        series.add(2, &second(7, 1));
        let counts: Vec<_> = series.points().iter().map(|point| point.row.count).collect();
        assert_eq!(counts, [0, 0, 7, 0, 5]);
    }

    #[test]
    fn a_second_without_samples_has_the_users_of_the_one_before() {
        let mut series = Series::default();
        series.add(0, &second(1, 7));
        series.reach(2, 7);
        assert_eq!(series.points().iter().map(|point| point.users).collect::<Vec<_>>(), [7, 7, 7]);
    }
}
