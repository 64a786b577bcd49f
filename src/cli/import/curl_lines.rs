//! Lines of curl, as they stand in shell scripts and notes.

use crate::cli::curl;
use crate::import::{Imported, Loss, PlainRequest, Quotes, Standing, file_name, import_requests, shortened};

/// What is done with the output of a command says nothing of its request.
const READERS: [&str; 12] =
    ["jq", "python", "python3", "grep", "head", "tail", "cat", "less", "tee", "json_pp", "tr", "wc"];

/// Words after which requests are made more than once, or not at all.
const CONTROL: [&str; 7] = ["for", "while", "until", "if", "case", "function", "xargs"];

/// Makes a test of all commands of curl in a text.
///
/// # Errors
/// No command at all.
pub(super) fn import(text: &str, environment: &[(String, String)]) -> Result<Imported, String> {
    let mut script =
        Script { requests: Vec::new(), values: environment.to_vec(), lost: Vec::new(), comments: Vec::new() };
    for (line, command) in commands(text) {
        script.take(line, command.trim());
    }
    import_requests(script.requests, script.lost)
}

/// Commands with the lines on which they begin: a line goes on behind a backslash, and while a quote is open.
fn commands(text: &str) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        let (number, mut whole) = open.take().unwrap_or((at + 1, String::new()));
        whole.push_str(line);
        let is_comment = whole.trim_start().starts_with('#');
        if !is_comment && (whole.trim_end().ends_with('\\') || Quotes::of_shell().are_open_in(&whole)) {
            whole.push('\n');
            open = Some((number, whole));
        } else {
            all.push((number, whole));
        }
    }
    all.extend(open);
    all
}

struct Script {
    requests: Vec<PlainRequest>,
    /// Variables that the next request has.
    values: Vec<(String, String)>,
    lost: Vec<Loss>,
    /// Those that stand right before a command.
    comments: Vec<String>,
}

/// Name and value of an assignment, and what comes behind it.
fn assigned(command: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = command.split_once('=')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return None;
    }
    let (mut quotes, mut depth) = (Quotes::of_shell(), 0);
    let is_end = |c: char| {
        let is_free = quotes.take(c) == Standing::Free;
        depth += i32::from(is_free && c == '(') - i32::from(is_free && c == ')');
        is_free && depth == 0 && (c.is_whitespace() || c == ';')
    };
    let (value, rest) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
    Some((name, value, rest.trim()))
}

impl Script {
    fn lose(&mut self, line: usize, what: String) {
        self.lost.push(Loss::at(line, what));
    }

    fn take(&mut self, line: usize, command: &str) {
        let command = command.strip_prefix("$ ").unwrap_or(command);
        if let Some(comment) = command.strip_prefix('#') {
            if !comment.starts_with('!') && !comment.trim().is_empty() {
                self.comments.push(comment.trim_start_matches('#').trim().to_owned());
            }
            return;
        }
        let first = command.split_whitespace().next().unwrap_or_default();
        if first.is_empty() {
            return self.comments.clear();
        }
        if first == "curl" || first.ends_with("/curl") || first == "curl.exe" {
            let (own, rest) = parted(command);
            match self.request(line, own) {
                Ok(request) => self.requests.push(request),
                Err(why) => self.lose(line, format!("a command is left out: {why}")),
            }
            return self.read_on(line, rest);
        }
        self.comments.clear();
        let words = ["export ", "local ", "readonly ", "declare "];
        let command = words.iter().find_map(|word| command.strip_prefix(word)).unwrap_or(command);
        match assigned(command) {
            Some((name, value, _)) if value.contains("$(") || value.contains('`') => {
                if value.contains("curl") {
                    let what = "what a shell makes of an answer is left out; capture it, and give it no other value";
                    self.lose(line, format!("{name}: {what}"));
                }
            }
            Some((name, value, rest)) => {
                let value = with_variables(value).trim_matches(['"', '\'']).to_owned();
                self.values.push((name.to_owned(), value));
                if !rest.is_empty() && !rest.starts_with('#') {
                    self.take(line, rest.trim_start_matches(';').trim());
                }
            }
            _ if !CONTROL.contains(&first) && !command.contains("curl ") => {}
            _ => self.lose(line, format!("'{}': perfloop runs no shell; it is left out", shortened(command))),
        }
    }

