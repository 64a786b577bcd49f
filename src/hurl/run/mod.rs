//! Runs a file: its entries in order, each as often as it says, until something is wrong.

mod attempt;
mod hops;
mod trouble;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::eval::{Fault, Variables};
use super::plan::{Common, Count, Entry, EntryOptions, Options, Plan};
use super::result::{EntryResult, FileError, FileResult};
use crate::load::User;
use crate::outcome::Outcome;
use attempt::Used;
use trouble::Trouble;

/// How all files of a run are run, where they say nothing else.
#[derive(Debug, Clone)]
pub(super) struct Manners {
    pub(super) common: Common,
    pub(super) retry: Option<Count>,
    pub(super) retry_interval: Duration,
    pub(super) delay: Duration,
    /// Entries after one with an error are run, too.
    pub(super) continues: bool,
    pub(super) keeps_session: bool,
    /// What a path into JSON finds is always a list.
    pub(super) no_coercion: bool,
    /// Values that are not to be shown.
    pub(super) secrets: Arc<[String]>,
}

/// One run of a file by a user.
pub(super) struct Runner<'a> {
    pub(super) user: &'a mut User,
    pub(super) plan: &'a Plan,
    pub(super) manners: &'a Manners,
    pub(super) variables: Variables,
    /// The URL that each request of this user has, by the request's number.
    pub(super) urls: &'a mut HashMap<usize, String>,
    /// Where somebody wants to know more than the outcome.
    pub(super) result: Option<FileResult>,
    pub(super) outcome: Option<Outcome>,
}

impl Runner<'_> {
    pub(super) fn run(&mut self) {
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
    fn run_entry(&mut self, entry: &Entry) -> bool {
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
    fn run_once(&mut self, entry: &Entry, options: &Options) -> bool {
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
    fn rest(&mut self, time: Duration) -> bool {
        let slept_to_the_end = self.user.rest(time);
        if !slept_to_the_end {
            self.user.leave();
        }
        slept_to_the_end
    }

    /// Writes an answer where the file wants it. Under load, where it would be written again and again, it is once.
    fn write(&mut self, entry: &Entry, options: &Options, body: &[u8]) -> Result<(), Fault> {
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
    fn end_entry(&mut self, entry: &Entry, tries: u32, used: &Used, troubles: &[Trouble]) -> bool {
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
