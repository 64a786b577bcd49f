//! Session of a user with services: its cookies, and when it was answered last. All its clients share it.

use std::sync::Arc;

use parking_lot::Mutex;

use super::cookies::Cookies;
use super::lag::Lag;
use crate::load::http::{Exchanged, Headers, Uri};
use crate::sample::Lateness;

/// Session of one user. Its lock is hardly ever waited for: requests of a user follow one another.
pub(crate) type SharedSession = Arc<Mutex<Session>>;

/// Cookies of a user. The jar is made with the first cookie: most users of a large run have none.
pub(crate) type CookieJar = Option<Box<Cookies>>;

/// State of a user that services and plan know it by.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) cookies: CookieJar,
    pub(crate) lag: Lag,
}

impl Session {
    /// An exchange has ended: its cookies are kept. How late it was, if it had a due time.
    pub(super) fn note(&mut self, uri: &Uri, exchanged: &Exchanged) -> Option<Lateness> {
        if let Ok(answered) = &exchanged.answer
            && answered.headers.has("set-cookie")
        {
            self.take_cookies(uri, &answered.headers);
        }
        let lateness = self.lag.sent(exchanged.sent_at, exchanged.times.setup());
        self.lag.answered(exchanged.answered_at.unwrap_or(exchanged.ended));
        lateness
    }

    #[inline(never)]
    fn take_cookies(&mut self, from: &Uri, headers: &Headers) {
        self.cookies.get_or_insert_default().take(from, headers);
    }
}
