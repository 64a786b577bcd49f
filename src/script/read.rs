//! Reads Hurl files: all of them before any traffic, and all that is wrong with them at once.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use perfloop_hurl::{ParseError, Source, parse_with, unsupported};

use super::files::Files;
use super::overrides::Overrides;
use super::plan::Plan;
use crate::import;
use crate::input_file;
use crate::printable;

/// Errors of Hurl files that cannot be run: all that is wrong with all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HurlErrors {
    /// Files that cannot be read, one line each.
    pub unreadable: Vec<String>,
    /// Texts that are no Hurl, or that perfloop does not run: each with its file, line and column, and the line itself.
    pub wrong: Vec<String>,
}

impl fmt::Display for HurlErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<&str> = self.unreadable.iter().chain(&self.wrong).map(String::as_str).collect();
        f.write_str(&all.join("\n"))
    }
}

impl Error for HurlErrors {}

impl HurlErrors {
    /// Three results as one, or the errors of all of them.
    pub(super) fn all<T>(a: Result<T, Self>, b: Result<T, Self>, c: Result<T, Self>) -> Result<(T, T, T), Self> {
        match (a, b, c) {
            (Ok(a), Ok(b), Ok(c)) => Ok((a, b, c)),
            (a, b, c) => {
                let mut all = HurlErrors { unreadable: Vec::new(), wrong: Vec::new() };
                for errors in [a.err(), b.err(), c.err()].into_iter().flatten() {
                    all.unreadable.extend(errors.unreadable);
                    all.wrong.extend(errors.wrong);
                }
                Err(all)
            }
        }
    }
}

/// Settings of all files, known before they are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    /// Instead of each file's own folder.
    pub(super) root: Option<&'a Path>,
    /// Base of relative URLs. Without it there may be none, unless that is found late.
    pub(super) base: Option<&'a str>,
    pub(super) overrides: &'a Overrides,
    /// True when errors of every answer are left to the run.
    pub(super) finds_late: bool,
}

impl Reading<'_> {
    /// Reads files, and folders with all that is in them.
    pub(super) fn read(self, paths: &[PathBuf]) -> Result<Vec<Arc<Plan>>, HurlErrors> {
        let mut errors = HurlErrors { unreadable: Vec::new(), wrong: Vec::new() };
        let mut plans = Vec::new();
        for path in paths {
            match found(path) {
                Ok(files) if files.is_empty() => {
                    errors.unreadable.push(format!("{}: there is no .hurl file in this folder", path.display()));
                }
                Ok(files) => files.iter().for_each(|file| plans.extend(self.plan(file, &mut errors))),
                Err(error) => errors.unreadable.push(error),
            }
        }
        if errors.unreadable.is_empty() && errors.wrong.is_empty() { Ok(plans) } else { Err(errors) }
    }

    fn plan(self, path: &Path, errors: &mut HurlErrors) -> Option<Arc<Plan>> {
        // What stands in the current folder needs no path.
        let name = path.strip_prefix(".").unwrap_or(path).display().to_string();
        let name = printable::name(&name).into_owned();
        let text = match input_file::read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(error)) => {
                errors.wrong.push(not_utf8(&name, error.as_bytes(), error.utf8_error().valid_up_to()));
                return None;
            }
            Err(error) => {
                errors.unreadable.push(unreadable(path, &error));
                return None;
            }
        };
        let text = match as_hurl(path, &name, text) {
            Ok(text) => text,
            Err(told) => {
                errors.wrong.push(told);
                return None;
            }
        };
        match self.compile(&name, text, path) {
            Ok(plan) => Some(Arc::new(plan)),
            Err((source, found)) => {
                errors.wrong.extend(found.iter().map(|error| error.render(&source)));
                None
            }
        }
    }

    fn compile(self, name: &str, text: String, path: &Path) -> Result<Plan, (Source, Vec<ParseError>)> {
        let source = Source::new(name, text.strip_prefix('\u{feff}').unwrap_or(&text));
        let options = perfloop_hurl::Options { relative_urls: self.base.is_some() || self.finds_late };
        let mut file = match parse_with(source.text(), options) {
            Ok(file) => file,
            Err(error) => return Err((source, vec![error])),
        };
        self.overrides.apply(&mut file);
        let mut unsupported = unsupported(&file);
        // An answer of another version is a failed assert.
        unsupported.retain(|error| !self.finds_late || error.reading != "version");
        if !unsupported.is_empty() {
            return Err((source, unsupported));
        }
        let root = self.root.unwrap_or_else(|| path.parent().unwrap_or(Path::new("")));
        let plan = Plan::new(source, &file, self.base, Arc::new(Files::new(root)))?;
        let broken = if self.finds_late { Vec::new() } else { plan.broken() };
        if broken.is_empty() { Ok(plan) } else { Err((plan.source, broken)) }
    }
}

/// Text of a Hurl file; of a file of another tool, what it is as Hurl.
///
/// # Errors
/// What of it would be lost.
fn as_hurl(path: &Path, name: &str, text: String) -> Result<String, String> {
    if path.extension().is_none_or(|ending| ending == "hurl") {
        return Ok(text);
    }
    let Some(format) = import::Format::of(path, &text).filter(|format| *format != import::Format::Curl) else {
        return Ok(text);
    };
    let made = import::import(format, &text, &import::ImportSettings::default())
        .map_err(|error| format!("{name}: {error}"))?;
    let Some(first) = made.losses.first() else { return Ok(made.text) };
    Err(format!(
        "{name}:{}: {} ({} in all would be lost); make a test of it, and look it through: perfloop import {name} > suite.hurl",
        first.line,
        first.what,
        crate::units::count(made.losses.len() as u64, "thing"),
    ))
}

