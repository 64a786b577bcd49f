use std::time::{Duration, Instant};

/// Stalls of a service that is otherwise of a fixed time: they begin at even intervals, and no answer leaves in one.
#[derive(Debug)]
pub(crate) struct Stalls {
    start: Instant,
    every: Duration,
    length: Duration,
}

impl Stalls {
    /// The first begins `every` after `start`, and each next one so long after the one before. `length` is to be shorter
    /// than that: otherwise there is no end.
    pub(crate) fn new(start: Instant, every: Duration, length: Duration) -> Self {
        Self { start, every, length }
    }

    /// When a request that arrives at `now`, and takes `service`, is answered.
    ///
    /// Who arrives in a stall begins at its end. Who would be answered in one is answered at its end. What is in service
    /// goes on meanwhile: who would be answered after a whole stall does not notice it.
    pub(crate) fn due(&self, now: Instant, service: Duration) -> Instant {
        let due = self.end_of_stall(now).unwrap_or(now) + service;
        self.end_of_stall(due).unwrap_or(due)
    }

    /// When the stall ends that `moment` lies in, if it lies in one.
    fn end_of_stall(&self, moment: Instant) -> Option<Instant> {
        let since_start = moment.saturating_duration_since(self.start).as_nanos();
        let since_stall = since_start % self.every.as_nanos();
        let is_in_stall = since_start >= self.every.as_nanos() && since_stall < self.length.as_nanos();
        // A stall is shorter than the interval, which is far from what 64 bits hold.
        is_in_stall.then(|| moment + self.length - Duration::from_nanos(since_stall as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// When requests that arrive at these milliseconds are answered, with a stall of 300 ms each 1000 ms.
    fn answered(service: u32, arrivals: &[u32]) -> Vec<u128> {
        let start = Instant::now();
        let stalls = Stalls::new(start, 1000 * MS, 300 * MS);
        let due = |at: &u32| (stalls.due(start + *at * MS, service * MS) - start).as_millis();
        arrivals.iter().map(due).collect()
    }

    #[test]
    fn between_stalls_an_answer_takes_its_time() {
        assert_eq!(answered(10, &[0, 100, 989, 1300, 1989]), [10, 110, 999, 1310, 1999]);
    }

    #[test]
    fn who_arrives_in_a_stall_begins_at_its_end() {
        assert_eq!(answered(10, &[1000, 1001, 1299, 2150]), [1310, 1310, 1310, 2310]);
    }

    #[test]
    fn who_would_be_answered_in_a_stall_is_answered_at_its_end() {
        assert_eq!(answered(10, &[990, 999, 1995]), [1300, 1300, 2300]);
    }

    #[test]
    fn who_begins_at_the_end_of_a_stall_may_end_in_the_next_one() {
        assert_eq!(answered(800, &[1100, 150]), [2300, 950]);
    }

    #[test]
    fn who_is_answered_after_a_whole_stall_does_not_notice_it() {
        assert_eq!(answered(500, &[900]), [1400]);
    }

    #[test]
    fn stalls_of_no_length_are_none() {
        let start = Instant::now();
        let stalls = Stalls::new(start, 1000 * MS, Duration::ZERO);
        assert_eq!(stalls.due(start + 1000 * MS, 10 * MS), start + 1010 * MS);
    }
}
