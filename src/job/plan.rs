//! Plan of a run, as its specification says.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::headers;
use super::spec::RunSpec;
use super::tls_files::TlsFiles;
use super::values::StartAt;
use super::written::Written;
use crate::capacity::By;
use crate::error::Error;
use crate::load::{HttpSettings, Load, Plan, Rate, RateOverTime, Start, Wait};
use crate::report::Detail;

/// Redirects that are followed when they are followed. A loop shows before ten.
const MAX_REDIRECTS: u32 = 10;

/// Value of a field that is given.
fn value<T: Clone>(field: &Option<Written<T>>) -> Option<T> {
    field.as_deref().cloned()
}

fn path(field: &Option<Written<PathBuf>>) -> Option<&Path> {
    field.as_ref().map(|path| path.as_path())
}

impl RunSpec {
    /// Tables that are shown at the end.
    pub(crate) fn detail(&self) -> Detail {
        if self.verbose { Detail::Full } else { Detail::Short }
    }

    /// Time between two lines of statistics.
    pub(crate) fn stats_interval(&self) -> Duration {
        value(&self.stats_interval).unwrap_or(Self::STATS_INTERVAL)
    }

    /// Interval when none is given.
    const STATS_INTERVAL: Duration = Duration::from_secs(5);

    /// Plan that these fields make of another one. Fields that are not given stay as they are in that.
    ///
    /// # Errors
    /// Files that cannot be read, fields that contradict one another, and a plan that cannot work.
    pub(crate) fn plan(&self, base: Plan) -> Result<Plan, Error> {
        if self.stats_interval().is_zero() {
            return Err(Error::usage("‹stats-interval›: give a span above zero, like 5s"));
        }
        if let Some(name) = self.shape.as_ref().filter(|_| !matches!(base.load, Load::Shape(_))) {
            return Err(Error::usage(format!(
                "‹shape›: '{name}' is a function in Rust, which this run does not have; run the test target that has it, \
                 or write ‹stages›"
            )));
        }
        let http = self.http(base.http.clone())?;
        let load = self.load(&base.load);
        let mut plan = base.http(http);
        plan.load = load;
        plan.stop_timeout = value(&self.stop_timeout).unwrap_or(plan.stop_timeout);
        plan.stack_size = value(&self.stack_size).unwrap_or(plan.stack_size);
        plan.seed = value(&self.seed).or(plan.seed);
        plan.warmup = value(&self.warmup).unwrap_or(plan.warmup);
        plan.part = value(&self.part).unwrap_or(plan.part);
        plan.start_at = value(&self.start_at).map(|StartAt(at)| at).or(plan.start_at);
        if !self.tags.is_empty() {
            plan = plan.tags(&self.tags);
        }
        if !self.exclude_tags.is_empty() {
            plan = plan.exclude_tags(&self.exclude_tags);
        }
        if self.rate.is_some() {
            // They are the base's, for a load that the rate replaces; beside the rate they are refused.
            (plan.loops, plan.wait) = (None, Wait::NONE);
        }
        plan.time = value(&self.time).or(plan.time);
        plan.loops = value(&self.loops).or(plan.loops);
        plan.requests = value(&self.requests).or(plan.requests);
        plan.renamings.extend(self.names.iter().map(|name| (**name).clone()));
        plan.groups_names &= !self.no_grouping;
        if let Some(wait) = value(&self.wait) {
            plan = plan.wait(wait);
        }
        if let Some(interval) = value(&self.pace) {
            plan = plan.pace(interval);
        }
        if let Some(search) = self.search_settings()? {
            plan = search.plan(plan);
        }
        plan.validate()?;
        Ok(plan)
    }

