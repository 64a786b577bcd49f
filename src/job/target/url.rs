//! A URL of the command line as a check: one request, and what is expected of its answer.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Position, Url};

use super::columns::columns;
use super::slip::slip;
use crate::error::Error;
use crate::input_file;
use crate::job::expected::{Expected, ExpectedTexts};
use crate::job::filling::{Filling, HeaderText};
use crate::job::headers::Header;
use crate::job::places;
use crate::job::spec::RunSpec;
use crate::job::template::{Names, Template, Values};
use crate::job::values::http_url;
use crate::load::{Check, Feed, Prepared, Row, SharedRequest, User};
use crate::outcome::CheckResult;

/// The content type of a form, which is that of a body to curl.
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// One request and what is expected of its answer.
#[derive(Debug, Clone)]
pub(crate) struct UrlCheck {
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

impl UrlCheck {
    /// The checks of these URLs, with names that tell them apart.
    ///
    /// # Errors
    /// One line that names the flag and the remedy.
    pub(crate) fn all(
        spec: &RunSpec,
        urls: &[&String],
        feed: Option<&Feed<Row>>,
        hops: u32,
    ) -> Result<Vec<UrlCheck>, Error> {
        let mut checks = Vec::new();
        for url in urls {
            checks.push(UrlCheck::new(spec, url, feed, hops)?);
        }
        // The path alone is a good name as long as it tells the checks apart.
        let mut seen = HashSet::new();
        if !checks.iter().all(|check| seen.insert(check.name.clone())) {
            for check in &mut checks {
                check.name.clone_from(&check.long_name);
                check.request.request.name.clone_from(&check.long_name);
            }
        }
        Ok(checks)
    }

    /// The check of the mock service that starts with this URL.
    ///
    /// # Errors
    /// None that anybody has seen.
    #[cfg(feature = "embedded")]
    pub(crate) fn hello(service: &str) -> Result<UrlCheck, Error> {
        let url = url(&Template::new(&format!("{service}/json"), Names::default()), None)?;
        let request = Prepared::new("GET", &url, &[], None).map_err(Error::run)?;
        let expected = Expected::code_1();
        let name = request.name.clone();
        let request = SharedRequest::new(request);
        Ok(UrlCheck { long_name: name.clone(), name, request, hops: 0, expected, changing: None })
    }

    /// It for a load test.
    pub(crate) fn check(&self) -> Check {
        let this = self.clone();
        Check::new(&self.name, move |user: &mut User| this.run(user)).asking()
    }

