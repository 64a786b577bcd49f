//! Settings of a run from the command line, the environment, and files.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};
use serde_json::Value;

use super::flags::{CONFIG, DRY_RUN, SPEC};
use super::hurl_environment::HurlEnvironment;
use super::page_args::PageArgs;
use super::refusal::Refusal;
use super::{environment, keys, peers};
use crate::error::Error;
use crate::input_file;
use crate::job::fields::{FIELDS, Field};
use crate::job::file;
use crate::job::given::{Given, Source};
use crate::job::path_text::text_of;
use crate::job::settings::Settings;
use crate::job::spec_file;

/// Read when there is one in the current folder.
const DEFAULT_FILE: &str = "perfloop.toml";
/// Stands in for `--config`.
const CONFIG_VARIABLE: &str = "PERFLOOP_CONFIG";
/// Command line that was read, with the settings below it.
#[derive(Debug)]
pub(super) struct CommandLine {
    pub(super) settings: Settings,
    pub(super) is_dry_run: bool,
    pub(super) page: PageArgs,
    words: Vec<OsString>,
    /// Ids of the arguments that stand on it.
    ids: Vec<String>,
}

impl CommandLine {
    /// True when the argument stands on the command line.
    pub(super) fn is_given(&self, id: &str) -> bool {
        self.ids.iter().any(|given| given == id)
    }

    /// Name of the program, without its folder. The words of a subcommand begin with its own name.
    pub(super) fn program(&self) -> String {
        let program = self.words.first().filter(|_| !self.page.waits).map(PathBuf::from).unwrap_or_default();
        program.file_name().map_or_else(|| "perfloop".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Words of the command line, the program's name first.
    pub(super) fn words(&self) -> impl Iterator<Item = String> {
        self.words.iter().map(|word| word.to_string_lossy().into_owned())
    }
}

/// Reads the words of a command line, the first of which is the program's, with the environment and the files below
/// them. `more` is given on the command line, too, by no flag.
///
/// # Errors
/// Those of clap, when the words are no command line or ask for help; else one line that names the source.
pub(super) fn read(command: Command, words: &[OsString], more: Vec<Given>) -> Result<CommandLine, Refusal> {
    read_with(command, words, more, env::vars_os().collect(), &HurlEnvironment::read())
}

fn read_with(
    mut command: Command,
    words: &[OsString],
    more: Vec<Given>,
    variables: Vec<(OsString, OsString)>,
    of_hurl: &HurlEnvironment,
) -> Result<CommandLine, Refusal> {
    command.build();
    if let Some(line) = peers::with_one_dash(&command, words) {
        return Err(Error::usage(line).into());
    }
    let matches = command.clone().try_get_matches_from(words).map_err(|error| {
        peers::told(&command, &error, words).map_or(Refusal::from(error), |line| Error::usage(line).into())
    })?;
    let mut on_command_line = given(&matches)?;
    on_command_line.extend(more);
    let find = |key: &str, source: &Source| keys::find(&command, key, source, str::to_owned);
    let mut sources = vec![on_command_line, environment::given(&command, &variables)?];
    if let Some(path) = matches.get_one::<PathBuf>(SPEC) {
        sources.push(spec_file::read(path, &text("--spec", path)?, &find)?);
    } else if let Some((path, text)) = config_file(&matches, &variables)? {
        sources.push(file::read(&path, &text, &find)?);
    }
    sources.push(of_hurl.given()?);
    let settings = Settings::of(sources)?;
    let is_given = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    let ids = matches.ids().filter(is_given).map(ToString::to_string).collect();
    let page = PageArgs::read(&matches);
    Ok(CommandLine { settings, is_dry_run: matches.get_flag(DRY_RUN), page, words: words.to_vec(), ids })
}

/// Values that stand on the command line, in the order of the fields.
fn given(matches: &ArgMatches) -> Result<Vec<Given>, Error> {
    let is_given = |field: &&Field| {
        matches.ids().any(|id| id.as_str() == field.name)
            && matches.value_source(field.name) == Some(ValueSource::CommandLine)
    };
    let value = |field: &Field| {
        if field.is_switch() {
            return Given::new(*field, Value::Bool(true), Source::CommandLine);
        }
        let raw = matches.get_raw(field.name).into_iter().flatten();
        let text = |word: &OsStr| match word.to_str() {
            None if !field.is_path() => {
                Err(Error::usage(format!("‹{}›: its value is not UTF-8; give text", field.name)))
            }
            _ => Ok(text_of(word)),
        };
        Given::of_texts(*field, raw.map(text).collect::<Result<_, _>>()?, Source::CommandLine)
    };
    FIELDS.iter().filter(is_given).map(value).collect()
}

fn text(flag: &str, path: &Path) -> Result<String, Error> {
    input_file::read_text(path).map_err(|error| {
        let format = if flag == "--spec" { "JSON or TOML" } else { "TOML" };
        Error::usage(format!("{flag} {}: cannot be read ({error}); give a {format} file that can", path.display()))
    })
}

/// File of settings and its text, if there is one.
fn config_file(matches: &ArgMatches, variables: &[(OsString, OsString)]) -> Result<Option<(PathBuf, String)>, Error> {
    let variable = variables.iter().find(|(name, value)| name == CONFIG_VARIABLE && !value.is_empty());
    let (flag, path) = match (matches.get_one::<PathBuf>(CONFIG), variable) {
        (Some(path), _) => ("--config", path.clone()),
        (None, Some((_, path))) => (CONFIG_VARIABLE, PathBuf::from(path)),
        // Also a broken link is meant to be a file.
        (None, None) if Path::new(DEFAULT_FILE).symlink_metadata().is_ok() => ("the settings", DEFAULT_FILE.into()),
        (None, None) => return Ok(None),
    };
    text(flag, &path).map(|text| Some((path, text)))
}

#[cfg(test)]
mod tests;
