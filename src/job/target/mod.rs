//! Targets of a run: URLs and Hurl files, each a check, or the mock service inside perfloop.

mod assignment;
mod columns;
mod expectations;
mod hurl;
mod mistaken_target;
mod placeholders;
mod url;

use std::collections::HashSet;

use super::aim::Aim;
use super::feed;
use super::spec::RunSpec;
use crate::error::Error;
use crate::load::{Check, UserClass};
use crate::load_test::LoadTest;
#[cfg(feature = "embedded")]
use crate::report::EMBEDDED_TARGET;
use columns::columns;
use hurl::{HurlTarget, Variables};
use url::UrlTarget;

/// Targets of a run, read and compiled.
pub(crate) struct Target {
    /// For people and for the report.
    pub(crate) description: String,
    urls: Vec<UrlTarget>,
    hurl: Option<HurlTarget>,
    is_embedded: bool,
    /// Warnings that are told before the run.
    warnings: Vec<String>,
    /// Keeps the service alive as long as its target.
    #[cfg(feature = "embedded")]
    _service: Option<mock_service::MockService>,
}

impl Target {
    /// # Errors
    /// What is wrong with the targets or the flags that describe them; all that is wrong with Hurl files.
    pub(crate) fn new(spec: &RunSpec) -> Result<Target, Error> {
        Target::read(spec, Variables::Given)
    }

    fn read(spec: &RunSpec, variables: Variables) -> Result<Target, Error> {
        if spec.targets.is_empty() {
            return match missing(spec) {
                Some(error) => Err(error),
                None => embedded(),
            };
        }
        let (files, urls): (Vec<&String>, Vec<&String>) =
            spec.targets.iter().partition(|target| HurlTarget::is_meant_by(target));
        check_fields(spec, &files, &urls)?;
        let feed = feed::open(spec)?;
        let hurl =
            if files.is_empty() { None } else { Some(HurlTarget::read(spec, &files, feed.as_ref(), variables)?) };
        let urls = UrlTarget::all(spec, &urls, feed.as_ref())?;
        let mut warnings = Vec::new();
        if let (Some(file), Some(feed)) = (&spec.feed, &feed) {
            if hurl.is_none() && !urls.iter().any(UrlTarget::takes_rows) {
                let names = placeholders::braced(columns(feed));
                let file = file.display();
                return Err(Error::usage(format!(
                    "‹feed› {file}: nothing takes a value of it; write {names} where one is to be"
                )));
            }
            let taken = |name: &&str| urls.iter().any(|check| check.takes_column(name));
            warnings
                .extend(placeholders::BUILT_IN.into_iter().filter(taken).map(|name| placeholders::warning(name, file)));
        }
        warnings.extend(hurl.iter().flat_map(HurlTarget::warnings));
        let description = description(spec);
        Ok(Target {
            description,
            urls,
            hurl,
            warnings,
            is_embedded: false,
            #[cfg(feature = "embedded")]
            _service: None,
        })
    }

    /// Reads targets only to look at them: the mock service inside perfloop is not started.
    ///
    /// # Errors
    /// Those of [`Target::new`].
    pub(crate) fn to_look_at(spec: &RunSpec) -> Result<Target, Error> {
        #[cfg(feature = "embedded")]
        if spec.targets.is_empty() && missing(spec).is_none() {
            return Target::of_service("http://127.0.0.1", format!("{EMBEDDED_TARGET}on a free port"), None);
        }
        Target::new(spec)
    }

    /// Reads targets only to list what is in them: variables of Hurl files may be given later.
    ///
    /// # Errors
    /// Those of [`Target::new`].
    pub(crate) fn to_list(spec: &RunSpec) -> Result<Target, Error> {
        if spec.targets.is_empty() { Target::to_look_at(spec) } else { Target::read(spec, Variables::Later) }
    }

    #[cfg(feature = "embedded")]
    fn of_service(url: &str, description: String, service: Option<mock_service::MockService>) -> Result<Target, Error> {
        let urls = vec![UrlTarget::hello(url)?];
        Ok(Target { description, urls, hurl: None, is_embedded: true, warnings: Vec::new(), _service: service })
    }

    /// True for the service that runs in this process and shares its limits.
    pub(crate) fn is_embedded(&self) -> bool {
        self.is_embedded
    }

    /// Each check is one request, so that a row for the request would say nothing new.
    pub(crate) fn has_only_urls(&self) -> bool {
        self.hurl.is_none()
    }

