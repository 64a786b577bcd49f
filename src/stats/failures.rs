//! Failures, grouped: a thousand times the same trouble is one line.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::examples::{Example, Examples};
use crate::ids::{CheckId, RequestId};
use crate::outcome::Reason;
use crate::sample::Ending;

/// More groups than this are counted together, one for each check and kind.
pub const MAX_FAILURE_GROUPS: usize = 200;
/// Longer messages are cut.
const MAX_MESSAGE: usize = 500;

/// Fails or exceptions of one check whose messages differ in nothing but numbers and ids.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FailureGroup {
    pub(crate) check: CheckId,
    /// Number of the group, in the order of their first failures.
    pub(crate) number: u32,
    /// How many were the fault of which request.
    pub(crate) requests: BTreeMap<Option<RequestId>, u64>,
    /// An exception; else a fail.
    pub is_exception: bool,
    /// The message they share; where they differ, `#` stands for a number or an id.
    pub message: String,
    /// Detail of the first of them.
    pub detail: Option<String>,
    /// How many.
    pub count: u64,
    /// When the first ended, from the start of the run.
    pub first: Duration,
    /// When the last ended, from the start of the run.
    pub last: Duration,
    /// Some of them, kept whole.
    pub examples: Examples,
}

impl FailureGroup {
    /// Largest first.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let by_count = other.count.cmp(&self.count);
        by_count.then(self.first.cmp(&other.first)).then(self.message.cmp(&other.message))
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Failures {
    groups: HashMap<Key, FailureGroup>,
    examples: HashMap<Key, Examples>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    check: CheckId,
    is_exception: bool,
    template: String,
}

impl Failures {
    /// Counts a check that has ended. Returns the number of its group, unless it passed.
    pub(crate) fn add(&mut self, check: CheckId, outcome: Ending, at: Duration) -> Option<u32> {
        let (is_exception, reason) = match outcome {
            Ending::Pass => return None,
            Ending::Fail(reason) => (false, reason),
            Ending::Exception(reason) => (true, reason),
        };
        let Reason { message, detail, request } = *reason;
        let message = one_line(&message);
        let mut key = Key { check, is_exception, template: template(&message) };
        let mut group = FailureGroup {
            check,
            number: u32::try_from(self.groups.len()).unwrap_or(u32::MAX),
            requests: BTreeMap::new(),
            is_exception,
            message,
            detail,
            count: 0,
            first: at,
            last: at,
            examples: Examples::default(),
        };
        if self.groups.len() >= MAX_FAILURE_GROUPS && !self.groups.contains_key(&key) {
            crate::names::OTHER.clone_into(&mut key.template);
            crate::names::OTHER.clone_into(&mut group.message);
        }
        let template = key.template.clone();
        let known = self.groups.entry(key).or_insert_with(|| group.clone());
        if known.message != group.message {
            known.message = template;
        }
        known.count += 1;
        *known.requests.entry(request).or_default() += 1;
        known.first = known.first.min(at);
        known.last = known.last.max(at);
        Some(known.number)
    }

    /// Keeps what was recorded of a failure with this message. Returns the number of its group.
    pub(super) fn keep(
        &mut self,
        check: CheckId,
        is_exception: bool,
        message: &str,
        example: &Arc<Example>,
    ) -> Option<u32> {
        let mut key = Key { check, is_exception, template: template(&one_line(message)) };
        if self.groups.len() >= MAX_FAILURE_GROUPS && !self.groups.contains_key(&key) {
            crate::names::OTHER.clone_into(&mut key.template);
        }
        let number = self.groups.get(&key).map(|group| group.number);
        self.examples.entry(key).or_default().add(example);
        number
    }

    /// Number of the groups.
    pub(crate) fn count(&self) -> usize {
        self.groups.len()
    }

