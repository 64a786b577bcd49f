//! Gates: what must not happen in a run, what must hold, and whether it was so.

mod judge;
mod metric;
mod parse;
mod threshold;

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::nearest::nearest;
use crate::units;
use metric::{Metric, Reach};

/// One condition that decides, with all others, whether a run was good.
///
/// [`fail_if`](Self::fail_if) says what must not happen: `[NAME:] METRIC OPERATOR LIMIT`.
///
/// | metric | of | limit |
/// |---|---|---|
/// | `mean` `min` `med` `max` and `p50` to `p99.99` | response times; those of a check without requests of its name are its TPR | time |
/// | `tpr.p95` … | TPR of passes, of all checks or of one | time |
/// | `elapsed.p95` … | wall time of passes, of all checks or of one | time |
/// | `client_delay.p95` … | the tester's own delay of answers | time |
/// | `corrected.p95` … | corrected response times of a schedule | time |
/// | `setup.p95` … | name, connection and TLS of new connections | time |
/// | `fail_ratio` | share of the checks that did not pass, or of a name's requests; with the warm-up | `1%` or `0.01` |
/// | `fails`, `exceptions` | checks, or a name's requests; with the warm-up | number |
/// | `requests` | requests sent | number |
/// | `unfinished` | checks, or a name's requests, that were cut off | number |
/// | `rps` | answered requests per second | number |
/// | `passes_per_s` | passed checks per second, of all or of one | number |
/// | `missed`, `dropped` | iterations that a schedule had due and that were not begun, of the whole run | number |
/// | `users_lost` | users that did nothing: their start did not pass, or they could not be made; of the whole run | number |
/// | `in_flight` | the mean number of requests at the service, of the whole run | number |
/// | `tester_share` | the tester's share of the users' time, of the whole run | `10%` or `0.1` |
///
/// A NAME is that of a request or of a check; without one, all are meant. Operators are `>` `>=` `<` `<=` `==` `!=`;
/// times have a unit: `us`, `ms` or `s`.
///
/// [`threshold`](Self::threshold) says what must hold, in k6's words: `[METRIC:] AGGREGATION OPERATOR NUMBER`.
///
/// | metric | aggregations |
/// |---|---|
/// | `http_req_duration`, or none | `avg` `min` `med` `max` `p(95)`: response time in milliseconds |
/// | `http_req_failed`, or none | `rate`: `fail_ratio` |
/// | `http_reqs` | `count` (also without the metric): `requests`; `rate`: `rps` |
/// | `iterations` | `count`: checks that ended; `rate`: those per second |
/// | `checks` | `rate`: the share of checks that passed |
///
/// Behind either, ` after 10s` leaves the gate alone before that time of the run, the warm-up not counted, and
/// ` abort` stops the run once it is crossed, which is looked at each second. All gates are judged at the end. One
/// without data counts as crossed, also when the run ended before its `after`.
///
/// ```
/// use perfloop::{Gate, LoadTest, Plan, User};
///
/// let test = LoadTest::new(Plan::new().users(2).loops(5))
///     .check("hello", |_: &mut User| ())
///     .gate(Gate::fail_if("hello: tpr.max > 1s")?)
///     .gate(Gate::threshold("checks: rate>0.99")?);
/// let summary = test.start()?.join()?;
/// assert!(summary.is_good());
/// # Ok::<(), perfloop::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    expr: String,
    kind: GateKind,
    /// Added because no other gate is on the fail ratio.
    implied: bool,
    /// The request or check it is about; `None` is all of them.
    name: Option<String>,
    metric: Metric,
    operator: Operator,
    limit: f64,
    after: Duration,
    aborts: bool,
}

/// Whether a [`Gate`] is crossed when its condition is true, or when it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateKind {
    /// The condition must not become true.
    FailIf,
    /// The condition must be true.
    Threshold,
}

/// What a gate's numbers are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateUnit {
    /// Milliseconds.
    Milliseconds,
    /// A share, 0 to 1.
    Ratio,
    /// Events per second.
    PerSecond,
    /// A number of things.
    Count,
}

/// What became of a [`Gate`].
#[derive(Debug, Clone, PartialEq)]
pub struct GateVerdict {
    /// The condition as it was written.
    pub expr: String,
    /// How it is meant.
    pub kind: GateKind,
    /// Nobody gave it: it is there because no other gate is on the fail ratio of all.
    pub implied: bool,
    /// What was measured, in [`unit`](Self::unit); `None` without data.
    pub value: Option<f64>,
    /// What it was measured in: `1250 times of the whole run after its warm-up`.
    pub judged_by: String,
    /// What it was held against, in the same unit.
    pub limit: f64,
    /// The unit of the numbers.
    pub unit: GateUnit,
    /// The gate was crossed, which fails the run.
    pub crossed: bool,
    /// How far the value is from the limit, on whichever side; `None` without data.
    pub margin: Option<f64>,
    /// The value is no percentile with fewer than 10 samples beyond it.
    pub is_backed: bool,
    /// It stopped the run; its numbers are those of that moment.
    pub stopped_run: bool,
    /// What there is to say about it, such as why there are no data.
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Above,
    AtLeast,
    Below,
    AtMost,
    Equal,
    Unequal,
}

