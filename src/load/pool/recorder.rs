//! A user's pen: every check and request that ends is a sample in the queue at once, unless a cut has
//! already counted it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::in_flight::{InFlight, WasCut};
use super::levels::Levels;
use super::stop::Stop;
use crate::ids::{CheckId, RequestId};
use crate::moment::Moment;
use crate::names::{Names, OTHER_REQUESTS};
use crate::nanos::Nanos;
use crate::outcome::Outcome;
use crate::queue::{Sink, Tap};
use crate::sample::{
    Answer, CheckSample, Lateness, Level, RequestRow, RequestSample, RequestTimes, Sample, Traffic, UserEvent,
    UserSample,
};

/// With so many names known, no more are remembered of those that share a number with others.
const FEW_SHARED: usize = 32;

#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    sink: Sink,
    in_flight: Arc<InFlight>,
    levels: Arc<Levels>,
    stop: Arc<Stop>,
    names: Arc<Names>,
    samples: Option<Samples>,
    /// The names this user has used before: the shared register is asked once for each.
    known: HashMap<Box<str>, RequestId>,
}

/// Where a user's requests are told one by one.
#[derive(Debug, Clone)]
pub(crate) struct Samples {
    pub(crate) tap: Tap<RequestRow>,
    pub(crate) user: u32,
}

/// Times and counts of a check.
#[derive(Debug)]
pub(crate) struct CheckTimes {
    pub(crate) tpr: Nanos,
    pub(crate) elapsed: Nanos,
    pub(crate) busy: Nanos,
    pub(crate) idle: Nanos,
    pub(crate) hooks: Nanos,
    pub(crate) requests: u32,
    pub(crate) answered: u32,
    pub(crate) asked: bool,
    pub(crate) opens_iteration: bool,
}

/// Request that has ended, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EndedRequest {
    pub(crate) request: RequestId,
    pub(crate) ended: Moment,
    pub(crate) times: RequestTimes,
    pub(crate) lateness: Option<Lateness>,
    pub(crate) traffic: Traffic,
    pub(crate) answer: Answer,
}

impl Recorder {
    pub(crate) fn new(
        sink: Sink,
        in_flight: Arc<InFlight>,
        levels: Arc<Levels>,
        stop: Arc<Stop>,
        names: Arc<Names>,
        samples: Option<Samples>,
    ) -> Self {
        Recorder { sink, in_flight, levels, stop, names, samples, known: HashMap::new() }
    }

    /// `is_by_url`: the name came of a URL, and many may look alike.
    pub(crate) fn request_id(&mut self, name: &str, is_by_url: bool) -> RequestId {
        if let Some(id) = self.known.get(name) {
            return *id;
        }
        let (id, is_own) = self.names.request_of(name, is_by_url);
        // What shares one number may have no end of names, as of URLs with ids in them: a few are remembered.
        if (is_own || self.known.len() < FEW_SHARED) && id != OTHER_REQUESTS {
            self.known.insert(name.into(), id);
        }
        id
    }

    pub(crate) fn begin_iteration(&self, iteration: u64) {
        self.in_flight.begin_iteration(iteration);
    }

    pub(crate) fn begin_check(&self, check: CheckId, now: Moment) -> Result<(), WasCut> {
        self.in_flight.begin_check(check, now)
    }

    pub(crate) fn end_check(
        &self,
        check: CheckId,
        ended: Moment,
        times: CheckTimes,
        outcome: Outcome,
        blamed: Option<RequestId>,
    ) -> Result<(), WasCut> {
        self.in_flight.end_check()?;
        let CheckTimes { tpr, elapsed, busy, idle, hooks, requests, answered, asked, opens_iteration } = times;
        let level = self.level();
        let sample = CheckSample {
            check,
            level,
            ended,
            tpr,
            elapsed,
            busy,
            idle,
            hooks,
            requests,
            answered,
            asked,
            opens_iteration,
            outcome: outcome.into(),
            blamed,
        };
        self.sink.push(Sample::Check(sample));
        Ok(())
    }

