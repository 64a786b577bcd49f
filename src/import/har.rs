//! HAR 1.2: what a browser has recorded (<http://www.softwareishard.com/blog/har-12-spec/>).

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::document::Node;
use super::losses::Losses;
use super::settings::ImportSettings;
use super::suite::{Body, Entry, Part, Suite};
use super::text::Text;

/// Headers that the connection, the cookies or the browser make by themselves.
const BY_ITSELF: [&str; 17] = [
    "host",
    "connection",
    "content-length",
    "cookie",
    "accept-encoding",
    "user-agent",
    "accept-language",
    "cache-control",
    "pragma",
    "upgrade-insecure-requests",
    "dnt",
    "te",
    "priority",
    "if-none-match",
    "if-modified-since",
    "referer",
    "proxy-connection",
];
/// Endings of files that hold no state.
const STATIC: [&str; 20] = [
    "css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "ico", "webp", "avif", "woff", "woff2", "ttf",
    "otf", "eot", "mp4", "webm", "wasm",
];
/// A shorter text may come about by chance.
const SHORTEST_TOKEN: usize = 16;
/// A longer one is a document.
const LONGEST_TOKEN: usize = 4096;

pub(super) fn is_one(node: &Node) -> bool {
    node.at(&["log", "entries"]).is_some()
}

/// What was left out on purpose, for people.
#[derive(Default)]
struct LeftOut {
    files: usize,
    hosts: BTreeMap<String, usize>,
}

impl LeftOut {
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.files > 0 {
            notes.push(format!("{} for files (styles, scripts, images, fonts) left out", requests(self.files)));
        }
        let hosts = self.hosts.iter().map(|(host, count)| format!("{host} ({count})")).collect::<Vec<_>>();
        if !hosts.is_empty() {
            let count = requests(self.hosts.values().sum());
            notes.push(format!("{count} to other hosts left out: {}", hosts.join(", ")));
        }
        notes
    }
}

/// # Errors
/// A recording without any request that is taken.
pub(super) fn read(
    node: &Node,
    settings: &ImportSettings,
    losses: &mut Losses,
) -> Result<(Suite, Vec<String>), String> {
    let entries = node.at(&["log", "entries"]).map_or(&[][..], Node::items);
    let mut suite = Suite::default();
    let mut left_out = LeftOut::default();
    let mut tokens: Vec<Token> = Vec::new();
    let mut cookies: BTreeSet<String> = BTreeSet::new();
    // The first that is taken says which host is meant.
    let taken = |entry: &Node| address(entry).filter(|url| settings.all_files || !is_static(entry, url));
    let first = entries.iter().find_map(taken).map(|url| host(&url));
    for entry in entries {
        let Some(url) = address(entry) else {
            losses.note(entry.line, "a request whose address is none of HTTP; it is left out");
            continue;
        };
        if !settings.all_hosts && Some(host(&url)) != first {
            *left_out.hosts.entry(host(&url)).or_default() += 1;
        } else if !settings.all_files && is_static(entry, &url) {
            left_out.files += 1;
        } else {
            let made = request(entry, &url, losses);
            suite.entries.push(made);
            for cookie in names(entry, "request") {
                if cookies.insert(cookie.clone()) {
                    let what = format!(
                        "cookie {cookie}: it was there before the recording began; log in, or send it in [Cookies]"
                    );
                    losses.note(entry.line, what);
                }
            }
            let at = suite.entries.len() - 1;
            use_tokens(&mut suite, &tokens);
            if suite.entries[at].header("authorization").is_some_and(|value| value.as_plain().is_some()) {
                let what =
                    "Authorization: it stands as it was recorded, no answer before gave it; log in, or give a variable";
                losses.note(entry.line, what);
            }
            tokens.extend(given(entry, at));
            cookies.extend(names(entry, "response"));
        }
    }
    if suite.entries.is_empty() {
        return Err("there is no request in it that is taken".into());
    }
    Ok((suite, left_out.notes()))
}

