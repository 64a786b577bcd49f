//! The run over time, in a bounded number of slots: a longer run has wider ones.

use std::time::Duration;

use super::dense::SlotHistogram;

/// At most so many slots; then each two become one. With two histograms of 18 KiB each, all take 6.5 MiB at most, and
/// after three minutes no more.
const MAX_SLOTS: usize = 180;
/// How wide a slot is at first.
const FIRST_WIDTH: Duration = Duration::from_secs(1);

/// Slot: one span of the run.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Slot {
    /// The most users that were up.
    pub users: u32,
    /// Checks that passed.
    pub pass: u64,
    /// Checks that failed.
    pub fail: u64,
    /// Checks that ended as exceptions.
    pub exception: u64,
    /// Requests that were answered.
    pub answered: u64,
    /// Requests without a usable answer.
    pub lost: u64,
    /// Checks that did not pass because of an answer.
    pub expectations_failed: u64,
    /// Bytes of decoded bodies.
    pub body_bytes: u64,
    /// Response times of those answers.
    pub response_times: SlotHistogram,
    /// Sum of the response times.
    pub response_time_sum: Duration,
    /// How long answered requests were at the service within this span, also those that ended later: divided by the
    /// width, the mean number of requests in flight there.
    pub at_service: Duration,
    /// The shortest of them; `None` without answers.
    pub response_time_min: Option<Duration>,
    /// The longest of them.
    pub response_time_max: Duration,
    /// How late the tester itself was to fetch those answers, where stamps tell.
    pub client_delays: SlotHistogram,
}

/// Slots of equal width from the start of the run.
#[derive(Debug)]
pub struct Timeline {
    width: Duration,
    slots: Vec<Slot>,
    /// Slots that have become part of others, empty: the memory of the next ones.
    spare: Vec<Slot>,
    /// The users that are up now: in a new slot at least these are.
    users: u32,
}

/// Without the memory that is kept for more slots.
impl Clone for Timeline {
    fn clone(&self) -> Self {
        Timeline { slots: self.slots.clone(), spare: Vec::new(), ..*self }
    }
}

impl Timeline {
    pub(crate) fn new() -> Self {
        Timeline::of(None, Vec::new())
    }

    /// How wide each slot is.
    pub fn width(&self) -> Duration {
        self.width
    }

    /// From the start of the run on.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Slots of this width, read from somewhere.
    pub(crate) fn of(width: Option<Duration>, slots: Vec<Slot>) -> Self {
        Timeline { width: width.unwrap_or(FIRST_WIDTH), slots, spare: Vec::new(), users: 0 }
    }

    /// The slots without their histograms.
    pub(super) fn counts(&self) -> Timeline {
        let counts = |slot: &Slot| Slot {
            response_times: SlotHistogram::default(),
            client_delays: SlotHistogram::default(),
            ..*slot
        };
        Timeline { slots: self.slots.iter().map(counts).collect(), spare: Vec::new(), ..*self }
    }

    /// Adds another run's, as if both had begun at the same moment.
    pub(crate) fn merge(&mut self, other: &Timeline) {
        let mut other = other.clone();
        while self.width < other.width {
            self.coarsen();
        }
        while other.width < self.width {
            other.coarsen();
        }
        if self.slots.len() < other.slots.len() {
            self.slots.resize_with(other.slots.len(), Slot::default);
        }
        for (mine, theirs) in self.slots.iter_mut().zip(&other.slots) {
            // They are other users.
            let users = mine.users.saturating_add(theirs.users);
            mine.merge(theirs);
            mine.users = users;
        }
    }

    /// From this moment of the run on so many users are up.
    pub(crate) fn users_are(&mut self, users: u32, moment: Duration) {
        let slot = self.at(moment);
        slot.users = slot.users.max(users);
        self.users = users;
    }

    /// The slot that this moment of the run lies in.
    pub(crate) fn at(&mut self, moment: Duration) -> &mut Slot {
        let index = self.reach(moment);
        &mut self.slots[index]
    }

    /// Makes the slot that this moment lies in, if there is none, and says which it is.
    fn reach(&mut self, moment: Duration) -> usize {
        let mut index = self.index(moment);
        while index >= MAX_SLOTS {
            self.coarsen();
            index = self.index(moment);
        }
        let users = self.users;
        while self.slots.len() <= index {
            let slot = self.spare.pop().unwrap_or_default();
            self.slots.push(Slot { users, ..slot });
        }
        index
    }

