//! XPath 1.0.

mod ast;
mod axes;
mod context;
mod functions;
mod lexer;
mod number;
mod object;
mod parser;
mod trouble;

use ast::{Expr, Start, Step, Test};
use context::Evaluation;
pub(super) use object::Object;
pub(super) use trouble::Trouble;

use super::document::Tree;

/// A compiled XPath expression.
#[derive(Debug)]
pub(super) struct XPath {
    expr: Expr,
    /// The prefixes of names in it.
    prefixes: Vec<String>,
}

impl XPath {
    /// The expression, or why it is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let expr = parser::parse(text)?;
        let mut prefixes = Vec::new();
        find_prefixes(&expr, &mut prefixes);
        Ok(XPath { expr, prefixes })
    }

    /// What it finds in a document, where prefixes stand for these namespaces.
    pub(super) fn find(&self, tree: &Tree, namespaces: &[(String, String)]) -> Result<Object, Trouble> {
        let evaluation = Evaluation::new(tree, namespaces);
        if let Some(unknown) = self.prefixes.iter().find(|prefix| evaluation.namespace(prefix).is_none()) {
            return Err(Trouble::Invalid(format!("the document declares no prefix '{unknown}'")));
        }
        evaluation.run(&self.expr)
    }
}

fn find_prefixes(expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::Number(_) | Expr::Text(_) => {}
        Expr::Negative(of) => find_prefixes(of, found),
        Expr::Chain { first, rest } => {
            find_prefixes(first, found);
            rest.iter().for_each(|(_, expr)| find_prefixes(expr, found));
        }
        Expr::Union(all) | Expr::Call(_, all) => all.iter().for_each(|expr| find_prefixes(expr, found)),
        Expr::Filter { of, predicates } => {
            find_prefixes(of, found);
            predicates.iter().for_each(|expr| find_prefixes(expr, found));
        }
        Expr::Path { start, steps } => {
            if let Start::Nodes(expr) = start {
                find_prefixes(expr, found);
            }
            for Step { test, predicates, .. } in steps {
                if let Test::AnyOf(prefix) | Test::Name { prefix: Some(prefix), .. } = test {
                    found.push(prefix.clone());
                }
                predicates.iter().for_each(|expr| find_prefixes(expr, found));
            }
        }
    }
}

#[cfg(test)]
mod tests;
