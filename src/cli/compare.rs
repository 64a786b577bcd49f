//! `perfloop compare BASE NEW`: whether one run, or several, are worse than others.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args as _, Command, FromArgMatches as _};

use super::exit::Exit;
use super::merge::{clock_of, read};
use super::past::{Past, runs};
use super::refusal::Refusal;
use super::screen::Screen;
use super::subcommand::Subcommand;
use crate::error::Error;
use crate::job::output::{Output, are_same, is_stdout};
use crate::report::run_info::{Attribute, attributes};
use crate::report::{
    ComparedRun, RunInfo, comparison_headline, write_comparison, write_comparison_html, write_comparison_json,
};
use crate::stats::{Comparison, LoadVerdict, Summary, Tolerance, ToleranceOf};

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "compare",
    alias: None,
    usage: "BASE NEW",
    about: "Tell whether a run is worse than another",
    command,
    main,
};

#[derive(Debug, clap::Args)]
struct Compare {
    /// Two reports that were written by --json: how it was, and how it is now; beside --baseline the latter alone
    #[arg(value_names = ["BASE", "NEW"], num_args = 1.., required_unless_present_any = ["base", "new", "baseline"])]
    files: Vec<PathBuf>,

    /// Reports of how it was; with three or more a side, what differs from run to run is known
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "new", conflicts_with = "files")]
    base: Vec<PathBuf>,

    /// Reports of how it is now
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "files")]
    new: Vec<PathBuf>,

    /// Folder of reports, the last of which that was good is how it was
    #[arg(long, value_name = "DIR", conflicts_with = "base")]
    baseline: Option<PathBuf>,

    /// A change up to this share of the base is none: 5% for all, or p99=10% for one of rps, p50, p95, p99 and
    /// fail_ratio; may be repeated [default: 5%]
    #[arg(long, value_name = "PERCENT")]
    tolerance: Vec<ToleranceOf>,

    /// Compare also times by different clocks
    #[arg(long)]
    force: bool,

    /// Write the comparison as JSON; - is stdout
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the comparison as one HTML page, with charts of both sides; - is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// A report that was read.
struct Report {
    path: PathBuf,
    info: RunInfo,
}

/// The reports of a side, each with its run.
struct Side {
    reports: Vec<Report>,
    runs: Vec<Summary>,
}

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

impl Compare {
    /// Reports of how it was, and of how it is now.
    fn sides(&self) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Error> {
        let wanted = |what: &str| Err(Error::usage(format!("compare: {what}")));
        match (&self.baseline, &self.files[..]) {
            (Some(_), []) if self.new.is_empty() => wanted("a report is compared with --baseline; give it too"),
            (Some(folder), [] | [_]) => {
                let new = [&self.files[..], &self.new[..]].concat();
                Ok((vec![last_good(folder, &new)?], new))
            }
            (Some(_), _) => wanted("--baseline is how it was; give one report beside it, or several by --new"),
            (None, [base, new]) => Ok((vec![base.clone()], vec![new.clone()])),
            (None, [_]) => wanted("two reports are wanted; give BASE NEW, or --baseline DIR NEW"),
            (None, [_, _, _, ..]) => {
                wanted("of more than two reports the sides are wanted; give --base FILE... --new FILE...")
            }
            (None, _) if self.base.is_empty() => {
                wanted("--new is compared with --base or --baseline; give one of them too")
            }
            (None, _) => Ok((self.base.clone(), self.new.clone())),
        }
    }
}

fn command(this: &Subcommand) -> Command {
    Compare::augment_args(Command::new("compare").bin_name("perfloop compare").about(this.about))
        .override_usage(
            "perfloop compare [OPTIONS] BASE NEW\n       perfloop compare [OPTIONS] --base FILE... --new FILE...\n       perfloop compare [OPTIONS] --baseline DIR NEW",
        )
        .after_help("Exit codes: 0 nothing is told to be worse, 1 something is, 2 the reports cannot be compared,\n3 the comparison could not be written")
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let args = Compare::from_arg_matches(&this.command().try_get_matches_from(words.get(1..).unwrap_or_default())?)?;
    Ok(compare(&args)?)
}

fn compare(args: &Compare) -> Result<Exit, Error> {
    let (base, new) = args.sides()?;
    let [base, new] = [Side::read(&base)?, Side::read(&new)?];
    let mut warnings = Vec::new();
    if let Some(clocks) = different_clocks(&base, &new) {
        if !args.force {
            return Err(Error::usage(format!("compare: {clocks}; compare runs that are timed alike, or give --force")));
        }
        warnings.push(clocks);
    }
    warnings.extend(differences(&base, &new));
    warnings.extend([&base, &new].into_iter().flat_map(limited));

    let comparison = Comparison::of(&base.runs, &new.runs, &tolerance(&args.tolerance))
        .map_err(|error| Error::usage(format!("compare: {error}")))?;
    let outputs = Outputs::reserve(args)?;
    let mut out = Screen::beside(outputs.take_stdout);
    // What cannot be printed does not keep the rest from being written.
    let _ = write(&comparison, &warnings, &mut out);
    outputs.write(&comparison, &base, &new, &warnings).and(out.close())?;
    Ok(if comparison.is_worse() { Exit::Failed } else { Exit::Good })
}

/// The last report of a folder whose gates held, and that is none of the new ones.
fn last_good(folder: &Path, new: &[PathBuf]) -> Result<PathBuf, Error> {
    let (runs, _) = runs("compare", folder)?;
    let is_base = |run: &&Past| run.is_good == Some(true) && !new.iter().any(|path| are_same(path, &run.path));
    runs.iter().rev().find(is_base).map(|run| run.path.clone()).ok_or_else(|| {
        Error::usage(format!(
            "compare: --baseline {}: there is no report in it whose gates held; keep one of a good run there",
            folder.display()
        ))
    })
}

