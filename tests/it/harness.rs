//! Checks as a test target: a crate of its own, made as the README says, run as tests and as load.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::Service;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What the crate has besides what the README says.
const MANIFEST: &str = r#"
[package]
name = "guide"
version = "0.0.0"
edition = "2024"

[workspace]

[features]
wrong = []

[[test]]
name = "more"
harness = false

[[test]]
name = "none"
harness = false

[[test]]
name = "wrong"
harness = false
required-features = ["wrong"]

[[test]]
name = "beside"
harness = false

[dev-dependencies.anyhow]
version = "1"
"#;

/// Every kind of function, and every way to go wrong.
const MORE: &str = r#"#![forbid(unsafe_code)]

use std::error::Error;
use std::num::ParseIntError;

use perfloop::{ErrorClass, Failure, Harness, Outcome, User};

#[perfloop::check]
fn user() {}

#[perfloop::check]
fn says_nothing(_: &mut User) {}

#[perfloop::check]
fn run() -> Outcome {
    Outcome::Pass
}

#[perfloop::check]
fn gone() -> Outcome {
    Outcome::Exception("the queue is gone".into())
}

#[perfloop::check]
fn text() -> Result<(), String> {
    Err("a text".into())
}

#[perfloop::check(name = "a static text", tags = ["texts", "fast"], weight = 3)]
fn static_text() -> Result<(), &'static str> {
    Err("a static text")
}

#[perfloop::check]
fn of_std(user: &mut User) -> Result<(), ParseIntError> {
    user.get("/json").send().unwrap().text().parse::<u8>().map(drop)
}

#[perfloop::check]
fn own_error(user: &mut User) -> Result<(), Failure> {
    user.get("/status/500").send().unwrap().expect_status(200)?;
    Ok(())
}

#[perfloop::check]
fn any(user: &mut User) -> anyhow::Result<()> {
    use anyhow::Context as _;
    user.get("/fault/close").send().context("asking")?;
    Ok(())
}

#[perfloop::check]
fn boxed(user: &mut User) -> Result<(), Box<dyn Error>> {
    user.get("/json").send()?.expect_json("code", 2)?;
    Ok(())
}

#[perfloop::check]
fn boxed_send() -> Result<(), Box<dyn Error + Send>> {
    Ok(())
}

#[perfloop::check]
fn asserts<'a>(user: &'a mut User) {
    assert_eq!(user.get("/json").send().unwrap().status(), 201, "made");
}

fn main() {
    let classify = |error: &(dyn Error + 'static)| error.is::<ParseIntError>().then_some(ErrorClass::Exception);
    Harness::new().classify(classify).check("added", |_| ()).main()
}
"#;

/// Checks that libtest runs: the target says nothing of a harness.
const LIBTEST: &str = r#"use perfloop::{CheckResult, Outcome, User};

#[perfloop::check]
fn passes(user: &mut User) -> CheckResult {
    user.get("/json").send()?.expect_status(200)?;
    Ok(())
}

#[perfloop::check(name = "another name")]
fn fails(user: &mut User) -> CheckResult {
    user.get("/status/500").send()?.expect_status(200)?;
    Ok(())
}

#[perfloop::check]
fn is_an_exception() -> Outcome {
    Outcome::Exception("the queue is gone".into())
}

#[perfloop::check]
#[ignore = "it takes a day"]
fn takes_a_day() {}

#[test]
fn plain() {}

mod reused {
    #[perfloop::check]
    #[test]
    fn above() -> Result<(), String> {
        Ok(())
    }

    #[test]
    #[perfloop::check]
    fn below() {
        assert_eq!(1, 2, "below");
    }

    #[perfloop::check]
    #[test]
    fn of_a_user(user: &mut perfloop::User) {
        assert_eq!(user.get("/json").send().unwrap().status(), 200);
    }
}

// It calls a check, as code may that has been there before.
#[test]
fn calls() {
    assert_eq!(is_an_exception(), Outcome::Exception("the queue is gone".into()));
    let _: fn(&mut User) -> CheckResult = passes;
}
"#;

/// The same kinds of functions where perfloop is the harness.
const BESIDE: &str = r#"#[perfloop::check]
#[test]
fn above() {}

#[perfloop::check]
#[test]
#[ignore]
fn ignored() {}

#[test]
#[perfloop::check]
fn below() {}

mod tests {
    #[test]
    fn plain() {}
}

fn main() {
    perfloop::main()
}
"#;

const NONE: &str = "fn main() { perfloop::main() }\n";

const WRONG: &str = "\
#[perfloop::check]
fn number() -> u32 {
    7
}

#[perfloop::check]
fn result() -> Result<(), u32> {
    Ok(())
}

#[perfloop::check(wieght = 3)]
fn misspelled() {}

#[perfloop::check]
#[should_panic]
fn panics() {}

fn main() {
    perfloop::main()
}
";

/// The test targets that compile.
const TARGETS: [&str; 5] = ["api", "more", "none", "libtest", "beside"];

/// What a process left behind.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    #[track_caller]
    fn says(&self, words: &[&str]) {
        for word in words {
            assert!(self.stdout.contains(word) || self.stderr.contains(word), "'{word}' is not in {self:#?}");
        }
    }
}

