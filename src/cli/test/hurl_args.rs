//! Flags for Hurl files, named as Hurl's own.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::hurl_environment::HurlEnvironment;
use crate::job::hurl_values::{parse_count, parse_milliseconds};
use crate::job::spec::HurlSpec;
use crate::job::written::Written;

/// Heading in the help.
const HURL: &str = "Hurl files";

#[derive(Debug, Default, Clone, clap::Args)]
pub(super) struct HurlArgs {
    /// Variable for Hurl files; {user}, {iteration} and {column} in it are filled in (repeatable)
    #[arg(long = "variable", value_name = "NAME=VALUE", help_heading = HURL)]
    pub(super) variables: Vec<String>,

    /// File with a NAME=VALUE on each line (repeatable)
    #[arg(long = "variables-file", value_name = "FILE", help_heading = HURL)]
    pub(super) variables_files: Vec<PathBuf>,

    /// Variable whose value is shown nowhere (repeatable)
    #[arg(long = "secret", value_name = "NAME=VALUE", help_heading = HURL)]
    pub(super) secrets: Vec<String>,

    /// File with a secret NAME=VALUE on each line (repeatable)
    #[arg(long = "secrets-file", value_name = "FILE", help_heading = HURL)]
    pub(super) secrets_files: Vec<PathBuf>,

    /// Folder whose files Hurl files may send or compare with [default: that of each Hurl file]
    #[arg(long, value_name = "DIR", help_heading = HURL)]
    pub(super) file_root: Option<PathBuf>,

    /// How often an entry is tried again whose asserts did not hold; -1 is without end [default: 0]
    #[arg(long, value_name = "N", value_parser = parse_count, help_heading = HURL)]
    pub(super) retry: Option<i64>,

    /// Rest before each of these tries, in milliseconds without a unit [default: 1000]
    #[arg(long, value_name = "TIME", value_parser = parse_milliseconds, help_heading = HURL)]
    pub(super) retry_interval: Option<Duration>,

    /// Hurl file that each user runs once before its work; what it captures is handed on
    #[arg(long, value_name = "FILE", help_heading = HURL)]
    pub(super) setup: Option<PathBuf>,

    /// Hurl file that each user runs once after its work
    #[arg(long, value_name = "FILE", help_heading = HURL)]
    pub(super) teardown: Option<PathBuf>,

    /// Keep variables and cookies of one iteration for the next
    #[arg(long, help_heading = HURL)]
    pub(super) keep_session: bool,
}

impl HurlArgs {
    /// The settings, with what the environment gives below them.
    pub(super) fn spec(&self, environment: &HurlEnvironment) -> HurlSpec {
        let pairs = |pairs: &[(String, String)]| pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let paths = |paths: &[PathBuf]| paths.iter().map(|path| Written::path(path)).collect();
        HurlSpec {
            base_variables: pairs(&environment.variables),
            base_secrets: pairs(&environment.secrets),
            variables: self.variables.clone(),
            variables_files: paths(&self.variables_files),
            secrets: self.secrets.clone(),
            secrets_files: paths(&self.secrets_files),
            file_root: self.file_root.as_deref().map(Written::path),
            retry: self.retry.and_then(|times| Written::read(&times.to_string()).ok()),
            retry_interval: self.retry_interval.and_then(|rest| Written::read(&format!("{}ms", rest.as_millis())).ok()),
            setup: self.setup.as_deref().map(Written::path),
            teardown: self.teardown.as_deref().map(Written::path),
            keep_session: self.keep_session,
        }
    }
}
