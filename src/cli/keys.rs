//! Keys of settings outside the command line, and what is told of those that are none.

use clap::Command;

use super::flags::{CONFIG, DRY_RUN, SPEC};
use super::peers;
use crate::error::Error;
use crate::job::fields::{Field, nearest_to};
use crate::job::given::Source;

/// Flags that make a different command of it, and so are not to be hidden in a file.
const ONLY_ON_THE_COMMAND_LINE: [&str; 5] = ["help", "version", CONFIG, SPEC, DRY_RUN];

/// Field of this key, for a source where `written` makes of a key how it is written there.
///
/// # Errors
/// When there is no such field.
pub(super) fn find(
    command: &Command,
    key: &str,
    source: &Source,
    written: fn(&str) -> String,
) -> Result<Option<Field>, Error> {
    let name = written(key);
    if ONLY_ON_THE_COMMAND_LINE.contains(&key) {
        return Err(Error::usage(format!("{source}: '{name}' is no setting; give --{key} on the command line")));
    }
    if let Some(field) = Field::named(key) {
        return Ok(Some(field));
    }
    // A letter stands for its flag.
    let by_letter = command.get_arguments().find(|arg| arg.get_short().is_some_and(|letter| key == letter.to_string()));
    let meant = |key: String| format!("did you mean {}?", written(&key));
    let remedy = by_letter
        .map(|arg| meant(arg.get_id().to_string()))
        .or_else(|| peers::setting(command, key, written))
        .or_else(|| nearest_to(key).map(meant))
        .unwrap_or_else(|| format!("see {} --help", command_name(command)));
    Err(Error::usage(format!("{source}: there is no setting '{name}'; {remedy}")))
}

/// Name of a command where its help is named.
pub(super) fn command_name(command: &Command) -> String {
    command.get_bin_name().unwrap_or("perfloop").to_owned()
}
