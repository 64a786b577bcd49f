//! A plan in a file and in the environment, and looking at it before it is run.

use std::fs;

use serde_json::Value;

use crate::support::{Output, Service, none, perfloop, spawn_as};

/// A service, and a folder to run in.
struct Place {
    service: Service,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Place { service: Service::start(), folder: tempfile::tempdir().unwrap() }
    }

    /// With this `perfloop.toml`.
    fn with(text: &str) -> Self {
        let place = Self::new();
        place.write("perfloop.toml", text);
        place
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Runs perfloop in the folder, with these variables.
    fn run(&self, variables: &[&str], args: &[&str]) -> Output {
        let folder = self.folder.path().to_str().unwrap();
        spawn_as(&[&["env", "-C", folder], variables].concat(), args).wait()
    }

    /// The numbers of a run of the service.
    fn numbers(&self, variables: &[&str], args: &[&str]) -> Value {
        let url = self.service.at("/fast");
        self.run(variables, &[args, &["--json", "-", &url]].concat()).json()
    }

    /// What is wrong with how this is refused: it should be by exactly this line and exit code 2.
    fn complaint(&self, variables: &[&str], args: &[&str], wanted: &str) -> Option<String> {
        let Output { code, stdout, stderr, .. } = self.run(variables, args);
        let is_good = code == Some(2) && stdout.is_empty() && stderr == format!("perfloop: {wanted}\n");
        (!is_good).then(|| format!("{variables:?} {args:?}: wanted {wanted:?}\n  got {code:?}, {stderr:?}, {stdout:?}"))
    }
}

#[test]
fn the_command_line_overrules_the_environment_and_that_the_file() {
    let place = Place::with("users = 2\nloops = 3\n");
    let passes = |variables: &[&str], args: &[&str]| {
        let json = place.numbers(variables, args);
        (json["run"]["users"].as_u64().unwrap(), json["totals"]["pass"].as_u64().unwrap())
    };
    assert_eq!(passes(&[], &[]), (2, 6), "the file");
    assert_eq!(passes(&["PERFLOOP_USERS=4"], &[]), (4, 12), "a variable");
    assert_eq!(passes(&["PERFLOOP_USERS=4"], &["--users", "1"]), (1, 3), "the command line");
    assert_eq!(passes(&["PERFLOOP_LOOPS=1"], &["-u", "3"]), (3, 3), "each key alone");
    assert_eq!(place.service.total_hits(), 6 + 12 + 3 + 3);
}

#[test]
fn the_first_line_names_what_was_used() {
    let place = Place::with("loops = 1\ntime = 5\n");
    place.write("other.toml", "loops = 2\n");
    let url = place.service.at("/fast");
    let first = |variables: &[&str], args: &[&str]| {
        let output = place.run(variables, &[args, &[&url]].concat());
        assert_eq!(output.code, Some(0), "{output:#?}");
        output.stdout.lines().next().unwrap().to_owned()
    };
    assert_eq!(first(&[], &[]), "settings: perfloop.toml");
    assert_eq!(first(&["PERFLOOP_USERS=2"], &[]), "settings: perfloop.toml, PERFLOOP_USERS");
    assert_eq!(first(&[], &["--config", "other.toml"]), "settings: other.toml");
    assert_eq!(first(&["PERFLOOP_CONFIG=other.toml"], &[]), "settings: other.toml");
    let said = first(&["PERFLOOP_LOOPS=9"], &["--loops", "1", "--time", "5"]);
    assert_eq!(said, format!("1 user, 1 loop or 5 s: {url}"));
}

#[test]
fn a_flag_overrules_what_it_contradicts_below() {
    let place = Place::with("pace = 100\nramp-up = 100\nloops = 2\n");
    let json = place.numbers(&[], &["--wait", "0.01", "--users", "2", "--spawn-rate", "100"]);
    assert_eq!(json["totals"]["pass"], 4);
    let json = place.numbers(&["PERFLOOP_WAIT=0", "PERFLOOP_SPAWN_RATE=100", "PERFLOOP_USERS=2"], &[]);
    assert_eq!(json["totals"]["pass"], 4);
}

