//! A run as data: every report holds it, and it can be run again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Service, none, perfloop, spawn_as};

/// A service, and a folder for reports and inputs.
struct Place {
    service: Service,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Place { service: Service::start(), folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.folder.path().join(name), text).unwrap();
        self.path(name)
    }

    /// Runs perfloop with these arguments, and returns its report and what the service was asked meanwhile.
    fn run(&self, args: &[&str], report: &str) -> (Value, BTreeMap<String, u64>) {
        let before = self.service.hits();
        let output = perfloop(&[args, &["--quiet", "--json", report]].concat());
        assert!(matches!(output.code, Some(0 | 1)), "{args:?}: {output:#?}");
        let hits = self.service.hits().into_iter();
        let hits = hits.map(|(path, count)| (path.clone(), count - before.get(&path).copied().unwrap_or(0)));
        let hits = hits.filter(|(_, count)| *count > 0).collect();
        (serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap(), hits)
    }
}

/// The specification without where it was written to.
fn spec(report: &Value) -> Value {
    let mut spec = report["run"]["spec"].clone();
    spec.as_object_mut().unwrap_or_else(|| panic!("no specification: {report:#}")).remove("json");
    spec
}

#[test]
fn ten_different_runs_are_the_same_when_their_reports_are_run_again() {
    let place = Place::new();
    let (fast, echo, json) = (place.service.at("/fast"), place.service.at("/echo"), place.service.at("/json"));
    let origin = fast.trim_end_matches("/fast").to_owned();
    let feed = place.write("users.csv", "name\nann\nbob\ncy\n");
    let hurl =
        place.write("two.hurl", "GET {{host}}/fast\nHTTP 200\nPOST {{host}}/echo\n{\"a\": \"{{user}}\"}\nHTTP 200\n");
    let setup = place.write("setup.hurl", "GET {{host}}/fast\nHTTP 200\n");
    let by_name = place.service.at("/users/{name}");
    let host = format!("host={origin}");
    let runs: [&[&str]; 10] = [
        &["--users", "2", "--loops", "3", &fast],
        &["--requests", "7", "--users", "1", "--wait", "1ms-3ms", &fast, &echo],
        &["--stages", "100ms:2,100ms:2", "--loops", "2", &fast],
        &["--rate", "20/s", "--time", "0.5", "--poisson", "--seed", "5", "--max-users", "9", &fast],
        &["--loops", "2", "--data", "a=1", "-H", "X-A: b", "-H", "Accept:", "--expect-contains", "a=1", &echo],
        &["--loops", "3", "--feed", &feed, "--feed-order", "unique", &by_name],
        &["--loops", "2", "--variable", &host, "--setup", &setup, "--keep-session", &hurl],
        &["--loops", "1", "--host", &origin, "/fast", "--compressed", "--location", "--timeout", "5", "--no-keepalive"],
        &[
            "--loops",
            "1",
            "--fail-if",
            "p95 > 10s",
            "--threshold",
            "rate<0.5",
            "--name",
            "/f*=/x",
            "--warmup",
            "0.1",
            &fast,
        ],
        &[
            "--loops",
            "2",
            "--ramp-up",
            "50ms",
            "--users",
            "2",
            "--expect-status",
            "2xx",
            "--expect-json",
            "code=1",
            &json,
        ],
    ];
    none(runs.into_iter().enumerate().filter_map(|(number, args)| {
        let (first, again) = (place.path(&format!("{number}.json")), place.path(&format!("{number}-again.json")));
        let (first_report, first_hits) = place.run(args, &first);
        let (again_report, again_hits) = place.run(&["--spec", &first], &again);
        let is_same_load = args.contains(&"--warmup") || first_hits == again_hits;
        let same = ["/run/plan", "/run/seed", "/run/target", "/totals/fail"];
        let is_same = same.iter().all(|at| first_report.pointer(at) == again_report.pointer(at));
        let (first_spec, again_spec) = (spec(&first_report), spec(&again_report));
        let is_whole = is_same && is_same_load && first_spec == again_spec;
        (!is_whole).then(|| format!("{args:?}: {first_hits:?} {again_hits:?}\n{first_spec:#}\n{again_spec:#}"))
    }));
}

#[test]
fn a_pasted_request_is_run_again_with_its_bytes() {
    let place = Place::new();
    let echo = place.service.at("/echo");
    let bytes = Path::new(&place.path("body")).to_owned();
    fs::write(&bytes, b"\xff\x00{x}").unwrap();
    let data = format!("@{}", bytes.display());
    let (first, again) = (place.path("first.json"), place.path("again.json"));
    let command = ["curl", "--loops", "1", "--quiet", "--json", &first, "--", "curl", "--data-binary", &data, &echo];
    let output = perfloop(&command);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let report: Value = serde_json::from_str(&fs::read_to_string(&first).unwrap()).unwrap();
    assert_eq!(report["run"]["spec"]["body-base64"], "/wB7eH0=");
    let (report, hits) = place.run(&["--spec", &first], &again);
    assert_eq!((hits, &report["run"]["spec"]["braces-are-text"]), ([("/echo".into(), 1)].into(), &json!(true)));
}

