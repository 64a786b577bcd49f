//! Settings from `perfloop.toml` and from the environment, below those of the command line.
//!
//! Both become words as somebody would have written them on the command line, in front of those that are there. What
//! the command line gives, or contradicts, is left out of them.

mod entry;
mod environment;
mod file;
mod roles;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind as ClapErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, Id, value_parser};

use super::mistake::one_line;
use super::{Refusal, peers};
use crate::error::{Error, ErrorKind};
use crate::units;
use entry::{Entry, Source};
pub(super) use roles::{CheckRole, ClassRole, Roles};

/// Read when there is one in the current folder.
const DEFAULT_FILE: &str = "perfloop.toml";
const CONFIG: &str = "config";
/// Stands in for `--config`.
const CONFIG_VARIABLE: &str = "PERFLOOP_CONFIG";

/// What a command is told, by whom.
#[derive(Debug)]
pub(super) struct Settings {
    /// All of it, as if it stood on the command line.
    pub(super) matches: ArgMatches,
    command: Command,
    given: Vec<Id>,
    entries: Vec<Entry>,
    words: Vec<OsString>,
    /// What the file says of checks and classes.
    pub(super) roles: Roles,
}

/// One setting as it is in effect, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Effective {
    /// The key: `spawn-rate`.
    pub(super) name: String,
    /// What was given for it, or the default; nothing for a switch.
    pub(super) values: Vec<String>,
    /// `command line`, `perfloop.toml line 3`, `PERFLOOP_USERS`; `None` is the default.
    pub(super) origin: Option<String>,
}

/// Reads the words of a command line, the first of which is the program's, with the environment and the file below
/// them. The command gets a `--config` of its own. A setting that only [`Args`](super::args::Args) knows is passed
/// over, so that one file serves several commands.
///
/// # Errors
/// Those of clap as they are, when the command line alone is at fault or asks for help; else one line that names the
/// file and line, or the variable.
pub(super) fn read(command: Command, words: &[OsString]) -> Result<Settings, Refusal> {
    read_with(command, words, std::env::vars_os())
}

fn read_with(
    command: Command,
    words: &[OsString],
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Settings, Refusal> {
    let mut command = command.arg(config_flag());
    command.build();
    if let Some(line) = peers::with_one_dash(&command, words) {
        return Err(Error::usage(line).into());
    }
    let from_words = match command.clone().try_get_matches_from(words) {
        // What is missing may stand in the file.
        Err(error) if is_incomplete(&error) => command.clone().ignore_errors(true).try_get_matches_from(words)?,
        Err(error) => match peers::told(&command, &error, words) {
            Some(line) => return Err(Error::usage(line).into()),
            None => return Err(error.into()),
        },
        Ok(matches) => matches,
    };
    let given = ids(&command, &from_words);
    let variables: Vec<_> = variables.collect();

    let mut entries = environment::entries(&command, &variables)?;
    overrule(&command, &mut entries, &given, &[]);
    let mut roles = Roles::default();
    if let Some((path, text)) = config_file(&from_words, &variables)? {
        let file::Read { entries: mut below, roles: its_roles } = file::read(&command, &path, &text)?;
        roles = its_roles;
        overrule(&command, &mut below, &given, &entries);
        below.append(&mut entries);
        entries = below;
    }

    let program = words.iter().take(1).cloned();
    let all = program.chain(entries.iter().flat_map(|entry| entry.words.clone())).chain(words.iter().skip(1).cloned());
    match command.clone().try_get_matches_from(all) {
        Ok(matches) => Ok(Settings { matches, command, given, entries, words: words.to_vec(), roles }),
        Err(error) => {
            let settings = Settings { matches: from_words, command, given, entries, words: words.to_vec(), roles };
            Err(settings.locate(Error::usage(one_line(&error, &name(&settings.command)))).into())
        }
    }
}

/// What a command is called when its help is named.
fn name(command: &Command) -> String {
    command.get_bin_name().unwrap_or("perfloop").to_owned()
}

fn config_flag() -> Arg {
    let help = format!("Read settings from this file [default: {DEFAULT_FILE}, if there is one]");
    let flag = Arg::new(CONFIG).long(CONFIG).value_name("FILE").value_parser(value_parser!(PathBuf));
    flag.help(help).help_heading("Output")
}

fn is_incomplete(error: &clap::Error) -> bool {
    matches!(error.kind(), ClapErrorKind::MissingRequiredArgument | ClapErrorKind::MissingSubcommand)
}

/// What stands on the command line.
fn ids(command: &Command, matches: &ArgMatches) -> Vec<Id> {
    let all = command.get_arguments().map(Arg::get_id);
    all.filter(|id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine)).cloned().collect()
}

