//! Hurl files for a load test, or to be run once each.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use url::{Position, Url};

use super::eval::{Value, Variables};
use super::hurl_checks::{HurlChecks, Shared};
use super::overrides::Overrides;
use super::plan::{Count, Plan as FilePlan};
use super::read::{HurlErrors, Reading};
use super::run::RunSettings;
use super::session::{Base, File};
use super::sources::{Leaves, Sources};
use crate::error::Error;
use crate::load::User;

/// Says how Hurl files are run, and reads them.
///
/// ```
/// use perfloop::hurl::HurlFiles;
/// use perfloop::{LoadTest, Plan};
/// # use mock_service::{MockService, Settings};
/// # let service = MockService::start(Settings { delay: std::time::Duration::ZERO, ..Settings::default() })?;
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("hello.hurl");
/// # std::fs::write(&file, "GET {{host}}/json\nHTTP 200\n[Asserts]\njsonpath \"$.code\" == 1\n")?;
///
/// let files = HurlFiles::new().host(service.url().parse()?).read([file])?;
/// let mut test = LoadTest::new(Plan::new().users(2).loops(5));
/// for check in files.checks() {
///     test = test.with_check(check);
/// }
/// assert_eq!(test.start()?.join()?.whole.totals.pass, 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "it does nothing until files are read"]
pub struct HurlFiles {
    variables: Variables,
    base: Option<Arc<Base>>,
    /// Names of the variables that the base gives, where they are known.
    base_names: Option<Vec<String>>,
    root: Option<PathBuf>,
    host: Option<Url>,
    setup: Vec<PathBuf>,
    teardown: Vec<PathBuf>,
    settings: RunSettings,
    overrides: Overrides,
    finds_late: bool,
}

impl HurlFiles {
    /// No variables, and all else as hurl has it without flags.
    pub fn new() -> Self {
        HurlFiles {
            variables: Variables::new(),
            base: None,
            base_names: None,
            root: None,
            host: None,
            setup: Vec::new(),
            teardown: Vec::new(),
            settings: RunSettings::default(),
            overrides: Overrides::default(),
            finds_late: false,
        }
    }