    /// Takes what comes behind a command on its line: what reads its output, where that goes, another command.
    fn read_on(&mut self, line: usize, rest: &str) {
        let rest = rest.trim();
        let next = ["&&", "||", ";", "&"].iter().find_map(|sign| rest.strip_prefix(sign));
        if let Some(next) = next.filter(|next| !next.trim().is_empty()) {
            return self.take(line, next.trim());
        }
        if let Some(next) = rest.strip_prefix('|') {
            let program = next.split_whitespace().next().unwrap_or_default();
            if !READERS.contains(&program) {
                self.lose(line, format!("'{}': perfloop runs no shell; it is left out", shortened(rest)));
            }
        }
        // What goes into a file says nothing of the request; what comes behind it may.
        let (_, behind) = parted(rest.trim_start_matches(['|', '>', '&', '1', '2', ' ']));
        if !behind.is_empty() && behind.len() < rest.len() {
            self.read_on(line, behind);
        }
    }

    fn request(&mut self, line: usize, command: &str) -> Result<PlainRequest, String> {
        let comments = std::mem::take(&mut self.comments);
        // A request that cannot be taken leaves the variables to the next one.
        let translated = curl::translate(&without_jars(curl::split(&with_variables(command))?))?;
        let variables = std::mem::take(&mut self.values);
        let mut request = PlainRequest { line, comments, variables, body: translated.body, ..PlainRequest::default() };
        let mut urls = Vec::new();
        for word in translated.words.iter().map(|word| restored(word)) {
            let Some((flag, value)) = word.strip_prefix("--").map(|word| word.split_once('=').unwrap_or((word, "")))
            else {
                urls.push(word);
                continue;
            };
            let value = value.to_owned();
            match flag {
                "method" => request.method = Some(value),
                "header" => request.headers.push(value),
                "data" => request.body = Some(value.into_bytes()),
                "basic-auth" => request.basic_auth = Some(value),
                "location" => request.options.push("location: true".into()),
                "insecure" => request.options.push("insecure: true".into()),
                "compressed" => request.options.push("compressed: true".into()),
                "connect-timeout" | "timeout" => {
                    let option = if flag == "timeout" { "max-time" } else { flag };
                    let seconds: f64 =
                        value.parse().map_err(|_| format!("--{flag} {value} is no number of seconds"))?;
                    request.options.push(format!("{option}: {}ms", (seconds * 1e3).round()));
                }
                "cacert" | "cert" | "key" => request.options.push(format!("{flag}: {}", file_name(&value))),
                "proxy" | "resolve" => request.options.push(format!("{flag}: {value}")),
                _ => self.lose(line, format!("--{flag}: it is left out")),
            }
        }
        let url = urls.first().cloned().unwrap_or_default();
        // A variable that begins an address has its scheme in it, unless the command gives it one.
        let of_variable = url.strip_prefix("http://").filter(|rest| rest.starts_with("{{"));
        let has_scheme = command.contains("http://$");
        request.url = of_variable.filter(|_| !has_scheme).map_or_else(|| url.clone(), str::to_owned);
        if urls.len() > 1 {
            return Err(format!("it asks for {} addresses; write a command for each", urls.len()));
        }
        Ok(request)
    }
}

/// A text in which variables stand between two braces again, where curl would have encoded them.
fn restored(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("%7B%7B") {
        let Some((name, behind)) = after.split_once("%7D%7D") else { break };
        out.push_str(before);
        out.push_str(&format!("{{{{{name}}}}}"));
        rest = behind;
    }
    out + rest
}

/// Words without the files that a shell keeps cookies in from one command to the next: a test keeps them by itself.
fn without_jars(words: Vec<String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let is_jar = matches!(word.as_str(), "-c" | "--cookie-jar");
        let may_be_jar =
            matches!(word.as_str(), "-b" | "--cookie") && words.peek().is_some_and(|of| !of.contains(['=', '{']));
        if is_jar || may_be_jar {
            words.next();
        } else {
            kept.push(word);
        }
    }
    kept
}

