//! Field: a name with its value.

use super::Template;

/// `name: value`
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Before the colon.
    pub name: Template,
    /// After it, without the spaces around it.
    pub value: Template,
}
