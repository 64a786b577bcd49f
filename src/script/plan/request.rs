//! Request of an entry, compiled: parts that never change are made once, and the rest each time it is sent.

use std::borrow::Cow;

use perfloop_hurl::Span;
use perfloop_hurl::ast::{self, Template};

use super::address::{login, push_pair, uri, with_query};
use super::form_part::FormPart;
use super::header_lines::{ACCEPTED, HeaderLines};
use super::name::name;
use super::options::Options;
use super::pair::{Pair, are_fixed, pair, pairs, rendered};
use crate::load::{Filled, Headers, Method, Multipart, Prepared, SharedRequest, basic_auth};
use crate::script::eval::{Content, EvalError, Text, Variables};
use crate::script::files::Files;

/// A request, compiled.
#[derive(Debug)]
pub(crate) struct Request {
    /// Parts that are always the same, of which each user has a copy.
    pub(crate) shared: SharedRequest,
    /// Place of the URL.
    pub(crate) span: Span,
    url: Text,
    fixed_url: Option<String>,
    query: Vec<Pair>,
    headers: Vec<Pair>,
    cookies: Vec<Pair>,
    basic_auth: Option<Pair>,
    form: Vec<Pair>,
    parts: Vec<FormPart>,
    body: Option<Content>,
    /// An empty body is sent, too, and is not as if there were none.
    sends_empty_body: bool,
    /// True when its URL has places. The other two flags say the same of headers and body.
    changes_url: bool,
    changes_headers: bool,
    changes_body: bool,
}

/// Request of a URL target, checked and with its templates compiled.
#[derive(Debug)]
pub(crate) struct UrlRequest {
    pub(crate) name: String,
    pub(crate) method: Method,
    pub(crate) url: Text,
    pub(crate) headers: Vec<(String, Text)>,
    /// User and password.
    pub(crate) basic_auth: Option<(Text, Text)>,
    pub(crate) body: Option<Content>,
}

/// Headers, login and coding of all requests of a run, beside those of their entries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Common {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) user: Option<String>,
    pub(crate) compressed: bool,
}

/// Values that a request is filled with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filling<'a> {
    pub(crate) variables: &'a Variables,
    pub(crate) files: &'a Files,
    pub(crate) options: &'a Options,
    pub(crate) common: &'a Common,
    pub(crate) compressed: bool,
    /// The options are not the same each time.
    pub(crate) changes_options: bool,
}

impl Request {
    /// # Errors
    /// When its method cannot be sent.
    pub(crate) fn new(request: &ast::Request, base: Option<&str>, files: &Files) -> Result<Self, EvalError> {
        let method = Method::from_bytes(request.method.value.as_bytes()).map_err(|_| {
            let message = format!("'{}' is no HTTP method", request.method.value);
            EvalError::runtime(request.method.span, "invalid method", message)
        })?;
        let body = request.body.as_ref().map(|body| Content::new(body, files));
        let mut compiled = Request {
            shared: SharedRequest::new(Prepared::empty(name(method.as_str(), &request.url), method)),
            span: request.url.span,
            url: Text::new(&absolute(&request.url, base)),
            fixed_url: None,
            query: pairs(&request.query),
            headers: pairs(&request.headers),
            cookies: pairs(&request.cookies),
            basic_auth: request.basic_auth.as_ref().map(pair),
            form: pairs(request.form.as_deref().unwrap_or_default()),
            parts: request.multipart.iter().flatten().map(FormPart::new).collect(),
            body,
            sends_empty_body: false,
            changes_url: true,
            changes_headers: true,
            changes_body: true,
        };
        compiled.make_fixed(files);
        Ok(compiled)
    }

    /// Request of a URL target.
    pub(crate) fn of_url(request: UrlRequest, files: &Files) -> Self {
        let UrlRequest { name, method, url, headers, basic_auth, body } = request;
        let mut compiled = Request {
            shared: SharedRequest::new(Prepared::empty(name, method)),
            span: Span::default(),
            url,
            fixed_url: None,
            query: Vec::new(),
            headers: headers.into_iter().map(|(name, value)| (Text::Fixed(name), value)).collect(),
            cookies: Vec::new(),
            basic_auth,
            form: Vec::new(),
            parts: Vec::new(),
            body,
            sends_empty_body: true,
            changes_url: true,
            changes_headers: true,
            changes_body: true,
        };
        compiled.make_fixed(files);
        compiled
    }