#[test]
fn a_flag_overrules_the_specification_and_outputs_are_not_taken_from_a_report() {
    let place = Place::new();
    let fast = place.service.at("/fast");
    let (first, again, html) = (place.path("first.json"), place.path("again.json"), place.path("first.html"));
    place.run(&["--users", "2", "--loops", "3", "--html", &html, &fast], &first);
    fs::remove_file(&html).unwrap();
    let (report, hits) = place.run(&["--spec", &first, "--loops", "1"], &again);
    assert_eq!(hits, [("/fast".into(), 2)].into());
    assert_eq!((&report["run"]["spec"]["users"], &report["run"]["spec"]["loops"]), (&json!(2), &json!(1)));
    assert!(!Path::new(&html).exists(), "the report of the first run is not written again");
    let toml = place.write("run.toml", &format!("targets = ['{fast}']\nusers = 3\nloops = 1\n"));
    let (report, hits) = place.run(&["--spec", &toml], &again);
    assert_eq!((hits, &report["run"]["spec"]["users"]), ([("/fast".into(), 3)].into(), &json!(3)));
}

#[test]
fn secrets_are_hidden_in_the_specification_and_asked_for_when_it_is_run_again() {
    let place = Place::new();
    let (echo, report) = (place.service.at("/echo"), place.path("report.json"));
    place.run(&["--loops", "1", "--basic-auth", "ann:s3cret", "-H", "X-Api-Key: t0ken", &echo], &report);
    let text = fs::read_to_string(&report).unwrap();
    assert!(!text.contains("s3cret") && !text.contains("t0ken"), "{text}");
    let output = perfloop(&["--spec", &report]);
    assert_eq!(output.code, Some(2), "{output:#?}");
    let line = format!("perfloop: --header: its value is hidden in {report}; give --header anew");
    assert!(output.stderr.starts_with(&line), "{output:#?}");
    let anew = ["--spec", &report, "-H", "X-Api-Key: t0ken", "--basic-auth", "ann:s3cret"];
    assert_eq!(place.run(&anew, &place.path("again.json")).1, [("/echo".into(), 1)].into());
}

#[test]
fn a_dry_run_prints_the_specification() {
    let place = Place::new();
    let fast = place.service.at("/fast");
    let toml = place.write("run.toml", "users = 7\nwait = '1s-2s'\nquiet = true\n[checks.\"GET /fast\"]\nweight = 2\n");
    let output =
        perfloop(&["--dry-run", "--json", "-", "--config", &toml, "--time", "1m", "--secret", "a=hush", &fast]);
    assert_eq!(output.code, Some(2), "a secret is for Hurl files: {output:#?}");
    let output = perfloop(&["--dry-run", "--json", "-", "--config", &toml, "--time", "1m", &fast]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let wanted = json!({
        "targets": [fast],
        "checks": {"GET /fast": {"weight": 2}},
        "users": 7,
        "time": "1m",
        "wait": "1s-2s",
        "quiet": true,
        "json": "-",
    });
    assert_eq!(output.json(), wanted);
    assert!(output.stderr.contains("dry run: nothing was sent"), "{output:#?}");
    assert_eq!(place.service.total_hits(), 0);
}

#[test]
fn a_specification_that_is_wrong_is_told_by_its_field_and_file() {
    let place = Place::new();
    let rows = [
        ("{\"usres\": 1}", "there is no setting 'usres'; did you mean users?"),
        ("{\"users\": \"x\"}", "users: 'x' is no whole number; write it in digits, like 50"),
        ("{\"users\": true}", "users: is of the wrong kind; give a number or a text"),
        ("{\"quiet\": 1}", "quiet: is of the wrong kind; give true or false"),
        ("{\"header\": \"a: b\"}", "header: is of the wrong kind; give an array of texts"),
        ("{\"checks\": {\"a\": {\"wieght\": 1}}}", "checks: unknown field `wieght`"),
    ];
    none(rows.into_iter().filter_map(|(text, wanted)| {
        let path = place.write("spec.json", text);
        let output = perfloop(&["--spec", &path]);
        let is_told = output.code == Some(2) && output.stderr.starts_with(&format!("perfloop: {path}: {wanted}"));
        (!is_told).then(|| format!("{text}: {output:#?}"))
    }));
    for (text, wanted) in [
        ("{", "is no JSON ("),
        ("{\"run\": {}}", "is a report without the specification of its run; give the JSON report of a run"),
    ] {
        let path = place.write("spec.json", text);
        let output = perfloop(&["--spec", &path]);
        assert!(output.stderr.starts_with(&format!("perfloop: --spec {path}: {wanted}")), "{output:#?}");
    }
    let path = place.write("spec.json", "{\"wait\": 1, \"pace\": 1}");
    let output = perfloop(&["--spec", &path]);
    let wanted = format!(
        "perfloop: --wait cannot be used with --pace; leave one out (--wait is from {path}, --pace is from {path})\n"
    );
    assert_eq!(output.stderr, wanted);
    let path = place.write("spec.json", "{\"shape\": \"peak\"}");
    let output = perfloop(&["--spec", &path]);
    assert_eq!(output.code, Some(2), "{output:#?}");
    assert!(output.stderr.contains("shape: 'peak' is a function in Rust, which this run does not have"), "{output:#?}");
    let missing = spawn_as(&[], &["--spec", "missing.json"]).wait();
    assert!(missing.stderr.contains("--spec missing.json: cannot be read ("), "{missing:#?}");
}
