//! Flags of a search for the capacity.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command, value_parser};

use crate::error::Error;
use crate::job::given::Source;
use crate::job::settings::Settings;

/// Heading of these flags in the help.
const SEARCH: &str = "Search";

/// Flags of a run that a search has no use for: it has a load of its own, and goals instead of gates.
const OF_RUNS: [&str; 10] =
    ["users", "time", "loops", "requests", "ramp-up", "stages", "rate", "fail-if", "threshold", "until"];

/// Name, value and help of each.
#[rustfmt::skip]
const FLAGS: &[(&str, &str, &str)] = &[
    ("within", "GOAL", "What the answer must keep to, like 'p95 < 450ms', 'GET /cart: p99 < 1s' or 'fail_ratio < 1%' (repeatable); unless one is on the fail ratio, 'fail_ratio < 1%' is added"),
    ("start", "LOAD", "Load of the first level: users, or arrivals per second [default: 1]"),
    ("tolerance", "SHARE", "How far the ends of the span may be apart that the capacity lies in, like 5% [default: 5%, and one user]"),
    ("level-time", "TIME", "How long each level is measured, after it has settled [default: 10s]"),
    ("search-time", "TIME", "Longest time of the search; also --max-time [default: 10m]"),
    ("by", "LOAD", "What is searched: users, or rate for arrivals whatever the answers do [default: users]"),
    ("at-least", "LOAD", "Least capacity with which the exit code is 0: users (or arrivals per second), or answered requests per second as 117rps"),
];

/// True for a flag of a search.
pub(super) fn has(name: &str) -> bool {
    FLAGS.iter().any(|(flag, ..)| *flag == name)
}

/// The command with the flags of a search, and without what a search has no use for.
pub(super) fn of_search(command: Command) -> Command {
    let flag = |(name, value, help): &(&'static str, &'static str, &'static str)| {
        let action = if *name == "within" { ArgAction::Append } else { ArgAction::Set };
        let arg = Arg::new(*name).long(*name).value_name(*value).help(*help).help_heading(SEARCH);
        arg.action(action).value_parser(value_parser!(OsString))
    };
    let command = OF_RUNS.iter().fold(command, |command, name| command.mut_arg(name, |arg| arg.hide(true)));
    command
        .args(FLAGS.iter().map(flag))
        .mut_arg("timeout", |arg| arg.alias(None))
        .mut_arg("search-time", |arg| arg.alias("max-time"))
        .mut_arg("max-users", |arg| {
            arg.help("Most users that may be asked for, or that a rate may take [default: 1000]")
        })
}

/// Asks a test target for a search.
pub(super) fn capacity() -> Arg {
    let arg = Arg::new("capacity").long("capacity").action(ArgAction::SetTrue).help_heading(SEARCH);
    arg.help(
        "Find the most users with which the service meets the goals of --within; --capacity --help shows its flags",
    )
}

/// Settings for a search, or for a run: what files and variables say of searches is none of a run's, and a search needs
/// a goal.
///
/// # Errors
/// When there is no goal.
pub(super) fn check(settings: &mut Settings, is_search: bool) -> Result<(), Error> {
    if is_search && !settings.spec.is_search() {
        return Err(Error::usage(
            "‹within› is missing, which says what the capacity must keep to; give it like 'p95 < 450ms'",
        ));
    } else if !is_search {
        let names: Vec<&str> = FLAGS.iter().map(|(name, ..)| *name).collect();
        *settings = settings.without(&names, |source| matches!(source, Source::File { .. } | Source::Variable(_)))?;
    }
    Ok(())
}