    /// Names of the checks, each with those of its requests.
    pub(crate) fn contents(&self) -> Vec<(String, Vec<String>)> {
        self.hurl.iter().flat_map(HurlTarget::contents).collect()
    }

    /// Variables of Hurl files that no value is known of.
    pub(crate) fn open_variables(&self) -> Vec<String> {
        self.hurl.iter().flat_map(HurlTarget::open_variables).cloned().collect()
    }

    /// Aim of a run.
    pub(crate) fn aim(&self) -> Aim {
        Aim {
            description: self.description.clone(),
            is_embedded: self.is_embedded,
            is_debug_build: false,
            warnings: self.warnings.clone(),
            origins: self.origins().into_iter().collect(),
        }
    }

    /// To whom each user connects, as far as it is known before the run.
    fn origins(&self) -> HashSet<String> {
        let urls = self.urls.iter().map(|url| url.origin().to_owned());
        urls.chain(self.hurl.iter().flat_map(HurlTarget::origins)).collect()
    }

    /// Adds the target's checks, to the users that the settings say.
    ///
    /// # Errors
    /// When the settings speak of checks or classes that there are not.
    pub(crate) fn add_to(&self, test: LoadTest, spec: &RunSpec) -> Result<LoadTest, Error> {
        let mut checks: Vec<Check> = self.urls.iter().map(UrlTarget::check).collect();
        checks.extend(self.hurl.iter().flat_map(HurlTarget::checks));
        let around = |class: UserClass| match &self.hurl {
            Some(hurl) => hurl.around(class),
            None => class,
        };
        let needs_class = self.hurl.as_ref().is_some_and(HurlTarget::needs_class);
        assignment::assign(test, checks, spec, needs_class, around)
    }
}

/// Error of a specification without targets, unless it means the mock service.
fn missing(spec: &RunSpec) -> Option<Error> {
    if spec.host.is_some() {
        return Some(Error::usage("‹host› needs a target; give a path like /json"));
    } else if let Some(field) = spec.hurl.given() {
        return Some(Error::usage(format!("‹{field}› is for Hurl files; give one as a target, like login.hurl")));
    }
    let field = spec.request_field()?;
    Some(Error::usage(format!("‹{field}› needs a target; give a URL like http://127.0.0.1:5000/json")))
}

/// Flags that mean nothing to any of the targets.
fn check_fields(spec: &RunSpec, files: &[&String], urls: &[&String]) -> Result<(), Error> {
    match (files.first(), urls.first(), spec.url_field(), spec.hurl.given()) {
        (Some(file), None, Some(field), _) => {
            Err(Error::usage(format!("‹{field}› is for URLs; what {file} sends and expects stands in it")))
        }
        (None, Some(url), _, Some(field)) => {
            Err(Error::usage(format!("‹{field}› is for Hurl files, and {url} is none; leave it out")))
        }
        _ => Ok(()),
    }
}

fn description(spec: &RunSpec) -> String {
    let whole = |target: &String| match &spec.host {
        Some(host) if target.starts_with('/') && !HurlTarget::is_meant_by(target) => {
            format!("{}{target}", host.0.origin().ascii_serialization())
        }
        _ => target.clone(),
    };
    spec.targets.iter().map(whole).collect::<Vec<_>>().join(" ")
}

/// True for a URL by its scheme, a Hurl file and a folder.
pub(crate) fn is_url_or_file(target: &str) -> bool {
    HurlTarget::is_meant_by(target) || target.starts_with("http://") || target.starts_with("https://")
}

/// The mock service on a free port, and its hello as the check. Nothing is ever load-tested by accident:
/// without a target perfloop does not guess what listens where.
#[cfg(feature = "embedded")]
fn embedded() -> Result<Target, Error> {
    let settings = mock_service::Settings::default();
    let service = mock_service::MockService::start(settings).map_err(|error| {
        Error::run(format!("the mock service inside perfloop does not start: {error}; give a target"))
    })?;
    let url = service.url();
    Target::of_service(&url, format!("{EMBEDDED_TARGET}{url}/json"), Some(service))
}

#[cfg(not(feature = "embedded"))]
fn embedded() -> Result<Target, Error> {
    Err(Error::usage(
        "no target, and this perfloop was built without the mock service; give a URL like http://127.0.0.1:5000/json",
    ))
}
