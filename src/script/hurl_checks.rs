//! Checks of Hurl files that were read.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::result::FileResult;
use super::run::RunSettings;
use super::session::{Base, File};
use crate::error::Error;
use crate::load::{Check, CheckSet, Plan, User, UserClass};
use crate::load_test::LoadTest;
use crate::outcome::Outcome;
use crate::report::Secrets;

/// Hurl files, read and compiled.
#[derive(Clone)]
pub struct HurlChecks {
    pub(super) files: Vec<File>,
    pub(super) setup: Vec<File>,
    pub(super) teardown: Vec<File>,
    pub(super) shared: Arc<Shared>,
    /// Variables that no value is known of beforehand.
    pub(super) open: Vec<String>,
}

/// Settings and variables that all runs of all files share.
pub(super) struct Shared {
    pub(super) base: Option<Arc<Base>>,
    pub(super) settings: RunSettings,
}

impl HurlChecks {
    /// Variables that no value is known of beforehand: some function or feed gives them, if it does.
    pub(crate) fn open_variables(&self) -> &[String] {
        &self.open
    }

    /// One check for each file, named as the file was given.
    pub fn checks(&self) -> Vec<Check> {
        let check = |file: &File| {
            let (name, file) = (file.plan.source.name().to_owned(), file.clone());
            let shared = Arc::clone(&self.shared);
            Check::new(&name, move |user: &mut User| shared.run(&file, user, shared.settings.keeps_session)).asking()
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
                let Shared { base, settings } = &*this.shared;
                let (_, result) = file.run(user, base.as_deref(), settings, settings.keeps_session, true);
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
    pub(super) fn run(&self, file: &File, user: &mut User, hands_on: bool) -> Outcome {
        file.run(user, self.base.as_deref(), &self.settings, hands_on, false).0
    }

    /// Runs files whose session is handed on, until one does not pass.
    pub(super) fn run_all(&self, files: &[File], user: &mut User) -> Outcome {
        let mut outcomes = files.iter().map(|file| self.run(file, user, true));
        outcomes.find(|outcome| *outcome != Outcome::Pass).unwrap_or(Outcome::Pass)
    }
}

impl std::fmt::Debug for HurlChecks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.files.iter().map(|file| file.plan.source.name()).collect();
        f.debug_struct("HurlChecks").field("files", &names).finish_non_exhaustive()
    }
}
