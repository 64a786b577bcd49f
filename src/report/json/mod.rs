//! The numbers as JSON. Every key of a number that has a unit ends in it.

mod compare;
mod milliseconds;
mod object;
mod over_time;
mod read;

use std::io::{self, Write};

use serde_json::{Map, Value, json};

pub use compare::write_comparison_json;
pub(crate) use read::read_json;

use super::http_log::timestamp;
use super::{Host, RunInfo, json_exchange};
use crate::end::EndReason;
use crate::sample::Plateau;
use crate::stats::{
    CheckTally, GateKind, GateUnit, GateVerdict, LevelSection, LoadVerdict, RequestTally, Section, Summary,
    TimesVerdict, Timing,
};
use milliseconds::ms;

/// The version of this shape: a change that could break a reader raises it.
pub(super) const SCHEMA_VERSION: u64 = 2;
/// The percentiles of all times.
const PERCENTILES: [(&str, f64); 6] =
    [("p50", 50.0), ("p90", 90.0), ("p95", 95.0), ("p99", 99.0), ("p999", 99.9), ("p9999", 99.99)];

/// Writes one JSON object: `run`, `totals`, `checks`, `requests`, `levels`, `blocks`, `timeline`, `warmup`, `failures`,
/// `gates`, `warnings`. The file `schema/report.schema.json` of the repository describes each key.
///
/// # Errors
/// Those of the writer.
pub fn write_json(summary: &Summary, info: &RunInfo, mut writer: impl Write) -> io::Result<()> {
    let whole = section(&summary.whole, Some(summary.full_load.as_ref()));
    let Value::Object(mut document) = whole else { return Ok(()) };
    document.shift_insert(0, "run".into(), run(summary, info));
    document.insert("levels".into(), summary.levels.iter().map(level).collect());
    document.insert("blocks".into(), over_time::blocks(summary));
    document.insert("timeline".into(), over_time::timeline(summary));
    let warmup = summary.warmup.as_ref().map(|warmup| {
        let failures: Vec<Value> = warmup.failures.iter().map(|group| failure(summary, group)).collect();
        let mut value = section(&warmup.section, None);
        value["failures"] = failures.into();
        value
    });
    document.insert("warmup".into(), json!(warmup));
    document.insert("failures".into(), summary.failures.iter().map(|group| failure(summary, group)).collect());
    document.insert("gates".into(), summary.gates.iter().map(gate).collect());
    document.insert("slowest".into(), json_exchange::slowest(summary));
    document.insert("warnings".into(), summary.warning_lines().into());
    serde_json::to_writer_pretty(&mut writer, &document)?;
    writeln!(writer)?;
    writer.flush()
}

fn run(summary: &Summary, info: &RunInfo) -> Value {
    let mut run = run_numbers(summary, info);
    if let (Value::Object(members), Some(spec)) = (&mut run, &info.spec) {
        members.insert("spec".into(), spec.clone());
    }
    run
}

fn run_numbers(summary: &Summary, info: &RunInfo) -> Value {
    json!({
        "schema": SCHEMA_VERSION,
        "version": env!("CARGO_PKG_VERSION"),
        "clock": clock(summary),
        "target": info.target,
        "plan": info.plan,
        "command": info.command,
        "start": timestamp(info.started),
        "duration_s": summary.end.map(|end| end.duration.as_secs_f64()),
        "tested_s": summary.tested().as_secs_f64(),
        "end": summary.end.map(|end| match end.reason {
            EndReason::LoopsDone => "loops_done",
            EndReason::RequestsDone => "requests_done",
            EndReason::TimeUp => "time_up",
            EndReason::DataUsedUp => "data_used_up",
            EndReason::NoUsers => "no_users",
            EndReason::GateCrossed => "gate_crossed",
            EndReason::Stopped => "stopped",
        }),
        "used_up": summary.used_up.as_deref(),
        "users": summary.users,
        "seed": summary.seed,
        "start_delay_ms": mergeable(&summary.starts),
        "pauses": { "count": summary.pauses.count(), "total_s": summary.pauses.sum().as_secs_f64() },
        "stalls_ms": mergeable(&summary.stalls),
        "queue_blocked_s": summary.blocked.as_secs_f64(),
        "abandoned": summary.end.map_or(0, |end| end.abandoned),
        "oldest_unfinished_s": summary.oldest_unfinished.map(|age| age.as_secs_f64()),
        "log_left_out": summary.log.left_out,
        "log_error": summary.log.error,
        "samples_left_out": summary.samples.left_out,
        "samples_error": summary.samples.error,
        "missed": summary.missed,
        "dropped": summary.dropped,
        "not_made": summary.not_made,
        "users_lost": summary.users_lost(),
        "schedule": summary.schedule.map(|schedule| json!({
            "per_s": schedule.per_s,
            "interval_s": schedule.interval().as_secs_f64(),
            "iterations": schedule.iterations,
            "elapsed_s": schedule.elapsed.as_secs_f64(),
        })),
        "hook_panic": summary.hook_panic,
        "uncounted": summary.uncounted,
        "debug_build": summary.is_debug_build,
        "hooks_s": summary.whole.totals.hooks.as_secs_f64(),
        "verdicts": verdicts(summary),
        "hosts": info.hosts.iter().map(host).collect::<Vec<_>>(),
        "machine": summary.end.map(|end| json!({
            "processors": end.machine.processors,
            "own_cpu_s": end.machine.own_cpu.as_secs_f64(),
            "own_share": end.machine.own_share,
            "busy_share": end.machine.busy_share,
            "steal_share": end.machine.steal_share,
        })),
        "run_delay_s": summary.run_delay.map(|delay| delay.as_secs_f64()),
        "worked_s": summary.worked.map(|worked| worked.as_secs_f64()),
    })
}

