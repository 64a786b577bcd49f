//! Names in braces: what is said of those that nothing stands for, and of those that could mean two things.

use std::path::Path;

use crate::error::Error;
use crate::job::spec::RunSpec;
use crate::script::{ITERATION, Names, Template, USER};

/// Names that need no file.
pub(crate) const BUILT_IN: [&str; 2] = [USER, ITERATION];

/// Refuses names in braces that nothing stands for, and places where a URL cannot have any.
pub(crate) fn check_target(
    target: &Template,
    path_and_query: &Template,
    spec: &RunSpec,
    names: Names<'_>,
) -> Result<(), Error> {
    let why = if let Some(name) = target.unknown_name() {
        match &spec.feed {
            Some(file) => no_column(name, file, names),
            // Browsers copy braces that are text.
            None if spec.braces_are_text => return Ok(()),
            None => format!(
                "nothing is known of {{{name}}}; give ‹feed› FILE with that column, {{user}} or {{iteration}}, or \
                 %7B{name}%7D if it is text"
            ),
        }
    } else if path_and_query.count() < target.count() {
        "names in braces can stand in its path and query only; put them there".into()
    } else {
        return Ok(());
    };
    Err(Error::usage(format!("‹targets› '{target}': {why}")))
}

/// Refuses words in braces that are no column, in whatever else goes into a request or is expected of its answer.
/// Without a feed none can be meant, and braces are text like any other.
pub(crate) fn check_texts(spec: &RunSpec, body: Option<&str>, names: Names<'_>) -> Result<(), Error> {
    let Some(file) = &spec.feed else { return Ok(()) };
    let each = |flag, texts: &'_ [String]| texts.iter().map(move |text| (flag, text.clone())).collect::<Vec<_>>();
    let texts = [
        each("‹header›", &spec.headers),
        each("‹expect-json›", &spec.expect_json),
        each("‹expect-contains›", &spec.expect_contains),
        each("‹expect-header›", &spec.expect_header),
        body.map(|text| ("‹data›", text.to_owned())).into_iter().collect(),
        spec.basic_auth.iter().map(|text| ("‹basic-auth›", text.clone())).collect(),
    ];
    for (flag, text) in texts.iter().flatten() {
        if let Some(word) = Template::new(text, names).unknown_word() {
            let why = no_column(word, file, names);
            return Err(Error::usage(format!("{flag}: {why}; or {{ {word} }} with spaces, if it is text")));
        }
    }
    Ok(())
}

fn no_column(name: &str, file: &Path, names: Names<'_>) -> String {
    let mut known: Vec<&str> = names.columns.iter().map(String::as_str).collect();
    known.extend(BUILT_IN.into_iter().filter(|name| !names.columns.iter().any(|column| column == name)));
    let (last, others) = known.split_last().unwrap_or((&"", &[]));
    format!("{{{name}}} is no column of {}; give {} or {{{last}}}", file.display(), braced(others))
}

/// A column with the name of something that is there without a file.
pub(crate) fn warning(column: &str, file: &Path) -> String {
    format!(
        "{{{column}}} is the column of {}, and not the {column}'s number; rename the column to have both",
        file.display()
    )
}

/// Names as they are written in a template.
pub(crate) fn braced(names: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("{{{}}}", name.as_ref())).collect();
    names.join(", ")
}
