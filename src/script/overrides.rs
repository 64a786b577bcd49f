//! Overrides: changes to every file before it is compiled.

use std::ops::RangeInclusive;

use perfloop_hurl::ast::{EntryOption, HurlFile, Response, Spanned, Status, Version};
use perfloop_hurl::parse;

/// Changes to every file.
#[derive(Debug, Clone)]
pub(crate) struct Overrides {
    /// Options of all entries, before their own.
    pub(crate) options: Vec<EntryOption>,
    /// Entries that are run, counted from 1.
    pub(crate) entries: RangeInclusive<usize>,
    /// Answers may be as they like.
    pub(crate) expects_nothing: bool,
}

impl Default for Overrides {
    fn default() -> Self {
        Overrides { options: Vec::new(), entries: 1..=usize::MAX, expects_nothing: false }
    }
}

impl Overrides {
    /// An option as it would stand in a file.
    ///
    /// # Errors
    /// One line, when it is none.
    pub(crate) fn option(name: &str, value: &str) -> Result<EntryOption, String> {
        let file = parse(&format!("GET http://localhost\n[Options]\n{name}: {value}\n"));
        let mut entries = file.map_err(|error| format!("'{value}' cannot be used: {}", error.message))?.entries;
        let options = entries.pop().map(|entry| entry.request.options).unwrap_or_default();
        // What ends its line early is more than one thing.
        <[EntryOption; 1]>::try_from(options).map(|[option]| option).map_err(|_| format!("'{value}' cannot be used"))
    }

    pub(crate) fn apply(&self, file: &mut HurlFile) {
        let mut number = 0;
        file.entries.retain(|_| {
            number += 1;
            self.entries.contains(&number)
        });
        for entry in &mut file.entries {
            entry.request.options.splice(0..0, self.options.iter().cloned());
            if self.expects_nothing {
                entry.response.iter_mut().for_each(expect_nothing);
            }
        }
    }
}

/// Drops all expectations of an answer; captures stay.
fn expect_nothing(response: &mut Response) {
    response.version = Spanned { value: Version::Any, span: response.version.span };
    response.status = Spanned { value: Status::Any, span: response.status.span };
    response.headers.clear();
    response.asserts.clear();
    response.body = None;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_given_to_every_entry_before_its_own() {
        let mut file = parse("GET http://a.test\n[Options]\nretry: 1\nGET http://b.test\n").expect("a file");
        let overrides =
            Overrides { options: vec![Overrides::option("retry", "5").expect("right")], ..Overrides::default() };
        overrides.apply(&mut file);
        let counts: Vec<usize> = file.entries.iter().map(|entry| entry.request.options.len()).collect();
        assert_eq!(counts, [2, 1]);
        assert!(Overrides::option("retry", "x").is_err() && Overrides::option("retry", "1\ndelay: 1").is_err());
        assert!(Overrides::option("retry", "1\nGET http://c.test").is_err());
    }

    #[test]
    fn entries_are_chosen_and_expectations_dropped_but_not_captures() {
        let text = "GET http://a.test\nHTTP 200\n[Captures]\na: status\n[Asserts]\nstatus == 1\n";
        let mut file = parse(&text.repeat(3)).expect("a file");
        let overrides = Overrides { entries: 2..=2, expects_nothing: true, ..Overrides::default() };
        overrides.apply(&mut file);
        let responses: Vec<&Response> = file.entries.iter().filter_map(|entry| entry.response.as_ref()).collect();
        assert_eq!((responses.len(), responses[0].captures.len(), responses[0].asserts.len()), (1, 1, 0));
        assert_eq!(responses[0].status.value, Status::Any);
    }
}
