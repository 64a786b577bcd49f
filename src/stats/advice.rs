//! Advice on verdicts and warnings: only what the plan leaves open, and what the evidence speaks for.

use std::time::Duration;

use super::summary::Summary;
use super::verdict::LoadVerdict;
use super::warning::Warning;
use crate::asked::{AskedLoad, AskedRest};
use crate::units;

/// From here on the processors are busy.
const BUSY: f64 = 0.8;
/// Users that wait for a processor for more than this share of their working time want more of them.
const WAITING: f64 = 0.05;
/// A host that keeps more for others matters.
const STOLEN: f64 = 0.1;

/// Cause of the tester's share of the users' time.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cause {
    StoodStill,
    Hooks,
    /// The machine's host works for others, with this share of the processors.
    Host(f64),
    /// Other programs than perfloop, with this share of the processors.
    Others(f64),
    /// There are too few processors for what perfloop does.
    Crowded,
    /// Processors are free: it is what each user does between two answers.
    OwnWork,
}

impl Summary {
    /// Advice on the load, where there is something to do.
    pub fn load_advice(&self) -> Option<String> {
        match self.load_verdict() {
            LoadVerdict::TesterLimited(share) => Some(self.relief(self.cause(share))),
            LoadVerdict::Unseen(_) => Some("time the calls of other clients with user.time".into()),
            _ => None,
        }
    }

    /// How to ask for less, where that would make the load as asked: `fewer users or a --wait`.
    pub(crate) fn lighter_load(&self) -> Option<String> {
        let LoadVerdict::TesterLimited(share) = self.load_verdict() else { return None };
        let is_crowded = self.cause(share) == Cause::Crowded;
        let ways: Vec<&str> = self.less_load().into_iter().chain(self.more_rest()).filter(|_| is_crowded).collect();
        (!ways.is_empty()).then(|| or(&ways))
    }

    /// Each warning for people, with what to do about it.
    pub fn warning_lines(&self) -> Vec<String> {
        let line = |warning: &Warning| match self.advice_on(warning) {
            Some(advice) => format!("{warning}; {advice}"),
            None => warning.to_string(),
        };
        self.warnings().iter().map(line).collect()
    }

    fn relief(&self, cause: Cause) -> String {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        match cause {
            Cause::StoodStill => {
                format!("perfloop stood still for {} of it; {STANDSTILL}", units::short(self.stalls.sum()))
            }
            Cause::Hooks => "it was the hooks; do less in them".into(),
            Cause::Host(share) => {
                format!("the machine's host kept {} of the processors for others; use another machine", percent(share))
            }
            Cause::Others(share) => others(share),
            Cause::Crowded => {
                let ways = self.less_load().into_iter().chain(self.more_rest());
                format!("use {}", or(&ways.chain(["less work in checks", "more processors"]).collect::<Vec<_>>()))
            }
            Cause::OwnWork => {
                "answers come so fast that a user's own work between them shows; do less in checks if you can".into()
            }
        }
    }

    fn cause(&self, share: f64) -> Cause {
        let busy = self.whole.totals.busy;
        // What explains half of it is what to look at.
        let explains = |time: Duration| time.as_secs_f64() >= share * busy.as_secs_f64() / 2.0;
        if self.stalls.count() > 0 && explains(self.stalls.sum().saturating_mul(self.users.max(1))) {
            return Cause::StoodStill;
        }
        if explains(self.whole.totals.hooks) {
            return Cause::Hooks;
        }
        let Some(machine) = self.end.map(|end| end.machine) else { return Cause::Crowded };
        // Of a system that does not tell, what perfloop took is all that is known.
        let all = machine.busy_share.unwrap_or(machine.own_share);
        let waited = self.run_delay.is_some_and(|delay| delay.as_secs_f64() > WAITING * busy.as_secs_f64());
        match (machine.steal_share, self.others_share()) {
            (Some(stolen), _) if stolen >= STOLEN => Cause::Host(stolen),
            (_, Some(others)) => Cause::Others(others),
            _ if all >= BUSY || waited || machine.busy_share.is_none() => Cause::Crowded,
            _ => Cause::OwnWork,
        }
    }