/// The places for what is for programs and browsers.
struct Outputs {
    json: Option<Output>,
    html: Option<Output>,
    take_stdout: bool,
}

impl Outputs {
    fn reserve(args: &Compare) -> Result<Outputs, Error> {
        let is_on_stdout = |path: &Option<PathBuf>| path.as_deref().is_some_and(is_stdout);
        let both = args.json.as_deref().zip(args.html.as_deref());
        if let Some((path, _)) = both.filter(|(json, html)| are_same(json, html)) {
            return Err(Error::usage(format!(
                "compare: --json and --html cannot both write {}; give one of them another file",
                path.display()
            )));
        }
        let reserve =
            |flag: &str, path: &Option<PathBuf>| path.as_deref().map(|path| Output::reserve(flag, path)).transpose();
        let (json, html) = (reserve("--json", &args.json)?, reserve("--html", &args.html)?);
        Ok(Outputs { json, html, take_stdout: is_on_stdout(&args.json) || is_on_stdout(&args.html) })
    }

    /// One that cannot be written does not keep the other from it.
    fn write(self, comparison: &Comparison, base: &Side, new: &Side, warnings: &[String]) -> Result<(), Error> {
        let [base_names, new_names] = [base, new].map(Side::names);
        let json = self.json.map_or(Ok(()), |output| {
            output
                .write("--json", |writer| write_comparison_json(comparison, &base_names, &new_names, warnings, writer))
        });
        let [base, new] = [base.compared(&base_names), new.compared(&new_names)];
        let html = self.html.map_or(Ok(()), |output| {
            output.write("--html", |writer| write_comparison_html(comparison, &base, &new, warnings, writer))
        });
        json.and(html)
    }
}

fn write(comparison: &Comparison, warnings: &[String], out: &mut impl Write) -> io::Result<()> {
    for warning in warnings {
        writeln!(out, "warning: {warning}")?;
    }
    if !warnings.is_empty() {
        writeln!(out)?;
    }
    write_comparison(comparison, &mut *out)?;
    writeln!(out, "{}", comparison_headline(comparison))
}

impl Side {
    fn read(paths: &[PathBuf]) -> Result<Side, Error> {
        let mut side = Side { reports: Vec::new(), runs: Vec::new() };
        for path in paths {
            let (run, info) = read("compare", path)?;
            if run.blocks.blocks().is_empty() {
                return Err(Error::usage(format!(
                    "compare: {} has no blocks of full load; give a run that was at full load for a second or more",
                    path.display()
                )));
            }
            side.reports.push(Report { path: path.clone(), info });
            side.runs.push(run);
        }
        Ok(side)
    }

    fn names(&self) -> Vec<String> {
        self.reports.iter().map(|report| report.path.display().to_string()).collect()
    }

    fn compared<'a>(&'a self, names: &'a [String]) -> Vec<ComparedRun<'a>> {
        let named = names.iter().zip(self.each());
        named.map(|(name, (report, summary))| ComparedRun { name, summary, info: &report.info }).collect()
    }

    fn each(&self) -> impl Iterator<Item = (&Report, &Summary)> {
        self.reports.iter().zip(&self.runs)
    }
}

fn tolerance(words: &[ToleranceOf]) -> Tolerance {
    // That of all does not undo what is said of one, wherever it stands.
    let of_all = words.iter().filter(|word| word.metric.is_none());
    let tolerance = of_all.fold(Tolerance::default(), |tolerance, word| tolerance.of_all(word.share));
    words.iter().fold(tolerance, |tolerance, word| match word.metric {
        Some(metric) => tolerance.of(metric, word.share),
        None => tolerance,
    })
}

/// Says of the first two reports that are timed differently how they are.
fn different_clocks(base: &Side, new: &Side) -> Option<String> {
    let mut clocks =
        base.each().chain(new.each()).filter_map(|(report, run)| clock_of(run).map(|clock| (report, clock)));
    let (first, clock) = clocks.next()?;
    let (other, its_clock) = clocks.find(|(_, other)| *other != clock)?;
    Some(format!("{} is timed by {clock}, and {} by {its_clock}", first.path.display(), other.path.display()))
}

/// Settings that should be the same of all runs, and are not.
fn differences(base: &Side, new: &Side) -> Vec<String> {
    let all: Vec<(&Report, Vec<Attribute>)> =
        base.each().chain(new.each()).map(|(report, run)| (report, attributes(run, &report.info))).collect();
    let Some(((first, mine), rest)) = all.split_first() else { return Vec::new() };
    let different = mine.iter().enumerate().filter(|(_, fact)| fact.matters).filter_map(|(at, fact)| {
        let (other, its) = rest.iter().find(|(_, its)| its[at].compared != fact.compared)?;
        let (here, there) = (first.path.display(), other.path.display());
        Some(format!("the {} of {here} and {there} differ: {}; {}", fact.name, fact.shown, its[at].shown))
    });
    different.collect()
}

fn limited(side: &Side) -> impl Iterator<Item = String> {
    side.each().filter_map(|(report, run)| {
        let (path, verdict) = (report.path.display(), run.load_verdict());
        match verdict {
            LoadVerdict::TesterLimited(_) | LoadVerdict::UsersLost(_) | LoadVerdict::Dropped(_) => {
                Some(format!("the load of {path} was not as asked: {verdict}"))
            }
            LoadVerdict::Unseen(_) => Some(format!("the load of {path} may not have been as asked: {verdict}")),
            _ => None,
        }
    })
}