    /// Renders what has no places. What cannot be sent is told when it is to be sent.
    fn make_fixed(&mut self, files: &Files) {
        let of_head = self.headers.iter().chain(&self.cookies).chain(&self.basic_auth);
        self.changes_headers = !are_fixed(of_head) || !self.parts.is_empty();
        self.changes_url = self.url.as_fixed().is_none() || !are_fixed(&self.query);
        let is_fixed = |body: &Content| body.as_fixed().is_some();
        self.changes_body = !are_fixed(&self.form) || !self.parts.is_empty() || !self.body.iter().all(is_fixed);
        let (variables, options, common) = (Variables::new(), Options::default(), Common::default());
        let filling = Filling {
            variables: &variables,
            files,
            options: &options,
            common: &common,
            compressed: false,
            changes_options: false,
        };
        let mut fixed = self.shared.request.clone();
        if !self.changes_url {
            let url = self.address(&variables).ok();
            self.fixed_url = url.filter(|url| self.set_url(&mut fixed, url, false).is_ok());
            self.changes_url = self.fixed_url.is_none();
        }
        if !self.changes_body {
            self.changes_body = self.set_body(&mut fixed, filling).is_err();
        }
        if !self.changes_headers {
            self.changes_headers = self.set_headers(&mut fixed, filling, None).is_err();
        }
        if let Some(url) = &self.fixed_url
            && self.set_login(&mut fixed, url).is_err()
        {
            self.changes_headers = true;
        }
        self.shared.request = fixed;
    }

    /// True when its URL may be another each time.
    pub(crate) fn changes_url(&self) -> bool {
        self.changes_url
    }

    /// The URL, if it is the same each time.
    pub(crate) fn fixed_address(&self) -> Option<&str> {
        self.fixed_url.as_deref()
    }

    /// The URL with its query.
    pub(crate) fn address(&self, variables: &Variables) -> Result<String, EvalError> {
        let url = self.url.render(variables)?;
        let mut query = String::new();
        for pair in &self.query {
            let (name, value) = rendered(pair, variables)?;
            push_pair(&mut query, &name, &value);
        }
        Ok(with_query(&url, &query))
    }

    fn set_url(&self, request: &mut Prepared, url: &str, path_as_is: bool) -> Result<(), EvalError> {
        request.uri = uri(url, path_as_is).map_err(|error| EvalError::runtime(self.span, "invalid URL", error))?;
        Ok(())
    }

    /// Sets all that may be another than last time. `last_url` is the URL that the request has.
    pub(crate) fn fill(
        &self,
        request: &mut Prepared,
        filling: Filling<'_>,
        last_url: &mut String,
    ) -> Result<Filled, EvalError> {
        let Filling { options, common, .. } = filling;
        // It went by a header, which must not stay when the URL has another, or none.
        let had_login = self.changes_url && login(last_url).is_some();
        if self.changes_url || options.path_as_is || filling.changes_options {
            let url = self.address(filling.variables)?;
            if *last_url != url || options.path_as_is || filling.changes_options {
                self.set_url(request, &url, options.path_as_is)?;
                *last_url = url;
            }
        }
        let content_type = if self.changes_body { self.set_body(request, filling)? } else { None };
        let has_more = !options.headers.is_empty() || !options.no_headers.is_empty() || options.user.is_some();
        let has_common = !common.headers.is_empty() || common.user.is_some();
        let is_changed = self.changes_headers || had_login || filling.compressed || filling.changes_options;
        let sets_headers = is_changed || has_more || has_common;
        if sets_headers {
            self.set_headers(request, filling, content_type)?;
        }
        request.timeout = options.timeout;
        if sets_headers || self.changes_url {
            self.set_login(request, self.fixed_url.as_deref().unwrap_or(last_url))?;
        }
        let is_changed = sets_headers || self.changes_url || options.path_as_is || self.changes_body;
        Ok(if is_changed || request.settings.is_some() { Filled::Anew } else { Filled::AsBefore })
    }

