//! All of a run in a few lines.

use std::io;

use super::numbers::{bytes, rate};
use super::page::Page;
use super::style::Paint;
use crate::end::EndReason;
use crate::stats::{RequestCounters, Summary, WarmUp};
use crate::units;

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
        Some(section) => format!("{} for {}", full_load_word(summary), units::short(section.span)),
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

/// Word for full load: steady only where its two halves agree.
fn full_load_word(summary: &Summary) -> &'static str {
    if summary.is_steady() == Some(true) { "steady at full load" } else { "at full load" }
}
