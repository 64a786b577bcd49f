//! A URL among the targets: one request, and what is expected of its answer.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Position, Url};

use super::columns::columns;
use super::expectations::Expectations;
use super::mistaken_target::advice;
use super::placeholders;
use crate::error::Error;
use crate::input_file;
use crate::job::headers::Header;
use crate::job::spec::RunSpec;
use crate::job::values::http_url;
use crate::load::{Check, Feed, Method, Prepared, Row};
use crate::script::{IterationValues, Names, Template, UrlBody, UrlEntry, UrlScript};

/// The content type of a form, which is that of a body to curl.
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A URL target: one request with its templates, and what is expected of its answer.
#[derive(Debug)]
pub(crate) struct UrlTarget {
    name: String,
    /// For when its name is that of another target.
    long_name: String,
    origin: String,
    method: Method,
    url: Template,
    headers: Headers,
    body: Option<Body>,
    expected: Expectations,
    values: IterationValues,
}

/// Headers of a request.
#[derive(Debug, Default)]
struct Headers {
    lines: Vec<(String, Template)>,
    /// User and password.
    basic_auth: Option<(Template, Template)>,
    /// Content type of the body, where it is always the same.
    content_type: Option<String>,
}

/// Body of a request.
#[derive(Debug)]
enum Body {
    Text(Template),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

impl UrlTarget {
    /// These URLs, with names that tell them apart.
    ///
    /// # Errors
    /// One line that names the field and the remedy.
    pub(crate) fn all(spec: &RunSpec, urls: &[&String], feed: Option<&Feed<Row>>) -> Result<Vec<UrlTarget>, Error> {
        let mut targets = Vec::new();
        for url in urls {
            targets.push(UrlTarget::new(spec, url, feed)?);
        }
        // The path alone is a good name as long as it tells the checks apart.
        let mut seen = HashSet::new();
        if !targets.iter().all(|target| seen.insert(target.name.clone())) {
            for target in &mut targets {
                target.name.clone_from(&target.long_name);
            }
        }
        Ok(targets)
    }

    /// The hello of the mock service that starts with this URL.
    ///
    /// # Errors
    /// When that is no URL.
    #[cfg(feature = "embedded")]
    pub(crate) fn hello(service: &str) -> Result<UrlTarget, Error> {
        let url = url(&Template::new(&format!("{service}/json"), Names::default()), None)?;
        Ok(UrlTarget {
            name: format!("GET {}", url.path()),
            long_name: String::new(),
            origin: url.origin().ascii_serialization(),
            method: Method::GET,
            url: Template::new(url.as_str(), Names::default()),
            headers: Headers::default(),
            body: None,
            expected: Expectations::code_1(),
            values: IterationValues::default(),
        })
    }

    /// Check for a load test.
    pub(crate) fn check(&self) -> Check {
        let UrlTarget { name, method, url, headers, body, expected, values, .. } = self;
        let body = body.as_ref().map(|body| match body {
            Body::Text(text) => UrlBody::Text(text.compile()),
            Body::Bytes(bytes) => UrlBody::Bytes(bytes.clone()),
        });
        let entry = UrlEntry {
            name: name.clone(),
            method: method.clone(),
            url: url.compile(),
            headers: headers.lines.iter().map(|(name, value)| (name.clone(), value.compile())).collect(),
            basic_auth: headers.basic_auth.as_ref().map(|(user, password)| (user.compile(), password.compile())),
            body,
            claims: expected.claims(),
            values: values.clone(),
        };
        UrlScript::new(entry).check()
    }

    /// To whom it is sent.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// A value of the feed stands somewhere in it.
    pub(crate) fn takes_rows(&self) -> bool {
        self.values.takes_rows()
    }

    /// Somewhere in it a value of this column stands.
    pub(crate) fn takes_column(&self, name: &str) -> bool {
        self.values.takes_column(name)
    }

