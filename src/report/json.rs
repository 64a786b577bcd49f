//! The numbers as JSON. Every key of a number that has a unit ends in it.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::RunInfo;
use super::http_log::timestamp;
use super::json_exchange;
use crate::end::EndReason;
use crate::sample::Plateau;
use crate::stats::{CheckTally, LevelSection, LoadVerdict, RequestTally, Section, Summary, TimesVerdict, Timing};
use crate::units::milliseconds;

/// The version of this shape: a change that could break a reader raises it.
const SCHEMA_VERSION: u32 = 1;

/// Writes one JSON object: `run`, `totals`, `checks`, `requests`, `full_load`, `failures`, `warnings`.
///
/// # Errors
/// Those of the writer.
pub fn write_json(summary: &Summary, info: &RunInfo, mut writer: impl Write) -> io::Result<()> {
    let Value::Object(mut document) = section(&summary.whole) else { return Ok(()) };
    document.shift_insert(0, "run".into(), run(summary, info));
    document.insert("full_load".into(), summary.full_load.as_ref().map_or(Value::Null, section));
    document.insert("levels".into(), summary.levels.iter().map(level).collect());
    if let Some(warmup) = &summary.warmup {
        let failures: Vec<Value> = warmup.failures.iter().map(|group| failure(summary, group)).collect();
        let mut value = section(&warmup.section);
        value["failures"] = failures.into();
        document.insert("warmup".into(), value);
    }
    document.insert("failures".into(), summary.failures.iter().map(|group| failure(summary, group)).collect());
    document.insert("slowest".into(), json_exchange::slowest(summary));
    document.insert("warnings".into(), summary.warnings().iter().map(|warning| json!(warning.to_string())).collect());
    serde_json::to_writer_pretty(&mut writer, &document)?;
    writeln!(writer)?;
    writer.flush()
}

fn run(summary: &Summary, info: &RunInfo) -> Value {
    json!({
        "schema": SCHEMA_VERSION,
        "perfloop": env!("CARGO_PKG_VERSION"),
        "target": info.target,
        "command": info.command,
        "start": timestamp(info.started),
        "duration_s": summary.end.map(|end| end.duration.as_secs_f64()),
        "tested_s": summary.tested().as_secs_f64(),
        "end": summary.end.map(|end| match end.reason {
            EndReason::LoopsDone => "loops_done",
            EndReason::TimeUp => "time_up",
            EndReason::DataUsedUp => "data_used_up",
            EndReason::Stopped => "stopped",
        }),
        "used_up": summary.used_up.as_deref(),
        "users": summary.users,
        "seed": summary.seed,
        "start_delay_ms": times(&summary.starts),
        "pauses": { "count": summary.pauses.count(), "total_s": summary.pauses.sum().as_secs_f64() },
        "queue_blocked_s": summary.blocked.as_secs_f64(),
        "oldest_unfinished_s": summary.oldest_unfinished.map(|age| age.as_secs_f64()),
        "log_left_out": summary.log.left_out,
        "missed": summary.missed,
        "dropped": summary.dropped,
        "hooks_s": summary.whole.totals.hooks.as_secs_f64(),
        "verdicts": verdicts(summary),
        "machine": summary.end.map(|end| json!({
            "processors": end.machine.processors,
            "own_cpu_s": end.machine.own_cpu.as_secs_f64(),
            "own_share": end.machine.own_share,
            "busy_share": end.machine.busy_share,
            "steal_share": end.machine.steal_share,
        })),
        "run_delay_s": summary.run_delay.map(|delay| delay.as_secs_f64()),
    })
}

fn verdicts(summary: &Summary) -> Value {
    let (times, unstamped) = match summary.times_verdict() {
        TimesVerdict::Exact => ("exact", None),
        TimesVerdict::ThreadClock(share) => ("thread_clock", Some(share)),
        TimesVerdict::NoAnswers => ("no_answers", None),
    };
    let (load, tester_share) = match summary.load_verdict() {
        LoadVerdict::AsAsked(share) => ("as_asked", Some(share)),
        LoadVerdict::TesterLimited(share) => ("tester_limited", Some(share)),
        LoadVerdict::NoChecks => ("no_checks", None),
    };
    json!({
        "times": times,
        "thread_clock_share": unstamped,
        "times_text": summary.times_verdict().to_string(),
        "load": load,
        "tester_share": tester_share,
        "load_text": summary.load_verdict().to_string(),
        "load_evidence": summary.load_evidence(),
    })
}