fn end(command: &mut Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// The first block in this language in the README's section.
fn block(language: &str) -> String {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Your tests as load tests\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let (_, block) = section.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// Writes the crate, unless it is there: what is unchanged is not built again.
fn crate_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide");
    let told = block("toml");
    let by_path = told.replace("version = \"0.1\"", &format!("path = {ROOT:?}"));
    assert_ne!(told, by_path);
    let lock = fs::read_to_string(Path::new(ROOT).join("Cargo.lock")).unwrap();
    for (name, text) in [
        ("Cargo.toml", format!("{by_path}{MANIFEST}")),
        ("Cargo.lock", lock),
        ("src/lib.rs", String::new()),
        ("tests/api.rs", block("rust,no_run")),
        ("tests/more.rs", MORE.to_owned()),
        ("tests/none.rs", NONE.to_owned()),
        ("tests/libtest.rs", LIBTEST.to_owned()),
        ("tests/beside.rs", BESIDE.to_owned()),
        ("tests/wrong.rs", WRONG.to_owned()),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if fs::read_to_string(&path).is_ok_and(|written| written == text) {
            continue;
        }
        fs::write(&path, text).unwrap();
    }
    folder
}

/// Cargo in the crate, with the target folder of these tests: what perfloop is made of is built there already.
fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    command.args(words).current_dir(crate_folder()).env("CARGO_TARGET_DIR", target).env_remove("PERFLOOP_HOST");
    command
}

/// Runs a test target of the crate, which is built once.
fn target(name: &str, service: Option<&Service>, words: &[&str]) -> Ended {
    static BUILT: OnceLock<String> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let built =
            end(cargo(&["test", "--offline", "--no-run"]).args(TARGETS.map(|name| ["--test", name]).as_flattened()));
        assert_eq!(built.code, Some(0), "{built:#?}");
        built.stderr
    });
    let line = built.lines().find(|line| line.contains(&format!("tests/{name}.rs ("))).unwrap();
    let path = Path::new(line.rsplit(['(', ')']).nth(1).unwrap());
    let mut command = Command::new(path);
    command.args(words).env_remove("PERFLOOP_HOST");
    if let Some(service) = service {
        command.env("PERFLOOP_HOST", service.url());
    }
    end(&mut command)
}

#[test]
fn the_crate_of_the_readme_runs_its_checks_as_tests_and_as_load() {
    let service = Service::start();
    let run = |words: &[&str]| {
        let all = ["test", "--offline", "--test", "api"].iter().chain(words).copied().collect::<Vec<_>>();
        end(cargo(&all).env("PERFLOOP_HOST", service.url()))
    };
    let tests = run(&[]);
    assert_eq!(tests.code, Some(0), "{tests:#?}");
    tests.says(&["test hello ", "test a movie ", "2 passed; 0 failed"]);
    assert_eq!(service.total_hits(), 2);

    let load = run(&["--", "--users", "2", "--loops", "100", "--time", "60", "--json", "-"]);
    assert_eq!(load.code, Some(0), "{load:#?}");
    load.says(&["2 users, 100 loops or 1 m: 2 checks: hello, a movie", "400 checks in"]);
    assert_eq!(service.total_hits(), 402);
}

