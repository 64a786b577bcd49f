//! The variables that the command line and the environment give to Hurl files.

use std::fs;
use std::path::Path;

use super::super::template::{Names, Template};
use super::args::HurlArgs;
use super::environment::HurlEnvironment;
use crate::error::Error;

/// Names that functions of the format have.
const RESERVED: [&str; 3] = ["getEnv", "newDate", "newUuid"];

/// A variable as somebody gave it.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Given {
    pub(in crate::cli) name: String,
    /// With places for what changes from iteration to iteration.
    pub(in crate::cli) text: Template,
    pub(in crate::cli) is_secret: bool,
}

/// All variables in the order they were given: the environment, files, flags. Later ones win.
///
/// # Errors
/// One line, when one has no value, or a file cannot be read.
pub(in crate::cli) fn read(
    args: &HurlArgs,
    environment: &HurlEnvironment,
    names: Names<'_>,
) -> Result<Vec<Given>, Error> {
    let mut given = Vec::new();
    let mut add = |source: &str, name: &str, text: &str, is_secret: bool| {
        check_name(source, name)?;
        given.push(Given { name: name.to_owned(), text: Template::new(text, names), is_secret });
        Ok::<_, Error>(())
    };
    for (pairs, prefix, is_secret) in
        [(&environment.variables, "HURL_VARIABLE_", false), (&environment.secrets, "HURL_SECRET_", true)]
    {
        for (name, text) in pairs {
            add(&format!("{prefix}{name}"), name, text, is_secret)?;
        }
    }
    for (files, flag, is_secret) in
        [(&args.variables_files, "--variables-file", false), (&args.secrets_files, "--secrets-file", true)]
    {
        for path in files {
            for (number, line) in lines(flag, path)? {
                let source = format!("{flag} {} line {number}", path.display());
                let (name, text) = pair(&source, &line, is_secret)?;
                add(&source, name, text, is_secret)?;
            }
        }
    }
    for (texts, flag, is_secret) in [(&args.variables, "--variable", false), (&args.secrets, "--secret", true)] {
        for text in texts {
            let (name, text) = pair(flag, text, is_secret)?;
            add(flag, name, text, is_secret)?;
        }
    }
    Ok(given)
}

fn lines(flag: &str, path: &Path) -> Result<Vec<(usize, String)>, Error> {
    let text = fs::read_to_string(path).map_err(|error| {
        Error::usage(format!("{flag} {}: cannot be read ({error}); give a file that can", path.display()))
    })?;
    let lines = text.lines().map(str::trim).enumerate().map(|(index, line)| (index + 1, line));
    Ok(lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).map(|(n, l)| (n, l.to_owned())).collect())
}

/// What is secret is not shown in the message either.
fn pair<'a>(source: &str, text: &'a str, is_secret: bool) -> Result<(&'a str, &'a str), Error> {
    let shown = if is_secret { String::new() } else { format!(" '{text}'") };
    text.split_once('=').ok_or_else(|| Error::usage(format!("{source}{shown}: there is no value; write NAME=VALUE")))
}

fn check_name(source: &str, name: &str) -> Result<(), Error> {
    if name.is_empty() {
        return Err(Error::usage(format!("{source}: there is no name; write NAME=VALUE")));
    } else if RESERVED.contains(&name) {
        return Err(Error::usage(format!("{source}: {name} is a function of Hurl files; give another name")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(args: &HurlArgs) -> Result<Vec<(String, String)>, String> {
        let environment =
            HurlEnvironment { variables: vec![("a".into(), "environment".into())], ..HurlEnvironment::default() };
        let given = read(args, &environment, Names::default()).map_err(|error| error.to_string())?;
        Ok(given.into_iter().map(|given| (given.name, given.text.to_string())).collect())
    }

    #[test]
    fn flags_come_after_files_and_files_after_the_environment() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(&file, "# of the team\n\na=file\n  b = 2=3 \n").expect("written");
        let args = HurlArgs {
            variables: vec!["a=u{user}".into()],
            variables_files: vec![file.path().to_owned()],
            ..HurlArgs::default()
        };
        let pairs = [("a", "environment"), ("a", "file"), ("b ", " 2=3"), ("a", "u{user}")];
        assert_eq!(texts(&args), Ok(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec()));
    }

    #[test]
    fn what_is_no_variable_is_refused_and_a_secret_not_shown() {
        let of = |variables: &[&str], secrets: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
            texts(&HurlArgs { variables: owned(variables), secrets: owned(secrets), ..HurlArgs::default() })
                .expect_err("refused")
        };
        assert_eq!(of(&["host"], &[]), "--variable 'host': there is no value; write NAME=VALUE");
        assert_eq!(of(&["=1"], &[]), "--variable: there is no name; write NAME=VALUE");
        assert_eq!(of(&[], &["hush"]), "--secret: there is no value; write NAME=VALUE");
        assert!(of(&["newUuid=1"], &[]).contains("is a function"));
    }
}
