//! Node of a document, as XPath has them.

use crate::script::eval::document::{Attribute, Kind, Name, Tree, XML_NAMESPACE};

/// A node. The order of nodes is that of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) part: Part,
}

/// Part of a node of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    Whole,
    /// One of the namespaces it is in.
    Namespace(usize),
    Attribute(usize),
}

impl Node {
    pub(super) const DOCUMENT: Node = Node::whole(0);

    pub(super) const fn whole(at: usize) -> Self {
        Node { at, part: Part::Whole }
    }

    pub(super) fn is_whole(self) -> bool {
        self.part == Part::Whole
    }

    pub(super) fn attribute(self, tree: &Tree) -> Option<&Attribute> {
        let Part::Attribute(index) = self.part else { return None };
        tree.element(self.at)?.attributes.get(index)
    }

    pub(super) fn namespace(self, tree: &Tree) -> Option<(&str, &str)> {
        let Part::Namespace(index) = self.part else { return None };
        namespaces(tree, self.at).get(index).copied()
    }

    /// The name of an element or an attribute.
    pub(super) fn name(self, tree: &Tree) -> Option<&Name> {
        match self.part {
            Part::Whole => tree.element(self.at).map(|element| &element.name),
            _ => self.attribute(tree).map(|attribute| &attribute.name),
        }
    }

    /// `local-name()`
    pub(super) fn local_name(self, tree: &Tree) -> &str {
        if let Some((prefix, _)) = self.namespace(tree) {
            return prefix;
        }
        match tree.kind(self.at) {
            Kind::Instruction { target, .. } => target,
            _ => self.name(tree).map_or("", |name| &name.local),
        }
    }

    /// `name()`
    pub(super) fn whole_name(self, tree: &Tree) -> String {
        match self.name(tree) {
            Some(Name { prefix: Some(prefix), local, .. }) => format!("{prefix}:{local}"),
            _ => self.local_name(tree).to_owned(),
        }
    }

    /// `namespace-uri()`
    pub(super) fn namespace_uri(self, tree: &Tree) -> &str {
        self.name(tree).and_then(|name| name.namespace.as_deref()).unwrap_or_default()
    }

    /// `string()`
    pub(super) fn text(self, tree: &Tree) -> String {
        if let Some((_, namespace)) = self.namespace(tree) {
            return namespace.to_owned();
        }
        if let Some(attribute) = self.attribute(tree) {
            return attribute.value.clone();
        }
        match tree.kind(self.at) {
            Kind::Text(text) | Kind::Verbatim(text) | Kind::Comment(text) => text.clone(),
            Kind::Instruction { data, .. } => data.clone(),
            Kind::Document | Kind::Element(_) => {
                let mut text = String::new();
                for node in tree.descendants(self.at) {
                    if let Kind::Text(part) | Kind::Verbatim(part) | Kind::Reference(part) = tree.kind(node) {
                        text.push_str(part);
                    }
                }
                text
            }
            Kind::Reference(_) => String::new(),
        }
    }
}

/// The namespaces an element is in: prefix and namespace.
pub(super) fn namespaces(tree: &Tree, at: usize) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for element in tree.line(at).filter_map(|node| tree.element(node)) {
        for (prefix, namespace) in &element.namespaces {
            if !found.iter().any(|(known, _)| known == prefix) {
                found.push((prefix, namespace));
            }
        }
    }
    found.retain(|(_, namespace)| !namespace.is_empty());
    found.push(("xml", XML_NAMESPACE));
    found
}
