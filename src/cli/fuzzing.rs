//! Ways for `fuzz/` into what the command line reads.

use super::curl;
use super::template::{Names, Template, Values};

/// The words of perfloop for a pasted command of curl.
pub fn curl(command: &str) -> Result<Vec<String>, String> {
    curl::translated(command)
}

/// A text with its places filled, as it stands and by way of the words that keep them in a URL.
pub fn template(text: &str) -> (String, String) {
    let template = Template::new(text, Names::default());
    (template.unknown_name(), template.unknown_word());
    let again = template.of_words(&template.with_words());
    (template.render(Values::NONE), again.render(Values::NONE))
}
