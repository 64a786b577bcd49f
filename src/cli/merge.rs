//! `perfloop merge FILE FILE...`: reports of several machines as one.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::{Args as _, Command, FromArgMatches as _};

use super::exit::Exit;
use super::performance::{style, width};
use super::refusal::Refusal;
use super::screen::Screen;
use super::subcommand::Subcommand;
use crate::error::Error;
use crate::input_file;
use crate::job::output::{Output, is_stdout};
use crate::report::{Detail, RunInfo, read_json, write_json, write_text};
use crate::stats::{Summary, TimesVerdict};
use crate::units;

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "merge",
    alias: None,
    usage: "FILE FILE...",
    about: "Add up the reports of several machines",
    main,
};

/// A report of 500 names and 200 groups of failures takes less.
const MAX_REPORT: usize = 64 * 1024 * 1024;

#[derive(Debug, clap::Args)]
struct Merge {
    /// Reports that were written by --json
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Write the sum as JSON; - is stdout
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let command = Merge::augment_args(Command::new("merge").bin_name("perfloop merge").about(this.about));
    let args = Merge::from_arg_matches(&command.try_get_matches_from(words.get(1..).unwrap_or_default())?)?;
    Ok(merge(&args)?)
}

fn merge(args: &Merge) -> Result<Exit, Error> {
    if let [only] = &args.files[..] {
        return Err(Error::usage(format!(
            "merge: {} is alone; give another FILE that was written by --json",
            only.display()
        )));
    }
    let mut parts: Vec<Part<'_>> = Vec::new();
    for path in &args.files {
        let (summary, info) = read("merge", path)?;
        let part = Part { path, summary, info };
        if let Some(refusal) = parts.iter().find_map(|known| known.refuses(&part)) {
            return Err(Error::usage(format!("merge: {refusal}")));
        }
        parts.push(part);
    }
    let warning = apart(&parts);
    let mut parts = parts.into_iter();
    let Some(Part { mut summary, mut info, .. }) = parts.next() else {
        return Err(Error::usage("merge: no FILE; give reports that were written by --json"));
    };
    let had_levels = summary.levels.len() > 1;
    for part in parts {
        summary.merge(&part.summary);
        info.merge(part.info);
    }
    info.command = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();

    let json_on_stdout = args.json.as_deref().is_some_and(is_stdout);
    let json = args.json.as_deref().map(|path| Output::reserve("--json", path)).transpose()?;
    let mut out = Screen::beside(json_on_stdout);
    // What cannot be printed does not keep the rest from being written.
    if let Some(warning) = warning {
        let _ = writeln!(out, "warning: {warning}\n");
    }
    let _ = writeln!(out, "{} reports: {}\n", args.files.len(), info.target)
        .and_then(|()| write_text(&summary, width(json_on_stdout), style(json_on_stdout), Detail::Full, &mut out));
    if had_levels && summary.levels.is_empty() {
        let _ = writeln!(out, "the runs went through different levels, which are left out");
    }
    let written = json.map_or(Ok(()), |output| output.write("--json", |writer| write_json(&summary, &info, writer)));
    written.and(out.close())?;
    Ok(Exit::Good)
}

/// A report that takes part in the sum.
struct Part<'a> {
    path: &'a Path,
    summary: Summary,
    info: RunInfo,
}

impl Part<'_> {
    /// Why this and another one make no sum.
    fn refuses(&self, other: &Part<'_>) -> Option<String> {
        let (mine, theirs) = (self.path.display(), other.path.display());
        match (clock_of(&self.summary), clock_of(&other.summary)) {
            (Some(clock), Some(other)) if clock != other => {
                Some(format!("{mine} is timed by {clock}, and {theirs} by {other}; merge runs that are timed alike"))
            }
            _ if self.path == other.path => Some(format!("{mine} is given twice; give each report once")),
            _ if self.is_run_of(other) => {
                Some(format!("{mine} and {theirs} are of the same run, which counts once; give one of them"))
            }
            _ => None,
        }
    }

    /// No two runs begin in the same millisecond, follow from the same seed and take equally long to the nanosecond.
    fn is_run_of(&self, other: &Part<'_>) -> bool {
        let of = |part: &Part<'_>| (part.info.started, part.summary.seed, part.summary.tested());
        of(self) == of(other)
    }

    fn duration(&self) -> Duration {
        self.summary.end.map_or(self.summary.tested(), |end| end.duration)
    }

    fn end(&self) -> SystemTime {
        self.info.started + self.duration()
    }

    /// How long both ran side by side.
    fn beside(&self, other: &Part<'_>) -> Duration {
        let (from, to) = (self.info.started.max(other.info.started), self.end().min(other.end()));
        to.duration_since(from).unwrap_or_default()
    }
}

/// Says of the two runs that ran least together how little that was, if it was not half of the shorter one: rates of
/// the sum are those of runs side by side.
fn apart(parts: &[Part<'_>]) -> Option<String> {
    let pairs = parts.iter().enumerate().flat_map(|(at, one)| parts[..at].iter().map(move |other| (other, one)));
    let (one, other) = pairs.min_by_key(|(one, other)| one.beside(other))?;
    let (beside, shorter) = (one.beside(other), one.duration().min(other.duration()));
    (beside < shorter / 2).then(|| {
        let together =
            if beside.is_zero() { "at no time".into() } else { format!("only for {}", units::short(beside)) };
        let (one, other) = (one.path.display(), other.path.display());
        format!(
            "{one} and {other} ran {together} side by side, as runs that are merged should (or their machines' wall \
             clocks differ): the rates, users and timeline below are those of no moment"
        )
    })
}

/// Reads a report for a subcommand.
///
/// # Errors
/// When it is none, or cannot be read.
pub(super) fn read(command: &str, path: &Path) -> Result<(Summary, RunInfo), Error> {
    let refuse = |what: String| Error::usage(format!("{command}: {} {what}", path.display()));
    let bytes = input_file::read(path)
        .map_err(|error| refuse(format!("cannot be read ({error}); give a report that was written by --json")))?;
    if bytes.len() > MAX_REPORT {
        return Err(refuse("is longer than 64 MiB, which no report is; give one that was written by --json".into()));
    }
    read_json(&bytes).map_err(refuse)
}

/// Clock that the times are by; `None` if there are no times.
pub(super) fn clock_of(summary: &Summary) -> Option<&'static str> {
    match summary.times_verdict() {
        TimesVerdict::Exact => Some("the kernel's stamps"),
        TimesVerdict::ThreadClock(_) => Some("the thread's clock"),
        TimesVerdict::NoAnswers => None,
    }
}
