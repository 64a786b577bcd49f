//! Sets of checks: what an iteration of a user does.

use fastrand::Rng;

use crate::ids::CheckId;
use crate::load::check::Check;
use crate::load::user::User;
use crate::outcome::IntoOutcome;

/// Checks that belong together: all of them in order, or one of them by weight. Sets may hold sets.
#[derive(Debug, Clone)]
pub struct CheckSet {
    order: Order,
    members: Vec<(Member, u32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Sequence,
    Weighted,
}

#[derive(Debug, Clone)]
enum Member {
    Check(Check),
    Set(CheckSet),
}

impl CheckSet {
    /// Runs its members one after the other.
    pub fn sequence() -> Self {
        CheckSet { order: Order::Sequence, members: Vec::new() }
    }

    /// Runs one of its members, chosen at random by their weights.
    pub fn weighted() -> Self {
        CheckSet { order: Order::Weighted, members: Vec::new() }
    }

    /// Adds a function as a check with this weight; it is named after the function. Give a closure a name by
    /// [`with_check`](Self::with_check). In a sequence the weight does not matter; 0 leaves the check out of a weighted set.
    #[must_use]
    pub fn check<F, O, M>(self, function: F, weight: u32) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: IntoOutcome<M>,
    {
        self.with_check(Check::of(function), weight)
    }

    /// Adds a check with this weight.
    #[must_use]
    pub fn with_check(mut self, check: Check, weight: u32) -> Self {
        self.members.push((Member::Check(check), weight));
        self
    }

    /// Adds a set with this weight.
    #[must_use]
    pub fn set(mut self, set: CheckSet, weight: u32) -> Self {
        self.members.push((Member::Set(set), weight));
        self
    }

    /// Shows each check, those of inner sets included.
    pub(crate) fn each_check(&self, see: &mut impl FnMut(&Check)) {
        for (member, _) in &self.members {
            match member {
                Member::Check(check) => see(check),
                Member::Set(set) => set.each_check(see),
            }
        }
    }

    /// Takes the checks out into the list of all, which gives them their numbers. What the tags leave out is gone.
    pub(crate) fn number(self, tags: &Tags, checks: &mut Vec<Check>) -> Node {
        let members = self.members.into_iter().filter_map(|(member, weight)| {
            let node = match member {
                Member::Check(check) if tags.admit(&check) => {
                    checks.push(check);
                    Node::Check(CheckId(u16::try_from(checks.len() - 1).unwrap_or(u16::MAX)))
                }
                Member::Check(_) => return None,
                Member::Set(set) => set.number(tags, checks),
            };
            (!node.is_empty()).then_some((node, weight))
        });
        match self.order {
            Order::Sequence => Node::Sequence(members.map(|(node, _)| node).collect()),
            Order::Weighted => {
                let members: Vec<(Node, u32)> = members.filter(|(_, weight)| *weight > 0).collect();
                let total = members.iter().map(|(_, weight)| u64::from(*weight)).sum();
                Node::Weighted { members, total }
            }
        }
    }
}

/// Which checks of a plan are run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    /// If there are any, a check needs one of them.
    pub(crate) wanted: Vec<String>,
    /// A check with one of these is left out.
    pub(crate) unwanted: Vec<String>,
}

impl Tags {
    fn admit(&self, check: &Check) -> bool {
        let has = |tags: &[String]| check.tags.iter().any(|tag| tags.contains(tag));
        (self.wanted.is_empty() || has(&self.wanted)) && !has(&self.unwanted)
    }
}

/// A set whose checks have numbers.
#[derive(Debug)]
pub(crate) enum Node {
    Check(CheckId),
    Sequence(Vec<Node>),
    Weighted { members: Vec<(Node, u32)>, total: u64 },
}

impl Node {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Node::Check(_) => false,
            Node::Sequence(members) => members.is_empty(),
            Node::Weighted { members, .. } => members.is_empty(),
        }
    }

    /// Runs what it holds, each choice made when its turn comes. False as soon as `run` wants no more.
    pub(crate) fn walk<C>(
        &self,
        context: &mut C,
        rng: fn(&mut C) -> &mut Rng,
        run: &mut impl FnMut(&mut C, CheckId) -> bool,
    ) -> bool {
        match self {
            Node::Check(id) => run(context, *id),
            Node::Sequence(members) => members.iter().all(|member| member.walk(context, rng, run)),
            Node::Weighted { members, total } => {
                let chosen = rng(context).u64(0..(*total).max(1));
                choose(members, chosen).is_none_or(|member| member.walk(context, rng, run))
            }
        }
    }

    /// Tells of each check its weight, and how often it is run in an iteration, on average.
    pub(crate) fn shares(&self, weight: u32, share: f64, tell: &mut impl FnMut(CheckId, u32, f64)) {
        match self {
            Node::Check(id) => tell(*id, weight, share),
            Node::Sequence(members) => members.iter().for_each(|member| member.shares(1, share, tell)),
            Node::Weighted { members, total } => members.iter().for_each(|(member, weight)| {
                member.shares(*weight, share * f64::from(*weight) / *total as f64, tell);
            }),
        }
    }
}

