//! Mistakes on the command line: each is one line that says what is wrong, where, and what to try.

use std::fs;
use std::process::Command;

use crate::support::{Service, complaint, is_refused, none, perfloop};

/// perfloop says exactly this of these words.
fn says(words: &str, line: &str) -> Option<String> {
    let args: Vec<&str> = words.split(' ').collect();
    complaint(&args, &[&format!("perfloop: {line}\n")])
}

#[test]
fn a_value_that_is_none_is_told_with_its_flag_and_one_that_is() {
    let rows = [
        ("--users abc", "--users: 'abc' is no whole number; write it in digits, like 50"),
        ("--users -1", "--users: '-1' is no whole number; write it in digits, like 50"),
        ("--users 1.5", "--users: '1.5' is no whole number; write it in digits, like 50"),
        ("--users=", "--users: '' is no whole number; write it in digits, like 50"),
        ("--loops x", "--loops: 'x' is no whole number; write it in digits, like 50"),
        ("--seed x", "--seed: 'x' is no whole number; write it in digits, like 50"),
        ("--rate 1 --max-users x", "--max-users: 'x' is no whole number; write it in digits, like 50"),
        ("--users 4294967296", "--users: 4294967296 is more than perfloop can count; give at most 4294967295"),
        ("--proxy foo", "--proxy: 'foo' is no proxy; give a URL like http://127.0.0.1:3128 or socks5://127.0.0.1:1080"),
        ("--expect-status 299-200", "--expect-status: '299-200' begins above its end; write it like 200-299"),
        ("--time soon", "--time: 'soon' is not a span of time; write it like 5, 1.5, 500ms, 30s or 1m30s"),
        ("compare --tolerance x a b", "--tolerance: 'x' is no tolerance; write it like 5% or p99=10%"),
    ];
    none(rows.iter().filter_map(|(words, line)| says(words, line)));
    let no_time = ": there is no time behind after; write it like after 10s, or leave it out";
    is_refused(&["--fail-if", "p95 > 1s after abort"], &["--fail-if 'p95 > 1s after abort'", no_time]);
    is_refused(&["--fail-if", "p95 > 1s after"], &["--fail-if 'p95 > 1s after'", no_time]);
    let url = "http://127.0.0.1:1/";
    is_refused(&[url, "-X", "G T"], &["--method: 'G T' is no HTTP method; write it like POST"]);
    is_refused(&[url, "-H", "a b: c"], &["--header: 'a b' is no header name; write it like 'Accept: text/html'"]);
}

#[test]
fn flags_that_miss_something_or_exclude_each_other_are_told_as_they_are_written() {
    let rows = [
        ("--users", "--users: its value is missing; write --users N"),
        ("--users 1 --users 2", "--users is given more than once; leave one"),
        ("-u1 -u2", "--users is given more than once; leave one"),
        ("--wait 1 --pace 2", "--wait cannot be used with --pace; leave one out"),
        ("--stages 1s:5 --users 3 --ramp-up 4", "--stages cannot be used with --users and --ramp-up; leave one out"),
        ("--key x", "--cert is missing, which --key is about; give it too"),
        (
            "http://127.0.0.1:1/ -T foo",
            "--tags and --exclude-tags leave nothing to run; no check has a tag, so leave --tags out",
        ),
        ("--tags foo", "--tags and --exclude-tags leave nothing to run; no check has a tag, so leave --tags out"),
        ("--quiet=yes", "--quiet takes no value; leave out 'yes'"),
    ];
    none(rows.iter().filter_map(|(words, line)| says(words, line)));
}

#[test]
fn a_subcommand_names_its_own_help() {
    let rows = [
        ("--frob", "there is no flag --frob; see perfloop --help"),
        ("list --frob", "there is no flag --frob; see perfloop list --help"),
        ("merge --frob", "there is no flag --frob; see perfloop merge --help"),
        ("compare --frob", "there is no flag --frob; see perfloop compare --help"),
        ("compare a", "compare: two reports are wanted; give BASE NEW, or --baseline DIR NEW"),
        ("compare a b c", "compare: of more than two reports the sides are wanted; give --base FILE... --new FILE..."),
        ("merge", "FILE is missing; give it too"),
    ];
    none(rows.iter().filter_map(|(words, line)| says(words, line)));
}

