//! Targets that are words of a command line: subcommands, and what other tools begin with.

use super::{is_subcommand, peers, similar_subcommand};
use crate::error::Error;
use crate::job::spec::RunSpec;
use crate::job::target::is_url_or_file;

/// Refuses a target that was meant as something else.
///
/// # Errors
/// One line that says what was probably meant.
pub(super) fn check(spec: &RunSpec) -> Result<(), Error> {
    let is_path = |target: &str| spec.host.is_some() && target.starts_with('/');
    let unknown = |target: &&String| !(is_url_or_file(target) || target.contains("://") || is_path(target));
    match spec.targets.iter().filter(unknown).find_map(|target| Some((target, meant(target)?))) {
        Some((target, what)) => Err(Error::usage(format!("‹targets› '{target}': {what}"))),
        None => Ok(()),
    }
}

fn meant(target: &str) -> Option<String> {
    if is_subcommand(target) {
        return Some(format!("is a command's word; put it first, like perfloop {target}"));
    }
    let similar = || {
        let command = similar_subcommand(target)?;
        Some(format!("is no URL; did you mean perfloop {command}, or http://{target}?"))
    };
    peers::target(target).or_else(similar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_command_line_is_told_what_was_meant() {
        for (target, wanted) in [
            ("run", "is no command, and none is needed; leave it out"),
            ("version", "is no URL; did you mean perfloop --version?"),
            ("list", "is a command's word; put it first, like perfloop list"),
            ("lists", "is no URL; did you mean perfloop list, or http://lists?"),
            ("a.jmx", "is a plan of JMeter, which is not run; give a URL or a Hurl file, or write the checks in Rust"),
        ] {
            let spec = RunSpec { targets: vec![target.to_owned()], ..RunSpec::default() };
            let error = check(&spec).expect_err(target).to_string();
            assert_eq!(error, format!("targets '{target}': {wanted}"));
        }
        let spec = RunSpec { targets: vec!["http://run/".into(), "backend".into()], ..RunSpec::default() };
        assert_eq!(check(&spec), Ok(()));
    }
}
