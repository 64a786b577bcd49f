//! Reads expressions.

use super::ast::{Axis, Expr, Function, Operator, Start, Step, Test};
use super::lexer::{Word, words};

/// Depth at which nested expressions are refused, so that none can exhaust a thread's stack.
const MAX_DEPTH: usize = 32;

/// The expression, or why there is none.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut words = words(text)?;
    words.reverse();
    let mut parser = Parser { words, depth: 0 };
    let expr = parser.expr(0)?;
    match parser.words.last() {
        None => Ok(expr),
        Some(word) => Err(format!("{} is one too many", shown(word))),
    }
}

struct Parser {
    /// The next one is the last.
    words: Vec<Word>,
    depth: usize,
}

impl Parser {
    fn takes(&mut self, word: &Word) -> bool {
        self.words.pop_if(|next| next == word).is_some()
    }

    fn require(&mut self, word: &Word) -> Result<(), String> {
        if self.takes(word) { Ok(()) } else { Err(self.lacks(word)) }
    }

    #[cold]
    #[inline(never)]
    fn lacks(&self, word: &Word) -> String {
        match self.words.last() {
            Some(found) => format!("{} stands where {} is missing", shown(found), shown(word)),
            None => format!("{} is missing at its end", shown(word)),
        }
    }

    fn operator(&self) -> Option<Operator> {
        if let Some(Word::Operator(operator)) = self.words.last() { Some(*operator) } else { None }
    }

