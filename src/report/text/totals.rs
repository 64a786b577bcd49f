//! All of a run in a few lines.

use std::io;
use std::time::Duration;

use super::capacity::span;
use super::numbers::{bytes, number_ms, rate};
use super::page::Page;
use super::style::Paint;
use crate::end::EndReason;
use crate::stats::{Interval, PrecisionVerdict, RequestCounters, Summary, WarmUp};
use crate::units::{self, milliseconds};

/// Where the span is this many times the time of the run it is worth a line.
const SHOWS: f64 = 1.02;

pub(super) fn write(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    let headline = page.paint(Paint::Head, &headline(summary));
    page.line(&headline)?;
    if summary.whole.request_totals.sent() > 0 {
        page.line(&requests_line(&summary.whole.request_totals))?;
    }
    if let Some(statuses) = statuses(&summary.whole.request_totals) {
        page.line(&format!("answers by status: {statuses}"))?;
    }
    page.line(&load_line(summary))?;
    if let Some(line) = intervals_line(summary) {
        page.line(&line)?;
    }
    for line in precision_lines(summary) {
        page.line(&line)?;
    }
    if let Some((one, all)) = summary.names.folded() {
        page.line(&format!("{one} and others like it are told as {all} (no-grouping tells them apart)"))?;
    }
    if let Some(line) = span_line(summary) {
        page.line(&line)?;
    }
    if let Some(warmup) = &summary.warmup {
        page.line(&warmup_line(warmup))?;
    }
    page.blank()
}

/// How many checks ended, in what time, why then, and how.
pub(crate) fn headline(summary: &Summary) -> String {
    let totals = &summary.whole.totals;
    let why: String = match summary.end.map(|end| end.reason) {
        Some(EndReason::LoopsDone) if summary.users_lost() > 0 => "loops done by the users that were left".into(),
        Some(EndReason::LoopsDone) => "all loops done".into(),
        Some(EndReason::RequestsDone) => "all requests made".into(),
        Some(EndReason::NoUsers) => "no user was left".into(),
        Some(EndReason::TimeUp) => "time up".into(),
        Some(EndReason::DataUsedUp) => {
            format!("the rows of {} are used up", summary.used_up.as_deref().unwrap_or("the feed"))
        }
        Some(EndReason::GateCrossed) => match summary.gates.iter().find(|gate| gate.stopped_run) {
            Some(gate) => format!("gate crossed: {gate}"),
            None => "a gate was crossed".into(),
        },
        Some(EndReason::Precise) => "as precise as asked".into(),
        Some(EndReason::SearchDone) => "search done".into(),
        Some(EndReason::Stopped) => "stopped".into(),
        None => "still running".into(),
    };
    let unfinished = if totals.unfinished > 0 { format!(", {} unfinished", totals.unfinished) } else { String::new() };
    format!(
        "{} in {} ({why}): {} pass, {} fail, {} exception{unfinished}",
        units::count(totals.ended(), "check"),
        units::short(summary.end.map_or(summary.tested(), |end| end.duration)),
        totals.pass,
        totals.fail,
        totals.exception,
    )
}

