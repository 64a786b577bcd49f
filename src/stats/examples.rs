//! What the flight recorder keeps: a few whole exchanges of each failure group, and of the slowest passes.
//!
//! Of a group at most 9, so that 200 groups and the 10 slowest passes keep at most 1810 exchanges, each with at most
//! 4 KiB of either body: 14 MiB of bodies, in a run in which everything goes wrong in 200 ways.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use crate::exchange::{Bar, Exchange};

/// Number of each kind that are kept for a failure group.
const KEPT_OF_EACH: usize = 3;
/// Number of passes that are kept.
const KEPT_PASSES: usize = 10;

/// An exchange that was kept whole, and the run of a check it belongs to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Example {
    /// The name of the check.
    pub check: Arc<str>,
    /// When the check ended, from the start of the run.
    pub at: Duration,
    /// The check's time per request: the sum over its requests of setup and response time.
    pub tpr: Duration,
    /// Message of the check, if it did not pass.
    pub message: Option<String>,
    /// Of a check that made several requests, the one at fault; if none of them is known to be, the last. Secrets in
    /// its headers are masked, and at most 4 KiB of each body are kept.
    pub exchange: Exchange,
}

/// Exchanges of one failure group.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Examples {
    /// The first ones, at most 3.
    pub first: Vec<Arc<Example>>,
    /// The last ones, at most 3. Of a user that fails in the same way again and again, one in 100 ms is looked at.
    pub last: Vec<Arc<Example>>,
    /// Exchanges with the longest TPR, the longest first; at most 3.
    pub slowest: Vec<Arc<Example>>,
}

impl Examples {
    pub(super) fn add(&mut self, example: &Arc<Example>) {
        let Examples { first, last, slowest } = self;
        [&mut *first, &mut *last, &mut *slowest].into_iter().for_each(|kept| kept.push(Arc::clone(example)));
        first.sort_by_key(|kept| kept.at);
        first.truncate(KEPT_OF_EACH);
        last.sort_by_key(|kept| kept.at);
        last.drain(..last.len().saturating_sub(KEPT_OF_EACH));
        slowest.sort_by_key(|kept| Reverse(kept.tpr));
        slowest.truncate(KEPT_OF_EACH);
    }

    /// Each of them once, in the order of time, with what it was kept as: `first`, `last`, `slowest`.
    pub fn all(&self) -> Vec<(&Example, Vec<&'static str>)> {
        let mut all: Vec<(&Arc<Example>, Vec<&'static str>)> = Vec::new();
        for (why, kept) in [("first", &self.first), ("slowest", &self.slowest), ("last", &self.last)] {
            for example in kept {
                match all.iter_mut().find(|(known, _)| Arc::ptr_eq(known, example)) {
                    Some((_, reasons)) => reasons.push(why),
                    None => all.push((example, vec![why])),
                }
            }
        }
        all.sort_by_key(|(example, _)| example.at);
        all.into_iter().map(|(example, reasons)| (&**example, reasons)).collect()
    }
}

/// The slowest passes of a run, the slowest first.
#[derive(Debug, Default)]
pub(super) struct Slowest {
    kept: Vec<Arc<Example>>,
    /// True for passes before anything was measured.
    are_of_warmup: bool,
    pub(super) bar: Bar,
}

impl Slowest {
    pub(super) fn add(&mut self, example: Arc<Example>, is_of_warmup: bool) {
        if is_of_warmup && !self.are_of_warmup && !self.kept.is_empty() {
            return;
        }
        self.are_of_warmup = is_of_warmup;
        self.kept.push(example);
        self.kept.sort_by_key(|kept| Reverse(kept.tpr));
        self.kept.truncate(KEPT_PASSES);
        if let Some(fastest) = self.kept.get(KEPT_PASSES - 1) {
            self.bar.set(fastest.tpr);
        }
    }

    /// From now on passes are measured: what was slow in the warm-up is forgotten.
    pub(super) fn measure(&mut self) {
        if self.are_of_warmup {
            self.kept.clear();
            self.are_of_warmup = false;
            self.bar.set(Duration::ZERO);
        }
    }

    pub(super) fn kept(&self) -> Vec<Arc<Example>> {
        if self.are_of_warmup { Vec::new() } else { self.kept.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Message;
    use crate::sample::RequestTimes;
    use std::time::SystemTime;

    fn example(at: u64, tpr: u64) -> Arc<Example> {
        let exchange = Exchange {
            user: 1,
            iteration: at,
            started: SystemTime::UNIX_EPOCH,
            method: "GET".into(),
            url: "http://a.test/".into(),
            sent: Message::default(),
            answer: Err("lost".into()),
            time: Duration::ZERO,
            times: RequestTimes::default(),
        };
        let (at, tpr) = (Duration::from_secs(at), Duration::from_millis(tpr));
        Arc::new(Example { check: "a".into(), at, tpr, message: None, exchange })
    }

    #[test]
    fn of_a_group_the_first_the_last_and_the_slowest_are_kept_each_once() {
        let mut kept = Examples::default();
        for at in 0..100 {
            // The slowest are the 40th, the 41st and the last.
            let tpr = match at {
                40 => 900,
                41 => 800,
                99 => 700,
                _ => at,
            };
            kept.add(&example(at, tpr));
        }
        let told: Vec<_> = kept.all().into_iter().map(|(kept, why)| (kept.at.as_secs(), why.join("+"))).collect();
        let wanted = [
            (0, "first"),
            (1, "first"),
            (2, "first"),
            (40, "slowest"),
            (41, "slowest"),
            (97, "last"),
            (98, "last"),
            (99, "slowest+last"),
        ];
        assert_eq!(told, wanted.map(|(at, why)| (at, why.to_owned())));
    }

    #[test]
    fn the_slowest_passes_are_those_that_were_measured() {
        let mut slowest = Slowest::default();
        slowest.add(example(0, 5000), true);
        assert!(slowest.kept().is_empty());
        slowest.measure();
        (1..=50).for_each(|at| slowest.add(example(at, at % 20), false));
        slowest.add(example(0, 5000), true);
        let times: Vec<_> = slowest.kept().iter().map(|kept| kept.tpr.as_millis()).collect();
        assert_eq!(times, [19, 19, 18, 18, 17, 17, 16, 16, 15, 15]);
    }
}
