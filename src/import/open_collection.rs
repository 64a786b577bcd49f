//! OpenCollection, the YAML of Bruno 3 (<https://github.com/opencollection-dev/opencollection>): a request, or a collection in
//! one file.

use super::address::{with_scheme, with_segment, without_fragment};
use super::bru::{asserted, content_type_of};
use super::document::{Node, Value};
use super::losses::Losses;
use super::script;
use super::suite::{Body, Entry, Part, Suite};
use super::text::Text;
use super::variables;

/// Folders within one another.
const DEEPEST: usize = 50;

pub(super) fn is_one(node: &Node) -> bool {
    node.get("opencollection").is_some()
        || (node.get("info").is_some() && (node.get("http").is_some() || node.get("graphql").is_some()))
}

/// # Errors
/// A file without a request.
pub(super) fn read(node: &Node, environment: &[(String, String)], losses: &mut Losses) -> Result<Suite, String> {
    let is_request = node.get("http").is_some() || node.get("graphql").is_some();
    let mut collection = Collection { suite: Suite::default(), is_request, losses };
    collection.suite.give(environment, collection.losses);
    let inherited = Inherited::default().of(node);
    collection.defaults(node);
    if is_request {
        collection.request(node, &inherited);
    }
    collection.items(node, &inherited, 0);
    if collection.suite.entries.is_empty() {
        return Err("there is no request in it; the file of a request has http: with its method and url".into());
    }
    Ok(collection.suite)
}

struct Collection<'a> {
    suite: Suite,
    /// It is a request alone.
    is_request: bool,
    losses: &'a mut Losses,
}

/// What requests have from the collection and the folders that they are in.
#[derive(Clone, Default)]
struct Inherited<'a> {
    auth: Option<&'a Node>,
    headers: Vec<&'a Node>,
}

impl<'a> Inherited<'a> {
    fn of(&self, node: &'a Node) -> Inherited<'a> {
        let request = node.get("request");
        let own = request.and_then(|request| request.get("auth")).filter(|auth| auth.text() != Some("inherit"));
        let mut headers = self.headers.clone();
        headers.extend(request.map_or(&[][..], |request| request.items_of("headers")));
        Inherited { auth: own.or(self.auth), headers }
    }
}

/// Items of a list that are not switched off.
fn enabled<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = &'a Node> {
    node.items_of(key).iter().filter(|item| !item.is_true("disabled"))
}

