//! What is tested: the URLs on the command line, each a check, or the mock service inside perfloop.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use url::{Position, Url};

use super::args::Args;
use super::expected::{Expected, ExpectedTexts, name_and_text};
use super::feed;
use super::filling::{Filling, HeaderText};
use super::places;
use super::run::Aim;
use super::template::{Escape, Names, Template, Values};
use super::{is_subcommand, similar_subcommand};
use crate::error::Error;
use crate::load::{Feed, Prepared, Row, SharedRequest, User};
use crate::load_test::LoadTest;
use crate::outcome::CheckResult;

/// How the description of the service inside perfloop begins; its port is another one in each run.
#[cfg(feature = "embedded")]
const EMBEDDED: &str = crate::report::EMBEDDED_TARGET;

/// What a run is aimed at.
pub(super) struct Target {
    /// For people and for the report.
    pub(super) description: String,
    checks: Vec<UrlCheck>,
    is_embedded: bool,
    /// What is to be told of it before the run.
    warnings: Vec<String>,
    /// Keeps the service alive as long as its target.
    #[cfg(feature = "embedded")]
    _service: Option<mock_service::MockService>,
}

/// One request and what is expected of its answer.
#[derive(Debug, Clone)]
struct UrlCheck {
    name: String,
    /// For when its name is that of another check.
    long_name: String,
    request: SharedRequest,
    hops: u32,
    expected: Expected,
    /// `None` when every iteration does the same.
    changing: Option<Changing>,
}

/// What each iteration makes anew.
#[derive(Debug, Clone)]
struct Changing {
    /// `None` when no place needs a row.
    feed: Option<Feed<Row>>,
    request: Filling,
    expected: ExpectedTexts,
}