    fn new(spec: &RunSpec, target: &str, feed: Option<&Feed<Row>>) -> Result<UrlTarget, Error> {
        let names = Names { columns: feed.map_or(&[], columns) };
        let target = Template::new(target, names).in_url();
        let mut url = url(&target, spec.host.as_ref().map(|host| &host.0))?;
        url.set_fragment(None);
        let path_and_query = target.of_words(&url[Position::BeforePath..Position::AfterQuery]);
        placeholders::check_target(&target, &path_and_query, spec, names)?;

        let body = body(spec)?;
        let headers = Headers::new(spec, names, body.is_some())?;
        let body_text = body.as_deref().and_then(|body| std::str::from_utf8(body).ok());
        placeholders::check_texts(spec, body_text, names)?;
        let method = spec.method.as_deref().unwrap_or(if body.is_some() { "POST" } else { "GET" });
        let request = Prepared::new(method, &url, &headers.written(), None).map_err(|message| {
            let (field, example) = if message.contains("header") {
                ("‹header›", "'Accept: text/html'")
            } else if message.contains("method") {
                ("‹method›", "POST")
            } else {
                ("‹targets›", "http://127.0.0.1:5000/json")
            };
            Error::usage(format!("{field}: {message}; write it like {example}"))
        })?;
        let body = match body_text {
            Some(text) => Some(Body::Text(Template::new(text, names).in_body(headers.content_type.as_deref()))),
            None => body.map(Body::Bytes),
        };
        let expected = Expectations::new(spec, names)?;
        let of_body = body.iter().filter_map(|body| if let Body::Text(text) = body { Some(text) } else { None });
        let templates = std::iter::once(&path_and_query).chain(headers.templates()).chain(of_body);
        let values = IterationValues::of(templates.chain(expected.templates()), feed);
        Ok(UrlTarget {
            name: format!("{method} {}", target.of_words(url.path())),
            long_name: format!("{method} {}", target.of_words(&request.uri.to_string())),
            origin: url.origin().ascii_serialization(),
            method: request.method,
            url: target.of_words(url.as_str()),
            headers,
            body,
            expected,
            values,
        })
    }
}

impl Headers {
    fn new(spec: &RunSpec, names: Names<'_>, has_body: bool) -> Result<Headers, Error> {
        let (mut lines, mut omitted) = (Vec::new(), Vec::new());
        for header in &spec.headers {
            match Header::read(header)? {
                Header::Sent(name, text) => lines.push((name, Template::new(&text, names).in_line())),
                Header::Omitted(name) => omitted.push(name),
            }
        }
        let given = |name: &str| lines.iter().find(|(other, _): &&(String, _)| other.eq_ignore_ascii_case(name));
        let is_open = |name: &str| given(name).is_none() && !omitted.iter().any(|it| it.eq_ignore_ascii_case(name));
        // One that changes tells nothing beforehand.
        let fixed_type = given("content-type").map(|(_, text)| text).filter(|template| template.is_fixed());
        let mut content_type = fixed_type.map(Template::to_string);
        let mut implied = Vec::new();
        let mut imply = |name: &str, value: &str| {
            let is_implied = is_open(name);
            if is_implied {
                implied.push((name.to_owned(), Template::new(value, Names::default())));
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
        let credentials = spec.basic_auth.as_ref().filter(|_| is_open("authorization"));
        let basic_auth = credentials.map(|credentials| {
            let sides = Template::new(credentials, names).split_once(':');
            sides.ok_or_else(|| Error::usage("‹basic-auth›: there is no password; give USER:PASSWORD"))
        });
        let basic_auth = basic_auth.transpose()?;
        lines.extend(implied);
        Ok(Headers { lines, basic_auth, content_type })
    }

    /// The headers as they are written, places and all.
    fn written(&self) -> Vec<(String, String)> {
        self.lines.iter().map(|(name, text)| (name.clone(), text.to_string())).collect()
    }

    fn templates(&self) -> impl Iterator<Item = &Template> + Clone {
        let login = self.basic_auth.iter().flat_map(|(user, password)| [user, password]);
        self.lines.iter().map(|(_, text)| text).chain(login)
    }
}

/// Target as a URL that perfloop can test.
fn url(template: &Template, host: Option<&Url>) -> Result<Url, Error> {
    let target = &template.to_string();
    let text = template.with_words();
    let parsed = match host {
        Some(host) if target.starts_with('/') => host.join(&text).ok(),
        _ => http_url(&text),
    };
    parsed.ok_or_else(|| Error::usage(format!("‹targets› '{target}': {}", advice(target, &text))))
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use allocation_counter::measure;
    use mock_service::{MockService, Settings};

    use super::*;
    use crate::load::{Plan, User};
    use crate::load_test::LoadTest;
    use crate::outcome::Outcome;

    /// Allocations of a check that is run once its connection is made.
    fn allocations(check: Check) -> u64 {
        const RUNS: u64 = 30;
        let seen: Arc<Mutex<Vec<u64>>> = Arc::default();
        let noted = Arc::clone(&seen);
        let counted = move |user: &mut User| {
            let mut outcome = Outcome::Pass;
            let info = measure(|| outcome = check.run(user));
            noted.lock().expect("counts").push(info.count_total);
            outcome
        };
        let test = LoadTest::new(Plan::new().loops(RUNS)).check("counted", counted);
        let summary = test.start().expect("a run").join().expect("a summary");
        assert_eq!(summary.whole.totals.pass, RUNS, "{:?}", summary.failures);
        let seen = seen.lock().expect("counts");
        seen[10..].iter().copied().max().expect("a count")
    }

    #[test]
    fn a_fixed_url_allocates_no_more_than_a_request_that_a_check_writes() {
        let settings = Settings { delay: std::time::Duration::ZERO, ..Settings::default() };
        let service = MockService::start(settings).expect("a service");
        let url = format!("{}/fast", service.url());
        let target = |spec: RunSpec| UrlTarget::new(&spec, &url, None).expect("a target").check();
        let written = {
            let url = url.clone();
            Check::new("written", move |user: &mut User| user.get(&url).send().map(drop))
        };
        let (fixed, written) = (allocations(target(RunSpec::default())), allocations(written));
        assert!(fixed < written, "{fixed} of a URL, {written} of a check");
        // A body that is looked into is read, but never copied.
        let looked = allocations(target(RunSpec { expect_contains: vec!["code".into()], ..RunSpec::default() }));
        assert_eq!(looked, fixed);
    }
}