    /// Sends the login in front of the host of a URL, where no header authorizes.
    fn set_login(&self, request: &mut Prepared, url: &str) -> Result<(), EvalError> {
        let Some(login) = login(url).filter(|_| !request.headers.has("authorization")) else { return Ok(()) };
        let mut headers = HeaderLines { lines: std::mem::take(&mut request.headers), span: self.span };
        let added = headers.add("Authorization", &basic_auth(&login));
        request.headers = headers.lines;
        added
    }

    /// Sets the body. Returns the content type of a multipart form.
    fn set_body(&self, request: &mut Prepared, filling: Filling<'_>) -> Result<Option<String>, EvalError> {
        let Filling { variables, files, .. } = filling;
        request.body = None;
        let mut content_type = None;
        if !self.form.is_empty() {
            let mut form = String::new();
            for pair in &self.form {
                let (name, value) = rendered(pair, variables)?;
                push_pair(&mut form, &name, &value);
            }
            request.body = Some(form.into_bytes());
        }
        if !self.parts.is_empty() {
            let mut multipart = Multipart::new();
            for part in &self.parts {
                multipart = part.add_to(multipart, variables, files)?;
            }
            let (of_form, body) =
                multipart.encode().map_err(|error| EvalError::runtime(self.span, "invalid part", error))?;
            (request.body, content_type) = (Some(body), Some(of_form));
        }
        if let Some(content) = &self.body {
            let bytes = content.render(variables, files)?;
            if self.sends_empty_body || !bytes.is_empty() {
                request.body = Some(bytes.into_owned());
            }
        }
        Ok(content_type)
    }

    fn set_headers(
        &self,
        request: &mut Prepared,
        filling: Filling<'_>,
        of_form: Option<String>,
    ) -> Result<(), EvalError> {
        let Filling { variables, options, common, .. } = filling;
        let mut headers = HeaderLines { lines: Headers::default(), span: self.span };
        for pair in &self.headers {
            let (name, value) = rendered(pair, variables)?;
            headers.add(&name, &value)?;
        }
        if let Some(pair) = &self.basic_auth {
            let (user, password) = rendered(pair, variables)?;
            headers.add("Authorization", &basic_auth(&format!("{user}:{password}")))?;
        }
        for (name, value) in common.headers.iter().chain(&options.headers) {
            headers.add(name, value)?;
        }
        if let Some(user) = options.user.as_ref().or(common.user.as_ref())
            && !headers.has("authorization")
        {
            headers.add("Authorization", &basic_auth(user))?;
        }
        if !self.cookies.is_empty() && !headers.has("cookie") {
            headers.add("Cookie", &self.cookie_line(variables)?)?;
        }
        if filling.compressed && !headers.has("accept-encoding") {
            headers.add("Accept-Encoding", ACCEPTED)?;
        }
        headers.set_content_type(self.implicit_type(), of_form)?;
        options.no_headers.iter().for_each(|name| headers.lines.remove(name));
        request.headers = headers.lines;
        Ok(())
    }

    fn cookie_line(&self, variables: &Variables) -> Result<String, EvalError> {
        let mut line = Vec::new();
        for pair in &self.cookies {
            let (name, value) = rendered(pair, variables)?;
            line.push(format!("{name}={value}"));
        }
        Ok(line.join("; "))
    }

    fn implicit_type(&self) -> Option<&'static str> {
        if !self.form.is_empty() {
            return Some("application/x-www-form-urlencoded");
        }
        self.body.as_ref().and_then(Content::content_type)
    }

    /// The content type was written in the file: it goes with the request wherever that is sent.
    pub(crate) fn names_content_type(&self, variables: &Variables) -> bool {
        let is_type =
            |pair: &Pair| pair.0.render(variables).is_ok_and(|name| name.eq_ignore_ascii_case("content-type"));
        self.headers.iter().any(is_type)
    }
}

/// A relative URL is one of this base.
fn absolute<'a>(url: &'a Template, base: Option<&str>) -> Cow<'a, Template> {
    let (Some(base), Some(ast::Piece::Text(text))) = (base, url.pieces.first()) else { return Cow::Borrowed(url) };
    if !text.starts_with('/') {
        return Cow::Borrowed(url);
    }
    let mut url = url.clone();
    url.pieces[0] = ast::Piece::Text(format!("{}{text}", base.trim_end_matches('/')));
    Cow::Owned(url)
}
