//! The names of checks and requests, as small numbers on the way through the queue.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::ids::{CheckId, RequestId};
use crate::look_alikes::{self, Likeness, LookAlikes};
use crate::printable;
use crate::renaming::{Renaming, Renamings};

/// More request names than this are counted together.
pub(crate) const MAX_REQUEST_NAMES: usize = 500;
/// The name of the requests that came after [`MAX_REQUEST_NAMES`] others.
pub(crate) const OTHER: &str = "(other)";

/// Number that all names beyond the limit share.
pub(crate) const OTHER_REQUESTS: RequestId = RequestId(MAX_REQUEST_NAMES as u16);

/// The register of names of one run. Users ask it once per name they have not used before.
#[derive(Debug)]
pub(crate) struct Names {
    checks: Vec<Arc<str>>,
    requests: Mutex<Requests>,
    /// Look-alikes are told as one.
    groups: bool,
    renamings: Renamings,
}

#[derive(Debug, Default)]
struct Requests {
    ids: HashMap<Arc<str>, RequestId>,
    names: Vec<Arc<str>>,
    overflowed: bool,
    alike: LookAlikes,
    /// Numbers that were told apart, and are one with another now.
    one_with: HashMap<RequestId, RequestId>,
    /// The first name that was not told as itself, and what it was told as.
    folded: Option<(Arc<str>, Arc<str>)>,
}

impl Requests {
    fn id(&mut self, name: &str) -> RequestId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let name: Arc<str> = if self.names.len() < MAX_REQUEST_NAMES {
            name.into()
        } else if self.overflowed {
            return OTHER_REQUESTS;
        } else {
            self.overflowed = true;
            OTHER.into()
        };
        let id = RequestId(self.names.len() as u16);
        self.names.push(Arc::clone(&name));
        self.ids.insert(name, id);
        id
    }
}

impl Names {
    pub(crate) fn new<'a>(checks: impl IntoIterator<Item = &'a str>) -> Self {
        let checks = checks.into_iter().map(|name| Arc::from(&*printable::name(name))).collect();
        Names { checks, requests: Mutex::default(), groups: true, renamings: Renamings::default() }
    }

    /// The names with look-alikes told as one, or apart.
    pub(crate) fn grouping(self, groups: bool) -> Self {
        Names { groups, ..self }
    }

    /// The names with requests named by these patterns, where one fits.
    pub(crate) fn renamed(self, renamings: &[Renaming]) -> Self {
        Names { renamings: Renamings::new(renamings), ..self }
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
        Names { checks, requests: Mutex::new(requests), groups: true, renamings: Renamings::default() }
    }

    /// The number of this check; one beyond all for a name that is none of them.
    pub(crate) fn check_of_name(&self, name: &str) -> CheckId {
        let index = self.checks.iter().position(|known| &**known == name).unwrap_or(self.checks.len());
        CheckId(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// The number of this request name, a new one if it was not seen before, and whether that is its own: many that fit a
    /// pattern share one, and so do many that look alike and came of a URL.
    pub(crate) fn request_of(&self, name: &str, is_by_url: bool) -> (RequestId, bool) {
        let name = &*printable::name(name);
        if let Some(renamed) = self.renamings.of(name) {
            return (self.requests.lock().id(&renamed), false);
        }
        let mut requests = self.requests.lock();
        if !is_by_url {
            return (requests.id(name), true);
        }
        if let Some(id) = requests.ids.get(name) {
            return (requests.one_with.get(id).copied().unwrap_or(*id), true);
        }
        let Some(shape) = look_alikes::shape(name).filter(|_| self.groups) else { return (requests.id(name), true) };
        let alike = match requests.alike.likeness(&shape) {
            Likeness::Own => {
                let id = requests.id(name);
                requests.alike.note(shape, id);
                return (id, true);
            }
            Likeness::First(alike) => alike,
            Likeness::Shared => Vec::new(),
        };
        let id = requests.id(&shape);
        requests.folded.get_or_insert_with(|| (name.into(), shape.into()));
        requests.one_with.extend(alike.into_iter().map(|known| (known, id)));
        (id, false)
    }

    /// Number that a request is counted under in the end: look-alikes are one.
    pub(crate) fn counted_as(&self, id: RequestId) -> RequestId {
        self.requests.lock().one_with.get(&id).copied().unwrap_or(id)
    }

    /// A name that was not told as itself, and what it was told as, if there is one.
    pub(crate) fn folded(&self) -> Option<(Arc<str>, Arc<str>)> {
        self.requests.lock().folded.clone()
    }

    pub(crate) fn check_name(&self, id: CheckId) -> Arc<str> {
        self.checks.get(usize::from(id.0)).cloned().unwrap_or_else(|| OTHER.into())
    }

    pub(crate) fn request_name(&self, id: RequestId) -> Arc<str> {
        let requests = self.requests.lock();
        let id = requests.one_with.get(&id).copied().unwrap_or(id);
        requests.names.get(usize::from(id.0)).cloned().unwrap_or_else(|| OTHER.into())
    }

    pub(crate) fn checks(&self) -> usize {
        self.checks.len()
    }

    /// Patterns of names that no request has had.
    pub(crate) fn idle_patterns(&self) -> Vec<String> {
        self.renamings.idle()
    }

    /// Some requests had to be counted under [`OTHER`].
    pub(crate) fn overflowed(&self) -> bool {
        self.requests.lock().overflowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Names {
        /// The number of a name that came of no URL.
        pub(crate) fn request(&self, name: &str) -> RequestId {
            self.request_of(name, false).0
        }
    }

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
