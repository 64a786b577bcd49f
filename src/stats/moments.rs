//! Failures second by second: what a person sees who asks for the moment of a burst.

use std::collections::BTreeMap;
use std::ops::Range;

use super::seconds::FailedNow;

/// Seconds that are kept; of more those with the fewest failures go.
const MOST_SECONDS: usize = 300;
/// Exchanges of a group that are shown of several seconds.
const SHOWN: usize = 9;

/// Failures of the worst seconds of a run, by their groups.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moments {
    seconds: BTreeMap<u64, BTreeMap<u32, FailedNow>>,
    /// True when some seconds did not stay.
    forgotten: bool,
}

impl Moments {
    /// Adds what failed in a second, or a late part of it.
    pub(crate) fn add(&mut self, number: u64, failures: BTreeMap<u32, FailedNow>) {
        if failures.is_empty() {
            return;
        }
        let second = self.seconds.entry(number).or_default();
        for (group, failed) in failures {
            let known = second.entry(group).or_default();
            known.count += failed.count;
            known.examples.extend(failed.examples);
            known.examples.truncate(SHOWN);
        }
        if self.seconds.len() > MOST_SECONDS {
            let count = |second: &BTreeMap<u32, FailedNow>| second.values().map(|failed| failed.count).sum::<u64>();
            let fewest = self.seconds.iter().min_by_key(|(_, second)| count(second)).map(|(number, _)| *number);
            fewest.map(|number| self.seconds.remove(&number));
            self.forgotten = true;
        }
    }

    /// Failures within these seconds, the largest group first.
    pub(crate) fn within(&self, seconds: Range<u64>) -> Vec<(u32, FailedNow)> {
        let mut all: BTreeMap<u32, FailedNow> = BTreeMap::new();
        for (group, failed) in self.seconds.range(seconds).flat_map(|(_, second)| second) {
            let known = all.entry(*group).or_default();
            known.count += failed.count;
            known.examples.extend(failed.examples.iter().cloned());
            known.examples.truncate(SHOWN);
        }
        let mut all: Vec<(u32, FailedNow)> = all.into_iter().collect();
        all.sort_by_key(|(group, failed)| (std::cmp::Reverse(failed.count), *group));
        all
    }

    /// False when the failures of some seconds had to go.
    pub(crate) fn are_all_kept(&self) -> bool {
        !self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(count: u64) -> BTreeMap<u32, FailedNow> {
        BTreeMap::from([(0, FailedNow { count, examples: Vec::new() })])
    }

    #[test]
    fn the_worst_seconds_stay() {
        let mut moments = Moments::default();
        (0..1000).for_each(|number| moments.add(number, failed(if number == 5 { 100 } else { 1 })));
        assert_eq!(moments.within(5..6)[0].1.count, 100);
        assert!(!moments.are_all_kept());
        let kept: u64 = moments.within(0..1000).iter().map(|(_, failed)| failed.count).sum();
        assert_eq!(kept, 100 + MOST_SECONDS as u64 - 1);
    }

    #[test]
    fn several_seconds_are_told_as_one_with_the_largest_group_first() {
        let mut moments = Moments::default();
        let both = |few: u64, many: u64| {
            let failed = |count| FailedNow { count, examples: Vec::new() };
            BTreeMap::from([(3, failed(few)), (4, failed(many))])
        };
        moments.add(7, both(1, 5));
        moments.add(8, both(1, 5));
        moments.add(7, both(1, 0));
        let told: Vec<_> = moments.within(7..9).iter().map(|(group, failed)| (*group, failed.count)).collect();
        assert_eq!(told, [(4, 10), (3, 3)]);
        assert!(moments.within(0..7).is_empty() && moments.are_all_kept());
    }
}