    /// Share of other programs in processors that were busy, if it was most of it.
    fn others_share(&self) -> Option<f64> {
        let machine = self.end?.machine;
        let all = machine.busy_share?;
        let others = all - machine.own_share;
        (all >= BUSY && others > machine.own_share).then_some(others)
    }

    /// How this plan can ask for less, if it can.
    fn less_load(&self) -> Option<&'static str> {
        match self.asked.load {
            AskedLoad::Rate => Some("a lower rate"),
            AskedLoad::Users | AskedLoad::Stages if self.users > 1 => Some("fewer users"),
            AskedLoad::Unknown if self.users > 1 => Some("less load"),
            _ => None,
        }
    }

    /// How the users of this plan can leave one another more room, if there are several and they do not come by a rate.
    fn more_rest(&self) -> Option<&'static str> {
        match (self.asked.load, self.asked.rest) {
            (AskedLoad::Rate | AskedLoad::Unknown, _) => None,
            _ if self.users <= 1 => None,
            (_, AskedRest::None) => Some("a wait or pace"),
            (_, AskedRest::Wait) => Some("a longer wait"),
            (_, AskedRest::Pace) => Some("a longer pace"),
        }
    }

    /// How this plan can begin more slowly, if several users begin at once.
    fn slower_start(&self) -> Option<&'static str> {
        match self.asked.load {
            AskedLoad::Users if self.users > 1 => Some(if self.asked.ramps { "a slower start" } else { "a ramp-up" }),
            AskedLoad::Stages if self.users > 1 => Some("slower stages"),
            _ => None,
        }
    }

    fn advice_on(&self, warning: &Warning) -> Option<String> {
        let use_any = |ways: &[Option<&str>]| {
            let ways: Vec<&str> = ways.iter().copied().flatten().collect();
            (!ways.is_empty()).then(|| format!("use {}", or(&ways)))
        };
        if let (Warning::Blocked(_) | Warning::LateStarts { .. }, Some(share)) = (warning, self.others_share()) {
            return Some(others(share));
        }
        match warning {
            Warning::Unfinished { .. } if self.whole.request_totals.unfinished > 0 => {
                Some("give running checks more time (stop-timeout), or requests less (timeout)".into())
            }
            Warning::Unfinished { .. } => Some("give running checks more time (stop-timeout)".into()),
            Warning::Abandoned(_) => Some("give clients of the check's own a timeout".into()),
            Warning::Paused { .. } => Some("is the service up?".into()),
            Warning::Blocked(_) => use_any(&[self.less_load(), Some("more processors")]),
            Warning::LateStarts { .. } => use_any(&[self.slower_start(), self.less_load(), Some("more processors")]),
            Warning::StartedLate(_) => Some("ask for a moment that all machines are up by (start-at)".into()),
            Warning::PartsMissing { .. } => Some("rates and counts are those of the others alone".into()),
            Warning::Missed(_) => Some(self.advice_on_missed().into()),
            Warning::Dropped(_) => Some(self.advice_on_dropped().into()),
            Warning::NotMade(_) => Some("raise its limits (ulimit -Hn, ulimit -u, kernel.threads-max)".into()),
            Warning::DeadConnections { .. } => Some(
                "look at how long and how often the service keeps connections, or make a new one for each request (no-keepalive)"
                    .into(),
            ),
            Warning::StoodStill { .. } => Some(STANDSTILL.into()),
            Warning::DebugBuild => Some("write `cargo test --release`, `cargo bench`, or `cargo run --release`".into()),
            Warning::SlowHooks(_) => Some("do less in them".into()),
            Warning::TooManyNames => Some("give requests with ids in them one name".into()),
            Warning::IdlePattern(_) => Some("give a pattern of paths, like '/orders/*=/orders/{id}'".into()),
            Warning::SamplesLeftOut(_) => use_any(&[Some("a faster disk for the samples"), self.less_load()]),
            Warning::SamplesBroken(_) => Some("give the samples a file with room".into()),
            Warning::LogLeftOut(_) => Some("it is meant for short runs of a few users".into()),
            Warning::UsersLost(_) | Warning::LogBroken(_) | Warning::HookPanic(_) | Warning::Uncounted(_) => None,
        }
    }

    fn advice_on_missed(&self) -> &'static str {
        let (server, tester) =
            (self.whole.request_totals.server_lateness.sum(), self.whole.request_totals.tester_lateness.sum());
        match () {
            () if server > tester => "the service is too slow for this pace",
            () if self.stalls.count() > 0 => "perfloop stood still meanwhile",
            () if tester > server => "the tester is too slow for this pace",
            () => "the service or the tester is too slow for this pace",
        }
    }

    fn advice_on_dropped(&self) -> &'static str {
        match () {
            () if self.stalls.count() > 0 => "perfloop stood still meanwhile",
            // More users than there are cannot be made here.
            () if self.not_made > 0 => "give a lower rate, or a machine with room for more users",
            () => "give more users (max-users), or a lower rate",
        }
    }
}

