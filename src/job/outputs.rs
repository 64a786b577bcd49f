//! Outputs of a run beside its tables. Each report at the end is a row of one table.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::output::{Output, are_same, check_stream, is_stdout, open_stream};
use super::spec::RunSpec;
use super::written::Written;
use crate::error::Error;
use crate::load_test::LoadTest;
use crate::report::{
    RunInfo, SampleFormat, Secrets, locust, write_hlog, write_html, write_json, write_junit, write_markdown,
};
use crate::stats::Summary;

/// Something that is written at the end of a run.
struct Report {
    field: &'static str,
    path: fn(&RunSpec) -> Option<PathBuf>,
    write: fn(&Summary, &RunInfo, &mut dyn Write) -> io::Result<()>,
}

const REPORTS: [Report; 9] = [
    Report {
        field: "‹json›",
        path: |spec| spec.json.as_ref().map(|file| file.0.clone()),
        write: |summary, info, writer| write_json(summary, info, writer),
    },
    Report {
        field: "‹html›",
        path: |spec| path(&spec.html).map(Path::to_owned),
        write: |summary, info, writer| write_html(summary, info, writer),
    },
    Report {
        field: "‹hlog›",
        path: |spec| path(&spec.hlog).map(Path::to_owned),
        write: |summary, info, writer| write_hlog(summary, info, writer),
    },
    Report {
        field: "‹csv›",
        path: |spec| after_prefix(spec, "_stats.csv"),
        write: |summary, _, writer| locust::write_stats(summary, writer),
    },
    Report {
        field: "‹csv›",
        path: |spec| after_prefix(spec, "_stats_history.csv"),
        write: |summary, _, writer| locust::write_history(summary, writer),
    },
    Report {
        field: "‹csv›",
        path: |spec| after_prefix(spec, "_failures.csv"),
        write: |summary, _, writer| locust::write_failures(summary, writer),
    },
    Report {
        field: "‹csv›",
        path: |spec| after_prefix(spec, "_exceptions.csv"),
        write: |summary, _, writer| locust::write_exceptions(summary, writer),
    },
    Report {
        field: "‹junit›",
        path: |spec| path(&spec.junit).map(Path::to_owned),
        write: |summary, _, writer| write_junit(summary, writer),
    },
    Report {
        field: "‹markdown›",
        path: |spec| path(&spec.markdown).map(Path::to_owned),
        write: |summary, _, writer| write_markdown(summary, writer),
    },
];

/// Path that a field holds.
fn path(field: &Option<Written<PathBuf>>) -> Option<&Path> {
    field.as_ref().map(|path| path.as_path())
}

/// Outputs that are written while a run goes on.
fn streams(spec: &RunSpec) -> impl Iterator<Item = (&'static str, &Path)> {
    let streams = [("‹log-http›", path(&spec.log_http)), ("‹samples›", path(&spec.samples))];
    streams.into_iter().filter_map(|(field, path)| Some((field, path?)))
}

fn after_prefix(spec: &RunSpec, suffix: &str) -> Option<PathBuf> {
    let mut path: OsString = path(&spec.csv)?.into();
    path.push(suffix);
    Some(path.into())
}

fn reports(spec: &RunSpec) -> impl Iterator<Item = (&'static Report, PathBuf)> {
    REPORTS.iter().filter_map(|report| Some((report, (report.path)(spec)?)))
}

/// Something for programs goes to stdout, so that what is for people must not.
pub(crate) fn takes_stdout(spec: &RunSpec) -> bool {
    reports(spec).any(|(_, path)| is_stdout(&path)) || path(&spec.samples).is_some_and(is_stdout)
}

/// Refuses flags that contradict one another.
///
/// # Errors
/// Two outputs with the same place, one in the place of an input, and a field that another one needs.
pub(crate) fn check(spec: &RunSpec) -> Result<(), Error> {
    if path(&spec.csv).is_some_and(|prefix| is_stdout(prefix) || prefix.as_os_str().is_empty()) {
        return Err(Error::usage("‹csv›: makes four files; give what their names begin with, like results/run"));
    } else if spec.show_secrets && spec.log_http.is_none() {
        return Err(Error::usage("‹show-secrets› shows them in the log only; give ‹log-http› FILE too"));
    }
    let reports = reports(spec).map(|(report, path)| (report.field, path));
    let all: Vec<_> = reports.chain(streams(spec).map(|(field, path)| (field, path.to_owned()))).collect();
    for (number, (field, path)) in all.iter().enumerate() {
        if let Some((other, _)) = all[..number].iter().find(|(_, known)| are_same(known, path)) {
            return Err(Error::usage(if is_stdout(path) {
                format!("{other} - and {field} - cannot both have stdout; give one of them a file")
            } else {
                format!("{other} and {field} cannot both write {}; give one of them another file", path.display())
            }));
        }
        if let Some((input, _)) = inputs(spec).find(|(_, input)| !is_stdout(path) && are_same(input, path)) {
            return Err(Error::usage(format!(
                "{field} would overwrite {}, which {input} reads; give it another file",
                path.display()
            )));
        }
    }
    Ok(())
}

