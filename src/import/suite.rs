//! Suite: what an import makes of a file, before it is written as Hurl.

use super::losses::Losses;
use super::text::Text;
use super::variables;

/// Requests in their order, and the values that they begin with.
#[derive(Debug, Default)]
pub(super) struct Suite {
    /// Lines for readers, above all.
    pub(super) comments: Vec<String>,
    /// Values of variables, which stand at the first request.
    pub(super) variables: Vec<(String, Text)>,
    /// Names of those variables whose values came from an environment.
    pub(super) given: Vec<String>,
    pub(super) entries: Vec<Entry>,
}

/// One request, and what its answer has to be.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Line of the file on which it begins.
    pub(super) line: usize,
    /// Lines for readers.
    pub(super) comments: Vec<String>,
    /// Variables that have these values from here on.
    pub(super) variables: Vec<(String, Text)>,
    pub(super) method: String,
    pub(super) url: Text,
    pub(super) headers: Vec<(Text, Text)>,
    pub(super) query: Vec<(Text, Text)>,
    pub(super) cookies: Vec<(Text, Text)>,
    /// Name and password.
    pub(super) basic_auth: Option<(Text, Text)>,
    pub(super) body: Body,
    /// Lines of the section of options.
    pub(super) options: Vec<String>,
    pub(super) status: Option<u16>,
    /// Variables that the answer gives: their names, and queries of Hurl.
    pub(super) captures: Vec<(String, String)>,
    /// Lines of the section of asserts.
    pub(super) asserts: Vec<String>,
}

/// Body of a request.
#[derive(Debug, Default)]
pub(super) enum Body {
    #[default]
    None,
    Text(Text),
    /// Text that is sent as JSON, whether it is JSON or not.
    Json(Text),
    Form(Vec<(Text, Text)>),
    Multipart(Vec<Part>),
    /// Path of a file, from the folder of the test.
    File(String),
    GraphQl {
        query: Text,
        /// JSON.
        variables: Option<Text>,
    },
    Bytes(Vec<u8>),
}

/// Part of a form.
#[derive(Debug)]
pub(super) enum Part {
    Field(Text, Text),
    File { name: Text, path: String, content_type: Option<String> },
}

impl Suite {
    /// Takes the values of an environment for all variables that have none yet: those win over what comes later.
    pub(super) fn give(&mut self, environment: &[(String, String)], losses: &mut Losses) {
        for (name, value) in environment {
            let name = variables::name(name);
            if !self.variables.iter().any(|(known, _)| *known == name) {
                self.variables.push((name.clone(), variables::text(value, 1, losses)));
                self.given.push(name);
            }
        }
    }

    /// Takes the value of a variable. A test has one for all its requests, so that another one is told as lost.
    pub(super) fn define(&mut self, name: &str, value: Text, line: usize, losses: &mut Losses) {
        let name = variables::name(name);
        match self.variables.iter().find(|(known, _)| *known == name) {
            None => self.variables.push((name, value)),
            Some((_, known)) if *known != value && !self.given.contains(&name) => losses.other_value(line, &name),
            Some(_) => {}
        }
    }
}

impl Entry {
    pub(super) fn header(&self, name: &str) -> Option<&Text> {
        let is_it = |(known, _): &&(Text, Text)| known.as_plain().is_some_and(|known| known.eq_ignore_ascii_case(name));
        self.headers.iter().find(is_it).map(|(_, value)| value)
    }

    pub(super) fn without_header(&mut self, name: &str) {
        self.headers.retain(|(known, _)| !known.as_plain().is_some_and(|known| known.eq_ignore_ascii_case(name)));
    }

    pub(super) fn add_header(&mut self, name: &str, value: Text) {
        self.headers.push((Text::plain(name), value));
    }

    /// Adds a content type where none is said.
    pub(super) fn add_content_type(&mut self, content_type: &str) {
        if self.header("content-type").is_none() {
            self.add_header("Content-Type", Text::plain(content_type));
        }
    }

    /// Sends a name and a password, and nothing else by which a request is let in.
    pub(super) fn set_basic_auth(&mut self, user: Text, password: Text) {
        self.without_header("authorization");
        self.basic_auth = Some((user, password));
    }

    /// Sends a token, and nothing else by which a request is let in.
    pub(super) fn set_bearer(&mut self, token: Text) {
        self.without_header("authorization");
        let mut bearer = Text::plain("Bearer ");
        bearer.push(token);
        self.add_header("Authorization", bearer);
    }

    /// Puts a variable wherever a text stands in the request. True where it stood anywhere.
    pub(super) fn replace(&mut self, text: &str, variable: &str) -> bool {
        let mut was_there = false;
        let mut put = |place: &mut Text| was_there |= place.replace(text, variable);
        put(&mut self.url);
        for (_, value) in self.headers.iter_mut().chain(&mut self.query).chain(&mut self.cookies) {
            put(value);
        }
        match &mut self.body {
            Body::Text(text) | Body::Json(text) => put(text),
            Body::Form(fields) => fields.iter_mut().for_each(|(_, value)| put(value)),
            Body::Multipart(parts) => {
                for part in parts {
                    if let Part::Field(_, value) = part {
                        put(value);
                    }
                }
            }
            Body::GraphQl { query, variables } => {
                put(query);
                variables.iter_mut().for_each(put);
            }
            Body::None | Body::File(_) | Body::Bytes(_) => {}
        }
        was_there
    }

    /// Takes an answer's variable; of two of a name it is the later one.
    pub(super) fn capture(&mut self, name: &str, query: String) {
        match self.captures.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = query,
            None => self.captures.push((name.to_owned(), query)),
        }
    }

    pub(super) fn assert(&mut self, line: String) {
        if !self.asserts.contains(&line) {
            self.asserts.push(line);
        }
    }
}
