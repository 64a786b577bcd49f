//! Declarations of a document before its root: entities, ids and namespaces.

use xmloxide::validation::dtd::{self, AttributeDefault, AttributeType, EntityKind};

use super::entities::predefined;
use super::scanner::Scanner;

/// Entities within entities, and what they may grow to.
const MAX_DEPTH: usize = 8;
const MAX_LENGTH: usize = 1 << 20;

/// The part of a document type that stands in the document.
#[derive(Debug, Default)]
pub(super) struct Dtd {
    declared: Option<dtd::Dtd>,
    /// There is more of it elsewhere, which is not looked at.
    pub(super) is_elsewhere: bool,
}

impl Dtd {
    /// Reads what follows `<!DOCTYPE`.
    pub(super) fn parse(scanner: &mut Scanner<'_>) -> Result<Self, String> {
        let not_closed = "its DOCTYPE is not closed";
        let mut found = Dtd::default();
        loop {
            let rest = scanner.rest();
            let Some(at) = rest.find(['"', '\'', '[', '>']) else { return Err(not_closed.into()) };
            let (before, sign) = (&rest[..at], rest[at..].chars().next());
            found.is_elsewhere |= before.contains("SYSTEM") || before.contains("PUBLIC");
            scanner.skip(at + 1);
            match sign {
                Some('>') => return Ok(found),
                Some('[') => {
                    let declarations = within_brackets(scanner.rest()).ok_or(not_closed)?;
                    scanner.skip(declarations.len() + 1);
                    found.is_elsewhere |= declarations.contains('%');
                    let declared = dtd::parse_dtd(declarations);
                    found.declared = Some(declared.map_err(|_| "the declarations in its DOCTYPE cannot be read")?);
                }
                quote => {
                    let quote = quote.map(String::from).unwrap_or_default();
                    scanner.through(&quote).ok_or(not_closed)?;
                }
            }
        }
    }

    /// The text an entity stands for, if it is declared here.
    pub(super) fn entity(&self, name: &str) -> Result<Option<String>, String> {
        let mut text = String::new();
        Ok(self.expand(name, 0, &mut text)?.then_some(text))
    }

    fn expand(&self, name: &str, depth: usize, out: &mut String) -> Result<bool, String> {
        let Some(entity) = self.declared.as_ref().and_then(|dtd| dtd.entities.get(name)) else { return Ok(false) };
        let EntityKind::Internal(value) = &entity.kind else { return Ok(true) };
        if depth > MAX_DEPTH || out.len() > MAX_LENGTH {
            return Err(format!("its entity '{name}' stands for too much"));
        }
        if value.contains('<') {
            return Err(format!("its entity '{name}' stands for elements, which only texts may be here"));
        }
        let mut scanner = Scanner::new(value);
        while !scanner.is_at_end() {
            if scanner.rest().starts_with("&#") {
                out.extend(scanner.character());
            } else if scanner.rest().starts_with('&') {
                let Some(name) = scanner.entity() else { continue };
                match predefined(name) {
                    Some(text) => out.push_str(text),
                    None => drop(self.expand(name, depth + 1, out)?),
                }
            } else {
                let rest = scanner.rest();
                let run = &rest[..rest.find('&').unwrap_or(rest.len())];
                out.push_str(run);
                scanner.skip(run.len());
            }
        }
        Ok(true)
    }

    fn attributes(&self, element: &str) -> &[dtd::AttributeDecl] {
        self.declared.as_ref().and_then(|dtd| dtd.attributes.get(element)).map_or(&[], Vec::as_slice)
    }

    /// Two flags of an attribute: that it is an id, and that its value is of words.
    pub(super) fn kind_of(&self, element: &str, name: &str) -> (bool, bool) {
        let declared = self.attributes(element).iter().find(|attribute| attribute.attribute_name == name);
        declared.map_or((false, false), |attribute| {
            (attribute.attribute_type == AttributeType::Id, attribute.attribute_type != AttributeType::CData)
        })
    }

    /// The namespaces an element declares without saying so: prefix (empty for the default) and namespace.
    /// Other attributes that are not written are not there.
    pub(super) fn namespaces(&self, element: &str) -> impl Iterator<Item = (&str, &str)> {
        self.attributes(element).iter().filter_map(|attribute| {
            let prefix = attribute.attribute_name.strip_prefix("xmlns")?;
            let prefix = if prefix.is_empty() { prefix } else { prefix.strip_prefix(':')? };
            match &attribute.default {
                AttributeDefault::Fixed(value) | AttributeDefault::Default(value) => Some((prefix, &**value)),
                AttributeDefault::Required | AttributeDefault::Implied => None,
            }
        })
    }
}

/// The declarations up to the bracket that closes them.
fn within_brackets(text: &str) -> Option<&str> {
    let mut scanner = Scanner::new(text);
    loop {
        let rest = scanner.rest();
        let at = rest.find(['"', '\'', ']', '<'])?;
        scanner.skip(at);
        if scanner.takes("]") {
            return Some(&text[..text.len() - scanner.rest().len() - 1]);
        } else if scanner.takes("<!--") {
            scanner.through("-->")?;
        } else if scanner.takes("<?") {
            scanner.through("?>")?;
        } else if scanner.takes("\"") {
            scanner.through("\"")?;
        } else if scanner.takes("'") {
            scanner.through("'")?;
        } else {
            scanner.skip(1);
        }
    }
}
