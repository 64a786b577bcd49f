//! Axes: the ways from a node to others.

use super::ast::{Axis, Test};
use super::context::Evaluation;
use super::error::EntryError;
use super::node::{Node, Part, namespaces};
use crate::script::eval::document::Kind;

impl Evaluation<'_> {
    /// The nodes a step leads to, the nearest first, and no more than so many.
    pub(super) fn along(&self, axis: Axis, node: Node, test: &Test, most: usize) -> Result<Vec<Node>, EntryError> {
        // Behind the end of HTML another may begin, but a document has one root.
        let is_root = axis == Axis::Child
            && node == Node::DOCUMENT
            && matches!(test, Test::Any | Test::AnyOf(_) | Test::Name { .. });
        let most = if is_root { most.min(1) } else { most };
        let mut found = Vec::new();
        self.spend(4)?;
        if most == 0 {
            return Ok(found);
        }
        for node in self.way(axis, node) {
            self.spend(1)?;
            if self.passes(axis, node, test) {
                found.push(node);
                if found.len() == most {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// All nodes of an axis, the nearest first.
    fn way(&self, axis: Axis, node: Node) -> Box<dyn Iterator<Item = Node> + '_> {
        let (tree, at) = (self.tree, node.at);
        let itself = std::iter::once(node);
        match axis {
            Axis::Itself => Box::new(itself),
            Axis::Following => Box::new((tree.descendants(at).end..tree.len()).map(Node::whole)),
            Axis::Preceding => {
                let is_around = move |before: &usize| tree.descendants(*before).contains(&at);
                Box::new((1..at).rev().filter(move |before| !is_around(before)).map(Node::whole))
            }
            // An attribute is in its element, but is no child of it, and has no siblings.
            _ if !node.is_whole() => match axis {
                Axis::Parent => Box::new(std::iter::once(Node::whole(at))),
                Axis::Ancestor => Box::new(tree.line(at).map(Node::whole)),
                Axis::AncestorOrSelf => Box::new(itself.chain(tree.line(at).map(Node::whole))),
                Axis::DescendantOrSelf => Box::new(itself),
                _ => Box::new(std::iter::empty()),
            },
            Axis::Child => Box::new(tree.children(at).map(Node::whole)),
            Axis::Descendant => Box::new(tree.descendants(at).map(Node::whole)),
            Axis::DescendantOrSelf => Box::new((at..tree.descendants(at).end).map(Node::whole)),
            Axis::Parent => Box::new(tree.parent(at).into_iter().map(Node::whole)),
            Axis::Ancestor => Box::new(tree.line(at).skip(1).map(Node::whole)),
            Axis::AncestorOrSelf => Box::new(tree.line(at).map(Node::whole)),
            Axis::FollowingSibling => Box::new(tree.next_siblings(at).map(Node::whole)),
            Axis::PrecedingSibling => Box::new(tree.previous_siblings(at).map(Node::whole)),
            Axis::Attribute => {
                let count = tree.element(at).map_or(0, |element| element.attributes.len());
                Box::new((0..count).map(move |index| Node { at, part: Part::Attribute(index) }))
            }
            Axis::Namespace => {
                let count = tree.element(at).map_or(0, |_| namespaces(tree, at).len());
                Box::new((0..count).map(move |index| Node { at, part: Part::Namespace(index) }))
            }
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