    /// To whom it is sent.
    pub(crate) fn origin(&self) -> String {
        let uri = &self.request.request.uri;
        format!("{}://{}", uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", |it| it.as_str()))
    }

    /// A value of the feed stands somewhere in it.
    pub(crate) fn takes_rows(&self) -> bool {
        self.changing.as_ref().is_some_and(|changing| changing.feed.is_some())
    }

    fn new(spec: &RunSpec, target: &str, feed: Option<&Feed<Row>>, hops: u32) -> Result<UrlCheck, Error> {
        let names = Names { columns: feed.map_or(&[], columns) };
        let target = Template::new(target, names).in_url();
        let url = url(&target, spec.host.as_ref().map(|host| &host.0))?;
        let path_and_query = target.of_words(&url[Position::BeforePath..Position::AfterQuery]);
        places::check_target(&target, &path_and_query, spec, names)?;

        let body = body(spec)?;
        let (headers, content_type) = headers(spec, names, body.is_some())?;
        let body_text = body.as_deref().and_then(|body| std::str::from_utf8(body).ok());
        places::check_texts(spec, body_text, names)?;
        let body_template = body_text.map(|text| Template::new(text, names).in_body(content_type.as_deref()));
        let method = spec.method.as_deref().unwrap_or(if body.is_some() { "POST" } else { "GET" });
        let once: Vec<_> = headers.iter().map(|(name, text)| (name.clone(), text.render(Values::NONE))).collect();
        let mut request = Prepared::new(method, &url, &once, body).map_err(|message| {
            let (flag, example) = if message.contains("header") {
                ("‹header›", "'Accept: text/html'")
            } else if message.contains("method") {
                ("‹method›", "POST")
            } else {
                ("‹targets›", "http://127.0.0.1:5000/json")
            };
            Error::usage(format!("{flag}: {message}; write it like {example}"))
        })?;
        let name = format!("{method} {}", target.of_words(url.path()));
        let long_name = format!("{method} {}", target.of_words(&request.uri.to_string()));
        request.name.clone_from(&name);

        let filling = Filling::new(path_and_query, &headers, body_template);
        let texts = ExpectedTexts::new(spec, names)?;
        let expected = texts.render(Values::NONE);
        let is_fixed = filling.is_fixed() && texts.is_fixed();
        let changing = (!is_fixed).then(|| Changing {
            feed: feed.filter(|_| filling.needs_row() || texts.needs_row()).cloned(),
            request: filling,
            expected: texts,
        });
        Ok(UrlCheck { name, long_name, request: SharedRequest::new(request), hops, expected, changing })
    }

    /// Somewhere in it a value of this column stands.
    pub(crate) fn takes_column(&self, name: &str) -> bool {
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

/// What is sent with a request, and the type of its body as far as somebody gave it.
type Headers = (Vec<(String, HeaderText)>, Option<String>);

fn headers(spec: &RunSpec, names: Names<'_>, has_body: bool) -> Result<Headers, Error> {
    let (mut headers, mut omitted) = (Vec::new(), Vec::new());
    for header in &spec.headers {
        match Header::read(header)? {
            Header::Sent(name, text) => headers.push((name, HeaderText::AsItIs(Template::new(&text, names).in_line()))),
            Header::Omitted(name) => omitted.push(name),
        }
    }
    let given = |name: &str| headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    let is_open = |name: &str| given(name).is_none() && !omitted.iter().any(|it| it.eq_ignore_ascii_case(name));
    // One that changes tells nothing beforehand.
    let fixed_type = given("content-type").map(|(_, text)| text.template()).filter(|template| template.is_fixed());
    let mut content_type = fixed_type.map(Template::to_string);
    let mut implied = Vec::new();
    let mut imply = |name: &str, value: &str| {
        let is_implied = is_open(name);
        if is_implied {
            implied.push((name.to_owned(), HeaderText::AsItIs(Template::new(value, Names::default()))));
        }
        is_implied
    };
    if spec.json_data.is_some() {
        if imply("Content-Type", JSON) {
            content_type = Some(JSON.into());
        }
        imply("Accept", JSON);
    } else if has_body {
        imply("Content-Type", FORM);
    }
    if let Some(credentials) = spec.basic_auth.as_ref().filter(|_| is_open("authorization")) {
        if !credentials.contains(':') {
            return Err(Error::usage("‹basic-auth›: there is no password; give USER:PASSWORD"));
        }
        implied.push(("Authorization".into(), HeaderText::BasicAuth(Template::new(credentials, names))));
    }
    headers.extend(implied);
    Ok((headers, content_type))
}

/// Target as a URL that perfloop can test.
fn url(template: &Template, host: Option<&Url>) -> Result<Url, Error> {
    let target = &template.to_string();
    let text = template.with_words();
    let parsed = match host {
        Some(host) if target.starts_with('/') => host.join(&text).ok(),
        _ => http_url(&text),
    };
    parsed.ok_or_else(|| Error::usage(format!("‹targets› '{target}': {}", slip(target, &text))))
}

fn body(spec: &RunSpec) -> Result<Option<Vec<u8>>, Error> {
    let (field, data) = match &spec.json_data {
        Some(data) => ("json-data", Some(data)),
        None => ("data", spec.data.as_ref()),
    };
    let whole =
        match (&spec.body, &spec.body_base64) {
            (Some(text), _) => Some(text.clone().into_bytes()),
            (None, Some(text)) => Some(STANDARD.decode(text).map_err(|error| {
                Error::usage(format!("‹body-base64›: is no base64 ({error}); give ‹body› for text"))
            })?),
            (None, None) => None,
        };
    match (whole, data) {
        (Some(_), Some(_)) => {
            Err(Error::usage(format!("‹{field}›: the command of curl has a body already; leave one of them out")))
        }
        (Some(whole), None) => Ok(Some(whole)),
        (None, Some(data)) => match data.strip_prefix('@') {
            None => Ok(Some(data.clone().into_bytes())),
            Some(file) => input_file::read(file.as_ref()).map(Some).map_err(|error| {
                Error::usage(format!("‹{field}› @{file}: cannot be read ({error}); give a file that can"))
            }),
        },
        (None, None) => Ok(None),
    }
}
