//! `perfloop list [TARGET]...`: the checks that a plan would run.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Arg, Command};

use super::config::CommandLine;
use super::exit::Exit;
use super::flags::{CONFIG, GATES, LOAD, OUTPUT, SPEC};
use super::page_args::PAGE;
use super::refusal::Refusal;
use super::screen::Screen;
use super::subcommand::Subcommand;
use super::{config, flags, target_words};
use crate::error::Error;
use crate::job::target::Target;
use crate::load::{CheckShare, Plan};
use crate::load_test::LoadTest;
use crate::printable;

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "list",
    alias: None,
    usage: "[TARGET]...",
    about: "List the checks, their weights and shares",
    command,
    main,
};

const AFTER_HELP: &str = "\
The flags of load and gates may stand here too and change nothing; those of
output are refused.

Exit codes: 0 listed, 2 wrong input, 3 the list could not be written";

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn command(this: &Subcommand) -> Command {
    flags::command()
        .bin_name("perfloop list")
        .about(this.about)
        .override_usage("perfloop list [OPTIONS] [TARGET]...")
        .after_help(AFTER_HELP)
        .mut_args(|arg| if shapes_the_list(&arg) { arg } else { arg.hide(true) })
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let line = config::read(this.command(), words.get(1..).unwrap_or_default(), Vec::new())?;
    refuse_outputs(&line)?;
    let settings = &line.settings;
    target_words::check(&settings.spec).map_err(|error| settings.locate(error))?;
    let locate = |error| settings.locate(error);
    // How many redirects a check follows does not change its name.
    let target = Target::to_list(&settings.spec).map_err(locate)?;
    let checks = target.add_to(LoadTest::new(Plan::new()), &settings.spec).map_err(locate)?.shares()?;
    let mut out = Screen::stdout();
    // The screen tells what went wrong with it.
    let _ = write(&checks, &target.contents(), &mut out);
    out.close()?;
    Ok(Exit::Good)
}

/// True for a flag that changes what is listed. Those of load and gates may stand here all the same: so a run is looked at by
/// putting one word into its command line.
fn shapes_the_list(arg: &Arg) -> bool {
    !matches!(arg.get_help_heading(), Some(LOAD | GATES | OUTPUT | PAGE))
}

/// True for a flag that asks for something to be written, or shown in a page.
fn writes(arg: &Arg) -> bool {
    matches!(arg.get_help_heading(), Some(OUTPUT | PAGE))
}

/// True for a flag that names a file of settings.
fn is_source(arg: &Arg) -> bool {
    [CONFIG, SPEC].contains(&arg.get_id().as_str())
}

/// Refuses flags that ask for something to be written: whoever gives one waits for it.
fn refuse_outputs(line: &CommandLine) -> Result<(), Error> {
    let command = flags::command();
    let mut outputs = command.get_arguments().filter(|arg| writes(arg) && !is_source(arg));
    match outputs.find(|arg| line.is_given(arg.get_id().as_str())).and_then(Arg::get_long) {
        Some(flag) => Err(Error::usage(format!(
            "--{flag}: perfloop list writes nothing but the list; leave it out, or leave out list for a run"
        ))),
        None => Ok(()),
    }
}

/// A line for each check, and below it one for each request that is known of it; names are never cut, so that they can
/// be used elsewhere.
fn write(checks: &[CheckShare], contents: &[(String, Vec<String>)], mut writer: impl Write) -> io::Result<()> {
    const TITLE: &str = "check";
    let plain = |one: &CheckShare| match &one.class {
        Some(class) => format!("{class}: {}", one.check),
        None => one.check.clone(),
    };
    let name = |one: &CheckShare| printable::name(&plain(one)).into_owned();
    let widest = checks.iter().map(|one| name(one).chars().count()).fold(TITLE.len(), usize::max);
    writeln!(writer, "{TITLE:<widest$}  weight    share")?;
    for one in checks {
        writeln!(writer, "{:<widest$}  {:>6}  {:>5.1} %", name(one), one.weight, one.share * 100.0)?;
        for request in contents.iter().filter(|(check, _)| *check == one.check).flat_map(|(_, requests)| requests) {
            writeln!(writer, "  {request}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_all_weights() {
        let mut bytes = Vec::new();
        let row = |check: &str, weight, share| CheckShare {
            class: None,
            check: check.to_owned(),
            weight,
            per_iteration: share,
            share,
        };
        let contents = [("cart".to_owned(), vec!["GET /cart".to_owned(), "POST /pay".to_owned()])];
        write(&[row("cart", 1, 0.25), row("a longer name", 3, 0.75)], &contents, &mut bytes).expect("memory");
        let text = String::from_utf8(bytes).expect("text");
        let wanted = "check          weight    share\n\
                      cart                1   25.0 %\n  GET /cart\n  POST /pay\n\
                      a longer name       3   75.0 %\n";
        assert_eq!(text, wanted);
    }
}