/// The file, or all below the folder that are Hurl, in the order of their names.
fn found(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error: io::Error| unreadable(path, &error);
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.path());
    }
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        // A link to a folder may lead back to where it stands.
        if entry.is_dir() && !entry.is_symlink() {
            files.extend(found(&entry)?);
        } else if entry.is_file() && entry.extension().is_some_and(|extension| extension == "hurl") {
            files.push(entry);
        }
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => format!("{name}: there is no such file; name one that there is"),
        _ => format!("{name}: cannot be read ({error}); name a file that can"),
    }
}

fn not_utf8(name: &str, bytes: &[u8], valid: usize) -> String {
    let before = &bytes[..valid];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    format!("{name}:{line}:{column}: byte 0x{:02x} is no UTF-8; save the file as UTF-8", bytes[valid])
}

#[cfg(test)]
mod tests {
    use super::*;

    const READING: Reading<'static> = Reading {
        root: None,
        base: None,
        overrides: &Overrides { options: Vec::new(), entries: 1..=usize::MAX, expects_nothing: false },
        finds_late: false,
    };

    #[test]
    fn a_folder_is_read_in_order_with_all_folders_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("b/c")).expect("made");
        for name in ["z.hurl", "a.hurl", "b/c/d.hurl", "b/note.txt"] {
            fs::write(folder.path().join(name), "GET http://a.test\n").expect("written");
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), folder.path().join("b/loop")).expect("linked");
        let plans = READING.read(&[folder.path().to_owned()]).expect("plans");
        let names: Vec<&str> = plans.iter().map(|plan| plan.source.name()).collect();
        let wanted = ["a.hurl", "b/c/d.hurl", "z.hurl"].map(|name| folder.path().join(name).display().to_string());
        assert_eq!(names, wanted);
    }

    #[test]
    fn what_is_wrong_with_all_files_is_told_at_once_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::write(path("good.hurl"), "\u{feff}GET http://a.test\r\n").expect("written");
        fs::write(path("bad.hurl"), "GET http://a.test\nHTTP 200\n[Asserts]\nstatus ~~ 1\n").expect("written");
        fs::write(path("latin.hurl"), b"# caf\xe9\n").expect("written");
        let paths = ["good.hurl", "bad.hurl", "none.hurl", "latin.hurl"].map(path);
        let errors = READING.read(&paths).expect_err("errors");
        assert_eq!((errors.unreadable.len(), errors.wrong.len()), (1, 2), "{errors}");
        assert!(errors.unreadable[0].contains("none.hurl: there is no such file"), "{errors}");
        assert!(errors.wrong[0].contains("bad.hurl:4:") && errors.wrong[0].contains("status ~~ 1"), "{errors}");
        assert!(errors.wrong[1].contains("latin.hurl:1:6: byte 0xe9"), "{errors}");
    }

    #[test]
    fn what_perfloop_does_not_run_is_an_error_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.hurl");
        fs::write(&path, "GET http://a.test\n[Options]\nhttp2: true\nHTTP/2 200\n").expect("written");
        let errors = READING.read(&[path]).expect_err("unsupported");
        assert_eq!(errors.wrong.len(), 2, "{errors}");
        assert!(errors.wrong[0].contains("a.hurl:3:") && errors.wrong[0].contains("http2"), "{errors}");
    }

    #[test]
    fn what_goes_wrong_with_every_answer_is_an_error_unless_it_is_to_be_found_late() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.hurl");
        let text = "GET http://a.test\nHTTP/3 200\n";
        fs::write(&path, text).expect("written");
        let late = Reading { finds_late: true, ..READING };
        let wrong = |path: &PathBuf| READING.read(std::slice::from_ref(path)).expect_err("an error").wrong;
        assert!(wrong(&path)[0].contains("a.hurl:2:1: error in version"), "{:?}", wrong(&path));
        assert!(late.read(std::slice::from_ref(&path)).is_ok());
        let asserts = "jsonpath \"$[\" exists\nbody matches \"(\"\nbody matches \"a\"";
        fs::write(&path, format!("GET http://a.test\nHTTP 200\n[Asserts]\n{asserts}\n")).expect("written");
        let [first, second] = &wrong(&path)[..] else { panic!("{:?}", wrong(&path)) };
        assert!(
            first.contains("a.hurl:4:11: error in expectation") && second.contains("a.hurl:5:6:"),
            "{first}\n{second}"
        );
        assert!(late.read(std::slice::from_ref(&path)).is_ok());
        fs::write(&path, "GET /login\nhttp2: x\n[Options]\nhttp2: true\n").expect("written");
        assert!(late.read(&[path]).expect_err("never run").wrong[0].contains("a.hurl:4:1: error in option"));
    }

    #[test]
    fn a_folder_without_hurl_files_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(READING.read(&[folder.path().to_owned()]).expect_err("nothing").to_string().contains("no .hurl file"));
    }

    #[test]
    fn a_relative_url_needs_a_host() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.hurl");
        fs::write(&path, "GET /login\n").expect("written");
        assert!(READING.read(std::slice::from_ref(&path)).is_err());
        let plans = Reading { base: Some("http://a.test/"), ..READING }.read(&[path]).expect("plans");
        assert_eq!(plans[0].entries[0].request.shared.request.uri.to_string(), "http://a.test/login");
        assert_eq!(plans[0].entries[0].request.shared.request.name, "GET /login");
    }
}