    /// Largest first.
    pub(crate) fn groups(&self) -> Vec<FailureGroup> {
        let examples = |key| self.examples.get(key).cloned().unwrap_or_default();
        let groups = self.groups.iter().map(|(key, group)| FailureGroup { examples: examples(key), ..group.clone() });
        let mut groups: Vec<FailureGroup> = groups.collect();
        groups.sort_by(FailureGroup::order);
        groups
    }
}

fn one_line(message: &str) -> String {
    let cut = message.chars().take(MAX_MESSAGE);
    cut.map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The message with `#` for each number and id. What follows the word "status" stays: 404 and 500 are different troubles.
fn template(message: &str) -> String {
    let mut template = String::with_capacity(message.len());
    let mut rest = message;
    let mut previous = "";
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if is_word(first) {
            // A UUID is one word: a hyphen between two words with a digit in them does not part them.
            let end = rest.find(|c| !is_word(c) && c != '-').unwrap_or(rest.len());
            rest[..end].trim_end_matches('-').len()
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        template.push_str(if is_id(word) && previous != "status" { "#" } else { word });
        if is_word(first) {
            previous = word;
        }
        rest = after;
    }
    template
}

/// A number, a UUID, or a word of letters and several digits such as `tt0068646` or `9f86d081`.
fn is_id(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let is_hex = word.len() >= 8 && word.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    digits > 0 && (letters == 0 || is_hex || digits >= 3 || ends_in_unit(word))
}

/// `250ms`, `3s`: a number with its unit stuck to it.
fn ends_in_unit(word: &str) -> bool {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    matches!(unit, "s" | "ms" | "us" | "ns" | "m" | "h")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;

    const AT: Duration = Duration::from_secs(1);

    fn fail(message: &str) -> Ending {
        Outcome::Fail(message.into()).into()
    }

    #[test]
    fn messages_that_differ_in_numbers_and_ids_are_one_group() {
        for (a, b) in [
            ("user 17 not found", "user 4 not found"),
            ("order 6f1c1e2a-9a55-4b1e-8d0c-0a1b2c3d4e5f lost", "order 00000000-9a55-4b1e-8d0c-0a1b2c3d4e5f lost"),
            ("movie tt0068646", "movie tt0111161"),
            ("took 230ms", "took 1200ms"),
            ("at 1.5 s", "at 2.25 s"),
        ] {
            let (a, b) = (template(a), template(b));
            assert!(a == b || a.replace("#.#", "#") == b.replace("#.#", "#"), "{a} / {b}");
        }
    }

    #[test]
    fn what_makes_a_difference_stays() {
        assert_ne!(template("got status 404"), template("got status 500"));
        assert_eq!(template("wanted v2 of p95"), "wanted v2 of p95");
        assert_eq!(template("connection refused"), "connection refused");
    }

    #[test]
    fn a_group_counts_and_keeps_the_first_and_the_last_time() {
        let mut failures = Failures::default();
        for (n, seconds) in [(1, 3), (1, 1), (1, 2)] {
            failures.add(CheckId(0), fail(&format!("user {n}")), Duration::from_secs(seconds));
        }
        let groups = failures.groups();
        assert_eq!(groups.len(), 1);
        assert_eq!((groups[0].count, groups[0].first.as_secs(), groups[0].last.as_secs()), (3, 1, 3));
        assert_eq!(groups[0].message, "user 1", "all alike, so nothing is hidden");
        failures.add(CheckId(0), fail("user 2"), AT);
        assert_eq!(failures.groups()[0].message, "user #");
    }

    #[test]
    fn the_same_message_of_another_check_or_kind_is_another_group() {
        let mut failures = Failures::default();
        failures.add(CheckId(0), fail("x"), AT);
        failures.add(CheckId(1), fail("x"), AT);
        failures.add(CheckId(0), Outcome::Exception("x".into()).into(), AT);
        failures.add(CheckId(0), Ending::Pass, AT);
        assert_eq!(failures.groups().len(), 3);
    }

    #[test]
    fn too_many_groups_share_the_last_and_none_is_lost() {
        let mut failures = Failures::default();
        let name = |n: usize| -> String { n.to_string().chars().map(|c| (c as u8 - b'0' + b'a') as char).collect() };
        for n in 0..MAX_FAILURE_GROUPS + 50 {
            failures.add(CheckId(0), fail(&name(n)), AT);
        }
        let groups = failures.groups();
        assert_eq!(groups.len(), MAX_FAILURE_GROUPS + 1);
        assert_eq!((groups[0].message.as_str(), groups[0].count), (crate::names::OTHER, 50));
    }
}
