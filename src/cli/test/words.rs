//! The words of `perfloop test`, with those that the environment puts before them.

use std::ffi::OsString;

use clap::{Command, CommandFactory as _, FromArgMatches as _};

use super::super::cli_error::{of_value, unknown_flag};
use super::super::hurl_environment::HurlEnvironment;
use super::super::refusal::Refusal;
use super::args::TestArgs;
use super::refused;
use crate::error::Error;

/// Reads the words that follow `perfloop`.
///
/// # Errors
/// What clap finds, a flag of Hurl that perfloop has not, and a variable of the environment whose value is none.
pub(super) fn read(words: &[OsString], environment: &HurlEnvironment) -> Result<TestArgs, Refusal> {
    if let Some(flag) = words.iter().skip(1).find_map(|word| refused::of_hurl(word)) {
        return Err(flag.into());
    }
    let command = TestArgs::command();
    let program = words.iter().take(1).cloned();
    let mut all: Vec<OsString> = program.collect();
    for (variable, given) in &environment.flags {
        check(&command, variable, given)?;
        all.extend(given.iter().cloned());
    }
    all.extend(words.iter().skip(1).cloned());
    // What stands on the command line comes last, and wins.
    let matches = command.args_override_self(true).try_get_matches_from(all).map_err(|error| {
        let of_load = unknown_flag(&error).and_then(|flag| refused::of_load(&flag));
        of_load.map_or_else(|| Refusal::from(error), Refusal::from)
    })?;
    Ok(TestArgs::from_arg_matches(&matches)?)
}

/// A variable alone must be as good as its flag.
fn check(command: &Command, variable: &str, words: &[OsString]) -> Result<(), Error> {
    let alone = ["test", "file"].into_iter().map(OsString::from).chain(words.iter().cloned());
    match command.clone().try_get_matches_from(alone) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::usage(format!("{variable}: {}", of_value(&error, "perfloop test")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_words(words: &[&str], flags: &[(&str, &str)]) -> Result<TestArgs, String> {
        let flags = flags.iter().map(|(name, word)| (name.to_string(), vec![OsString::from(word)])).collect();
        let words: Vec<OsString> = ["test"].iter().chain(words).map(OsString::from).collect();
        read(&words, &HurlEnvironment { flags, ..HurlEnvironment::default() }).map_err(|refusal| match refusal {
            Refusal::CommandLine(error) => crate::cli::cli_error::one_line(&error, "perfloop test"),
            Refusal::Other(error) => error.to_string(),
        })
    }

    #[test]
    fn the_command_line_wins_over_the_environment() {
        let args = read_words(&["a.hurl", "--retry", "2"], &[("HURL_RETRY", "--retry=5")]).expect("right");
        assert_eq!((args.hurl.retry, args.files.len()), (Some(2), 1));
        let args = read_words(&["a.hurl", "--retry=-1"], &[("HURL_INSECURE", "--insecure")]).expect("right");
        assert_eq!((args.hurl.retry, args.insecure), (Some(-1), true));
    }

    #[test]
    fn mistakes_name_the_flag_or_the_variable() {
        let error = read_words(&["a.hurl", "--http2"], &[]).expect_err("refused");
        assert_eq!(error, "--http2 is a flag of Hurl that perfloop has not: HTTP/1.1 only is spoken");
        let error = read_words(&["a.hurl"], &[("HURL_RETRY", "--retry=x")]).expect_err("refused");
        assert!(error.starts_with("HURL_RETRY: ") && error.contains("'x' is no number of times"), "{error}");
        let error = read_words(&[], &[]).expect_err("refused");
        assert!(error.contains("FILE"), "{error}");
    }
}