impl Target {
    /// # Errors
    /// One line that names the flag and the remedy.
    pub(super) fn new(args: &Args, hops: u32) -> Result<Target, Error> {
        if let Some(tag) = args.tags.first() {
            return Err(Error::usage(format!(
                "--tags {tag}: a URL has no tags, only checks in Rust have; leave --tags out"
            )));
        } else if args.targets.is_empty() {
            if args.host.is_some() {
                return Err(Error::usage("--host needs a TARGET; give a path like /json"));
            }
            return match args.request_flag() {
                Some(flag) => {
                    Err(Error::usage(format!("{flag} needs a TARGET; give a URL like http://127.0.0.1:5000/json")))
                }
                None => embedded(),
            };
        }
        let feed = feed::open(args)?;
        let mut checks = Vec::new();
        for (slot, target) in args.targets.iter().enumerate() {
            checks.push(UrlCheck::new(args, target, feed.as_ref(), hops, slot)?);
        }
        let takes_rows = |check: &UrlCheck| check.changing.as_ref().is_some_and(|changing| changing.feed.is_some());
        if let (Some(file), Some(feed), false) = (&args.feed, &feed, checks.iter().any(takes_rows)) {
            let names = places::braced(columns(feed));
            let file = file.display();
            return Err(Error::usage(format!(
                "--feed {file}: nothing takes a value of it; write {names} where one is to be"
            )));
        }
        let warnings = match (&args.feed, &feed) {
            (Some(file), Some(_)) => {
                let taken = |name: &&str| checks.iter().any(|check| check.takes_column(name));
                places::BUILT_IN.into_iter().filter(taken).map(|name| places::warning(name, file)).collect()
            }
            _ => Vec::new(),
        };
        // The path alone is a good name as long as it tells the checks apart.
        let mut seen = HashSet::new();
        if !checks.iter().all(|check| seen.insert(check.name.clone())) {
            for check in &mut checks {
                check.name.clone_from(&check.long_name);
                check.request.request.name.clone_from(&check.long_name);
            }
        }
        let whole = |target: &String| match &args.host {
            Some(host) if target.starts_with('/') => format!("{}{target}", host.origin().ascii_serialization()),
            _ => target.clone(),
        };
        let description = args.targets.iter().map(whole).collect::<Vec<_>>().join(" ");
        Ok(Target {
            description,
            checks,
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
        if args.targets.is_empty() && args.request_flag().is_none() {
            let check = hello("http://127.0.0.1")?;
            let description = format!("{EMBEDDED}on a free port");
            return Ok(Target {
                description,
                checks: vec![check],
                is_embedded: true,
                warnings: Vec::new(),
                _service: None,
            });
        }
        Target::new(args, hops)
    }

    /// It runs in this process and shares its limits.
    pub(super) fn is_embedded(&self) -> bool {
        self.is_embedded
    }

    /// What a run says of it.
    pub(super) fn aim(&self) -> Aim {
        Aim {
            description: self.description.clone(),
            is_embedded: self.is_embedded,
            warnings: self.warnings.clone(),
            has_tls: self.has_tls(),
            addresses: self.addresses(),
        }
    }

    /// Some of its connections are encrypted.
    fn has_tls(&self) -> bool {
        self.checks.iter().any(|check| check.request.request.uri.scheme_str() == Some("https"))
    }

    /// To how many hosts and ports each user connects.
    fn addresses(&self) -> usize {
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
    fn new(args: &Args, target: &str, feed: Option<&Feed<Row>>, hops: u32, slot: usize) -> Result<UrlCheck, Error> {
        let names = Names { columns: feed.map_or(&[], columns) };
        let target = Template::new(target, names);
        let url = url(&target, args.host.as_ref())?;
        let path_and_query = target.of_words(&url[Position::BeforePath..Position::AfterQuery]);
        places::check_target(&target, &path_and_query, args, names)?;

        let headers = headers(args, names)?;
        let body = body(args)?;
        let body_text = body.as_deref().and_then(|body| std::str::from_utf8(body).ok());
        places::check_texts(args, body_text, names)?;
        let body_template =
            body_text.map(|text| (Template::new(text, names), Escape::json_if(is_json(text, &headers))));
        let method = args.method.as_deref().unwrap_or(if body.is_some() { "POST" } else { "GET" });
        let once: Vec<_> = headers.iter().map(|(name, text)| (name.clone(), text.render(Values::NONE))).collect();
        let mut request = Prepared::new(method, &url, &once, body).map_err(|message| {
            let (flag, example) = if message.contains("header") {
                ("--header", "'Accept: text/html'")
            } else if message.contains("method") {
                ("--method", "POST")
            } else {
                ("TARGET", "http://127.0.0.1:5000/json")
            };
            Error::usage(format!("{flag}: {message}; write it like {example}"))
        })?;
        let name = format!("{method} {}", target.of_words(url.path()));
        let long_name = format!("{method} {}", target.of_words(&request.uri.to_string()));
        request.name.clone_from(&name);

        let filling = Filling::new(path_and_query, &headers, body_template);
        let texts = ExpectedTexts::new(args, names)?;
        let expected = texts.render(Values::NONE);
        let is_fixed = filling.is_fixed() && texts.is_fixed();
        let changing = (!is_fixed).then(|| Changing {
            feed: feed.filter(|_| filling.needs_row() || texts.needs_row()).cloned(),
            request: filling,
            expected: texts,
        });
        Ok(UrlCheck { name, long_name, request: SharedRequest { slot, request }, hops, expected, changing })
    }

    /// Somewhere in it a value of this column stands.
    fn takes_column(&self, name: &str) -> bool {
        self.changing.as_ref().is_some_and(|changing| {
            let mut templates = changing.request.templates().chain(changing.expected.templates());
            templates.any(|template| template.takes_column(name))
        })
    }

    fn run(&self, user: &mut User) -> CheckResult {
        let Some(changing) = &self.changing else {
            let answer = user.send_shared(&self.request, self.hops)?;
            return self.expected.hold(&answer);
        };
        let row = changing.feed.as_ref().map(|feed| feed.of_iteration(user)).transpose()?;
        let values = Values { row, user: user.id(), iteration: user.iteration() };
        let fill = |request: &mut Prepared| changing.request.fill(request, values);
        let answer = user.send_filled(&self.request, self.hops, fill)?;
        changing.expected.render(values).hold(&answer)
    }
}

/// A body whose values are to be texts of a JSON document.
fn is_json(body: &str, headers: &[(String, HeaderText)]) -> bool {
    let is_type = |(name, text): &(String, HeaderText)| {
        name.eq_ignore_ascii_case("content-type") && text.template().to_string().to_ascii_lowercase().contains("json")
    };
    body.trim_start().starts_with(['{', '[']) || headers.iter().any(is_type)
}

fn headers(args: &Args, names: Names<'_>) -> Result<Vec<(String, HeaderText)>, Error> {
    let mut headers = Vec::new();
    for header in &args.headers {
        let (name, text) = name_and_text("--header", header)?;
        headers.push((name, HeaderText::AsItIs(Template::new(&text, names))));
    }
    if let Some(credentials) = &args.basic_auth {
        if !credentials.contains(':') {
            return Err(Error::usage("--basic-auth: there is no password; give USER:PASSWORD"));
        }
        headers.push(("authorization".into(), HeaderText::BasicAuth(Template::new(credentials, names))));
    }
    Ok(headers)
}

fn columns(feed: &Feed<Row>) -> &[String] {
    feed.rows().first().map_or(&[], Row::columns)
}

/// A TARGET as a URL perfloop can test.
fn url(template: &Template, host: Option<&Url>) -> Result<Url, Error> {
    let target = &template.to_string();
    let refuse = |why: String| Err(Error::usage(format!("TARGET '{target}': {why}")));
    if target.is_empty() {
        return refuse("is empty; give a URL like http://127.0.0.1:5000/json".into());
    } else if target.ends_with(".hurl") || Path::new(target).is_dir() {
        return refuse("this version reads no Hurl files yet; give a URL like http://127.0.0.1:5000/json".into());
    }
    let text = template.with_words();
    let parsed = match host {
        Some(host) if target.starts_with('/') => host.join(&text),
        _ => Url::parse(&text),
    };
    match parsed {
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
        _ if target == "help" => refuse("is no URL; did you mean perfloop --help?".into()),
        _ if let Some(command) = similar_subcommand(target) => {
            refuse(format!("is no URL; did you mean perfloop {command}, or http://{target}?"))
        }
        _ if target.starts_with('/') => {
            refuse("has no host; give --host http://127.0.0.1:5000, or the whole URL".into())
        }
        _ => refuse(format!("give the whole URL, http://{target}")),
    }
}

fn body(args: &Args) -> Result<Option<Vec<u8>>, Error> {
    match (&args.body, args.data.as_deref()) {
        (Some(_), Some(_)) => {
            Err(Error::usage("--data: the command of curl has a body already; leave one of them out"))
        }
        (Some(pasted), None) => Ok(Some(pasted.clone())),
        (None, Some(data)) => match data.strip_prefix('@') {
            None => Ok(Some(data.into())),
            Some(file) => fs::read(file).map(Some).map_err(|error| {
                Error::usage(format!("--data @{file}: cannot be read ({error}); give a file that can"))
            }),
        },
        (None, None) => Ok(None),
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
    let description = format!("{EMBEDDED}{}", check.request.request.uri);
    Ok(Target { description, checks: vec![check], is_embedded: true, warnings: Vec::new(), _service: Some(service) })
}

/// The check of the mock service that starts with this URL.
#[cfg(feature = "embedded")]
fn hello(service: &str) -> Result<UrlCheck, Error> {
    let url = url(&Template::new(&format!("{service}/json"), Names::default()), None)?;
    let request = Prepared::new("GET", &url, &[], None).map_err(Error::run)?;
    let expected = Expected::code_1();
    let name = request.name.clone();
    let request = SharedRequest { slot: 0, request };
    Ok(UrlCheck { long_name: name.clone(), name, request, hops: 0, expected, changing: None })
}

#[cfg(not(feature = "embedded"))]
fn embedded() -> Result<Target, Error> {
    Err(Error::usage(
        "no TARGET, and this perfloop was built without the mock service; give a URL like http://127.0.0.1:5000/json",
    ))
}
