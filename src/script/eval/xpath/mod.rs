//! XPath 1.0.

mod ast;
mod axes;
mod context;
mod conversions;
mod error;
mod functions;
mod lexer;
mod node;
mod number;
mod object;
mod parser;

use ast::Expr;
use context::Evaluation;
pub(super) use error::EntryError;
pub(super) use object::Object;

use super::document::Tree;

/// A compiled XPath expression.
#[derive(Debug)]
pub(super) struct XPath(Expr);

impl XPath {
    /// The expression, or why it is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        parser::parse(text).map(XPath)
    }

    /// Value that it finds in a document, where prefixes stand for these namespaces.
    pub(super) fn find(&self, tree: &Tree, namespaces: &[(String, String)]) -> Result<Object, EntryError> {
        Evaluation::new(tree, namespaces).run(&self.0)
    }
}

#[cfg(test)]
mod tests;
