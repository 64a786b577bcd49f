//! Run of a file by a user: its entries in order, each as often as it says, until something is wrong.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::trouble::Trouble;
use super::used::Used;
use crate::hurl::eval::{Fault, Variables};
use crate::hurl::plan::{Common, Count, Entry, EntryOptions, Options, Plan};
use crate::hurl::result::{EntryResult, FileError, FileResult};
use crate::load::User;
use crate::outcome::Outcome;

/// How all files of a run are run, where they say nothing else.
#[derive(Debug, Clone)]
pub(in crate::hurl) struct Manners {
    pub(in crate::hurl) common: Common,
    pub(in crate::hurl) retry: Option<Count>,
    pub(in crate::hurl) retry_interval: Duration,
    pub(in crate::hurl) delay: Duration,
    /// Entries after one with an error are run, too.
    pub(in crate::hurl) continues: bool,
    pub(in crate::hurl) keeps_session: bool,
    /// What a path into JSON finds is always a list.
    pub(in crate::hurl) no_coercion: bool,
    /// Values that are not to be shown.
    pub(in crate::hurl) secrets: Arc<[String]>,
}

/// One run of a file by a user.
pub(in crate::hurl) struct Runner<'a> {
    pub(in crate::hurl) user: &'a mut User,
    pub(in crate::hurl) plan: &'a Plan,
    pub(in crate::hurl) manners: &'a Manners,
    pub(in crate::hurl) variables: Variables,
    /// The URL that each request of this user has, by the request's number.
    pub(in crate::hurl) urls: &'a mut HashMap<usize, String>,
    /// Where somebody wants to know more than the outcome.
    pub(in crate::hurl) result: Option<FileResult>,
    pub(in crate::hurl) outcome: Option<Outcome>,
}

impl Runner<'_> {
    pub(in crate::hurl) fn run(&mut self) {
        let started = Instant::now();
        let plan = self.plan;
        for entry in &plan.entries {
            if self.user.has_left() || (!self.run_entry(entry) && !self.manners.continues) {
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
            let options = match &entry.options {
                EntryOptions::Fixed(options) => Cow::Borrowed(&**options),
                EntryOptions::Made(list) => match EntryOptions::made(list, &mut self.variables) {
                    Ok(options) => Cow::Owned(options),
                    Err(fault) => return self.end_entry(entry, 0, &Used::default(), &[Trouble::Fault(fault, None)]),
                },
            };
            if options.skip || options.repeat == Some(Count::Times(0)) {
                return true;
            }
            let delay = options.delay.unwrap_or(self.manners.delay);
            if !self.rest(delay) {
                return false;
            }
            let is_good = self.run_once(entry, &options);
            runs += 1;
            let is_last = match options.repeat {
                None => true,
                Some(Count::Times(times)) => runs >= times,
                Some(Count::Endless) => self.user.is_leaving(),
            };
            if is_last || !(is_good || self.manners.continues) || self.user.has_left() {
                return is_good;
            }
        }
    }

    /// Runs an entry once, with as many tries as it may take.
    pub(super) fn run_once(&mut self, entry: &Entry, options: &Options) -> bool {
        let retry = options.retry.or(self.manners.retry);
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
            let mut troubles = match done {
                Err(_) if may_retry && !self.user.has_left() => {
                    if self.rest(options.retry_interval.unwrap_or(self.manners.retry_interval)) {
                        continue;
                    }
                    return false;
                }
                Err(troubles) => troubles,
                Ok(()) => Vec::new(),
            };
            if troubles.is_empty() {
                troubles.extend(self.write(entry, options, &used.body).err().map(|fault| Trouble::Fault(fault, None)));
            }
            return self.end_entry(entry, tries, &used, &troubles);
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
    pub(super) fn write(&mut self, entry: &Entry, options: &Options, body: &[u8]) -> Result<(), Fault> {
        let Some((name, span)) = &options.output else { return Ok(()) };
        if name == "-" {
            self.result.iter_mut().for_each(|result| result.output.extend_from_slice(body));
            return Ok(());
        }
        let was_written = entry.was_written.swap(true, Ordering::Relaxed);
        if was_written && self.result.is_none() {
            return Ok(());
        }
        self.plan.files.write(name, body).map_err(|error| Fault::runtime(*span, "file access", error))
    }

    /// Notes how an entry ended. True if all is right.
    pub(super) fn end_entry(&mut self, entry: &Entry, tries: u32, used: &Used, troubles: &[Trouble]) -> bool {
        if !troubles.is_empty() {
            self.user.find_what_was_sent_as(&entry.request.shared);
        }
        let source = &self.plan.source;
        let redactor = self.user.redactor();
        let request = source.position(entry.span.start);
        let told = |trouble: &Trouble| trouble.told(source, request).without(redactor);
        let errors: Vec<FileError> = troubles.iter().map(told).collect();
        if let (Some(trouble), Some(first), None) = (troubles.first(), errors.first(), &self.outcome) {
            self.outcome = Some(trouble.outcome(source, first, &errors));
        }
        let is_good = errors.is_empty();
        if let Some(result) = &mut self.result {
            let (line, name) = (request.line, entry.request.shared.name().to_owned());
            result.entries.push(EntryResult { line, name, requests: used.requests, tries, time: used.time, errors });
        }
        is_good
    }
}
