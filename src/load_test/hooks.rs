//! Hooks of a load test: what its author wants to be told of.

use super::LoadTest;
use crate::load::{FailureEvent, RequestEvent, User};
use crate::stats::Summary;

impl LoadTest {
    /// Calls this before the first user starts.
    #[must_use]
    pub fn on_test_start(mut self, hook: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_test_start.push(Box::new(hook));
        self
    }

    /// Calls this with the numbers at the end, in [`Run::join`](crate::Run::join).
    #[must_use]
    pub fn on_test_stop(mut self, hook: impl Fn(&Summary) + Send + Sync + 'static) -> Self {
        self.on_test_stop.push(Box::new(hook));
        self
    }

    /// Calls this with the number of users when all that are wanted are up for the first time.
    #[must_use]
    pub fn on_spawning_complete(mut self, hook: impl Fn(u32) + Send + Sync + 'static) -> Self {
        self.user_hooks.spawning_complete.push(Box::new(hook));
        self
    }

    /// Calls this on each user's thread when it begins, before its class's `on_start`. It makes no
    /// requests: only checks do, and `on_start` is one.
    #[must_use]
    pub fn on_user_start(mut self, hook: impl Fn(&mut User) + Send + Sync + 'static) -> Self {
        self.user_hooks.start.push(Box::new(hook));
        self
    }

    /// Calls this on each user's thread when it ends, after its class's `on_stop`. It makes no requests,
    /// as those of `on_user_start`.
    #[must_use]
    pub fn on_user_stop(mut self, hook: impl Fn(&mut User) + Send + Sync + 'static) -> Self {
        self.user_hooks.stop.push(Box::new(hook));
        self
    }

    /// Calls this for each request that has ended, on its user's thread: what it takes is the tester's time, which is
    /// measured and, when it shows, warned of.
    #[must_use]
    pub fn on_request(mut self, hook: impl Fn(&RequestEvent<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.request.push(Box::new(hook));
        self
    }

    /// Calls this for each check that did not pass, with the requests it made and their answers, on its user's
    /// thread; see [`on_request`](Self::on_request).
    #[must_use]
    pub fn on_failure(mut self, hook: impl Fn(&FailureEvent<'_>) + Send + Sync + 'static) -> Self {
        self.hooks.failure.push(Box::new(hook));
        self
    }
}
