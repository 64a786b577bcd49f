//! `perfloop curl 'curl ...'`: a pasted command of curl as the request of a run.

mod body;
mod flags;
mod foreign;
mod globs;
mod windows;
mod words;

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Command;
use serde_json::Value;

use super::exit::Exit;
use super::refusal::Refusal;
use super::run;
use super::subcommand::Subcommand;
use crate::error::Error;
use crate::job::fields::Field;
use crate::job::given::{Given, Source};

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "curl",
    alias: None,
    usage: "COMMAND",
    about: "Run a request as it was copied for curl",
    command,
    main,
};

const USAGE: &str = "\
perfloop curl 'curl http://...' [OPTIONS]
       perfloop curl [OPTIONS] -- curl http://...
       perfloop curl - [OPTIONS] < command.txt";

const AFTER_HELP: &str = "\
A request copied by a browser (as cURL, for bash or cmd) or by Postman becomes
the request of a run. It has quotes of its own, so paste it behind --, where the
shell reads them:
  perfloop curl --users 50 --time 30s -- curl 'http://127.0.0.1:5000/json' \\
    -H 'Accept: application/json'

Of curl's flags these are known: -X -H -d --data-raw --data-binary
--data-urlencode --json -F --form-string -G -I -u -A -e -b -g -L -k -E -x -m
--url --url-query --oauth2-bearer --compressed --cacert --key --resolve
--connect-timeout --no-keepalive.
What curl shows is ignored (-s -S -v -i -f -N -o -O -D -w -# --http1.1); any
other flag is refused. --dry-run shows what became of it.";

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn command(this: &Subcommand) -> Command {
    super::flags::command()
        .bin_name("perfloop curl")
        .about(this.about)
        .override_usage(USAGE)
        .mut_arg("targets", |arg| arg.hide(true))
        .after_help(AFTER_HELP)
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let command = this.command();
    let rest = words.get(2..).unwrap_or_default();
    let (program, help) = (OsString::from("perfloop"), [OsString::from("--help"), OsString::from("-h")]);
    let Some(pasted) = Pasted::find(rest)? else {
        if rest.iter().any(|word| help.contains(word)) {
            return run::by(command, &[program, OsString::from("--help")], Vec::new());
        }
        return Err(Error::usage(
            "curl: there is no command; paste it behind --, like perfloop curl --users 50 -- curl http://127.0.0.1:5000/json",
        )
        .into());
    };
    pasted.run(command, program)
}

/// A command among the flags of perfloop.
struct Pasted {
    command: Vec<String>,
    others: Vec<OsString>,
}

impl Pasted {
    /// # Errors
    /// When the words of the command cannot be told.
    fn find(words: &[OsString]) -> Result<Option<Pasted>, Error> {
        if let Some(at) = words.iter().position(|word| word == "--") {
            let command = words[at + 1..].iter().map(|word| word.to_string_lossy().into_owned()).collect();
            return Ok(Some(Pasted { command, others: words[..at].to_vec() }));
        }
        if let Some(at) = bare(words) {
            let command = words[at..].iter().map(|word| word.to_string_lossy().into_owned()).collect();
            return Ok(Some(Pasted { command, others: words[..at].to_vec() }));
        }
        let found = words.iter().position(|word| {
            let text = word.to_string_lossy();
            text == "-" || is_command(&text) || foreign::name(&text).is_some()
        });
        let Some(at) = found else { return Ok(None) };
        let text = match words[at].to_string_lossy() {
            stdin if stdin == "-" => stdin_text()?,
            text => text.into_owned(),
        };
        if let Some(name) = foreign::name(&text) {
            return Err(refused_as(name));
        }
        let text = text.trim_start().trim_start_matches("$ ");
        let command = words::split(text).map_err(refused)?;
        Ok(Some(Pasted { command, others: [&words[..at], &words[at + 1..]].concat() }))
    }

    fn run(mut self, command: Command, program: OsString) -> Result<Exit, Refusal> {
        if self.command.first().is_some_and(|word| is_prompt(word)) {
            self.command.remove(0);
        }
        if !self.command.first().is_some_and(|word| is_curl(word)) {
            let first = self.command.first().map_or("nothing", String::as_str);
            if let Some(name) = foreign::name(&self.command.join(" ")).or_else(|| foreign::program(first)) {
                return Err(refused_as(name).into());
            }
            return Err(Error::usage(format!(
                "curl: the command begins with '{first}'; paste one that begins with curl"
            ))
            .into());
        }
        let translated = flags::translate(&self.command).map_err(refused)?;
        let words = [program].into_iter().chain(translated.words.into_iter().map(Into::into)).chain(self.others);
        let body = translated.body.map(|bytes| match String::from_utf8(bytes) {
            Ok(text) => ("body", text),
            Err(error) => ("body-base64", STANDARD.encode(error.as_bytes())),
        });
        let values = body.map(|(name, text)| (name, Value::from(text))).into_iter();
        let values = values.chain([("braces-are-text", Value::Bool(true))]);
        let given = values.filter_map(|(name, value)| Some((Field::named(name)?, value)));
        let more = given.map(|(field, value)| Given::new(field, value, Source::CommandLine));
        run::by(command, &words.collect::<Vec<_>>(), more.collect::<Result<_, _>>()?)
    }
}

/// Where a command begins that was pasted word by word, without the two dashes before it: with `curl`, or the program it
/// was written for instead. A flag may stand before it only with its value.
fn bare(words: &[OsString]) -> Option<usize> {
    let is_first = |at: &usize| *at == 0 || !words[at - 1].to_string_lossy().starts_with('-');
    let begins = |at: &usize| {
        let word = words[*at].to_string_lossy();
        let is_one = !word.contains(char::is_whitespace);
        (is_one && is_curl(&word)) || foreign::program(&word).is_some() || (is_prompt(&word) && *at + 1 < words.len())
    };
    (0..words.len()).find(|at| is_first(at) && begins(at))
}

/// True for the prompt of a shell, which is easily copied with a command.
fn is_prompt(word: &str) -> bool {
    matches!(word, "$" | "%" | "#" | ">")
}

/// Words of a command.
///
/// # Errors
/// That only a shell could tell them.
pub(super) fn split(command: &str) -> Result<Vec<String>, String> {
    words::split(command)
}

/// Request of the words of a command, in perfloop's own.
///
/// # Errors
/// What of it is not known.
pub(super) fn translate(words: &[String]) -> Result<flags::Translated, String> {
    flags::translate(words)
}

/// The words of perfloop for a pasted command.
#[cfg(fuzzing)]
pub(super) fn translated(command: &str) -> Result<Vec<String>, String> {
    foreign::name(command);
    flags::translate(&words::split(command)?).map(|translated| translated.words)
}

/// A text begins with the word `curl`, maybe behind the prompt of a shell.
fn is_command(text: &str) -> bool {
    let text = text.trim_start();
    let mut words = text.strip_prefix("$ ").unwrap_or(text).splitn(2, [' ', '\t', '\\', '\n', '\r', '^']);
    words.next().is_some_and(is_curl) && words.next().is_some()
}

/// The program may be named with its folder.
fn is_curl(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    name == "curl" || name.eq_ignore_ascii_case("curl.exe")
}

fn stdin_text() -> Result<String, Error> {
    let mut text = String::new();
    io::stdin()
        .lock()
        .read_to_string(&mut text)
        .map_err(|error| Error::usage(format!("curl -: stdin cannot be read ({error}); give the command behind --")))?;
    Ok(text)
}

fn refused_as(name: &str) -> Error {
    refused(format!("this is {name}, and no command of curl; copy it as cURL (bash)"))
}

fn refused(why: String) -> Error {
    Error::usage(format!("curl: {why}"))
}

#[cfg(test)]
mod tests;
