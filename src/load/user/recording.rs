//! Examples for reports: the exchange of a check that did not pass, or that was among the slowest.

use std::time::Duration;

use super::User;
use super::capture::{self, Captured, Sent, Unanswered};
use super::prepared::Prepared;
use super::shared_requests::SharedRequest;
use crate::exchange::{Exchange, MAX_RECORDED_BODY, Recorded};
use crate::ids::CheckId;
use crate::load::http::Headers;
use crate::moment::Moment;
use crate::outcome::Outcome;
use crate::sample::RequestTimes;

impl User {
    /// Example that a check which has ended is for reports, if it is one. Its requests came after `serial`.
    pub(crate) fn recording(
        &mut self,
        check: CheckId,
        outcome: &Outcome,
        ended: Moment,
        tpr: Duration,
        serial: u64,
    ) -> Option<Box<Recorded>> {
        let failure = match outcome {
            Outcome::Pass => None,
            Outcome::Fail(reason) => Some((false, &reason.message)),
            Outcome::Exception(reason) => Some((true, &reason.message)),
        };
        let is_wanted = match failure {
            None => self.observers.flight_recorder.is_slow(tpr),
            Some((_, message)) => self.observers.history.is_news(message, ended, tpr),
        };
        if !(is_wanted && self.observers.flight_recorder.has_room()) {
            return capture::settle(serial, |_| None);
        }
        self.example(check, failure, ended, tpr, serial)
    }

    /// Not inlined: an exchange takes much of the stack, and few checks are recorded.
    #[inline(never)]
    fn example(
        &mut self,
        check: CheckId,
        failure: Option<(bool, &String)>,
        ended: Moment,
        tpr: Duration,
        serial: u64,
    ) -> Option<Box<Recorded>> {
        let unanswered = self.running.unanswered.take();
        let is_exception = failure.is_some_and(|(is_exception, _)| is_exception);
        let exchange = capture::settle(serial, |captured| match (unanswered, captured) {
            (Some(unanswered), captured) if is_exception || captured.is_none() => {
                let Unanswered { sent, times, message } = &*unanswered;
                self.recorded_exchange(sent, *times, Err(message))
            }
            (_, captured) => {
                let Captured { sent, status, headers, body, times, .. } = captured?;
                self.recorded_exchange(sent, *times, Ok((*status, headers, &body.kept, body.length)))
            }
        })?;
        let failure = failure.map(|(is_exception, message)| (is_exception, message.clone()));
        Some(Box::new(Recorded { check, failure, ended, tpr, exchange }))
    }

    /// Hides what the request was authorized by whose answer, or whose loss, a failure is about: of those after `serial`.
    pub(crate) fn find_what_was_sent(&mut self, serial: u64) {
        let mut redactor = std::mem::take(&mut self.redactor);
        let mut find = |sent: &Sent| {
            self.headers_of(sent).into_iter().for_each(|headers| redactor.find_sent(headers.iter()));
        };
        self.running.unanswered.iter().for_each(|unanswered| find(&unanswered.sent));
        capture::with_kept(|kept| {
            let captured = kept.captured.iter().filter(|captured| captured.sent.serial > serial);
            captured.for_each(|captured| find(&captured.sent));
        });
        self.redactor = redactor;
    }

    /// Hides what this request was authorized by.
    pub(crate) fn find_what_was_sent_as(&mut self, shared: &SharedRequest) {
        let mut redactor = std::mem::take(&mut self.redactor);
        redactor.find_sent(self.own_request(shared).headers.iter());
        self.redactor = redactor;
    }

    /// The request that was sent, as far as it is still known.
    fn request_of<'a>(&'a self, sent: &'a Sent) -> Option<&'a Prepared> {
        sent.request.as_deref().or_else(|| self.own.get(sent.index))
    }

    fn headers_of<'a>(&'a self, sent: &'a Sent) -> Option<&'a Headers> {
        sent.headers.as_ref().or_else(|| self.request_of(sent).map(|request| &request.headers))
    }

    fn recorded_exchange(
        &self,
        sent: &Sent,
        times: RequestTimes,
        answer: Result<(u16, &Headers, &[u8], u64), &str>,
    ) -> Option<Exchange> {
        let (request, headers) = (self.request_of(sent)?, self.headers_of(sent)?);
        let mut exchange = self.whole(sent.started(), request, headers, times, answer, MAX_RECORDED_BODY);
        exchange.hide_values(&self.redactor);
        exchange.hide_named(&self.redactor);
        Some(exchange)
    }
}
