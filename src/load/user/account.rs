//! Account of an exchange that has ended, whoever made it: what the running check, the hooks and the log have of it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::User;
use super::capture::Sent;
use super::prepared::Prepared;
use crate::ids::RequestId;
use crate::load::check::hooks::RequestEvent;
use crate::load::http::{Exchanged, Headers};
use crate::outcome::RequestErrorKind;

const UNSUPPORTED_MEDIA_TYPE: u16 = 415;

/// Content type that the headers say, in words.
fn told_type(headers: &Headers) -> String {
    match headers.get("content-type") {
        Some(value) => format!("Content-Type '{}' was sent", String::from_utf8_lossy(value)),
        None => "no Content-Type was sent".into(),
    }
}

impl User {
    /// Counts an exchange that was sent with these headers for the running check, and shows it to those who want to see
    /// all. What is kept of it beside its answer is returned. `started`: when it began, where the clock was read then.
    pub(super) fn account_for(
        &mut self,
        id: RequestId,
        request: &Prepared,
        headers: &Headers,
        exchanged: &Exchanged,
        started: Option<SystemTime>,
    ) -> Sent {
        self.count(id, exchanged);
        let began = exchanged.sent_at.and_then(|at| at.checked_sub(exchanged.times.setup()));
        let is_refused = exchanged.answer.as_ref().is_ok_and(|answered| answered.status == UNSUPPORTED_MEDIA_TYPE);
        let refused_type = is_refused.then(|| told_type(headers));
        let sent = Sent { serial: self.serial, began, refused_type, ..Sent::default() };
        if self.observers.see_all() {
            self.show(started.unwrap_or_else(|| sent.started()), request, headers, exchanged);
        }
        if !self.observers.hooks.request.is_empty() {
            self.tell_of_request(&request.name, exchanged);
        }
        sent
    }

    fn count(&mut self, id: RequestId, exchanged: &Exchanged) {
        self.serial += 1;
        let running = &mut self.running;
        running.tpr += exchanged.times.setup_nanos() + exchanged.times.response_nanos();
        running.requests += 1;
        match &exchanged.answer {
            Ok(_) => {
                self.refusals = 0;
                running.answered += 1;
                running.blame.answered(id);
            }
            Err(lost) => {
                self.refusals = if lost.kind == RequestErrorKind::Refused { self.refusals + 1 } else { 0 };
                running.lost = Some(id);
                running.blame.lost(id);
            }
        }
    }

    /// Calls the hooks for requests.
    fn tell_of_request(&mut self, name: &str, exchanged: &Exchanged) {
        let hooks = Arc::clone(&self.observers.hooks);
        let event = RequestEvent {
            name,
            user: self.id,
            iteration: self.iteration,
            answer: exchanged.answer.as_ref().map(|answered| answered.status).map_err(|lost| lost.message.as_str()),
            times: exchanged.times,
            traffic: exchanged.traffic,
        };
        self.running.hooks += hooks.request.iter().map(|hook| hooks.timed(|| hook(&event))).sum::<Duration>();
    }
}
