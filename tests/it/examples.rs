//! The examples, as tests and as load: they run out of the box, and what they count is what arrives.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use mock_service::{MockService, Settings};
use serde_json::Value;

use crate::support::{Service, alone, best_of_three, hold, none};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Each example, and how many tests it is.
const EXAMPLES: [(&str, u32); 7] = [
    ("mock_service_json", 1),
    ("weights_and_sdk", 3),
    ("users_api", 2),
    ("testing_types", 2),
    ("movies", 3),
    ("reqwest_reused", 2),
    ("sqlite_reused", 2),
];

/// What an example left behind.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in the stdout of {self:#?}"))
    }

    /// Exit code, passes, fails and exceptions of a load test.
    fn counts(&self) -> (Option<i32>, u64, u64, u64) {
        let json = self.json();
        let count = |key: &str| json["totals"][key].as_u64().unwrap();
        (self.code, count("pass"), count("fail"), count("exception"))
    }
}

/// Where cargo puts examples: beside the folder of this program.
fn binary(name: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let path = this.ancestors().nth(2).unwrap().join("examples").join(format!("{name}{EXE_SUFFIX}"));
    assert!(path.exists(), "{} is not there; run cargo build --examples", path.display());
    path
}

/// Runs an example to its end, against its own service or another.
fn example(name: &str, host: Option<&str>, words: &str) -> Ended {
    let mut command = Command::new(binary(name));
    command.args(words.split_whitespace()).env_remove("PERFLOOP_HOST").stdin(Stdio::null());
    if let Some(host) = host {
        command.env("PERFLOOP_HOST", host);
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The same as load, its numbers on stdout.
fn load(name: &str, host: Option<&str>, words: &str) -> Ended {
    example(name, host, &format!("{words} --quiet --json -"))
}

/// How often this path was asked for.
fn hits(service: &MockService, path: &str) -> u64 {
    service.hits().get(path).copied().unwrap_or(0)
}

/// What a load test counted of one check.
fn passes(json: &Value, check: &str) -> u64 {
    let checks = json["checks"].as_array().unwrap();
    checks.iter().find(|counters| counters["name"] == check).unwrap()["pass"].as_u64().unwrap()
}

#[test]
fn every_example_passes_as_tests_by_itself() {
    none(EXAMPLES.iter().filter_map(|(name, tests)| {
        let ended = example(name, None, "");
        let told = format!("{tests} passed; 0 failed");
        (ended.code != Some(0) || !ended.stdout.contains(&told)).then(|| format!("{name}: {ended:#?}"))
    }));
}

#[test]
fn every_example_that_needs_a_service_fails_as_tests_without_one() {
    none(EXAMPLES.iter().filter(|(name, _)| *name != "sqlite_reused").filter_map(|(name, tests)| {
        let ended = example(name, Some("http://127.0.0.1:1"), "");
        let told = format!("0 passed; {tests} failed");
        (ended.code != Some(101) || !ended.stdout.contains(&told)).then(|| format!("{name}: {ended:#?}"))
    }));
}

#[test]
fn every_example_runs_as_load_by_its_time() {
    none(EXAMPLES.iter().filter_map(|(name, _)| {
        let (code, pass, _, exception) = load(name, None, "--users 2 --time 0.5").counts();
        // A failure may be what the example shows.
        let is_good = matches!(code, Some(0 | 1)) && pass > 0 && exception == 0;
        (!is_good).then(|| format!("{name}: exit code {code:?}, {pass} pass, {exception} exception"))
    }));
}

#[test]
fn every_example_is_in_the_readme_and_says_how_it_is_run() {
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let readme = read(&Path::new(ROOT).join("README.md"));
    let files = fs::read_dir(Path::new(ROOT).join("examples")).unwrap().map(|entry| entry.unwrap().path());
    // The folders hold Hurl files, which the guide runs.
    let programs = files.filter(|path| path.is_file());
    let names: Vec<String> = programs.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), EXAMPLES.len(), "{names:?}");
    none(names.into_iter().filter(|name| {
        let file = format!("examples/{name}.rs");
        let is_told = readme.contains(&format!("[{name}]({file})"));
        !is_told || !read(&Path::new(ROOT).join(file)).contains(&format!("cargo run --release --example {name}` "))
    }));
}

#[test]
fn the_functional_test_of_json_counts_what_arrives() {
    let service = Service::start();
    let ended = load("mock_service_json", Some(&service.url()), "--users 2 --loops 5");
    assert_eq!(ended.counts(), (Some(0), 10, 0, 0), "{ended:#?}");
    assert_eq!((hits(&service, "/json"), service.total_hits()), (10, 10));
}

#[test]
fn each_tenth_call_of_the_client_library_is_denied_and_a_failure_with_its_reason() {
    let service = Service::start();
    // Three visitors, and one approver whose start is a check as well.
    let ended = load("weights_and_sdk", Some(&service.url()), "--users 4 --loops 20 --wait 0");
    assert_eq!(ended.counts(), (Some(1), 60 + 18 + 1, 2, 0), "{ended:#?}");
    let json = ended.json();
    assert_eq!(json["failures"][0]["message"], "denied: each tenth push is denied", "{json:#}");
    assert_eq!((hits(&service, "/"), hits(&service, "/login")), (passes(&json, "index"), passes(&json, "login")));
    assert_eq!((hits(&service, "/enrollpush/approve"), service.total_hits()), (20, 80));
    let requests = json["requests"].as_array().unwrap();
    assert!(requests.iter().any(|it| it["name"] == "enrollpushapprove" && it["answered"] == 20), "{json:#}");
}

