//! The numbers as text for a terminal.

use std::io::{self, Write};
use std::time::Duration;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, Table, Width, presets};

use super::curl::curl_line;
use super::gates::write_gates;
use crate::end::EndReason;
use crate::sample::Plateau;
use crate::stats::{CheckTally, FailureGroup, LevelSection, RequestTally, Section, Summary, Timing, WarmUp};
use crate::units::{self, milliseconds};

/// The percentiles of the tables.
pub(super) const PERCENTILES: [f64; 4] = [50.0, 90.0, 95.0, 99.0];
/// More groups of failures are left to the JSON report.
const SHOWN_FAILURES: usize = 20;
/// The name's column never gets narrower.
const MIN_NAME: u16 = 18;
/// Stands behind a percentile with fewer than 10 samples beyond it.
pub(super) const UNBACKED: char = '*';

/// Writes all tables, `width` columns wide.
///
/// # Errors
/// Those of the writer.
pub fn write_text(summary: &Summary, width: u16, mut writer: impl Write) -> io::Result<()> {
    writeln!(writer, "{}", headline(summary))?;
    writeln!(writer, "{}", load_line(summary))?;
    writeln!(writer, "times: {}", summary.times_verdict())?;
    writeln!(writer, "load:  {}", summary.load_verdict())?;
    for line in summary.load_evidence() {
        writeln!(writer, "       {line}")?;
    }
    writeln!(writer)?;
    write_checks(summary, width, &mut writer)?;
    if !summary.whole.requests.is_empty() {
        write_requests(summary, width, &mut writer)?;
    }
    if has_unbacked(&summary.whole) || summary.gates.iter().any(|gate| !gate.is_backed) {
        writeln!(writer, "{UNBACKED} fewer than 10 samples lie beyond this percentile\n")?;
    }
    write_levels(summary, width, &mut writer)?;
    write_failures(summary, &summary.failures, "failures", width, &mut writer)?;
    if let Some(warmup) = &summary.warmup {
        writeln!(writer, "{}\n", warmup_line(warmup))?;
        write_failures(summary, &warmup.failures, "failures in the warm-up", width, &mut writer)?;
    }
    let warnings = summary.warnings();
    for warning in &warnings {
        writeln!(writer, "warning: {warning}")?;
    }
    if !warnings.is_empty() {
        writeln!(writer)?;
    }
    write_gates(summary, width, &mut writer)
}

/// One line on how far a run is, for a log.
pub fn progress_line(summary: &Summary, elapsed: Duration) -> String {
    let totals = &summary.whole.totals;
    let tpr = |percent| totals.tpr.percentile(percent).map_or("-".into(), number_ms);
    format!(
        "{:>6} {}  pass {}  fail {}  exception {}  {:.2} rps  TPR mean {} p95 {} ms",
        units::short(Duration::from_secs(elapsed.as_secs_f64().round() as u64)),
        units::count(summary.users_up.into(), "user"),
        totals.pass,
        totals.fail,
        totals.exception,
        summary.whole.rps(totals),
        totals.tpr.mean().map_or("-".into(), number_ms),
        tpr(95.0),
    )
}

/// The same on the width of a narrow terminal, to be written over itself.
pub fn live_line(summary: &Summary) -> String {
    let totals = &summary.whole.totals;
    let not_passed = match totals.fail + totals.exception {
        0 => String::new(),
        _ => format!(", {} fail, {} exception", totals.fail, totals.exception),
    };
    format!(
        "{}: {} pass{not_passed}, {} rps, p95 {} ms",
        units::count(summary.users_up.into(), "user"),
        totals.pass,
        rate(summary.whole.rps(totals)),
        totals.tpr.percentile(95.0).map_or("-".into(), number_ms),
    )
}