#[test]
fn a_word_that_is_almost_a_command_is_told_which() {
    let rows = [
        ("lists", "TARGET 'lists': is no URL; did you mean perfloop list, or http://lists?"),
        ("compar", "TARGET 'compar': is no URL; did you mean perfloop compare, or http://compar?"),
        ("help", "TARGET 'help': is no URL; did you mean perfloop --help?"),
        ("version", "TARGET 'version': is no URL; did you mean perfloop --version?"),
        ("run http://127.0.0.1:1/", "TARGET 'run': is no command, and none is needed; leave it out"),
        ("example.com", "TARGET 'example.com': give the whole URL, http://example.com"),
        ("server", "TARGET 'server': is no URL; did you mean perfloop serve, or http://server?"),
    ];
    none(rows.iter().filter_map(|(words, line)| says(words, line)));
}

#[test]
fn flags_of_other_tools_are_told_by_their_name_here() {
    let rows = [
        ("-c 50", "there is no flag -c; write --users 50"),
        ("-z 30s", "there is no flag -z; write --time 30s"),
        ("--vus 5", "there is no flag --vus; write --users 5"),
        ("--duration 1m", "there is no flag --duration; write --time 1m"),
        ("--rps=100", "there is no flag --rps; write --rate 100"),
        (
            "--iterations 10",
            "there is no flag --iterations; write --loops N for each user, or --requests N for all of them",
        ),
        (
            "--headless",
            "there is no flag --headless; leave it out: a run begins at once, and ends by itself, unless it is perfloop serve",
        ),
        ("--user ann:pw", "there is no flag --user; did you mean --users N, or --basic-auth USER:PASS?"),
        ("list --vus 5", "there is no flag --vus; write --users 5"),
        ("-duration=30s", "there is no flag -duration; write --time 30s"),
        ("-rate=50/s", "there is no flag -rate; write --rate=50/s"),
        ("a.hurl --http2", "there is no flag --http2; HTTP/1.1 only is spoken; leave it out"),
        ("a.hurl --test", "there is no flag --test; write perfloop test FILE, which runs each file once"),
        ("merge a.json --vus 5", "there is no flag --vus; see perfloop merge --help"),
    ];
    none(rows.iter().filter_map(|(words, line)| says(words, line)));
}

#[test]
fn settings_of_other_tools_are_told_by_their_name_here() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        ("vus = 5", "perfloop.toml:1: there is no setting 'vus'; did you mean users?"),
        ("c = 5", "perfloop.toml:1: there is no setting 'c'; did you mean users?"),
        (
            "headless = true",
            "perfloop.toml:1: there is no setting 'headless'; leave it out: a run begins at once, and ends by itself, unless it is perfloop serve",
        ),
        (
            "user-agent = 'me'",
            "perfloop.toml:1: there is no setting 'user-agent'; write header, like --header 'User-Agent: NAME'",
        ),
    ];
    let stderr = |command: &mut Command| {
        let output = command.current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for (line, said) in rows {
        fs::write(folder.path().join("perfloop.toml"), line).unwrap();
        let said_here = stderr(Command::new(env!("CARGO_BIN_EXE_perfloop")).arg("http://127.0.0.1:1/"));
        assert_eq!(said_here, format!("perfloop: {said}\n"));
    }
    fs::remove_file(folder.path().join("perfloop.toml")).unwrap();
    let said = stderr(Command::new(env!("CARGO_BIN_EXE_perfloop")).env("PERFLOOP_DURATION", "30s"));
    assert_eq!(
        said,
        "perfloop: PERFLOOP_DURATION: there is no setting 'PERFLOOP_DURATION'; did you mean PERFLOOP_TIME?\n"
    );
}

