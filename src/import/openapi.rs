//! OpenAPI 3.0 and 3.1 (<https://spec.openapis.org/oas/>): a skeleton of a test, a request for each operation.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::document::{Node, Value};
use super::losses::Losses;
use super::schema::{Schemas, given};
use super::suite::{Body, Entry, Part, Suite};
use super::text::Text;
use super::variables;

/// What is encoded in a segment of a path: all that RFC 3986 does not leave unreserved.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(super) fn is_one(node: &Node) -> bool {
    node.get("openapi").is_some() || node.get("swagger").is_some()
}

/// # Errors
/// A description of another version, or without any operation.
pub(super) fn read(node: &Node, losses: &mut Losses) -> Result<Suite, String> {
    let version = node.text_of("openapi").or_else(|| node.text_of("swagger")).unwrap_or_default();
    if !version.starts_with("3.") {
        return Err(format!("it is OpenAPI {version}; convert it to 3.0 or 3.1 before"));
    }
    let mut description = Description { root: node, schemas: Schemas { root: node }, losses };
    let mut suite = Suite::default();
    let title = node.at(&["info", "title"]).and_then(Node::scalar).unwrap_or_else(|| "an API".into());
    suite
        .comments
        .push(format!("Skeleton of a test of {title}: its data are examples, its asserts follow from the schemas."));
    let server = description.server(node);
    suite.comments.push(match &server {
        Some(server) => format!("Give the address of the service as the variable host, such as {server}"),
        None => "Give the address of the service as the variable host".into(),
    });
    for (path, item) in node.get("paths").map_or(&[][..], Node::members) {
        let Some(item) = description.resolved(item, "a path") else { continue };
        for (method, operation) in item.members().iter().filter(|(name, _)| METHODS.contains(&name.as_str())) {
            suite.entries.push(description.operation(path, method, item, operation));
        }
    }
    if let Some(webhooks) = node.get("webhooks").filter(|of| !of.members().is_empty()) {
        description.losses.note(webhooks.line, "webhooks: the service calls them, not its users; they are left out");
    }
    if suite.entries.is_empty() { Err("there is no operation in it".into()) } else { Ok(suite) }
}

struct Description<'a> {
    root: &'a Node,
    schemas: Schemas<'a>,
    losses: &'a mut Losses,
}