fn requests_line(requests: &RequestCounters) -> String {
    let sent = units::count(requests.sent(), "request");
    let some = |count: u64, text: String| (count > 0).then_some(text);
    let parts = [
        Some(format!("{} answered", requests.answered)),
        some(requests.exceptions(), units::count(requests.exceptions(), "exception")),
        some(requests.unfinished, format!("{} unfinished", requests.unfinished)),
        some(requests.resent, format!("{} resent", requests.resent)),
        some(requests.lost_kept, format!("{} lost on a kept connection", requests.lost_kept)),
        Some(units::count(requests.new_connections, "connection")),
        Some(format!("{} in", bytes(requests.bytes_in))),
        Some(format!("{} out", bytes(requests.bytes_out))),
    ];
    format!("{sent}: {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// `200: 50, 404: 3`, if there was any answer.
pub(in crate::report) fn statuses(requests: &RequestCounters) -> Option<String> {
    let all: Vec<String> = requests.statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

pub(in crate::report) fn load_line(summary: &Summary) -> String {
    let full_load = match &summary.full_load {
        Some(section) => format!("{} for {}{}", full_load_word(summary), units::short(section.span), unsteady(summary)),
        None => "nothing ended at full load".into(),
    };
    let users = units::count(summary.users.into(), "user");
    let lost = if summary.lost > 0 { format!(", {} of them lost", summary.lost) } else { String::new() };
    format!("{users}{lost}, {full_load}, {:.2} requests in flight on average", summary.whole.in_flight)
}

/// Line on the span that rates are divided by, where a schedule ended between two of its iterations and that shows.
pub(in crate::report) fn span_line(summary: &Summary) -> Option<String> {
    let schedule = summary.schedule?;
    let span = schedule.span();
    (span.as_secs_f64() > SHOWS * schedule.elapsed.as_secs_f64()).then(|| {
        format!(
            "rates are over {}, for which {} at {}/s stand, and not over the {} of the run",
            units::short(span),
            units::count(schedule.iterations, "iteration"),
            rate(schedule.per_s),
            units::short(schedule.elapsed)
        )
    })
}

fn warmup_line(warmup: &WarmUp) -> String {
    let totals = &warmup.section.totals;
    format!(
        "before it, in the warm-up: {}, {} pass, {} fail, {} exception",
        units::count(totals.ended(), "check"),
        totals.pass,
        totals.fail,
        totals.exception
    )
}

/// Word for full load: steady where no sign speaks against it.
fn full_load_word(summary: &Summary) -> &'static str {
    if summary.is_steady() == Some(true) { "steady at full load" } else { "at full load" }
}

/// Signs that speak against a steady full load: ` (not steady: times drift)`.
fn unsteady(summary: &Summary) -> String {
    let signs: Vec<String> = summary.unsteady_signs().unwrap_or_default().iter().map(ToString::to_string).collect();
    if signs.is_empty() { String::new() } else { format!(" (not steady: {})", signs.join("; ")) }
}

/// Values of full load with their intervals: `9.96 rps (9.91 to 10.0)`.
fn intervals_line(summary: &Summary) -> Option<String> {
    let section = summary.full_load.as_ref()?;
    let (totals, intervals) = (&section.totals, summary.intervals());
    let timed = |name: &str, value: Option<Duration>, interval: Option<Interval>| {
        let (value, interval) = (value?, interval?.times(1e-6));
        Some(format!("{name} {} ms ({})", number_ms(value), span(&interval.around(milliseconds(value)))))
    };
    let rps = intervals.rps.map(|interval| {
        let value = section.rps(totals);
        format!("{} rps ({})", rate(value), span(&interval.around(value)))
    });
    let fails = intervals.fail_ratio.zip(totals.fail_ratio()).map(|(interval, ratio)| {
        let percent = interval.around(ratio).times(100.0);
        format!("fails {:.2} % ({:.2} to {:.2})", ratio * 100.0, percent.low, percent.high.unwrap_or(100.0))
    });
    let percentile = |name, percent, interval| timed(name, totals.tpr.percentile(percent), interval);
    let parts = [
        rps,
        timed("mean", totals.tpr.mean(), intervals.mean),
        percentile("p50", 50.0, intervals.p50),
        percentile("p95", 95.0, intervals.p95),
        percentile("p99", 99.0, intervals.p99),
        fails,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("with 95 %: {}", parts.join(", ")))
}

/// What became of the precisions that were asked for.
pub(in crate::report) fn precision_lines(summary: &Summary) -> Vec<String> {
    let line = |verdict: &PrecisionVerdict| {
        let half = verdict.half_width.map_or("unknown".into(), |half| format!("{:.1} %", half * 100.0));
        let reached = match verdict.needed {
            _ if verdict.is_reached() => "reached".into(),
            Some(needed) => format!("not reached; some {} at full load would do", units::short(rounded(needed))),
            None => "not reached; too little ended to tell how long it takes".to_owned(),
        };
        format!("until {}: half of the interval is {half} of the value, {reached}", verdict.expr)
    };
    summary.precisions.iter().map(line).collect()
}

/// As whole seconds.
fn rounded(span: Duration) -> Duration {
    Duration::from_secs(span.as_secs_f64().ceil() as u64)
}