/// Names of the cookies of a request, or of those that an answer sets.
fn names(entry: &Node, of: &str) -> Vec<String> {
    let cookies = entry.at(&[of, "cookies"]).map_or(&[][..], Node::items);
    let listed: Vec<String> = cookies.iter().filter_map(|cookie| cookie.text_of("name")).collect();
    if !listed.is_empty() {
        return listed;
    }
    // Not every tool lists them.
    let header = if of == "request" { "cookie" } else { "set-cookie" };
    let headers = entry.at(&[of, "headers"]).map_or(&[][..], Node::items);
    let is_one = |line: &&Node| line.text_of("name").is_some_and(|name| name.eq_ignore_ascii_case(header));
    let most = if of == "request" { usize::MAX } else { 1 };
    let name = |pair: &str| pair.split_once('=').map(|(name, _)| name.trim().to_owned());
    let lines = headers.iter().filter(is_one).filter_map(|line| line.text_of("value"));
    lines.flat_map(|line| line.split(';').take(most).filter_map(name).collect::<Vec<_>>()).collect()
}

fn requests(count: usize) -> String {
    crate::units::count(count as u64, "request")
}

fn address(entry: &Node) -> Option<Url> {
    let url = Url::parse(entry.at(&["request", "url"])?.text()?).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

fn is_static(entry: &Node, url: &Url) -> bool {
    let by_name =
        url.path().rsplit_once('.').is_some_and(|(_, ending)| STATIC.contains(&ending.to_ascii_lowercase().as_str()));
    let kind = entry.at(&["response", "content", "mimeType"]).and_then(Node::text).unwrap_or_default();
    let by_kind = ["text/css", "image/", "font/", "application/font", "javascript", "video/", "audio/"]
        .iter()
        .any(|of| kind.contains(of));
    let is_get = entry.at(&["request", "method"]).and_then(Node::text) == Some("GET");
    is_get && (by_name || by_kind)
}

fn request(entry: &Node, url: &Url, losses: &mut Losses) -> Entry {
    let request = entry.get("request").unwrap_or(entry);
    let mut url = url.clone();
    url.set_fragment(None);
    let mut made = Entry {
        line: entry.line,
        method: request.text_of("method").unwrap_or_else(|| "GET".into()).to_ascii_uppercase(),
        url: Text::plain(url.as_str()),
        ..Entry::default()
    };
    for header in request.items_of("headers") {
        let (Some(name), Some(value)) = (header.text_of("name"), header.text_of("value")) else { continue };
        let lower = name.to_ascii_lowercase();
        let is_kept = !name.starts_with(':') && !BY_ITSELF.contains(&lower.as_str()) && !lower.starts_with("sec-");
        // What a browser accepts of a page is no one's test; what a script asks for is.
        let of_pages = ["text/html,", "image/", "text/css,"];
        let is_of_browser = lower == "accept" && (value == "*/*" || of_pages.iter().any(|of| value.starts_with(of)));
        if is_kept && !is_of_browser {
            made.headers.push((Text::plain(name), Text::plain(value)));
        }
    }
    made.body = body(request, &mut made, losses);
    made.status = entry
        .at(&["response", "status"])
        .and_then(Node::scalar)
        .and_then(|status| status.parse().ok())
        .filter(|status| *status >= 100);
    // A browser had it from its cache: another client is given it whole.
    if made.status == Some(304) {
        made.status = Some(200);
    }
    made
}

fn body(request: &Node, made: &mut Entry, losses: &mut Losses) -> Body {
    let Some(data) = request.get("postData") else {
        if request.text_of("bodySize").and_then(|size| size.parse::<i64>().ok()).is_some_and(|size| size > 0) {
            losses.note(request.line, "a body that is not recorded; write it, or record it anew");
        }
        return Body::None;
    };
    let kind = data.text_of("mimeType").unwrap_or_default().to_ascii_lowercase();
    let params = data.items_of("params");
    let pair = |param: &Node| {
        let text = |key: &str| Text::plain(param.text_of(key).unwrap_or_default());
        (text("name"), text("value"))
    };
    let text = data.text_of("text").unwrap_or_default();
    if kind.starts_with("multipart/") {
        if params.is_empty() && !text.is_empty() {
            return Body::Text(Text::plain(text));
        }
        made.without_header("content-type");
        let part = |param: &Node| match param.text_of("fileName") {
            Some(path) => {
                losses.note(param.line, format!("{path}: what was in the file is not recorded; put a file there"));
                Part::File { name: pair(param).0, path, content_type: param.text_of("contentType") }
            }
            None => {
                let (name, value) = pair(param);
                Part::Field(name, value)
            }
        };
        return Body::Multipart(params.iter().map(part).collect());
    }
    if kind.starts_with("application/x-www-form-urlencoded") {
        made.without_header("content-type");
        let decoded = || {
            url::form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (Text::plain(name), Text::plain(value)))
        };
        return Body::Form(if text.is_empty() { params.iter().map(pair).collect() } else { decoded().collect() });
    }
    if data.text_of("encoding").as_deref() == Some("base64") {
        return STANDARD.decode(&text).map_or_else(|_| Body::Text(Text::plain(text)), Body::Bytes);
    }
    if text.is_empty() { Body::None } else { Body::Text(Text::plain(text)) }
}

