//! Functions under `#[test]` in a target with `harness = false`: the compiler leaves them out without a word.

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Where one stands in these source files, as `tests/api.rs:12`. Of files that are not there nothing is told: a program may
/// be run far from its sources.
pub(super) fn tests<'a>(files: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = files.flat_map(|file| in_file(file).unwrap_or_default()).collect();
    all.sort();
    all.dedup();
    all
}

/// The compiler names files from the folder of the workspace, and tests run in that of their package.
fn in_file(file: &str) -> Option<Vec<String>> {
    let here = std::env::current_dir().ok()?;
    let text = here.ancestors().find_map(|folder| fs::read_to_string(folder.join(Path::new(file))).ok())?;
    Some(lines(&text).into_iter().map(|line| format!("{file}:{line}")).collect())
}

/// The lines in which a test's attribute stands.
fn lines(text: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    if let Ok(tokens) = text.parse::<TokenStream>() {
        collect(tokens, &mut lines);
    }
    lines
}

fn collect(tokens: TokenStream, lines: &mut Vec<usize>) {
    // Behind `#[perfloop::check]` a test is a check.
    let (mut is_behind_check, mut is_behind_sign) = (false, false);
    for token in tokens {
        match &token {
            TokenTree::Punct(sign) if sign.as_char() == '#' => is_behind_sign = true,
            TokenTree::Group(group) if is_behind_sign && group.delimiter() == Delimiter::Bracket => {
                is_behind_sign = false;
                match last_name(group.stream()).as_deref() {
                    Some("check") => is_behind_check = true,
                    Some("test") if !is_behind_check => lines.push(group.span_open().start().line),
                    _ => {}
                }
            }
            other => {
                (is_behind_check, is_behind_sign) = (false, false);
                if let TokenTree::Group(group) = other {
                    collect(group.stream(), lines);
                }
            }
        }
    }
}

/// `test` of `tokio::test(flavor = "multi_thread")`.
fn last_name(attribute: TokenStream) -> Option<String> {
    let mut last = None;
    for token in attribute {
        match token {
            TokenTree::Ident(name) => last = Some(name.to_string()),
            TokenTree::Punct(sign) if sign.as_char() == ':' => {}
            _ => break,
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_found_wherever_it_is_one_for_the_compiler() {
        let text = r##"
            //! #[test]
            #[test]
            fn a() {}
            #[perfloop::check(tags = ["x"])]
            #[test]
            fn b() {}
            #[test]
            #[perfloop::check]
            fn c() { let text = "#[test]"; }
            mod tests {
                #[tokio::test(flavor = "multi_thread")]
                async fn d() {}
                #[cfg(test)]
                fn e() {}
            }
            const TEXT: &str = r#"
            #[test]
            "#;
        "##;
        assert_eq!(lines(text), [3, 8, 12]);
        assert_eq!(lines("fn broken( {"), [0; 0]);
    }

    #[test]
    fn a_file_is_found_from_the_folder_of_the_package_or_of_the_workspace() {
        let found = super::tests(["src/cli/left_out.rs", "src/none.rs", "src/cli/left_out.rs"].into_iter());
        assert_eq!(found.len(), 2, "the two of this file: {found:?}");
    }
}
