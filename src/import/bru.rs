//! `.bru`: a request as Bruno keeps it (<https://docs.usebruno.com/bru-lang>).

use super::address::{with_scheme, with_segment, without_fragment};
use super::bru_blocks::{Block, Blocks};
use super::losses::Losses;
use super::script;
use super::suite::{Body, Entry, Part, Suite};
use super::text::Text;
use super::variables;

/// # Errors
/// A file without a request.
pub(super) fn read(text: &str, environment: &[(String, String)], losses: &mut Losses) -> Result<Suite, String> {
    let blocks = Blocks::read("", text).map_err(|(line, what)| format!("line {line}: {what}"))?;
    blocks.note_long_values(losses);
    let mut suite = Suite::default();
    // Those of the request win over those of an environment.
    blocks.define(&mut suite, losses);
    suite.give(environment, losses);
    let Some(entry) = entry(&blocks, None, losses) else {
        return Err("there is no request in it; the file of a request has a block like get { url: ... }".into());
    };
    suite.entries.push(entry);
    Ok(suite)
}

/// Request of a file; `None` where it has none. `above` are the files of the collection and of the folders it is in, the
/// outermost first; `None` where those are not there.
pub(super) fn entry(blocks: &Blocks, above: Option<&[&Blocks]>, losses: &mut Losses) -> Option<Entry> {
    let request = blocks.request()?;
    let mut file = File { losses };
    let mut entry = Entry {
        line: request.line,
        method: request.get("method").map_or(request.name.as_str(), |(_, method)| method).to_ascii_uppercase(),
        options: vec!["location: true".into()],
        ..Entry::default()
    };
    let redirects = blocks.find("settings").and_then(|settings| settings.get("followRedirects"));
    if redirects.is_some_and(|(_, value)| value == "false") {
        entry.options.clear();
    }
    entry.comments.extend(blocks.meta("name").map(str::to_owned));
    for of in above.unwrap_or_default().iter().copied().chain([blocks]) {
        file.losses.go_to(of.file());
        file.headers(of, &mut entry);
    }
    let (line, url) = request.get("url").unwrap_or((request.line, ""));
    entry.url = file.url(url, blocks.find("params:path"), line);
    // What the address says already is said twice.
    if let Some(block) = blocks.find("params:query").filter(|_| !url.contains('?')) {
        for (line, name, value) in block.pairs() {
            let pair = (file.text(name, line), file.text(value, line));
            entry.query.push(pair);
        }
    }
    file.auth(blocks, above, &mut entry);
    file.losses.go_to(blocks.file());
    file.body(request, blocks, &mut entry);
    for of in above.unwrap_or_default().iter().copied().chain([blocks]) {
        file.losses.go_to(of.file());
        file.answer(&of.all, &mut entry);
    }
    Some(entry)
}

struct File<'a> {
    losses: &'a mut Losses,
}

