//! The names of checks and requests, as small numbers on the way through the queue.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::printable;
use crate::sample::{CheckId, RequestId};

/// More request names than this are counted together.
pub(crate) const MAX_REQUEST_NAMES: usize = 500;
/// The name of the requests that came after [`MAX_REQUEST_NAMES`] others.
pub(crate) const OTHER: &str = "(other)";

/// What they share.
pub(crate) const OTHER_REQUESTS: RequestId = RequestId(MAX_REQUEST_NAMES as u16);

/// The register of names of one run. Users ask it once per name they have not used before.
#[derive(Debug)]
pub(crate) struct Names {
    checks: Vec<Arc<str>>,
    requests: Mutex<Requests>,
}

#[derive(Debug, Default)]
struct Requests {
    ids: HashMap<Arc<str>, RequestId>,
    names: Vec<Arc<str>>,
    overflowed: bool,
}

impl Names {
    pub(crate) fn new<'a>(checks: impl IntoIterator<Item = &'a str>) -> Self {
        Names {
            checks: checks.into_iter().map(|name| Arc::from(&*printable::name(name))).collect(),
            requests: Mutex::default(),
        }
    }

    /// The names of a run that is read from its report, where requests are known by their names.
    pub(crate) fn read<'a>(checks: impl IntoIterator<Item = &'a str>, overflowed: bool) -> Self {
        let names = Names::new(checks);
        names.requests.lock().overflowed = overflowed;
        names
    }

    /// The checks of both runs, those of this one first. Requests have no numbers there.
    pub(crate) fn and(&self, other: &Names) -> Names {
        let mut checks = self.checks.clone();
        checks.extend(other.checks.iter().filter(|name| !self.checks.contains(name)).cloned());
        let requests = Requests { overflowed: self.overflowed() || other.overflowed(), ..Requests::default() };
        Names { checks, requests: Mutex::new(requests) }
    }

    /// The number of this check; one beyond all for a name that is none of them.
    pub(crate) fn check_of_name(&self, name: &str) -> CheckId {
        let index = self.checks.iter().position(|known| &**known == name).unwrap_or(self.checks.len());
        CheckId(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// The number of this request name, a new one if it was not seen before.
    pub(crate) fn request(&self, name: &str) -> RequestId {
        let name = &*printable::name(name);
        let mut requests = self.requests.lock();
        if let Some(id) = requests.ids.get(name) {
            return *id;
        }
        let name: Arc<str> = if requests.names.len() < MAX_REQUEST_NAMES {
            name.into()
        } else if requests.overflowed {
            return OTHER_REQUESTS;
        } else {
            requests.overflowed = true;
            OTHER.into()
        };
        let id = RequestId(requests.names.len() as u16);
        requests.names.push(Arc::clone(&name));
        requests.ids.insert(name, id);
        id
    }

    pub(crate) fn check_name(&self, id: CheckId) -> Arc<str> {
        self.checks.get(usize::from(id.0)).cloned().unwrap_or_else(|| OTHER.into())
    }

    pub(crate) fn request_name(&self, id: RequestId) -> Arc<str> {
        self.requests.lock().names.get(usize::from(id.0)).cloned().unwrap_or_else(|| OTHER.into())
    }

    pub(crate) fn checks(&self) -> usize {
        self.checks.len()
    }

    /// Some requests had to be counted under [`OTHER`].
    pub(crate) fn overflowed(&self) -> bool {
        self.requests.lock().overflowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_and_too_many_names_share_one() {
        let names = Names::new(["a"]);
        let first = names.request("GET /0");
        for n in 1..MAX_REQUEST_NAMES {
            names.request(&format!("GET /{n}"));
        }
        assert!(!names.overflowed());
        assert_eq!(names.request("GET /0"), first);
        let other = names.request("one too many");
        assert_eq!(names.request("and another"), other);
        assert!(names.overflowed());
        assert_eq!(&*names.request_name(other), OTHER);
        assert_eq!(&*names.request_name(first), "GET /0");
        assert_eq!(&*names.check_name(CheckId(0)), "a");
    }
}