#[test]
fn as_tests_every_check_is_listed_chosen_and_told_as_the_test_harness_does() {
    let service = Service::start();
    let more = |words: &[&str]| target("more", Some(&service), words);
    let names = [
        "user",
        "says_nothing",
        "run",
        "gone",
        "text",
        "a static text",
        "of_std",
        "own_error",
        "any",
        "boxed",
        "boxed_send",
        "asserts",
        "added",
    ];
    let listed = more(&["--list", "--format", "terse"]);
    assert_eq!(listed.stdout, names.map(|name| format!("{name}: test\n")).concat());
    let none_ignored = more(&["--list", "--format", "terse", "--ignored"]);
    assert_eq!((none_ignored.code, none_ignored.stdout.as_str()), (Some(0), ""));
    assert_eq!(service.total_hits(), 0);

    let all = more(&["--test-threads", "2"]);
    assert_eq!(all.code, Some(101), "{all:#?}");
    all.says(&[
        "5 passed; 8 failed",
        "exception: the queue is gone",
        "fail: a text",
        "fail: a static text",
        "exception: invalid digit found in string",
        "fail: wanted status 200, got status 500",
        "exception: asking: connection closed by 127.0.0.1:",
        "fail: wanted code = 2, got 1\nbody: {",
        "fail: assertion `left == right` failed: made, left: 200, right: 201 (tests/more.rs:",
    ]);
    assert_eq!((all.stderr.contains("backtrace"), all.stderr.contains("panicked")), (false, false), "{all:#?}");

    let exact = more(&["--exact", "text", "--nocapture"]);
    assert_eq!(exact.code, Some(101));
    exact.says(&["0 passed; 1 failed", "12 filtered out"]);
    let passed = more(&["s_noth", "-q"]);
    assert_eq!(passed.code, Some(0));
    passed.says(&["1 passed; 0 failed"]);
}

#[test]
fn as_load_the_chosen_checks_are_counted_and_a_failing_assert_is_one_group() {
    let service = Service::start();
    let load = target("more", Some(&service), &["asserts", "boxed_s", "-u3", "--loops=4", "--json", "-"]);
    assert_eq!(load.code, Some(1), "{load:#?}");
    let json: Value = serde_json::from_str(&load.stdout).unwrap();
    let counts = |key: &str| json["totals"][key].as_u64();
    assert_eq!((counts("pass"), counts("fail")), (Some(12), Some(12)), "{json:#}");
    let groups = json["failures"].as_array().unwrap();
    assert_eq!((groups.len(), groups[0]["count"].as_u64()), (1, Some(12)), "{groups:#?}");
    assert!(groups[0]["message"].as_str().unwrap().contains("tests/more.rs:"), "{groups:#?}");
    assert_eq!((load.stderr.contains("backtrace"), load.stderr.contains("panicked")), (false, false), "{load:#?}");
    assert_eq!(service.total_hits(), 12);
}

#[test]
fn where_libtest_is_the_harness_each_check_is_one_test_that_does_not_pass_for_nothing() {
    let service = Service::start();
    let ended = target("libtest", Some(&service), &[]);
    assert_eq!(ended.code, Some(101), "{ended:#?}");
    let mut tests: Vec<&str> = ended.stdout.lines().filter(|line| line.starts_with("test ")).collect();
    tests.sort_unstable();
    let expected = [
        "test calls ... ok",
        "test fails_as_test ... FAILED",
        "test is_an_exception_as_test ... FAILED",
        "test passes_as_test ... ok",
        "test plain ... ok",
        "test result: FAILED. 5 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in",
        "test reused::above ... ok",
        "test reused::below ... FAILED",
        "test reused::of_a_user ... ok",
        "test takes_a_day_as_test ... ignored, it takes a day",
    ];
    assert_eq!(tests.len(), expected.len(), "{tests:#?}");
    assert!(tests.iter().zip(expected).all(|(got, wanted)| got.starts_with(wanted)), "{tests:#?}");
    ended.says(&["Error: fail: wanted status 200, got status 500", "Error: exception: the queue is gone", "right: 2"]);
    assert_eq!(service.total_hits(), 3);
}