pub(super) fn headline(summary: &Summary) -> String {
    let totals = &summary.whole.totals;
    let why: String = match summary.end.map(|end| end.reason) {
        Some(EndReason::LoopsDone) => "all loops done".into(),
        Some(EndReason::TimeUp) => "time up".into(),
        Some(EndReason::DataUsedUp) => {
            format!("the rows of {} are used up", summary.used_up.as_deref().unwrap_or("the feed"))
        }
        Some(EndReason::GateCrossed) => match summary.gates.iter().find(|gate| gate.stopped_run) {
            Some(gate) => format!("gate crossed: {gate}"),
            None => "a gate was crossed".into(),
        },
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

pub(super) fn load_line(summary: &Summary) -> String {
    let full_load = match &summary.full_load {
        Some(section) => format!("{} for {}", full_load_word(summary), units::short(section.span)),
        None => "nothing ended at full load".into(),
    };
    let users = units::count(summary.users.into(), "user");
    format!("{users}, {full_load}, {:.2} requests in flight on average", summary.whole.in_flight)
}

/// What full load is called: steady only where its two halves agree.
fn full_load_word(summary: &Summary) -> &'static str {
    if summary.is_steady() == Some(true) { "steady at full load" } else { "at full load" }
}

/// Some percentile of the tables says little.
pub(super) fn has_unbacked(section: &Section) -> bool {
    let checks = section.checks.iter().flat_map(|check| [&check.tpr, &check.fail_tpr, &check.exception_tpr]);
    let mut timings = checks.chain(section.requests.iter().map(|request| &request.response_time));
    timings.any(|timing| timing.count() > 0 && PERCENTILES.iter().any(|percent| !timing.is_backed(*percent)))
}

/// The rows of a section: each tally, all together if there are several, and all at full load.
pub(super) fn rows<'a, T>(
    whole: &'a Section,
    full_load: Option<&'a Section>,
    each: impl Fn(&'a Section) -> &'a [T],
    total: impl Fn(&'a Section) -> &'a T,
    name: impl Fn(&'a T) -> &'a str,
) -> Vec<(String, &'a Section, &'a T)> {
    let mut rows: Vec<_> = each(whole).iter().map(|tally| (name(tally).to_owned(), whole, tally)).collect();
    if rows.len() > 1 {
        rows.push(("all".into(), whole, total(whole)));
    }
    if let Some(section) = full_load {
        rows.push(("at full load".into(), section, total(section)));
    }
    rows
}

fn write_checks(summary: &Summary, width: u16, writer: &mut impl Write) -> io::Result<()> {
    let full_load = summary.full_load.as_ref();
    let rows = rows(&summary.whole, full_load, |s| &s.checks, |s| &s.totals, |check: &CheckTally| &check.name);
    let header = ["check", "pass", "fail", "exception", "unfinished", "passes/s", "rps"];
    let counts = rows.iter().map(|(name, section, check)| {
        let counts = [check.pass, check.fail, check.exception, check.unfinished].map(|count| count.to_string());
        let rates = [section.passes_per_s(check), section.rps(check)].map(rate);
        [vec![name.clone()], counts.to_vec(), rates.to_vec()].concat()
    });
    write_table(&header, counts, width, writer)?;
    write_times("TPR of passes, ms", rows.iter().map(|(name, _, check)| (name.clone(), &check.tpr)), width, writer)?;
    let totals = &summary.whole.totals;
    let others = [("fails", &totals.fail_tpr), ("exceptions", &totals.exception_tpr)];
    let others: Vec<_> = others.into_iter().filter(|(_, timing)| timing.count() > 0).collect();
    if !others.is_empty() {
        let others = others.into_iter().map(|(name, timing)| (name.to_owned(), timing));
        write_times("TPR of others, ms", others, width, writer)?;
    }
    Ok(())
}

fn write_requests(summary: &Summary, width: u16, writer: &mut impl Write) -> io::Result<()> {
    let full_load = summary.full_load.as_ref();
    let rows =
        rows(&summary.whole, full_load, |s| &s.requests, |s| &s.request_totals, |request: &RequestTally| &request.name);
    let header = ["request", "answered", "exception", "unfinished", "conns", "bytes in", "rps"];
    let counts = rows.iter().map(|(name, section, request)| {
        let counts = [request.answered, request.exceptions(), request.unfinished, request.new_connections];
        let mut row = vec![name.clone()];
        row.extend(counts.map(|count| count.to_string()));
        row.extend([bytes(request.bytes_in), rate(section.request_rps(request))]);
        row
    });
    write_table(&header, counts, width, writer)?;
    let of_rows =
        |timing: fn(&RequestTally) -> &Timing| rows.iter().map(move |(name, _, row)| (name.clone(), timing(row)));
    write_times("response time, ms", of_rows(|row| &row.response_time), width, writer)?;
    let totals = &summary.whole.request_totals;
    if totals.tester_lateness.count() > 0 {
        write_times("corrected, ms", of_rows(|row| &row.corrected_time), width, writer)?;
    }
    let delays = [
        ("client delay", &totals.client_delay),
        ("server late", &totals.server_lateness),
        ("tester late", &totals.tester_lateness),
        ("setup", &totals.setup),
    ];
    let delays = delays.into_iter().filter(|(_, timing)| timing.count() > 0);
    write_times("apart from it, ms", delays.map(|(name, timing)| (name.to_owned(), timing)), width, writer)
}

fn write_times<'a>(
    title: &str,
    timings: impl Iterator<Item = (String, &'a Timing)>,
    width: u16,
    writer: &mut impl Write,
) -> io::Result<()> {
    let timings: Vec<_> = timings.collect();
    let header = [title, "mean", "min", "p50", "p90", "p95", "p99", "max"];
    let rows = timings.iter().map(|(name, timing)| {
        let time = |time: Option<Duration>| time.map_or("-".to_owned(), number_ms);
        let mut row = vec![name.clone(), time(timing.mean()), time(timing.min())];
        row.extend(PERCENTILES.map(|percent| {
            let mark =
                if timing.count() > 0 && !timing.is_backed(percent) { UNBACKED.to_string() } else { String::new() };
            time(timing.percentile(percent)) + &mark
        }));
        row.push(time(timing.max()));
        row
    });
    write_table(&header, rows, width, writer)
}

/// The plateaus of a run that had several: percentiles over mixed loads mean nothing alone.
fn write_levels(summary: &Summary, width: u16, writer: &mut impl Write) -> io::Result<()> {
    if summary.levels.len() < 2 {
        return Ok(());
    }
    let header = ["level", "from", "for", "rps", "fail %", "p50", "p95", "p99", "in flight"];
    let rows = summary.levels.iter().map(|level| {
        let LevelSection { what, from, section } = level;
        let name = level_name(*what);
        let percentile = |percent| section.totals.tpr.percentile(percent).map_or("-".into(), number_ms);
        let seconds = |span: Duration| format!("{:.1} s", span.as_secs_f64());
        vec![
            name,
            seconds(*from),
            seconds(section.span),
            rate(section.rps(&section.totals)),
            section.totals.fail_ratio().map_or("-".into(), |ratio| format!("{:.2}", ratio * 100.0)),
            percentile(50.0),
            percentile(95.0),
            percentile(99.0),
            format!("{:.2}", section.in_flight),
        ]
    });
    write_table(&header, rows, width, writer)
}

/// What held while a level lasted.
pub(super) fn level_name(what: Plateau) -> String {
    match what {
        Plateau::Users(users) => units::count(users.into(), "user"),
        Plateau::Rate(per_s) => format!("{}/s", rate(per_s)),
    }
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

/// A table whose first column gives way when the terminal is narrow.
pub(super) fn write_table(
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
    width: u16,
    writer: &mut impl Write,
) -> io::Result<()> {
    let all: Vec<Vec<String>> = rows.collect();
    if all.is_empty() {
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.set_header(header.iter().enumerate().map(|(n, title)| aligned(n, title)));
    let mut widest = vec![0; header.len()];
    for row in &all {
        row.iter().zip(&mut widest).for_each(|(cell, widest)| *widest = cell.chars().count().max(*widest));
        let mut row = Row::from(row.iter().enumerate().map(|(n, cell)| aligned(n, cell)));
        row.max_height(1);
        table.add_row(row);
    }
    let numbers = header.iter().zip(&widest).skip(1);
    let numbers: Vec<u16> = numbers.map(|(title, widest)| title.chars().count().max(*widest) as u16 + 2).collect();
    let longest = widest.first().copied().unwrap_or(0).max(header.first().map_or(0, |title| title.chars().count()));
    let name = width.saturating_sub(numbers.iter().sum::<u16>()).min(longest as u16).max(MIN_NAME);
    let widths = std::iter::once(name).chain(numbers);
    table.set_constraints(widths.map(|width| ColumnConstraint::Absolute(Width::Fixed(width))));
    for column in table.column_iter_mut() {
        column.set_padding((0, 0));
    }
    for line in table.lines() {
        writeln!(writer, "{}", line.trim_end())?;
    }
    writeln!(writer)
}

fn aligned(column: usize, text: &str) -> Cell {
    let alignment = if column == 0 { CellAlignment::Left } else { CellAlignment::Right };
    Cell::new(text).set_alignment(alignment)
}

fn write_failures(
    summary: &Summary,
    failures: &[FailureGroup],
    title: &str,
    width: u16,
    writer: &mut impl Write,
) -> io::Result<()> {
    if failures.is_empty() {
        return Ok(());
    }
    writeln!(writer, "{title}")?;
    for group in failures.iter().take(SHOWN_FAILURES) {
        let kind = if group.is_exception { "exception" } else { "fail" };
        let first_line = format!("{:>7}  {kind:<9}  {}: {}", group.count, summary.check_of(group), group.message);
        writeln!(writer, "{}", cut(&first_line, width))?;
        let detail = group.detail.as_deref().map(|detail| format!(", {detail}")).unwrap_or_default();
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        let when = if group.count == 1 {
            format!("at {}", seconds(group.first))
        } else {
            format!("from {} to {}", seconds(group.first), seconds(group.last))
        };
        writeln!(writer, "{}", cut(&format!("         {when}{detail}"), width))?;
    }
    if failures.len() > SHOWN_FAILURES {
        let more = failures.len() - SHOWN_FAILURES;
        writeln!(writer, "         and {} more; --json FILE has all", units::count(more as u64, "group"))?;
    }
    if let Some(recording) = failures.first().and_then(|largest| largest.recordings.first.first()) {
        writeln!(writer, "repeat: {}", curl_line(&recording.exchange))?;
    }
    writeln!(writer)
}

fn cut(line: &str, width: u16) -> String {
    let width = usize::from(width);
    if line.chars().count() <= width {
        line.to_owned()
    } else {
        line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
    }
}

/// Milliseconds to four digits or so: `0.031`, `9.12`, `201.4`, `12345`.
pub(super) fn number_ms(time: Duration) -> String {
    four_digits(milliseconds(time))
}

pub(super) fn four_digits(ms: f64) -> String {
    let decimals = if ms < 1.0 {
        3
    } else if ms < 100.0 {
        2
    } else if ms < 10_000.0 {
        1
    } else {
        0
    };
    format!("{ms:.decimals$}")
}

pub(super) fn rate(per_second: f64) -> String {
    if per_second < 1000.0 { format!("{per_second:.2}") } else { format!("{per_second:.0}") }
}

/// `512 B`, `7.2 KiB`.
pub(crate) fn bytes(count: u64) -> String {
    let units = [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match units.iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => format!("{:.1} {unit}", count as f64 / *size as f64),
        None => format!("{count} B"),
    }
}