    /// Ends a check that is not counted.
    pub(crate) fn forget_check(&self) -> Result<(), WasCut> {
        self.in_flight.end_check()
    }

    /// Counts the running check as unfinished, because its user gives it up.
    pub(crate) fn leave(&self) {
        let left = self.in_flight.leave(Moment::now());
        left.into_iter().for_each(|sample| self.sink.push(Sample::Unfinished(sample)));
    }

    /// The check that was given up has returned.
    pub(crate) fn come_home(&self) -> Result<(), WasCut> {
        self.in_flight.come_home()
    }

    pub(crate) fn begin_request(&self, request: RequestId) -> Result<(), WasCut> {
        self.in_flight.begin_request(request)
    }

    pub(crate) fn end_request(&self, ended: EndedRequest) -> Result<(), WasCut> {
        self.in_flight.end_request()?;
        self.tell(ended);
        Ok(())
    }

    /// As [`end_request`](Self::end_request), for one of several requests that are open at once, and not the last of them.
    pub(crate) fn end_one_of_several(&self, ended: EndedRequest) -> Result<(), WasCut> {
        if self.in_flight.is_counted() {
            return Err(WasCut);
        }
        self.tell(ended);
        Ok(())
    }

    fn tell(&self, ended: EndedRequest) {
        let EndedRequest { request, ended, times, lateness, traffic, answer } = ended;
        let level = self.level();
        let (check, iteration) = self.in_flight.at();
        let sample = RequestSample { request, check: Some(check), level, ended, times, lateness, traffic, answer };
        if let Some(Samples { tap, user }) = &self.samples {
            tap.offer(RequestRow { sample: sample.clone(), user: *user, iteration, users_up: self.levels.up() });
        }
        self.sink.push(Sample::Request(sample));
    }

    pub(crate) fn pause(&self, pause: Duration) {
        self.sink.push(Sample::User(UserSample { at: Moment::now(), event: UserEvent::Pauses(pause) }));
    }

    /// The user's start did not pass.
    pub(crate) fn lost(&self) {
        self.sink.push(Sample::User(UserSample { at: Moment::now(), event: UserEvent::Lost }));
    }

    pub(crate) fn missed(&self, count: u64) {
        self.sink.push(Sample::User(UserSample { at: Moment::now(), event: UserEvent::Missed(count) }));
    }

    /// Level of a sample. After the stop there is none, even when no user has left yet.
    fn level(&self) -> Level {
        if self.stop.is_set() { Level::NONE } else { self.levels.level() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue;

    fn recorder(names: Names) -> Recorder {
        let (sink, _drain) = queue::queue();
        let levels = Arc::new(Levels::new(sink.clone()));
        let in_flight = Arc::new(InFlight::new(Moment::now()));
        Recorder::new(sink, in_flight, levels, Arc::default(), Arc::new(names), None)
    }

    #[test]
    fn a_user_remembers_no_more_names_than_are_told_apart() {
        let mut recorder = recorder(Names::new(["check"]));
        for id in 0..2000 {
            recorder.request_id(&format!("GET /{id}"), false);
        }
        assert_eq!(recorder.known.len(), 500);
        assert_eq!(recorder.request_id("GET /7", false), RequestId(7));
        assert_eq!(recorder.request_id("GET /1999", false), OTHER_REQUESTS);
    }

    #[test]
    fn of_names_that_share_one_a_user_remembers_a_few() {
        let renaming = "/orders/*=/orders/{id}".parse().expect("a renaming");
        let mut recorder = recorder(Names::new(["check"]).renamed(&[renaming]));
        for id in 0..2000 {
            for is_by_url in [true, false] {
                assert_eq!(recorder.request_id(&format!("GET /orders/{id}"), is_by_url), RequestId(0));
            }
        }
        assert_eq!(recorder.known.len(), FEW_SHARED);
    }
}
