//! Documents and XPath in a build without the feature `xpath`: there are none, and a file that asks for one is refused.

pub(super) mod document;
pub(super) mod xpath;