impl Collection<'_> {
    fn text(&mut self, text: &str, line: usize) -> Text {
        variables::text(text, line, self.losses)
    }

    fn text_of(&mut self, node: &Node, key: &str) -> Text {
        variables::text_of(node, key, self.losses)
    }

    /// Takes the variables of a collection, or of a folder.
    fn defaults(&mut self, node: &Node) {
        let of_request = node.get("request").into_iter().chain(node.get("runtime"));
        for variable in of_request.flat_map(|of| enabled(of, "variables").collect::<Vec<_>>()) {
            let Some(name) = variable.text_of("name") else { continue };
            let value = match variable.get("value").and_then(|value| value.get("data")) {
                Some(_) => self.text_of(variable.get("value").unwrap_or(variable), "data"),
                None => self.text_of(variable, "value"),
            };
            self.suite.define(&name, value, variable.line, self.losses);
        }
        let scripts = node.get("request").map_or(&[][..], |request| request.items_of("scripts"));
        if let Some(script) = scripts.first() {
            self.losses.note(script.line, "scripts for all requests: perfloop runs none; they are left out");
        }
    }

    fn items(&mut self, node: &Node, inherited: &Inherited<'_>, depth: usize) {
        for item in node.items_of("items") {
            if item.get("http").is_some() || item.get("graphql").is_some() {
                self.request(item, inherited);
            } else if depth < DEEPEST && item.get("items").is_some() {
                self.defaults(item);
                self.items(item, &inherited.of(item), depth + 1);
            } else if let Some(kind) = ["grpc", "websocket"].iter().find(|kind| item.get(kind).is_some()) {
                self.losses.note(item.line, format!("{kind}: perfloop speaks HTTP alone; this request is left out"));
            }
        }
    }

    fn request(&mut self, node: &Node, inherited: &Inherited<'_>) {
        let Some(http) = node.get("http").or_else(|| node.get("graphql")) else { return };
        let mut entry = Entry { line: node.line, options: vec!["location: true".into()], ..Entry::default() };
        if node.at(&["settings", "followRedirects"]).is_some_and(|of| of.value == Value::Bool(false)) {
            entry.options.clear();
        }
        entry.comments.extend(node.at(&["info", "name"]).and_then(Node::scalar));
        entry.method = http.text_of("method").unwrap_or_else(|| "GET".into()).to_ascii_uppercase();
        self.address(http, &mut entry);
        let headers = inherited.headers.iter().copied().chain(http.items_of("headers"));
        for header in headers.filter(|header| !header.is_true("disabled")) {
            let (name, value) = (self.text_of(header, "name"), self.text_of(header, "value"));
            entry.without_header(name.as_plain().unwrap_or_default());
            entry.headers.push((name, value));
        }
        let auth = http.get("auth").or_else(|| node.at(&["runtime", "auth"]));
        match auth {
            Some(auth) if auth.text() == Some("inherit") => match inherited.auth {
                Some(auth) => self.auth(auth, &mut entry),
                // A collection in one file says what there is to inherit; a request alone does not.
                None if self.is_request => self.losses.inherited_auth(auth.line),
                None => {}
            },
            Some(auth) => self.auth(auth, &mut entry),
            None => {}
        }
        if let Some(body) = http.get("body") {
            self.body(body, node.get("graphql").is_some(), &mut entry);
        }
        if let Some(runtime) = node.get("runtime") {
            self.runtime(runtime, &mut entry);
        }
        self.defaults(node);
        self.suite.entries.push(entry);
    }

    fn address(&mut self, http: &Node, entry: &mut Entry) {
        let (url, line) =
            http.get("url").map_or((String::new(), http.line), |url| (url.scalar().unwrap_or_default(), url.line));
        let mut url = without_fragment(&url).to_owned();
        for param in enabled(http, "params").filter(|param| param.text_of("type").as_deref() == Some("path")) {
            url = with_segment(
                &url,
                &param.text_of("name").unwrap_or_default(),
                &param.text_of("value").unwrap_or_default(),
            );
        }
        // What the address says already is said twice.
        let has_query = url.contains('?');
        let is_query = |param: &&Node| !has_query && param.text_of("type").as_deref() != Some("path");
        for param in enabled(http, "params").filter(is_query).collect::<Vec<_>>() {
            let pair = (self.text_of(param, "name"), self.text_of(param, "value"));
            entry.query.push(pair);
        }
        let text = self.text(&url, line);
        entry.url = with_scheme(text);
        if entry.url.is_empty() {
            self.losses.note(line, "a request without an address");
            entry.url = Text::variable("host");
        }
    }

    fn auth(&mut self, auth: &Node, entry: &mut Entry) {
        let kind = auth.text_of("type").or_else(|| auth.scalar()).unwrap_or_default();
        match kind.as_str() {
            "none" | "" => {}
            "basic" => entry.set_basic_auth(self.text_of(auth, "username"), self.text_of(auth, "password")),
            "bearer" => entry.set_bearer(self.text_of(auth, "token")),
            "apikey" => {
                let pair = (self.text_of(auth, "key"), self.text_of(auth, "value"));
                let is_query = auth.text_of("placement").as_deref() == Some("query");
                if is_query { entry.query.push(pair) } else { entry.headers.push(pair) }
            }
            _ => self.losses.unknown_auth(auth.line, &kind),
        }
    }

    fn body(&mut self, body: &Node, is_graphql: bool, entry: &mut Entry) {
        // Of several variants one is selected.
        let variant = body.items().iter().find(|item| item.is_true("selected")).or_else(|| body.items().first());
        let body = variant.and_then(|variant| variant.get("body")).unwrap_or(body);
        let kind = body.text_of("type").unwrap_or_default();
        if is_graphql || kind == "graphql" {
            let of = body.get("data").filter(|data| data.get("query").is_some()).unwrap_or(body);
            let (query, variables) = (self.text_of(of, "query"), self.text_of(of, "variables"));
            entry.method = "POST".into();
            entry.body = Body::GraphQl { query, variables: Some(variables).filter(|of| !of.raw().trim().is_empty()) };
            return;
        }
        let data = body.get("data");
        entry.body = match kind.as_str() {
            "json" => Body::Json(self.text_of(body, "data")),
            "xml" | "text" | "sparql" => {
                entry.add_content_type(content_type_of(&kind));
                Body::Text(self.text_of(body, "data"))
            }
            "form-urlencoded" => {
                entry.without_header("content-type");
                let fields: Vec<&Node> = enabled(body, "data").collect();
                Body::Form(
                    fields
                        .into_iter()
                        .map(|field| (self.text_of(field, "name"), self.text_of(field, "value")))
                        .collect(),
                )
            }
            "multipart-form" => {
                entry.without_header("content-type");
                let fields: Vec<&Node> = enabled(body, "data").collect();
                Body::Multipart(fields.into_iter().flat_map(|field| self.parts(field)).collect())
            }
            "file" => {
                let files = data.map_or(&[][..], Node::items);
                let file = files.iter().find(|file| file.is_true("selected")).or_else(|| files.first());
                file.and_then(|file| file.text_of("filePath")).map_or(Body::None, Body::File)
            }
            "" | "none" => Body::None,
            _ => {
                self.losses.unknown_body(body.line, &kind);
                Body::None
            }
        };
    }

    fn parts(&mut self, field: &Node) -> Vec<Part> {
        let (name, content_type) = (self.text_of(field, "name"), field.text_of("contentType"));
        let value = field.get("value");
        let file = |path: String| Part::File { name: name.clone(), path, content_type: content_type.clone() };
        let of_text = value.and_then(Node::text).and_then(|text| text.strip_prefix("@file("));
        if let Some(path) = of_text {
            return vec![file(path.trim_end_matches(')').to_owned())];
        }
        if field.text_of("type").as_deref() == Some("file") {
            let paths = value.map(|value| match value.items() {
                [] => value.scalar().into_iter().collect(),
                items => items.iter().filter_map(Node::scalar).collect::<Vec<_>>(),
            });
            return paths.unwrap_or_default().into_iter().map(file).collect();
        }
        vec![Part::Field(name.clone(), self.text_of(field, "value"))]
    }

    /// Takes what is looked at in the answer.
    fn runtime(&mut self, runtime: &Node, entry: &mut Entry) {
        for assertion in enabled(runtime, "assertions") {
            let of = |key: &str| assertion.text_of(key).unwrap_or_default();
            let (subject, operator, value) = (of("expression"), of("operator"), of("value"));
            if subject == "res.status" && operator == "eq" && value.parse::<u16>().is_ok() {
                entry.status = value.parse().ok();
                continue;
            }
            match asserted(&subject, &operator, &value) {
                Some(line) => entry.assert(line),
                None => {
                    let what = format!("assertion: perfloop knows no '{subject} {operator} {value}'; it is left out");
                    self.losses.note(assertion.line, what.trim_end());
                }
            }
        }
        for action in enabled(runtime, "actions") {
            let name = action.at(&["variable", "name"]).and_then(Node::scalar).unwrap_or_default();
            let expression = action.at(&["selector", "expression"]).and_then(Node::scalar).unwrap_or_default();
            script::take(&[(action.line, format!("bru.setVar(\"{name}\", {expression})"))], entry, self.losses);
        }
        for script in enabled(runtime, "scripts") {
            let Some(code) = script.get("code") else { continue };
            let text = code.scalar().unwrap_or_default();
            if script.text_of("type").as_deref() == Some("before-request") {
                if !text.trim().is_empty() {
                    self.losses.early_script(code.line);
                }
                continue;
            }
            let lines: Vec<(usize, String)> =
                text.lines().enumerate().map(|(at, line)| (code.line + 1 + at, line.to_owned())).collect();
            script::take(&lines, entry, self.losses);
        }
    }
}
