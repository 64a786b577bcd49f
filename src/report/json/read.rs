//! A report that was written, read back: its numbers are a [`Summary`] again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::super::http_log::moment;
use super::super::{Host, RunInfo};
use super::SCHEMA_VERSION;
use super::object::{Object, Read, count, milliseconds, number, seconds};
use crate::asked::Asked;
use crate::end::{End, EndReason, MachineUse};
use crate::names::{Names, OTHER};
use crate::outcome::RequestErrorKind;
use crate::printable::foreign;
use crate::sample::{AskedRate, Plateau};
use crate::stats::{
    Block, BlockRow, Blocks, CheckTally, FailureGroup, LevelSection, LogLoss, RequestTally, Schedule, Section, Slot,
    Summary, Timeline, Timing, WarmUp,
};

/// Reads what [`write_json`](super::write_json) wrote. All that can be added to other runs comes back as it was; the
/// timeline comes back without its histograms.
///
/// # Errors
/// What is wrong and what to try, in one line: no report, or one of another version of the schema.
pub(crate) fn read_json(bytes: &[u8]) -> Result<(Summary, RunInfo), String> {
    let no_report = |what: &str| format!("is no report of perfloop ({what}); give the JSON report of a run");
    let document: Value = serde_json::from_slice(bytes).map_err(|error| no_report(&error.to_string()))?;
    let document = document.as_object().ok_or_else(|| no_report("no JSON object"))?;
    let version = document.get("run").and_then(|run| run.get("schema")).and_then(Value::as_u64);
    match version {
        None => return Err(no_report("no run.schema")),
        Some(SCHEMA_VERSION) => {}
        Some(other) => {
            return Err(format!(
                "has version {other} of the report's schema, and this perfloop reads {SCHEMA_VERSION}; use the perfloop that wrote it"
            ));
        }
    }
    document_of(&Object(document)).map_err(|what| no_report(&what))
}

fn document_of(document: &Object<'_>) -> Read<(Summary, RunInfo)> {
    let run = document.object("run")?;
    let whole = section(document, check, request)?;
    let names = whole.checks.iter().map(|check| &*check.name);
    let names = Names::read(names, whole.requests.iter().any(|request| &*request.name == OTHER));
    let failures = |of: &Object<'_>| of.rows("failures", |row| failure(row, &names));
    let warmup = match document.maybe_object("warmup")? {
        None => None,
        Some(part) => Some(WarmUp { section: section(&part, check, request)?, failures: failures(&part)? }),
    };
    let pauses = run.object("pauses")?;
    let summary = Summary {
        // They are of the run that was judged, not of its numbers.
        gates: Vec::new(),
        // What was kept whole stays with the report it is in.
        slowest: Vec::new(),
        end: end(&run)?,
        users: run.small("users")?,
        seed: run.get("seed", Value::as_u64)?,
        users_up: 0,
        full_load: full_load(document)?,
        levels: document.rows("levels", level)?,
        warmup,
        failures: failures(document)?,
        timeline: timeline(document)?,
        blocks: blocks(document)?,
        starts: run.times("start_delay_ms")?,
        pauses: Timing::evenly(pauses.count("count")?, pauses.seconds("total_s")?),
        oldest_unfinished: run.maybe("oldest_unfinished_s", seconds)?,
        missed: run.count("missed")?,
        dropped: run.count("dropped")?,
        not_made: run.count("not_made")?,
        lost: run.later("users_lost", count)?.unwrap_or(0).saturating_sub(run.count("not_made")?),
        schedule: schedule(&run)?,
        hook_panic: run.maybe_text("hook_panic")?,
        uncounted: run.later("uncounted", count)?.unwrap_or(0),
        is_debug_build: run.later("debug_build", Value::as_bool)?.unwrap_or(false),
        run_delay: run.maybe("run_delay_s", seconds)?,
        stalls: run.later_times("stalls_ms")?,
        worked: run.later("worked_s", seconds)?,
        blocked: run.seconds("queue_blocked_s")?,
        began: None,
        samples: LogLoss {
            left_out: run.count("samples_left_out")?,
            error: run.later("samples_error", Value::as_str)?.map(str::to_owned),
        },
        log: LogLoss { left_out: run.count("log_left_out")?, error: run.maybe_text("log_error")? },
        used_up: run.maybe_text("used_up")?.map(Arc::from),
        whole,
        asked: Asked::default(),
        names: Arc::new(names),
    };
    Ok((summary, info(&run)?))
}

fn schedule(run: &Object<'_>) -> Read<Option<Schedule>> {
    let Some(row) = run.later("schedule", |value| value.as_object().map(Object))? else { return Ok(None) };
    let asked = AskedRate { per_s: row.number("per_s")?, interval: row.seconds("interval_s")? };
    Ok(Some(Schedule::new(asked, row.count("iterations")?, row.seconds("elapsed_s")?)))
}

