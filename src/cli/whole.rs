//! The whole command line, for programs that are told of all of it at once: shells, and readers of manual pages.

use clap::Command;

use super::{SUBCOMMANDS, flags, help};

/// The command of a run with all subcommands.
pub(super) fn whole() -> Command {
    let own = |subcommand: &super::Subcommand| {
        let name = format!("perfloop {}", subcommand.name);
        let command = subcommand.command().name(subcommand.name).about(subcommand.about).bin_name(name);
        subcommand.alias.into_iter().fold(command, Command::alias)
    };
    flags::command()
        .after_help(help::after_options())
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .subcommands(SUBCOMMANDS.iter().map(own))
}
