//! Two questions about every run, never one: are the times the service's, and was the load as asked?

use std::fmt;

use super::summary::Summary;
use crate::units;

/// Share of the answers that must carry a valid stamp for times to be called exact.
const EXACT_SHARE: f64 = 0.999;
/// Up to this share of the users' time may be the tester's.
const TESTER_SHARE: f64 = 0.10;

/// Verdict on the times: whose clock they are by.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum TimesVerdict {
    /// At least 99.9 % of the answers are timed by the kernel's stamp of their arrival.
    Exact,
    /// This share of the answers, 0 to 1, is timed by the thread's clock, which includes what the tester itself was late.
    ThreadClock(f64),
    /// There were no answers to time.
    NoAnswers,
}

/// Whether the users spent their time on the service.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum LoadVerdict {
    /// At most 10 % of the users' time, this share of it, was the tester's own.
    AsAsked(f64),
    /// This share of the users' time, 0 to 1, was the tester's own: more load reaches the service with a faster tester.
    TesterLimited(f64),
    /// Checks that made no requests of perfloop's took this share of the users' time, 0 to 1: whose it was cannot be told.
    Unseen(f64),
    /// So many users did nothing, because their start did not pass or they could not be made: less reached the service
    /// than was asked.
    UsersLost(u64),
    /// So many arrivals of a rate came when no user was free: less reached the service than was asked.
    Dropped(u64),
    /// Nothing was answered, and users spent little time on waiting for it: there was no service to load.
    NoAnswers,
    /// No check ended.
    NoChecks,
}

impl Summary {
    /// Verdict on the times: whose clock they are by.
    pub fn times_verdict(&self) -> TimesVerdict {
        let requests = &self.whole.request_totals;
        if requests.answered == 0 {
            // A check that makes no requests of perfloop's is timed all the same.
            let has_times = requests.sent() == 0 && self.whole.totals.pass + self.whole.totals.fail > 0;
            return if has_times { TimesVerdict::ThreadClock(1.0) } else { TimesVerdict::NoAnswers };
        }
        let share = requests.stamped as f64 / requests.answered as f64;
        if share >= EXACT_SHARE { TimesVerdict::Exact } else { TimesVerdict::ThreadClock(1.0 - share) }
    }

    /// The tester's share of the users' time, 0 to 1: 1 less the sum of TPR over the sum of the users' time that is
    /// neither planned rest nor think time. `None` when no check ended.
    pub fn tester_share(&self) -> Option<f64> {
        let totals = &self.whole.totals;
        let busy_s = totals.busy.as_secs_f64();
        (totals.ended() > 0 && busy_s > 0.0).then(|| (1.0 - totals.served.as_secs_f64() / busy_s).max(0.0))
    }

    /// Whether the users spent their time on the service: by the [tester's share](Self::tester_share), and by the
    /// arrivals that no user was free for.
    pub fn load_verdict(&self) -> LoadVerdict {
        match self.tester_share() {
            _ if self.users_lost() > 0 => LoadVerdict::UsersLost(self.users_lost()),
            _ if self.dropped > 0 => LoadVerdict::Dropped(self.dropped),
            None => LoadVerdict::NoChecks,
            Some(share) if share <= TESTER_SHARE => {
                // All of it may have been the tester's.
                let unseen = self.unseen_share();
                if share + unseen > TESTER_SHARE { LoadVerdict::Unseen(unseen) } else { LoadVerdict::AsAsked(share) }
            }
            // Who is refused at once has nothing to do but its own work.
            _ if !self.has_answers() => LoadVerdict::NoAnswers,
            Some(share) => LoadVerdict::TesterLimited(share),
        }
    }

    /// The share of the users' time that checks took which made no requests of perfloop's.
    fn unseen_share(&self) -> f64 {
        let totals = &self.whole.totals;
        let busy_s = totals.busy.as_secs_f64();
        if busy_s > 0.0 { (totals.unseen.as_secs_f64() / busy_s).min(1.0) } else { 0.0 }
    }

    /// Some request was answered, or some check without requests of perfloop's came to a result.
    fn has_answers(&self) -> bool {
        self.whole.request_totals.answered > 0 || self.whole.totals.requests > 0
    }

    /// Evidence for the verdict on the load, a line each, and advice.
    pub fn load_evidence(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(end) = &self.end {
            let machine = &end.machine;
            let percent = |share: f64| format!("{:.0} %", share * 100.0);
            let mut line = format!("perfloop took {} of {} processors", percent(machine.own_share), machine.processors);
            if let Some(busy) = machine.busy_share {
                line += &format!(", which were {} busy", percent(busy));
            }
            if let Some(steal) = machine.steal_share.filter(|steal| *steal >= 0.005) {
                line += &format!("; {} were kept by the host", percent(steal));
            }
            lines.push(line);
        }
        // Both are of the users' whole lives, the warm-up and what was not finished included.
        if let Some((delay, worked)) = self.run_delay.zip(self.worked).filter(|(_, worked)| !worked.is_zero()) {
            let share = delay.as_secs_f64() / worked.as_secs_f64() * 100.0;
            lines.push(format!("users waited {share:.1} % of their working time for a processor"));
        }
        lines.extend(self.load_advice());
        lines
    }
}

impl fmt::Display for TimesVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TimesVerdict::Exact => f.write_str("exact, stamped by the kernel on arrival"),
            TimesVerdict::ThreadClock(share) => write!(
                f,
                "thread's clock for {:.1} %; those include the tester's own delay, so look at the load before you trust them",
                share * 100.0
            ),
            TimesVerdict::NoAnswers => f.write_str("none, nothing was answered"),
        }
    }
}

impl fmt::Display for LoadVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadVerdict::AsAsked(share) => {
                write!(f, "as asked, {:.1} % of the users' working time was the tester's", share * 100.0)
            }
            LoadVerdict::TesterLimited(share) => {
                write!(f, "tester-limited, {:.1} % of the users' working time was the tester's", share * 100.0)
            }
            LoadVerdict::Unseen(share) => write!(
                f,
                "unknown, checks without requests that perfloop could see took {:.1} % of the users' working time",
                share * 100.0
            ),
            LoadVerdict::UsersLost(count) => {
                let were = if *count == 1 { "was" } else { "were" };
                write!(f, "less than asked, {} {were} lost", units::count(*count, "user"))
            }
            LoadVerdict::Dropped(1) => f.write_str("less than asked, 1 arrival was dropped because no user was free"),
            LoadVerdict::Dropped(count) => {
                write!(f, "less than asked, {count} arrivals were dropped because no user was free")
            }
            LoadVerdict::NoAnswers => f.write_str("unknown, nothing was answered"),
            LoadVerdict::NoChecks => f.write_str("unknown, no check ended"),
        }
    }
}