fn info(run: &Object<'_>) -> Read<RunInfo> {
    let words = |value: &Value| value.as_array()?.iter().map(|word| Some(word.as_str()?.to_owned())).collect();
    let host = |host: &Object<'_>| {
        Ok(Host {
            os: host.maybe_text("os")?,
            kernel: host.maybe_text("kernel")?,
            cpus: host.maybe("cpus", count)?,
            cpu_model: host.maybe_text("cpu_model")?,
            memory_bytes: host.maybe("memory_bytes", count)?,
        })
    };
    Ok(RunInfo {
        started: run.get("start", |value| moment(value.as_str()?))?,
        target: run.text("target")?.into_owned(),
        // Reports of earlier versions do not say.
        plan: run.0.get("plan").and_then(Value::as_str).map(|plan| foreign(plan).into_owned()),
        command: run.get("command", words)?,
        spec: run.0.get("spec").filter(|spec| spec.is_object()).cloned(),
        hosts: run.rows("hosts", host)?,
    })
}

fn end(run: &Object<'_>) -> Read<Option<End>> {
    let Some(machine) = run.maybe_object("machine")? else { return Ok(None) };
    let reason = match &*run.text("end")? {
        "loops_done" => EndReason::LoopsDone,
        "requests_done" => EndReason::RequestsDone,
        "time_up" => EndReason::TimeUp,
        "data_used_up" => EndReason::DataUsedUp,
        "no_users" => EndReason::NoUsers,
        "gate_crossed" => EndReason::GateCrossed,
        "stopped" => EndReason::Stopped,
        other => return Err(format!("an unknown end, '{other}'")),
    };
    let machine = MachineUse {
        processors: machine.small("processors")?,
        own_cpu: machine.seconds("own_cpu_s")?,
        own_share: machine.number("own_share")?,
        busy_share: machine.maybe("busy_share", number)?,
        steal_share: machine.maybe("steal_share", number)?,
    };
    Ok(Some(End { reason, duration: run.seconds("duration_s")?, abandoned: run.small("abandoned")?, machine }))
}

