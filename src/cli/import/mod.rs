//! `perfloop import FILE`: requests of other tools as a functional test in Hurl.

mod bruno_folder;
mod curl_lines;

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::exit::Exit;
use super::refusal::Refusal;
use super::screen::Screen;
use super::subcommand::Subcommand;
use crate::error::Error;
use crate::import::{Format, ImportSettings, Imported, Loss, environment, import, import_bruno};
use crate::input_file;
use crate::printable::foreign;
use crate::units;

pub(super) const COMMAND: Subcommand = Subcommand {
    name: "import",
    alias: None,
    usage: "FILE",
    about: "Make a test of the requests of other tools",
    command,
    main,
};

const AFTER_HELP: &str = "\
  perfloop import shop.postman_collection.json > shop.hurl

Read are: .http and .rest files (of JetBrains and of VS Code), collections of
Postman (2.0, 2.1), HAR, OpenAPI (3.0, 3.1), OpenCollection, .bru files and
folders of Bruno, and lines of curl. What cannot be taken is told with its
line. A file of which nothing is lost is a TARGET, too: perfloop shop.http

Exit codes: 0 all was taken, or --lossy; 1 something was lost, 2 wrong input,
3 the test could not be written";

/// Files in which environments of `.http` files stand, beside them.
const ENVIRONMENTS: [&str; 2] = ["http-client.env.json", "http-client.private.env.json"];

fn main(this: &Subcommand, words: &[OsString]) -> ExitCode {
    this.told(carry_out(this, words))
}

fn command(this: &Subcommand) -> Command {
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("perfloop import")
        .about(this.about)
        .override_usage("perfloop import [OPTIONS] FILE")
        .after_help(AFTER_HELP)
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("File with requests, or folder of a collection of Bruno; - for standard input"),
        )
        .arg(
            Arg::new("from")
                .long("from")
                .value_name("FORMAT")
                .help("Format of the file: http, postman, har, openapi, opencollection, bru or curl [default: by its name and content]"),
        )
        .arg(Arg::new("env").long("env").value_name("NAME|FILE").help(
            "Environment: a name in http-client.env.json beside the file or among the environments of a folder of Bruno, or a file of an environment of Postman",
        ))
        .arg(switch("lossy", "End with 0 also where something was lost"))
        .arg(switch("all-hosts", "Of a HAR: take requests to other hosts than that of its first, too"))
        .arg(switch("all-files", "Of a HAR: take styles, scripts, images and fonts, too"))
}

fn carry_out(this: &Subcommand, words: &[OsString]) -> Result<Exit, Refusal> {
    let words = std::iter::once(OsString::from("perfloop import")).chain(words.iter().skip(2).cloned());
    let matches = this.command().try_get_matches_from(words).map_err(Refusal::CommandLine)?;
    let path = matches.get_one::<PathBuf>("file").cloned().unwrap_or_default();
    let made = if path.is_dir() {
        if let Some(from) = matches.get_one::<String>("from").filter(|from| *from != "bru") {
            let shown = path.display();
            return Err(Error::usage(format!("{shown}: it is a folder, and --from {from} is read of a file")).into());
        }
        let environment = matches.get_one::<String>("env").map(String::as_str);
        import_bruno(&bruno_folder::files(&path)?, environment)
    } else {
        of_file(&matches, &path)?
    };
    let imported = made.map_err(|error| Error::usage(format!("{}: {error}", path.display())))?;
    let mut out = Screen::stdout();
    out.write_body(imported.text.as_bytes());
    out.close()?;
    tell(&path, &imported);
    Ok(if imported.losses.is_empty() || matches.get_flag("lossy") { Exit::Good } else { Exit::Failed })
}

/// Makes a test of one file.
fn of_file(matches: &ArgMatches, path: &Path) -> Result<Result<Imported, String>, Error> {
    let text = text_of(path)?;
    let format = format(matches, path, &text)?;
    let settings = ImportSettings {
        environment: values(matches, path)?,
        all_hosts: matches.get_flag("all-hosts"),
        all_files: matches.get_flag("all-files"),
    };
    Ok(match format {
        Format::Curl => curl_lines::import(&text, &settings.environment),
        format => import(format, &text, &settings),
    })
}

/// Says what was taken and what was not, beside the test.
fn tell(path: &Path, imported: &Imported) {
    let name = path.display();
    let told = |loss: &Loss| {
        let file = if loss.file.is_empty() { path.to_owned() } else { path.join(&loss.file) };
        format!("{}:{}: {}", file.display(), loss.line, loss.what)
    };
    let mut lines: Vec<String> = imported.losses.iter().map(told).collect();
    lines.extend(imported.notes.iter().map(|note| format!("{name}: {note}")));
    let requests = units::count(imported.requests as u64, "request");
    let lost = match imported.losses.len() {
        0 => "nothing lost".to_owned(),
        count => format!("{} lost", units::count(count as u64, "thing")),
    };
    lines.push(format!("{name}: {requests}, {lost}"));
    let mut err = io::stderr().lock();
    for line in lines {
        let _ = writeln!(err, "{}", foreign(&line));
    }
}

fn text_of(path: &Path) -> Result<String, Error> {
    let name = path.display();
    if path == Path::new("-") {
        let mut text = String::new();
        let read = io::stdin().lock().read_to_string(&mut text);
        return read.map(|_| text).map_err(|error| Error::usage(format!("standard input cannot be read: {error}")));
    }
    input_file::read_text(path).map_err(|error| Error::usage(format!("{name}: it cannot be read: {error}")))
}

fn format(matches: &ArgMatches, path: &Path, text: &str) -> Result<Format, Error> {
    let names = || Format::ALL.map(|(name, _)| name).join(", ");
    match matches.get_one::<String>("from") {
        Some(name) => {
            let known = Format::ALL.iter().find(|(known, _)| known == name).map(|(_, format)| *format);
            known.ok_or_else(|| {
                Error::usage(format!("--from '{name}': there is no such format; give one of {}", names()))
            })
        }
        None => Format::of(path, text).ok_or_else(|| {
            let name = path.display();
            if let Some(fault) = Format::fault(path, text) {
                return Error::usage(format!("{name}: {fault}"));
            }
            Error::usage(format!(
                "{name}: its format is not known by its name or content; give --from with one of {}",
                names()
            ))
        }),
    }
}

/// Values of the environment that is asked for.
fn values(matches: &ArgMatches, path: &Path) -> Result<Vec<(String, String)>, Error> {
    let Some(wanted) = matches.get_one::<String>("env") else { return Ok(Vec::new()) };
    let read = |path: &Path, name: Option<&str>| {
        let wrong = |error: String| Error::usage(format!("--env: {}: {error}", path.display()));
        let text = input_file::read_text(path).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
        environment(&text, name).map_err(wrong)
    };
    if Path::new(wanted).is_file() {
        return read(Path::new(wanted), None);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let files: Vec<PathBuf> = ENVIRONMENTS.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect();
    let mut all: Vec<(String, String)> = Vec::new();
    let mut wrong = None;
    for file in &files {
        match read(file, Some(wanted)) {
            Ok(values) => {
                // Private values come last, and win.
                all.retain(|(known, _)| !values.iter().any(|(name, _)| name == known));
                all.extend(values);
            }
            Err(error) => wrong = Some(error),
        }
    }
    match wrong {
        Some(error) if all.is_empty() => Err(error),
        _ if files.is_empty() => Err(Error::usage(format!(
            "--env '{wanted}': there is no such file, and no {} beside {}",
            ENVIRONMENTS[0],
            path.display()
        ))),
        _ => Ok(all),
    }
}