#[test]
fn what_is_no_target_is_told_with_what_was_meant() {
    let there = "there is no such file or folder; give one that is there, or a whole URL like";
    let rows = [
        ("http:///x", "TARGET 'http:///x': has no host; write it like http://127.0.0.1:5000/x".to_owned()),
        ("https//x", "TARGET 'https//x': lacks the :// of a URL; write https://x".to_owned()),
        ("localhost:5000", "TARGET 'localhost:5000': give the whole URL, http://localhost:5000".to_owned()),
        ("nope/there", format!("TARGET 'nope/there': {there} http://nope/there")),
        ("./nope", format!("TARGET './nope': {there} http://./nope")),
        (
            "wget http://127.0.0.1:1/",
            "TARGET 'wget': is another program; write the request for curl, as perfloop curl -- curl URL".to_owned(),
        ),
        ("--host http:///x /y", "--host: 'http:///x' is no host; give a URL like http://127.0.0.1:5000".to_owned()),
        ("curl wget http://a.test/", "curl: this is wget, and no command of curl; copy it as cURL (bash)".to_owned()),
        ("curl -- http a.test", "curl: this is HTTPie, and no command of curl; copy it as cURL (bash)".to_owned()),
    ];
    none(rows.iter().filter_map(|(words, line)| says(words, line)));
    let test = perfloop(&["test", "http://127.0.0.1:1/"]);
    let said = "perfloop: 'http://127.0.0.1:1/' is a URL, and perfloop test runs Hurl files; \
                write perfloop http://127.0.0.1:1/ --loops 1\n";
    assert_eq!((test.code, test.stderr.as_str()), (Some(1), said));
}

#[test]
fn a_list_refuses_the_flags_that_write_something_and_takes_those_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x").to_str().unwrap().to_owned();
    for flag in ["--json", "--html", "--csv", "--junit", "--hlog", "--samples", "--log-http"] {
        is_refused(&["list", flag, &file], &[&format!("{flag}: perfloop list writes nothing but the list")]);
    }
    is_refused(&["list", "--quiet"], &["--quiet: perfloop list"]);
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    let run = perfloop(&["list", "http://127.0.0.1:1/x", "--users", "5", "--fail-if", "p95 > 1s"]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 2), "{run:#?}");
    // One file serves all commands.
    fs::write(folder.path().join("perfloop.toml"), "quiet = true\njson = 'x.json'\n").unwrap();
    let mut list = Command::new(env!("CARGO_BIN_EXE_perfloop"));
    let of_file = list.args(["list", "http://127.0.0.1:1/x"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(of_file.status.code(), Some(0), "{of_file:?}");
}

#[test]
fn a_folder_that_is_not_there_is_told_with_the_flag() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nope").to_str().unwrap().to_owned();
    let (file, url) = (format!("{missing}/x"), service.at("/fast"));
    let rows = ["--json", "--html", "--csv", "--junit", "--hlog", "--samples", "--log-http"];
    none(rows.iter().filter_map(|flag| {
        let line = format!("the folder {missing} does not exist; make it");
        complaint(&[flag, &file, "--loops", "1", &url], &[&format!("perfloop: {flag} {file}"), &line])
    }));
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn no_line_of_a_help_is_wider_than_a_terminal_of_80_columns() {
    for words in
        [&["--help"][..], &["list", "--help"], &["curl", "--help"], &["merge", "--help"], &["compare", "--help"]]
    {
        let mut help = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        let output = help.args(words).env("COLUMNS", "80").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert_eq!(wide, [""; 0], "{words:?}");
        // Beside its flag, not below it: otherwise the section is twice as long.
        let is_flag = |line: &&str| line.starts_with("      --") || line.starts_with("  -");
        let alone = text.lines().filter(|line| is_flag(line) && !line.trim().contains("  "));
        assert_eq!(alone.collect::<Vec<_>>(), [""; 0], "{words:?}");
    }
}
