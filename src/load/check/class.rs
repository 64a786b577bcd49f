//! Classes of users: who runs which checks, and how many of each there are.

use std::time::Duration;

use super::set::{CheckSet, Node, Tags};
use crate::error::Error;
use crate::ids::CheckId;
use crate::load::check::Check;
use crate::load::plan::wait::Wait;
use crate::load::user::User;
use crate::outcome::IntoOutcome;
use crate::part::Part;

/// A kind of user: what it does, how it rests, and its share of all users.
///
/// ```
/// use perfloop::{User, UserClass, between};
/// use std::time::Duration;
///
/// fn index(_: &mut User) {}
/// fn checkout(_: &mut User) {}
/// fn login(_: &mut User) {}
///
/// let shopper = UserClass::new("shopper")
///     .weight(3)
///     .wait(between(Duration::from_secs(5), Duration::from_secs(9)))
///     .on_start(login)
///     .check(index, 2)
///     .check(checkout, 1);
/// ```
#[derive(Debug, Clone)]
pub struct UserClass {
    name: String,
    weight: u32,
    fixed: Option<u32>,
    wait: Option<Wait>,
    on_start: Option<Check>,
    on_stop: Option<Check>,
    set: CheckSet,
}

impl UserClass {
    /// Users of this name that do nothing yet. Each iteration runs one of its checks, chosen by weight.
    pub fn new(name: &str) -> Self {
        UserClass::of(name, CheckSet::weighted())
    }

    /// Users that run all checks of a sequence, or one of a weighted set, in each iteration.
    pub fn of(name: &str, set: CheckSet) -> Self {
        UserClass { name: name.to_owned(), weight: 1, fixed: None, wait: None, on_start: None, on_stop: None, set }
    }

    /// Its share of the users, against the weights of the other classes. Default 1.
    #[must_use]
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    pub(crate) fn weight_of(&self) -> u32 {
        self.weight
    }

    /// Exactly so many of the users are of this class, and come first; the others share the rest by weight.
    #[must_use]
    pub fn fixed(mut self, users: u32) -> Self {
        self.fixed = Some(users);
        self
    }

    /// How its users rest between two iterations. Default: as the plan says.
    #[must_use]
    pub fn wait(mut self, wait: Wait) -> Self {
        self.wait = Some(wait);
        self
    }

    /// Runs once when a user begins, as a check named `CLASS: on_start`. A user for which it does not pass ends.
    #[must_use]
    pub fn on_start<F, O, M>(mut self, function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: IntoOutcome<M>,
    {
        self.on_start = Some(Check::new(&format!("{}: on_start", self.name), function));
        self
    }

    /// Runs once when a user ends, as a check named `CLASS: on_stop`; at the stop of the run within its stop timeout.
    #[must_use]
    pub fn on_stop<F, O, M>(mut self, function: F) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: IntoOutcome<M>,
    {
        self.on_stop = Some(Check::new(&format!("{}: on_stop", self.name), function));
        self
    }

    /// Adds a function as a check with this weight; it is named after the function. Give a closure a name by
    /// [`with_check`](Self::with_check).
    #[must_use]
    pub fn check<F, O, M>(mut self, function: F, weight: u32) -> Self
    where
        F: Fn(&mut User) -> O + Send + Sync + 'static,
        O: IntoOutcome<M>,
    {
        self.set = self.set.check(function, weight);
        self
    }

    /// Name of the class.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The class with only one of its checks.
    #[cfg(feature = "cli")]
    pub(crate) fn only(&self, check: Check) -> UserClass {
        UserClass { set: CheckSet::sequence().with_check(check, 1), ..self.clone() }
    }

    /// Every check that its iterations run.
    #[cfg(feature = "cli")]
    pub(crate) fn checks(&self) -> Vec<Check> {
        let mut checks = Vec::new();
        self.set.each_check(&mut |check| checks.push(check.clone()));
        checks
    }

    /// Adds a check with this weight.
    #[must_use]
    pub fn with_check(mut self, check: Check, weight: u32) -> Self {
        self.set = self.set.with_check(check, weight);
        self
    }

    /// Adds a set of checks with this weight.
    #[must_use]
    pub fn set(mut self, set: CheckSet, weight: u32) -> Self {
        self.set = self.set.set(set, weight);
        self
    }
}

/// A class whose checks have numbers.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) weight: u32,
    pub(crate) fixed: Option<u32>,
    pub(crate) wait: Wait,
    pub(crate) on_start: Option<CheckId>,
    pub(crate) on_stop: Option<CheckId>,
    pub(crate) root: Node,
}

impl Class {
    /// Its iterations have due times.
    pub(crate) fn is_schedule(&self) -> bool {
        self.wait.is_schedule()
    }
}

/// All classes of a run, and the checks their numbers stand for.
#[derive(Debug)]
pub(crate) struct Classes {
    pub(crate) classes: Vec<Class>,
    pub(crate) checks: Vec<Check>,
}