    /// Gives all files a variable. The text tells its kind, as on the command line of hurl: `12` is a number, `true` a
    /// boolean, `null` nothing, `"12"` in quotes and anything else a text.
    ///
    /// Three more there are in any case, unless one of their names is given: `user` and `iteration` count from 1, and
    /// `unique_id` is another in each run of a file.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        let value = Variables::parse_value(value).unwrap_or_else(|_| Value::from(value));
        self.variables.set(name, value);
        self
    }

    /// Gives all files a variable as hurl's command line does: `name=value`.
    ///
    /// # Errors
    /// When it is none, or has a name that it cannot have.
    pub fn assign(mut self, assignment: &str) -> Result<Self, Error> {
        let (name, value) = Variables::parse_assignment(assignment).map_err(Error::usage)?;
        self.variables.set(name, value);
        Ok(self)
    }

    /// A variable whose value, always a text, is shown nowhere, neither in errors nor in recorded
    /// exchanges: `***` stands in its place.
    pub fn secret(mut self, name: &str, value: &str) -> Self {
        self.variables.set(name, Value::from(value));
        self.settings.secrets = self.settings.secrets.iter().cloned().chain(crate::redact::forms(value)).collect();
        self
    }

    /// Gives each run of a file variables of its own, such as those of a row of a feed; they come before those of
    /// [`variable`](Self::variable). An error makes the check a fail.
    pub fn variables_by<F>(mut self, variables: F) -> Self
    where
        F: Fn(&mut User) -> Result<Vec<(String, String)>, String> + Send + Sync + 'static,
    {
        self.base = Some(Arc::new(variables));
        self.base_names = None;
        self
    }

    /// Gives each run of a file variables of these names, as [`variables_by`](Self::variables_by) does, so that files
    /// that need others can be refused.
    pub(crate) fn known_variables_by<F>(self, names: Vec<String>, variables: F) -> Self
    where
        F: Fn(&mut User) -> Result<Vec<(String, String)>, String> + Send + Sync + 'static,
    {
        HurlFiles { base_names: Some(names), ..self.variables_by(variables) }
    }

    /// The folder that all files named in Hurl files are below; nothing outside it is read or written. Default: the
    /// folder of each Hurl file itself.
    pub fn file_root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.root = Some(folder.into());
        self
    }

    /// Base of relative URLs (`GET /login`), and value of `{{host}}` unless a variable of that name is given: the URL,
    /// or the host and port alone in files that say `http://{{host}}`.
    pub fn host(mut self, host: Url) -> Self {
        self.host = Some(host);
        self
    }

    /// Tries each entry that ends with an error so many times again. Default: none; `retry` of an entry comes first.
    pub fn retry(mut self, times: u64) -> Self {
        self.settings.retry = Some(Count::Times(times));
        self
    }

    /// Waits so long before an entry is tried again. Default 1 s; `retry-interval` of an entry comes first.
    pub fn retry_interval(mut self, interval: Duration) -> Self {
        self.settings.retry_interval = interval;
        self
    }

    /// Waits so long before each entry. Default: not at all; `delay` of an entry comes first.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.settings.delay = delay;
        self
    }

    /// Sends a header with every request, beside those of its entry.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.settings.common.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends `user:password` with every request that has no `Authorization`.
    pub fn basic_auth(mut self, user_and_password: &str) -> Self {
        self.settings.common.user = Some(user_and_password.to_owned());
        self
    }

    /// Asks for compressed answers. Bodies are unpacked in any case.
    pub fn compressed(mut self, compressed: bool) -> Self {
        self.settings.common.compressed = compressed;
        self
    }

    /// Runs what follows an entry with an error, too. Default: the file ends there.
    pub fn continue_on_error(mut self, continues: bool) -> Self {
        self.settings.continues = continues;
        self
    }

    /// Takes the one value that a path into JSON finds, or none, as that and not as a list. Default true;
    /// `no-jsonpath-coercion` of an entry comes first.
    /// `no-jsonpath-coercion` of an entry comes first.
    pub fn jsonpath_coercion(mut self, coerces: bool) -> Self {
        self.settings.no_coercion = !coerces;
        self
    }

    /// Keeps variables and cookies of a user from one file and iteration to the next. Default: each run of a file
    /// begins with those that the [setup](Self::setup) left.
    pub fn keep_session(mut self, keeps: bool) -> Self {
        self.settings.keeps_session = keeps;
        self
    }

    /// Runs this file once when a user begins, before others; what it captures and its cookies are handed on.
    /// Repeatable.
    pub fn setup(mut self, file: impl Into<PathBuf>) -> Self {
        self.setup.push(file.into());
        self
    }

    /// Runs this file once when a user ends. Repeatable.
    pub fn teardown(mut self, file: impl Into<PathBuf>) -> Self {
        self.teardown.push(file.into());
        self
    }

    /// Gives every entry an option, as if it stood in its `[Options]` before all others: `option("location", "true")`.
    ///
    /// # Errors
    /// One line, when there is no such option, or the value is none of it.
    pub fn option(mut self, name: &str, value: &str) -> Result<Self, String> {
        self.overrides.options.push(Overrides::option(name, value)?);
        Ok(self)
    }

    /// Runs only these entries of each file, counted from 1. Default: all.
    pub fn entries(mut self, entries: RangeInclusive<usize>) -> Self {
        self.overrides.entries = entries;
        self
    }

    /// Expects nothing of the answers; what is captured still has to be there. Default: false.
    pub fn expects_nothing(mut self, expects_nothing: bool) -> Self {
        self.overrides.expects_nothing = expects_nothing;
        self
    }

    /// Leaves to the run what hurl, too, finds only when it comes to it: URLs without a host, versions that no answer can
    /// have, paths and regular expressions that are none, variables that nothing defines. Default false: a load that
    /// cannot pass does not begin.
    pub fn finds_late(mut self, finds_late: bool) -> Self {
        self.finds_late = finds_late;
        self
    }

    /// Reads files, and folders with all files in them that end in `.hurl`.
    ///
    /// # Errors
    /// All that is wrong with any of them.
    pub fn read<P: AsRef<Path>>(mut self, paths: impl IntoIterator<Item = P>) -> Result<HurlChecks, HurlErrors> {
        self.variables.settle();
        let base = self.host.as_ref().map(|host| host[..Position::AfterPath].to_owned());
        let (root, base) = (self.root.as_deref(), base.as_deref());
        let reading = Reading { root, base, overrides: &self.overrides, finds_late: self.finds_late };
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let [files, setup, teardown] = [&paths, &self.setup, &self.teardown].map(|paths| reading.read(paths));
        let (files, setup, teardown) = HurlErrors::all(files, setup, teardown)?;
        let mut open: Vec<String> = Vec::new();
        if !self.finds_late {
            let names = self.base_names.iter().flatten().cloned().chain(self.host.iter().map(|_| "host".to_owned()));
            let names: Vec<String> = self.variables.names().map(str::to_owned).chain(names).collect();
            let leaves = Leaves::of(self.settings.keeps_session, self.settings.continues);
            let lacks = Sources::new(names.clone(), false).lacks(&files, leaves, &setup, &teardown);
            open = lacks.into_iter().map(|lack| lack.name).collect();
            let sources = Sources::new(names, self.base.is_some() && self.base_names.is_none());
            sources.check(&files, leaves, &setup, &teardown)?;
        }
        let [files, setup, teardown] = [files, setup, teardown].map(|plans| self.files(plans));
        let shared = Arc::new(Shared { base: self.base, settings: self.settings });
        open.sort();
        open.dedup();
        Ok(HurlChecks { files, setup, teardown, shared, open })
    }

    fn files(&self, plans: Vec<Arc<FilePlan>>) -> Vec<File> {
        let file = |plan: Arc<FilePlan>| {
            let host = self.host.as_ref().map(|host| match plan.wants_authority_as_host() {
                true => host[Position::BeforeHost..Position::AfterPort].to_owned(),
                false => host[..Position::AfterPath].trim_end_matches('/').to_owned(),
            });
            File { plan, base: self.variables.clone(), host }
        };
        plans.into_iter().map(file).collect()
    }
}

impl Default for HurlFiles {
    fn default() -> Self {
        HurlFiles::new()
    }
}

impl std::fmt::Debug for HurlFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Variables may be secret.
        f.debug_struct("HurlFiles").field("host", &self.host).field("root", &self.root).finish_non_exhaustive()
    }
}
