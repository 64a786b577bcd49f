//! Holds gates against the numbers of a run.

use std::time::Duration;

use super::condition::{GateKind, JudgedPart};
use super::definition::Gate;
use super::metric::{Family, Figure, Metric, Statistic};
use super::nearest::remedy;
use super::verdict::GateVerdict;
use crate::end::EndReason;
use crate::stats::counters::{CheckCounters, RequestCounters};
use crate::stats::summary::{Section, Summary};
use crate::stats::timing::Timing;
use crate::units;

/// Scope of a gate in a part of the run.
struct Scope<'a> {
    section: &'a Section,
    check: Option<&'a CheckCounters>,
    request: Option<&'a RequestCounters>,
}

/// Something measured.
struct Value {
    number: f64,
    is_backed: bool,
}

impl Gate {
    /// Verdict on the gate, so long after the warm-up.
    pub(crate) fn judge(&self, summary: &Summary, elapsed: Duration) -> GateVerdict {
        let is_early = elapsed < self.after;
        let value = if is_early { None } else { self.value(summary) };
        let number = value.as_ref().map(|value| value.number);
        let note = match &value {
            None if is_early => Some(format!("the run ended after {}, before its time", units::short(elapsed))),
            None => Some(self.why_nothing(summary)),
            Some(_) => self.note_of_warmup(summary),
        };
        GateVerdict {
            expr: self.expr.clone(),
            kind: self.kind,
            implied: self.implied,
            value: number,
            judged_by: self.judged_by(summary),
            limit: self.limit,
            unit: self.metric.unit(),
            crossed: number.is_none_or(|number| self.is_crossed_by(number)),
            margin: number.map(|number| (number - self.limit).abs()),
            is_backed: value.is_none_or(|value| value.is_backed),
            stopped_run: false,
            note,
        }
    }

    /// True when the gate is crossed by the numbers that there are; without any, it may still come to hold.
    pub(crate) fn is_crossed_already(&self, summary: &Summary, elapsed: Duration) -> bool {
        elapsed >= self.after && self.value(summary).is_some_and(|value| self.is_crossed_by(value.number))
    }

    pub(super) fn is_crossed_by(&self, number: f64) -> bool {
        self.operator.holds(number, self.limit) == (self.kind == GateKind::FailIf)
    }

    /// Numbers that the gate is judged by, and the part of the run they are of.
    fn judged_by(&self, summary: &Summary) -> String {
        let Some(section) = self.section(summary) else { return "full load, in which nothing ended".into() };
        let scope = self.scope(section);
        let warmup = self.warmup(summary);
        let counts_warmup = matches!(self.metric, Metric::Figure(figure) if figure.counts_warmup());
        let what = match self.metric {
            Metric::Time(family, _) => units::count(scope.times(family).map_or(0, Timing::count), "time") + " of ",
            Metric::Figure(figure) if counts_warmup || figure == Figure::Ended => {
                let one = if scope.check.is_some() { "check" } else { "request" };
                let cold = warmup.filter(|_| counts_warmup).map_or(0, |warmup| warmup.not_passed().1);
                units::count(scope.not_passed().1 + cold, one) + " of "
            }
            Metric::Figure(_) => String::new(),
        };
        let whole = match self.part {
            JudgedPart::FullLoad => return format!("{what}full load"),
            JudgedPart::Whole if summary.end.is_some() => "the whole run",
            JudgedPart::Whole => "the run so far",
        };
        let part = match &summary.warmup {
            Some(_) if counts_warmup => " with its warm-up",
            Some(_) => " after its warm-up",
            None => "",
        };
        format!("{what}{whole}{part}")
    }

    /// Measured value; `None` without data.
    pub(crate) fn number(&self, summary: &Summary) -> Option<f64> {
        self.value(summary).map(|value| value.number)
    }

    fn value(&self, summary: &Summary) -> Option<Value> {
        let scope = self.scope(self.section(summary)?);
        match self.metric {
            Metric::Time(family, statistic) => scope.times(family).and_then(|timing| time(timing, statistic)),
            Metric::Figure(figure) => {
                let warmup = self.warmup(summary);
                figure_of(figure, &scope, warmup.as_ref(), summary).map(|number| Value { number, is_backed: true })
            }
        }
    }

    /// Numbers of the part that it is judged by; `None` of a full load in which nothing ended.
    pub(super) fn section<'a>(&self, summary: &'a Summary) -> Option<&'a Section> {
        match self.part {
            JudgedPart::Whole => Some(&summary.whole),
            JudgedPart::FullLoad => summary.full_load.as_ref(),
        }
    }

    /// The warm-up, which is no part of full load.
    fn warmup<'a>(&self, summary: &'a Summary) -> Option<Scope<'a>> {
        let warmup = summary.warmup.as_ref().filter(|_| self.part == JudgedPart::Whole)?;
        Some(self.scope(&warmup.section))
    }

    fn scope<'a>(&self, section: &'a Section) -> Scope<'a> {
        let (check, request) = match &self.name {
            None => (Some(&section.totals), Some(&section.request_totals)),
            Some(name) => (
                section.checks.iter().find(|check| *check.name == **name),
                section.requests.iter().find(|request| *request.name == **name),
            ),
        };
        Scope { section, check, request }
    }

    fn why_nothing(&self, summary: &Summary) -> String {
        let Some(section) = self.section(summary) else { return "nothing ended at full load".into() };
        let scope = self.scope(section);
        match &self.name {
            Some(name) if scope.check.is_none() && scope.request.is_none() => {
                let checks = summary.whole.checks.iter().map(|check| &*check.name);
                let requests = summary.whole.requests.iter().map(|request| &*request.name);
                let mut known: Vec<&str> = Vec::new();
                for name in checks.chain(requests) {
                    if !known.contains(&name) {
                        known.push(name);
                    }
                }
                format!("no check or request was named '{name}'; {}", remedy(name, &known))
            }
            _ if summary.whole.totals.ended() == 0 => "no check ended".into(),
            _ => "nothing of it was measured".into(),
        }
    }

    /// Failures that are not in the tables.
    fn note_of_warmup(&self, summary: &Summary) -> Option<String> {
        let count = match self.metric {
            Metric::Figure(figure) if figure.counts_warmup() => self.warmup(summary)?.not_passed().0,
            _ => 0,
        };
        (count > 0).then(|| format!("with {} in the warm-up", units::count(count, "failure")))
    }
}