    /// A request that ended then was at the service for so long: each slot gets what lies in it. That of its end is
    /// returned.
    pub(crate) fn serve(&mut self, ended: Duration, time: Duration) -> &mut Slot {
        let last = self.reach(ended);
        let (width, began) = (self.width, ended.saturating_sub(time));
        let mut end = ended;
        // From the end back: most lie in one.
        for index in (0..=last).rev() {
            let start = width.saturating_mul(u32::try_from(index).unwrap_or(u32::MAX));
            let slot = &mut self.slots[index];
            slot.at_service = slot.at_service.saturating_add(end.saturating_sub(began.max(start)));
            end = start;
            if start <= began {
                break;
            }
        }
        &mut self.slots[last]
    }

    fn index(&self, moment: Duration) -> usize {
        // Widths are whole seconds.
        usize::try_from(moment.as_secs() / self.width.as_secs().max(1)).unwrap_or(usize::MAX)
    }

    fn coarsen(&mut self) {
        self.width = self.width.saturating_mul(2);
        // In place, so that nothing is made anew.
        for pair in 0..self.slots.len().div_ceil(2) {
            self.slots.swap(pair, 2 * pair);
            let (before, after) = self.slots.split_at_mut(2 * pair + 1);
            if let (Some(first), Some(second)) = (before.get_mut(pair), after.first()) {
                first.merge(second);
            }
        }
        let left = self.slots.len().div_ceil(2);
        self.spare.extend(self.slots.drain(left..).map(Slot::emptied));
    }
}

impl Slot {
    /// Nothing has happened in it, and its histograms have their memory.
    fn emptied(mut self) -> Slot {
        self.response_times.clear();
        self.client_delays.clear();
        Slot { response_times: self.response_times, client_delays: self.client_delays, ..Slot::default() }
    }

    /// Adds what happened in another slot.
    pub fn merge(&mut self, other: &Slot) {
        self.users = self.users.max(other.users);
        self.pass += other.pass;
        self.fail += other.fail;
        self.exception += other.exception;
        self.answered += other.answered;
        self.lost += other.lost;
        self.expectations_failed += other.expectations_failed;
        self.body_bytes += other.body_bytes;
        self.response_times.merge(&other.response_times);
        self.response_time_sum = self.response_time_sum.saturating_add(other.response_time_sum);
        self.at_service = self.at_service.saturating_add(other.at_service);
        self.response_time_min = self.response_time_min.into_iter().chain(other.response_time_min).min();
        self.response_time_max = self.response_time_max.max(other.response_time_max);
        self.client_delays.merge(&other.client_delays);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_has_wider_slots_and_loses_no_count() {
        let mut timeline = Timeline::new();
        for second in 0..5000 {
            let slot = timeline.at(Duration::from_secs(second));
            slot.pass += 1;
            slot.response_times.record(Duration::from_micros(second + 1));
        }
        assert!(timeline.slots().len() <= MAX_SLOTS);
        assert_eq!(timeline.width(), Duration::from_secs(32));
        assert_eq!(timeline.slots().iter().map(|slot| slot.pass).sum::<u64>(), 5000);
        let mut all = Slot::default();
        timeline.slots().iter().for_each(|slot| all.merge(slot));
        assert_eq!(all.response_times.count(), 5000);
        let p50 = all.response_times.percentile(50.0).expect("samples").as_micros() as f64;
        assert!((p50 - 2500.0).abs() < 2500.0 * 0.004, "{p50}");
    }

    #[test]
    fn a_long_request_is_in_flight_in_every_slot_it_was() {
        let mut timeline = Timeline::new();
        timeline.serve(Duration::from_millis(2500), Duration::from_millis(2200));
        let in_flight: Vec<u128> = timeline.slots().iter().map(|slot| slot.at_service.as_millis()).collect();
        assert_eq!(in_flight, [700, 1000, 500]);
    }

    #[test]
    fn a_slot_without_samples_shows_the_users_of_the_one_before() {
        let mut timeline = Timeline::new();
        timeline.users_are(7, Duration::ZERO);
        timeline.users_are(2, Duration::from_secs(3));
        timeline.at(Duration::from_secs(5));
        assert_eq!(timeline.slots().iter().map(|slot| slot.users).collect::<Vec<_>>(), [7, 7, 7, 7, 2, 2]);
    }
}