fn verdicts(summary: &Summary) -> Value {
    let (times, unstamped) = match summary.times_verdict() {
        TimesVerdict::Exact => ("exact", None),
        TimesVerdict::ThreadClock(share) => ("thread_clock", Some(share)),
        TimesVerdict::NoAnswers => ("no_answers", None),
    };
    let load = match summary.load_verdict() {
        LoadVerdict::AsAsked(_) => "as_asked",
        LoadVerdict::TesterLimited(_) => "tester_limited",
        LoadVerdict::UsersLost(_) | LoadVerdict::Dropped(_) => "less_than_asked",
        LoadVerdict::Unseen(_) => "unseen",
        LoadVerdict::NoAnswers => "no_answers",
        LoadVerdict::NoChecks => "no_checks",
    };
    json!({
        "times": times,
        "thread_clock_share": unstamped,
        "times_text": summary.times_verdict().to_string(),
        "load": load,
        "tester_share": summary.tester_share(),
        "load_text": summary.load_verdict().to_string(),
        "load_evidence": summary.load_evidence(),
        "steady": summary.is_steady(),
    })
}

fn host(host: &Host) -> Value {
    json!({
        "os": host.os,
        "kernel": host.kernel,
        "cpus": host.cpus,
        "cpu_model": host.cpu_model,
        "memory_bytes": host.memory_bytes,
    })
}

/// Whose clock the times are by; `null` without answers.
fn clock(summary: &Summary) -> Option<&'static str> {
    match summary.times_verdict() {
        TimesVerdict::Exact => Some("kernel"),
        TimesVerdict::ThreadClock(_) => Some("thread"),
        TimesVerdict::NoAnswers => None,
    }
}

/// The totals and rows of a part of the run; of the whole of it, each with its part at full load.
fn section(section: &Section, full_load: Option<Option<&Section>>) -> Value {
    let with = |mut map: Map<String, Value>, part: &dyn Fn(&Section) -> Option<Map<String, Value>>| {
        if let Some(full_load) = full_load {
            map.insert("at_full_load".into(), full_load.and_then(part).map_or(Value::Null, Value::Object));
        }
        Value::Object(map)
    };
    let checks = section.checks.iter().enumerate().map(|(index, tally)| {
        // Checks have the same places in all parts of a run.
        let part = |full: &Section| Some(unnamed(check(full, full.checks.get(index)?, mergeable)));
        with(check(section, tally, mergeable), &part)
    });
    let requests = section.requests.iter().map(|tally| {
        let part = |full: &Section| {
            let same = full.requests.iter().find(|other| other.name == tally.name)?;
            Some(unnamed(request(full, same)))
        };
        with(request(section, tally), &part)
    });
    json!({
        "totals": with(totals(section), &|full| Some(totals(full))),
        "checks": checks.collect::<Vec<_>>(),
        "requests": requests.collect::<Vec<_>>(),
    })
}

fn unnamed(mut map: Map<String, Value>) -> Map<String, Value> {
    map.shift_remove("name");
    map.shift_remove("check");
    map
}

fn totals(section: &Section) -> Map<String, Value> {
    // The histograms of all checks are those of the checks, added.
    let mut totals = unnamed(check(section, &section.totals, times));
    totals.insert("span_s".into(), json!(section.span.as_secs_f64()));
    totals.insert("in_flight".into(), json!(section.in_flight));
    totals.insert("requests".into(), json!(section.request_totals.sent()));
    totals.insert("answered".into(), json!(section.request_totals.answered));
    totals
}

fn level(level: &LevelSection) -> Value {
    let mut value = section(&level.section, None);
    match level.what {
        Plateau::Users(users) => value["users"] = users.into(),
        Plateau::Rate(per_s) => value["rate_per_s"] = per_s.into(),
    }
    value["from_s"] = level.from.as_secs_f64().into();
    value
}

