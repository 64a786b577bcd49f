//! ureq agents of users: checks that are written with ureq.

use super::User;
use super::agent_log::UserAgent;
use super::capture::{self, Captured, Sent, Unanswered};
use super::prepared::Prepared;
use crate::load::http::agent::{Begun, Seen};
use crate::load::http::{Agent, Answered, Exchanged};
use crate::outcome::Outcome;

/// The agent of the user whose check runs on this thread, for a check that takes no argument; see [`User::agent`].
///
/// On any other thread it is an agent with ureq's defaults, whose requests perfloop does not see.
pub fn agent() -> Agent {
    UserAgent::of_this_thread().map_or_else(Agent::new_with_defaults, |agent| agent.agent())
}

impl User {
    /// This user's agent of [ureq](crate::ureq), so that a test that is written with ureq is a check unchanged:
    ///
    /// ```
    /// use perfloop::{CheckResult, User};
    ///
    /// fn hello(user: &mut User) -> CheckResult {
    ///     let mut answer = user.agent().get("/json").call()?;
    ///     assert_eq!(answer.status(), 200);
    ///     assert!(answer.body_mut().read_to_string()?.contains("Hello"));
    ///     Ok(())
    /// }
    /// ```
    ///
    /// Each request that it makes is counted and timed as those of [`get`](Self::get) are, by the kernel's stamps,
    /// under its method and path; each redirect that ureq follows is one more. A relative URL goes to the host of the
    /// plan, the cookies are this user's, and so are the plan's timeouts, proxy, TLS and addresses. All else is ureq's:
    /// a status of 400 or more is an error, redirects are followed ten times, and nothing is sent twice.
    ///
    /// An answer ends with its last byte, whoever reads it and when. One that the check drops or leaves unread, and
    /// that has not come whole, ends with the bytes that were read until then, at the latest when the check ends. As
    /// ureq has it, a connection is kept only if the body of its answer was read to the end.
    ///
    /// The agent is made at the first call, and is the same from then on; a clone costs nothing. An agent of another
    /// origin works too, and its requests are not seen: `ureq::get` makes a new connection for each.
    pub fn agent(&mut self) -> Agent {
        self.agent.agent()
    }

    /// As [`agent`](Self::agent); from now on its requests are named by this function of the method and the path, as
    /// ids in a path would give each its own name. `None` names a request as usual.
    ///
    /// ```
    /// use perfloop::{CheckResult, User};
    ///
    /// fn order(user: &mut User) -> CheckResult {
    ///     let id = user.iteration();
    ///     let agent = user.agent_named(|method, path| {
    ///         path.starts_with("/orders/").then(|| format!("{method} /orders/{{id}}"))
    ///     });
    ///     agent.get(format!("/orders/{id}")).call()?;
    ///     Ok(())
    /// }
    /// ```
    pub fn agent_named<F>(&mut self, name: F) -> Agent
    where
        F: Fn(&str, &str) -> Option<String> + Send + 'static,
    {
        self.agent.is_named_by(Box::new(name));
        self.agent.agent()
    }

    /// From now on [`agent`] gives this user's on this thread.
    pub(crate) fn owns_this_thread(&self) {
        self.agent.is_of_this_thread();
    }

    /// Takes what its agent has done since the last call into the running check.
    pub(crate) fn settle_agent(&mut self) {
        if !self.agent.is_made() {
            return;
        }
        let (ended, has_left) = self.agent.settle();
        self.running.has_left |= has_left;
        self.running.asked |= has_left;
        ended.into_iter().for_each(|seen| self.settle_request(seen));
    }

    fn settle_request(&mut self, seen: Seen) {
        let Seen { begun: Begun { id, name, .. }, method, uri, headers, body, exchanged } = seen;
        self.running.asked = true;
        let mut request = Prepared::empty(name.as_ref().to_owned(), method);
        request.uri = uri;
        request.body = (!body.is_empty()).then_some(body);
        let sent = self.account_for(id, &request, &headers, &exchanged, None);
        request.headers = headers;
        let sent = Sent { request: Some(Box::new(request)), ..sent };
        let Exchanged { times, answer, .. } = exchanged;
        match answer {
            Ok(Answered { status, headers, body, .. }) => {
                // What ureq makes an error of, unless it is told not to.
                self.running.suspect = (status >= 400).then_some(id);
                capture::keep(&mut Box::new(Captured { sent, status, headers, body, times, ..Captured::default() }));
            }
            Err(lost) => {
                self.running.suspect = Some(id);
                self.running.unanswered = Some(Box::new(Unanswered { sent, times, message: lost.message }));
            }
        }
    }

    /// Lays a failure that names no request on the one of the agent that it must come of, if there is one.
    pub(crate) fn suspect(&self, outcome: &mut Outcome) {
        if let Outcome::Fail(reason) | Outcome::Exception(reason) = outcome {
            reason.request = reason.request.or(self.running.suspect);
        }
    }
}
