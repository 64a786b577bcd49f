//! The command line: the only place that knows its flags, signals and exit codes.

mod argv;
pub(crate) mod as_test;
mod capacity;
mod cli_error;
mod compare;
mod completions;
mod config;
mod curl;
mod dry_run;
mod environment;
mod equivalent;
mod exit;
mod flags;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod github;
mod harness;
mod help;
mod hints;
mod history;
mod host;
mod hurl_environment;
mod import;
mod keys;
mod list;
mod locustfile;
mod made;
mod man;
mod merge;
#[cfg(feature = "otel")]
mod otel;
mod page;
mod page_args;
mod past;
mod peers;
mod performance;
mod planned;
mod progress;
mod refusal;
pub(crate) mod registry;
mod run;
mod screen;
mod search_args;
mod serve;
mod signals;
mod subcommand;
mod target_words;
mod telemetry;
mod test;
mod whole;
mod worker;
mod worker_args;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::nearest::nearest;
use subcommand::{Subcommand, told};

/// One file each.
const SUBCOMMANDS: [Subcommand; 13] = [
    test::COMMAND,
    capacity::COMMAND,
    serve::COMMAND,
    list::COMMAND,
    curl::COMMAND,
    import::COMMAND,
    merge::COMMAND,
    compare::COMMAND,
    history::COMMAND,
    worker::COMMAND,
    locustfile::COMMAND,
    completions::COMMAND,
    man::COMMAND,
];

pub use harness::{Harness, main as harness_main};

/// Reads the command line, the environment and `perfloop.toml`, runs what they say, and returns the exit code:
/// 0 good, 1 failed, 2 usage, 3 could not be carried out, 130 interrupted.
pub fn main() -> ExitCode {
    signals::survive_file_size_limit();
    let words: Vec<OsString> = std::env::args_os().collect();
    let word = words.get(1).and_then(|word| word.to_str());
    match SUBCOMMANDS.iter().find(|command| word.is_some_and(|word| command.has_name(word))) {
        Some(command) => (command.main)(command, &words),
        None => told(run::main(&words), "perfloop").into(),
    }
}

/// The subcommand that was meant by a word, which could also be a host's name.
fn similar_subcommand(word: &str) -> Option<&'static str> {
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic());
    nearest(word, SUBCOMMANDS.map(|command| command.name)).filter(|name| is_word && word.starts_with(&name[..1]))
}

fn is_subcommand(word: &str) -> bool {
    SUBCOMMANDS.iter().any(|command| command.has_name(word))
}
