//! Positions of the places in a template, which say how their values are escaped.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::{Part, Template};
use crate::script::eval::EscapedDocument as Document;

/// State at the end of a text of markup.
#[derive(Debug, Clone, Copy)]
enum Markup {
    Text,
    Tag,
    /// A value between these quotes.
    Attribute(char),
    /// A section that ends with this.
    Verbatim(&'static str),
}

impl Template {
    /// Template of a URL: a value stays a part of a segment of its path, or of one pair of its query.
    pub(crate) fn in_url(self) -> Self {
        let mut parts = self.split('?', 2).into_iter();
        let path = parts.next().unwrap_or_default().encoded();
        let query = parts.map(|query| {
            let pair = |pair: Template| pair.in_pair().encoded();
            Template::join(query.split('&', usize::MAX).into_iter().map(pair), '&')
        });
        Template::join(std::iter::once(path).chain(query), '?')
    }

    /// Template of a body of this content type; without one, the type is what the text looks like. A value that is all of a
    /// body is sent as it is.
    pub(crate) fn in_body(self, content_type: Option<&str>) -> Self {
        let is_blank = |part: &Part| matches!(part, Part::Text(text) if text.trim().is_empty());
        if self.0.iter().filter(|part| !is_blank(part)).count() < 2 {
            return self;
        }
        let Some(content_type) = content_type.map(str::to_ascii_lowercase) else { return self.by_its_look() };
        let is = |words: &[&str]| words.iter().any(|word| content_type.contains(word));
        if is(&["x-www-form-urlencoded"]) {
            self.in_form()
        } else if is(&["json", "graphql"]) {
            self.in_json()
        } else if is(&["xml", "html"]) {
            self.in_markup()
        } else {
            self
        }
    }

    /// Template of a header, or of a value that an answer has to have: text, or a JSON document.
    pub(crate) fn in_line(self) -> Self {
        if self.is_json() { self.in_json() } else { self }
    }

    fn by_its_look(self) -> Self {
        if self.is_json() {
            self.in_json()
        } else if self.is_markup() {
            self.in_markup()
        } else if self.is_form() {
            self.in_form()
        } else {
            self
        }
    }

    /// True when it is JSON whatever is in its places, or lines of JSON.
    fn is_json(&self) -> bool {
        ["0", "\"name\":0"].iter().any(|bare| {
            let mut in_string = false;
            let mut text = String::new();
            for part in &self.0 {
                match part {
                    Part::Text(fixed) => {
                        in_string = ends_in_string(fixed, in_string);
                        text.push_str(fixed);
                    }
                    Part::Place(_) => text.push_str(if in_string { "x" } else { bare }),
                }
            }
            let mut documents = Deserializer::from_str(&text).into_iter::<IgnoredAny>().peekable();
            documents.peek().is_some() && documents.all(|document| document.is_ok())
        })
    }

    fn is_markup(&self) -> bool {
        let begins = matches!(self.0.first(), Some(Part::Text(text)) if text.trim_start().starts_with('<'));
        begins && matches!(self.0.last(), Some(Part::Text(text)) if text.trim_end().ends_with('>'))
    }

    /// True for names and values as a form has them.
    fn is_form(&self) -> bool {
        let is_name = |c: char| c.is_alphanumeric() || "_-.[]%+~$:@*".contains(c);
        let pairs = self.clone().split('&', usize::MAX);
        let named = |pair: Template| {
            let mut sides = pair.split('=', 2);
            let has_value = sides.len() == 2;
            let name = sides.swap_remove(0);
            (has_value, name.texts().all(|text| text.chars().all(is_name)))
        };
        let named: Vec<_> = pairs.into_iter().map(named).collect();
        named.iter().all(|(_, is_name)| *is_name) && named.iter().any(|(has_value, _)| *has_value)
    }

