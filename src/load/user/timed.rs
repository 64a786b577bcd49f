//! Requests that a check times itself: blocking code that makes them without perfloop.

use std::any::Any;
use std::fmt::Display;
use std::time::Duration;

use crate::ids::RequestId;
use crate::load::pool::recorder::EndedRequest;
use crate::load::user::User;
use crate::moment::Moment;
use crate::outcome::Outcome;
use crate::sample::{Answer, RequestTimes, Traffic};

impl User {
    /// Times a call of code that perfloop cannot look into: a client library, a database scheduler, a queue. It is
    /// counted as a request of this name, by the thread's clock, and its time is the check's.
    ///
    /// An `Err` is counted as a failed request and handed back: `?` makes the check what the error is.
    ///
    /// ```
    /// use perfloop::{CheckResult, User};
    /// # struct Sdk;
    /// # impl Sdk { fn approve(&self) -> Result<(), std::io::Error> { Ok(()) } }
    ///
    /// fn approve(user: &mut User) -> CheckResult {
    ///     let sdk = Sdk;
    ///     user.time("enrollpushapprove", || sdk.approve())?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of the call.
    pub fn time<T, E: Display>(&mut self, name: &str, call: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let began = Moment::now();
        let result = call();
        self.measured(name, began.elapsed(), result.is_ok());
        result
    }

    /// Times a call that uses what is [kept](User::set_state) for this user, such as its connection; see
    /// [`time`](Self::time).
    ///
    /// ```
    /// use perfloop::{CheckResult, User};
    /// # struct Connection;
    /// # impl Connection { fn ask(&mut self) -> Result<u32, std::io::Error> { Ok(7) } }
    ///
    /// fn ask(user: &mut User) -> CheckResult {
    ///     let answer = user.time_with("ask", |connection: &mut Connection| connection.ask())?;
    ///     assert_eq!(answer, 7);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Those of the call.
    ///
    /// # Panics
    /// As [`state`](User::state) does.
    #[track_caller]
    pub fn time_with<S: Any + Send, T, E: Display>(
        &mut self,
        name: &str,
        call: impl FnOnce(&mut S) -> Result<T, E>,
    ) -> Result<T, E> {
        let state = self.state();
        let began = Moment::now();
        let result = call(state);
        self.measured(name, began.elapsed(), result.is_ok());
        result
    }

    /// Counts something that took so long and ended so as a request of this name. If it is no pass, neither is the
    /// check, whatever else it returns.
    pub fn record(&mut self, name: &str, elapsed: Duration, outcome: impl Into<Outcome>) {
        let mut outcome = outcome.into();
        let passed = outcome == Outcome::Pass;
        let id = self.measured(name, elapsed, passed);
        if let Outcome::Fail(reason) | Outcome::Exception(reason) = &mut outcome {
            reason.request = id;
            self.running.recorded.get_or_insert(outcome);
        }
    }

    fn measured(&mut self, name: &str, elapsed: Duration, good: bool) -> Option<RequestId> {
        self.settle_agent();
        // What it did after its rest was cut short came too early.
        if !self.may_send() {
            return None;
        }
        let id = self.request_id(name, false);
        let times = RequestTimes { first_byte: elapsed.into(), ..RequestTimes::default() };
        self.running.tpr += elapsed.into();
        self.running.requests += 1;
        self.running.answered += 1;
        self.running.blame.measured(id, good);
        // After a cut the check has been counted as unfinished, and with it what it would measure.
        if self.recorder.begin_request(id).is_ok() {
            let (traffic, answer) = (Traffic::default(), Answer::Recorded { good });
            let _ = self.recorder.end_request(EndedRequest {
                request: id,
                ended: Moment::now(),
                times,
                lateness: None,
                traffic,
                answer,
            });
        }
        Some(id)
    }
}