impl Classes {
    /// Numbers the checks of the classes; `wait` is for those that say nothing of it.
    ///
    /// # Errors
    /// When nothing is left to run.
    pub(crate) fn new(classes: Vec<UserClass>, tags: &Tags, wait: Wait) -> Result<Classes, Error> {
        let mut checks = Vec::new();
        let known = known_tags(&classes);
        let mut numbered = Vec::new();
        for class in classes {
            if let Some(complaint) = class.wait.and_then(Wait::complaint) {
                return Err(Error::usage(format!("class {}: {complaint}", class.name)));
            }
            let root = class.set.number(tags, &mut checks);
            if root.is_empty() {
                continue;
            }
            let mut number = |check: Check| {
                checks.push(check);
                CheckId(u16::try_from(checks.len() - 1).unwrap_or(u16::MAX))
            };
            let (on_start, on_stop) = (class.on_start.map(&mut number), class.on_stop.map(&mut number));
            let UserClass { name, weight, fixed, .. } = class;
            numbered.push(Class { name, weight, fixed, wait: class.wait.unwrap_or(wait), on_start, on_stop, root });
        }
        if checks.len() > usize::from(u16::MAX) {
            return Err(Error::usage("there are more than 65535 checks; give some of them the same name in one check"));
        } else if numbered.is_empty() && *tags != Tags::default() {
            let known = match known.join(", ") {
                known if known.is_empty() => "no check has a tag, so leave ‹tags› out".to_owned(),
                known => format!("give some of the tags there are: {known}"),
            };
            return Err(Error::usage(format!("‹tags› and ‹exclude-tags› leave nothing to run; {known}")));
        } else if numbered.is_empty() {
            return Err(Error::usage("there is nothing to run; add a check"));
        } else if numbered.iter().all(|class| class.weight == 0 && class.fixed.is_none()) {
            return Err(Error::usage("all classes of users have the weight 0; give one of them a weight"));
        }
        Ok(Classes { classes: numbered, checks })
    }
}

/// A check as a plan has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CheckShare {
    /// Of which class, if there are several.
    pub(crate) class: Option<String>,
    pub(crate) check: String,
    pub(crate) weight: u32,
    /// How often it is run in an iteration of its class, on average.
    pub(crate) per_iteration: f64,
    /// Its share of all checks that are run, 0 to 1.
    pub(crate) share: f64,
}

impl Classes {
    /// How far apart iterations of every user are due; `None` unless all classes keep the same schedule.
    pub(crate) fn pace(&self) -> Option<Duration> {
        let interval = self.classes.first()?.wait.interval()?;
        self.classes.iter().all(|class| class.wait.interval() == Some(interval)).then_some(interval)
    }

    /// Every check that iterations run, with its share.
    pub(crate) fn shares(&self) -> Vec<CheckShare> {
        // Fixed numbers of users have no share that a plan could tell: each counts as one user.
        let users = |class: &Class| f64::from(class.fixed.unwrap_or(class.weight));
        let mut outline = Vec::new();
        for class in &self.classes {
            class.root.shares(1, 1.0, &mut |id, weight, per_iteration| {
                outline.push(CheckShare {
                    class: (self.classes.len() > 1).then(|| class.name.clone()),
                    check: self.checks[usize::from(id.0)].name.clone(),
                    weight,
                    per_iteration,
                    share: per_iteration * users(class),
                });
            });
        }
        let all: f64 = outline.iter().map(|check| check.share).sum();
        outline.iter_mut().for_each(|check| check.share /= all);
        outline
    }
}

/// Which class each user is of, in the order they come: first the fixed ones, then each next user goes to the class
/// that is furthest below its share. So the first users of many are what fewer would have been.
#[derive(Debug)]
pub(crate) struct ClassShares {
    fixed: Vec<u32>,
    weights: Vec<f64>,
    /// Users of each class that came by weight.
    shared: Vec<u32>,
    /// Class of each user of the whole.
    order: Vec<usize>,
    part: Part,
}

impl ClassShares {
    pub(crate) fn new(classes: &[Class], part: Part) -> Self {
        let by_weight = |class: &Class| if class.fixed.is_some() { 0.0 } else { f64::from(class.weight) };
        ClassShares {
            fixed: classes.iter().map(|class| class.fixed.unwrap_or(0)).collect(),
            weights: classes.iter().map(by_weight).collect(),
            shared: vec![0; classes.len()],
            order: Vec::new(),
            part,
        }
    }

    /// The classes of the users that belong to the part, among so many of the whole.
    pub(crate) fn seats(&mut self, users: u32) -> impl Iterator<Item = usize> {
        while self.order.len() < users as usize {
            match self.next() {
                Some(class) => self.order.push(class),
                None => break,
            }
        }
        let seats = self.order.iter().take(users as usize).enumerate();
        seats.filter(|(place, _)| self.part.takes(*place)).map(|(_, class)| *class)
    }

