//! The source file around the attribute: what stands above it and beside it, which a macro is not shown.

use std::path::PathBuf;

use syn::{Attribute, Item, ItemFn};

/// A function of the file that is a check or a test.
#[derive(Debug)]
struct Marked {
    /// The name, without the modules around it.
    ident: String,
    /// The name within the file, with the modules around it.
    path: String,
    /// `#[test]` stands above `#[perfloop::check]`, or alone: the compiler sees it first.
    is_test_first: bool,
    is_check: bool,
}

/// The parts of a source file that matter; nothing of a file that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct Source {
    marked: Vec<Marked>,
}

impl Source {
    /// The file that holds the attribute which is expanded.
    pub(crate) fn here() -> Self {
        let path: Option<PathBuf> = proc_macro::Span::call_site().local_file();
        path.and_then(|path| std::fs::read_to_string(path).ok()).map(|text| Source::new(&text)).unwrap_or_default()
    }

    pub(crate) fn new(text: &str) -> Self {
        let mut marked = Vec::new();
        if let Ok(file) = syn::parse_file(text) {
            collect("", &file.items, &mut marked);
        }
        Source { marked }
    }

    /// `#[test]` stands above the attribute of this check, and has made a test of it already.
    pub(crate) fn is_test_already(&self, ident: &str) -> bool {
        // Of several of one name in several modules none may be left without a test.
        let mut checks = self.marked.iter().filter(|one| one.is_check && one.ident == ident).peekable();
        checks.peek().is_some() && checks.all(|one| one.is_test_first)
    }

    /// The functions that are gone where `#[test]` means nothing: `first, tests::second`.
    pub(crate) fn lost_tests(&self) -> String {
        let lost = self.marked.iter().filter(|one| one.is_test_first).map(|one| one.path.as_str());
        lost.collect::<Vec<_>>().join(", ")
    }
}

/// The last word of an attribute's path is this one: `#[test]`, `#[::core::prelude::v1::test]`.
pub(crate) fn is(attribute: &Attribute, word: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == word)
}

fn collect(modules: &str, items: &[Item], marked: &mut Vec<Marked>) {
    for item in items {
        match item {
            Item::Mod(module) if is_sure(&module.attrs) => {
                let inside = module.content.as_ref().map_or(&[][..], |(_, items)| items);
                collect(&format!("{modules}{}::", module.ident), inside, marked);
            }
            Item::Fn(function) if is_sure(&function.attrs) => marked.extend(mark(modules, function)),
            _ => {}
        }
    }
}

fn mark(modules: &str, function: &ItemFn) -> Option<Marked> {
    let place = |word| function.attrs.iter().position(|attribute| is(attribute, word));
    let (test, check) = (place("test"), place("check"));
    let ident = function.sig.ident.to_string();
    let is_test_first = test.is_some_and(|test| check.is_none_or(|check| test < check));
    let path = format!("{modules}{ident}");
    (test.is_some() || check.is_some()).then_some(Marked { ident, path, is_test_first, is_check: check.is_some() })
}

/// `true` for an item that is compiled into every test: under `#[cfg(test)]`, or under no condition.
fn is_sure(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"));
    attributes.iter().filter(|attribute| is(attribute, "cfg")).all(is_test)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r##"//! A file.
        #[test] #[perfloop::check] fn above() {}
        #[test]
        // Something between.
        #[ignore = "]"]
        #[perfloop::check(name = "a name")]
        fn far_above(user: &mut User) {}
        #[perfloop::check] #[test] fn below() {}
        #[perfloop::check] fn alone() {}
        /* #[test] fn comment() {} */
        const TEXT: &str = r#"#[test] fn text() {}"#;
        #[cfg(windows)] #[test] fn elsewhere() {}
        #[cfg(test)] mod tests { #[tokio::test] async fn plain() {} #[perfloop::check] fn above() {} }
        fn neither() {}
    "##;

    #[test]
    fn a_test_above_the_check_is_known_and_one_of_two_of_the_same_name_is_not_enough() {
        let source = Source::new(FILE);
        let known: Vec<&str> = ["above", "far_above", "below", "alone", "neither", "nowhere"]
            .into_iter()
            .filter(|ident| source.is_test_already(ident))
            .collect();
        assert_eq!(known, ["far_above"]);
        assert!(Source::new("#[test] #[check] fn above() {}").is_test_already("above"));
        assert!(!Source::new("this is no Rust").is_test_already("above"));
    }

    #[test]
    fn tests_that_no_check_attribute_takes_over_are_lost_without_libtest() {
        assert_eq!(Source::new(FILE).lost_tests(), "above, far_above, tests::plain");
        assert_eq!(Source::new("#[perfloop::check] fn a() {}").lost_tests(), "");
    }
}
