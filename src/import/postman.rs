//! Collections of Postman, version 2.0 and 2.1 (<https://schema.getpostman.com>).

use super::address::{with_scheme, with_segment, without_fragment};
use super::document::{Node, Value};
use super::losses::Losses;
use super::script;
use super::suite::{Body, Entry, Part, Suite};
use super::text::Text;
use super::variables;

/// Folders within one another: a collection of more is no one's.
const DEEPEST: usize = 50;

/// True for a document that is a collection.
pub(super) fn is_one(node: &Node) -> bool {
    let schema = node.at(&["info", "schema"]).and_then(Node::text).unwrap_or_default();
    schema.contains("getpostman.com")
        || schema.contains("postman.com/json/collection")
        || node.at(&["info", "_postman_id"]).is_some()
}

/// # Errors
/// A collection of an older version, or without any request.
pub(super) fn read(node: &Node, environment: &[(String, String)], losses: &mut Losses) -> Result<Suite, String> {
    if node.get("requests").is_some() && node.get("item").is_none() {
        return Err("it is a collection of version 1; export it from Postman as version 2.1".into());
    }
    let mut collection = Collection { suite: Suite::default(), losses };
    collection.suite.comments.extend(node.at(&["info", "name"]).and_then(Node::scalar));
    collection.suite.give(environment, collection.losses);
    collection.variables(node);
    collection.items(node, "", &Inherited::default().of(node), 0);
    if collection.suite.entries.is_empty() {
        return Err("there is no request in it".into());
    }
    Ok(collection.suite)
}

struct Collection<'a> {
    suite: Suite,
    losses: &'a mut Losses,
}

/// What requests have from the folders that they are in.
#[derive(Clone, Default)]
struct Inherited<'a> {
    auth: Option<&'a Node>,
    scripts: Vec<&'a Node>,
}

impl<'a> Inherited<'a> {
    fn of(&self, node: &'a Node) -> Inherited<'a> {
        let own = node.get("auth").filter(|auth| auth.value != Value::Null);
        let mut scripts = self.scripts.clone();
        scripts.extend(node.items_of("event"));
        Inherited { auth: own.or(self.auth), scripts }
    }
}

impl Collection<'_> {
    fn text(&mut self, text: &str, line: usize) -> Text {
        variables::text(text, line, self.losses)
    }

    fn text_of(&mut self, node: &Node, key: &str) -> Text {
        variables::text_of(node, key, self.losses)
    }

    /// Takes the variables of a collection, or of a folder.
    fn variables(&mut self, node: &Node) {
        for variable in node.items_of("variable").iter().filter(|variable| !variable.is_true("disabled")) {
            if let Some(name) = variable.text_of("key").or_else(|| variable.text_of("id")) {
                let value = self.text_of(variable, "value");
                self.suite.define(&name, value, variable.line, self.losses);
            }
        }
    }

    fn items(&mut self, node: &Node, path: &str, inherited: &Inherited<'_>, depth: usize) {
        if depth > 0 {
            self.variables(node);
        }
        for item in node.items_of("item") {
            let name = item.text_of("name").unwrap_or_default();
            let path = if path.is_empty() { name } else { format!("{path} / {name}") };
            if item.get("item").is_some() && depth < DEEPEST {
                self.items(item, &path, &inherited.of(item), depth + 1);
            } else if let Some(request) = item.get("request") {
                self.request(item, request, path, &inherited.of(item));
            }
        }
    }

    fn request(&mut self, item: &Node, request: &Node, name: String, inherited: &Inherited<'_>) {
        let mut entry =
            Entry { line: item.line, comments: vec![name], options: vec!["location: true".into()], ..Entry::default() };
        if let Some(url) = request.text() {
            entry.url = self.url(url, request.line);
            self.suite.entries.push(entry);
            return;
        }
        entry.method = request.text_of("method").unwrap_or_else(|| "GET".into()).to_ascii_uppercase();
        entry.comments.extend(description(request));
        self.address(request, &mut entry);
        for header in request.items_of("header").iter().filter(|header| !header.is_true("disabled")) {
            let (name, value) = (self.text_of(header, "key"), self.text_of(header, "value"));
            if !name.is_empty() && !name.as_plain().is_some_and(|name| name.eq_ignore_ascii_case("content-length")) {
                entry.headers.push((name, value));
            }
        }
        let auth = request.get("auth").filter(|auth| auth.value != Value::Null).or(inherited.auth);
        if let Some(auth) = auth {
            self.auth(auth, &mut entry);
        }
        let behavior = |key: &str| item.at(&["protocolProfileBehavior", key]).map(|of| &of.value);
        // Postman sends none with these methods, unless it is told to.
        let is_pruned = ["GET", "HEAD", "COPY", "PURGE", "UNLOCK"].contains(&entry.method.as_str())
            && behavior("disableBodyPruning") != Some(&Value::Bool(true));
        if let Some(body) = request.get("body").filter(|_| !is_pruned) {
            self.body(body, &mut entry);
        }
        if behavior("followRedirects") == Some(&Value::Bool(false)) {
            entry.options.clear();
        }
        for event in &inherited.scripts {
            self.event(event, &mut entry);
        }
        self.suite.entries.push(entry);
    }

