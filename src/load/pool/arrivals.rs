//! Arrivals: iterations that begin at their own rate, whatever the answers do, on whichever user is free (the open
//! model).

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use parking_lot::Mutex;

use crate::load::plan::rate::Rate;
use crate::load::plan::stages::Line;
use crate::load::plan::wait::unit_exponential;
use crate::moment::Moment;
use crate::part::Part;
use crate::units::after;

/// The arrivals of a run: users take one after the other.
#[derive(Debug)]
pub(crate) struct Arrivals {
    next: Mutex<Next>,
    first: Moment,
    /// None comes then, or later.
    planned_end: Option<Moment>,
    poisson: bool,
    part: Part,
    /// Users that wait for an arrival, or are about to take one.
    pub(crate) idle: AtomicU32,
    dropped: AtomicU64,
    /// Number of changes of the rate.
    changes: AtomicU64,
}

/// An arrival that a user has taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Arrival {
    /// How many there were by then, on average.
    position: f64,
    pub(crate) due: Moment,
    /// Number of changes of the rate before it was taken.
    pub(crate) change: u64,
}

#[derive(Debug)]
struct Next {
    lines: Vec<Line>,
    /// How many arrivals there were by then, on average.
    position: f64,
    due: Option<Moment>,
    rng: Rng,
}

impl Arrivals {
    /// Those of a part, which takes every so many.
    pub(crate) fn new(rate: &Rate, part: Part, first: Moment, planned_end: Option<Moment>, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let position = if rate.poisson { unit_exponential(&mut rng) } else { 0.0 };
        let arrivals = Arrivals {
            next: Mutex::new(Next { lines: rate.of.lines(), position, due: None, rng }),
            first,
            planned_end,
            poisson: rate.poisson,
            part,
            idle: AtomicU32::new(0),
            dropped: AtomicU64::new(0),
            changes: AtomicU64::new(0),
        };
        let mut next = arrivals.next.lock();
        (1..part.number()).for_each(|_| arrivals.pass(&mut next));
        next.due = arrivals.due_at(&next.lines, next.position);
        drop(next);
        arrivals
    }

    /// From now on so many arrivals come each second, whatever the plan says; none for zero.
    pub(crate) fn steer(&self, per_s: f64, now: Moment) {
        let mut next = self.next.lock();
        next.lines = steered(&next.lines, now.saturating_duration_since(self.first), per_s);
        next.due = self.due_at(&next.lines, next.position);
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Number of changes of the rate: a user that waits looks anew after each.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Straight parts of the rate.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.next.lock().lines.clone()
    }

    /// When an arrival is due that was taken; `None` if the rate has been changed so that it never comes.
    pub(crate) fn due_of(&self, arrival: Arrival) -> Option<Moment> {
        self.due_at(&self.next.lock().lines, arrival.position)
    }

    /// The next arrival, for a user that is free since then; `None` when no more come. What was due before any user
    /// was free is dropped when the users are `all` there may be.
    pub(crate) fn take(&self, free_since: Moment, all: bool) -> Option<Arrival> {
        let mut next = self.next.lock();
        loop {
            let (due, position) = (next.due?, next.position);
            self.advance(&mut next);
            if all && due < free_since {
                self.dropped.fetch_add(1, Ordering::Relaxed);
            } else {
                return Some(Arrival { position, due, change: self.changes() });
            }
        }
    }

    /// Time at which the next arrival is due that no user has taken; `None` when no more come.
    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.next.lock().due
    }

    /// A user that had taken this arrival was kept from beginning it, by an end that came then.
    pub(crate) fn give_back(&self, arrival: Arrival, end: Moment) {
        if self.due_of(arrival).is_some_and(|due| due <= end) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Drops arrivals that were due by the end and that no user took. Returns the number of all that were dropped.
    pub(crate) fn end(&self, end: Moment) -> u64 {
        let mut next = self.next.lock();
        while next.due.is_some_and(|due| due <= end) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            self.advance(&mut next);
        }
        next.due = None;
        self.dropped.load(Ordering::Relaxed)
    }

    fn advance(&self, next: &mut Next) {
        (0..self.part.of()).for_each(|_| self.pass(next));
        next.due = self.due_at(&next.lines, next.position);
    }

    /// Goes on to the next arrival of the whole.
    fn pass(&self, next: &mut Next) {
        next.position += if self.poisson { unit_exponential(&mut next.rng) } else { 1.0 };
    }

    /// When so many arrivals have come, if that is within the run.
    fn due_at(&self, lines: &[Line], position: f64) -> Option<Moment> {
        let due = after(self.first, moment_of(lines, position)?);
        Some(due).filter(|due| self.planned_end.is_none_or(|end| *due < end))
    }
}

