//! History of a user's failures, so that one that repeats itself is copied for reports only now and then.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use crate::moment::Moment;

/// Repetitions of a failure that are always news,
const ALWAYS: u32 = 3;
/// and the time after which a later one is, unless it is slower.
const AGAIN: Duration = Duration::from_millis(100);

/// Last failure of a user.
#[derive(Debug, Default)]
pub(crate) struct FailureHistory(Option<Last>);

#[derive(Debug)]
struct Last {
    /// Hash of the message without its digits.
    message: u64,
    times: u32,
    at: Moment,
    slowest: Duration,
}

impl FailureHistory {
    /// True for a failure that is another than the last one, or one of its first repetitions, or slower than all of them,
    /// or later than the last by a while.
    pub(crate) fn is_news(&mut self, message: &str, now: Moment, tpr: Duration) -> bool {
        let mut hasher = DefaultHasher::new();
        message.bytes().filter(|byte| !byte.is_ascii_digit()).for_each(|byte| byte.hash(&mut hasher));
        let message = hasher.finish();
        let Some(last) = self.0.as_mut().filter(|last| last.message == message) else {
            self.0 = Some(Last { message, times: 1, at: now, slowest: tpr });
            return true;
        };
        let is_news = last.times < ALWAYS || tpr > last.slowest || now.saturating_duration_since(last.at) >= AGAIN;
        if is_news {
            *last = Last { message, times: last.times.saturating_add(1), at: now, slowest: tpr.max(last.slowest) };
        }
        is_news
    }
}