    fn in_form(self) -> Self {
        // What stands between two signs alone may be whole pairs.
        let pair =
            |pair: Template| if pair.texts().any(|text| text.contains('=')) { pair.in_pair().encoded() } else { pair };
        Template::join(self.split('&', usize::MAX).into_iter().map(pair), '&')
    }

    /// One name and its value, which may be JSON.
    fn in_pair(self) -> Self {
        let mut sides = self.split('=', 2).into_iter();
        let name = sides.next().unwrap_or_default();
        Template::join(std::iter::once(name).chain(sides.map(Template::in_line)), '=')
    }

    fn in_json(mut self) -> Self {
        let mut in_string = false;
        for part in &mut self.0 {
            match part {
                Part::Text(text) => in_string = ends_in_string(text, in_string),
                Part::Place(place) if in_string => place.escape.document = Document::JsonString,
                Part::Place(_) => {}
            }
        }
        self
    }

    fn in_markup(mut self) -> Self {
        let mut at = Markup::Text;
        for part in &mut self.0 {
            match part {
                Part::Text(text) => at = at.after(text),
                // Hurl files have no escapes of markup.
                Part::Place(place) if place.is_double => {}
                Part::Place(place) => {
                    place.escape.document = match at {
                        Markup::Text => Document::MarkupText,
                        Markup::Attribute(_) => Document::MarkupAttribute,
                        Markup::Tag | Markup::Verbatim(_) => Document::None,
                    };
                }
            }
        }
        self
    }

    fn encoded(mut self) -> Self {
        for part in &mut self.0 {
            if let Part::Place(place) = part {
                place.escape.is_encoded = !place.is_double;
            }
        }
        self
    }

    /// Pieces between these characters, so many at most.
    pub(super) fn split(self, at: char, most: usize) -> Vec<Template> {
        let (mut pieces, mut last) = (Vec::new(), Template::default());
        for part in self.0 {
            let Part::Text(text) = part else {
                last.0.push(part);
                continue;
            };
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once(at).filter(|_| pieces.len() + 1 < most) {
                last.push_text(before);
                pieces.push(std::mem::take(&mut last));
                rest = after;
            }
            last.push_text(rest);
        }
        pieces.push(last);
        pieces
    }

    fn join(pieces: impl Iterator<Item = Template>, with: char) -> Template {
        let mut all = Template::default();
        for (index, piece) in pieces.enumerate() {
            if index > 0 {
                all.push_text(with.encode_utf8(&mut [0; 4]));
            }
            for part in piece.0 {
                match part {
                    Part::Text(text) => all.push_text(&text),
                    place @ Part::Place(_) => all.0.push(place),
                }
            }
        }
        all
    }
}

/// True when a text of JSON that begins in a string, or not, ends in one.
fn ends_in_string(text: &str, mut in_string: bool) -> bool {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => in_string = !in_string,
            '\\' if in_string => drop(chars.next()),
            _ => {}
        }
    }
    in_string
}

impl Markup {
    fn after(mut self, mut text: &str) -> Self {
        loop {
            let (end, next) = match self {
                Markup::Text => match text.find('<').map(|at| &text[at..]) {
                    Some(rest) if rest.starts_with("<!--") => ("<!--", Markup::Verbatim("-->")),
                    Some(rest) if rest.starts_with("<![CDATA[") => ("<![CDATA[", Markup::Verbatim("]]>")),
                    Some(_) => ("<", Markup::Tag),
                    None => return self,
                },
                Markup::Tag => match text.chars().find(|c| matches!(c, '>' | '"' | '\'')) {
                    Some('>') => (">", Markup::Text),
                    Some('"') => ("\"", Markup::Attribute('"')),
                    Some(_) => ("'", Markup::Attribute('\'')),
                    None => return self,
                },
                Markup::Attribute('"') => ("\"", Markup::Tag),
                Markup::Attribute(_) => ("'", Markup::Tag),
                Markup::Verbatim(end) => (end, Markup::Text),
            };
            let Some((_, rest)) = text.split_once(end) else { return self };
            (text, self) = (rest, next);
        }
    }
}
