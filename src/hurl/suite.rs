//! Hurl files for a load test, or to be run once each.

use std::io::Write;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use url::{Position, Url};

use super::eval::{Value, Variables};
use super::plan::{Common, Count, Plan as FilePlan};
use super::read::{HurlErrors, Reading};
use super::result::FileResult;
use super::run::Manners;
use super::session::{Base, File};
use super::sources::{Leaves, Sources};
use super::tweaks::Tweaks;
use crate::error::Error;
use crate::load::{Check, CheckSet, Plan, User, UserClass};
use crate::load_test::LoadTest;
use crate::outcome::Outcome;
use crate::report::Secrets;

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
    /// Those that the base gives, if somebody said which.
    base_names: Option<Vec<String>>,
    root: Option<PathBuf>,
    host: Option<Url>,
    setup: Vec<PathBuf>,
    teardown: Vec<PathBuf>,
    manners: Manners,
    tweaks: Tweaks,
    finds_late: bool,
}

/// Hurl files, read and compiled.
#[derive(Clone)]
pub struct HurlChecks {
    files: Vec<File>,
    setup: Vec<File>,
    teardown: Vec<File>,
    shared: Arc<Shared>,
}

/// What all runs of all files share.
struct Shared {
    base: Option<Arc<Base>>,
    manners: Manners,
}