impl<'a> Description<'a> {
    fn resolved(&mut self, node: &'a Node, what: &str) -> Option<&'a Node> {
        let found = self.schemas.resolved(node);
        if found.is_none() {
            let reference = node.text_of("$ref").unwrap_or_default();
            self.losses.note(node.line, format!("{what} that stands elsewhere ({reference}) is left out"));
        }
        found
    }

    /// Address of the first server, with the defaults of its variables.
    fn server(&self, node: &Node) -> Option<String> {
        let server = node.items_of("servers").first()?;
        let mut url = server.text_of("url")?;
        for (name, variable) in server.get("variables").map_or(&[][..], Node::members) {
            let value = variable.text_of("default").unwrap_or_default();
            url = url.replace(&format!("{{{name}}}"), &value);
        }
        Some(url.trim_end_matches('/').to_owned()).filter(|url| !url.is_empty())
    }

    fn operation(&mut self, path: &str, method: &str, item: &'a Node, operation: &'a Node) -> Entry {
        let mut entry = Entry { line: operation.line, method: method.to_ascii_uppercase(), ..Entry::default() };
        let name = operation.text_of("summary").or_else(|| operation.text_of("operationId"));
        entry.comments.extend(
            name.map(|name| name.lines().next().unwrap_or_default().trim().to_owned()).filter(|name| !name.is_empty()),
        );
        if operation.is_true("deprecated") {
            entry.comments.push("deprecated".into());
        }
        if let Some(callbacks) = operation.get("callbacks") {
            self.losses.note(callbacks.line, "callbacks: the service calls them, not its users; they are left out");
        }
        let mut segments = path.to_owned();
        let own = operation.items_of("parameters").iter();
        for parameter in own.chain(item.items_of("parameters")) {
            if let Some(parameter) = self.resolved(parameter, "a parameter") {
                self.parameter(parameter, &mut segments, &mut entry);
            }
        }
        entry.url = Text::variable("host");
        entry.url.push(with_variables(&segments));
        if let Some(body) = operation.get("requestBody")
            && let Some(body) = self.resolved(body, "a body")
        {
            self.body(body, &mut entry);
        }
        self.security(operation, &mut entry);
        self.responses(operation, &mut entry);
        entry
    }

    fn parameter(&mut self, parameter: &'a Node, path: &mut String, entry: &mut Entry) {
        let (Some(name), Some(place)) = (parameter.text_of("name"), parameter.text_of("in")) else { return };
        let is_wanted = place == "path" || parameter.is_true("required");
        let example = self.example_of(parameter);
        let text = plain(&example);
        let known = |pairs: &[(Text, Text)]| pairs.iter().any(|(known, _)| known.as_plain() == Some(&name));
        match place.as_str() {
            "path" => *path = path.replace(&format!("{{{name}}}"), &encoded(&text)),
            "query" if is_wanted && !known(&entry.query) => {
                // Of a list each item is a pair of its own, unless the parameter says otherwise.
                let items = example.as_array().filter(|_| parameter.text_of("explode").as_deref() != Some("false"));
                let values = items.map_or_else(|| vec![text], |items| items.iter().map(plain).collect());
                entry.query.extend(values.into_iter().map(|value| (Text::plain(name.as_str()), Text::plain(value))));
            }
            // These are what security and bodies say.
            "header" if ["authorization", "accept", "content-type"].contains(&name.to_ascii_lowercase().as_str()) => {}
            "header" if is_wanted && !known(&entry.headers) => {
                entry.headers.push((Text::plain(name), Text::plain(text)))
            }
            "cookie" if is_wanted && !known(&entry.cookies) => {
                entry.cookies.push((Text::plain(name), Text::plain(text)))
            }
            _ => {}
        }
    }

    /// Example of a parameter, or of a kind of body.
    fn example_of(&mut self, node: &'a Node) -> serde_json::Value {
        let of_content = || node.get("content").and_then(|content| content.members().first()).map(|(_, of)| of);
        if let Some(given) = given(node) {
            return given;
        }
        let examples = node.get("examples").and_then(|all| all.members().first()).map(|(_, of)| of);
        if let Some(value) = examples.and_then(|of| self.schemas.resolved(of)).and_then(|of| of.get("value")) {
            return value.to_json();
        }
        match node.get("schema").or_else(|| of_content().and_then(|of| of.get("schema"))) {
            Some(schema) => {
                if self.resolved(schema, "a schema").is_none() {
                    return serde_json::Value::from("text");
                }
                self.schemas.example(schema)
            }
            None => serde_json::Value::from("text"),
        }
    }

    fn body(&mut self, body: &'a Node, entry: &mut Entry) {
        let kinds = body.get("content").map_or(&[][..], Node::members);
        let of = |word: &str| kinds.iter().find(|(kind, _)| kind.contains(word));
        let Some((kind, content)) =
            of("json").or_else(|| of("x-www-form-urlencoded")).or_else(|| of("multipart/")).or_else(|| kinds.first())
        else {
            return;
        };
        let example = self.example_of(content);
        if kind.contains("json") {
            if kind != "application/json" {
                entry.add_header("Content-Type", Text::plain(kind.replace('*', "json")));
            }
            let text = serde_json::to_string_pretty(&example).unwrap_or_default();
            entry.body = Body::Json(Text::plain(text));
        } else if kind.contains("x-www-form-urlencoded") {
            entry.body = Body::Form(fields(&example));
        } else if kind.starts_with("multipart/") {
            let schema = content.get("schema").and_then(|schema| self.schemas.resolved(schema));
            let part = |(name, value): (Text, Text)| {
                let property = schema.and_then(|of| of.at(&["properties", name.as_plain().unwrap_or_default()]));
                let property = property.and_then(|of| self.schemas.resolved(of));
                let is_file = property.is_some_and(|of| {
                    of.text_of("format").as_deref() == Some("binary") || of.get("contentMediaType").is_some()
                });
                if is_file {
                    Part::File { path: name.raw(), name, content_type: None }
                } else {
                    Part::Field(name, value)
                }
            };
            let parts: Vec<Part> = fields(&example).into_iter().map(part).collect();
            if parts.iter().any(|part| matches!(part, Part::File { .. })) {
                self.losses
                    .note(content.line, "a file of a form: it is one of the name of its field; put a file there");
            }
            entry.body = Body::Multipart(parts);
        } else if let serde_json::Value::String(text) = example {
            entry.add_header("Content-Type", Text::plain(kind.as_str()));
            entry.body = Body::Text(Text::plain(text));
        } else {
            self.losses
                .note(content.line, format!("{kind}: there is no example of it as a text; the body is left out"));
        }
    }

    fn security(&mut self, operation: &'a Node, entry: &mut Entry) {
        let wanted = operation.get("security").or_else(|| self.root.get("security"));
        // Any of them is enough; one without a scheme means that none is.
        let Some(first) = wanted.map_or(&[][..], Node::items).first() else { return };
        for (name, requirement) in first.members() {
            let path = ["components", "securitySchemes", name.as_str()];
            let Some(scheme) = self.root.at(&path).and_then(|of| self.schemas.resolved(of)) else {
                self.losses.note(requirement.line, format!("security: there is no scheme '{name}'"));
                continue;
            };
            let of = |key: &str| scheme.text_of(key).unwrap_or_default();
            let variable = || Text::variable(variables::name(name));
            match (of("type").as_str(), of("scheme").to_ascii_lowercase().as_str()) {
                ("http", "basic") => {
                    entry.set_basic_auth(Text::variable("user_name"), Text::variable("password"));
                }
                ("http", "bearer") | ("oauth2" | "openIdConnect", _) => entry.set_bearer(variable()),
                ("apiKey", _) => {
                    let pair = (Text::plain(of("name")), variable());
                    match of("in").as_str() {
                        "query" => entry.query.push(pair),
                        "cookie" => entry.cookies.push(pair),
                        _ => entry.headers.push(pair),
                    }
                }
                (kind, _) => {
                    self.losses.note(scheme.line, format!("security: perfloop knows no '{kind}'; it is left out"))
                }
            }
        }
    }

    fn responses(&mut self, operation: &'a Node, entry: &mut Entry) {
        let all = operation.get("responses").map_or(&[][..], Node::members);
        let good = all
            .iter()
            .find(|(status, _)| status.starts_with('2'))
            .or_else(|| all.iter().find(|(status, _)| status.starts_with('3')));
        let Some((status, response)) = good.or_else(|| all.iter().find(|(status, _)| status == "default")) else {
            return;
        };
        match status.parse() {
            Ok(status) => entry.status = Some(status),
            Err(_) if status.len() == 3 => {
                let class: String = status.chars().take(1).collect();
                entry.assert(format!("status >= {class}00"));
                entry.assert(format!("status <= {class}99"));
            }
            Err(_) => {}
        }
        let Some(response) = self.resolved(response, "a response") else { return };
        let content = response.get("content").map_or(&[][..], Node::members);
        let Some((_, content)) = content.iter().find(|(kind, _)| kind.contains("json")) else { return };
        let Some(schema) = content.get("schema").filter(|schema| schema.value != Value::Null) else { return };
        if entry.method == "HEAD" || self.resolved(schema, "a schema").is_none() {
            return;
        }
        for line in self.schemas.asserts(schema) {
            entry.assert(line);
        }
    }
}

/// A path whose parameters without a value are variables.
fn with_variables(path: &str) -> Text {
    let mut all = Text::default();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        all.push(Text::plain(before));
        all.push(Text::variable(variables::name(name)));
        rest = behind;
    }
    all.push(Text::plain(rest));
    all
}

/// A value as it stands in an address, a header or a field.
fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A value as a segment of a path.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

fn fields(example: &serde_json::Value) -> Vec<(Text, Text)> {
    let members = example.as_object().into_iter().flatten();
    members.map(|(name, value)| (Text::plain(name.as_str()), Text::plain(plain(value)))).collect()
}
