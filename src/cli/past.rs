//! Reports of a folder, one run after another.

use std::fs;
use std::path::{Path, PathBuf};

use super::merge::read_judged;
use crate::error::Error;
use crate::report::RunInfo;
use crate::stats::Summary;

/// A run whose report is in a folder.
pub(super) struct Past {
    pub(super) path: PathBuf,
    pub(super) summary: Summary,
    pub(super) info: RunInfo,
    /// All its gates held; `None` where nothing was judged.
    pub(super) is_good: Option<bool>,
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
        match read_judged(command, &path) {
            Ok((summary, info, is_good)) => runs.push(Past { path, summary, info, is_good }),
            Err(error) => others.push(error.to_string()),
        }
    }
    runs.sort_by(|a, b| (a.info.started, &a.path).cmp(&(b.info.started, &b.path)));
    others.sort();
    Ok((runs, others))
}