impl Scope<'_> {
    fn times(&self, family: Family) -> Option<&Timing> {
        match family {
            Family::ResponseTime => match (self.request, self.check) {
                (Some(request), _) => Some(&request.response_time),
                (None, check) => check.map(|check| &check.tpr),
            },
            Family::Tpr => self.check.map(|check| &check.tpr),
            Family::Elapsed => self.check.map(|check| &check.elapsed),
            Family::ClientDelay => self.request.map(|request| &request.client_delay),
            Family::Corrected => self.request.map(|request| &request.corrected_time),
            Family::Setup => self.request.map(|request| &request.setup),
        }
    }

    /// Number of checks or requests that did not pass, and of those that ended.
    fn not_passed(&self) -> (u64, u64) {
        match (self.check, self.request) {
            (Some(check), _) => (check.fail + check.exception, check.ended()),
            (None, Some(request)) => (request.failures(), request.answered + request.exceptions()),
            (None, None) => (0, 0),
        }
    }

    fn fails(&self) -> Option<u64> {
        self.check.map(|check| check.fail).or(self.request.map(|request| request.expectations_failed))
    }

    fn exceptions(&self) -> Option<u64> {
        self.check.map(|check| check.exception).or(self.request.map(RequestCounters::exceptions))
    }
}

fn time(timing: &Timing, statistic: Statistic) -> Option<Value> {
    let (time, is_backed) = match statistic {
        Statistic::Mean => (timing.mean()?, true),
        Statistic::Min => (timing.min()?, true),
        Statistic::Max => (timing.max()?, true),
        Statistic::Percentile(percent) => (timing.percentile(percent)?, timing.is_backed(percent)),
    };
    // From whole nanoseconds, so that 450 ms are 450.
    Some(Value { number: time.as_nanos() as f64 / 1e6, is_backed })
}

fn figure_of(figure: Figure, scope: &Scope<'_>, warmup: Option<&Scope<'_>>, summary: &Summary) -> Option<f64> {
    let Scope { section, check, request } = *scope;
    let fail_ratio = || {
        let (not_passed, ended) = scope.not_passed();
        let (cold_not_passed, cold_ended) = warmup.map_or((0, 0), Scope::not_passed);
        // A run in which nothing ended is not good because its warm-up was.
        (ended > 0).then(|| (not_passed + cold_not_passed) as f64 / (ended + cold_ended) as f64)
    };
    let per_second = |count: u64| if section.span.is_zero() { 0.0 } else { count as f64 / section.span.as_secs_f64() };
    let count = match figure {
        Figure::FailRatio => return fail_ratio(),
        Figure::PassRatio => return fail_ratio().map(|ratio| 1.0 - ratio),
        Figure::Fails => sum(scope.fails(), warmup.and_then(Scope::fails))?,
        Figure::Exceptions => sum(scope.exceptions(), warmup.and_then(Scope::exceptions))?,
        Figure::Requests => request.map(RequestCounters::sent).or(check.map(|check| check.requests))?,
        Figure::Unfinished => check.map(|check| check.unfinished).or(request.map(|request| request.unfinished))?,
        Figure::Resent => request?.resent,
        Figure::LostKept => request?.lost_kept,
        Figure::Rps => {
            let of_request = || request.map(|request| section.request_rps(request));
            return check.map(|check| section.rps(check)).or_else(of_request);
        }
        Figure::PassesPerS => return check.map(|check| section.passes_per_s(check)),
        Figure::Ended => check?.ended(),
        Figure::EndedPerS => return check.map(|check| per_second(check.ended())),
        Figure::Missed => summary.missed,
        Figure::Dropped => summary.dropped,
        Figure::UsersLost => summary.users_lost(),
        Figure::InFlight => return Some(section.in_flight),
        Figure::TesterShare => {
            return summary.tester_share();
        }
    };
    Some(count as f64)
}

/// Of what there is.
fn sum(run: Option<u64>, warmup: Option<u64>) -> Option<u64> {
    run.map(|run| run + warmup.unwrap_or(0)).or(warmup)
}

impl Summary {
    /// A capacity was found, and is what was asked for; or every gate held, something passed, not all users were lost, and everything was counted. While a run goes on, its
    /// gates are not judged.
    pub fn is_good(&self) -> bool {
        if let Some(capacity) = &self.capacity {
            return self.uncounted == 0 && capacity.is_good();
        }
        let had_users = self.end.is_none_or(|end| end.reason != EndReason::NoUsers);
        had_users && self.uncounted == 0 && self.whole.totals.pass > 0 && self.gates.iter().all(|gate| !gate.crossed)
    }
}
