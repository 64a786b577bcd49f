//! What a run writes beside its tables. Each report at the end is a row of one table.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::Args;
use super::metrics::Metrics;
use super::output::{Output, are_same, check_stream, is_stdout, open_stream};
use crate::error::Error;
use crate::load_test::{Live, LoadTest};
use crate::report::{RunInfo, SampleFormat, Secrets, locust, write_hlog, write_html, write_json, write_junit};
use crate::stats::Summary;

/// Something that is written at the end of a run.
struct Report {
    flag: &'static str,
    path: fn(&Args) -> Option<PathBuf>,
    write: fn(&Summary, &RunInfo, &mut dyn Write) -> io::Result<()>,
}

const REPORTS: [Report; 8] = [
    Report {
        flag: "--json",
        path: |args| args.json.clone(),
        write: |summary, info, writer| write_json(summary, info, writer),
    },
    Report {
        flag: "--html",
        path: |args| args.html.clone(),
        write: |summary, info, writer| write_html(summary, info, writer),
    },
    Report {
        flag: "--hlog",
        path: |args| args.hlog.clone(),
        write: |summary, info, writer| write_hlog(summary, info, writer),
    },
    Report {
        flag: "--csv",
        path: |args| after_prefix(args, "_stats.csv"),
        write: |summary, _, writer| locust::write_stats(summary, writer),
    },
    Report {
        flag: "--csv",
        path: |args| after_prefix(args, "_stats_history.csv"),
        write: |summary, _, writer| locust::write_history(summary, writer),
    },
    Report {
        flag: "--csv",
        path: |args| after_prefix(args, "_failures.csv"),
        write: |summary, _, writer| locust::write_failures(summary, writer),
    },
    Report {
        flag: "--csv",
        path: |args| after_prefix(args, "_exceptions.csv"),
        write: |summary, _, writer| locust::write_exceptions(summary, writer),
    },
    Report {
        flag: "--junit",
        path: |args| args.junit.clone(),
        write: |summary, _, writer| write_junit(summary, writer),
    },
];

/// What is written while a run goes on.
fn streams(args: &Args) -> impl Iterator<Item = (&'static str, &Path)> {
    let streams = [("--log-http", args.log_http.as_deref()), ("--samples", args.samples.as_deref())];
    streams.into_iter().filter_map(|(flag, path)| Some((flag, path?)))
}

fn after_prefix(args: &Args, suffix: &str) -> Option<PathBuf> {
    let mut path: OsString = args.csv.clone()?.into();
    path.push(suffix);
    Some(path.into())
}

fn reports(args: &Args) -> impl Iterator<Item = (&'static Report, PathBuf)> {
    REPORTS.iter().filter_map(|report| Some((report, (report.path)(args)?)))
}

/// Something for programs goes to stdout, so that what is for people must not.
pub(super) fn takes_stdout(args: &Args) -> bool {
    reports(args).any(|(_, path)| is_stdout(&path)) || args.samples.as_deref().is_some_and(is_stdout)
}

/// Refuses flags that contradict one another.
///
/// # Errors
/// Two outputs with the same place, one in the place of an input, and a flag that another one needs.
pub(super) fn check(args: &Args) -> Result<(), Error> {
    if args.csv.as_deref().is_some_and(|prefix| is_stdout(prefix) || prefix.as_os_str().is_empty()) {
        return Err(Error::usage("--csv: makes four files; give what their names begin with, like results/run"));
    } else if args.show_secrets && args.log_http.is_none() {
        return Err(Error::usage("--show-secrets shows them in the log only; give --log-http FILE too"));
    }
    let reports = reports(args).map(|(report, path)| (report.flag, path));
    let all: Vec<_> = reports.chain(streams(args).map(|(flag, path)| (flag, path.to_owned()))).collect();
    for (number, (flag, path)) in all.iter().enumerate() {
        if let Some((other, _)) = all[..number].iter().find(|(_, known)| are_same(known, path)) {
            return Err(Error::usage(if is_stdout(path) {
                format!("{other} - and {flag} - cannot both have stdout; give one of them a file")
            } else {
                format!("{other} and {flag} cannot both write {}; give one of them another file", path.display())
            }));
        }
        if let Some((input, _)) = inputs(args).find(|(_, input)| !is_stdout(path) && are_same(input, path)) {
            return Err(Error::usage(format!(
                "{flag} would overwrite {}, which {input} reads; give it another file",
                path.display()
            )));
        }
    }
    Ok(())
}

