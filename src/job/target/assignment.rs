//! Assignment of checks to the users who run them, as the specification says.

use crate::error::Error;
use crate::job::spec::{CheckSpec, ClassSpec, RunSpec};
use crate::load::{Check, CheckSet, UserClass};
use crate::load_test::LoadTest;
use crate::nearest::nearest;

/// Class of the users when none is named.
const USER: &str = "user";

/// Adds checks to a test. `around` gives each class what all users do first and last; where that is something, or
/// classes are named, there are classes, and otherwise none.
///
/// # Errors
/// When the specification speaks of checks or classes that there are not.
pub(crate) fn assign(
    test: LoadTest,
    checks: Vec<Check>,
    spec: &RunSpec,
    needs_class: bool,
    around: impl Fn(UserClass) -> UserClass,
) -> Result<LoadTest, Error> {
    let assigned: Vec<Assigned<'_>> = checks.into_iter().map(|check| Assigned::new(check, spec)).collect();
    check_names(&assigned, spec)?;
    if spec.classes.is_empty() && assigned.iter().all(|one| one.class.is_none()) {
        return Ok(match needs_class {
            false => assigned.into_iter().fold(test, |test, one| test.with_check(one.check)),
            true => test.class(around(class(USER, &assigned.iter().collect::<Vec<_>>()))),
        });
    }
    let mut names: Vec<&str> = spec.classes.keys().map(String::as_str).collect();
    for name in assigned.iter().filter_map(|one| one.class) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names.into_iter().fold(test, |test, name| {
        // A check without a class is run by all classes.
        let its: Vec<&Assigned<'_>> =
            assigned.iter().filter(|one| one.class.is_none_or(|class| class == name)).collect();
        test.class(around(spec.classes.get(name).into_iter().fold(class(name, &its), shaped)))
    }))
}

/// Check, and the row of the specification about it.
struct Assigned<'a> {
    check: Check,
    class: Option<&'a str>,
    weight: Option<u32>,
    /// Name that the row has.
    row: Option<&'a str>,
}

impl<'a> Assigned<'a> {
    fn new(check: Check, spec: &'a RunSpec) -> Self {
        let row: Option<(&'a String, &'a CheckSpec)> = spec.checks.iter().find(|(name, _)| is_name(name, &check.name));
        let weight = row.and_then(|(_, row)| row.weight);
        let mut check = weight.into_iter().fold(check, Check::weight);
        if let Some((_, row)) = row.filter(|(_, row)| !row.tags.is_empty()) {
            check = check.tags(&row.tags);
        }
        let class = row.and_then(|(_, row)| row.class.as_deref());
        Assigned { check, class, weight, row: row.map(|(name, _)| name.as_str()) }
    }
}

/// True when this is the name of the check, or that of its file alone.
fn is_name(name: &str, check: &str) -> bool {
    name == check || check.strip_suffix(name).is_some_and(|folder| folder.ends_with('/'))
}

/// Users that run one of these checks by weight, or all in order if none has a weight.
fn class(name: &str, checks: &[&Assigned<'_>]) -> UserClass {
    let is_weighted = checks.iter().any(|one| one.weight.is_some());
    let set = if is_weighted { CheckSet::weighted() } else { CheckSet::sequence() };
    let set = checks.iter().fold(set, |set, one| set.with_check(one.check.clone(), one.weight.unwrap_or(1)));
    UserClass::of(name, set)
}

/// The class with its row of the specification.
fn shaped(users: UserClass, row: &ClassSpec) -> UserClass {
    let users = row.weight.into_iter().fold(users, UserClass::weight);
    let users = row.users.into_iter().fold(users, UserClass::fixed);
    row.wait.iter().fold(users, |users, wait| users.wait(**wait))
}

fn check_names(assigned: &[Assigned<'_>], spec: &RunSpec) -> Result<(), Error> {
    let is_taken = |name: &&String| assigned.iter().any(|one| one.row == Some(name.as_str()));
    if let Some(name) = spec.checks.keys().find(|name| !is_taken(name)) {
        let known = || assigned.iter().map(|one| one.check.name.clone());
        let remedy = match nearest(name, known()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
        };
        return Err(Error::usage(format!("‹checks›: there is no check '{name}'; {remedy}")));
    }
    let has_checks = |name: &str| assigned.iter().any(|one| one.class.is_none_or(|class| class == name));
    match spec.classes.keys().find(|name| !has_checks(name)) {
        Some(name) => Err(Error::usage(format!(
            "‹classes›: nothing is run by the class '{name}'; give a check class = \"{name}\""
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Plan, User};

    fn row(weight: Option<u32>, class: Option<&str>) -> CheckSpec {
        CheckSpec { weight, class: class.map(str::to_owned), tags: Vec::new() }
    }

    fn spec(checks: &[(&str, CheckSpec)], classes: &[(&str, u32)]) -> RunSpec {
        RunSpec {
            checks: checks.iter().map(|(name, row)| ((*name).to_owned(), row.clone())).collect(),
            classes: classes
                .iter()
                .map(|(name, weight)| ((*name).to_owned(), ClassSpec { weight: Some(*weight), ..ClassSpec::default() }))
                .collect(),
            ..RunSpec::default()
        }
    }

    /// Class, check and share of each.
    fn shares(spec: &RunSpec) -> Result<Vec<(Option<String>, String, u32)>, String> {
        let checks = ["tests/a.hurl", "tests/b.hurl", "GET /"].map(|name| Check::new(name, |_: &mut User| ()));
        let test = assign(LoadTest::new(Plan::new()), checks.to_vec(), spec, false, |class| class);
        let rows = test.and_then(|test| test.shares()).map_err(|error| error.to_string())?;
        Ok(rows.into_iter().map(|row| (row.class, row.check, (row.share * 100.0).round() as u32)).collect())
    }

    #[test]
    fn weights_alone_make_one_of_the_checks_an_iteration() {
        let spec = spec(&[("a.hurl", row(Some(3), None))], &[]);
        let wanted = [("tests/a.hurl", 60), ("tests/b.hurl", 20), ("GET /", 20)];
        assert_eq!(shares(&spec), Ok(wanted.map(|(check, share)| (None, check.to_owned(), share)).to_vec()));
    }

    #[test]
    fn a_check_without_a_class_is_run_by_all_classes() {
        let spec = spec(&[("a.hurl", row(None, Some("one"))), ("b.hurl", row(None, Some("two")))], &[("one", 3)]);
        let rows = shares(&spec).expect("right");
        let names: Vec<_> = rows.iter().map(|(class, check, _)| (class.as_deref(), check.as_str())).collect();
        let wanted = [
            (Some("one"), "tests/a.hurl"),
            (Some("one"), "GET /"),
            (Some("two"), "tests/b.hurl"),
            (Some("two"), "GET /"),
        ];
        assert_eq!(names, wanted);
    }

    #[test]
    fn names_that_are_none_are_refused_with_the_nearest() {
        let error = shares(&spec(&[("tests/c.hurl", row(None, None))], &[])).expect_err("no such check");
        assert!(error.contains("checks: there is no check 'tests/c.hurl'; did you mean \"tests/"), "{error}");
        let checks = ["a.hurl", "b.hurl", "GET /"].map(|name| (name, row(None, Some("one"))));
        let error = shares(&spec(&checks, &[("two", 1)])).expect_err("an empty class");
        assert!(error.contains("classes: nothing is run by the class 'two'"), "{error}");
    }
}