/// A command, and what comes behind it: a pipe, where its output goes, another command.
fn parted(line: &str) -> (&str, &str) {
    let mut quotes = Quotes::of_shell();
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if quotes.take(c) == Standing::Free {
            match c {
                '|' | ';' => return line.split_at(at),
                '&' if before.is_whitespace() => return line.split_at(at),
                '>' if before.is_whitespace() => return line.split_at(at),
                // The number of a stream stands right before it.
                '>' if before.is_ascii_digit() => return line.split_at(at - 1),
                _ => {}
            }
        }
        before = c;
    }
    (line, "")
}

/// Has the variables of a shell stand between two braces. Those in single quotes are text.
fn with_variables(text: &str) -> String {
    let mut out = String::new();
    let mut quotes = Quotes::of_shell();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !matches!(quotes.take(c), Standing::Free | Standing::Within('"')) || c != '$' {
            out.push(c);
            continue;
        }
        let has_brace = chars.next_if_eq(&'{').is_some();
        let mut name = String::new();
        while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
            name.push(c);
        }
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if is_name && (!has_brace || chars.next_if_eq(&'}').is_some()) {
            out.push_str(&format!("{{{{{name}}}}}"));
        } else {
            // Only a shell could tell what it is.
            out.push_str(if has_brace { "${" } else { "$" });
            out.push_str(&name);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_a_script_become_requests_with_its_variables() {
        let script = "#!/bin/bash\nHOST=http://127.0.0.1:5000\nexport TOKEN='abc'\n\n# Log in\ncurl -s -X POST \"$HOST/login\" \\\n  \
                      -H 'Content-Type: application/json' \\\n  -d '{\"name\": \"$HOME\"}' | jq .\n\necho done\n\
                      curl -u ann:pw ${HOST}/me -H \"Authorization: Bearer $TOKEN\" > /dev/null\n";
        let made = import(script, &[]).expect("a test");
        let expected = "# Log in\nPOST {{HOST}}/login\nContent-Type: application/json\n[Options]\n\
                        variable: HOST=http://127.0.0.1:5000\nvariable: TOKEN=abc\n{\"name\": \"$HOME\"}\nHTTP *\n[Asserts]\nstatus < 400\n\n\
                        GET {{HOST}}/me\nAuthorization: Bearer {{TOKEN}}\n[BasicAuth]\nann: pw\nHTTP *\n[Asserts]\nstatus < 400\n";
        assert_eq!(made.text, expected);
        assert!(made.losses.is_empty(), "{:?}", made.losses);
    }

    #[test]
    fn a_variable_has_the_value_of_its_last_assignment_and_each_command_of_a_line_is_taken() {
        let script = "ID=1; curl http://a/$ID\nexport ID=2 # two\ncurl -X DELETE http://a/$ID && curl http://b/ > x; curl http://c/\n\
                      K=v curl -G http://a/ --data-urlencode \"q=a $K\"\n";
        let made = import(script, &[]).expect("a test");
        assert!(made.losses.is_empty(), "{:?}", made.losses);
        let lines: Vec<&str> =
            made.text.lines().filter(|line| line.contains("://") || line.starts_with("variable")).collect();
        assert_eq!(
            lines,
            [
                "GET http://a/{{ID}}",
                "variable: ID=\"1\"",
                "DELETE http://a/{{ID}}",
                "variable: ID=\"2\"",
                "GET http://b/",
                "GET http://c/",
                "GET http://a/?q=a+{{K}}",
                "variable: K=v",
            ]
        );
    }

    #[test]
    fn files_of_cookies_are_the_tests_own_and_cookies_that_are_written_out_are_sent() {
        let made = import("curl -c jar http://a/login\ncurl -b jar http://a/me\ncurl -b 'k=v' http://a/\n", &[])
            .expect("a test");
        assert!(made.losses.is_empty() && made.requests == 3, "{made:?}");
        assert!(made.text.contains("GET http://a/\nCookie: k=v\n") && !made.text.contains("jar"), "{}", made.text);
    }

    #[test]
    fn what_only_a_shell_can_do_is_told_with_its_line() {
        let script = "T=$(curl -s http://a/token | jq -r .t)\nfor i in 1 2; do\ncurl http://a/$i | sort\ndone\ncurl --ftp-port - http://a/\n";
        let made = import(script, &[]).expect("a test");
        let lines: Vec<usize> = made.losses.iter().map(|loss| loss.line).collect();
        assert_eq!(lines, [1, 2, 3, 5], "{:?}", made.losses);
        assert_eq!(made.requests, 1);
    }
}