/// The files that a run reads, as far as flags name them.
fn inputs(spec: &RunSpec) -> impl Iterator<Item = (&'static str, &Path)> {
    let named = [
        ("‹feed›", path(&spec.feed)),
        ("‹cacert›", path(&spec.cacert)),
        ("‹cert›", spec.cert.as_ref().map(|cert| cert.path.as_path())),
        ("‹key›", path(&spec.key)),
        ("‹data›", spec.data.as_deref().and_then(|data| data.strip_prefix('@')).map(Path::new)),
        ("‹setup›", path(&spec.hurl.setup)),
        ("‹teardown›", path(&spec.hurl.teardown)),
        ("‹json-data›", spec.json_data.as_deref().and_then(|data| data.strip_prefix('@')).map(Path::new)),
    ];
    let hurl = &spec.hurl;
    let listed = [("‹variables-file›", &hurl.variables_files), ("‹secrets-file›", &hurl.secrets_files)];
    let listed = listed.into_iter().flat_map(|(field, paths)| paths.iter().map(move |path| (field, path.as_path())));
    let targets = spec.targets.iter().map(|target| ("the run", Path::new(target)));
    named.into_iter().filter_map(|(field, path)| Some((field, path?))).chain(listed).chain(targets)
}

/// Finds out whether all places can be written to, and leaves nothing there.
///
/// # Errors
/// Those of [`Outputs::reserve`].
pub(crate) fn try_all(spec: &RunSpec) -> Result<(), Error> {
    for (report, path) in reports(spec) {
        Output::reserve(report.field, &path)?;
    }
    for (field, path) in streams(spec) {
        check_stream(field, path)?;
    }
    Ok(())
}

/// The places that a run will write to.
pub(crate) struct Outputs {
    reports: Vec<(&'static Report, Output)>,
}

impl Outputs {
    /// Takes all places, and tells the test what to write while it runs.
    ///
    /// # Errors
    /// When one of them cannot be written to, or listened on. Then no file is changed.
    pub(crate) fn reserve(spec: &RunSpec, mut test: LoadTest) -> Result<(Outputs, LoadTest), Error> {
        let outputs = Outputs::reserve_reports(spec)?;
        // All of them before the first one is opened, which empties it.
        streams(spec).try_for_each(|(field, path)| check_stream(field, path))?;
        if let Some(path) = &spec.log_http {
            let secrets = if spec.show_secrets { Secrets::Show } else { Secrets::Mask };
            test = test.log_http(open_stream("‹log-http›", path)?, secrets);
        }
        if let Some(path) = &spec.samples {
            test = test.samples(open_stream("‹samples›", path)?, sample_format(path));
        }
        Ok((outputs, test))
    }

    /// Takes the places of the reports.
    ///
    /// # Errors
    /// When one of them cannot be written to. Then no file is changed.
    pub(crate) fn reserve_reports(spec: &RunSpec) -> Result<Outputs, Error> {
        let reserved = reports(spec).map(|(report, path)| Ok((report, Output::reserve(report.field, &path)?)));
        Ok(Outputs { reports: reserved.collect::<Result<Vec<_>, Error>>()? })
    }

    /// Writes the reports; one that cannot be written does not keep the others from it.
    ///
    /// # Errors
    /// The first one, or why something could not be written while the run went on.
    pub(crate) fn write(self, spec: &RunSpec, summary: &Summary, info: &RunInfo) -> Result<(), Error> {
        let write = |(report, output): (&Report, Output)| {
            output.write(report.field, |writer| (report.write)(summary, info, writer))
        };
        self.reports.into_iter().map(write).fold(Ok(()), Result::and).and(streams_end(spec, summary))
    }
}

/// Error of a file that was written while the run went on.
fn streams_end(spec: &RunSpec, summary: &Summary) -> Result<(), Error> {
    let losses = [("‹log-http›", &summary.log), ("‹samples›", &summary.samples)];
    let broken = streams(spec).find_map(|(field, path)| {
        let (_, loss) = losses.iter().find(|(of, _)| *of == field)?;
        Some((field, path, loss.error.as_ref()?))
    });
    match broken {
        None => Ok(()),
        Some((field, path, error)) => Err(Error::run(format!(
            "{field} {}: could not be written to its end ({error}); give it a file or disk with room",
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
