//! `perfloop history DIR`: runs of a folder, one after another, and where their numbers changed.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, Command, value_parser};

use super::exit::Exit;
use super::past::{Past, runs};
use super::refusal::Refusal;
use super::screen::Screen;
use super::subcommand::Subcommand;
use crate::error::Error;
use crate::printable::foreign;
use crate::report::http_log::timestamp_in_seconds;
use crate::report::{Align, write_columns};
use crate::stats::{Section, change_points};
use crate::units::milliseconds;

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "history",
    alias: None,
    usage: "DIR",
    about: "List runs of a folder, and what changed",
    command,
    main,
};

const AFTER_HELP: &str = "\
  perfloop history reports

Runs are told apart by target and plan. A change is told where hardly any random
order of the same numbers, 1 of 100, parts them as well, and three runs or more
are on either side.

Exit codes: 0 listed, 2 wrong input, 3 the list could not be written";

/// Numbers of a run that are looked at, by their names, with their units.
const NUMBERS: [(&str, &str, Number); 4] = [
    ("rps", "/s", |section| Some(section.request_totals.answered as f64 / section.span.as_secs_f64())),
    ("p50", " ms", |section| percentile(section, 50.0)),
    ("p95", " ms", |section| percentile(section, 95.0)),
    ("p99", " ms", |section| percentile(section, 99.0)),
];
/// Number of a part of a run; `None` where nothing passed.
type Number = fn(&Section) -> Option<f64>;
/// Columns of a line where the output is no terminal.
const WIDTH: u16 = 200;

fn command(this: &Subcommand) -> Command {
    let folder = Arg::new("folder").value_name("DIR").required(true).value_parser(value_parser!(PathBuf));
    Command::new("perfloop history")
        .about(this.about)
        .arg(folder.help("Folder of reports that were written by --json, or kept by --history"))
        .after_help(AFTER_HELP)
}

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let words = words.get(1..).unwrap_or_default();
    let matches = this.command().bin_name("perfloop history").try_get_matches_from(words)?;
    let folder = matches.get_one::<PathBuf>("folder").cloned().unwrap_or_default();
    let (runs, others) = runs("history", &folder)?;
    for other in others {
        let _ = writeln!(io::stderr(), "note: left out, {}", foreign(&other));
    }
    if runs.is_empty() {
        return Err(
            Error::usage(format!("history: there is no report in {}; write one by --json", folder.display())).into()
        );
    }
    let mut out = Screen::stdout();
    let _ = write(&runs, &mut out);
    out.close()?;
    Ok(Exit::Good)
}

fn percentile(section: &Section, percent: f64) -> Option<f64> {
    section.totals.tpr.percentile(percent).map(milliseconds)
}

/// Full load, where the run had any.
fn section(run: &Past) -> &Section {
    run.summary.full_load.as_ref().unwrap_or(&run.summary.whole)
}

/// Number of a run, by its place among the numbers; `None` where there is none.
fn number(run: &Past, place: usize) -> Option<f64> {
    (NUMBERS[place].2)(section(run)).filter(|number| number.is_finite())
}

/// Runs that are told apart from others.
fn kind(run: &Past) -> (&str, &str) {
    (&run.info.target, run.info.plan.as_deref().unwrap_or_default())
}

fn write(runs: &[Past], out: &mut impl Write) -> io::Result<()> {
    let mut kinds: Vec<(&str, &str)> = Vec::new();
    for run in runs {
        if !kinds.contains(&kind(run)) {
            kinds.push(kind(run));
        }
    }
    for (place, wanted) in kinds.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        let alike: Vec<&Past> = runs.iter().filter(|run| kind(run) == *wanted).collect();
        writeln!(out, "{}: {}", foreign(wanted.0), foreign(wanted.1))?;
        write_runs(&alike, out)?;
        write_changes(&alike, out)?;
    }
    Ok(())
}

fn write_runs(runs: &[&Past], out: &mut impl Write) -> io::Result<()> {
    let head =
        ["started", "rps", "p50 ms", "p95 ms", "p99 ms", "fail %", "gates", "report"].map(str::to_owned).to_vec();
    let row = |run: &&Past| {
        let mut row = vec![timestamp_in_seconds(run.info.started)];
        row.extend((0..NUMBERS.len()).map(|place| number(run, place).map_or_else(|| "-".into(), four)));
        row.push(format!("{:.2}", section(run).totals.fail_ratio().unwrap_or_default() * 100.0));
        row.push(run.is_good.map_or("-", |is_good| if is_good { "held" } else { "crossed" }).into());
        row.push(foreign(&run.path.display().to_string()).into_owned());
        row
    };
    let rows = [head].into_iter().chain(runs.iter().map(row));
    let left = |column: usize| matches!(column, 0 | 6 | 7);
    let columns: Vec<Align> = (0..8).map(|column| if left(column) { Align::Left } else { Align::Right }).collect();
    write_columns(&columns, rows, WIDTH, out)
}

/// Tells where numbers changed.
fn write_changes(runs: &[&Past], out: &mut impl Write) -> io::Result<()> {
    let mut found = Vec::new();
    for (place, (name, unit, _)) in NUMBERS.iter().enumerate() {
        let Some(values) = runs.iter().map(|run| number(run, place)).collect::<Option<Vec<f64>>>() else { continue };
        for point in change_points(&values) {
            let change = (point.after / point.before - 1.0) * 100.0;
            let from = foreign(&runs[point.at].path.display().to_string()).into_owned();
            let text =
                format!("{name} {} to {}{unit} ({change:+.1} %) from {from} on", four(point.before), four(point.after));
            found.push((point.at, text));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    for (_, text) in &found {
        writeln!(out, "changed: {text}")?;
    }
    if found.is_empty() {
        writeln!(out, "no change is told{}", if runs.len() < 6 { "; it takes six runs or more" } else { "" })?;
    }
    Ok(())
}

fn four(number: f64) -> String {
    let decimals = if number < 10.0 {
        3
    } else if number < 100.0 {
        2
    } else {
        1
    };
    format!("{number:.decimals$}")
}
