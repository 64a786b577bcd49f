//! Hurl files on the command line: as load, as tests, and what is refused.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::{Output, Service, is_refused, perfloop, start};

/// A service, and a folder with Hurl files.
struct Place {
    service: Service,
    folder: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Place { service: Service::start(), folder: tempfile::tempdir().unwrap() };
        for (name, text) in files {
            fs::write(place.path(name), text).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn host(&self) -> String {
        format!("host={}", self.service.at(""))
    }

    /// Runs perfloop in the folder, with the variable `host`.
    fn run(&self, args: &[&str]) -> Output {
        let host = self.host();
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        start(command.current_dir(&self.folder).args(args).args(["--variable", &host])).wait()
    }

    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--json", "-"]].concat());
        output.json()
    }
}

const HELLO: &str = "GET {{host}}/json\nHTTP 200\n[Asserts]\njsonpath \"$.code\" == 1\n";
const WRONG: &str = "GET {{host}}/json\nHTTP 200\n[Asserts]\njsonpath \"$.code\" == 2\n";

#[test]
fn a_file_is_a_check_and_its_entries_are_requests() {
    let text = format!("{HELLO}POST {{{{host}}}}/echo?x={{{{user}}}}\nHTTP 200\n");
    let place = Place::new(&[("a.hurl", &text)]);
    let json = place.json(&["a.hurl", "--users", "2", "--loops", "3"]);
    assert_eq!(json["checks"][0]["name"], "a.hurl");
    assert_eq!(json["totals"]["pass"], 6);
    let names: Vec<&str> =
        json["requests"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET /json", "POST /echo"]);
    assert_eq!(place.service.total_hits(), 12);
}

#[test]
fn a_failed_assert_is_a_fail_with_its_line_wanted_and_got() {
    let place = Place::new(&[("a.hurl", WRONG)]);
    let json = place.json(&["a.hurl", "--loops", "2"]);
    assert_eq!(json["totals"]["fail"], 2);
    let message = json["failures"][0]["message"].as_str().unwrap();
    assert_eq!(message, "line 4: jsonpath \"$.code\" == 2: wanted integer <2>, got integer <1>");
}

#[test]
fn an_assert_that_fails_is_shown_below_the_line_of_its_request() {
    let place = Place::new(&[("a.hurl", WRONG), ("b.hurl", "GET {{host}}/json\nHTTP 404\n")]);
    let shown = |file: &str, text: &str| {
        let output = place.run(&["test", file]);
        assert_eq!(output.code, Some(4), "{output:#?}");
        assert!(output.stderr.starts_with(&format!("{file}:{text}\n\n")), "{output:#?}");
        let json = place.json(&[file, "--users", "2", "--loops", "2"]);
        assert_eq!(json["failures"].as_array().map(Vec::len), Some(1), "{:#}", json["failures"]);
        assert_eq!(json["failures"][0]["detail"], format!("{file}:{text}"));
    };
    shown(
        "a.hurl",
        "4:19: assert failed\n    | GET {{host}}/json\n    | ...\n  4 | jsonpath \"$.code\" == 2\n    \
         |                   ^^^^\n    | actual:   integer <1>\n    | expected: integer <2>",
    );
    shown(
        "b.hurl",
        "2:6: assert status code\n    | GET {{host}}/json\n  2 | HTTP 404\n    |      ^^^ actual value is <200>",
    );
}

#[test]
fn flags_of_hurl_that_there_are_none_of_are_named_by_tests_and_by_load() {
    let place = Place::new(&[("a.hurl", HELLO)]);
    let one_line = |args: &[&str], code: i32, line: &str| {
        let output = place.run(args);
        assert_eq!((output.code, output.stderr), (Some(code), format!("perfloop: {line}\n")), "{args:?}");
    };
    for (flag, remedy) in [
        ("--error-format=long", "errors have one form; leave it out"),
        ("--very-verbose", "give --verbose, which shows bodies too"),
        ("--report-tap", "give --report-junit"),
        ("-b", "set cookies in the file, by [Cookies]"),
    ] {
        let name = flag.split('=').next().unwrap();
        one_line(&["test", "a.hurl", flag], 1, &format!("{name} is a flag of Hurl that perfloop has not: {remedy}"));
    }
    one_line(
        &["test", "a.hurl", "--users", "5"],
        1,
        "--users is for load, and perfloop test runs each file once; leave out the word test, and the same files are run as load",
    );
    one_line(
        &["a.hurl", "--error-format", "long"],
        2,
        "there is no flag --error-format; leave it out: errors have one form",
    );
    one_line(&["a.hurl", "--report-junit", "x.xml"], 2, "there is no flag --report-junit; write --junit x.xml");
    assert_eq!(place.service.total_hits(), 0);
    let tls = place.run(&["test", "a.hurl", "--tls-min", "1.2", "--tls-max", "1.3"]);
    assert_eq!(tls.code, Some(0), "{tls:#?}");
    one_line(&["test", "a.hurl", "--tls-max", "1.1"], 1, "--tls-max: '1.1' is not spoken; give 1.2 or 1.3");
}

#[test]
fn a_body_that_is_asked_for_goes_to_a_pipe_as_it_came() {
    let body = "\u{1b}[31mred\u{1b}]52;c;eA==\u{7}";
    let service =
        crate::raw::Raw::answering(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    let place = Place::new(&[("out.hurl", &format!("GET {}\n[Options]\noutput: -\n", service.at("/")))]);
    let output = perfloop(&["test", place.path("out.hurl").to_str().unwrap()]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(0), body), "{output:?}");
}

#[test]
fn a_folder_is_read_and_list_shows_what_is_in_it() {
    let place = Place::new(&[("b.hurl", HELLO), ("a.hurl", WRONG), ("c.txt", "no")]);
    let output = place.run(&["list", "."]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let wanted = "check   weight    share\n\
                  a.hurl       1   50.0 %\n  GET /json\n\
                  b.hurl       1   50.0 %\n  GET /json\n";
    assert_eq!(output.stdout, wanted);
    assert_eq!(place.service.total_hits(), 0);
}

#[test]
fn variables_are_filled_for_each_user_and_iteration_so_that_nothing_collides() {
    let text = "POST {{host}}/no/{{email}}/{{unique_id}}\nHTTP *\n";
    let place = Place::new(&[("a.hurl", text)]);
    place.json(&["a.hurl", "--users", "2", "--loops", "3", "--variable", "email=u{user}-{iteration}@x.test"]);
    let paths: Vec<String> = place.service.hits().into_keys().collect();
    assert_eq!(paths.len(), 6, "{paths:?}");
    for mail in ["u1-1@x.test", "u1-3@x.test", "u2-2@x.test"] {
        assert!(paths.iter().any(|path| path.contains(mail)), "{mail} in {paths:?}");
    }
}

#[test]
fn rows_of_a_feed_are_variables_by_their_columns() {
    let text = "GET {{host}}/mirror\n[Query]\nid: {{id}}\nHTTP 200\n";
    let place = Place::new(&[("a.hurl", text), ("rows.csv", "id,x\n007,a\n8,b\n")]);
    let output = place.run(&["a.hurl", "--loops", "2", "--feed", "rows.csv", "--log-http", "-"]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let urls: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with("> GET ")).collect();
    assert!(urls.len() == 2 && urls[0].ends_with("id=007") && urls[1].ends_with("id=8"), "{urls:?}");
}

#[test]
fn setup_and_teardown_run_once_for_each_user_and_hand_on_what_they_captured() {
    let place = Place::new(&[
        ("login.hurl", "POST {{host}}/echo\nHTTP 200\n[Captures]\nword: jsonpath \"$.method\"\n"),
        ("work.hurl", "GET {{host}}/no/{{word}}\nHTTP 404\n"),
        ("bye.hurl", "DELETE {{host}}/no/bye\nHTTP 404\n"),
    ]);
    let args = ["work.hurl", "--setup", "login.hurl", "--teardown", "bye.hurl", "--users", "3", "--loops", "4"];
    let json = place.json(&args);
    assert_eq!(json["totals"]["fail"], 0, "{:#}", json["failures"]);
    let hits = place.service.hits();
    let hits_of = |path: &str| hits.get(path).copied().unwrap_or(0);
    assert_eq!((hits_of("/echo"), hits_of("/no/POST"), hits_of("/no/bye")), (3, 12, 3), "{hits:?}");
}

#[test]
fn a_secret_is_shown_nowhere() {
    const SECRET: &str = "s3cr3t/&\"x";
    let text = "POST {{host}}/mirror?key={{token}}\nX-Key: {{token}}\n[Form]\nkey: {{token}}\nHTTP 200\n\
                [Asserts]\nbody == \"{{token}}\"\n";
    let place = Place::new(&[("a.hurl", text)]);
    let secret = format!("token={SECRET}");
    let args = ["a.hurl", "--loops", "2", "--secret", &secret, "--log-http", "log.txt", "--json", "a.json"];
    let output = place.run(&[&args[..], &["--html", "a.html", "--junit", "a.xml"]].concat());
    assert_eq!(output.code, Some(1), "{output:#?}");
    let mut seen = vec![("stdout", output.stdout), ("stderr", output.stderr)];
    for file in ["log.txt", "a.json", "a.html", "a.xml"] {
        seen.push((file, fs::read_to_string(place.path(file)).unwrap()));
    }
    assert!(seen.iter().any(|(_, text)| text.contains("***")));
    for dry in
        [place.run(&["a.hurl", "--secret", &secret, "--dry-run"]), place.run(&["test", "a.hurl", "--secret", &secret])]
    {
        seen.extend([("again", dry.stdout), ("again", dry.stderr)]);
    }
    for (name, text) in seen {
        assert!(!text.contains("s3cr3t"), "{name}: {text}");
    }
}

#[test]
fn a_test_runs_each_file_once_with_the_exit_codes_of_hurl() {
    let place = Place::new(&[
        ("good.hurl", HELLO),
        ("wrong.hurl", WRONG),
        ("dead.hurl", "GET http://127.0.0.1:1/\nHTTP 200\n"),
        ("bad.hurl", "GIT {{host}}\n[\n"),
    ]);
    for (args, code) in [
        (&["test", "good.hurl"][..], 0),
        (&["check", "good.hurl", "good.hurl", "--jobs", "2"], 0),
        (&["test", "good.hurl", "--http2"], 1),
        (&["test", "none.hurl"], 1),
        (&["test", "good.hurl", "bad.hurl"], 2),
        (&["test", "wrong.hurl", "dead.hurl"], 3),
        (&["test", "good.hurl", "wrong.hurl"], 4),
        (&["test", "wrong.hurl", "--no-assert"], 0),
    ] {
        let output = place.run(args);
        assert_eq!(output.code, Some(code), "{args:?}: {output:#?}");
    }
    // One file that is none keeps the others from being run.
    assert_eq!(place.service.total_hits(), 1 + 2 + 1 + 2 + 1);
}

#[test]
fn a_test_writes_a_junit_case_for_each_file() {
    let place = Place::new(&[("good.hurl", HELLO), ("wrong.hurl", WRONG)]);
    let output = place.run(&["test", ".", "--report-junit", "a.xml"]);
    assert_eq!(output.code, Some(4), "{output:#?}");
    let text = fs::read_to_string(place.path("a.xml")).unwrap();
    let report = quick_junit_cases(&text);
    assert_eq!(report, [("good.hurl".to_owned(), false), ("wrong.hurl".to_owned(), true)], "{text}");
}

/// Name of each case, and whether it failed.
fn quick_junit_cases(text: &str) -> Vec<(String, bool)> {
    let cases = text.split("<testcase ").skip(1);
    let name = |case: &str| case.split("name=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    cases.map(|case| (name(case), case.split("</testcase>").next().unwrap().contains("<failure"))).collect()
}

#[test]
fn the_environment_of_hurl_gives_variables_and_flags() {
    let place = Place::new(&[("a.hurl", "GET {{place}}/no/{{word}}\nHTTP 404\n[Asserts]\nstatus == {{code}}\n")]);
    let service = place.service.at("");
    let variables = [
        ("HURL_VARIABLE_place", service.as_str()),
        ("HURL_VARIABLE_code", "404"),
        ("HURL_SECRET_word", "hush"),
        ("HURL_HEADER", "X-A: 1|X-B: 2"),
    ];
    let file = place.path("a.hurl");
    let test = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        command.arg("test").arg(&file);
        command
    };
    let output = start(test().envs(variables)).wait();
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert_eq!(place.service.hits()["/no/hush"], 1);
    let output = start(test().env("HURL_RETRY", "often")).wait();
    assert!(output.code == Some(1) && output.stderr.contains("HURL_RETRY"), "{output:#?}");
}

#[test]
fn weights_and_classes_of_files_stand_in_the_settings() {
    let settings = "[checks.\"a.hurl\"]\nclass = \"reader\"\n[checks.\"b.hurl\"]\nclass = \"writer\"\n\
                    [classes.reader]\nusers = 3\n[classes.writer]\nusers = 1\n";
    let place = Place::new(&[
        ("perfloop.toml", settings),
        ("a.hurl", "GET {{host}}/no/a\nHTTP 404\n"),
        ("b.hurl", "GET {{host}}/no/b\nHTTP 404\n"),
    ]);
    let json = place.json(&[".", "--users", "4", "--loops", "2"]);
    assert_eq!(json["totals"]["pass"], 8, "{:#}", json["totals"]);
    assert_eq!((place.service.hits()["/no/a"], place.service.hits()["/no/b"]), (6, 2));
    fs::write(place.path("perfloop.toml"), "[checks.\"c.hurl\"]\nweight = 2\n").unwrap();
    let output = place.run(&[".", "--loops", "1"]);
    assert!(output.code == Some(2) && output.stderr.contains("there is no check 'c.hurl'"), "{output:#?}");
}

#[test]
fn files_that_cannot_be_run_are_refused_all_at_once_before_any_traffic() {
    let place = Place::new(&[
        ("a.hurl", HELLO),
        ("b.hurl", "GET {{host}}/\nHTTP 200\n[Asserts]\njsonpath \"$.x\" equalz 1\n"),
        ("c.hurl", "GET {{host}}/\n[Options]\nhttp2: true\n"),
    ]);
    let output = place.run(&["."]);
    assert_eq!(output.code, Some(2), "{output:#?}");
    assert!(output.stderr.contains("b.hurl:4:") && output.stderr.contains("c.hurl:3:"), "{}", output.stderr);
    assert_eq!(place.service.total_hits(), 0);
}

#[test]
fn flags_that_mean_nothing_to_a_target_are_refused() {
    let place = Place::new(&[("a.hurl", HELLO)]);
    let file = place.path("a.hurl");
    let file = file.to_str().unwrap();
    is_refused(&[file, "--expect-status", "200"], &["--expect-status is for URLs"]);
    is_refused(&[file, "--method", "PUT"], &["--method is for URLs"]);
    is_refused(&[&place.service.at("/json"), "--setup", file], &["--setup is for Hurl files"]);
    is_refused(&["--keep-session"], &["--keep-session is for Hurl files"]);
    is_refused(&[file, "--variable", "host"], &["--variable 'host': there is no value"]);
    is_refused(&[file, "--repeat", "3"], &["--repeat", "--loops"]);
    is_refused(&[file, "--jobs", "3"], &["--jobs", "--users"]);
    assert_eq!(perfloop(&["--help"]).code, Some(0));
}
