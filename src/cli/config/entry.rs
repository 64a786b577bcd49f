//! One setting that somebody gave outside the command line.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use clap::error::ErrorKind as ClapErrorKind;
use clap::{Arg, ArgAction, Command, CommandFactory as _, Id};

use super::super::args::Args;
use super::super::mistake::of_value;
use super::super::peers;
use super::name;
use crate::error::Error;
use crate::nearest::nearest;

/// They make a different command of it, and nobody expects that of a file.
const ONLY_ON_THE_COMMAND_LINE: [&str; 4] = ["help", "version", "config", "dry-run"];

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) id: Id,
    /// What messages call it: `--users`, `TARGET`.
    pub(super) flag: String,
    /// The same on the command line; none for a switch that is off.
    pub(super) words: Vec<OsString>,
    pub(super) source: Source,
}

/// Where an entry stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Lines are counted from 1.
    File {
        path: PathBuf,
        line: usize,
    },
    Variable(String),
}

/// What was given.
#[derive(Debug)]
pub(super) enum Given {
    Switch(bool),
    Values(Vec<OsString>),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::File { path, line } => write!(f, "{} line {line}", path.display()),
            Source::Variable(name) => f.write_str(name),
        }
    }
}

impl Entry {
    /// # Errors
    /// When this value alone would be refused on the command line.
    pub(super) fn new(command: &Command, arg: &Arg, given: Given, source: Source) -> Result<Entry, Error> {
        let key = key(arg);
        let words = match given {
            Given::Switch(is_on) => is_on.then(|| OsString::from(format!("--{key}"))).into_iter().collect(),
            Given::Values(values) if arg.is_positional() => values,
            Given::Values(values) => values.iter().map(|value| flag_with(&key, value)).collect(),
        };
        if arg.is_positional() && words.iter().any(|word| word.as_encoded_bytes().starts_with(b"-")) {
            return Err(Error::usage(format!("{source}: {key}: none of them can begin with '-'; remove it")));
        }
        // The program's name stands first, whatever it is.
        let alone = [OsString::new()].into_iter().chain(words.iter().cloned());
        match command.clone().try_get_matches_from(alone) {
            Err(error) if !is_about_others(&error) => {
                Err(Error::usage(format!("{source}: {key}: {}", of_value(&error, &name(command)))))
            }
            _ => Ok(Entry { id: arg.get_id().clone(), flag: name_in_messages(arg), words, source }),
        }
    }
}

fn flag_with(key: &str, value: &OsStr) -> OsString {
    let mut word = OsString::from(format!("--{key}="));
    word.push(value);
    word
}

/// Nothing is wrong with the value; it only needs company.
fn is_about_others(error: &clap::Error) -> bool {
    matches!(error.kind(), ClapErrorKind::MissingRequiredArgument | ClapErrorKind::MissingSubcommand)
}

/// What a setting is called in the file: a flag by its long name, what needs no flag by its id.
pub(super) fn key(arg: &Arg) -> String {
    arg.get_long().map_or_else(|| arg.get_id().as_str().replace('_', "-"), str::to_owned)
}

fn name_in_messages(arg: &Arg) -> String {
    let value_name = || arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => value_name().unwrap_or_else(|| key(arg)),
    }
}

pub(super) fn is_only_on_the_command_line(arg: &Arg) -> bool {
    arg.get_long().is_some_and(|long| ONLY_ON_THE_COMMAND_LINE.contains(&long))
}

pub(super) fn is_switch(arg: &Arg) -> bool {
    !arg.get_action().takes_values()
}

pub(super) fn is_repeatable(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// The argument of this key; `None` if it is one of another command of perfloop and so nothing to this one.
///
/// # Errors
/// When there is no such setting. `written` makes of a key how it is written at this source.
pub(super) fn find<'a>(
    command: &'a Command,
    key: &str,
    source: &Source,
    written: fn(&str) -> String,
) -> Result<Option<&'a Arg>, Error> {
    if ONLY_ON_THE_COMMAND_LINE.contains(&key) {
        let name = written(key);
        return Err(Error::usage(format!("{source}: '{name}' is no setting; give --{key} on the command line")));
    }
    if let Some(arg) = with_key(command, key) {
        return Ok(Some(arg));
    }
    let run = Args::command();
    if with_key(&run, key).is_some() {
        return Ok(None);
    }
    let known = command.get_arguments().filter(|arg| !is_only_on_the_command_line(arg)).map(self::key);
    let written_key = written(key);
    // Who writes files by heart writes the letter that stands for it.
    let by_letter = command.get_arguments().find(|arg| arg.get_short().is_some_and(|letter| key == letter.to_string()));
    let meant = |key: String| format!("did you mean {}?", written(&key));
    let remedy = by_letter
        .map(|arg| meant(self::key(arg)))
        .or_else(|| peers::setting(command, key, written))
        .or_else(|| nearest(key, known).map(meant))
        .unwrap_or_else(|| format!("see {} --help", name(command)));
    Err(Error::usage(format!("{source}: there is no setting '{written_key}'; {remedy}")))
}

fn with_key<'a>(command: &'a Command, key: &str) -> Option<&'a Arg> {
    let is_alias = |arg: &Arg| arg.get_all_aliases().is_some_and(|aliases| aliases.contains(&key));
    command.get_arguments().find(|arg| self::key(arg) == key || is_alias(arg))
}
