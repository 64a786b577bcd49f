//! A URL target as a script of one entry.

use std::collections::HashMap;
use std::sync::Arc;

use super::eval::{Claim, Content, Expected, Text, Variables};
use super::files::Files;
use super::iteration_values::IterationValues;
use super::plan::{Plan, Request, UrlRequest};
use super::run::{RunSettings, Runner};
use crate::load::{Check, Method, User};
use crate::outcome::Outcome;

/// A URL target, compiled.
#[derive(Debug, Clone)]
pub(crate) struct UrlScript {
    plan: Arc<Plan>,
    settings: Arc<RunSettings>,
    values: IterationValues,
}

/// Request of a URL target, and the expectations of its answer.
#[derive(Debug)]
pub(crate) struct UrlEntry {
    /// Name of the check and of its request.
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) url: Text,
    pub(crate) headers: Vec<(String, Text)>,
    /// User and password.
    pub(crate) basic_auth: Option<(Text, Text)>,
    pub(crate) body: Option<UrlBody>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) values: IterationValues,
}

/// Body of a URL target.
#[derive(Debug)]
pub(crate) enum UrlBody {
    Text(Text),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

impl UrlScript {
    pub(crate) fn new(entry: UrlEntry) -> Self {
        let UrlEntry { name, method, url, headers, basic_auth, body, claims, values } = entry;
        let body = body.map(|body| match body {
            UrlBody::Text(text) => Content::of_text(text),
            UrlBody::Bytes(bytes) => Content::of_bytes(bytes),
        });
        let request = UrlRequest { name, method, url, headers, basic_auth, body };
        let request = Request::of_url(request, &Files::new(""));
        let plan = Arc::new(Plan::of_url(request, Expected::of_claims(claims)));
        UrlScript { plan, settings: Arc::default(), values }
    }

    /// Check for a load test.
    pub(crate) fn check(self) -> Check {
        let name = self.plan.source.name().to_owned();
        Check::new(&name, move |user: &mut User| self.run(user)).asking()
    }

    /// Runs the script. Cookies are those of the user, as in any check.
    fn run(&self, user: &mut User) -> Outcome {
        let mut variables = Variables::new();
        if let Err(failure) = self.values.set(user, &mut variables) {
            return failure.into();
        }
        let mut urls = HashMap::new();
        let (plan, settings) = (&*self.plan, &*self.settings);
        let mut runner = Runner { user, plan, settings, variables, urls: &mut urls, result: None, outcome: None };
        runner.run();
        runner.outcome.unwrap_or(Outcome::Pass)
    }
}
