//! Run of a file by a user: its entries in order, each as often as it says, until something is wrong.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use perfloop_hurl::ast::EntryOption;

use super::entry_error::EntryError;
use super::used::Used;
use crate::load::User;
use crate::outcome::Outcome;
use crate::script::eval::{EvalError, Variables};
use crate::script::plan::{Common, Count, Entry, EntryOptions, Form, Options, Plan};
use crate::script::result::{EntryResult, FileError, FileResult};

/// Settings of all files of a run, where the files say nothing else.
#[derive(Debug, Clone)]
pub(in crate::script) struct RunSettings {
    pub(in crate::script) common: Common,
    pub(in crate::script) retry: Option<Count>,
    pub(in crate::script) retry_interval: Duration,
    pub(in crate::script) delay: Duration,
    /// Entries after one with an error are run, too.
    pub(in crate::script) continues: bool,
    pub(in crate::script) keeps_session: bool,
    /// True when a path into JSON always finds a list.
    pub(in crate::script) no_coercion: bool,
    /// Values that are not to be shown.
    pub(in crate::script) secrets: Arc<[String]>,
}

impl Default for RunSettings {
    fn default() -> Self {
        RunSettings {
            common: Common::default(),
            retry: None,
            retry_interval: Duration::from_secs(1),
            delay: Duration::ZERO,
            continues: false,
            keeps_session: false,
            no_coercion: false,
            secrets: Arc::new([]),
        }
    }
}

/// One run of a file by a user.
pub(in crate::script) struct Runner<'a> {
    pub(in crate::script) user: &'a mut User,
    pub(in crate::script) plan: &'a Plan,
    pub(in crate::script) settings: &'a RunSettings,
    pub(in crate::script) variables: Variables,
    /// The URL that each request of this user has, by the request's number.
    pub(in crate::script) urls: &'a mut HashMap<usize, String>,
    /// Result in full, where more than the outcome is wanted.
    pub(in crate::script) result: Option<FileResult>,
    pub(in crate::script) outcome: Option<Outcome>,
}

impl Runner<'_> {
    pub(in crate::script) fn run(&mut self) {
        let started = Instant::now();
        let plan = self.plan;
        for entry in &plan.entries {
            if self.user.has_left() || (!self.run_entry(entry) && !self.settings.continues) {
                break;
            }
        }
        if let Some(result) = &mut self.result {
            result.duration = started.elapsed();
        }
    }

    /// Runs an entry as often as it is to be repeated. True if all is right.
    pub(super) fn run_entry(&mut self, entry: &Entry) -> bool {
        let mut runs = 0;
        loop {
            let made: Box<Options>;
            let options = match &entry.options {
                EntryOptions::Fixed(options) => &**options,
                EntryOptions::Made(list) => match self.made(list) {
                    Ok(options) => {
                        made = options;
                        &*made
                    }
                    Err(fault) => return self.end_entry(entry, 0, &Used::default(), &[fault]),
                },
            };
            if options.skip || options.repeat == Some(Count::Times(0)) {
                return true;
            }
            let delay = options.delay.unwrap_or(self.settings.delay);
            if !self.rest(delay) {
                return false;
            }
            let is_good = self.run_once(entry, options);
            runs += 1;
            let is_last = match options.repeat {
                None => true,
                Some(Count::Times(times)) => runs >= times,
                Some(Count::Endless) => self.user.is_leaving(),
            };
            if is_last || !(is_good || self.settings.continues) || self.user.has_left() {
                return is_good;
            }
        }
    }

    /// Not inlined: options take much of the stack, and few entries make theirs anew.
    #[inline(never)]
    fn made(&mut self, list: &[EntryOption]) -> Result<Box<Options>, EntryError> {
        let made = EntryOptions::made(list, &mut self.variables);
        made.map(Box::new).map_err(|fault| EntryError::EvalError(fault, None))
    }

    /// Runs an entry once, with as many tries as it may take.
    pub(super) fn run_once(&mut self, entry: &Entry, options: &Options) -> bool {
        let retry = options.retry.or(self.settings.retry);
        let (mut requests, mut tries) = (0, 0);
        loop {
            let mut used = Used::default();
            let done = self.attempt(entry, options, &mut used);
            tries += 1;
            requests += used.requests;
            used.requests = requests;
            let may_retry = match retry {
                None => false,
                Some(Count::Times(times)) => u64::from(tries) <= times,
                Some(Count::Endless) => true,
            };
            let mut errors = match done {
                Err(_) if may_retry && !self.user.has_left() => {
                    if self.rest(options.retry_interval.unwrap_or(self.settings.retry_interval)) {
                        continue;
                    }
                    return false;
                }
                Err(errors) => errors,
                Ok(()) => Vec::new(),
            };
            if errors.is_empty() && options.output.is_some() {
                errors.extend(self.write(entry, options, &used.body).err());
            }
            return self.end_entry(entry, tries, &used, &errors);
        }
    }

    /// Waits before a request. False if the stop ended that: then the file is not finished.
    pub(super) fn rest(&mut self, time: Duration) -> bool {
        let slept_to_the_end = self.user.rest(time);
        if !slept_to_the_end {
            self.user.leave();
        }
        slept_to_the_end
    }

    /// Writes an answer where the file wants it. Under load, where it would be written again and again, it is once.
    #[inline(never)]
    pub(super) fn write(&mut self, entry: &Entry, options: &Options, body: &[u8]) -> Result<(), EntryError> {
        let Some((name, span)) = &options.output else { return Ok(()) };
        if name == "-" {
            self.result.iter_mut().for_each(|result| result.output.extend_from_slice(body));
            return Ok(());
        }
        let was_written = entry.was_written.swap(true, Ordering::Relaxed);
        if was_written && self.result.is_none() {
            return Ok(());
        }
        let written = self.plan.files.write(name, body);
        written.map_err(|error| EntryError::EvalError(EvalError::runtime(*span, "file access", error), None))
    }

    /// Notes how an entry ended. True if all is right.
    pub(super) fn end_entry(&mut self, entry: &Entry, tries: u32, used: &Used, found: &[EntryError]) -> bool {
        if self.plan.form == Form::Url {
            self.outcome = found.first().map(EntryError::outcome_of_url);
            return found.is_empty();
        }
        self.note_entry(entry, tries, used, found)
    }

    /// Not inlined: what is told of an entry takes much of the stack, and its request needs that more.
    #[inline(never)]
    fn note_entry(&mut self, entry: &Entry, tries: u32, used: &Used, found: &[EntryError]) -> bool {
        if !found.is_empty() {
            self.user.find_what_was_sent_as(&entry.request.shared);
        }
        let source = &self.plan.source;
        let redactor = self.user.redactor();
        let request = source.position(entry.span.start);
        let told = |error: &EntryError| error.told(source, request).without(redactor);
        let errors: Vec<FileError> = found.iter().map(told).collect();
        if let (Some(error), Some(first), None) = (found.first(), errors.first(), &self.outcome) {
            self.outcome = Some(error.outcome(source, first, &errors));
        }
        let is_good = errors.is_empty();
        if let Some(result) = &mut self.result {
            let (line, name) = (request.line, entry.request.shared.name().to_owned());
            result.entries.push(EntryResult { line, name, requests: used.requests, tries, time: used.time, errors });
        }
        is_good
    }
}
