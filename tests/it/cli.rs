//! The command line: what it refuses, what it writes where, and how it ends.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{REFUSED, Service, complaint, is_refused, none, perfloop, spawn_as};

/// A service, and files to name on the command line.
struct Place {
    service: Service,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Place { service: Service::start(), folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The names of the files that were left behind.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn a_target_that_is_no_url_is_refused_with_the_one_to_give() {
    let suggestion = "give a URL like http://127.0.0.1:5000/json";
    let rows = [
        ("", ["TARGET", suggestion]),
        ("ftp://127.0.0.1/", ["TARGET 'ftp://127.0.0.1/'", "http and https, not 'ftp'"]),
        ("example.com", ["TARGET 'example.com'", "http://example.com"]),
        ("example.com/a?b", ["TARGET 'example.com/a?b'", "http://example.com/a?b"]),
        ("localhost:5000", ["TARGET 'localhost:5000'", "http://localhost:5000"]),
        ("http://", ["TARGET 'http://'", "has no host; write it like http://127.0.0.1:5000/"]),
        ("http://127.0.0.1:99999/", ["TARGET", "invalid port"]),
        ("hello.hurl", ["hello.hurl: there is no such file", "name one"]),
    ];
    none(rows.iter().filter_map(|(target, words)| complaint(&[target, "--loops", "1"], words)));
}

#[test]
fn a_bad_plan_is_refused_by_the_name_of_its_flag() {
    let place = Place::new();
    let url = place.service.at("/fast");
    let rows = [
        ("--users 0", ["--users", "1 or more"]),
        ("--users -1", ["--users", "-1"]),
        ("--users=-1", ["--users", "-1"]),
        ("--users x", ["--users", "'x'"]),
        ("--users 4000000000", ["--users 4000000000", "at most"]),
        ("--users 99999999999", ["--users: 99999999999", "give at most 4294967295"]),
        ("--loops 0", ["--loops", "1 or more"]),
        ("--loops -1", ["--loops", "-1"]),
        ("--time 0", ["--time", "like 10s"]),
        ("--time abc", ["--time", "1m30s"]),
        ("--time -5", ["--time", "-5"]),
        ("--wait soon", ["--wait", "1m30s"]),
        ("--timeout 0", ["--timeout", "like 30s"]),
        ("--connect-timeout 0", ["--connect-timeout", "like 5s"]),
        ("--stats-interval 0", ["--stats-interval", "like 5s"]),
        ("--stack-size 1", ["--stack-size", "256KiB"]),
        ("--stack-size big", ["--stack-size", "1MiB"]),
        ("--spawn-rate 0", ["--spawn-rate", "10/s"]),
        ("--users 2 --ramp-up 1 --spawn-rate 1", ["--ramp-up", "--spawn-rate"]),
        ("--users 2 --ramp-up 5 --time 5", ["--ramp-up", "--time"]),
        ("--users 100 --ramp-up 60", ["--ramp-up", "--time"]),
        ("--users 100 --spawn-rate 1 --time 5", ["--spawn-rate", "--time"]),
    ];
    none(rows.iter().filter_map(|(flags, words)| {
        let args: Vec<&str> = flags.split(' ').chain([url.as_str()]).collect();
        complaint(&args, words)
    }));
    assert_eq!(place.service.total_hits(), 0);
}

#[test]
fn a_bad_request_or_expectation_is_refused_by_the_name_of_its_flag() {
    let place = Place::new();
    let url = place.service.at("/fast");
    let not_pem = place.file("not.pem");
    fs::write(&not_pem, "hello").unwrap();
    let rows = [
        ("--header", "no colon", "Accept: text/html"),
        ("--header", ": no name", "Accept: text/html"),
        ("--header", "a b: c", "'a b'"),
        ("--header", "a: b\nc: d", "'a'"),
        ("--method", "G T", "'G T'"),
        ("--data", "@/no/such/file", "/no/such/file"),
        ("--basic-auth", "nopassword", "USER:PASSWORD"),
        ("--cacert", "/no/such/file", "/no/such/file"),
        ("--cacert", &not_pem, "PEM"),
        ("--expect-status", "20", "200,204"),
        ("--expect-status", "", "200,204"),
        ("--expect-json", "=1", "code=1"),
        ("--expect-header", "no colon", "Accept: text/html"),
    ];
    none(rows.iter().filter_map(|(flag, value, word)| complaint(&[flag, value, "--loops", "1", &url], &[flag, word])));
    assert_eq!(place.service.total_hits(), 0);
}

#[test]
fn a_flag_on_requests_needs_a_target() {
    let rows = [
        &["--method", "GET"][..],
        &["--header", "a: b"],
        &["--data", "x"],
        &["--basic-auth", "a:b"],
        &["--location"],
        &["--compressed"],
        &["--cacert", "/etc/hostname"],
        &["--insecure"],
        &["--expect-status", "200"],
        &["--expect-json", "code=1"],
        &["--expect-contains", "x"],
        &["--expect-header", "a: b"],
    ];
    none(rows.iter().filter_map(|args| complaint(&[args, &["--loops", "1"][..]].concat(), &[args[0], "target"])));
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_any_traffic() {
    let place = Place::new();
    let url = place.service.at("/fast");
    let missing = place.file("missing/run.json");
    let folder = place.file("");
    for flag in ["--json", "--hlog", "--log-http"] {
        for path in [&missing, &folder] {
            is_refused(&[flag, path, "--loops", "1", &url], &[flag, path]);
        }
    }
    is_refused(&["--json", "-", "--log-http", "-", &url], &["--json", "--log-http", "stdout"]);
    assert_eq!(place.service.total_hits(), 0);
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn secrets_are_shown_only_in_a_log() {
    is_refused(&["--show-secrets", "--loops", "1"], &["--show-secrets", "--log-http"]);
}

#[test]
fn a_refused_run_leaves_the_files_of_the_last_one_alone() {
    let place = Place::new();
    let (json, log) = (place.file("run.json"), place.file("run.log"));
    for path in [&json, &log] {
        fs::write(path, "the last run").unwrap();
    }
    let missing = place.file("missing/run.log");
    is_refused(&["--json", &json, "--log-http", &missing, &place.service.at("/fast")], &["--log-http"]);
    is_refused(&["--json", &json, "--log-http", &log, "--users", "0"], &["--users"]);
    is_refused(&["--json", &json, "--log-http", &log, "--header", "bad", &place.service.at("/fast")], &["--header"]);
    for path in [&json, &log] {
        assert_eq!(fs::read_to_string(path).unwrap(), "the last run");
    }
    assert_eq!(place.files(), ["run.json", "run.log"]);
}

#[test]
fn an_unknown_flag_is_refused_with_the_nearest_one() {
    is_refused(&["--usrs", "2"], &["--usrs", "--users"]);
    is_refused(&["--expect-jsn", "code=1"], &["--expect-jsn", "--expect-json"]);
    is_refused(&["--frobnicate"], &["--frobnicate", "--help"]);
}

#[test]
fn help_and_version_are_no_errors() {
    let help = perfloop(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    assert!(help.stdout.contains("perfloop [OPTIONS] [TARGET]..."), "{}", help.stdout);
    assert!(help.stdout.contains("Exit codes:"), "{}", help.stdout);
    let version = perfloop(&["--version"]);
    assert_eq!((version.code, version.stderr.as_str()), (Some(0), ""));
    assert_eq!(version.stdout, format!("perfloop {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_exit_code_tells_whether_all_checks_passed() {
    let service = Service::start();
    let code = |urls: &[&str]| perfloop(&[&["--loops", "2"], urls].concat()).code;
    let (fast, missing) = (service.at("/fast"), service.at("/status/404"));
    assert_eq!(code(&[&fast]), Some(0));
    assert_eq!(code(&[&missing]), Some(1), "a fail");
    assert_eq!(code(&[REFUSED]), Some(1), "an exception");
    assert_eq!(code(&[&fast, &missing]), Some(1), "one of two checks");

    let hang = service.at("/fault/hang");
    let none_ended = perfloop(&["--time", "0.2", "--stop-timeout", "0.1", &hang]);
    assert_eq!(none_ended.code, Some(1), "{none_ended:#?}");
    assert!(none_ended.stdout.contains("no check ended"), "{}", none_ended.stdout);
}

#[test]
fn unfinished_checks_alone_do_not_change_the_exit_code() {
    let service = Service::start();
    let output =
        perfloop(&["--time", "0.3", "--stop-timeout", "0.1", &service.at("/fast"), &service.at("/fault/hang")]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stdout.contains("1 pass, 0 fail, 0 exception, 1 unfinished"), "{}", output.stdout);
}

#[test]
fn json_on_stdout_is_alone_there() {
    let service = Service::start();
    let output = perfloop(&["--loops", "3", "--json", "-", &service.at("/fast")]);
    let json = output.json();
    assert_eq!((&json["totals"]["pass"], &json["run"]["users"]), (&3.into(), &1.into()));
    assert_eq!(json["run"]["target"], service.at("/fast"));
    assert!(output.stderr.contains("TPR of passes, ms"), "what is for people is on stderr: {}", output.stderr);
}

#[test]
fn the_report_of_one_url_fits_a_small_terminal_where_all_is_well() {
    let service = Service::start();
    let output = perfloop(&["--loops", "20", &service.at("/fast")]);
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert!(lines.len() <= 25 && lines.iter().all(|line| line.chars().count() <= 160), "{}", output.stdout);
    for words in
        ["20 pass", "answers by status: 200: 20", "p50", "p95", "p99", "max", "times: ", "load:  ", "gates: held"]
    {
        assert!(output.stdout.contains(words), "{words}: {}", output.stdout);
    }
}

#[test]
fn a_quiet_run_writes_nothing_on_the_way() {
    let service = Service::start();
    let url = service.at("/fast");
    let args = ["--time", "1", "--stats-interval", "0.1", "--wait", "0.01", &url];
    let loud = perfloop(&args);
    assert!(loud.stderr.lines().count() >= 3, "{}", loud.stderr);
    let quiet = perfloop(&[&args[..], &["--quiet"]].concat());
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
    assert!(quiet.stdout.contains("TPR of passes, ms"), "{}", quiet.stdout);
}

#[test]
fn the_log_holds_requests_and_answers_with_their_secrets_masked() {
    let place = Place::new();
    let url = place.service.at("/echo");
    let log = place.file("http.log");
    let args =
        ["--loops", "2", "--log-http", &log, "--basic-auth", "ann:s3cret", "-H", "Cookie: id=t0ken", "-d", "hi", &url];
    assert_eq!(perfloop(&args).code, Some(0));
    let text = fs::read_to_string(&log).unwrap();
    assert_eq!(text.matches(&format!("\n> POST {url}\n")).count(), 2, "{text}");
    assert_eq!(text.matches("\n< 200\n").count(), 2, "{text}");
    for words in
        ["user 1 iteration 2", "Authorization: ***", "Cookie: ***", "Content-Length: 2", "\n> hi\n", "\"method\""]
    {
        assert!(text.contains(words), "'{words}' is not in: {text}");
    }
    let (head, _) = text.split_once("\n< 200").unwrap();
    assert!(!head.contains("t0ken") && !head.contains("Basic "), "{head}");

    assert_eq!(perfloop(&[&args[..], &["--show-secrets"]].concat()).code, Some(0));
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("Authorization: Basic YW5uOnMzY3JldA==\n") && text.contains("Cookie: id=t0ken\n"), "{text}");
}

#[test]
fn the_log_says_why_there_was_no_answer() {
    let output = perfloop(&["--loops", "1", "--log-http", "-", REFUSED]);
    assert!(output.stdout.contains("* no answer: connection refused by 127.0.0.1:1\n"), "{}", output.stdout);
}

#[test]
fn the_log_can_go_to_stdout_beside_the_tables() {
    let service = Service::start();
    let url = service.at("/fast");
    let output = perfloop(&["--loops", "1", "--log-http", "-", &url]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let stdout = &output.stdout;
    assert!(stdout.contains(&format!("> GET {url}\n")) && stdout.contains("< 200\n"), "{stdout}");
    assert!(stdout.contains("{\"code\": 1}") && stdout.contains("TPR of passes, ms"), "{stdout}");
}

#[test]
fn numbers_that_cannot_be_written_are_exit_code_3_and_the_tables_are_printed() {
    let service = Service::start();
    let output = perfloop(&["--loops", "3", "--json", "/dev/full", &service.at("/fast")]);
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(output.stderr.starts_with("perfloop: --json /dev/full: could not be written"), "{}", output.stderr);
    assert!(output.stdout.contains("3 pass, 0 fail, 0 exception"), "{}", output.stdout);
}

#[test]
fn a_log_that_cannot_be_written_is_exit_code_3_and_the_run_goes_on() {
    let service = Service::start();
    let output = perfloop(&["--loops", "3", "--log-http", "/dev/full", &service.at("/fast")]);
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(output.stderr.contains("perfloop: --log-http /dev/full: could not be written"), "{}", output.stderr);
    assert!(output.stdout.contains("3 pass, 0 fail, 0 exception"), "{}", output.stdout);
    assert!(output.stdout.contains("warning: the log ends early"), "{}", output.stdout);
}

#[test]
fn several_targets_are_a_check_each() {
    let service = Service::start();
    let (fast, missing) = (service.at("/fast"), service.at("/status/404"));
    let json = perfloop(&["--users", "2", "--loops", "3", "--json", "-", &fast, &missing]).json();
    let checks = json["checks"].as_array().unwrap();
    let rows: Vec<_> = checks.iter().map(|check| (&check["name"], &check["pass"], &check["fail"])).collect();
    assert_eq!(
        rows,
        [(&Value::from("GET /fast"), &6.into(), &0.into()), (&Value::from("GET /status/404"), &0.into(), &6.into())]
    );
    assert_eq!(service.hits(), [("/fast".into(), 6), ("/status/404".into(), 6)].into());
}

#[test]
fn targets_with_the_same_path_are_told_apart() {
    let (a, b) = (Service::start(), Service::start());
    let json = perfloop(&["--loops", "2", "--json", "-", &a.at("/fast"), &b.at("/fast")]).json();
    for rows in ["checks", "requests"] {
        let names: Vec<&str> = json[rows].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(names, [format!("GET {}", a.at("/fast")), format!("GET {}", b.at("/fast"))], "{rows}");
    }
    assert_eq!((a.total_hits(), b.total_hits()), (2, 2));
}

#[test]
fn an_old_json_file_is_replaced_whole() {
    let place = Place::new();
    let path = place.file("run.json");
    fs::write(&path, "x".repeat(1_000_000)).unwrap();
    assert_eq!(perfloop(&["--loops", "1", "--json", &path, &place.service.at("/fast")]).code, Some(0));
    let json: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(json["totals"]["pass"], 1);
    assert_eq!(place.files(), ["run.json"], "nothing else is left behind");
}

#[test]
fn a_json_file_is_written_for_a_run_that_failed_too() {
    let place = Place::new();
    let path = place.file("run.json");
    assert_eq!(perfloop(&["--loops", "2", "--json", &path, &place.service.at("/status/500")]).code, Some(1));
    let json: Value = serde_json::from_slice(&fs::read(Path::new(&path)).unwrap()).unwrap();
    assert_eq!((&json["totals"]["fail"], &json["failures"][0]["count"]), (&2.into(), &2.into()));
    assert_eq!(json["totals"]["tpr_ms"], Value::Null, "no passes, no times of passes");
}

#[test]
fn an_expectation_that_no_body_can_meet_or_any_does_is_refused() {
    let service = Service::start();
    let url = service.at("/json");
    for path in ["", "=1", "a[=1", "[x]=1", "a[b]", "a..b=1", "a[0", "a]0"] {
        is_refused(&[&url, "--expect-json", path], &["--expect-json", "items[0].id=7"]);
    }
    is_refused(&[&url, "--expect-contains", ""], &["--expect-contains", "no text"]);
    assert_eq!(service.total_hits(), 0);
    for path in ["code=1", "/code=1", "$.code", "message"] {
        assert_eq!(perfloop(&[&url, "--loops", "1", "--expect-json", path]).code, Some(0), "{path}");
    }
}

#[test]
fn colours_are_for_terminals_and_for_nobody_who_wants_none() {
    let service = Service::start();
    let url = service.at("/fast");
    let coloured = |environment: &[&str]| {
        let wrapper = [&["env", "-u", "NO_COLOR", "-u", "CLICOLOR_FORCE"], environment].concat();
        spawn_as(&wrapper, &["--loops", "1", "--quiet", &url]).wait().stdout.contains('\x1b')
    };
    assert!(!coloured(&[]), "redirected");
    assert!(coloured(&["CLICOLOR_FORCE=1"]), "asked for");
    assert!(!coloured(&["CLICOLOR_FORCE=1", "NO_COLOR=1"]), "refused");
}

#[test]
fn a_dead_service_is_told_as_such_and_not_as_the_testers_limit() {
    let output = perfloop(&["--loops", "20", REFUSED]);
    assert_eq!(output.code, Some(1), "{output:#?}");
    assert!(!output.stdout.contains("tester-limited"), "{}", output.stdout);
    assert!(output.stdout.contains("\nnext: nothing was answered; "), "{}", output.stdout);
}
