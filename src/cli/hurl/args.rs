//! The flags for Hurl files, which a load test and `perfloop test` share. They are named as Hurl's own.

use std::path::PathBuf;
use std::time::Duration;

use super::values::{parse_count, parse_milliseconds};
use crate::hurl::HurlFiles;

/// What stands above them in the help.
const HURL: &str = "Hurl files";

#[derive(Debug, Default, Clone, clap::Args)]
pub(in crate::cli) struct HurlArgs {
    /// Variable for Hurl files; {user}, {iteration} and {column} in it are filled in (repeatable)
    #[arg(long = "variable", value_name = "NAME=VALUE", help_heading = HURL)]
    pub(in crate::cli) variables: Vec<String>,

    /// File with a NAME=VALUE on each line (repeatable)
    #[arg(long = "variables-file", value_name = "FILE", help_heading = HURL)]
    pub(in crate::cli) variables_files: Vec<PathBuf>,

    /// Variable whose value is shown nowhere (repeatable)
    #[arg(long = "secret", value_name = "NAME=VALUE", help_heading = HURL)]
    pub(in crate::cli) secrets: Vec<String>,

    /// File with a secret NAME=VALUE on each line (repeatable)
    #[arg(long = "secrets-file", value_name = "FILE", help_heading = HURL)]
    pub(in crate::cli) secrets_files: Vec<PathBuf>,

    /// Folder whose files Hurl files may send or compare with [default: that of each Hurl file]
    #[arg(long, value_name = "DIR", help_heading = HURL)]
    pub(in crate::cli) file_root: Option<PathBuf>,

    /// How often an entry is tried again whose asserts did not hold; -1 is without end [default: 0]
    #[arg(long, value_name = "N", value_parser = parse_count, help_heading = HURL)]
    pub(in crate::cli) retry: Option<i64>,

    /// Rest before each of these tries, in milliseconds without a unit [default: 1000]
    #[arg(long, value_name = "TIME", value_parser = parse_milliseconds, help_heading = HURL)]
    pub(in crate::cli) retry_interval: Option<Duration>,

    /// Hurl file that each user runs once before its work; what it captures is handed on
    #[arg(long, value_name = "FILE", help_heading = HURL)]
    pub(in crate::cli) setup: Option<PathBuf>,

    /// Hurl file that each user runs once after its work
    #[arg(long, value_name = "FILE", help_heading = HURL)]
    pub(in crate::cli) teardown: Option<PathBuf>,

    /// Keep variables and cookies of one iteration for the next
    #[arg(long, help_heading = HURL)]
    pub(in crate::cli) keep_session: bool,
}

impl HurlArgs {
    /// Says to the files what they are given, but for the variables.
    pub(in crate::cli) fn describe(&self, mut files: HurlFiles) -> HurlFiles {
        files = self.file_root.iter().fold(files, HurlFiles::file_root);
        files = self.setup.iter().fold(files, HurlFiles::setup);
        files = self.teardown.iter().fold(files, HurlFiles::teardown);
        if let Some(times) = self.retry {
            // More than anybody can wait for is without end.
            files = files.retry(u64::try_from(times).unwrap_or(u64::MAX));
        }
        if let Some(interval) = self.retry_interval {
            files = files.retry_interval(interval);
        }
        files.keep_session(self.keep_session)
    }

    /// The first of them that was given.
    pub(in crate::cli) fn given(&self) -> Option<&'static str> {
        let given = [
            (!self.variables.is_empty(), "--variable"),
            (!self.variables_files.is_empty(), "--variables-file"),
            (!self.secrets.is_empty(), "--secret"),
            (!self.secrets_files.is_empty(), "--secrets-file"),
            (self.file_root.is_some(), "--file-root"),
            (self.retry.is_some(), "--retry"),
            (self.retry_interval.is_some(), "--retry-interval"),
            (self.setup.is_some(), "--setup"),
            (self.teardown.is_some(), "--teardown"),
            (self.keep_session, "--keep-session"),
        ];
        given.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag))
    }
}
