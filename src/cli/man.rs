//! `perfloop man DIR`: manual pages, one for perfloop and one for each of its commands.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, Command, value_parser};
use clap_mangen::Man;

use super::exit::Exit;
use super::refusal::Refusal;
use super::subcommand::Subcommand;
use super::whole::whole;
use crate::error::Error;

pub(super) const COMMAND: Subcommand =
    Subcommand { name: "man", alias: None, usage: "DIR", about: "Write manual pages into a folder", command, main };

const AFTER_HELP: &str = "\
  perfloop man ~/.local/share/man/man1 && man perfloop

Exit codes: 0 written, 2 wrong input, 3 a page could not be written";

fn command(this: &Subcommand) -> Command {
    let folder = Arg::new("folder").value_name("DIR").required(true).value_parser(value_parser!(PathBuf));
    let folder = folder.help("Folder of the pages, which is made if it is not there");
    Command::new("perfloop man").about(this.about).arg(folder).after_help(AFTER_HELP)
}

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let words = words.get(1..).unwrap_or_default();
    let matches = this.command().bin_name("perfloop man").try_get_matches_from(words)?;
    let folder = matches.get_one::<PathBuf>("folder").cloned().unwrap_or_default();
    write(&folder)
        .map_err(|error| Error::run(format!("{}: the pages cannot be written: {error}", folder.display())))?;
    Ok(Exit::Good)
}

fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let whole = whole();
    for command in whole.get_subcommands() {
        let name = format!("perfloop-{}", command.get_name());
        page(command.clone().display_name(name.clone()), &folder.join(format!("{name}.1")))?;
    }
    page(whole, &folder.join("perfloop.1"))
}

fn page(command: Command, path: &Path) -> io::Result<()> {
    let mut text = Vec::new();
    Man::new(command.version(env!("CARGO_PKG_VERSION"))).render(&mut text)?;
    fs::write(path, text)
}