    fn url(&mut self, url: &str, line: usize) -> Text {
        let text = self.text(without_fragment(url), line);
        with_scheme(text)
    }

    fn address(&mut self, request: &Node, entry: &mut Entry) {
        let Some(url) = request.get("url") else {
            return self.losses.note(request.line, "a request without an address");
        };
        let raw = url.text().map(str::to_owned).or_else(|| url.text_of("raw")).unwrap_or_else(|| joined(url));
        let mut raw = without_fragment(&raw).to_owned();
        let own: Vec<(String, String)> = url
            .items_of("variable")
            .iter()
            .filter_map(|variable| Some((variable.text_of("key")?, variable.text_of("value").unwrap_or_default())))
            .collect();
        for (name, value) in own {
            raw = with_segment(&raw, &name, &value);
        }
        // What is switched off stands in the list alone, or in both.
        let queries = url.items_of("query");
        let is_on = |query: &Node| {
            let same = |other: &&Node| other.text_of("key") == query.text_of("key");
            queries.iter().filter(same).any(|other| !other.is_true("disabled"))
        };
        for query in queries.iter().filter(|query| query.is_true("disabled") && !is_on(query)) {
            let pair =
                format!("{}={}", query.text_of("key").unwrap_or_default(), query.text_of("value").unwrap_or_default());
            for before in ["?", "&"] {
                raw = raw.replacen(&format!("{before}{pair}&"), before, 1);
                raw = raw.strip_suffix(&format!("{before}{pair}")).map(str::to_owned).unwrap_or(raw);
            }
        }
        entry.url = self.url(&raw, url.line);
        if entry.url.is_empty() {
            self.losses.note(url.line, "a request without an address");
            entry.url = Text::variable("host");
        }
    }

    fn auth(&mut self, auth: &Node, entry: &mut Entry) {
        let kind = auth.text_of("type").unwrap_or_default();
        // Version 2.1 has a list of pairs, 2.0 a map.
        let value = |key: &str| -> (String, usize) {
            let of = auth.get(&kind);
            let found = of.and_then(|of| {
                let pair = of.items().iter().find(|pair| pair.text_of("key").as_deref() == Some(key));
                pair.and_then(|pair| pair.get("value")).or_else(|| of.get(key))
            });
            found.map_or_else(|| (String::new(), auth.line), |found| (found.scalar().unwrap_or_default(), found.line))
        };
        let mut text = |key: &str| {
            let (text, line) = value(key);
            self.text(&text, line)
        };
        match kind.as_str() {
            "noauth" | "" => {}
            "basic" => entry.set_basic_auth(text("username"), text("password")),
            "bearer" => entry.set_bearer(text("token")),
            "apikey" => {
                let (name, value_of, place) = (text("key"), text("value"), value("in").0);
                if place == "query" {
                    entry.query.push((name, value_of));
                } else {
                    entry.headers.push((name, value_of));
                }
            }
            "oauth2" if !value("accessToken").0.is_empty() => entry.set_bearer(text("accessToken")),
            _ => self.losses.unknown_auth(auth.line, &kind),
        }
    }

    fn body(&mut self, body: &Node, entry: &mut Entry) {
        if body.is_true("disabled") {
            return;
        }
        let mode = body.text_of("mode").unwrap_or_default();
        let enabled = |key: &str| -> Vec<Node> {
            let is_on = |field: &&Node| !field.is_true("disabled");
            body.items_of(key).iter().filter(is_on).cloned().collect()
        };
        entry.body = match mode.as_str() {
            "raw" => self.raw(body, entry),
            "urlencoded" => {
                entry.without_header("content-type");
                let fields = enabled("urlencoded");
                Body::Form(
                    fields.iter().map(|field| (self.text_of(field, "key"), self.text_of(field, "value"))).collect(),
                )
            }
            "formdata" => {
                entry.without_header("content-type");
                let fields = enabled("formdata");
                Body::Multipart(fields.iter().flat_map(|field| self.part(field)).collect())
            }
            "graphql" => {
                let of = body.get("graphql").cloned().unwrap_or_else(|| body.clone());
                let (query, variables) = (self.text_of(&of, "query"), self.text_of(&of, "variables"));
                if of.text_of("operationName").is_some_and(|name| !name.is_empty()) {
                    self.losses.note(of.line, "operationName: it is left out; keep one operation in the query");
                }
                let is_empty = variables.raw().trim().is_empty() || variables.raw().trim() == "{}";
                Body::GraphQl { query, variables: (!is_empty).then_some(variables) }
            }
            "file" => match body.at(&["file", "src"]).and_then(Node::text) {
                Some(path) => Body::File(path.to_owned()),
                None => {
                    self.losses.note(body.line, "a body of a file that is not named; it is left out");
                    Body::None
                }
            },
            "" | "none" => Body::None,
            _ => {
                self.losses.unknown_body(body.line, &mode);
                Body::None
            }
        };
    }

