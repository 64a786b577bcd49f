//! XML: only where it ends.

use super::input::{Input, Parsed, broken, here, rest, skip};

pub(super) fn xml(input: &mut Input<'_>) -> Parsed<String> {
    let text = rest(input);
    match text.rfind('>') {
        Some(end) => Ok(skip(input, end + 1).to_owned()),
        None => broken("XML", "no end", here(input)),
    }
}
