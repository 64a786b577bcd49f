//! What is tested: the URLs on the command line, each a check, or the mock service inside perfloop.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use url::Url;

use super::args::Args;
use super::is_subcommand;
use crate::error::Error;
use crate::load::{Prepared, SharedRequest, Statuses, User, basic_auth};
use crate::load_test::LoadTest;
use crate::outcome::CheckResult;

/// What a run is aimed at.
pub(super) struct Target {
    /// For people and for the report.
    pub(super) description: String,
    checks: Vec<UrlCheck>,
    is_embedded: bool,
    /// Keeps the service alive as long as its target.
    #[cfg(feature = "embedded")]
    _service: Option<mock_service::MockService>,
}

/// One request and what is expected of its answer.
#[derive(Debug, Clone)]
struct UrlCheck {
    name: String,
    request: SharedRequest,
    hops: u32,
    expected: Expected,
}

#[derive(Debug, Clone)]
struct Expected {
    statuses: Statuses,
    json: Vec<(String, Option<Value>)>,
    contains: Vec<String>,
    headers: Vec<(String, String)>,
}

impl Target {
    /// # Errors
    /// One line that names the flag and the remedy.
    pub(super) fn new(args: &Args, hops: u32) -> Result<Target, Error> {
        if args.targets.is_empty() {
            return match args.request_flag() {
                Some(flag) => {
                    Err(Error::usage(format!("{flag} needs a TARGET; give a URL like http://127.0.0.1:5000/json")))
                }
                None => embedded(),
            };
        }
        let mut checks = Vec::new();
        for (slot, target) in args.targets.iter().enumerate() {
            checks.push(UrlCheck::new(args, &url(target)?, hops, slot)?);
        }
        // The path alone is a good name as long as it tells the checks apart.
        let mut seen = HashSet::new();
        if !checks.iter().all(|check| seen.insert(check.name.clone())) {
            for check in &mut checks {
                let request = &mut check.request.request;
                check.name = format!("{} {}", request.method, request.uri);
                request.name.clone_from(&check.name);
            }
        }
        let description = args.targets.join(" ");
        Ok(Target {
            description,
            checks,
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
        if args.targets.is_empty() && args.request_flag().is_none() {
            let check = hello("http://127.0.0.1")?;
            let description = "embedded mock service on a free port".to_owned();
            return Ok(Target { description, checks: vec![check], is_embedded: true, _service: None });
        }
        Target::new(args, hops)
    }

    /// It runs in this process and shares its limits.
    pub(super) fn is_embedded(&self) -> bool {
        self.is_embedded
    }

    /// The names of its checks, in their order.
    pub(super) fn check_names(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().map(|check| check.name.as_str())
    }

    /// Some of its connections are encrypted.
    pub(super) fn has_tls(&self) -> bool {
        self.checks.iter().any(|check| check.request.request.uri.scheme_str() == Some("https"))
    }

    /// To how many hosts and ports each user connects.
    pub(super) fn addresses(&self) -> usize {
        let uris = self.checks.iter().map(|check| &check.request.request.uri);
        uris.map(|uri| (uri.scheme_str(), uri.authority())).collect::<HashSet<_>>().len()
    }

    /// Adds the target's checks.
    pub(super) fn add_to(&self, test: LoadTest) -> LoadTest {
        self.checks.iter().cloned().fold(test, |test, check| {
            let name = check.name.clone();
            test.check(&name, move |user| check.run(user))
        })
    }
}

impl UrlCheck {
    fn new(args: &Args, url: &Url, hops: u32, slot: usize) -> Result<UrlCheck, Error> {
        let mut headers = Vec::new();
        for header in &args.headers {
            headers.push(name_and_text("--header", header)?);
        }
        if let Some(credentials) = &args.basic_auth {
            if !credentials.contains(':') {
                return Err(Error::usage("--basic-auth: there is no password; give USER:PASSWORD"));
            }
            headers.push(("authorization".into(), basic_auth(credentials)));
        }
        let body = args.data.as_deref().map(body).transpose()?;
        let method = args.method.as_deref().unwrap_or(if body.is_some() { "POST" } else { "GET" });
        let request = Prepared::new(method, url, &headers, body).map_err(|message| {
            let flag = if message.contains("header") {
                "--header"
            } else if message.contains("method") {
                "--method"
            } else {
                "TARGET"
            };
            Error::usage(format!("{flag}: {message}; see perfloop --help"))
        })?;
        let name = request.name.clone();
        Ok(UrlCheck { name, request: SharedRequest { slot, request }, hops, expected: Expected::new(args)? })
    }

    fn run(&self, user: &mut User) -> CheckResult {
        let answer = user.send_shared(&self.request, self.hops)?;
        answer.expect_one_of(&self.expected.statuses)?;
        for (path, wanted) in &self.expected.json {
            match wanted {
                Some(wanted) => answer.expect_json(path, wanted.clone())?,
                None => answer.expect_json_at(path)?,
            };
        }
        for text in &self.expected.contains {
            answer.expect_contains(text)?;
        }
        for (name, text) in &self.expected.headers {
            answer.expect_header(name, text)?;
        }
        Ok(())
    }
}

impl Expected {
    fn new(args: &Args) -> Result<Expected, Error> {
        let mut headers = Vec::new();
        for header in &args.expect_header {
            headers.push(name_and_text("--expect-header", header)?);
        }
        let json = args.expect_json.iter().map(|text| match text.split_once('=') {
            Some(("", _)) => Err(Error::usage(format!("--expect-json '{text}': no path; write it like code=1"))),
            // What is no JSON is text: `name=Ann` needs no quotes.
            Some((path, value)) => {
                let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
                Ok((path.to_owned(), Some(value)))
            }
            None => Ok((text.clone(), None)),
        });
        Ok(Expected {
            statuses: args.expect_status.clone().unwrap_or_else(|| Statuses::from(100..=399)),
            json: json.collect::<Result<_, _>>()?,
            contains: args.expect_contains.clone(),
            headers,
        })
    }
}

/// A TARGET as a URL perfloop can test.
fn url(target: &str) -> Result<Url, Error> {
    let refuse = |why: String| Err(Error::usage(format!("TARGET '{target}': {why}")));
    if target.is_empty() {
        return refuse("is empty; give a URL like http://127.0.0.1:5000/json".into());
    } else if target.ends_with(".hurl") || Path::new(target).is_dir() {
        return refuse("this version reads no Hurl files yet; give a URL like http://127.0.0.1:5000/json".into());
    }
    match Url::parse(target) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        // `localhost:5000` parses as a URL of the scheme `localhost`.
        Ok(url) if target.contains("://") => refuse(format!(
            "perfloop speaks http and https, not '{}'; give a URL like http://127.0.0.1:5000/json",
            url.scheme()
        )),
        Err(error) if target.contains("://") => {
            refuse(format!("is no URL ({error}); give one like http://127.0.0.1:5000/json"))
        }
        _ if is_subcommand(target) => refuse(format!("is a command's word; put it first, like perfloop {target}")),
        _ => refuse(format!("give the whole URL, http://{}", target.trim_start_matches('/'))),
    }
}

fn name_and_text(flag: &str, text: &str) -> Result<(String, String), Error> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => Err(Error::usage(format!("{flag} '{text}': no name; write it like 'Accept: text/html'"))),
    }
}

