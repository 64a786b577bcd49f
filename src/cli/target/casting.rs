//! Gives checks to the users who run them, as the settings say.

use crate::cli::config::{CheckRole, ClassRole, Roles};
use crate::error::Error;
use crate::load::{Check, CheckSet, UserClass};
use crate::load_test::LoadTest;
use crate::nearest::nearest;

/// The class of users when nobody named one.
const USER: &str = "user";

/// Adds checks to a test. `around` gives each class what all users do first and last; where that is something, or
/// classes are named, there are classes, and otherwise none.
///
/// # Errors
/// When the roles speak of checks or classes that there are not.
pub(super) fn cast(
    test: LoadTest,
    checks: Vec<Check>,
    roles: &Roles,
    needs_class: bool,
    around: impl Fn(UserClass) -> UserClass,
) -> Result<LoadTest, Error> {
    let cast: Vec<Cast<'_>> = checks.into_iter().map(|check| Cast::new(check, roles)).collect();
    check_names(&cast, roles)?;
    if roles.classes.is_empty() && cast.iter().all(|one| one.class.is_none()) {
        return Ok(match needs_class {
            false => cast.into_iter().fold(test, |test, one| test.with_check(one.check)),
            true => test.class(around(class(USER, &cast.iter().collect::<Vec<_>>()))),
        });
    }
    let mut names: Vec<&str> = roles.classes.iter().map(|role| role.name.as_str()).collect();
    for name in cast.iter().filter_map(|one| one.class) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names.into_iter().fold(test, |test, name| {
        // A check of no class is everybody's.
        let its: Vec<&Cast<'_>> = cast.iter().filter(|one| one.class.is_none_or(|class| class == name)).collect();
        let role = roles.classes.iter().find(|role| role.name == name);
        test.class(around(role.into_iter().fold(class(name, &its), shaped)))
    }))
}

/// A check and what the settings say of it.
struct Cast<'a> {
    check: Check,
    class: Option<&'a str>,
    weight: Option<u32>,
    role: Option<&'a CheckRole>,
}

impl<'a> Cast<'a> {
    fn new(check: Check, roles: &'a Roles) -> Self {
        let role = roles.checks.iter().find(|role| is_name(&role.name, &check.name));
        let weight = role.and_then(|role| role.weight);
        let mut check = weight.into_iter().fold(check, Check::weight);
        if let Some(role) = role.filter(|role| !role.tags.is_empty()) {
            check = check.tags(&role.tags);
        }
        Cast { check, class: role.and_then(|role| role.class.as_deref()), weight, role }
    }
}

/// A check may be called by the name of its file alone.
fn is_name(name: &str, check: &str) -> bool {
    name == check || check.strip_suffix(name).is_some_and(|folder| folder.ends_with('/'))
}

/// Users that run one of these checks by weight, or all in order if none has a weight.
fn class(name: &str, checks: &[&Cast<'_>]) -> UserClass {
    let is_weighted = checks.iter().any(|one| one.weight.is_some());
    let set = if is_weighted { CheckSet::weighted() } else { CheckSet::sequence() };
    let set = checks.iter().fold(set, |set, one| set.with_check(one.check.clone(), one.weight.unwrap_or(1)));
    UserClass::of(name, set)
}

/// The class as the settings want it.
fn shaped(users: UserClass, role: &ClassRole) -> UserClass {
    let users = role.weight.into_iter().fold(users, UserClass::weight);
    let users = role.users.into_iter().fold(users, UserClass::fixed);
    role.wait.into_iter().fold(users, UserClass::wait)
}

fn check_names(cast: &[Cast<'_>], roles: &Roles) -> Result<(), Error> {
    let is_taken = |role: &&CheckRole| cast.iter().any(|one| one.role.is_some_and(|taken| taken.name == role.name));
    if let Some(role) = roles.checks.iter().find(|role| !is_taken(role)) {
        let known = || cast.iter().map(|one| one.check.name.clone());
        let remedy = match nearest(&role.name, known()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
        };
        return Err(Error::usage(format!("{}: there is no check '{}'; {remedy}", role.place, role.name)));
    }
    let has_checks = |name: &str| cast.iter().any(|one| one.class.is_none_or(|class| class == name));
    match roles.classes.iter().find(|role| !has_checks(&role.name)) {
        Some(role) => Err(Error::usage(format!(
            "{}: nothing is run by the class '{}'; give a check class = \"{}\"",
            role.place, role.name, role.name
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{Plan, User};

    fn role(name: &str, weight: Option<u32>, class: Option<&str>) -> CheckRole {
        let (class, place) = (class.map(str::to_owned), "perfloop.toml line 1".to_owned());
        CheckRole { name: name.into(), weight, class, tags: Vec::new(), place }
    }

    fn class_role(name: &str, weight: u32) -> ClassRole {
        let place = "perfloop.toml line 9".to_owned();
        ClassRole { name: name.into(), weight: Some(weight), users: None, wait: None, place }
    }

    /// Class, check and share of each.
    fn outline(roles: Roles) -> Result<Vec<(Option<String>, String, u32)>, String> {
        let checks = ["tests/a.hurl", "tests/b.hurl", "GET /"].map(|name| Check::new(name, |_: &mut User| ()));
        let test = cast(LoadTest::new(Plan::new()), checks.to_vec(), &roles, false, |class| class);
        let rows = test.and_then(|test| test.shares()).map_err(|error| error.to_string())?;
        Ok(rows.into_iter().map(|row| (row.class, row.check, (row.share * 100.0).round() as u32)).collect())
    }

    fn row(class: Option<&str>, check: &str, share: u32) -> (Option<String>, String, u32) {
        (class.map(str::to_owned), check.to_owned(), share)
    }

    #[test]
    fn weights_alone_make_one_of_the_checks_an_iteration() {
        let roles = Roles { checks: vec![role("a.hurl", Some(3), None)], ..Roles::default() };
        let rows = [row(None, "tests/a.hurl", 60), row(None, "tests/b.hurl", 20), row(None, "GET /", 20)];
        assert_eq!(outline(roles), Ok(rows.to_vec()));
    }

    #[test]
    fn a_check_without_a_class_is_run_by_all_classes() {
        let checks = vec![role("a.hurl", None, Some("one")), role("b.hurl", None, Some("two"))];
        let rows = outline(Roles { checks, classes: vec![class_role("one", 3)] }).expect("right");
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
        let error = outline(Roles { checks: vec![role("tests/c.hurl", None, None)], ..Roles::default() });
        let error = error.expect_err("no such check");
        assert!(error.contains("line 1: there is no check 'tests/c.hurl'; did you mean \"tests/"), "{error}");
        let checks = ["a.hurl", "b.hurl", "GET /"].map(|name| role(name, None, Some("one"))).to_vec();
        let error = outline(Roles { checks, classes: vec![class_role("two", 1)] }).expect_err("an empty class");
        assert!(error.contains("line 9: nothing is run by the class 'two'"), "{error}");
    }
}
