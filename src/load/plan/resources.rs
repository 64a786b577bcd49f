//! Resources that a plan takes of this machine, known before anything is started.

use std::time::Duration;

use crate::error::Error;
use crate::load::http::ClientFactory;
use crate::load::os;
use crate::load::plan::Plan;

/// Memory of a user in bytes; measured with 10 000 users, each with one open connection and its stack and buffers.
const USER_MEMORY: u64 = 39 * 1024;
/// Memory of a user over TLS in bytes; measured.
const TLS_USER_MEMORY: u64 = 72 * 1024;
/// Memory of a run that does not grow with its users; measured.
const OWN_MEMORY: u64 = 14 * 1024 * 1024;

/// A file of rows takes so many times its length while it is read, and half of that afterwards; measured with 68 MB.
const FEED_TIMES: u64 = 4;

/// Something a plan takes, beside how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    /// `memory`, which is in bytes; or what is counted.
    pub(crate) of: &'static str,
    /// How much the run takes at most.
    pub(crate) needed: u64,
    /// How much this machine has, where that is known.
    pub(crate) limit: Option<u64>,
    /// Advice where that is too little.
    pub(crate) remedy: String,
}

impl Resource {
    pub(crate) const MEMORY: &str = "memory";
    /// Bytes, if each user gets an answer as long as any may be.
    pub(crate) const BODIES: &str = "longest bodies";
    /// Bytes of a file of rows.
    pub(crate) const FEED: &str = "feed";
    const OPEN_FILES: &str = "open files";

    /// Memory that a file of rows of this length takes.
    pub(crate) fn of_feed(length: u64) -> Self {
        Resource {
            of: Resource::FEED,
            needed: length.saturating_mul(FEED_TIMES),
            limit: os::free_memory(),
            remedy: "use fewer rows, or fewer columns".into(),
        }
    }

    pub(crate) fn is_met(&self) -> bool {
        self.limit.is_none_or(|limit| self.needed <= limit)
    }
}

impl Plan {
    /// Resources that the run takes, if each user connects to so many addresses, by TLS or not.
    pub(crate) fn resources(&self, has_tls: bool, addresses: usize) -> Vec<Resource> {
        let users = u64::from(self.most_users());
        let user_memory = if has_tls { TLS_USER_MEMORY } else { USER_MEMORY };
        let memory = Resource {
            of: Resource::MEMORY,
            needed: users * user_memory + OWN_MEMORY,
            limit: os::free_memory(),
            remedy: "use fewer users".into(),
        };
        let counted = os::limits().into_iter().map(|limit| {
            // Each address takes a connection of its own; for ports the limit is one address's.
            let times = if limit.of == Resource::OPEN_FILES { addresses as u64 } else { 1 };
            Resource {
                of: limit.of,
                needed: users * limit.taken_by_user(self.shares_process_with_target) * times + limit.own,
                limit: Some(limit.available.saturating_add(limit.own)),
                remedy: format!("use fewer users or raise the limit ({})", limit.remedy),
            }
        });
        let bodies = Resource {
            of: Resource::BODIES,
            needed: users.saturating_mul(self.http.max_body as u64),
            limit: memory.limit,
            remedy: "use fewer users, or keep less of an answer (‹max-body›)".into(),
        };
        [memory, bodies].into_iter().chain(counted).collect()
    }

    /// When the last user starts, from the start of the run.
    pub(crate) fn last_start(&self) -> Duration {
        self.changes().last().map_or(Duration::ZERO, |change| change.at)
    }

    /// Makes what all users' clients share, and drops it.
    ///
    /// # Errors
    /// Those by which a run would be refused: certificates, keys and proxies that cannot be used.
    pub(crate) fn try_client(&self) -> Result<(), Error> {
        ClientFactory::new(&self.http).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needed(plan: &Plan, has_tls: bool, addresses: usize, of: &str) -> u64 {
        let all = plan.resources(has_tls, addresses);
        all.iter().find(|need| need.of == of).map(|need| need.needed).expect("a need")
    }

    #[test]
    fn memory_grows_with_the_users_and_more_so_with_tls() {
        let plan = Plan::new().users(1000);
        assert_eq!(needed(&plan, false, 1, "memory"), (14 * 1024 + 39_000) * 1024);
        assert_eq!(needed(&plan, true, 1, "memory"), (14 * 1024 + 72_000) * 1024);
    }

    #[test]
    fn each_address_takes_a_file_of_each_user_but_no_thread() {
        let plan = Plan::new().users(1000);
        let more = |of| needed(&plan, false, 3, of) - needed(&plan, false, 1, of);
        assert_eq!((more("open files"), more("threads")), (2000, 0));
        let shared = Plan { shares_process_with_target: true, ..plan.clone() };
        assert_eq!(needed(&shared, false, 1, "open files") - needed(&plan, false, 1, "open files"), 1000);
    }

    #[test]
    fn a_feed_takes_some_times_its_length() {
        assert_eq!(Resource::of_feed(1000).needed, 4000);
    }

    #[test]
    fn a_need_above_its_limit_is_not_met() {
        let need = Resource { of: "threads", needed: 11, limit: Some(10), remedy: String::new() };
        assert!(!need.is_met());
        assert!(Resource { limit: None, ..need }.is_met());
    }
}