/// The member in whose part of the total weight this lies.
fn choose(members: &[(Node, u32)], mut chosen: u64) -> Option<&Node> {
    members.iter().find_map(|(member, weight)| {
        let weight = u64::from(*weight);
        if chosen < weight {
            return Some(member);
        }
        chosen -= weight;
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, tags: &[&str]) -> Check {
        Check::new(name, |_: &mut User| ()).tags(tags.iter().copied())
    }

    /// How often each check was run in so many iterations.
    fn runs(node: &Node, iterations: usize, seed: u64) -> Vec<u32> {
        let mut counts = vec![0; 8];
        let mut rng = Rng::with_seed(seed);
        for _ in 0..iterations {
            node.walk(&mut rng, |rng| rng, &mut |_, id| {
                counts[usize::from(id.0)] += 1;
                true
            });
        }
        counts
    }

    fn numbered(set: CheckSet, tags: &Tags) -> (Node, Vec<String>) {
        let mut checks = Vec::new();
        let node = set.number(tags, &mut checks);
        (node, checks.into_iter().map(|check| check.name).collect())
    }

    #[test]
    fn a_sequence_runs_all_and_a_weighted_set_one_by_weight() {
        let browse = CheckSet::weighted().with_check(check("index", &[]), 2).with_check(check("search", &[]), 1);
        let buy = CheckSet::sequence().with_check(check("cart", &[]), 1).with_check(check("pay", &[]), 1);
        let (node, names) = numbered(CheckSet::weighted().set(browse, 3).set(buy, 1), &Tags::default());
        assert_eq!(names, ["index", "search", "cart", "pay"]);
        let mut shares = Vec::new();
        node.shares(1, 1.0, &mut |_, weight, share| shares.push((weight, share)));
        assert_eq!(shares, [(2, 0.5), (1, 0.25), (1, 0.25), (1, 0.25)]);
        let counts = runs(&node, 8000, 3);
        assert_eq!(counts[2], counts[3], "who buys pays");
        assert_eq!(counts[0] + counts[1] + counts[2], 8000);
        // Chi-square with 2 degrees of freedom stays below 13.8 in 999 of 1000 cases.
        let expected = [4000.0, 2000.0, 2000.0];
        let chi_square: f64 =
            expected.iter().zip(&counts).map(|(wanted, count)| (f64::from(*count) - wanted).powi(2) / wanted).sum();
        assert!(chi_square < 13.8, "{chi_square} {counts:?}");
        assert_eq!(counts, runs(&node, 8000, 3), "the same seed makes the same choices");
        assert_ne!(counts, runs(&node, 8000, 4));
    }

    #[test]
    fn tags_say_what_is_run_and_empty_sets_are_never_chosen() {
        let set = || {
            let slow = CheckSet::sequence().with_check(check("report", &["slow"]), 1);
            CheckSet::weighted()
                .with_check(check("read", &["fast", "safe"]), 1)
                .with_check(check("write", &["fast"]), 1)
                .set(slow, 8)
        };
        let tags = |wanted: &[&str], unwanted: &[&str]| Tags {
            wanted: wanted.iter().map(ToString::to_string).collect(),
            unwanted: unwanted.iter().map(ToString::to_string).collect(),
        };
        let (node, names) = numbered(set(), &tags(&["fast"], &["safe"]));
        assert_eq!((names, runs(&node, 10, 1)[0]), (vec!["write".to_owned()], 10));
        assert_eq!(numbered(set(), &tags(&[], &["fast"])).1, ["report"]);
        assert!(numbered(set(), &tags(&["other"], &[])).0.is_empty());
    }

    #[test]
    fn a_walk_ends_when_no_more_is_wanted() {
        let (node, _) = numbered(
            CheckSet::sequence().with_check(check("a", &[]), 1).with_check(check("b", &[]), 1),
            &Tags::default(),
        );
        let mut seen = 0;
        let whole = node.walk(&mut Rng::with_seed(1), |rng| rng, &mut |_, _| {
            seen += 1;
            false
        });
        assert_eq!((whole, seen), (false, 1));
    }
}