    /// How many users of each class belong to the part, among so many of the whole.
    pub(crate) fn split(&mut self, users: u32) -> Vec<u32> {
        let mut counts = vec![0; self.weights.len()];
        self.seats(users).for_each(|class| counts[class] += 1);
        counts
    }

    /// The class of the next user; `None` when no more are wanted.
    fn next(&mut self) -> Option<usize> {
        let seated = self.order.len() as u32;
        let mut fixed = 0u32;
        let of_fixed = self.fixed.iter().position(|count| {
            fixed = fixed.saturating_add(*count);
            seated < fixed
        });
        if of_fixed.is_some() {
            return of_fixed;
        }
        let total: f64 = self.weights.iter().sum();
        let turn = f64::from(seated - fixed + 1);
        let behind = |index: &usize| self.weights[*index] / total * turn - f64::from(self.shared[*index]);
        let open = (0..self.weights.len()).filter(|index| self.weights[*index] > 0.0);
        // Of two that are equally far behind, the first.
        let next = open.max_by(|a, b| behind(a).total_cmp(&behind(b)).then(b.cmp(a)))?;
        self.shared[next] += 1;
        Some(next)
    }
}

/// All tags that checks have, each once.
fn known_tags(classes: &[UserClass]) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    classes.iter().for_each(|class| class.set.each_check(&mut |check| tags.extend(check.tags.iter().cloned())));
    tags.sort();
    tags.dedup();
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(name: &str) -> UserClass {
        UserClass::new(name).with_check(Check::new("check", |_: &mut User| ()), 1)
    }

    fn split(classes: Vec<UserClass>, users: u32) -> Vec<u32> {
        split_of(classes, users, Part::WHOLE)
    }

    fn split_of(classes: Vec<UserClass>, users: u32, part: Part) -> Vec<u32> {
        let classes = Classes::new(classes, &Tags::default(), Wait::NONE).expect("classes");
        ClassShares::new(&classes.classes, part).split(users)
    }

    #[test]
    fn users_are_shared_by_weight_and_more_users_change_nothing_for_the_first() {
        let classes = || vec![class("shopper").weight(3), class("browser").weight(1)];
        assert_eq!(split(classes(), 8), [6, 2]);
        assert_eq!(split(classes(), 4), [3, 1]);
        let mut before = [0, 0];
        for users in 1..50 {
            let counts = split(classes(), users);
            assert_eq!(counts.iter().sum::<u32>(), users);
            assert!(counts.iter().zip(before).all(|(now, before)| *now >= before), "{counts:?} after {before:?}");
            before = [counts[0], counts[1]];
        }
    }

    #[test]
    fn fixed_users_come_first_and_the_rest_share() {
        let classes = || vec![class("admin").fixed(2), class("a"), class("b")];
        assert_eq!(split(classes(), 10), [2, 4, 4]);
        assert_eq!(split(classes(), 1), [1, 0, 0]);
        assert_eq!(split(vec![class("a").fixed(1), class("b").fixed(u32::MAX)], 5), [1, 4]);
        assert_eq!(split(vec![class("only").fixed(3)], 10), [3], "more are not wanted of anybody");
    }

    #[test]
    fn parts_have_the_users_of_the_whole_class_by_class() {
        let classes = || vec![class("admin").fixed(2), class("a").weight(3), class("b")];
        for (of, users) in [(1, 10), (2, 10), (3, 10), (8, 10), (8, 41)] {
            let part = |number| split_of(classes(), users, Part::new(number, of).expect("a part"));
            let parts: Vec<Vec<u32>> = (1..=of).map(part).collect();
            let sums: Vec<u32> = (0..3).map(|class| parts.iter().map(|counts| counts[class]).sum()).collect();
            assert_eq!(sums, split(classes(), users), "{users} over {of}");
        }
    }

    #[test]
    fn nothing_to_run_is_an_error_that_names_the_tags_there_are() {
        let tagged = UserClass::new("a").with_check(Check::new("check", |_: &mut User| ()).tags(["slow", "safe"]), 1);
        let tags = Tags { wanted: vec!["fast".into()], unwanted: Vec::new() };
        let error = Classes::new(vec![tagged], &tags, Wait::NONE).expect_err("nothing").to_string();
        assert_eq!(error, "tags and exclude-tags leave nothing to run; give some of the tags there are: safe, slow");
        let untagged = UserClass::new("a").with_check(Check::new("check", |_: &mut User| ()), 1);
        let error = Classes::new(vec![untagged], &tags, Wait::NONE).expect_err("nothing").to_string();
        assert_eq!(error, "tags and exclude-tags leave nothing to run; no check has a tag, so leave tags out");
        let empty = Classes::new(vec![UserClass::new("a")], &Tags::default(), Wait::NONE);
        assert_eq!(empty.expect_err("nothing").to_string(), "there is nothing to run; add a check");
    }
}
