//! XML, well-formed or not: what is wrong is passed over as libxml2 does, so that all else can be looked at.

use std::collections::HashSet;

use super::dtd::Dtd;
use super::entities::predefined;
use super::scanner::{Scanner, Written};
use super::tree::{Attribute, Builder, Element, Kind, Name, Tree, XML_NAMESPACE};

/// The namespace of the prefix `xmlns`.
const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// The tree of a text, or why there is none.
pub(super) fn parse(text: &str) -> Result<Tree, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader {
        builder: Builder::new(),
        scanner: Scanner::new(&text),
        dtd: Dtd::default(),
        declared: Vec::new(),
        open: Vec::new(),
        is_broken: false,
    };
    reader.document()?;
    reader.builder.finish()
}

struct Reader<'a> {
    builder: Builder,
    scanner: Scanner<'a>,
    dtd: Dtd,
    /// Namespaces of prefixes (empty for the default) at this place, the nearest last.
    declared: Vec<(String, String)>,
    /// The names of the open elements, and how many namespaces were declared before each.
    open: Vec<(Written, usize)>,
    /// Something was wrong. From there on `&lt;` and the like are passed over in texts.
    is_broken: bool,
}

/// State of an element after its tag.
#[derive(Debug, PartialEq, Eq)]
enum Opened {
    Nothing,
    Closed,
    Open,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), String> {
        if self.scanner.rest().starts_with("<?xml") && self.scanner.rest()[5..].starts_with(Scanner::is_space) {
            let declaration = self.scanner.through("?>").or_else(|| self.scanner.through(">"));
            declaration.ok_or("its declaration is not closed")?;
        }
        self.around();
        if self.scanner.takes("<!DOCTYPE") {
            self.dtd = Dtd::parse(&mut self.scanner)?;
            self.around();
        }
        if self.scanner.rest().starts_with('<') && self.element_start()? == Opened::Open {
            self.content()?;
        }
        self.around();
        Ok(())
    }

    /// Comments and instructions around the root.
    fn around(&mut self) {
        loop {
            self.scanner.skip_space();
            let rest = self.scanner.rest();
            if rest.starts_with("<?") {
                self.instruction();
            } else if rest.starts_with("<!--") {
                self.comment();
            } else {
                return;
            }
        }
    }

    /// All there is up to the end of the root.
    fn content(&mut self) -> Result<(), String> {
        while !self.open.is_empty() && !self.scanner.is_at_end() && !self.builder.is_too_much() {
            let rest = self.scanner.rest();
            if rest.starts_with("<?") {
                self.instruction();
            } else if self.scanner.takes("<![CDATA[") {
                match self.scanner.through("]]>") {
                    Some(text) => self.builder.add(Kind::Verbatim(text.to_owned())),
                    None => self.give_up(),
                }
            } else if rest.starts_with("<!--") {
                self.comment();
            } else if rest.starts_with("</") {
                self.element_end();
            } else if rest.starts_with('<') {
                self.element_start()?;
            } else if rest.starts_with('&') {
                self.reference()?;
            } else {
                self.text();
            }
        }
        Ok(())
    }

    /// Takes all that follows into the elements that are not closed.
    fn give_up(&mut self) {
        self.is_broken = true;
        self.scanner.skip_all();
    }

    fn instruction(&mut self) {
        self.scanner.takes("<?");
        let Some(target) = self.scanner.name() else {
            self.is_broken = true;
            return;
        };
        self.is_broken |= target.eq_ignore_ascii_case("xml");
        if !self.scanner.rest().starts_with("?>") {
            self.is_broken |= !self.scanner.skip_space();
        }
        match self.scanner.through("?>") {
            Some(data) => self.builder.add(Kind::Instruction { target: target.to_owned(), data: data.to_owned() }),
            None => self.give_up(),
        }
    }

    fn comment(&mut self) {
        self.scanner.takes("<!--");
        match self.scanner.through("-->") {
            Some(text) => {
                self.is_broken |= text.contains("--");
                self.builder.add(Kind::Comment(text.to_owned()));
            }
            None => self.give_up(),
        }
    }

    fn text(&mut self) {
        let rest = self.scanner.rest();
        let run = &rest[..rest.find(['<', '&']).unwrap_or(rest.len())];
        self.scanner.skip(run.len());
        // Up to the first character that is not plain, the end of a CDATA takes with it what stands before it.
        let mut plain = &run[..run.find(|c: char| !c.is_ascii() || !is_character(c)).unwrap_or(run.len())];
        let mut lost = 0;
        while let Some(end) = plain.find("]]>") {
            plain = &plain[end + 1..];
            lost += end + 1;
            self.is_broken = true;
        }
        let run = &run[lost..];
        self.is_broken |= run.contains("]]>") || !run.chars().all(is_character);
        if run.chars().all(is_character) {
            self.builder.text(run, false);
        } else {
            let kept: String = run.chars().filter(|c| is_character(*c)).collect();
            self.builder.text(&kept, false);
        }
    }

    fn reference(&mut self) -> Result<(), String> {
        if self.scanner.rest().starts_with("&#") {
            match self.scanner.character() {
                Some(character) => self.builder.text(character.encode_utf8(&mut [0; 4]), false),
                None => self.is_broken = true,
            }
            return Ok(());
        }
        let Some(name) = self.scanner.entity() else {
            self.is_broken = true;
            return Ok(());
        };
        match predefined(name) {
            Some(_) if self.is_broken => {}
            Some(text) => self.builder.text(text, false),
            None => {
                let text = self.dtd.entity(name)?;
                self.is_broken |= text.is_none() && !self.dtd.is_elsewhere;
                self.builder.add(Kind::Reference(text.unwrap_or_default()));
            }
        }
        Ok(())
    }

    fn element_start(&mut self) -> Result<Opened, String> {
        self.scanner.takes("<");
        let Some(name) = self.scanner.written() else {
            self.is_broken = true;
            return Ok(Opened::Nothing);
        };
        self.scanner.skip_space();
        let before = self.declared.len();
        let attributes = self.attributes(&name)?;
        let namespaces = self.declared[before..].to_vec();
        let attributes = attributes.into_iter().map(|(name, value, is_id)| {
            let name = self.name(&name, false);
            let is_id = is_id || (name.local == "id" && name.prefix.as_deref() == Some("xml"));
            Attribute { name, value, is_id }
        });
        let attributes = attributes.collect();
        self.builder.open(Element { name: self.name(&name, true), attributes, namespaces });
        if self.scanner.takes(">") {
            self.open.push((name, before));
            return Ok(Opened::Open);
        }
        // A tag that does not end has no content, and what is wrong in it is text of the element around it.
        self.is_broken |= !self.scanner.takes("/>");
        self.builder.close();
        self.declared.truncate(before);
        Ok(Opened::Closed)
    }

    fn element_end(&mut self) {
        self.scanner.takes("</");
        let written = self.scanner.written();
        self.scanner.skip_space();
        self.is_broken |= !self.scanner.takes(">");
        // Any end tag closes the element that is open.
        self.builder.close();
        if let Some((open, before)) = self.open.pop() {
            self.is_broken |= written != Some(open);
            self.declared.truncate(before);
        }
    }

    /// The attributes up to the end of a tag or to what is wrong in it: name, value and whether it is an id.
    /// Namespaces are declared.
    fn attributes(&mut self, element: &Written) -> Result<Vec<(Written, String, bool)>, String> {
        let element = element.to_string();
        let mut found: Vec<(Written, String, bool)> = Vec::new();
        let mut names = HashSet::new();
        while !self.scanner.is_at_end() && !self.is_at_end_of_tag() {
            let Some(name) = self.scanner.written() else {
                self.is_broken = true;
                break;
            };
            self.scanner.skip_space();
            let value = if self.scanner.takes("=") { self.value()? } else { None };
            self.is_broken |= value.is_none();
            if let Some(mut value) = value {
                let (is_id, is_words) = self.dtd.kind_of(&element, &name.to_string());
                if is_words {
                    value = value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
                }
                match (name.prefix.as_deref(), &*name.local) {
                    (None, "xmlns") => self.declare("", value),
                    (Some("xmlns"), prefix) => self.declare(prefix, value),
                    _ => {
                        self.is_broken |= !names.insert(name.clone());
                        found.push((name, value, is_id));
                    }
                }
            }
            if self.is_at_end_of_tag() {
                break;
            }
            if !self.scanner.skip_space() {
                self.is_broken = true;
                break;
            }
        }
        let unwritten: Vec<(String, String)> = self.dtd.namespaces(&element).map(owned).collect();
        for (prefix, namespace) in unwritten {
            if !self.declared.iter().any(|(known, _)| *known == prefix) {
                self.declare(&prefix, namespace);
            }
        }
        Ok(found)
    }

    fn is_at_end_of_tag(&self) -> bool {
        self.scanner.rest().starts_with('>') || self.scanner.rest().starts_with("/>")
    }

    /// A value in its quotes. None is one that is none.
    fn value(&mut self) -> Result<Option<String>, String> {
        self.scanner.skip_space();
        let quote = match self.scanner.rest().chars().next() {
            Some(quote @ ('"' | '\'')) => quote,
            _ => return Ok(None),
        };
        self.scanner.skip(1);
        let mut value = String::new();
        loop {
            let rest = self.scanner.rest();
            let run = &rest[..rest.find([quote, '&']).unwrap_or(rest.len())];
            self.is_broken |= run.contains('<');
            let plain = |c| match c {
                '\n' | '\t' => ' ',
                c if is_character(c) => c,
                _ => char::REPLACEMENT_CHARACTER,
            };
            self.is_broken |= !run.chars().all(is_character);
            value.extend(run.chars().map(plain));
            self.scanner.skip(run.len());
            if self.scanner.is_at_end() {
                return Ok(None);
            }
            if self.scanner.takes(quote.encode_utf8(&mut [0; 4])) {
                return Ok(Some(value));
            }
            if self.scanner.rest().starts_with("&#") {
                match self.scanner.character() {
                    Some(character) => value.push(character),
                    None => return Ok(None),
                }
                continue;
            }
            match self.scanner.entity() {
                Some(name) => match predefined(name) {
                    Some(text) => value.push_str(text),
                    None => {
                        let text = self.dtd.entity(name)?;
                        self.is_broken |= text.is_none() && !self.dtd.is_elsewhere;
                        value.push_str(&text.unwrap_or_default());
                    }
                },
                None => self.is_broken = true,
            }
        }
    }

    fn declare(&mut self, prefix: &str, namespace: String) {
        let is_kept = match prefix {
            "xml" | "xmlns" => false,
            _ if namespace == XML_NAMESPACE || namespace == XMLNS_NAMESPACE => false,
            prefix => prefix.is_empty() || !namespace.is_empty(),
        };
        if is_kept {
            self.declared.push((prefix.to_owned(), namespace));
        }
    }

    /// The name with its namespace. A prefix without a declaration is a part of the name.
    fn name(&self, written: &Written, is_element: bool) -> Name {
        let namespace_of = |prefix: &str| {
            let known = self.declared.iter().rev().find(|(known, _)| known == prefix);
            let namespace = known.map(|(_, namespace)| &**namespace).or((prefix == "xml").then_some(XML_NAMESPACE));
            namespace.filter(|namespace| !namespace.is_empty()).map(str::to_owned)
        };
        match &written.prefix {
            None => {
                let namespace = if is_element { namespace_of("") } else { None };
                Name { prefix: None, local: written.local.clone(), namespace }
            }
            Some(prefix) => match namespace_of(prefix) {
                None => Name::plain(written.to_string()),
                namespace => Name { prefix: Some(prefix.clone()), local: written.local.clone(), namespace },
            },
        }
    }
}

fn owned((prefix, namespace): (&str, &str)) -> (String, String) {
    (prefix.to_owned(), namespace.to_owned())
}

/// A character that may stand in XML.
fn is_character(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
