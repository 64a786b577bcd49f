use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

/// Places of a service, which requests take one after the other in the order of their arrival.
///
/// It is arithmetic on moments, and waits for nothing: who sends an answer late takes no time from the next one, so that
/// the throughput of places that are never empty is exact.
#[derive(Debug)]
pub(crate) struct Places {
    count: usize,
    /// The most requests that may wait for a place.
    max_waiting: usize,
    /// When each place that was ever taken is free, the earliest first.
    free_at: BinaryHeap<Reverse<Instant>>,
    /// When those who wait begin, in order.
    begins: VecDeque<Instant>,
}

/// Stay of a request: it waits until it begins, and is answered when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) begins: Instant,
    pub(crate) due: Instant,
}

impl Places {
    pub(crate) fn new(count: usize, max_waiting: usize) -> Self {
        Self { count, max_waiting, free_at: BinaryHeap::new(), begins: VecDeque::new() }
    }

    /// Takes the place that is free first, from then or from `now` on, for as long as `service` says; `None` if too many
    /// wait already. Each `now` is that of the arrival before or a later one.
    pub(crate) fn take(&mut self, now: Instant, service: impl FnOnce() -> Duration) -> Option<Stay> {
        while self.begins.front().is_some_and(|begins| *begins <= now) {
            self.begins.pop_front();
        }
        let is_each_taken_before = self.free_at.len() == self.count;
        let free = self.free_at.peek().filter(|_| is_each_taken_before).map_or(now, |Reverse(free)| *free);
        let begins = free.max(now);
        if begins > now {
            if self.begins.len() == self.max_waiting {
                return None;
            }
            self.begins.push_back(begins);
        }
        if is_each_taken_before {
            self.free_at.pop();
        }
        let due = begins + service();
        self.free_at.push(Reverse(due));
        Some(Stay { begins, due })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Places of so many milliseconds each, from a first moment on.
    struct Fixed {
        places: Places,
        start: Instant,
    }

    impl Fixed {
        fn new(count: usize) -> Self {
            Fixed { places: Places::new(count, 100), start: Instant::now() }
        }

        /// When a request that arrives at this millisecond begins and is due, in milliseconds.
        fn take(&mut self, at: u32, service: u32) -> Option<(u128, u128)> {
            let stay = self.places.take(self.start + at * MS, || service * MS)?;
            Some(((stay.begins - self.start).as_millis(), (stay.due - self.start).as_millis()))
        }
    }

    #[test]
    fn who_finds_a_place_free_begins_at_once() {
        let mut fixed = Fixed::new(2);
        assert_eq!(fixed.take(0, 10), Some((0, 10)));
        assert_eq!(fixed.take(3, 10), Some((3, 13)));
        assert_eq!(fixed.take(10, 10), Some((10, 20)));
        assert_eq!(fixed.take(50, 10), Some((50, 60)));
    }

    #[test]
    fn who_finds_none_waits_for_the_one_that_is_free_first() {
        let mut fixed = Fixed::new(2);
        assert_eq!(fixed.take(0, 30), Some((0, 30)));
        assert_eq!(fixed.take(0, 10), Some((0, 10)));
        assert_eq!(fixed.take(1, 10), Some((10, 20)));
        assert_eq!(fixed.take(2, 10), Some((20, 30)));
        assert_eq!(fixed.take(3, 10), Some((30, 40)));
    }

    #[test]
    fn requests_begin_in_the_order_of_their_arrival() {
        let mut fixed = Fixed::new(3);
        let begins: Vec<_> =
            (0..60).filter_map(|at| fixed.take(at, 5 + at * 7 % 20)).map(|(begins, _)| begins).collect();
        assert!(begins.len() == 60 && begins.is_sorted(), "{begins:?}");
    }

    #[test]
    fn places_that_are_never_empty_lose_no_time() {
        let mut fixed = Fixed::new(5);
        // Whoever has an answer sends the next request up to 3 ms later: 20 users keep 5 places busy all the same.
        let mut ready: BinaryHeap<Reverse<u32>> = (0..20).map(|_| Reverse(0)).collect();
        let mut last = 0;
        for n in 0..5000 {
            let Reverse(at) = ready.pop().expect("20 users");
            let (_, due) = fixed.take(at, 10).expect("room");
            last = due;
            ready.push(Reverse(due as u32 + n % 4));
        }
        assert_eq!(last, 10_000);
    }

    #[test]
    fn those_who_wait_are_bounded_and_leave_room_when_they_begin() {
        let mut fixed = Fixed::new(1);
        fixed.places.max_waiting = 2;
        assert_eq!(fixed.take(0, 10), Some((0, 10)));
        assert_eq!(fixed.take(0, 10), Some((10, 20)));
        assert_eq!(fixed.take(0, 10), Some((20, 30)));
        assert_eq!(fixed.take(9, 10), None);
        assert_eq!(fixed.take(10, 10), Some((30, 40)));
        assert_eq!(fixed.take(10, 10), None);
    }
}
