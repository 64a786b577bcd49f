//! Nodes, and the ways from one to others.

use super::ast::{Axis, Test};
use super::context::Evaluation;
use super::trouble::Trouble;
use crate::hurl::eval::document::{Attribute, Kind, Name, Tree, XML_NAMESPACE};

/// A node. The order of nodes is that of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Node {
    pub(super) at: usize,
    part: Part,
}

/// What of a node of the tree it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
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

    fn is_whole(self) -> bool {
        self.part == Part::Whole
    }

    fn attribute(self, tree: &Tree) -> Option<&Attribute> {
        let Part::Attribute(index) = self.part else { return None };
        tree.element(self.at)?.attributes.get(index)
    }

    fn namespace(self, tree: &Tree) -> Option<(&str, &str)> {
        let Part::Namespace(index) = self.part else { return None };
        namespaces(tree, self.at).get(index).copied()
    }

    /// The name of an element or an attribute.
    fn name(self, tree: &Tree) -> Option<&Name> {
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
fn namespaces(tree: &Tree, at: usize) -> Vec<(&str, &str)> {
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

impl Evaluation<'_> {
    /// The nodes a step leads to, the nearest first.
    pub(super) fn along(&self, axis: Axis, node: Node, test: &Test) -> Result<Vec<Node>, Trouble> {
        let tree = self.tree;
        let mut found = Vec::new();
        let mut look = |at: usize| {
            let node = Node::whole(at);
            self.spend(1)?;
            if self.passes(axis, node, test) {
                found.push(node);
            }
            Ok(())
        };
        // Those of an element are not where its siblings and children are.
        let is_whole = node.is_whole();
        match axis {
            Axis::Itself => self.find_itself(axis, node, test, &mut found),
            Axis::Child if is_whole => {
                tree.children(node.at).try_for_each(look)?;
                // Behind the end of HTML another may begin, but a document has one root.
                if node == Node::DOCUMENT && matches!(test, Test::Any | Test::AnyOf(_) | Test::Name { .. }) {
                    found.truncate(1);
                }
            }
            Axis::Descendant if is_whole => tree.descendants(node.at).try_for_each(look)?,
            Axis::DescendantOrSelf if is_whole => {
                (node.at..tree.descendants(node.at).end).try_for_each(look)?;
            }
            Axis::DescendantOrSelf => self.find_itself(axis, node, test, &mut found),
            Axis::Parent if is_whole => tree.parent(node.at).into_iter().try_for_each(look)?,
            Axis::Parent => look(node.at)?,
            Axis::Ancestor => tree.line(node.at).skip(usize::from(is_whole)).try_for_each(look)?,
            Axis::AncestorOrSelf => {
                if !is_whole {
                    self.find_itself(axis, node, test, &mut found);
                    found.extend(self.along(Axis::Ancestor, node, test)?);
                } else {
                    tree.line(node.at).try_for_each(look)?;
                }
            }
            Axis::FollowingSibling if is_whole => tree.next_siblings(node.at).try_for_each(look)?,
            Axis::PrecedingSibling if is_whole => {
                let parent = tree.parent(node.at);
                let siblings = parent.into_iter().flat_map(|parent| tree.children(parent));
                siblings.take_while(|sibling| *sibling < node.at).try_for_each(look)?;
                found.reverse();
            }
            Axis::Following => (tree.descendants(node.at).end..tree.len()).try_for_each(look)?,
            Axis::Preceding => {
                let is_around = |at: &usize| tree.descendants(*at).contains(&node.at);
                (1..node.at).rev().filter(|at| !is_around(at)).try_for_each(look)?;
            }
            Axis::Attribute | Axis::Namespace if is_whole => {
                let Some(element) = tree.element(node.at) else { return Ok(found) };
                let (count, part): (usize, fn(usize) -> Part) = match axis {
                    Axis::Attribute => (element.attributes.len(), Part::Attribute),
                    _ => (namespaces(tree, node.at).len(), Part::Namespace),
                };
                self.spend(count)?;
                let all = (0..count).map(|index| Node { at: node.at, part: part(index) });
                found.extend(all.filter(|part| self.passes(axis, *part, test)));
            }
            _ => {}
        }
        Ok(found)
    }

    fn find_itself(&self, axis: Axis, node: Node, test: &Test, found: &mut Vec<Node>) {
        if self.passes(axis, node, test) {
            found.push(node);
        }
    }

    fn passes(&self, axis: Axis, node: Node, test: &Test) -> bool {
        let kind = self.tree.kind(node.at);
        let is_principal = match (axis, node.part) {
            (Axis::Attribute, Part::Attribute(_)) | (Axis::Namespace, Part::Namespace(_)) => true,
            (Axis::Attribute | Axis::Namespace, _) => false,
            (_, part) => part == Part::Whole && matches!(kind, Kind::Element(_)),
        };
        let is_whole = node.is_whole();
        match test {
            Test::Node => !is_whole || !matches!(kind, Kind::Reference(_)),
            Test::Text => is_whole && matches!(kind, Kind::Text(_) | Kind::Verbatim(_)),
            Test::Comment => is_whole && matches!(kind, Kind::Comment(_)),
            Test::Instruction(wanted) => match kind {
                Kind::Instruction { target, .. } => wanted.as_ref().is_none_or(|wanted| wanted == target),
                _ => false,
            },
            Test::Any => is_principal,
            Test::AnyOf(prefix) => {
                let namespace = self.namespace(prefix).unwrap_or_default();
                is_principal && axis != Axis::Namespace && node.namespace_uri(self.tree) == namespace
            }
            Test::Name { prefix, local } => {
                let namespace = prefix.as_ref().and_then(|prefix| self.namespace(prefix)).unwrap_or_default();
                is_principal && node.namespace_uri(self.tree) == namespace && node.local_name(self.tree) == local
            }
        }
    }
}