fn section(section: &Section) -> Value {
    let mut totals = check(section, &section.totals);
    totals.shift_remove("name");
    totals.insert("span_s".into(), json!(section.span.as_secs_f64()));
    totals.insert("in_flight".into(), json!(section.in_flight));
    totals.insert("requests".into(), json!(section.request_totals.sent()));
    totals.insert("answered".into(), json!(section.request_totals.answered));
    json!({
        "totals": totals,
        "checks": section.checks.iter().map(|tally| check(section, tally)).collect::<Vec<_>>(),
        "requests": section.requests.iter().map(|tally| request(section, tally)).collect::<Vec<_>>(),
    })
}

fn level(level: &LevelSection) -> Value {
    let mut value = section(&level.section);
    match level.what {
        Plateau::Users(users) => value["users"] = users.into(),
        Plateau::Rate(per_s) => value["rate_per_s"] = per_s.into(),
    }
    value["from_s"] = level.from.as_secs_f64().into();
    value
}

fn check(section: &Section, tally: &CheckTally) -> Map<String, Value> {
    let value = json!({
        "name": &*tally.name,
        "pass": tally.pass,
        "fail": tally.fail,
        "exception": tally.exception,
        "unfinished": tally.unfinished,
        "fail_ratio": tally.fail_ratio(),
        "passes_per_s": section.passes_per_s(tally),
        "rps": section.rps(tally),
        "tpr_ms": times(&tally.tpr),
        "elapsed_ms": times(&tally.elapsed),
        "fail_tpr_ms": times(&tally.fail_tpr),
        "exception_tpr_ms": times(&tally.exception_tpr),
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn request(section: &Section, tally: &RequestTally) -> Value {
    let lost: Map<String, Value> =
        tally.lost.iter().map(|(kind, count)| (format!("{kind:?}").to_lowercase(), json!(count))).collect();
    json!({
        "name": &*tally.name,
        "count": tally.sent(),
        "answered": tally.answered,
        "exceptions": tally.exceptions(),
        "exceptions_by_kind": lost,
        "never_accepted": tally.never_accepted,
        "unfinished": tally.unfinished,
        "failures": tally.failures(),
        "rps": section.request_rps(tally),
        "response_time_ms": times(&tally.response_time),
        "corrected_time_ms": times(&tally.corrected_time),
        "server_lateness_ms": times(&tally.server_lateness),
        "tester_lateness_ms": times(&tally.tester_lateness),
        "client_delay_ms": times(&tally.client_delay),
        "exception_time_ms": times(&tally.lost_time),
        "phases_ms": {
            "setup": times(&tally.setup),
            "first_byte": times(&tally.first_byte),
            "receive": times(&tally.receive),
        },
        "stamped": tally.stamped,
        "first_byte_late": tally.first_byte_late,
        "receiver_limited": tally.receiver_limited,
        "bytes_in": tally.bytes_in,
        "body_bytes": tally.body_bytes,
        "bytes_out": tally.bytes_out,
        "new_connections": tally.new_connections,
        "resent": tally.resent,
    })
}

/// `null` without samples. A percentile with fewer than 10 samples beyond it is named in `unbacked`.
fn times(timing: &Timing) -> Value {
    // To the nanosecond: what lies behind it is the noise of the binary fraction.
    let ms = |time: Option<Duration>| time.map(|time| (milliseconds(time) * 1e6).round() / 1e6);
    let percentiles = [("p50", 50.0), ("p90", 90.0), ("p95", 95.0), ("p99", 99.0)];
    if timing.count() == 0 {
        return Value::Null;
    }
    let mut map = Map::new();
    map.insert("count".into(), json!(timing.count()));
    map.insert("mean".into(), json!(ms(timing.mean())));
    map.insert("min".into(), json!(ms(timing.min())));
    for (name, percent) in percentiles {
        map.insert(name.into(), json!(ms(timing.percentile(percent))));
    }
    map.insert("max".into(), json!(ms(timing.max())));
    let unbacked = percentiles.iter().filter(|(_, percent)| !timing.is_backed(*percent)).map(|(name, _)| json!(name));
    map.insert("unbacked".into(), unbacked.collect());
    Value::Object(map)
}

fn failure(summary: &Summary, group: &crate::stats::FailureGroup) -> Value {
    json!({
        "check": &*summary.check_of(group),
        "outcome": if group.is_exception { "exception" } else { "fail" },
        "message": group.message,
        "detail": group.detail,
        "count": group.count,
        "first_s": group.first.as_secs_f64(),
        "last_s": group.last.as_secs_f64(),
        "exchanges": json_exchange::exchanges(group),
    })
}
