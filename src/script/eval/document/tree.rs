//! Trees of documents, flat: nodes stand in the order of the document, and a node's descendants right behind it.

use std::ops::Range;

/// The namespace of the prefix `xml`, which need not be declared.
pub(in crate::script::eval) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// Documents that are nested deeper are refused: each end tag is looked for among all that is open.
const MAX_DEPTH: usize = 2048;

/// Documents of more are refused, for each node takes some 200 bytes.
const MAX_NODES: usize = 500_000;

/// A tree of a document. The document itself is its first node.
#[derive(Debug)]
pub(in crate::script::eval) struct Tree {
    nodes: Vec<Branch>,
}

/// A node and where it stands.
#[derive(Debug)]
struct Branch {
    kind: Kind,
    parent: usize,
    /// The sibling before it, if any.
    previous: Option<usize>,
    /// Index after its last descendant.
    end: usize,
}

/// Kind of a node.
#[derive(Debug)]
pub(in crate::script::eval) enum Kind {
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
    /// Text of `&name;`: a part of the text around it, and no node of its own.
    Reference(String),
}

/// An element.
#[derive(Debug, Default)]
pub(in crate::script::eval) struct Element {
    pub(in crate::script::eval) name: Name,
    pub(in crate::script::eval) attributes: Vec<Attribute>,
    /// Namespaces that it declares: prefix (empty for the default) and namespace.
    pub(in crate::script::eval) namespaces: Vec<(String, String)>,
}

/// An attribute, which is no declaration of a namespace.
#[derive(Debug)]
pub(in crate::script::eval) struct Attribute {
    pub(in crate::script::eval) name: Name,
    pub(in crate::script::eval) value: String,
    /// True for an attribute that names its element, for `id()`.
    pub(in crate::script::eval) is_id: bool,
}

/// A name of an element or an attribute.
#[derive(Debug, Default)]
pub(in crate::script::eval) struct Name {
    pub(in crate::script::eval) prefix: Option<String>,
    pub(in crate::script::eval) local: String,
    pub(in crate::script::eval) namespace: Option<String>,
}

impl Name {
    /// A name without a namespace, whatever stands in it.
    pub(super) fn plain(local: impl Into<String>) -> Self {
        Name { local: local.into(), ..Name::default() }
    }
}

impl Tree {
    /// Number of its nodes.
    pub(in crate::script::eval) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(in crate::script::eval) fn kind(&self, node: usize) -> &Kind {
        &self.nodes[node].kind
    }

    /// None for the document itself.
    pub(in crate::script::eval) fn parent(&self, node: usize) -> Option<usize> {
        (node > 0).then(|| self.nodes[node].parent)
    }

    pub(in crate::script::eval) fn descendants(&self, node: usize) -> Range<usize> {
        node + 1..self.nodes[node].end
    }

    pub(in crate::script::eval) fn children(&self, node: usize) -> impl Iterator<Item = usize> {
        self.between(self.descendants(node))
    }

    /// The siblings behind a node.
    pub(in crate::script::eval) fn next_siblings(&self, node: usize) -> impl Iterator<Item = usize> {
        let end = self.parent(node).map_or(0, |parent| self.nodes[parent].end);
        self.between(self.nodes[node].end..end)
    }

    /// The siblings before a node, the nearest first.
    pub(in crate::script::eval) fn previous_siblings(&self, node: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.nodes[node].previous, |node| self.nodes[*node].previous)
    }

    /// The nodes of a range that stand beside one another.
    fn between(&self, range: Range<usize>) -> impl Iterator<Item = usize> {
        let first = (!range.is_empty()).then_some(range.start);
        std::iter::successors(first, move |node| Some(self.nodes[*node].end).filter(|next| *next < range.end))
    }

    /// A node and all it is in, inmost first.
    pub(in crate::script::eval) fn line(&self, node: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(node), |node| self.parent(*node))
    }

    pub(in crate::script::eval) fn element(&self, node: usize) -> Option<&Element> {
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
    /// The document and the elements that are not closed yet, outmost first.
    open: Vec<Open>,
    is_too_deep: bool,
    is_too_long: bool,
}

/// A node that gets children.
#[derive(Debug)]
struct Open {
    node: usize,
    last_child: Option<usize>,
}

impl Builder {
    pub(super) fn new() -> Self {
        let document = Branch { kind: Kind::Document, parent: 0, previous: None, end: 1 };
        let open = vec![Open { node: 0, last_child: None }];
        Builder { tree: Tree { nodes: vec![document] }, open, is_too_deep: false, is_too_long: false }
    }

    /// Adds a node without children.
    pub(super) fn add(&mut self, kind: Kind) {
        let node = self.tree.nodes.len();
        self.is_too_long |= node > MAX_NODES;
        let around = self.open.last_mut();
        let (parent, previous) = around.map_or((0, None), |open| (open.node, open.last_child.replace(node)));
        self.tree.nodes.push(Branch { kind, parent, previous, end: node + 1 });
    }

    pub(super) fn open(&mut self, element: Element) {
        self.add(Kind::Element(element));
        self.open.push(Open { node: self.tree.nodes.len() - 1, last_child: None });
        self.is_too_deep |= self.open.len() > MAX_DEPTH;
    }

    pub(super) fn close(&mut self) {
        if self.open.len() > 1
            && let Some(Open { node, .. }) = self.open.pop()
        {
            self.tree.nodes[node].end = self.tree.nodes.len();
        }
    }

    /// Adds to the text right before, or makes one. There is no text outside of elements.
    pub(super) fn text(&mut self, text: &str, is_verbatim: bool) {
        if self.open.len() < 2 || text.is_empty() {
            return;
        }
        let before = self.open.last().and_then(|open| open.last_child).map(|node| &mut self.tree.nodes[node].kind);
        match before {
            Some(Kind::Text(before)) if !is_verbatim => before.push_str(text),
            Some(Kind::Verbatim(before)) if is_verbatim => before.push_str(text),
            _ if is_verbatim => self.add(Kind::Verbatim(text.to_owned())),
            _ => self.add(Kind::Text(text.to_owned())),
        }
    }

    /// The elements that are open, outmost first.
    pub(super) fn names(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.open[1..].iter().map(|open| self.tree.element(open.node).map_or("", |element| &*element.name.local))
    }

    /// There is no use in reading on.
    pub(super) fn is_too_much(&self) -> bool {
        self.is_too_deep || self.is_too_long
    }

    /// The tree, or why there is none.
    pub(super) fn finish(mut self) -> Result<Tree, String> {
        if self.is_too_deep {
            return Err(format!("its elements are nested deeper than {MAX_DEPTH} levels"));
        }
        if self.is_too_long {
            return Err(format!("it has more than {MAX_NODES} elements, texts and comments"));
        }
        while self.open.len() > 1 {
            self.close();
        }
        let end = self.tree.nodes.len();
        self.tree.nodes[0].end = end;
        let has_root = self.tree.children(0).any(|node| self.tree.element(node).is_some());
        if has_root { Ok(self.tree) } else { Err("there is no element in it".into()) }
    }
}