/// The files that a run reads, as far as flags name them.
fn inputs(args: &Args) -> impl Iterator<Item = (&'static str, &Path)> {
    let named = [
        ("--feed", args.feed.as_deref()),
        ("--cacert", args.cacert.as_deref()),
        ("--cert", args.cert.as_ref().map(|cert| cert.path.as_path())),
        ("--key", args.key.as_deref()),
        ("--data", args.data.as_deref().and_then(|data| data.strip_prefix('@')).map(Path::new)),
        ("--setup", args.hurl.setup.as_deref()),
        ("--teardown", args.hurl.teardown.as_deref()),
        ("--json-data", args.json_data.as_deref().and_then(|data| data.strip_prefix('@')).map(Path::new)),
    ];
    let hurl = &args.hurl;
    let listed = [("--variables-file", &hurl.variables_files), ("--secrets-file", &hurl.secrets_files)];
    let listed = listed.into_iter().flat_map(|(flag, paths)| paths.iter().map(move |path| (flag, path.as_path())));
    let targets = args.targets.iter().map(|target| ("the run", Path::new(target)));
    named.into_iter().filter_map(|(flag, path)| Some((flag, path?))).chain(listed).chain(targets)
}

/// Finds out whether all places can be written to, and leaves nothing there.
///
/// # Errors
/// Those of [`Outputs::reserve`].
pub(super) fn try_all(args: &Args) -> Result<(), Error> {
    for (report, path) in reports(args) {
        Output::reserve(report.flag, &path)?;
    }
    for (flag, path) in streams(args) {
        check_stream(flag, path)?;
    }
    args.metrics_addr.map(Metrics::listen).transpose()?;
    Ok(())
}

/// The places that a run will write to.
pub(super) struct Outputs {
    reports: Vec<(&'static Report, Output)>,
    metrics: Option<Metrics>,
}

impl Outputs {
    /// Takes all places, and tells the test what to write while it runs.
    ///
    /// # Errors
    /// When one of them cannot be written to, or listened on. Then no file is changed.
    pub(super) fn reserve(args: &Args, mut test: LoadTest) -> Result<(Outputs, LoadTest), Error> {
        let reserved = reports(args).map(|(report, path)| Ok((report, Output::reserve(report.flag, &path)?)));
        let reports = reserved.collect::<Result<Vec<_>, Error>>()?;
        let metrics = args.metrics_addr.map(Metrics::listen).transpose()?;
        // All of them before the first one is opened, which empties it.
        streams(args).try_for_each(|(flag, path)| check_stream(flag, path))?;
        if let Some(path) = &args.log_http {
            let secrets = if args.show_secrets { Secrets::Show } else { Secrets::Mask };
            test = test.log_http(open_stream("--log-http", path)?, secrets);
        }
        if let Some(path) = &args.samples {
            test = test.samples(open_stream("--samples", path)?, sample_format(path));
        }
        Ok((Outputs { reports, metrics }, test))
    }

    /// Answers those who want to read the numbers of this run while it goes on. Returns what to tell people of it.
    pub(super) fn serve(&mut self, live: Live) -> Option<String> {
        let metrics = self.metrics.take()?;
        let url = metrics.url();
        Some(match metrics.serve(live) {
            Ok(()) => format!("metrics: {url}"),
            Err(error) => {
                format!("warning: --metrics-addr: nobody answers at {url}, there is no thread for it ({error})")
            }
        })
    }

    /// Writes the reports; one that cannot be written does not keep the others from it.
    ///
    /// # Errors
    /// The first one, or why something could not be written while the run went on.
    pub(super) fn write(self, args: &Args, summary: &Summary, info: &RunInfo) -> Result<(), Error> {
        let write = |(report, output): (&Report, Output)| {
            output.write(report.flag, |writer| (report.write)(summary, info, writer))
        };
        self.reports.into_iter().map(write).fold(Ok(()), Result::and).and(streams_end(args, summary))
    }
}

/// How what was written while a run went on has ended.
fn streams_end(args: &Args, summary: &Summary) -> Result<(), Error> {
    let losses = [("--log-http", &summary.log), ("--samples", &summary.samples)];
    let broken = streams(args).find_map(|(flag, path)| {
        let (_, loss) = losses.iter().find(|(of, _)| *of == flag)?;
        Some((flag, path, loss.error.as_ref()?))
    });
    match broken {
        None => Ok(()),
        Some((flag, path, error)) => Err(Error::run(format!(
            "{flag} {}: could not be written to its end ({error}); give it a file or disk with room",
            path.display()
        ))),
    }
}

fn sample_format(path: &Path) -> SampleFormat {
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("jtl") => SampleFormat::Jtl,
        _ => SampleFormat::Csv,
    }
}