fn body(data: &str) -> Result<Vec<u8>, Error> {
    match data.strip_prefix('@') {
        None => Ok(data.into()),
        Some(file) => fs::read(file)
            .map_err(|error| Error::usage(format!("--data @{file}: cannot be read ({error}); give a file that can"))),
    }
}

/// The mock service on a free port, and its hello as the check. Nothing is ever load-tested by accident:
/// without a TARGET perfloop does not guess what listens where.
#[cfg(feature = "embedded")]
fn embedded() -> Result<Target, Error> {
    let settings = mock_service::Settings::default();
    let service = mock_service::MockService::start(settings).map_err(|error| {
        Error::run(format!("the mock service inside perfloop does not start: {error}; give a TARGET"))
    })?;
    let check = hello(&service.url())?;
    let description = format!("embedded mock service {}", check.request.request.uri);
    Ok(Target { description, checks: vec![check], is_embedded: true, _service: Some(service) })
}

/// The check of the mock service that starts with this URL.
#[cfg(feature = "embedded")]
fn hello(service: &str) -> Result<UrlCheck, Error> {
    let url = url(&format!("{service}/json"))?;
    let request = Prepared::new("GET", &url, &[], None).map_err(Error::run)?;
    let json = vec![("code".to_owned(), Some(Value::from(1)))];
    let expected = Expected { statuses: 200.into(), json, contains: Vec::new(), headers: Vec::new() };
    let name = request.name.clone();
    Ok(UrlCheck { name, request: SharedRequest { slot: 0, request }, hops: 0, expected })
}

#[cfg(not(feature = "embedded"))]
fn embedded() -> Result<Target, Error> {
    Err(Error::usage(
        "no TARGET, and this perfloop was built without the mock service; give a URL like http://127.0.0.1:5000/json",
    ))
}