    fn http(&self, mut http: HttpSettings) -> Result<HttpSettings, Error> {
        http.timeout = value(&self.timeout).unwrap_or(http.timeout);
        http.tls_resume = value(&self.tls_resume).unwrap_or(http.tls_resume);
        http.max_body = value(&self.max_body).unwrap_or(http.max_body);
        http.connect_timeout = value(&self.connect_timeout).or(http.connect_timeout);
        http.keep_alive &= !self.no_keepalive;
        http.compressed |= self.compressed;
        http.insecure |= self.insecure;
        if self.location {
            http = http.follow(MAX_REDIRECTS);
        }
        http = TlsFiles::read(path(&self.cacert), self.cert.as_deref(), path(&self.key))?.add_to(http);
        if let Some(proxy) = &self.proxy {
            http = http.proxy(proxy.0.clone());
        }
        for resolved in &self.resolve {
            for address in &resolved.addresses {
                http = http.resolve(&resolved.host, resolved.port, SocketAddr::new(*address, resolved.port));
            }
        }
        http.omitted.extend(headers::omitted(&self.headers));
        if let Some(host) = &self.host {
            http = http.host(host.0.clone());
        }
        Ok(http)
    }

    fn load(&self, base: &Load) -> Load {
        if let Some(stages) = value(&self.stages) {
            return Load::Stages(stages);
        } else if let Some(of) = value(&self.rate).or_else(|| self.first_rate()) {
            let max_users = value(&self.max_users).unwrap_or(Plan::DEFAULT_MAX_USERS);
            return Load::Rate(Rate { of, poisson: self.poisson, max_users });
        }
        let (users, start) = match base {
            Load::Users { users, start } => (*users, *start),
            other if self.users.is_none() => return other.clone(),
            _ => (1, Start::RampUp(Duration::ZERO)),
        };
        let start = match (value(&self.spawn_rate), value(&self.ramp_up)) {
            (Some(rate), _) => Start::SpawnRate(rate),
            (None, Some(ramp_up)) => Start::RampUp(ramp_up),
            (None, None) => start,
        };
        Load::Users { users: value(&self.users).unwrap_or(users), start }
    }

    /// Rate of the first level of a search by rate.
    fn first_rate(&self) -> Option<RateOverTime> {
        let is_by_rate = self.is_search() && self.search.by.as_deref() == Some(&By::Rate);
        is_by_rate.then(|| RateOverTime::Constant(value(&self.search.start).unwrap_or(1.0)))
    }

    /// First field given that describes the request of a URL, or what is expected of its answer.
    pub(crate) fn url_field(&self) -> Option<&'static str> {
        let given = [
            (self.method.is_some(), "method"),
            (self.data.is_some(), "data"),
            (self.json_data.is_some(), "json-data"),
            (self.expect_status.is_some(), "expect-status"),
            (!self.expect_json.is_empty(), "expect-json"),
            (!self.expect_contains.is_empty(), "expect-contains"),
            (!self.expect_header.is_empty(), "expect-header"),
        ];
        first(given)
    }

    /// First field given that describes what is sent to a target, or what is expected of its answer.
    pub(crate) fn target_field(&self) -> Option<&'static str> {
        let given = [
            (!self.headers.is_empty(), "header"),
            (self.basic_auth.is_some(), "basic-auth"),
            (self.feed.is_some(), "feed"),
        ];
        self.url_field().or_else(|| first(given))
    }

    /// First field given that says how requests are made, or what is expected.
    pub(crate) fn request_field(&self) -> Option<&'static str> {
        let given = [
            (self.location, "location"),
            (self.compressed, "compressed"),
            (self.cacert.is_some(), "cacert"),
            (self.insecure, "insecure"),
            (self.cert.is_some(), "cert"),
            (!self.resolve.is_empty(), "resolve"),
            (self.proxy.is_some(), "proxy"),
        ];
        self.target_field().or_else(|| first(given))
    }
}

/// Name of the first field that is given.
pub(crate) fn first<const N: usize>(fields: [(bool, &'static str); N]) -> Option<&'static str> {
    fields.into_iter().find_map(|(is_given, name)| is_given.then_some(name))
}