/// The settings' file and its text, if there is one.
fn config_file(
    from_words: &ArgMatches,
    variables: &[(OsString, OsString)],
) -> Result<Option<(PathBuf, String)>, Error> {
    let variable = variables.iter().find(|(name, value)| name == CONFIG_VARIABLE && !value.is_empty());
    match (from_words.get_one::<PathBuf>(CONFIG), variable) {
        (Some(path), _) => file::text("--config", path).map(|text| Some((path.clone(), text))),
        (None, Some((_, path))) => {
            let path = PathBuf::from(path);
            file::text(CONFIG_VARIABLE, &path).map(|text| Some((path, text)))
        }
        (None, None) => {
            let path = PathBuf::from(DEFAULT_FILE);
            // Also a broken link is meant to be a file.
            if path.symlink_metadata().is_err() {
                return Ok(None);
            }
            file::text("the settings", &path).map(|text| Some((path, text)))
        }
    }
}

/// Drops the entries that something above them says itself, or contradicts.
fn overrule(command: &Command, entries: &mut Vec<Entry>, given: &[Id], above: &[Entry]) {
    let switched_off = |id: &Id| above.iter().any(|entry| entry.id == *id && entry.words.is_empty());
    let above: Vec<&Id> = given.iter().chain(above.iter().map(|entry| &entry.id)).collect();
    entries.retain(|entry| {
        !above.iter().any(|id| entry.id == **id || (!switched_off(id) && contradict(command, &entry.id, id)))
    });
}

/// Whether two settings cannot be given together.
fn contradict(command: &Command, one: &Id, other: &Id) -> bool {
    let excludes = |one: &Id, other: &Id| {
        let arg = command.get_arguments().find(|arg| arg.get_id() == one);
        arg.is_some_and(|arg| command.get_arg_conflicts_with(arg).iter().any(|arg| arg.get_id() == other))
    };
    excludes(one, other) || excludes(other, one)
}

impl Settings {
    /// Somebody gave it: on the command line, in the file or in the environment.
    pub(super) fn was_given(&self, id: &str) -> bool {
        self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// The command line, the program's name first.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        self.words.iter().map(|word| word.to_string_lossy().into_owned())
    }

    /// It stands on the command line.
    pub(super) fn is_on_command_line(&self, id: &str) -> bool {
        self.given.iter().any(|given| given == id)
    }

    /// Which file and variables are in effect, for the first line of a run; nothing if the command line says all.
    pub(super) fn line(&self) -> Option<String> {
        let mut sources: Vec<String> = Vec::new();
        for entry in &self.entries {
            let source = match &entry.source {
                Source::File { path, .. } => path.display().to_string(),
                Source::Variable(name) => name.clone(),
            };
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        (!sources.is_empty()).then(|| format!("settings: {}", sources.join(", ")))
    }

    /// All settings in the order of the help, those of the command line alone left out.
    pub(super) fn effective(&self) -> Vec<Effective> {
        let args = self.command.get_arguments().filter(|arg| !entry::is_only_on_the_command_line(arg));
        args.map(|arg| Effective { name: entry::key(arg), values: self.values(arg), origin: self.origin(arg.get_id()) })
            .collect()
    }

    fn values(&self, arg: &Arg) -> Vec<String> {
        if !arg.get_action().takes_values() {
            return Vec::new();
        }
        if let Ok(Some(spans)) = self.matches.try_get_many::<Duration>(arg.get_id().as_str()) {
            return spans.map(|span| units::short(*span)).collect();
        }
        let raw = self.matches.get_raw(arg.get_id().as_str());
        raw.into_iter().flatten().map(|value| value.to_string_lossy().into_owned()).collect()
    }

    fn origin(&self, id: &Id) -> Option<String> {
        if self.given.contains(id) {
            return Some("command line".into());
        }
        let entry = self.entries.iter().find(|entry| entry.id == *id && !entry.words.is_empty());
        entry.map(|entry| entry.source.to_string())
    }

    /// The same error; if it is about a flag that was given in the file or the environment, it says where.
    pub(super) fn locate(&self, error: Error) -> Error {
        let text = error.to_string();
        let mentioned = self.entries.iter().filter(|entry| mentions(&text, &entry.flag));
        let places: Vec<String> = mentioned.map(|entry| format!("{} is from {}", entry.flag, entry.source)).collect();
        match error.kind() {
            ErrorKind::Usage if !places.is_empty() => Error::usage(format!("{text} ({})", places.join(", "))),
            _ => error,
        }
    }
}

/// A text names a flag, and not only one that begins like it.
fn mentions(text: &str, flag: &str) -> bool {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    text.match_indices(flag).any(|(at, _)| !goes_on(&text[at + flag.len()..]))
}

#[cfg(test)]
mod tests;
