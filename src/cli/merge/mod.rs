//! `perfloop merge FILE FILE...`: reports of several machines as one, judged as one.

mod gates;
mod reading;
mod sum;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as _, Command, FromArgMatches as _};

use super::exit::Exit;
use super::performance::{style, width};
use super::refusal::Refusal;
use super::screen::Screen;
use super::subcommand::Subcommand;
use crate::error::Error;
use crate::job::outputs::{self, Outputs};
use crate::job::path_text::text_of;
use crate::job::spec::RunSpec;
use crate::job::values::{FailIf, ReportFile, Threshold};
use crate::job::written::{Read, Written};
use crate::report::{Detail, RunInfo, write_text};
use crate::stats::Summary;
pub(super) use reading::{read, read_judged};
use sum::Addend;
pub(super) use sum::clock_of;

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "merge",
    alias: None,
    usage: "FILE FILE...",
    about: "Add up reports of several machines or parts",
    command,
    main,
};

#[derive(Debug, clap::Args)]
struct Merge {
    /// Reports that were written by --json
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Take the reports out of logs: of runs with --json -, as kubectl logs prints them
    #[arg(long)]
    from_logs: bool,

    /// Add up parts of a run although others are missing
    #[arg(long)]
    allow_missing: bool,

    /// What must not happen in the sum, like 'p95 > 450ms' (repeatable) [default: of parts the gates that all had, and
    /// that nothing fails]
    #[arg(long, value_name = "EXPR", value_parser = written::<FailIf>)]
    fail_if: Vec<Written<FailIf>>,

    /// What must hold in the sum, in k6's words (repeatable)
    #[arg(long, value_name = "EXPR", value_parser = written::<Threshold>)]
    threshold: Vec<Written<Threshold>>,

    /// Write the sum as JSON; - is stdout
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the sum as a page with charts that needs no network; - is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Write Locust's four CSV files of the sum
    #[arg(long, value_name = "PREFIX")]
    csv: Option<PathBuf>,

    /// Write the checks of the sum as JUnit test cases; - is stdout
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Write outcome, checks, gates and failures of the sum as Markdown; - is stdout
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,

    /// Write the times of the sum as an interval log of HdrHistogram; - is stdout
    #[arg(long, value_name = "FILE")]
    hlog: Option<PathBuf>,
}

fn written<T: Read>(text: &str) -> Result<Written<T>, String> {
    Written::read(text)
}

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn command(this: &Subcommand) -> Command {
    Merge::augment_args(Command::new("merge").bin_name("perfloop merge").about(this.about)).after_help(
        "Exit codes: 0 all gates of the sum held, 1 one was crossed, 2 the reports make no sum,\n3 the sum could not be written",
    )
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let args = Merge::from_arg_matches(&this.command().try_get_matches_from(words.get(1..).unwrap_or_default())?)?;
    Ok(merge(&args)?)
}

fn merge(args: &Merge) -> Result<Exit, Error> {
    let addends = addends(args)?;
    sum::check(&addends, args.allow_missing)?;
    let warnings = sum::warnings(&addends);
    let (gates, about_gates) = gates::of(&args.fail_if, &args.threshold, &addends);
    let reports = addends.len();
    let had_levels = addends.iter().any(|addend| addend.summary.levels.len() > 1);
    let (mut summary, info) = added(addends)?;
    summary.gates = gates::judged(&gates, &summary);

    let spec = args.outputs()?;
    outputs::check(&spec)?;
    let outputs = Outputs::reserve_reports(&spec)?;
    let stdout_is_taken = outputs::takes_stdout(&spec);
    let mut out = Screen::beside(stdout_is_taken);
    // What cannot be printed does not keep the rest from being written.
    for warning in warnings.iter().chain(&about_gates) {
        let _ = writeln!(out, "warning: {warning}");
    }
    let what = summary.parts.as_ref().map_or_else(|| format!("{reports} reports"), ToString::to_string);
    let _ = writeln!(out, "{what}: {}\n", info.target)
        .and_then(|()| write_text(&summary, width(stdout_is_taken), style(stdout_is_taken), Detail::Full, &mut out));
    if had_levels && summary.levels.is_empty() {
        let _ = writeln!(out, "the runs went through different levels, which are left out");
    }
    outputs.write(&spec, &summary, &info).and(out.close())?;
    // Whole runs have been judged, each by itself.
    Ok(if gates.is_empty() || summary.is_good() { Exit::Good } else { Exit::Failed })
}

/// The reports of all files.
fn addends(args: &Merge) -> Result<Vec<Addend>, Error> {
    let mut addends = Vec::new();
    for path in &args.files {
        let found = if args.from_logs { reading::read_log("merge", path)? } else { vec![read("merge", path)?] };
        addends.extend(found.into_iter().map(|(summary, info)| Addend { path: path.clone(), summary, info }));
    }
    match &addends[..] {
        [only] => Err(Error::usage(format!(
            "merge: {} is alone; give another FILE that was written by --json",
            only.path.display()
        ))),
        _ => Ok(addends),
    }
}

/// The sum of reports, and the information on it.
fn added(addends: Vec<Addend>) -> Result<(Summary, RunInfo), Error> {
    let mut addends = addends.into_iter().map(|addend| {
        let spec = addend.info.spec.map(gates::spec_of_whole);
        (addend.summary, RunInfo { spec, ..addend.info })
    });
    let (mut summary, mut info) =
        addends.next().ok_or_else(|| Error::usage("merge: no FILE; give reports that were written by --json"))?;
    for (other, its) in addends {
        summary.merge(&other);
        info.merge(its);
    }
    info.command = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    Ok((summary, info))
}

impl Merge {
    /// A specification that holds nothing but what is to be written.
    ///
    /// # Errors
    /// When the file of the report looks like data.
    fn outputs(&self) -> Result<RunSpec, Error> {
        let path = |path: &Option<PathBuf>| path.as_deref().map(Written::path);
        let json = self.json.as_ref().map(|path| Written::<ReportFile>::read(&text_of(path.as_os_str()))).transpose();
        Ok(RunSpec {
            json: json.map_err(|what| Error::usage(format!("‹json›: {what}")))?,
            html: path(&self.html),
            csv: path(&self.csv),
            junit: path(&self.junit),
            markdown: path(&self.markdown),
            hlog: path(&self.hlog),
            ..RunSpec::default()
        })
    }
}