impl File<'_> {
    fn text(&mut self, text: &str, line: usize) -> Text {
        variables::text(text, line, self.losses)
    }

    fn url(&mut self, url: &str, path: Option<&Block>, line: usize) -> Text {
        let mut url = without_fragment(url).to_owned();
        for (_, name, value) in path.iter().flat_map(|block| block.pairs()) {
            url = with_segment(&url, name, value);
        }
        let text = self.text(&url, line);
        with_scheme(text)
    }

    /// Later ones take the places of those of the same name.
    fn headers(&mut self, blocks: &Blocks, entry: &mut Entry) {
        let Some(block) = blocks.find("headers") else { return };
        let own: Vec<(Text, Text)> =
            block.pairs().map(|(line, name, value)| (self.text(name, line), self.text(value, line))).collect();
        for (name, _) in &own {
            entry.without_header(name.as_plain().unwrap_or_default());
        }
        entry.headers.extend(own);
    }

    /// Takes by what a request is let in: what it says itself, or what the nearest file above it does.
    fn auth(&mut self, blocks: &Blocks, above: Option<&[&Blocks]>, entry: &mut Entry) {
        self.losses.go_to(blocks.file());
        let Some(request) = blocks.request() else { return };
        let (line, kind) = request.get("auth").unwrap_or((request.line, "none"));
        match above {
            _ if kind != "inherit" => self.auth_of(kind, blocks, entry),
            None => self.losses.inherited_auth(line),
            Some(above) => {
                let said =
                    |of: &&Blocks| of.find("auth").and_then(|auth| auth.get("mode")).map(|(_, mode)| mode.to_owned());
                let nearest = above.iter().rev().find_map(|of| Some((said(of).filter(|mode| mode != "inherit")?, *of)));
                if let Some((kind, of)) = nearest {
                    self.losses.go_to(of.file());
                    self.auth_of(&kind, of, entry);
                }
            }
        }
    }

    fn auth_of(&mut self, kind: &str, blocks: &Blocks, entry: &mut Entry) {
        let Some(block) = blocks.find(&format!("auth:{kind}")) else { return };
        let mut of = |name: &str| {
            let (line, value) = block.get(name).unwrap_or((block.line, ""));
            self.text(value, line)
        };
        match kind {
            "basic" => entry.set_basic_auth(of("username"), of("password")),
            "bearer" => entry.set_bearer(of("token")),
            "apikey" => {
                let pair = (of("key"), of("value"));
                let is_query = block.get("placement").is_some_and(|(_, place)| place == "queryparams");
                if is_query { entry.query.push(pair) } else { entry.headers.push(pair) }
            }
            _ => self.losses.unknown_auth(block.line, kind),
        }
    }

    fn body(&mut self, request: &Block, blocks: &Blocks, entry: &mut Entry) {
        let find = |name: &str| blocks.find(name);
        let (line, kind) = request.get("body").unwrap_or((request.line, "none"));
        let kind = match kind {
            "formUrlEncoded" => "form-urlencoded",
            "multipartForm" => "multipart-form",
            kind => kind,
        };
        let Some(block) = find(&format!("body:{kind}")).or_else(|| find("body").filter(|_| kind == "json")) else {
            if kind != "none" {
                self.losses.note(line, format!("body: there is no block body:{kind}"));
            }
            return;
        };
        entry.body = match kind {
            "json" => Body::Json(self.text(&block.text(), block.line)),
            "xml" | "text" | "sparql" => {
                entry.add_content_type(content_type_of(kind));
                Body::Text(self.text(&block.text(), block.line))
            }
            "form-urlencoded" => {
                entry.without_header("content-type");
                Body::Form(
                    block.pairs().map(|(line, name, value)| (self.text(name, line), self.text(value, line))).collect(),
                )
            }
            "multipart-form" => {
                entry.without_header("content-type");
                Body::Multipart(block.pairs().map(|(line, name, value)| self.part(line, name, value)).collect())
            }
            "graphql" => {
                let variables = find("body:graphql:vars").map(|vars| self.text(&vars.text(), vars.line));
                Body::GraphQl {
                    query: self.text(&block.text(), block.line),
                    variables: variables.filter(|vars| !vars.raw().trim().is_empty()),
                }
            }
            "file" => {
                let path = block.get("file").map_or("", |(_, path)| path);
                Body::File(path.trim_start_matches("@file(").split(')').next().unwrap_or(path).to_owned())
            }
            _ => {
                self.losses.unknown_body(block.line, kind);
                Body::None
            }
        };
    }

    fn part(&mut self, line: usize, name: &str, value: &str) -> Part {
        let name = self.text(name, line);
        let (value, content_type) = match value.split_once("@contentType(") {
            Some((value, of)) => (value.trim(), Some(of.trim_end_matches(')').to_owned())),
            None => (value, None),
        };
        match value.strip_prefix("@file(") {
            Some(path) => {
                let path = path.trim_end_matches(')').split('|').next().unwrap_or(path).to_owned();
                Part::File { name, path, content_type }
            }
            None => Part::Field(name, self.text(value, line)),
        }
    }

    /// Takes what is looked at in the answer.
    fn answer(&mut self, blocks: &[Block], entry: &mut Entry) {
        for block in blocks {
            match block.name.as_str() {
                "assert" => {
                    for (line, subject, rest) in block.pairs() {
                        self.assert(line, subject, rest, entry);
                    }
                }
                "vars:post-response" => {
                    for (line, name, value) in block.pairs() {
                        script::take(&[(line, format!("bru.setVar(\"{name}\", {value})"))], entry, self.losses);
                    }
                }
                "tests" | "script:post-response" => script::take(&block.lines, entry, self.losses),
                "script:pre-request" if block.lines.iter().all(|(_, line)| line.trim().is_empty()) => {}
                "script:pre-request" => self.losses.early_script(block.line),
                _ => {}
            }
        }
    }

    /// A line like `res.status: eq 200`.
    fn assert(&mut self, line: usize, subject: &str, rest: &str, entry: &mut Entry) {
        let (operator, value) = rest.split_once(' ').unwrap_or((rest, ""));
        let value = value.trim();
        if subject == "res.status" && operator == "eq" && value.parse::<u16>().is_ok() {
            entry.status = value.parse().ok();
            return;
        }
        match asserted(subject, operator, value) {
            Some(text) => entry.assert(text),
            None => self.losses.note(line, format!("assert: perfloop knows no '{subject}: {rest}'; it is left out")),
        }
    }
}