fn check(section: &Section, tally: &CheckTally, times: fn(&Timing) -> Value) -> Map<String, Value> {
    object(json!({
        "name": &*tally.name,
        "pass": tally.pass,
        "fail": tally.fail,
        "exception": tally.exception,
        "unfinished": tally.unfinished,
        "fail_ratio": tally.fail_ratio(),
        "passes_per_s": section.passes_per_s(tally),
        "rps": section.rps(tally),
        "counted_requests": tally.requests,
        "busy_s": tally.busy.as_secs_f64(),
        "served_s": tally.served.as_secs_f64(),
        "unseen_s": tally.unseen.as_secs_f64(),
        "hooks_s": tally.hooks.as_secs_f64(),
        "tpr_ms": times(&tally.tpr),
        "elapsed_ms": times(&tally.elapsed),
        "fail_tpr_ms": times(&tally.fail_tpr),
        "exception_tpr_ms": times(&tally.exception_tpr),
    }))
}

fn request(section: &Section, tally: &RequestTally) -> Map<String, Value> {
    let statuses: Map<String, Value> =
        tally.statuses.iter().map(|(status, count)| (status.to_string(), json!(count))).collect();
    let lost: Map<String, Value> =
        tally.lost.iter().map(|(kind, count)| (format!("{kind:?}").to_lowercase(), json!(count))).collect();
    object(json!({
        "name": &*tally.name,
        "check": tally.check.as_deref(),
        "count": tally.sent(),
        "answered": tally.answered,
        "answered_by_status": statuses,
        "exceptions": tally.exceptions(),
        "exceptions_by_kind": lost,
        "never_accepted": tally.never_accepted,
        "unfinished": tally.unfinished,
        "failures": tally.failures(),
        "rps": section.request_rps(tally),
        "response_time_ms": mergeable(&tally.response_time),
        "corrected_time_ms": mergeable(&tally.corrected_time),
        "server_lateness_ms": mergeable(&tally.server_lateness),
        "tester_lateness_ms": mergeable(&tally.tester_lateness),
        "client_delay_ms": mergeable(&tally.client_delay),
        "exception_time_ms": mergeable(&tally.lost_time),
        "phases_ms": {
            "setup": mergeable(&tally.setup),
            "resolve": mergeable(&tally.resolve),
            "connect": mergeable(&tally.connect),
            "proxy": mergeable(&tally.proxy),
            "tls": mergeable(&tally.tls),
            "first_byte": mergeable(&tally.first_byte),
            "receive": mergeable(&tally.receive),
        },
        "stamped": tally.stamped,
        "first_byte_late": tally.first_byte_late,
        "receiver_limited": tally.receiver_limited,
        "bytes_in": tally.bytes_in,
        "body_bytes": tally.body_bytes,
        "bytes_out": tally.bytes_out,
        "new_connections": tally.new_connections,
        "resent": tally.resent,
        "lost_kept": tally.lost_kept,
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Times with the histogram that other runs' can be added to.
fn mergeable(timing: &Timing) -> Value {
    let mut value = times(timing);
    if let (Value::Object(map), Some(histogram)) = (&mut value, timing.encoded_histogram()) {
        map.insert("histogram".into(), histogram.into());
    }
    value
}

/// `null` without samples. A percentile with fewer than 10 samples beyond it is named in `unbacked`.
fn times(timing: &Timing) -> Value {
    if timing.count() == 0 {
        return Value::Null;
    }
    let mut map = Map::new();
    map.insert("count".into(), json!(timing.count()));
    map.insert("mean".into(), json!(ms(timing.mean())));
    map.insert("min".into(), json!(ms(timing.min())));
    for (name, percent) in PERCENTILES {
        map.insert(name.into(), json!(ms(timing.percentile(percent))));
    }
    map.insert("max".into(), json!(ms(timing.max())));
    map.insert("sum".into(), json!(ms(Some(timing.sum()))));
    let unbacked = PERCENTILES.iter().filter(|(_, percent)| !timing.is_backed(*percent)).map(|(name, _)| json!(name));
    map.insert("unbacked".into(), unbacked.collect());
    Value::Object(map)
}

fn gate(gate: &GateVerdict) -> Value {
    json!({
        "expr": gate.expr,
        "kind": match gate.kind {
            GateKind::FailIf => "fail_if",
            GateKind::Threshold => "threshold",
        },
        "implied": gate.implied,
        "value": gate.value,
        "limit": gate.limit,
        "unit": match gate.unit {
            GateUnit::Milliseconds => Some("ms"),
            GateUnit::Ratio => Some("ratio"),
            GateUnit::PerSecond => Some("per_s"),
            GateUnit::Count => None,
        },
        "crossed": gate.crossed,
        "margin": gate.margin,
        "judged_by": gate.judged_by,
        "stopped_run": gate.stopped_run,
        "note": gate.note,
    })
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

#[cfg(test)]
mod tests;