fn section(
    of: &Object<'_>,
    check: impl Fn(&Object<'_>) -> Read<CheckTally>,
    request: impl Fn(&Object<'_>) -> Read<RequestTally>,
) -> Read<Section> {
    let totals = of.object("totals")?;
    let (span, in_flight) = (totals.seconds("span_s")?, totals.number("in_flight")?);
    Ok(Section::of(of.rows("checks", check)?, of.rows("requests", request)?, span, in_flight))
}

/// It stands beside each number of the whole.
fn full_load(document: &Object<'_>) -> Read<Option<Section>> {
    let Some(totals) = document.object("totals")?.maybe_object("at_full_load")? else { return Ok(None) };
    let checks = document.rows("checks", |row| {
        let part = row.maybe_object("at_full_load")?;
        let tally = part.map_or(Ok(CheckTally::default()), |part| check_numbers(&part))?;
        Ok(CheckTally { name: row.text("name")?.into(), ..tally })
    })?;
    let requests = document.rows("requests", |row| {
        let Some(part) = row.maybe_object("at_full_load")? else { return Ok(None) };
        Ok(Some(RequestTally { name: row.text("name")?.into(), ..request_numbers(&part)? }))
    })?;
    let (span, in_flight) = (totals.seconds("span_s")?, totals.number("in_flight")?);
    Ok(Some(Section::of(checks, requests.into_iter().flatten().collect(), span, in_flight)))
}

fn level(row: &Object<'_>) -> Read<LevelSection> {
    let what = match row.0.get("users") {
        Some(_) => Plateau::Users(row.small("users")?),
        None => Plateau::Rate(row.number("rate_per_s")?),
    };
    Ok(LevelSection { what, from: row.seconds("from_s")?, section: section(row, check, request)? })
}

fn check(row: &Object<'_>) -> Read<CheckTally> {
    Ok(CheckTally { name: row.text("name")?.into(), ..check_numbers(row)? })
}

fn check_numbers(row: &Object<'_>) -> Read<CheckTally> {
    Ok(CheckTally {
        name: Arc::default(),
        pass: row.count("pass")?,
        fail: row.count("fail")?,
        exception: row.count("exception")?,
        unfinished: row.count("unfinished")?,
        requests: row.count("counted_requests")?,
        alone: 0,
        tpr: row.times("tpr_ms")?,
        elapsed: row.times("elapsed_ms")?,
        busy: row.seconds("busy_s")?,
        hooks: row.seconds("hooks_s")?,
        served: row.seconds("served_s")?,
        unseen: row.later("unseen_s", seconds)?.unwrap_or_default(),
        fail_tpr: row.times("fail_tpr_ms")?,
        exception_tpr: row.times("exception_tpr_ms")?,
    })
}

fn request(row: &Object<'_>) -> Read<RequestTally> {
    let check = row.0.get("check").and_then(Value::as_str).map(Arc::from);
    Ok(RequestTally { name: row.text("name")?.into(), check, ..request_numbers(row)? })
}

fn request_numbers(row: &Object<'_>) -> Read<RequestTally> {
    let phases = row.object("phases_ms")?;
    let statuses = row.later("answered_by_status", Value::as_object)?.into_iter().flatten().map(|(status, number)| {
        status.parse::<u16>().ok().zip(count(number)).ok_or_else(|| format!("an unknown status, '{status}'"))
    });
    let statuses: BTreeMap<u16, u64> = statuses.collect::<Read<_>>()?;
    let lost = row.object("exceptions_by_kind")?.0.iter().map(|(name, count)| {
        let kind = RequestErrorKind::ALL.into_iter().find(|kind| format!("{kind:?}").to_lowercase() == *name);
        kind.zip(self::count(count)).ok_or_else(|| format!("an unknown kind of exception, '{name}'"))
    });
    let lost: BTreeMap<RequestErrorKind, u64> = lost.collect::<Read<_>>()?;
    let exceptions: u64 = lost.values().sum();
    Ok(RequestTally {
        answered: row.count("answered")?,
        lost,
        never_accepted: row.count("never_accepted")?,
        unfinished: row.count("unfinished")?,
        expectations_failed: row.count("failures")?.saturating_sub(exceptions),
        response_time: row.times("response_time_ms")?,
        lost_time: row.times("exception_time_ms")?,
        setup: phases.times("setup")?,
        resolve: phases.later_times("resolve")?,
        connect: phases.later_times("connect")?,
        proxy: phases.later_times("proxy")?,
        tls: phases.later_times("tls")?,
        first_byte: phases.times("first_byte")?,
        receive: phases.times("receive")?,
        client_delay: row.times("client_delay_ms")?,
        corrected_time: row.times("corrected_time_ms")?,
        server_lateness: row.times("server_lateness_ms")?,
        tester_lateness: row.times("tester_lateness_ms")?,
        stamped: row.count("stamped")?,
        first_byte_late: row.count("first_byte_late")?,
        receiver_limited: row.count("receiver_limited")?,
        bytes_in: row.count("bytes_in")?,
        body_bytes: row.count("body_bytes")?,
        bytes_out: row.count("bytes_out")?,
        new_connections: row.count("new_connections")?,
        resent: row.count("resent")?,
        lost_kept: row.later("lost_kept", count)?.unwrap_or(0),
        statuses,
        ..RequestTally::default()
    })
}

fn failure(row: &Object<'_>, names: &Names) -> Read<FailureGroup> {
    Ok(FailureGroup {
        check: names.check_of_name(&row.text("check")?),
        is_exception: row.text("outcome")? == "exception",
        message: row.text("message")?.into_owned(),
        detail: row.maybe_text("detail")?,
        count: row.count("count")?,
        first: row.seconds("first_s")?,
        last: row.seconds("last_s")?,
        // Which requests they came of is for other formats.
        requests: Default::default(),
        recordings: Default::default(),
    })
}

/// The width of rows over time: the last one's may be shorter, and one alone has not become wider yet.
fn width(document: &Object<'_>, key: &str) -> Read<Option<Duration>> {
    let starts = document.rows(key, |row| row.seconds("t_s"))?;
    let [first, second, ..] = starts[..] else { return Ok(None) };
    match second.checked_sub(first) {
        Some(width) if !width.is_zero() => Ok(Some(width)),
        _ => Err(format!("a wrong {key}")),
    }
}

fn timeline(document: &Object<'_>) -> Read<Timeline> {
    let slots = document.rows("timeline", |row| {
        let width = row.number("width_s")?;
        let in_flight = row.number("in_flight")?;
        Ok(Slot {
            users: row.small("users")?,
            pass: row.count("pass")?,
            fail: row.count("fail")?,
            exception: row.count("exception")?,
            answered: row.count("answered")?,
            at_service: Duration::try_from_secs_f64(in_flight * width).map_err(|_| "a wrong in_flight")?,
            response_time_max: row.object("response_time_ms")?.maybe("max", milliseconds)?.unwrap_or_default(),
            ..Slot::default()
        })
    });
    Ok(Timeline::of(width(document, "timeline")?, slots?))
}

fn blocks(document: &Object<'_>) -> Read<Blocks> {
    let rows = |block: &Object<'_>, key: &str, times: &str| {
        block.rows(key, |row| {
            Ok(BlockRow {
                name: row.text("name")?.into(),
                requests: row.count("answered")?,
                failures: row.count("failures")?,
                times: row.sparse(times)?,
                alone: 0,
            })
        })
    };
    let blocks = document.rows("blocks", |block| {
        let checks = rows(block, "checks", "tpr_ns")?;
        Ok(Block { checks, requests: rows(block, "requests", "response_time_ns")? })
    });
    Ok(Blocks::of(width(document, "blocks")?, blocks?))
}

impl RunInfo {
    /// This and another run, merged: told as one that began with the first of them.
    pub(crate) fn merge(&mut self, other: RunInfo) {
        self.started = SystemTime::min(self.started, other.started);
        if !self.target.split(", ").any(|target| target == other.target) {
            self.target = format!("{}, {}", self.target, other.target);
        }
        self.hosts.extend(other.hosts);
    }
}
