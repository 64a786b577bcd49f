//! Session of a user with services: its cookies, and when it was answered last. All its clients share it.

use std::sync::Arc;

use parking_lot::Mutex;

use super::cookies::Cookies;
use super::lag::Lag;

/// Session of one user. Its lock is hardly ever waited for: requests of a user follow one another.
pub(crate) type SharedSession = Arc<Mutex<Session>>;

/// Cookies of a user. The jar is made with the first cookie: most users of a large run have none.
pub(crate) type CookieJar = Option<Box<Cookies>>;

#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) cookies: CookieJar,
    pub(crate) lag: Lag,
}
