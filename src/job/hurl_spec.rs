//! Settings of Hurl files: what the files are given, and which of the settings are given.

use super::plan::first;
use super::spec::HurlSpec;
use crate::script::HurlFiles;

impl HurlSpec {
    /// The files with all of the settings but the variables.
    pub(crate) fn describe(&self, mut files: HurlFiles) -> HurlFiles {
        files = self.file_root.iter().fold(files, |files, path| files.file_root(&**path));
        files = self.setup.iter().fold(files, |files, path| files.setup(&**path));
        files = self.teardown.iter().fold(files, |files, path| files.teardown(&**path));
        if let Some(times) = &self.retry {
            // -1 is without end.
            files = files.retry(u64::try_from(times.0).unwrap_or(u64::MAX));
        }
        if let Some(interval) = &self.retry_interval {
            files = files.retry_interval(interval.0);
        }
        files.keep_session(self.keep_session)
    }

    /// First field that is given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        first([
            (!self.variables.is_empty(), "variable"),
            (!self.variables_files.is_empty(), "variables-file"),
            (!self.secrets.is_empty(), "secret"),
            (!self.secrets_files.is_empty(), "secrets-file"),
            (self.file_root.is_some(), "file-root"),
            (self.retry.is_some(), "retry"),
            (self.retry_interval.is_some(), "retry-interval"),
            (self.setup.is_some(), "setup"),
            (self.teardown.is_some(), "teardown"),
            (self.keep_session, "keep-session"),
        ])
    }
}
