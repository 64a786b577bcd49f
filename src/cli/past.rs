//! Reports of a folder, one run after another.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::merge::read;
use crate::error::Error;
use crate::input_file;
use crate::report::RunInfo;
use crate::stats::Summary;

/// A run whose report is in a folder.
pub(super) struct Past {
    pub(super) path: PathBuf,
    pub(super) summary: Summary,
    pub(super) info: RunInfo,
    /// All its gates held.
    pub(super) is_good: bool,
}

/// Runs of a folder, the oldest first, and what of its files is no report.
///
/// # Errors
/// A folder that cannot be read.
pub(super) fn runs(command: &str, folder: &Path) -> Result<(Vec<Past>, Vec<String>), Error> {
    let unread = |error| {
        Error::usage(format!("{command}: {} cannot be read ({error}); give a folder of reports", folder.display()))
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(unread)? {
        paths.push(entry.map_err(unread)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json") && path.is_file());
    let (mut runs, mut others) = (Vec::new(), Vec::new());
    for path in paths {
        match read(command, &path) {
            Ok((summary, info)) => runs.push(Past { is_good: is_good(&path), path, summary, info }),
            Err(error) => others.push(error.to_string()),
        }
    }
    runs.sort_by(|a, b| (a.info.started, &a.path).cmp(&(b.info.started, &b.path)));
    others.sort();
    Ok((runs, others))
}

/// No gate was crossed.
fn is_good(path: &Path) -> bool {
    let document: Option<Value> = input_file::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let gates = document.as_ref().and_then(|document| document.get("gates")).and_then(Value::as_array);
    gates.is_some_and(|gates| gates.iter().all(|gate| gate.get("crossed") == Some(&Value::Bool(false))))
}