#[test]
fn without_libtest_a_test_is_a_check_too_or_is_told_of() {
    let tests = target("beside", None, &[]);
    assert_eq!(tests.code, Some(101), "{tests:#?}");
    let lost = "tests/beside.rs: under #[test] and not run, because this target has `harness = false`: \
                below, tests::plain; write #[perfloop::check] above #[test]\n";
    tests.says(&["1 passed; 1 failed; 1 ignored", "tests/beside.rs: every #[test] runs", lost]);
    assert_eq!(tests.stderr, "");
    let warning = format!("warning: {lost}");
    target("beside", None, &["--ignored"]).says(&["test ignored ... ok", "1 passed; 0 failed; 0 ignored"]);

    let loads = |words: &[&str]| target("beside", None, &[&["--loops", "2", "--json", "-"], words].concat());
    let load = loads(&[]);
    assert!(load.stderr.starts_with(&warning), "{load:#?}");
    load.says(&["1 check: above", "2 checks in"]);
    loads(&["above", "ignored"]).says(&["2 checks: above, ignored", "4 checks in"]);
}

#[test]
fn load_by_a_debug_build_says_so_and_a_test_by_it_does_not() {
    let says = "warning: this is a debug build: it makes less load than it could, and takes more of the machine for it; \
                write `cargo test --release`, `cargo bench`, or `cargo run --release`";
    let load = target("more", None, &["boxed_s", "--loops", "1", "--json", "-"]);
    let json: Value = serde_json::from_str(&load.stdout).unwrap();
    let is_told =
        json["warnings"].as_array().unwrap().iter().filter(|one| says.ends_with(one.as_str().unwrap())).count();
    // These tests may themselves be built for release.
    let wanted = usize::from(cfg!(debug_assertions));
    assert_eq!((is_told, load.stderr.matches(says).count()), (wanted, wanted), "{load:#?}");
    let test = target("more", None, &["boxed_s"]);
    assert_eq!((test.code, test.stderr.as_str()), (Some(0), ""));
}

#[test]
fn what_cannot_be_run_as_load_is_refused_in_one_line() {
    let service = Service::start();
    for (words, said) in [
        (&["--users", "2", "nosuch"][..], "no check has 'nosuch' in its name; there are: hello, a movie"),
        (&["--users", "2", "--header", "a: b"], "--header describes the request of a TARGET"),
        (&["--users", "2", "--expect-status", "200"], "--expect-status describes the request of a TARGET"),
        (&["--users", "0"], "--users: 0 users make no load"),
        (&["--loops", "1", "--nocapture"], "--nocapture"),
    ] {
        let ended = target("api", Some(&service), words);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{words:?}: {ended:#?}");
        assert!(ended.stderr.contains(said) && ended.stderr.lines().count() == 1, "{words:?}: {ended:#?}");
    }
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn a_harness_that_cannot_work_says_what_to_write() {
    let none = target("none", None, &[]);
    assert_eq!(none.code, Some(2), "{none:#?}");
    none.says(&["there is no check; put #[perfloop::check] on a function"]);

    let without_host = target("api", None, &["hello"]);
    assert_eq!(without_host.code, Some(101), "{without_host:#?}");
    without_host.says(&["'/json' is relative, and the plan has no host", "PERFLOOP_HOST"]);
}

#[test]
fn what_cannot_be_a_check_does_not_compile_and_says_why() {
    let built = end(&mut cargo(&["test", "--offline", "--no-run", "--test", "wrong", "--features", "wrong"]));
    assert_eq!(built.code, Some(101), "{built:#?}");
    built.says(&[
        "error[E0277]: a check cannot return `u32`",
        "tests/wrong.rs:2:16",
        "error[E0277]: a check cannot return `Result<(), u32>`",
        "tests/wrong.rs:7:16",
        "no outcome can be made of this",
        "return (), perfloop::Outcome or Result<(), E>",
        "error: there is no option `wieght`; did you mean `weight = 3`?",
        "tests/wrong.rs:11:19",
        "error: a check that panics fails, also as load; catch the panic inside",
        "tests/wrong.rs:15:1",
    ]);
}

#[test]
#[ignore = "needs cargo-nextest"]
fn nextest_runs_each_check_by_itself() {
    let service = Service::start();
    let words = ["nextest", "run", "--offline", "--test", "api"];
    let run = end(cargo(&words).env("PERFLOOP_HOST", service.url()));
    assert_eq!(run.code, Some(0), "{run:#?}");
    run.says(&["2 tests run: 2 passed"]);
    assert_eq!(service.total_hits(), 2);
}
