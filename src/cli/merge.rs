//! `perfloop merge FILE FILE...`: reports of several machines as one.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args as _, Command, FromArgMatches as _};

use super::output::Output;
use super::run::{style, width};
use super::{Exit, Refusal, Subcommand};
use crate::error::Error;
use crate::report::{RunInfo, read_json, write_json, write_text};
use crate::stats::{Summary, TimesVerdict};

pub(super) const COMMAND: Subcommand =
    Subcommand { name: "merge", usage: "FILE FILE...", about: "Add up the reports of several machines", main };

#[derive(Debug, clap::Args)]
struct Merge {
    /// Reports that were written by --json
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Write the sum as JSON; - is stdout
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
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
    let mut reports = args.files.iter().map(|path| Ok((path, read("merge", path)?)));
    let Some((first, (mut summary, mut info))) = reports.next().transpose()? else {
        return Err(Error::usage("merge: no FILE; give reports that were written by --json"));
    };
    let mut clock = clock_of(&summary).map(|clock| (first, clock));
    let had_levels = summary.levels.len() > 1;
    for report in reports {
        let (path, (other, its_info)) = report?;
        match (clock, clock_of(&other)) {
            (Some((first, mine)), Some(theirs)) if mine != theirs => {
                return Err(Error::usage(format!(
                    "merge: {} is timed by {mine}, and {} by {theirs}; merge runs that are timed alike",
                    first.display(),
                    path.display()
                )));
            }
            (None, Some(theirs)) => clock = Some((path, theirs)),
            _ => {}
        }
        summary.merge(&other);
        info.merge(its_info);
    }
    info.command = std::env::args().collect();

    let json_on_stdout = args.json.as_deref() == Some(Path::new("-"));
    let json = args.json.as_deref().map(|path| Output::reserve("--json", path)).transpose()?;
    let mut out: Box<dyn Write> = if json_on_stdout { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    // What cannot be printed does not keep the rest from being written.
    let _ = writeln!(out, "{} reports: {}\n", args.files.len(), info.target)
        .and_then(|()| write_text(&summary, width(json_on_stdout), style(json_on_stdout), &mut out));
    if had_levels && summary.levels.is_empty() {
        let _ = writeln!(out, "the runs went through different levels, which are left out");
    }
    if let Some(output) = json {
        output.write("--json", |writer| write_json(&summary, &info, writer))?;
    }
    Ok(Exit::Good)
}

/// Reads a report for a subcommand.
///
/// # Errors
/// When it is none, or cannot be read.
pub(super) fn read(command: &str, path: &Path) -> Result<(Summary, RunInfo), Error> {
    let refuse = |what: String| Error::usage(format!("{command}: {} {what}", path.display()));
    let bytes = fs::read(path)
        .map_err(|error| refuse(format!("cannot be read ({error}); give a report that was written by --json")))?;
    read_json(&bytes).map_err(refuse)
}

/// Whose clock the times are by; `None` if there are no times.
pub(super) fn clock_of(summary: &Summary) -> Option<&'static str> {
    match summary.times_verdict() {
        TimesVerdict::Exact => Some("the kernel's stamps"),
        TimesVerdict::ThreadClock(_) => Some("the thread's clock"),
        TimesVerdict::NoAnswers => None,
    }
}
