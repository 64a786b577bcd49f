//! Session of a user: variables and cookies that it keeps from one run of a Hurl file to the next.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::eval::{Value, Variables};
use super::plan::Plan;
use super::result::FileResult;
use super::run::{RunSettings, Runner};
use super::template::{ITERATION, USER};
use crate::load::{CookieJar, User};
use crate::outcome::Outcome;

/// A file and the variables that it begins with.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) plan: Arc<Plan>,
    pub(super) base: Variables,
    /// Value of `{{host}}`, where no variable gives it.
    pub(super) host: Option<String>,
}

/// State that a user keeps.
#[derive(Debug, Default)]
struct Kept {
    /// Variables that files have set and handed on.
    captured: Vec<(String, Value)>,
    /// Forms of the values among these that nobody is to see.
    secrets: Vec<String>,
    jar: CookieJar,
    urls: HashMap<usize, String>,
}

/// Variable that every file has, as it has the numbers of user and iteration, unless it is given another of the name.
pub(super) const UNIQUE_ID: &str = "unique_id";

/// Gives an iteration the variables that it begins with.
pub(super) type Base = dyn Fn(&mut User) -> Result<Vec<(String, String)>, String> + Send + Sync;

impl File {
    /// Runs the file. What it sets and the cookies it gets are kept for the user's next files if it `hands_on`.
    pub(super) fn run(
        &self,
        user: &mut User,
        base: Option<&Base>,
        settings: &RunSettings,
        hands_on: bool,
        wants_result: bool,
    ) -> (Outcome, Option<FileResult>) {
        let mut variables = self.base.clone();
        match base.map_or_else(|| Ok(Vec::new()), |base| base(user)) {
            Ok(own) => own.into_iter().for_each(|(name, value)| {
                let typed = Variables::parse_value(&value);
                variables.set(name, typed.unwrap_or(Value::Text(value)));
            }),
            Err(message) => return (Outcome::Fail(message.into()), None),
        }
        let mut kept = take(user);
        user.redactor().of_check(&settings.secrets, &kept.secrets);
        if self.plan.redacts {
            user.finds_secrets();
        }
        let variables = self.with_built_in(variables, user, &kept);
        let result = wants_result.then(|| FileResult {
            file: self.plan.source.name().to_owned(),
            entries: Vec::new(),
            duration: Duration::ZERO,
            output: Vec::new(),
        });
        let jar = if hands_on { kept.jar.take() } else { kept.jar.clone() };
        // Cookies of checks that are no Hurl files are none of its business.
        let outer = user.change_cookies(jar);
        let mut runner = Runner {
            user: &mut *user,
            plan: &self.plan,
            settings,
            variables,
            urls: &mut kept.urls,
            result,
            outcome: None,
        };
        runner.run();
        let Runner { variables, result, outcome, .. } = runner;
        let jar = user.change_cookies(outer);
        if hands_on {
            kept.jar = jar;
            kept.keep(&self.plan, &variables);
            kept.secrets = user.redactor().found().to_vec();
        }
        user.set_state_again(kept);
        (outcome.unwrap_or(Outcome::Pass), result)
    }

    fn with_built_in(&self, mut variables: Variables, user: &User, kept: &Kept) -> Variables {
        let mut give = |name: &str, value: &dyn Fn() -> Value| {
            if self.plan.mentions(name) && variables.get(name).is_none() {
                variables.set(name, value());
            }
        };
        give(USER, &|| Value::from(i64::from(user.id())));
        give(ITERATION, &|| Value::from(i64::try_from(user.iteration()).unwrap_or(i64::MAX)));
        give(UNIQUE_ID, &|| Value::Text(format!("{:032x}", fastrand::u128(..))));
        if let Some(host) = &self.host {
            give("host", &|| Value::Text(host.clone()));
        }
        for (name, value) in &kept.captured {
            variables.set(name.as_str(), value.clone());
        }
        variables
    }
}

impl Kept {
    /// Keeps what a file has set.
    fn keep(&mut self, plan: &Plan, variables: &Variables) {
        for name in &plan.sets {
            let Some(value) = variables.get(name) else { continue };
            match self.captured.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = value.clone(),
                None => self.captured.push((name.clone(), value.clone())),
            }
        }
    }
}

/// Takes out the state of the user, to be put back by [`User::set_state_again`].
fn take(user: &mut User) -> Kept {
    if user.get_state::<Kept>().is_none() {
        user.set_state(Kept::default());
    }
    user.get_state::<Kept>().map(mem::take).unwrap_or_default()
}

impl User {
    fn set_state_again(&mut self, kept: Kept) {
        if let Some(place) = self.get_state::<Kept>() {
            *place = kept;
        }
    }
}
