//! `.http` and `.rest`: requests as the HTTP clients of JetBrains and of VS Code write them.

use super::address::{with_scheme, without_fragment};
use super::http_body::{self, Given};
use super::http_lines::{Line, SEPARATOR, address, comment, definitions, limit, method_and_url};
use super::losses::Losses;
use super::script;
use super::suite::{Entry, Suite};
use super::text::Text;
use super::variables;

/// Names of the parts of an answer, behind the name of a request.
const OF_ANSWER: [&str; 2] = [".response.body.", ".response.headers."];

/// # Errors
/// A file without any request.
pub(super) fn read(text: &str, environment: &[(String, String)], losses: &mut Losses) -> Result<Suite, String> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let lines: Vec<Line<'_>> = text.lines().enumerate().map(|(at, line)| (at + 1, line)).collect();
    let mut file = File { defined: Vec::new(), needed: Vec::new(), losses };
    file.define(&lines, environment);
    let mut suite = Suite::default();
    let mut names: Vec<(String, usize)> = Vec::new();
    let mut title = None;
    let blocks = lines.split_inclusive(|(_, line)| line.starts_with(SEPARATOR));
    for block in blocks {
        let next = block.last().filter(|(_, line)| line.starts_with(SEPARATOR));
        let block = if next.is_some() { &block[..block.len() - 1] } else { block };
        if let Some((name, entry)) = file.request(block, title.take()) {
            names.extend(name.map(|name| (name, suite.entries.len())));
            suite.entries.push(entry);
        }
        title = next.map(|(_, line)| line.trim_start_matches('#').trim().to_owned()).filter(|title| !title.is_empty());
    }
    if suite.entries.is_empty() {
        return Err("there is no request in it; each begins with a line like GET http://127.0.0.1:5000/json".into());
    }
    for Needed { request, query, variable, line } in file.needed {
        match names.iter().find(|(name, _)| *name == request) {
            Some((_, at)) => suite.entries[*at].capture(&variable, query),
            None => file
                .losses
                .note(line, format!("{request}: there is no request of this name, so that {variable} is not known")),
        }
    }
    suite.variables =
        file.defined.into_iter().filter_map(|(name, value, _)| Some((variables::name(&name), value?))).collect();
    Ok(suite)
}

/// Part of an answer that a later request needs.
struct Needed {
    request: String,
    query: String,
    variable: String,
    line: usize,
}

struct File<'a> {
    /// Variables of the file: their values, or `None` for those that are parts of answers, and the values as they are written.
    defined: Vec<(String, Option<Text>, String)>,
    needed: Vec<Needed>,
    losses: &'a mut Losses,
}

