//! What is tested: the URLs and Hurl files of the command line, each a check, or the mock service inside perfloop.

mod casting;
mod hurl;
mod slip;
mod url;

use std::collections::HashSet;

use super::args::Args;
use super::config::Roles;
use super::run::Aim;
use super::{feed, places};
use crate::error::Error;
use crate::load::{Check, Feed, Row, UserClass};
use crate::load_test::LoadTest;
#[cfg(feature = "embedded")]
use crate::report::EMBEDDED_TARGET;
use hurl::{HurlTarget, Variables};
use url::UrlCheck;

/// What a run is aimed at.
pub(super) struct Target {
    /// For people and for the report.
    pub(super) description: String,
    urls: Vec<UrlCheck>,
    hurl: Option<HurlTarget>,
    is_embedded: bool,
    /// What is to be told of it before the run.
    warnings: Vec<String>,
    /// Keeps the service alive as long as its target.
    #[cfg(feature = "embedded")]
    _service: Option<mock_service::MockService>,
}

impl Target {
    /// # Errors
    /// What is wrong with the targets or the flags that describe them; all that is wrong with Hurl files.
    pub(super) fn new(args: &Args, hops: u32) -> Result<Target, Error> {
        Target::read(args, hops, Variables::Given)
    }

    fn read(args: &Args, hops: u32, variables: Variables) -> Result<Target, Error> {
        if args.targets.is_empty() {
            return match missing(args) {
                Some(error) => Err(error),
                None => embedded(),
            };
        }
        let (files, urls): (Vec<&String>, Vec<&String>) =
            args.targets.iter().partition(|target| HurlTarget::is_meant_by(target));
        check_flags(args, &files, &urls)?;
        let feed = feed::open(args)?;
        let hurl =
            if files.is_empty() { None } else { Some(HurlTarget::read(args, &files, feed.as_ref(), variables)?) };
        let urls = UrlCheck::all(args, &urls, feed.as_ref(), hops)?;
        let mut warnings = Vec::new();
        if let (Some(file), Some(feed)) = (&args.feed, &feed) {
            if hurl.is_none() && !urls.iter().any(UrlCheck::takes_rows) {
                let names = places::braced(columns(feed));
                let file = file.display();
                return Err(Error::usage(format!(
                    "--feed {file}: nothing takes a value of it; write {names} where one is to be"
                )));
            }
            let taken = |name: &&str| urls.iter().any(|check| check.takes_column(name));
            warnings.extend(places::BUILT_IN.into_iter().filter(taken).map(|name| places::warning(name, file)));
        }
        warnings.extend(hurl.iter().flat_map(HurlTarget::warnings));
        let description = description(args);
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

    /// The same, only to be looked at: the mock service inside perfloop is not started.
    ///
    /// # Errors
    /// Those of [`Target::new`].
    pub(super) fn to_look_at(args: &Args, hops: u32) -> Result<Target, Error> {
        #[cfg(feature = "embedded")]
        if args.targets.is_empty() && missing(args).is_none() {
            return Target::of_service("http://127.0.0.1", format!("{EMBEDDED_TARGET}on a free port"), None);
        }
        Target::new(args, hops)
    }

    /// The same, only to be told what is in it: variables of Hurl files may be given later.
    ///
    /// # Errors
    /// Those of [`Target::new`].
    pub(super) fn to_list(args: &Args) -> Result<Target, Error> {
        if args.targets.is_empty() { Target::to_look_at(args, 0) } else { Target::read(args, 0, Variables::Later) }
    }

    #[cfg(feature = "embedded")]
    fn of_service(url: &str, description: String, service: Option<mock_service::MockService>) -> Result<Target, Error> {
        let urls = vec![UrlCheck::hello(url)?];
        Ok(Target { description, urls, hurl: None, is_embedded: true, warnings: Vec::new(), _service: service })
    }

    /// It runs in this process and shares its limits.
    pub(super) fn is_embedded(&self) -> bool {
        self.is_embedded
    }

    /// Each check is one request, so that a row for the request would say nothing new.
    pub(super) fn has_only_urls(&self) -> bool {
        self.hurl.is_none()
    }

    /// What the checks consist of, where somebody wants to know: their names, and those of their requests.
    pub(super) fn contents(&self) -> Vec<(String, Vec<String>)> {
        self.hurl.iter().flat_map(HurlTarget::contents).collect()
    }

    /// What a run says of it.
    pub(super) fn aim(&self) -> Aim {
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
        let urls = self.urls.iter().map(UrlCheck::origin);
        urls.chain(self.hurl.iter().flat_map(HurlTarget::origins)).collect()
    }

    /// Adds the target's checks, to the users that the settings say.
    ///
    /// # Errors
    /// When the settings speak of checks or classes that there are not.
    pub(super) fn add_to(&self, test: LoadTest, roles: &Roles) -> Result<LoadTest, Error> {
        let mut checks: Vec<Check> = self.urls.iter().map(UrlCheck::check).collect();
        checks.extend(self.hurl.iter().flat_map(HurlTarget::checks));
        let around = |class: UserClass| match &self.hurl {
            Some(hurl) => hurl.around(class),
            None => class,
        };
        let needs_class = self.hurl.as_ref().is_some_and(HurlTarget::needs_class);
        casting::cast(test, checks, roles, needs_class, around)
    }
}

/// What is wrong with a command line that names nothing to test, unless it means the mock service.
fn missing(args: &Args) -> Option<Error> {
    if args.host.is_some() {
        return Some(Error::usage("--host needs a TARGET; give a path like /json"));
    } else if let Some(flag) = args.hurl.given() {
        return Some(Error::usage(format!("{flag} is for Hurl files; give one as TARGET, like login.hurl")));
    }
    let flag = args.request_flag()?;
    Some(Error::usage(format!("{flag} needs a TARGET; give a URL like http://127.0.0.1:5000/json")))
}

/// Flags that mean nothing to any of the targets.
fn check_flags(args: &Args, files: &[&String], urls: &[&String]) -> Result<(), Error> {
    match (files.first(), urls.first(), args.url_flag(), args.hurl.given()) {
        (Some(file), None, Some(flag), _) => {
            Err(Error::usage(format!("{flag} is for URLs; what {file} sends and expects stands in it")))
        }
        (None, Some(url), _, Some(flag)) => {
            Err(Error::usage(format!("{flag} is for Hurl files, and {url} is none; leave it out")))
        }
        _ => Ok(()),
    }
}

fn description(args: &Args) -> String {
    let whole = |target: &String| match &args.host {
        Some(host) if target.starts_with('/') && !HurlTarget::is_meant_by(target) => {
            format!("{}{target}", host.origin().ascii_serialization())
        }
        _ => target.clone(),
    };
    args.targets.iter().map(whole).collect::<Vec<_>>().join(" ")
}

fn columns(feed: &Feed<Row>) -> &[String] {
    feed.rows().first().map_or(&[], Row::columns)
}

/// The mock service on a free port, and its hello as the check. Nothing is ever load-tested by accident:
/// without a TARGET perfloop does not guess what listens where.
#[cfg(feature = "embedded")]
fn embedded() -> Result<Target, Error> {
    let settings = mock_service::Settings::default();
    let service = mock_service::MockService::start(settings).map_err(|error| {
        Error::run(format!("the mock service inside perfloop does not start: {error}; give a TARGET"))
    })?;
    let url = service.url();
    Target::of_service(&url, format!("{EMBEDDED_TARGET}{url}/json"), Some(service))
}

#[cfg(not(feature = "embedded"))]
fn embedded() -> Result<Target, Error> {
    Err(Error::usage(
        "no TARGET, and this perfloop was built without the mock service; give a URL like http://127.0.0.1:5000/json",
    ))
}
