//! Expressions of XPath, as they are read.

/// An expression.
#[derive(Debug)]
pub(super) enum Expr {
    Number(f64),
    Text(String),
    Negative(Box<Expr>),
    /// Operations of one rank, from left to right: a long chain is not deep.
    Chain {
        first: Box<Expr>,
        rest: Vec<(Operator, Expr)>,
    },
    Union(Vec<Expr>),
    Call(Function, Vec<Expr>),
    /// `(expr)[predicate]`
    Filter {
        of: Box<Expr>,
        predicates: Vec<Expr>,
    },
    Path {
        start: Start,
        steps: Vec<Step>,
    },
}

/// Start of a path.
#[derive(Debug)]
pub(super) enum Start {
    Document,
    /// The node that is looked at.
    Here,
    Nodes(Box<Expr>),
}

/// A step of a path.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expr>,
}

/// The ways from a node to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

impl Axis {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "attribute" => Axis::Attribute,
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "following" => Axis::Following,
            "following-sibling" => Axis::FollowingSibling,
            "namespace" => Axis::Namespace,
            "parent" => Axis::Parent,
            "preceding" => Axis::Preceding,
            "preceding-sibling" => Axis::PrecedingSibling,
            "self" => Axis::Itself,
            _ => return None,
        })
    }
}

/// Which nodes of an axis are meant.
#[derive(Debug)]
pub(super) enum Test {
    /// `*`
    Any,
    /// `p:*`
    AnyOf(String),
    Name {
        prefix: Option<String>,
        local: String,
    },
    /// `node()`
    Node,
    Text,
    Comment,
    Instruction(Option<String>),
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// Rank of an operator: the higher, the closer it binds.
    pub(super) fn rank(self) -> u8 {
        match self {
            Operator::Or => 0,
            Operator::And => 1,
            Operator::Equal | Operator::NotEqual => 2,
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 3,
            Operator::Add | Operator::Subtract => 4,
            Operator::Multiply | Operator::Divide | Operator::Remainder => 5,
        }
    }
}

/// A function of the core library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    False,
    Floor,
    Id,
    Lang,
    Last,
    LocalName,
    Name,
    NamespaceUri,
    NormalizeSpace,
    Not,
    Number,
    Position,
    Round,
    StartsWith,
    String,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Translate,
    True,
}

impl Function {
    /// The function, and how few and how many arguments it takes.
    pub(super) fn named(name: &str) -> Option<(Self, usize, usize)> {
        Some(match name {
            "boolean" => (Function::Boolean, 1, 1),
            "ceiling" => (Function::Ceiling, 1, 1),
            "concat" => (Function::Concat, 2, usize::MAX),
            "contains" => (Function::Contains, 2, 2),
            "count" => (Function::Count, 1, 1),
            "false" => (Function::False, 0, 0),
            "floor" => (Function::Floor, 1, 1),
            "id" => (Function::Id, 1, 1),
            "lang" => (Function::Lang, 1, 1),
            "last" => (Function::Last, 0, 0),
            "local-name" => (Function::LocalName, 0, 1),
            "name" => (Function::Name, 0, 1),
            "namespace-uri" => (Function::NamespaceUri, 0, 1),
            "normalize-space" => (Function::NormalizeSpace, 0, 1),
            "not" => (Function::Not, 1, 1),
            "number" => (Function::Number, 0, 1),
            "position" => (Function::Position, 0, 0),
            "round" => (Function::Round, 1, 1),
            "starts-with" => (Function::StartsWith, 2, 2),
            "string" => (Function::String, 0, 1),
            "string-length" => (Function::StringLength, 0, 1),
            "substring" => (Function::Substring, 2, 3),
            "substring-after" => (Function::SubstringAfter, 2, 2),
            "substring-before" => (Function::SubstringBefore, 2, 2),
            "sum" => (Function::Sum, 1, 1),
            "translate" => (Function::Translate, 3, 3),
            "true" => (Function::True, 0, 0),
            _ => return None,
        })
    }
}