/// Content type that Bruno sends with a text of a kind: `text`, `xml` or `sparql`.
pub(super) fn content_type_of(kind: &str) -> &'static str {
    match kind {
        "xml" => "application/xml",
        "sparql" => "application/sparql-query",
        _ => "text/plain",
    }
}

/// Line of an assert, by a subject like `res.body.id`, an operator and a value; `None` for what is not known.
pub(super) fn asserted(subject: &str, operator: &str, value: &str) -> Option<String> {
    let subject = subject.replace("res.getBody()", "res.body");
    let subject = subject.as_str();
    let query = if subject == "res.status" {
        "status".to_owned()
    } else if subject == "res.responseTime" {
        "duration".to_owned()
    } else if subject == "res.body" && operator.to_ascii_lowercase().contains("contains") {
        "body".to_owned()
    } else if let Some(header) = subject.strip_prefix("res.headers.") {
        format!("header {}", script::quoted(header))
    } else {
        let path = subject.strip_prefix("res.body")?;
        let is_simple = path.chars().all(|c| c.is_ascii_alphanumeric() || "._[]'\"-".contains(c));
        let path = is_simple.then(|| path.replace('"', "'"))?;
        match path.strip_suffix(".length") {
            Some(path) => format!("{} count", script::json_query(&format!("${path}"))),
            None => script::json_query(&format!("${path}")),
        }
    };
    let is_number = serde_json::from_str::<serde_json::Number>(value).is_ok();
    let value = if is_number { script::number(value)? } else { value.to_owned() };
    let is_literal = is_number || matches!(value.as_str(), "true" | "false" | "null");
    let quoted = |text: &str| Text::read(text, |name| Text::variable(variables::name(name))).as_quoted();
    let literal = || if is_literal { value.clone() } else { quoted(value.trim_matches(['"', '\''])) };
    Some(match operator {
        "eq" => format!("{query} == {}", literal()),
        "neq" => format!("{query} != {}", literal()),
        "gt" => format!("{query} > {}", literal()),
        "gte" => format!("{query} >= {}", literal()),
        "lt" => format!("{query} < {}", literal()),
        "lte" => format!("{query} <= {}", literal()),
        "contains" => format!("{query} contains {}", literal()),
        "notContains" => format!("{query} not contains {}", literal()),
        "startsWith" => format!("{query} startsWith {}", literal()),
        "endsWith" => format!("{query} endsWith {}", literal()),
        "isNumber" => format!("{query} isNumber"),
        "isString" => format!("{query} isString"),
        "isBoolean" => format!("{query} isBoolean"),
        "isArray" => format!("{query} isList"),
        "isJson" => format!("{query} exists"),
        "isDefined" => format!("{query} exists"),
        "isUndefined" => format!("{query} not exists"),
        "isNull" => format!("{query} == null"),
        "isEmpty" => format!("{query} isEmpty"),
        "length" => format!("{query} count == {}", literal()),
        _ => return None,
    })
}