#[test]
fn created_users_are_read_back_and_are_there_at_the_end() {
    let service = Service::start();
    let ended = load("users_api", Some(&service.url()), "--users 3 --loops 10 --wait 0 --seed 1");
    assert_eq!(ended.counts(), (Some(0), 30 + 3 + 3, 0, 0), "{ended:#?}");
    let json = ended.json();
    let (listed, created) = (passes(&json, "list"), passes(&json, "create"));
    assert_eq!((hits(&service, "/users"), hits(&service, "/users/")), (listed + 3, created));
    assert_eq!(service.total_hits(), listed + 3 + 2 * created + 3);
}

#[test]
fn each_stage_of_users_has_numbers_of_its_own_and_the_question_its_answer() {
    let ended = load("testing_types", None, "--stages 200ms:2,400ms:2,200ms:4,400ms:4 --wait 0");
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let json = ended.json();
    let users: Vec<u64> = json["levels"].as_array().unwrap().iter().map(|it| it["users"].as_u64().unwrap()).collect();
    assert_eq!(users, [2, 4], "{json:#}");

    let service = Service::start();
    let at_a_rate = load("testing_types", Some(&service.url()), "--rate 50/s --time 1");
    let json = at_a_rate.json();
    let begun = service.total_hits() + json["run"]["dropped"].as_u64().unwrap();
    assert!((50..=51).contains(&begun), "{begun} of 50/s in 1 s: {json:#}");
}

#[test]
fn the_testing_types_answer_how_many_users_they_bear() {
    let _alone = alone();
    // One answer after another, 8.5 ms each: 23 users without rest wait for 200 ms at most.
    best_of_three(|| {
        let ended =
            load("testing_types", None, "--capacity --within p95<200ms --wait 0 --level-time 600ms --max-users 64");
        let capacity = ended.json()["capacity"].clone();
        let of = |key: &str| capacity[key].as_f64().unwrap_or_default();
        // Beside other tests a level may stay undecided, which makes the interval wider and no answer wrong.
        let holds_it = of("low") <= 24.0 && of("high") >= 21.0 && (14.0..=24.0).contains(&of("answer"));
        let is_right = ended.code == Some(0) && holds_it;
        hold(is_right, || format!("{ended:#?}"))
    });
}

#[test]
fn the_movies_fail_as_often_as_asked_and_the_hook_shows_with_what() {
    let words = "--users 30 --spawn-rate 1000 --loops 10 --wait 0";
    // The errors are spread evenly: at 0.47 % the first of 300 answers is the only one.
    let ended = load("movies", None, words);
    assert_eq!(ended.counts(), (Some(1), 299, 1, 0), "{ended:#?}");
    for shown in [
        " did not pass: GET http://127.0.0.1:",
        "  User-Agent: perfloop/",
        "answer: status 500",
        "  body of 63 bytes: {",
    ] {
        assert_eq!(ended.stderr.matches(shown).count(), 1, "{shown}: {}", ended.stderr);
    }

    let service = Service::start();
    let ended = load("movies", Some(&service.url()), words);
    assert_eq!((ended.counts(), service.total_hits()), ((Some(0), 300, 0, 0), 300), "{ended:#?}");
    let json = ended.json();
    assert_eq!(hits(&service, "/api/title/The%20godfather/1972"), passes(&json, "by_title"));
}

#[test]
fn tests_on_a_client_of_their_own_are_load_as_they_are() {
    let service = Service::start();
    let ended = load("reqwest_reused", Some(&service.url()), "--users 3 --loops 4");
    assert_eq!(ended.counts(), (Some(0), 24, 0, 0), "{ended:#?}");
    assert_eq!(hits(&service, "/json"), 24);
    let json = ended.json();
    assert_eq!(json["run"]["verdicts"]["times"], "thread_clock", "{json:#}");
}

#[test]
fn the_timeout_of_another_client_is_an_exception() {
    let delay = Duration::from_secs(2);
    let service = MockService::start(Settings { delay, ..Settings::default() }).unwrap();
    let ended = load("reqwest_reused", Some(&service.url()), "--users 2 --loops 1");
    assert_eq!(ended.counts(), (Some(1), 0, 0, 4), "{ended:#?}");
}

#[test]
fn each_user_has_one_connection_to_the_database() {
    let ended = load("sqlite_reused", None, "--users 2 --loops 50");
    assert_eq!(ended.counts(), (Some(0), 100 + 2, 0, 0), "{ended:#?}");
    let json = ended.json();
    assert_eq!(passes(&json, "client: on_start"), 2);
    let calls: u64 = json["requests"].as_array().unwrap().iter().map(|it| it["answered"].as_u64().unwrap()).sum();
    assert_eq!(calls, passes(&json, "order") + passes(&json, "total"), "{json:#}");
}