/// A rate that is another one from a moment on.
pub(crate) fn steered(lines: &[Line], from: Duration, per_s: f64) -> Vec<Line> {
    let until = |line: &Line| {
        let over = from.saturating_sub(line.start).min(line.over);
        let share = if line.over.is_zero() { 1.0 } else { over.as_secs_f64() / line.over.as_secs_f64() };
        Line { over, to: line.from + (line.to - line.from) * share, ..*line }
    };
    let mut steered: Vec<Line> = lines.iter().filter(|line| line.start < from).map(until).collect();
    let end = steered.last().map_or(Duration::ZERO, Line::end);
    if end < from {
        steered.push(Line { start: end, over: from - end, from: 0.0, to: 0.0 });
    }
    steered.push(Line { start: from, over: Duration::MAX, from: per_s, to: per_s });
    steered
}

/// When so many arrivals have come; `None` if so many never do. The count is the area under the rate.
fn moment_of(lines: &[Line], count: f64) -> Option<Duration> {
    let mut left = count;
    for line in lines {
        let seconds = line.over.as_secs_f64();
        let area = (line.from + line.to) / 2.0 * seconds;
        if left < area {
            // from * t + slope * t^2 / 2 = left, in the form that does not lose digits when the slope is small.
            let slope = (line.to - line.from) / seconds;
            let root = (line.from * line.from + 2.0 * slope * left).max(0.0).sqrt();
            let divisor = line.from + root;
            let t = if divisor > 0.0 { 2.0 * left / divisor } else { 0.0 };
            return Duration::try_from_secs_f64(t).ok().map(|t| line.start.saturating_add(t));
        }
        left -= area;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::plan::rate::RateOverTime;
    use crate::load::plan::stages::Stages;

    fn arrivals(of: RateOverTime, poisson: bool) -> (Arrivals, Moment) {
        let first = Moment::now();
        (Arrivals::new(&Rate { of, poisson, max_users: 1 }, Part::WHOLE, first, None, 5), first)
    }

    #[test]
    fn a_constant_rate_comes_evenly() {
        let (arrivals, first) = arrivals(RateOverTime::Constant(4.0), false);
        let due: Vec<u128> =
            (0..4).filter_map(|_| arrivals.take(first, true)).map(|one| (one.due - first).as_millis()).collect();
        assert_eq!(due, [0, 250, 500, 750]);
    }

    #[test]
    fn a_ramp_of_the_rate_has_as_many_arrivals_as_lie_under_it() {
        // 0 to 10 a second in 4 s are 20; 10 a second for 2 s are 20 more; nothing comes after.
        let stages: Stages = "4s:10,2s:10".parse().expect("stages");
        let (arrivals, first) = arrivals(RateOverTime::Stages(stages), false);
        let due: Vec<f64> =
            std::iter::from_fn(|| arrivals.take(first, true)).map(|one| (one.due - first).as_secs_f64()).collect();
        assert_eq!(due.len(), 40);
        assert!(due.is_sorted());
        let in_the_first_half_of_the_ramp = due.iter().filter(|due| **due < 2.0).count();
        assert_eq!(in_the_first_half_of_the_ramp, 5);
        assert!((due[30] - 5.0).abs() < 1e-6, "{}", due[30]);
    }

    #[test]
    fn parts_take_the_arrivals_of_the_whole_each_once() {
        for (per_s, of, poisson) in [(100.0, 7, false), (100.0, 7, true), (30.0, 3, true), (12.0, 1, true)] {
            let first = Moment::now();
            let rate = Rate { of: RateOverTime::Constant(per_s), poisson, max_users: 1 };
            let due = |part: Part| {
                let arrivals = Arrivals::new(&rate, part, first, Some(first + Duration::from_secs(10)), 5);
                std::iter::from_fn(move || arrivals.take(first, true).map(|one| one.due)).collect::<Vec<_>>()
            };
            let mut parts: Vec<Moment> =
                (1..=of).flat_map(|number| due(Part::new(number, of).expect("a part"))).collect();
            parts.sort_unstable();
            assert_eq!(parts, due(Part::WHOLE), "{per_s} over {of}");
        }
    }

    #[test]
    fn what_nobody_was_free_for_is_dropped_and_counted() {
        let (arrivals, first) = arrivals(RateOverTime::Constant(10.0), false);
        let second = Duration::from_secs(1);
        let due = |taken: Option<Arrival>| taken.map(|one| one.due);
        assert_eq!(due(arrivals.take(first, true)), Some(first));
        // Busy for a second: of the arrivals at 0.1 to 0.9 s none was taken.
        assert_eq!(due(arrivals.take(first + second, true)), Some(first + second));
        // Users may still be added: what is due is taken late.
        let late = arrivals.take(first + 2 * second, false).expect("more come");
        assert_eq!((late.due - first).as_millis(), 1100);
        assert_eq!(arrivals.end(first + Duration::from_millis(1450)), 9 + 3);
        assert_eq!(arrivals.take(first, true), None);
    }

    #[test]
    fn what_would_be_due_at_the_planned_end_does_not_come() {
        let (first, second) = (Moment::now(), Duration::from_secs(1));
        let rate = Rate { of: RateOverTime::Constant(50.0), poisson: false, max_users: 1 };
        let arrivals = Arrivals::new(&rate, Part::WHOLE, first, Some(first + second), 5);
        assert_eq!(std::iter::from_fn(|| arrivals.take(first, true)).count(), 50);
        assert_eq!(arrivals.end(first + 2 * second), 0);
        let taken = |position: f64| Arrival { position, due: first, change: 0 };
        arrivals.give_back(taken(25.0), first + second);
        arrivals.give_back(taken(100.0), first + second);
        assert_eq!(arrivals.end(first + second), 1, "what was due, and was taken, but not begun");
    }

    #[test]
    fn a_rate_that_is_changed_goes_on_from_where_it_was() {
        let (arrivals, first) = arrivals(RateOverTime::Constant(10.0), false);
        let ms = |ms: u64| first + Duration::from_millis(ms);
        let taken: Vec<Arrival> = (0..4).filter_map(|_| arrivals.take(first, true)).collect();
        assert_eq!(taken[3].due, ms(300));
        // At 250 ms there were 2.5 arrivals; of the next half, and of the ones after it, there are 2 a second.
        arrivals.steer(2.0, ms(250));
        let about = |due: Option<Moment>| due.map(|due| (due - first + Duration::from_nanos(500)).as_micros());
        let [third, fourth] = [taken[2], taken[3]].map(|one| about(arrivals.due_of(one)));
        assert_eq!((third, fourth), (Some(200_000), Some(500_000)));
        assert_eq!(about(arrivals.take(first, true).map(|one| one.due)), Some(1_000_000));
        arrivals.steer(0.0, ms(1100));
        assert_eq!((arrivals.take(first, true), arrivals.next_due()), (None, None));
        arrivals.steer(100.0, ms(2000));
        let due = arrivals.take(first, true).map(|one| (one.due - first).as_millis());
        assert!(due.is_some_and(|due| (2000..2010).contains(&due)), "{due:?}");
        let sum: f64 = arrivals.lines().iter().map(|line| line.over.as_secs_f64()).take(3).sum();
        assert!((sum - 2.0).abs() < 1e-9, "{:?}", arrivals.lines());
    }

    #[test]
    fn independent_arrivals_have_the_rate_and_the_same_seed_the_same_times() {
        let (one, first) = arrivals(RateOverTime::Constant(100.0), true);
        let due: Vec<Duration> =
            (0..5000).filter_map(|_| one.take(first, true)).map(|taken| taken.due - first).collect();
        let rate = 5000.0 / due[4999].as_secs_f64();
        assert!((rate - 100.0).abs() < 6.0, "{rate}");
        // Of exponential gaps 1/e are longer than their mean.
        let long = due.windows(2).filter(|pair| (pair[1] - pair[0]).as_secs_f64() > 0.01).count() as f64 / 4999.0;
        assert!((long - 0.368).abs() < 0.03, "{long}");
        let (again, second_first) = arrivals(RateOverTime::Constant(100.0), true);
        assert_eq!(again.take(second_first, true).map(|taken| taken.due - second_first), Some(due[0]));
    }
}