    /// An expression of operators of this rank or above.
    fn expr(&mut self, rank: u8) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let mut left = self.unary()?;
        while let Some(rank) = self.operator().map(Operator::rank).filter(|found| *found >= rank) {
            let mut rest = Vec::new();
            while let Some(operator) = self.operator().filter(|operator| operator.rank() == rank) {
                self.words.pop();
                rest.push((operator, self.expr(rank + 1)?));
            }
            left = Expr::Chain { first: Box::new(left), rest };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, String> {
        let mut signs = 0;
        while self.takes(&Word::Operator(Operator::Subtract)) {
            signs += 1;
        }
        let mut expr = self.union()?;
        // Even two of them make a number of it.
        for _ in 0..if signs > 1 { 2 - signs % 2 } else { signs } {
            expr = Expr::Negative(Box::new(expr));
        }
        Ok(expr)
    }

    fn union(&mut self) -> Result<Expr, String> {
        let first = self.path()?;
        if self.words.last() != Some(&Word::Bar) {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.takes(&Word::Bar) {
            all.push(self.path()?);
        }
        Ok(Expr::Union(all))
    }

    fn path(&mut self) -> Result<Expr, String> {
        let start = match self.words.last() {
            Some(Word::Slash) => {
                self.words.pop();
                if !self.is_at_step() {
                    return Ok(Expr::Path { start: Start::Document, steps: Vec::new() });
                }
                Start::Document
            }
            Some(Word::Slashes) => Start::Document,
            Some(Word::Open | Word::Text(_) | Word::Number(_) | Word::Function(_)) => {
                let mut of = self.primary()?;
                let predicates = self.predicates()?;
                if !predicates.is_empty() {
                    of = Expr::Filter { of: Box::new(of), predicates };
                }
                if !matches!(self.words.last(), Some(Word::Slash | Word::Slashes)) {
                    return Ok(of);
                }
                self.takes(&Word::Slash);
                Start::Nodes(Box::new(of))
            }
            _ => Start::Here,
        };
        let mut steps = Vec::new();
        loop {
            // `//` is a step of its own, which the predicates of the next do not belong to.
            if self.takes(&Word::Slashes) {
                steps.push(Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() });
            }
            steps.push(self.step()?);
            if !self.takes(&Word::Slash) && self.words.last() != Some(&Word::Slashes) {
                return Ok(Expr::Path { start, steps });
            }
        }
    }

    fn is_at_step(&self) -> bool {
        matches!(
            self.words.last(),
            Some(
                Word::Axis(_)
                    | Word::NodeType(_)
                    | Word::Name { .. }
                    | Word::Any
                    | Word::AnyOf(_)
                    | Word::Dot
                    | Word::Dots
                    | Word::At
            )
        )
    }

    fn step(&mut self) -> Result<Step, String> {
        let plain = |axis| Step { axis, test: Test::Node, predicates: Vec::new() };
        if self.takes(&Word::Dot) {
            return Ok(plain(Axis::Itself));
        }
        if self.takes(&Word::Dots) {
            return Ok(plain(Axis::Parent));
        }
        let axis = if self.takes(&Word::At) {
            Axis::Attribute
        } else if let Some(Word::Axis(name)) = self.words.pop_if(|next| matches!(next, Word::Axis(_))) {
            Axis::named(&name).ok_or_else(|| format!("there is no axis '{name}'"))?
        } else {
            Axis::Child
        };
        let test = self.test()?;
        Ok(Step { axis, test, predicates: self.predicates()? })
    }

    fn test(&mut self) -> Result<Test, String> {
        Ok(match self.words.pop() {
            Some(Word::Any) => Test::Any,
            Some(Word::AnyOf(prefix)) => Test::AnyOf(prefix),
            Some(Word::Name { prefix, local }) => Test::Name { prefix, local },
            Some(Word::NodeType(name)) => {
                self.require(&Word::Open)?;
                let of = match self.words.pop_if(|next| name.starts_with('p') && matches!(next, Word::Text(_))) {
                    Some(Word::Text(target)) => Some(target),
                    _ => None,
                };
                self.require(&Word::Close)?;
                match &*name {
                    "comment" => Test::Comment,
                    "text" => Test::Text,
                    "node" => Test::Node,
                    _ => Test::Instruction(of),
                }
            }
            Some(word) => return Err(format!("{} stands where a name is missing", shown(&word))),
            None => return Err("something is missing at its end".into()),
        })
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, String> {
        let mut predicates = Vec::new();
        while self.takes(&Word::OpenPredicate) {
            predicates.push(self.expr(0)?);
            self.require(&Word::ClosePredicate)?;
        }
        Ok(predicates)
    }

    fn primary(&mut self) -> Result<Expr, String> {
        match self.words.pop() {
            Some(Word::Number(number)) => Ok(Expr::Number(number)),
            Some(Word::Text(text)) => Ok(Expr::Text(text)),
            Some(Word::Function(name)) => self.call(&name),
            _ => {
                let expr = self.expr(0)?;
                self.require(&Word::Close)?;
                Ok(expr)
            }
        }
    }

    fn call(&mut self, name: &str) -> Result<Expr, String> {
        let (function, least, most) = Function::named(name).ok_or_else(|| unknown(name))?;
        self.require(&Word::Open)?;
        let mut arguments = Vec::new();
        if !self.takes(&Word::Close) {
            arguments.push(self.expr(0)?);
            while self.takes(&Word::Comma) {
                arguments.push(self.expr(0)?);
            }
            self.require(&Word::Close)?;
        }
        match arguments.len() {
            count if (least..=most).contains(&count) => Ok(Expr::Call(function, arguments)),
            count => Err(miscounted(name, least, most, count)),
        }
    }
}

// What is wrong is told by functions of their own, so that none of it is in the way of what is nested.

#[cold]
#[inline(never)]
fn too_deep() -> String {
    format!("it is nested deeper than {MAX_DEPTH} levels")
}

#[cold]
#[inline(never)]
fn unknown(function: &str) -> String {
    format!("XPath 1.0 has no function '{function}'")
}

#[cold]
#[inline(never)]
fn miscounted(name: &str, least: usize, most: usize, count: usize) -> String {
    match most {
        usize::MAX => format!("'{name}' takes {least} arguments or more, not {count}"),
        most if least == most => format!("'{name}' takes {least} argument(s), not {count}"),
        most => format!("'{name}' takes {least} or {most} arguments, not {count}"),
    }
}

/// A word as it is written.
fn shown(word: &Word) -> String {
    let sign = match word {
        Word::Number(number) => return format!("'{number}'"),
        Word::Text(text) => return format!("the text '{text}'"),
        Word::Operator(operator) => match operator {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "div",
            Operator::Remainder => "mod",
        },
        Word::Axis(name) => return format!("'{name}::'"),
        Word::Function(name) | Word::NodeType(name) => return format!("'{name}('"),
        Word::Name { prefix: Some(prefix), local } => return format!("'{prefix}:{local}'"),
        Word::Name { prefix: None, local } => local,
        Word::AnyOf(prefix) => return format!("'{prefix}:*'"),
        Word::Any => "*",
        Word::Slash => "/",
        Word::Slashes => "//",
        Word::Bar => "|",
        Word::Dot => ".",
        Word::Dots => "..",
        Word::At => "@",
        Word::Comma => ",",
        Word::Open => "(",
        Word::Close => ")",
        Word::OpenPredicate => "[",
        Word::ClosePredicate => "]",
    };
    format!("'{sign}'")
}
