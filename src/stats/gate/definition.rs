//! Gate: a condition that decides, with all others, whether a run was good.

use std::time::Duration;

use super::condition::{GateKind, JudgedPart, Operator};
use super::metric::Metric;
use super::unit::GateUnit;

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
/// Before either, `at_full_load:` leaves the ramp out: the gate is judged by what ended while all wanted users were up,
/// as in `at_full_load: p95 > 450ms` or `at_full_load: GET /cart: p99 >= 1s`. The metrics that are of the whole run have no
/// such part.
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
    pub(super) expr: String,
    pub(super) kind: GateKind,
    /// Added because no other gate is on the fail ratio.
    pub(super) implied: bool,
    /// The request or check it is about; `None` is all of them.
    pub(super) name: Option<String>,
    pub(super) metric: Metric,
    pub(super) operator: Operator,
    pub(super) limit: f64,
    pub(super) after: Duration,
    pub(super) aborts: bool,
    pub(super) part: JudgedPart,
}

impl Gate {
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
            part: JudgedPart::Whole,
        }
    }

    /// The gates that were given, and the implied one where none of them is on failures.
    pub(crate) fn with_implied(mut given: Vec<Gate>) -> Vec<Gate> {
        if !given.iter().any(Gate::is_on_all_failures) {
            given.push(Gate::implied());
        }
        given
    }

    /// Hardly anything may fail at a level that meets its goals.
    pub(crate) fn implied_goal() -> Gate {
        Gate {
            expr: "fail_ratio < 1%".into(),
            kind: GateKind::Within,
            operator: Operator::Below,
            limit: 0.01,
            ..Gate::implied()
        }
    }

    /// The condition as it was written.
    pub fn expr(&self) -> &str {
        &self.expr
    }

    /// Unit of its numbers.
    pub(crate) fn unit(&self) -> GateUnit {
        self.metric.unit()
    }

    /// How it is meant.
    pub fn kind(&self) -> GateKind {
        self.kind
    }

    /// True for a gate that stops the run when it is crossed.
    pub fn aborts(&self) -> bool {
        self.aborts
    }

    /// True for a gate that is judged by full load alone.
    pub(crate) fn is_at_full_load(&self) -> bool {
        self.part == JudgedPart::FullLoad
    }

    /// True for a gate on the fail ratio, or the pass ratio, of everything.
    pub(crate) fn is_on_all_failures(&self) -> bool {
        self.name.is_none() && self.part == JudgedPart::Whole && self.metric.is_on_failures()
    }
}