/// What is known of a run before it starts.
#[derive(Debug)]
pub(crate) struct Outlook<'a> {
    pub(crate) checks: Vec<&'a str>,
    /// The names of all requests, where they are known before the run.
    pub(crate) requests: Option<Vec<String>>,
    /// Requests have due times.
    pub(crate) is_scheduled: bool,
    pub(crate) time_limit: Option<Duration>,
}

impl Gate {
    /// What must not happen, like `p95 > 450ms`, `GET /cart: p99 >= 1s` or `fail_ratio > 1% after 10s abort`.
    ///
    /// # Errors
    /// One line that says what is wrong with the text, and what to write.
    pub fn fail_if(expr: &str) -> Result<Gate, Error> {
        parse::fail_if(expr).map_err(|why| Error::usage(format!("‹fail-if› '{expr}': {why}")))
    }

    /// What must hold, in k6's words, like `p(95)<450`, `rate<0.01` or `checks: rate>0.99 abort`.
    ///
    /// # Errors
    /// One line that says what is wrong with the text, and what to write.
    pub fn threshold(expr: &str) -> Result<Gate, Error> {
        threshold::threshold(expr).map_err(|why| Error::usage(format!("‹threshold› '{expr}': {why}")))
    }

    /// The same as [`fail_if`](Self::fail_if), with an error that does not say the text again.
    pub(crate) fn parse_fail_if(expr: &str) -> Result<Gate, String> {
        parse::fail_if(expr)
    }

    /// The same as [`threshold`](Self::threshold), with an error that does not say the text again.
    pub(crate) fn parse_threshold(expr: &str) -> Result<Gate, String> {
        threshold::threshold(expr)
    }

    /// Nothing may fail.
    pub(crate) fn implied() -> Gate {
        Gate {
            expr: "fail_ratio > 0".into(),
            kind: GateKind::FailIf,
            implied: true,
            name: None,
            metric: Metric::FAIL_RATIO,
            operator: Operator::Above,
            limit: 0.0,
            after: Duration::ZERO,
            aborts: false,
        }
    }

    /// The condition as it was written.
    pub fn expr(&self) -> &str {
        &self.expr
    }

    /// How it is meant.
    pub fn kind(&self) -> GateKind {
        self.kind
    }

    /// It stops the run when it is crossed.
    pub fn aborts(&self) -> bool {
        self.aborts
    }

    /// It is on the fail ratio, or the pass ratio, of everything.
    pub(crate) fn is_on_all_failures(&self) -> bool {
        self.name.is_none() && self.metric.is_on_failures()
    }

    /// Refuses what can never be judged.
    ///
    /// # Errors
    /// One line that names the gate and what to write.
    pub(crate) fn validate(&self, outlook: &Outlook<'_>) -> Result<(), Error> {
        let refuse = |why: String| Err(Error::usage(format!("{} '{}': {why}", self.kind.flag(), self.expr)));
        if let Some(limit) = outlook.time_limit.filter(|limit| self.after > *limit) {
            let (after, limit) = (units::short(self.after), units::short(limit));
            return refuse(format!("the run ends after {limit}, before {after}; give it a longer ‹time›"));
        } else if self.metric.needs_schedule() && !outlook.is_scheduled {
            return refuse(
                "only a schedule has corrected times; give a ‹pace› or ‹rate›, or leave out corrected.".into(),
            );
        }
        let Some(name) = self.name.as_deref().filter(|name| !outlook.checks.contains(name)) else { return Ok(()) };
        let (what, requests) = match (self.metric.reach(), &outlook.requests) {
            (Reach::Check, _) => ("check", &[][..]),
            (_, Some(requests)) => ("check or request", &requests[..]),
            (_, None) => return Ok(()),
        };
        let mut known = outlook.checks.clone();
        known.extend(requests.iter().map(String::as_str).filter(|request| !outlook.checks.contains(request)));
        if known.contains(&name) {
            return Ok(());
        }
        refuse(format!("no {what} is named '{name}'; {}", remedy(name, &known)))
    }
}

/// What to write instead of a name that is none.
fn remedy(name: &str, known: &[&str]) -> String {
    const TOLD: usize = 5;
    match nearest(name, known) {
        Some(near) => format!("did you mean '{near}'?"),
        None => {
            let more = if known.len() > TOLD { ", …" } else { "" };
            format!("there are: {}{more}", known[..known.len().min(TOLD)].join(", "))
        }
    }
}

impl GateKind {
    fn flag(self) -> &'static str {
        match self {
            GateKind::FailIf => "‹fail-if›",
            GateKind::Threshold => "‹threshold›",
        }
    }
}

impl fmt::Display for GateVerdict {
    /// The condition as a sentence: `fail if p95 > 450ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            GateKind::FailIf => "fail if",
            GateKind::Threshold => "threshold",
        };
        let implied = if self.implied { " (implied)" } else { "" };
        write!(f, "{kind} {}{implied}", self.expr)
    }
}

impl Operator {
    /// Two numbers that differ only by how they were computed are equal.
    fn holds(self, value: f64, limit: f64) -> bool {
        let is_equal = (value - limit).abs() <= 1e-9 * value.abs().max(limit.abs());
        match self {
            Operator::Above => value > limit && !is_equal,
            Operator::AtLeast => value > limit || is_equal,
            Operator::Below => value < limit && !is_equal,
            Operator::AtMost => value < limit || is_equal,
            Operator::Equal => is_equal,
            Operator::Unequal => !is_equal,
        }
    }
}

#[cfg(test)]
mod tests;