    /// Body that is a text, with the type that Postman sends with it.
    fn raw(&mut self, body: &Node, entry: &mut Entry) -> Body {
        let language = body.at(&["options", "raw", "language"]).and_then(Node::text).unwrap_or_default();
        let text = self.text_of(body, "raw");
        let content_type = match language {
            "json" => return Body::Json(text),
            "text" => Some("text/plain"),
            "xml" => Some("application/xml"),
            "html" => Some("text/html"),
            "javascript" => Some("application/javascript"),
            _ => None,
        };
        if let Some(of) = content_type.filter(|_| !text.is_empty()) {
            entry.add_content_type(of);
        }
        Body::Text(text)
    }

    fn part(&mut self, field: &Node) -> Vec<Part> {
        let name = self.text_of(field, "key");
        if field.text_of("type").as_deref() != Some("file") {
            return vec![Part::Field(name, self.text_of(field, "value"))];
        }
        let content_type = field.text_of("contentType");
        let src = field.get("src");
        let paths: Vec<String> = match src {
            Some(node) if !node.items().is_empty() => node.items().iter().filter_map(Node::scalar).collect(),
            Some(node) => node.scalar().filter(|path| !path.is_empty()).into_iter().collect(),
            None => Vec::new(),
        };
        if paths.is_empty() {
            self.losses.note(field.line, format!("a file of the form that is not named; '{}' is left out", name.raw()));
        }
        let file = |path| Part::File { name: name.clone(), path, content_type: content_type.clone() };
        paths.into_iter().map(file).collect()
    }

    fn event(&mut self, event: &Node, entry: &mut Entry) {
        let Some(exec) = event.at(&["script", "exec"]).filter(|_| !event.is_true("disabled")) else { return };
        let lines: Vec<(usize, String)> = match exec.text() {
            Some(text) => text.lines().map(|line| (exec.line, line.to_owned())).collect(),
            None => exec.items().iter().filter_map(|line| Some((line.line, line.scalar()?))).collect(),
        };
        if lines.iter().all(|(_, line)| line.trim().is_empty() || line.trim().starts_with("//")) {
            return;
        }
        if event.text_of("listen").as_deref() == Some("test") {
            script::take(&lines, entry, self.losses);
        } else {
            let (line, _) = lines[0];
            self.losses.early_script(line);
        }
    }
}

/// Description of a request, as a text.
fn description(node: &Node) -> Option<String> {
    let of = node.get("description")?;
    let text = of.text().map(str::to_owned).or_else(|| of.text_of("content"))?;
    // More is for readers of the collection.
    text.lines().next().map(|line| line.trim().chars().take(200).collect()).filter(|line: &String| !line.is_empty())
}

/// Address that is given in its parts alone.
fn joined(url: &Node) -> String {
    let list = |key: &str, sign: &str| match url.get(key) {
        Some(node) if !node.items().is_empty() => node
            .items()
            .iter()
            .filter_map(|part| part.scalar().or_else(|| part.text_of("value")))
            .collect::<Vec<_>>()
            .join(sign),
        Some(node) => node.scalar().unwrap_or_default(),
        None => String::new(),
    };
    let protocol = url.text_of("protocol").map(|of| format!("{of}://")).unwrap_or_default();
    let port = url.text_of("port").map(|port| format!(":{port}")).unwrap_or_default();
    let query: Vec<String> = url
        .items_of("query")
        .iter()
        .filter_map(|pair| Some(format!("{}={}", pair.text_of("key")?, pair.text_of("value").unwrap_or_default())))
        .collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let (host, path) = (list("host", "."), list("path", "/"));
    if host.is_empty() { String::new() } else { format!("{protocol}{host}{port}/{path}{query}") }
}