/// Text that an answer gave and that later requests may send.
struct Token {
    text: String,
    name: String,
    query: String,
    /// Place of the request that it came with.
    from: usize,
}

/// Texts of the answer's JSON, and of its headers, that look like tokens.
fn given(entry: &Node, from: usize) -> Vec<Token> {
    let content = entry.at(&["response", "content"]);
    let text = content.and_then(|content| {
        let text = content.text_of("text")?;
        match content.text_of("encoding").as_deref() {
            Some("base64") => String::from_utf8(STANDARD.decode(text).ok()?).ok(),
            _ => Some(text),
        }
    });
    let mut tokens = Vec::new();
    if let Some(Ok(json)) =
        text.as_deref().filter(|text| text.trim_start().starts_with(['{', '['])).map(serde_json::from_str)
    {
        of_json(&json, "$", "token", from, &mut tokens);
    }
    let headers = entry.at(&["response", "headers"]).map_or(&[][..], Node::items);
    for header in headers {
        let (Some(name), Some(value)) = (header.text_of("name"), header.text_of("value")) else { continue };
        let is_own = name.to_ascii_lowercase().contains("token") || name.to_ascii_lowercase().starts_with("x-csrf");
        if is_own && is_token(&value) {
            let query = format!("header {}", Text::plain(name.as_str()).as_quoted());
            tokens.push(Token { text: value, name: super::variables::name(&name), query, from });
        }
    }
    tokens
}

fn of_json(json: &serde_json::Value, path: &str, name: &str, from: usize, tokens: &mut Vec<Token>) {
    use serde_json::Value;
    match json {
        Value::Object(members) => {
            for (key, value) in members {
                let is_simple = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !key.is_empty();
                if is_simple && path.len() < 200 {
                    of_json(value, &format!("{path}.{key}"), key, from, tokens);
                }
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate().take(10) {
                of_json(value, &format!("{path}[{at}]"), name, from, tokens);
            }
        }
        Value::String(text) if is_token(text) => {
            let query = super::script::json_query(path);
            tokens.push(Token { text: text.clone(), name: super::variables::name(name), query, from });
        }
        _ => {}
    }
}

/// Long, without spaces, and with digits: nothing that a person has written.
fn is_token(text: &str) -> bool {
    let has_signs = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.=+/~:".contains(c));
    let is_long = (SHORTEST_TOKEN..LONGEST_TOKEN).contains(&text.len());
    has_signs && is_long && text.contains(|c: char| c.is_ascii_digit()) && !text.starts_with("http")
}

/// Has the last request send the tokens that answers before gave, by variables.
fn use_tokens(suite: &mut Suite, tokens: &[Token]) {
    let Some((last, before)) = suite.entries.split_last_mut() else { return };
    // The newest first: a token that was renewed is that of its last answer.
    for token in tokens.iter().rev() {
        let known =
            before[token.from].captures.iter().find(|(_, query)| *query == token.query).map(|(name, _)| name.clone());
        let name = known.unwrap_or_else(|| free_name(before, &token.name));
        if last.replace(&token.text, &name) {
            before[token.from].capture(&name, token.query.clone());
        }
    }
}

/// A name that no capture has yet.
fn free_name(entries: &[Entry], name: &str) -> String {
    let is_free = |name: &str| !entries.iter().any(|entry| entry.captures.iter().any(|(known, _)| known == name));
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| is_free(name)).unwrap_or_default()
}