impl File<'_> {
    /// Takes the variables that are defined anywhere in the file, and those of the environment that are not.
    fn define(&mut self, lines: &[Line<'_>], environment: &[(String, String)]) {
        let own = definitions(lines);
        let of_environment = environment.iter().filter(|(name, _)| !own.iter().any(|(_, known, _)| known == name));
        let all = of_environment.map(|(name, value)| (1, name.clone(), value.clone())).chain(own.clone());
        for (line, name, value) in all.collect::<Vec<_>>() {
            let is_of_answer = OF_ANSWER.iter().any(|part| value.contains(part));
            let text = (!is_of_answer).then(|| self.text(&value, line));
            match self.defined.iter().find(|(known, ..)| *known == name) {
                None => self.defined.push((name, text, value)),
                Some((.., known)) if *known != value => {
                    self.losses.other_value(line, &format!("@{name}"));
                }
                Some(_) => {}
            }
        }
    }

    /// Text with variables, and with parts of answers.
    fn text(&mut self, text: &str, line: usize) -> Text {
        Text::read(text, |word| self.variable(word, line))
    }

    fn variable(&mut self, word: &str, line: usize) -> Text {
        let alias = self.defined.iter().find(|(name, value, _)| name == word && value.is_none());
        if let Some((_, _, value)) = alias {
            let value = value.clone();
            return self.text(&value, line);
        }
        let Some((request, part, rest)) =
            OF_ANSWER.iter().find_map(|part| word.split_once(part).map(|(request, rest)| (request, *part, rest)))
        else {
            return variables::text(&format!("{{{{{word}}}}}"), line, self.losses);
        };
        let query = match (part, rest) {
            (".response.headers.", name) => format!("header {}", script::quoted(name)),
            (_, "*") => "body".into(),
            (_, path) if path.starts_with('/') => format!("xpath {}", script::quoted(path)),
            (_, path) => {
                let path = path.trim_start_matches('$');
                let path = if path.starts_with(['.', '[']) { format!("${path}") } else { format!("$.{path}") };
                script::json_query(&path)
            }
        };
        let words = rest.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
        let variable = variables::name(&[request].into_iter().chain(words).collect::<Vec<_>>().join("_"));
        self.needed.push(Needed { request: request.into(), query, variable: variable.clone(), line });
        Text::variable(variable)
    }

    /// Request of a block, with its name; `None` where there is none.
    fn request(&mut self, block: &[Line<'_>], title: Option<String>) -> Option<(Option<String>, Entry)> {
        let line = block.first().map_or(1, |(number, _)| *number);
        let mut entry = Entry { line, options: vec!["location: true".into()], ..Entry::default() };
        entry.comments.extend(title.clone());
        let mut name = title;
        let mut at = 0;
        while let Some((number, line)) = block.get(at) {
            let line = line.trim();
            if let Some(comment) = comment(line) {
                self.take_comment(*number, comment, &mut name, &mut entry);
                at += 1;
            } else if line.starts_with("< {%") {
                at = self.skip_script(block, at);
            } else if let Some(path) = line.strip_prefix("< ") {
                self.losses.note(*number, format!("script before a request: perfloop runs none; {path} is left out"));
                at += 1;
            } else if line.is_empty()
                || line.starts_with('@')
                || line.starts_with("import ")
                || line.starts_with("run ")
            {
                if !line.is_empty() && !line.starts_with('@') {
                    self.losses
                        .note(*number, format!("'{line}': requests of other files are not taken; import those files"));
                }
                at += 1;
            } else {
                break;
            }
        }
        let rest = block.get(at..)?;
        self.request_lines(rest, &mut entry)?;
        Some((name, entry))
    }

    fn take_comment(&mut self, number: usize, comment: &str, name: &mut Option<String>, entry: &mut Entry) {
        let Some(tag) = comment.strip_prefix('@') else {
            return entry.comments.push(comment.to_owned());
        };
        let (tag, value) = tag.split_once(char::is_whitespace).map_or((tag, ""), |(tag, value)| (tag, value.trim()));
        match tag.trim_end_matches('=') {
            "name" => {
                let value = value.trim_start_matches('=').trim();
                *name = Some(value.to_owned());
                if !entry.comments.iter().any(|line| line == value) {
                    entry.comments.push(value.to_owned());
                }
            }
            "no-redirect" => entry.options.retain(|option| option != "location: true"),
            "no-log" | "note" | "no-auto-encoding" | "description" => {}
            "timeout" | "connection-timeout" => match limit(value) {
                Some(limit) => {
                    let option = if tag == "timeout" { "max-time" } else { "connect-timeout" };
                    entry.options.push(format!("{option}: {limit}"));
                }
                None => self.losses.note(number, format!("@{tag}: '{value}' is no time; it is left out")),
            },
            "prompt" => {
                let variable = variables::name(value.split_whitespace().next().unwrap_or(value));
                entry.comments.push(format!("{variable} is asked for by the client: give it as a variable"));
            }
            _ => self.losses.note(number, format!("@{tag}: perfloop does not know it; it is left out")),
        }
    }

    /// Skips a script before a request, and tells of it. Returns the place behind it.
    fn skip_script(&mut self, block: &[Line<'_>], from: usize) -> usize {
        let end =
            block[from..].iter().position(|(_, line)| line.contains("%}")).map_or(block.len(), |at| from + at + 1);
        self.losses.early_script(block[from].0);
        end
    }

    fn request_lines(&mut self, lines: &[Line<'_>], entry: &mut Entry) -> Option<()> {
        let (number, _) = *lines.first()?;
        let (whole, rest) = address(lines)?;
        let (method, url) = method_and_url(&whole);
        if matches!(method.as_str(), "WEBSOCKET" | "GRPC" | "RSOCKET" | "GRAPHQLWS") {
            self.losses.note(number, format!("{method}: perfloop speaks HTTP alone; this request is left out"));
            return None;
        }
        entry.url = self.text(without_fragment(url), number);
        let is_graphql = method == "GRAPHQL";
        entry.method = if is_graphql { "POST".into() } else { method };
        let end = rest.iter().position(|(_, line)| line.trim().is_empty()).unwrap_or(rest.len());
        for (number, line) in &rest[..end] {
            if comment(line.trim()).is_none() {
                self.header(*number, line, entry);
            }
        }
        with_address(entry);
        self.body(rest.get(end..).unwrap_or_default(), is_graphql, entry);
        Some(())
    }

    fn header(&mut self, number: usize, line: &str, entry: &mut Entry) {
        let Some((name, value)) = line.split_once(':') else {
            return self
                .losses
                .note(number, format!("'{}': it is no header (NAME: VALUE); it is left out", line.trim()));
        };
        let (name, value) = (name.trim(), value.trim());
        if name.eq_ignore_ascii_case("authorization")
            && let Some(credentials) = value.strip_prefix("Basic ")
            && let Some(pair) = self.text(credentials.trim(), number).split_once(&[' ', ':'])
        {
            entry.set_basic_auth(pair.0, pair.1);
        } else if name.eq_ignore_ascii_case("authorization") && value.starts_with("Digest ") {
            self.losses.note(number, "Authorization: perfloop answers no digest; it is left out");
        } else if !name.eq_ignore_ascii_case("content-length") {
            let (name, value) = (self.text(name, number), self.text(value, number));
            entry.headers.push((name, value));
        }
    }

    fn body(&mut self, lines: &[Line<'_>], is_graphql: bool, entry: &mut Entry) {
        let mut body: Vec<Line<'_>> = Vec::new();
        let mut script: Option<Vec<(usize, String)>> = None;
        for (number, line) in lines {
            if let Some(lines) = &mut script {
                let (text, is_end) = line.split_once("%}").map_or((*line, false), |(text, _)| (text, true));
                lines.push((*number, text.to_owned()));
                if is_end {
                    script::take(&script.take().unwrap_or_default(), entry, self.losses);
                }
            } else if let Some(text) = line.trim_start().strip_prefix("> {%") {
                match text.split_once("%}") {
                    Some((text, _)) => script::take(&[(*number, text.to_owned())], entry, self.losses),
                    None => script = Some(vec![(*number, text.to_owned())]),
                }
            } else if let Some(path) = line.strip_prefix("> ") {
                self.losses.note(*number, format!("script: perfloop runs none; {} is left out", path.trim()));
            } else if !line.starts_with(">> ") && !line.starts_with("<> ") && !line.starts_with(">>! ") {
                // What an answer was, or where it is written, says nothing of the request.
                body.push((*number, line));
            }
        }
        while body.first().is_some_and(|(_, line)| line.trim().is_empty()) {
            body.remove(0);
        }
        // Comments before the next request are none of this one's body.
        let is_end = |(_, line): &Line<'_>| line.trim().is_empty() || comment(line).is_some();
        while body.len() > 1 && body.last().is_some_and(is_end) {
            body.pop();
        }
        let is_graphql = is_graphql || entry.header("x-request-type").is_some();
        entry.without_header("x-request-type");
        let given = Given { lines: &body, is_graphql };
        let mut lost = Vec::new();
        entry.body = http_body::of(&given, entry, &mut |text, line| self.text(text, line), &mut lost);
        lost.into_iter().for_each(|loss| self.losses.note(loss.line, loss.what));
    }
}

/// Gives an address without its host the one of the header `Host`.
fn with_address(entry: &mut Entry) {
    let host = entry.header("host").cloned();
    if entry.url.starts_with("/") {
        let mut url = host.clone().map_or_else(
            || Text::variable("host"),
            |host| {
                let mut url = Text::plain("http://");
                url.push(host);
                url
            },
        );
        url.push(std::mem::take(&mut entry.url));
        entry.url = url;
        if host.is_some() {
            entry.without_header("host");
        }
    } else {
        entry.url = with_scheme(std::mem::take(&mut entry.url));
    }
}