/// Advice on processors of which others took so much.
fn others(share: f64) -> String {
    let percent = share * 100.0;
    format!(
        "other programs, and the service if it runs here, took {percent:.0} % of the processors; give perfloop some of its own"
    )
}

/// Advice on a standstill.
const STANDSTILL: &str = "run it where nothing stops or suspends it";

/// `a`, `a or b`, `a, b, or c`.
fn or(ways: &[&str]) -> String {
    match ways {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} or {other}"),
        [rest @ .., last] => format!("{}, or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::asked::Asked;
    use crate::end::{End, EndReason, MachineUse};
    use crate::names::Names;
    use crate::stats::{Stats, Timing};

    const SECOND: Duration = Duration::from_secs(1);

    /// So much of 100 s of the users' working time was the tester's, while so much of the processors was busy and
    /// perfloop's.
    fn run(users: u32, asked: Asked, busy_share: f64, own_share: f64) -> Summary {
        let mut summary = Stats::new(Arc::new(Names::new(["a"])), users, false).summary(Duration::ZERO);
        let totals = &mut summary.whole.totals;
        (totals.pass, totals.requests) = (10, 10);
        (totals.busy, totals.served) = (100 * SECOND, 60 * SECOND);
        summary.whole.request_totals.answered = 10;
        let machine = MachineUse { processors: 4, own_share, busy_share: Some(busy_share), ..MachineUse::default() };
        summary.end = Some(End { reason: EndReason::TimeUp, duration: 10 * SECOND, abandoned: 0, machine });
        Summary { asked, ..summary }
    }

    /// Every kind of plan, with its number of users.
    fn plans() -> Vec<(u32, Asked)> {
        let mut plans = Vec::new();
        for load in [AskedLoad::Unknown, AskedLoad::Users, AskedLoad::Stages, AskedLoad::Rate] {
            for rest in [AskedRest::None, AskedRest::Wait, AskedRest::Pace] {
                for (users, ramps) in [(1, false), (1, true), (50, false), (50, true)] {
                    plans.push((users, Asked { load, rest, ramps, keeps: true, resumes: true }));
                }
            }
        }
        plans
    }

    /// All that is advised in a run in which everything went wrong.
    fn all_advice(users: u32, asked: Asked, busy_share: f64, own_share: f64) -> String {
        let mut summary = run(users, asked, busy_share, own_share);
        (summary.blocked, summary.missed, summary.dropped) = (SECOND, 3, 0);
        summary.starts = Timing::evenly(users.into(), users * SECOND);
        (summary.samples.left_out, summary.log.left_out) = (7, 7);
        summary.whole.totals.unfinished = 1;
        let mut lines = summary.warning_lines();
        lines.extend(summary.load_advice());
        lines.extend(summary.lighter_load());
        summary.dropped = 9;
        lines.extend(summary.warning_lines());
        lines.join("\n")
    }

    #[test]
    fn nothing_is_advised_that_the_plan_does_not_allow() {
        for (users, asked) in plans() {
            for (busy, own) in [(0.95, 0.9), (0.9, 0.01), (0.2, 0.1)] {
                let advice = all_advice(users, asked, busy, own);
                let never = |words: &str| assert!(!advice.contains(words), "{words}, {users} {asked:?}: {advice}");
                if users == 1 || asked.load == AskedLoad::Rate {
                    never("fewer users");
                    never("a wait");
                    never("a pace,");
                    never("ramp-up");
                    never("slower st");
                }
                if asked.load != AskedLoad::Rate {
                    never("lower rate, or more");
                }
                if asked.load != AskedLoad::Users || asked.ramps {
                    never("ramp-up");
                }
                if asked.rest != AskedRest::None {
                    never("a wait");
                }
                if busy > 0.8 && own < busy / 2.0 {
                    never("more processors");
                }
            }
        }
    }

    #[test]
    fn what_is_advised_follows_the_evidence() {
        let users = Asked { load: AskedLoad::Users, ..Asked::default() };
        let rate = Asked { load: AskedLoad::Rate, ..Asked::default() };
        let advice = |summary: &Summary| summary.load_advice().expect("it is limited");
        let crowded = run(50, users, 0.95, 0.9);
        assert_eq!(advice(&crowded), "use fewer users, a wait or pace, less work in checks, or more processors");
        assert_eq!(crowded.lighter_load().as_deref(), Some("fewer users or a wait or pace"));
        assert_eq!(advice(&run(1, users, 0.95, 0.9)), "use less work in checks or more processors");
        assert_eq!(advice(&run(9, rate, 0.95, 0.9)), "use a lower rate, less work in checks, or more processors");
        let others = run(50, users, 0.9, 0.01);
        assert!(advice(&others).starts_with("other programs, and the service if it runs here, took 89 %"));
        assert_eq!(others.lighter_load(), None);
        assert!(advice(&run(1, users, 0.2, 0.1)).contains("own work between them"));
        let hooks = |mut summary: Summary| {
            summary.whole.totals.hooks = 30 * SECOND;
            summary
        };
        assert!(advice(&hooks(run(50, users, 0.95, 0.9))).contains("hooks"));
        let mut stood = run(50, users, 0.95, 0.9);
        stood.stalls.record(3 * SECOND);
        assert_eq!(advice(&stood), "perfloop stood still for 3 s of it; run it where nothing stops or suspends it");
        let mut host = run(50, users, 0.95, 0.9);
        host.end.as_mut().expect("an end").machine.steal_share = Some(0.3);
        assert!(advice(&host).contains("host kept 30 %"));
    }

    #[test]
    fn arrivals_that_were_dropped_are_laid_at_what_dropped_them() {
        let rate = Asked { load: AskedLoad::Rate, ..Asked::default() };
        let told = |change: fn(&mut Summary)| {
            let mut summary = run(9, rate, 0.2, 0.1);
            summary.dropped = 3;
            change(&mut summary);
            summary.warning_lines().join("\n")
        };
        assert!(told(|_| ()).contains("give more users (max-users), or a lower rate"));
        assert!(!told(|summary| summary.not_made = 1).contains("max-users"));
        assert!(told(|summary| summary.stalls.record(SECOND)).contains("no user was free; perfloop stood still"));
    }

    #[test]
    fn a_pace_that_was_missed_is_laid_at_who_was_late() {
        let told = |change: fn(&mut Summary)| {
            let mut summary = run(9, Asked::default(), 0.2, 0.1);
            summary.missed = 3;
            change(&mut summary);
            summary.warning_lines().join("\n")
        };
        assert!(told(|_| ()).contains("the service or the tester is too slow"));
        let server = |summary: &mut Summary| summary.whole.request_totals.server_lateness.record(SECOND);
        assert!(told(server).contains("the service is too slow"));
        let tester = |summary: &mut Summary| summary.whole.request_totals.tester_lateness.record(SECOND);
        assert!(told(tester).contains("the tester is too slow"));
        let stood = |summary: &mut Summary| summary.stalls.record(SECOND);
        assert!(told(stood).contains("never begun; perfloop stood still meanwhile"));
    }
}