#[test]
fn a_plan_can_stand_in_a_file_whole() {
    let place = Place::new();
    let (echo, fast) = (place.service.at("/echo"), place.service.at("/fast"));
    let text = format!(
        "# Comments are for people.\n\
         targets = [\"{echo}\", \"{fast}\"]\n\
         users = 2\nloops = 2\nquiet = true\nwait = \"10ms\"\n\
         header = [\"Cookie: id=t0ken\", \"X-One: 1\"]\n\
         log-http = \"http.log\"\n"
    );
    place.write("perfloop.toml", &text);
    let output = place.run(&[], &[]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output:#?}");
    assert_eq!(place.service.hits(), [("/echo".into(), 4), ("/fast".into(), 4)].into());
    let log = fs::read_to_string(place.folder.path().join("http.log")).unwrap();
    assert_eq!(log.matches("X-One: 1\n").count(), 8, "{log}");

    assert_eq!(place.run(&[], &[&fast]).code, Some(0));
    assert_eq!(place.service.hits(), [("/echo".into(), 4), ("/fast".into(), 8)].into(), "only what the words name");
}

#[test]
fn what_is_wrong_in_a_file_is_told_with_its_line() {
    let rows = [
        ("users = 1\nusers = 2", ":2:1: duplicate key; write it like users = 10"),
        ("\nspwan-rate = 1", ":2: there is no setting 'spwan-rate'; did you mean spawn-rate?"),
        ("spawn_rate = 1", ":1: there is no setting 'spawn_rate'; did you mean spawn-rate?"),
        ("[load]\nusers = 1", ":1: 'load' is a table; settings stand in none, like users = 10"),
        ("u = 1", ":1: there is no setting 'u'; did you mean users?"),
        ("H = 'a: b'", ":1: there is no setting 'H'; did you mean header?"),
        ("frobnicate = 1", ":1: there is no setting 'frobnicate'; see perfloop --help"),
        ("users = true", ":1: users: a boolean is of the wrong kind; give a number or a text"),
        ("users = [1, 2]", ":1: users: an array is of the wrong kind; give a number or a text"),
        ("header = [1979-05-27]", ":1: header: a date or time is of the wrong kind; give a text or an array of texts"),
        ("quiet = 1", ":1: quiet: a number is of the wrong kind; give true or false"),
        ("wait.min = 1", ":1: 'wait' is a table; settings stand in none, like users = 10"),
        ("users = 'x'", ":1: users: 'x' is no whole number; write it in digits, like 50"),
        ("time = 'soon'", ":1: time: 'soon' is not a span of time; write it like 5, 1.5, 500ms, 30s or 1m30s"),
        ("help = true", ":1: 'help' is no setting; give --help on the command line"),
        ("version = 1", ":1: 'version' is no setting; give --version on the command line"),
        ("config = 'a'", ":1: 'config' is no setting; give --config on the command line"),
        ("dry-run = true", ":1: 'dry-run' is no setting; give --dry-run on the command line"),
    ];
    none(rows.iter().filter_map(|(text, line)| {
        let place = Place::with(text);
        let complaint =
            place.complaint(&[], &["--loops", "1", &place.service.at("/fast")], &format!("perfloop.toml{line}"));
        assert_eq!(place.service.total_hits(), 0);
        complaint
    }));
}

#[test]
fn a_file_that_is_no_toml_is_told_with_line_and_column() {
    let place = Place::with("users = 1\ntime =\n");
    let output = place.run(&[], &[]);
    let is_line = output.stderr.lines().count() == 1;
    assert!(is_line && output.stderr.starts_with("perfloop: perfloop.toml:2:7: "), "{output:#?}");
    assert_eq!(output.code, Some(2));
}

#[test]
fn a_plan_that_cannot_work_is_told_with_its_source() {
    let place = Place::with("\nusers = 0\n");
    let url = place.service.at("/fast");
    none(
        [
            place.complaint(
                &[],
                &[&url],
                "--users: 0 users make no load; give 1 or more (--users is from perfloop.toml:2)",
            ),
            place.complaint(
                &["PERFLOOP_USERS=0"],
                &[&url],
                "--users: 0 users make no load; give 1 or more (--users is from PERFLOOP_USERS)",
            ),
            place.complaint(&[], &["--users", "0", &url], "--users: 0 users make no load; give 1 or more"),
        ]
        .into_iter()
        .flatten(),
    );
    let place = Place::with("wait = 1\npace = 1\n");
    none(place.complaint(
        &[],
        &[&url],
        "--wait cannot be used with --pace; leave one out (--wait is from perfloop.toml:1, --pace is from perfloop.toml:2)",
    ));
    let place = Place::with("targets = ['example.com']\n");
    none(place.complaint(
        &[],
        &[],
        "TARGET 'example.com': give the whole URL, http://example.com (TARGET is from perfloop.toml:1)",
    ));
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let place = Place::new();
    fs::create_dir(place.folder.path().join("folder")).unwrap();
    let remedy = "give a TOML file that can";
    let missing = format!("missing.toml: cannot be read (No such file or directory (os error 2)); {remedy}");
    let folder = format!("--config folder: cannot be read (Is a directory (os error 21)); {remedy}");
    none(
        [
            place.complaint(&[], &["--config", "missing.toml"], &format!("--config {missing}")),
            place.complaint(&["PERFLOOP_CONFIG=missing.toml"], &[], &format!("PERFLOOP_CONFIG {missing}")),
            place.complaint(&[], &["--config", "folder"], &folder),
        ]
        .into_iter()
        .flatten(),
    );
}

#[test]
fn what_is_wrong_in_the_environment_is_told_with_its_variable() {
    let place = Place::new();
    let rows = [
        (
            "PERFLOOP_SPWAN_RATE=1",
            "PERFLOOP_SPWAN_RATE: there is no setting 'PERFLOOP_SPWAN_RATE'; did you mean PERFLOOP_SPAWN_RATE?",
        ),
        ("PERFLOOP_QQQ=1", "PERFLOOP_QQQ: there is no setting 'PERFLOOP_QQQ'; see perfloop --help"),
        (
            "PERFLOOP_DRY_RUN=1",
            "PERFLOOP_DRY_RUN: 'PERFLOOP_DRY_RUN' is no setting; give --dry-run on the command line",
        ),
        ("PERFLOOP_QUIET=yes", "PERFLOOP_QUIET: 'yes' neither switches on nor off; give 1 or 0"),
        (
            "PERFLOOP_SPAWN_RATE=fast",
            "PERFLOOP_SPAWN_RATE: spawn-rate: 'fast' is not a rate above zero; write it like 10, 10/s or 12/m",
        ),
    ];
    let url = place.service.at("/fast");
    none(rows.iter().filter_map(|(variable, line)| place.complaint(&[variable], &["--loops", "1", &url], line)));
    assert_eq!(place.service.total_hits(), 0);
}

#[test]
fn a_dry_run_shows_the_plan_and_sends_nothing() {
    let place = Place::with("users = 50\nheader = ['Cookie: id=t0ken']\n");
    let (fast, json) = (place.service.at("/fast"), place.service.at("/json"));
    let args = ["--dry-run", "--loops", "7", "--basic-auth", "ann:s3cret", "--json", "run.json", &fast, &json];
    let output = place.run(&["PERFLOOP_SPAWN_RATE=10"], &args);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output:#?}");
    let text = output.stdout;
    let start = "settings: perfloop.toml, PERFLOOP_SPAWN_RATE\ndry run: nothing was sent\n\n";
    assert!(text.starts_with(start), "{text}");
    let words: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "users 50 perfloop.toml:1",
        "start one after another, the last after 4.9 s",
        "loops 7 command line",
        "time until the loops are done",
        "wait none",
        "spawn-rate 10 PERFLOOP_SPAWN_RATE",
        "stop-timeout 10 s",
        "header Cookie: *** perfloop.toml:2",
        "basic-auth ann:*** command line",
        &format!("target {fast} command line"),
        &format!("target {json} command line"),
        "check iterations",
        "GET /fast 100 %",
        "GET /json 100 %",
    ] {
        assert!(words.iter().any(|found| found == line), "'{line}' is not in:\n{text}");
    }
    for need in ["memory 15.9 MiB ", "open files 114 ", "threads 82 ", "ports for connections to one address 50 "] {
        assert!(words.iter().any(|found| found.starts_with(need)), "'{need}' is not in:\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains("t0ken") && !text.contains("s3cret"), "{text}");
    assert_eq!(place.service.total_hits(), 0);
    let left: Vec<_> = fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["perfloop.toml"]);
}

#[test]
fn a_dry_run_tells_what_a_feed_takes() {
    let place = Place::with("");
    fs::write(place.folder.path().join("rows.csv"), format!("name\n{}", "abc\n".repeat(4095))).unwrap();
    let output = place.run(&[], &["--dry-run", "--feed", "rows.csv", &place.service.at("/{name}")]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let line = output.stdout.lines().find(|line| line.starts_with("feed ") && line.contains("iB")).unwrap_or_default();
    assert!(line.contains(" 64.0 KiB "), "four times its length: {line} in {}", output.stdout);
}

#[test]
fn a_dry_run_leaves_the_files_of_the_last_run_alone() {
    let place = Place::new();
    place.write("run.json", "the last run");
    place.write("run.log", "the last run");
    let url = place.service.at("/fast");
    let output = place.run(&[], &["--dry-run", "--json", "run.json", "--log-http", "run.log", &url]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    for name in ["run.json", "run.log"] {
        assert_eq!(fs::read_to_string(place.folder.path().join(name)).unwrap(), "the last run");
    }
}

#[test]
fn a_dry_run_without_a_target_starts_no_service() {
    let output = perfloop(&["--dry-run"]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stdout.contains("embedded mock service on a free port"), "{}", output.stdout);
    assert!(output.stdout.contains("GET /json"), "{}", output.stdout);
}

#[test]
fn a_dry_run_refuses_what_a_run_would() {
    let place = Place::new();
    place.write("not.pem", "hello");
    let url = place.service.at("/fast");
    let rows = [
        &["--users", "0"][..],
        &["--users", "4000000000"],
        &["--cacert", "not.pem"],
        &["--proxy", "ftp://127.0.0.1"],
        &["--header", "no colon"],
        &["--json", "missing/run.json"],
        &["--log-http", "missing/run.log"],
        &["--show-secrets"],
        &["example.com"],
    ];
    none(rows.iter().filter_map(|flags| {
        let run = place.run(&[], &[flags, &["--loops", "1", &url][..]].concat());
        let dry = place.run(&[], &[&["--dry-run"], *flags, &["--loops", "1", &url]].concat());
        // The system's own words stand in brackets.
        let what = |output: &Output| (output.code, output.stderr.split('(').next().unwrap().to_owned());
        let is_same = what(&run) == what(&dry) && run.code == Some(2) && dry.stdout.is_empty();
        (!is_same).then(|| format!("{flags:?}: {run:?}, {dry:?}"))
    }));
    assert_eq!(place.service.total_hits(), 0);
}

#[test]
fn list_shows_each_check_with_its_weight_and_share() {
    let place = Place::new();
    let urls = ["/fast", "/status/404", "/json"].map(|path| place.service.at(path));
    let output = place.run(&[], &["list", &urls[0], &urls[1], &urls[2]]);
    let wanted = "check            weight    share\n\
                  GET /fast             1   33.3 %\n\
                  GET /status/404       1   33.3 %\n\
                  GET /json             1   33.3 %\n";
    assert_eq!((output.code, output.stdout.as_str(), output.stderr.as_str()), (Some(0), wanted, ""));

    place.write("perfloop.toml", &format!("targets = ['{}']\nmethod = 'PUT'\nusers = 3\n", urls[0]));
    let output = place.run(&[], &["list"]);
    let wanted = "check      weight    share\n\
                  PUT /fast       1  100.0 %\n";
    assert_eq!((output.code, output.stdout.as_str(), output.stderr.as_str()), (Some(0), wanted, ""));
    assert_eq!(place.service.total_hits(), 0);
}

#[test]
fn a_command_is_one_only_where_its_word_stands_first() {
    let place = Place::new();
    none(
        [
            place.complaint(
                &[],
                &["--users", "2", "list"],
                "TARGET 'list': is a command's word; put it first, like perfloop list",
            ),
            place.complaint(
                &[],
                &["list", "example.com"],
                "TARGET 'example.com': give the whole URL, http://example.com",
            ),
            place.complaint(&[], &["list", "--frobnicate"], "there is no flag --frobnicate; see perfloop list --help"),
        ]
        .into_iter()
        .flatten(),
    );
    let as_target = place.run(&[], &["./list"]);
    assert!(as_target.code == Some(2) && as_target.stderr.contains("TARGET './list'"), "{as_target:#?}");
    let help = perfloop(&["list", "--help"]);
    assert!(help.code == Some(0) && help.stdout.contains("perfloop list [OPTIONS] [TARGET]..."), "{help:#?}");
}