impl HurlFiles {
    /// No variables, and all else as hurl has it without flags.
    pub fn new() -> Self {
        let manners = Manners {
            common: Common::default(),
            retry: None,
            retry_interval: Duration::from_secs(1),
            delay: Duration::ZERO,
            continues: false,
            keeps_session: false,
            no_coercion: false,
            secrets: Arc::new([]),
        };
        HurlFiles {
            variables: Variables::new(),
            base: None,
            base_names: None,
            root: None,
            host: None,
            setup: Vec::new(),
            teardown: Vec::new(),
            manners,
            tweaks: Tweaks::default(),
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
        self.manners.secrets = self.manners.secrets.iter().cloned().chain(crate::redact::forms(value)).collect();
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

    /// The same for variables of these names, so that files can be refused that need others.
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

    /// What relative URLs (`GET /login`) are relative to, and what `{{host}}` is, unless a variable of that name is
    /// given: the URL, or the host and port alone in files that say `http://{{host}}`.
    pub fn host(mut self, host: Url) -> Self {
        self.host = Some(host);
        self
    }

    /// Tries each entry that ends with an error so many times again. Default: none; `retry` of an entry comes first.
    pub fn retry(mut self, times: u64) -> Self {
        self.manners.retry = Some(Count::Times(times));
        self
    }

    /// Waits so long before an entry is tried again. Default 1 s; `retry-interval` of an entry comes first.
    pub fn retry_interval(mut self, interval: Duration) -> Self {
        self.manners.retry_interval = interval;
        self
    }

    /// Waits so long before each entry. Default: not at all; `delay` of an entry comes first.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.manners.delay = delay;
        self
    }

    /// Sends a header with every request, beside those of its entry.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.manners.common.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends `user:password` with every request that has no `Authorization`.
    pub fn basic_auth(mut self, user_and_password: &str) -> Self {
        self.manners.common.user = Some(user_and_password.to_owned());
        self
    }

    /// Asks for compressed answers. Bodies are unpacked in any case.
    pub fn compressed(mut self, compressed: bool) -> Self {
        self.manners.common.compressed = compressed;
        self
    }

    /// Runs what follows an entry with an error, too. Default: the file ends there.
    pub fn continue_on_error(mut self, continues: bool) -> Self {
        self.manners.continues = continues;
        self
    }

    /// Whether a path into JSON that finds one value, or none, stands for that and not for a list. Default true;
    /// `no-jsonpath-coercion` of an entry comes first.
    pub fn jsonpath_coercion(mut self, coerces: bool) -> Self {
        self.manners.no_coercion = !coerces;
        self
    }

    /// Keeps variables and cookies of a user from one file and iteration to the next. Default: each run of a file
    /// begins with those that the [setup](Self::setup) left.
    pub fn keep_session(mut self, keeps: bool) -> Self {
        self.manners.keeps_session = keeps;
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
        self.tweaks.options.push(Tweaks::option(name, value)?);
        Ok(self)
    }

    /// Runs only these entries of each file, counted from 1. Default: all.
    pub fn entries(mut self, entries: RangeInclusive<usize>) -> Self {
        self.tweaks.entries = entries;
        self
    }

    /// Expects nothing of the answers; what is captured still has to be there. Default: false.
    pub fn expects_nothing(mut self, expects_nothing: bool) -> Self {
        self.tweaks.expects_nothing = expects_nothing;
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
        let reading = Reading { root, base, tweaks: &self.tweaks, finds_late: self.finds_late };
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let [files, setup, teardown] = [&paths, &self.setup, &self.teardown].map(|paths| reading.read(paths));
        let (files, setup, teardown) = HurlErrors::all(files, setup, teardown)?;
        if !self.finds_late {
            let names = self.base_names.iter().flatten().cloned().chain(self.host.iter().map(|_| "host".to_owned()));
            let names = self.variables.names().map(str::to_owned).chain(names);
            let sources = Sources::new(names, self.base.is_some() && self.base_names.is_none());
            sources.check(&files, Leaves::of(self.manners.keeps_session, self.manners.continues), &setup, &teardown)?;
        }
        let [files, setup, teardown] = [files, setup, teardown].map(|plans| self.files(plans));
        let shared = Arc::new(Shared { base: self.base, manners: self.manners });
        Ok(HurlChecks { files, setup, teardown, shared })
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

impl HurlChecks {
    /// One check for each file, named as the file was given.
    pub fn checks(&self) -> Vec<Check> {
        let check = |file: &File| {
            let (name, file) = (file.plan.source.name().to_owned(), file.clone());
            let shared = Arc::clone(&self.shared);
            Check::new(&name, move |user: &mut User| shared.run(&file, user, shared.manners.keeps_session)).asking()
        };
        self.files.iter().map(check).collect()
    }

    /// Users of this name that run all the files in each iteration, in order, with setup and teardown.
    pub fn class(&self, name: &str) -> UserClass {
        let set = self.checks().into_iter().fold(CheckSet::sequence(), |set, check| set.with_check(check, 1));
        self.around(UserClass::of(name, set))
    }

    /// Gives a class of users the setup and the teardown.
    pub fn around(&self, mut class: UserClass) -> UserClass {
        let all = |files: &[File]| {
            let (shared, files) = (Arc::clone(&self.shared), files.to_vec());
            move |user: &mut User| shared.run_all(&files, user)
        };
        if !self.setup.is_empty() {
            class = class.on_start(all(&self.setup));
        }
        if !self.teardown.is_empty() {
            class = class.on_stop(all(&self.teardown));
        }
        class
    }

    /// The files, in order.
    pub(super) fn files(&self) -> &[File] {
        &self.files
    }

    /// Runs each file once, `jobs` at a time, with the HTTP settings of this plan, and tells each result as it comes.
    /// Returns them in the order of the files. Without the setup and the teardown, which are a load test's. Where
    /// there is a log, every request and answer is written to it, secrets masked.
    ///
    /// # Errors
    /// When the plan cannot be carried out.
    pub fn run_once(
        &self,
        plan: Plan,
        jobs: u32,
        log: Option<Box<dyn Write + Send>>,
        tell: impl Fn(&FileResult) + Send + Sync + 'static,
    ) -> Result<Vec<FileResult>, Error> {
        let results: Arc<Mutex<Vec<Option<FileResult>>>> = Arc::new(Mutex::new(vec![None; self.files.len()]));
        let (noted, this, next) = (Arc::clone(&results), self.clone(), AtomicUsize::new(0));
        let run_rest = move |user: &mut User| {
            while let Some((at, file)) = {
                let at = next.fetch_add(1, Ordering::Relaxed);
                this.files.get(at).map(|file| (at, file))
            } {
                let Shared { base, manners } = &*this.shared;
                let (_, result) = file.run(user, base.as_deref(), manners, manners.keeps_session, true);
                result.iter().for_each(&tell);
                noted.lock()[at] = result;
            }
        };
        let mut test = LoadTest::new(plan.users(jobs.max(1)).loops(1)).check("files", run_rest);
        test = log.into_iter().fold(test, |test, log| test.log_http(log, Secrets::Mask));
        test.start()?.join()?;
        let results = std::mem::take(&mut *results.lock());
        Ok(results.into_iter().flatten().collect())
    }
}

impl Shared {
    fn run(&self, file: &File, user: &mut User, hands_on: bool) -> Outcome {
        file.run(user, self.base.as_deref(), &self.manners, hands_on, false).0
    }

    /// Runs files whose session is handed on, until one does not pass.
    fn run_all(&self, files: &[File], user: &mut User) -> Outcome {
        let mut outcomes = files.iter().map(|file| self.run(file, user, true));
        outcomes.find(|outcome| *outcome != Outcome::Pass).unwrap_or(Outcome::Pass)
    }
}

impl std::fmt::Debug for HurlFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Variables may be secret.
        f.debug_struct("HurlFiles").field("host", &self.host).field("root", &self.root).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for HurlChecks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.files.iter().map(|file| file.plan.source.name()).collect();
        f.debug_struct("HurlChecks").field("files", &names).finish_non_exhaustive()
    }
}
