//! Hooks on the begin and the end of users.

use std::fmt;

use crate::load::user::User;

type SpawnHook = Box<dyn Fn(u32) + Send + Sync>;
type UserHook = Box<dyn Fn(&mut User) + Send + Sync>;

/// Hooks on the begin and the end of users.
#[derive(Default)]
pub(crate) struct UserHooks {
    /// Called with the number of users when all that are wanted are up.
    pub(crate) spawning_complete: Vec<SpawnHook>,
    pub(crate) start: Vec<UserHook>,
    pub(crate) stop: Vec<UserHook>,
}

impl fmt::Debug for UserHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserHooks").finish_non_exhaustive()
    }
}
