//! The checks that `#[perfloop::check]` has registered in this program.

use std::collections::BTreeMap;

pub use inventory;

use crate::load::{Check, User};
use crate::outcome::{Classify, Outcome};

/// A function under `#[perfloop::check]`.
#[derive(Debug)]
pub struct Registered {
    /// Name of the check.
    pub name: &'static str,
    /// How often it is chosen, against the weights of others.
    pub weight: Option<u32>,
    /// Tags that it can be chosen by.
    pub tags: &'static [&'static str],
    /// By `#[ignore]`: it runs only when it is asked for.
    pub is_ignored: bool,
    /// The functions of its file that only `#[test]` marks, or that it marks first, so that without libtest they are gone; with
    /// commas.
    pub lost_tests: &'static str,
    /// The source file it stands in.
    pub file: &'static str,
    /// The line of its attribute.
    pub line: u32,
    /// Runs it once, and judges the error it ends with.
    pub function: fn(&mut User, &Classify) -> Outcome,
}

inventory::collect!(Registered);

impl Registered {
    pub(crate) fn check(&self) -> Check {
        let check = Check::with_outcome(self.name, self.function).tags(self.tags.iter().copied());
        match self.weight {
            Some(weight) => check.weight(weight),
            None => check,
        }
    }
}

/// The check of this name at this place.
pub(crate) fn find(name: &str, file: &str, line: u32) -> Option<&'static Registered> {
    let is_it = |one: &&Registered| (one.name, one.file, one.line) == (name, file, line);
    inventory::iter::<Registered>().find(is_it)
}

/// The functions under `#[test]` that are lost without libtest, by file.
pub(crate) fn lost_tests() -> BTreeMap<&'static str, &'static str> {
    let all = inventory::iter::<Registered>().filter(|one| !one.lost_tests.is_empty());
    all.map(|one| (one.file, one.lost_tests)).collect()
}

/// Registered checks in the order of their files and lines: the linker knows no order.
pub(crate) fn registered() -> Vec<&'static Registered> {
    let mut all: Vec<&Registered> = inventory::iter::<Registered>().collect();
    all.sort_by_key(|registered| (registered.file, registered.line, registered.name));
    all
}
