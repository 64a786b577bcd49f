//! What cannot be written is told and is exit code 3; a reader who has seen enough is no mistake.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::process::{Command, Stdio};

use crate::support::{Reports, Service, none};

fn full() -> File {
    OpenOptions::new().write(true).open("/dev/full").unwrap()
}

/// A pipe whose reader has left.
fn left() -> Stdio {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// Exit code and stderr of the binary with this as its stdout.
fn with_stdout(stdout: impl Into<Stdio>, args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
    let output = command.args(args).stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Command lines that all print something to stdout and would end with 0.
fn commands(service: &Service, place: &Reports) -> Vec<Vec<String>> {
    let url = service.at("/fast");
    let shown = place.path("shown.hurl");
    fs::write(&shown, format!("GET {url}\n[Options]\noutput: -\nHTTP 200\n")).unwrap();
    let report = |name: &str| {
        let path = place.path(name);
        let run = ["--users", "2", "--time", "0.5", "--quiet", "--json", &path, &url];
        assert_eq!(with_stdout(Stdio::null(), &run).0, Some(0));
        path
    };
    let (one, other) = (report("one.json"), report("other.json"));
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<String>>();
    let run = |flags: &[&str]| words(&[&["--loops", "3", "--quiet"], flags, &[&url]].concat());
    let mut commands: Vec<Vec<String>> = vec![
        words(&["--help"]),
        words(&["--version"]),
        words(&["test", "--help"]),
        words(&["merge", "--help"]),
        words(&["list", &url]),
        words(&["test", &shown]),
        words(&["merge", &one, &other]),
        words(&["merge", &one, &other, "--json", "-"]),
        words(&["compare", &one, &one]),
        words(&["compare", &one, &one, "--json", "-"]),
        words(&["compare", &one, &one, "--html", "-"]),
        words(&["curl", "--loops", "3", "--", "curl", &url]),
        run(&[]),
        run(&["--dry-run"]),
    ];
    let streams = ["--json", "--html", "--hlog", "--junit", "--samples", "--log-http"];
    commands.extend(streams.map(|flag| run(&[flag, "-"])));
    commands
}

#[test]
fn stdout_that_is_full_is_exit_code_3_and_a_line() {
    let (service, place) = (Service::start(), Reports::new());
    none(commands(&service, &place).into_iter().filter_map(|words| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (code, stderr) = with_stdout(full(), &words);
        let is_told =
            stderr.lines().any(|line| line.starts_with("perfloop: ") && line.contains("could not be written"));
        (code != Some(3) || !is_told).then(|| format!("{words:?}: {code:?} {stderr}"))
    }));
}

#[test]
fn a_reader_that_has_left_is_no_error() {
    let (service, place) = (Service::start(), Reports::new());
    none(commands(&service, &place).into_iter().filter_map(|words| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let (code, stderr) = with_stdout(left(), &words);
        (code != Some(0) || stderr.contains("could not be written")).then(|| format!("{words:?}: {code:?} {stderr}"))
    }));
}

#[test]
fn a_reader_that_leaves_in_the_middle_is_no_error_and_the_run_goes_on() {
    let service = Service::start();
    let (mut reader, writer) = io::pipe().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
    command.args(["--loops", "3000", "--quiet", "--samples", "-", &service.at("/fast")]);
    let child = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    reader.read_exact(&mut [0; 100]).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("3000 pass, 0 fail, 0 exception"), "{stderr}");
    assert_eq!(service.total_hits(), 3000);
}

#[test]
fn what_a_test_comes_to_is_written_or_it_has_failed() {
    let (service, place) = (Service::start(), Reports::new());
    let file = place.path("a.hurl");
    fs::write(&file, format!("GET {}\nHTTP 200\n", service.at("/fast"))).unwrap();
    let test = |stderr: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        let command = command.args(["test", &file]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
        command.status().unwrap().code()
    };
    assert_eq!((test(full().into()), test(left())), (Some(3), Some(0)));
}
