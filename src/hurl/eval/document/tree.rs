//! Trees of documents, flat: nodes stand in the order of the document, and a node's descendants right behind it.

use std::ops::Range;

/// The namespace of the prefix `xml`, which need not be declared.
pub(in crate::hurl::eval) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// A tree of a document. The document itself is its first node.
#[derive(Debug)]
pub(in crate::hurl::eval) struct Tree {
    nodes: Vec<Branch>,
}

/// A node and where it stands.
#[derive(Debug)]
struct Branch {
    kind: Kind,
    parent: usize,
    /// Where its descendants end.
    end: usize,
}

/// What a node is.
#[derive(Debug)]
pub(in crate::hurl::eval) enum Kind {
    Document,
    Element(Element),
    Text(String),
    /// A text that was written as it is: `<![CDATA[..]]>` or the text of a script.
    Verbatim(String),
    Comment(String),
    Instruction {
        target: String,
        data: String,
    },
    /// What `&name;` stands for: a part of the text around it, and no node of its own.
    Reference(String),
}

/// An element.
#[derive(Debug, Default)]
pub(in crate::hurl::eval) struct Element {
    pub(in crate::hurl::eval) name: Name,
    pub(in crate::hurl::eval) attributes: Vec<Attribute>,
    /// What it declares: prefix (empty for the default) and namespace.
    pub(in crate::hurl::eval) namespaces: Vec<(String, String)>,
}

/// An attribute, which is no declaration of a namespace.
#[derive(Debug)]
pub(in crate::hurl::eval) struct Attribute {
    pub(in crate::hurl::eval) name: Name,
    pub(in crate::hurl::eval) value: String,
    /// It names its element, for `id()`.
    pub(in crate::hurl::eval) is_id: bool,
}

/// A name of an element or an attribute.
#[derive(Debug, Default)]
pub(in crate::hurl::eval) struct Name {
    pub(in crate::hurl::eval) prefix: Option<String>,
    pub(in crate::hurl::eval) local: String,
    pub(in crate::hurl::eval) namespace: Option<String>,
}

impl Name {
    /// A name without a namespace, whatever stands in it.
    pub(super) fn plain(local: impl Into<String>) -> Self {
        Name { local: local.into(), ..Name::default() }
    }
}

impl Tree {
    /// How many nodes it has.
    pub(in crate::hurl::eval) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(in crate::hurl::eval) fn kind(&self, node: usize) -> &Kind {
        &self.nodes[node].kind
    }

    /// None for the document itself.
    pub(in crate::hurl::eval) fn parent(&self, node: usize) -> Option<usize> {
        (node > 0).then(|| self.nodes[node].parent)
    }

    pub(in crate::hurl::eval) fn descendants(&self, node: usize) -> Range<usize> {
        node + 1..self.nodes[node].end
    }

    pub(in crate::hurl::eval) fn children(&self, node: usize) -> impl Iterator<Item = usize> {
        self.between(self.descendants(node))
    }

    /// The siblings behind a node.
    pub(in crate::hurl::eval) fn next_siblings(&self, node: usize) -> impl Iterator<Item = usize> {
        let end = self.parent(node).map_or(0, |parent| self.nodes[parent].end);
        self.between(self.nodes[node].end..end)
    }

    /// The nodes of a range that stand beside one another.
    fn between(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let first = (!range.is_empty()).then_some(range.start);
        std::iter::successors(first, move |node| Some(self.nodes[*node].end).filter(|next| *next < range.end))
    }

    /// A node and all it is in, inmost first.
    pub(in crate::hurl::eval) fn line(&self, node: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(node), |node| self.parent(*node))
    }

    pub(in crate::hurl::eval) fn element(&self, node: usize) -> Option<&Element> {
        if let Kind::Element(element) = self.kind(node) { Some(element) } else { None }
    }

    /// All elements in their order.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        (0..self.nodes.len()).filter_map(|node| self.element(node))
    }
}

/// A tree that is being made.
#[derive(Debug)]
pub(super) struct Builder {
    tree: Tree,
    /// The elements that are not closed yet, outmost first.
    open: Vec<usize>,
}

impl Builder {
    pub(super) fn new() -> Self {
        let document = Branch { kind: Kind::Document, parent: 0, end: 1 };
        Builder { tree: Tree { nodes: vec![document] }, open: Vec::new() }
    }

    fn push(&mut self, kind: Kind) {
        let (parent, node) = (self.open.last().copied().unwrap_or(0), self.tree.nodes.len());
        self.tree.nodes.push(Branch { kind, parent, end: node + 1 });
    }

    pub(super) fn open(&mut self, element: Element) {
        self.push(Kind::Element(element));
        self.open.push(self.tree.nodes.len() - 1);
    }

    pub(super) fn close(&mut self) {
        if let Some(node) = self.open.pop() {
            self.tree.nodes[node].end = self.tree.nodes.len();
        }
    }

    /// Adds a node that is no element.
    pub(super) fn add(&mut self, kind: Kind) {
        self.push(kind);
    }

    /// Adds to the text right before, or makes one. There is no text outside of elements.
    pub(super) fn text(&mut self, text: &str, is_verbatim: bool) {
        let Some(parent) = self.open.last().filter(|_| !text.is_empty()) else { return };
        match self.tree.nodes.last_mut() {
            Some(Branch { kind: Kind::Text(before), parent: of, .. }) if !is_verbatim && of == parent => {
                before.push_str(text);
            }
            Some(Branch { kind: Kind::Verbatim(before), parent: of, .. }) if is_verbatim && of == parent => {
                before.push_str(text);
            }
            _ if is_verbatim => self.push(Kind::Verbatim(text.to_owned())),
            _ => self.push(Kind::Text(text.to_owned())),
        }
    }

    /// The elements that are open, outmost first.
    pub(super) fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.open.iter().map(|node| self.tree.element(*node).map_or("", |element| &*element.name.local))
    }

    /// The tree, or that there is none without an element.
    pub(super) fn finish(mut self) -> Result<Tree, String> {
        while !self.open.is_empty() {
            self.close();
        }
        let end = self.tree.nodes.len();
        self.tree.nodes[0].end = end;
        let has_root = self.tree.children(0).any(|node| self.tree.element(node).is_some());
        if has_root { Ok(self.tree) } else { Err("there is no element in it".into()) }
    }
}
