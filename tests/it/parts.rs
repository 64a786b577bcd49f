//! Parts of one run on several machines, here processes: what they do together, and their reports as one.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use perfloop::{CheckResult, Feed, LoadTest, Part, Plan, Run, User, UserClass};
use serde_json::Value;

use crate::support::{
    Output, Reports, Running, Service, best_of_three, eventually, finish, hold, is_refused, join_within, none,
    perfloop, schema_complaints, spawn, stamp_all, start,
};

/// A user, an iteration of it, a row that it took by chance, and one that it took in turn.
type Done = (u32, u64, usize, usize);

fn parts(of: u32) -> impl Iterator<Item = Part> {
    (1..=of).map(move |number| Part::new(number, of).unwrap())
}

/// Everything that the users of a part did.
fn done(part: Part) -> Vec<Done> {
    let by_chance = Feed::from_rows((0..1000).collect()).random();
    let in_turn = Feed::from_rows((0..1000).collect()).unique();
    let all: Arc<Mutex<Vec<Done>>> = Arc::default();
    let seen = Arc::clone(&all);
    let check = move |user: &mut User| -> CheckResult {
        let (chance, turn) = (*by_chance.next(user)?, *in_turn.next(user)?);
        seen.lock().unwrap().push((user.id(), user.iteration(), chance, turn));
        Ok(())
    };
    finish(LoadTest::new(Plan::new().users(10).loops(5).seed(7).part(part)).check("take", check));
    let mut done = all.lock().unwrap().clone();
    done.sort_unstable();
    done
}

#[test]
fn the_parts_of_a_run_have_the_users_the_choices_and_the_loops_of_the_whole() {
    let whole = done(Part::WHOLE);
    let chosen = |done: &[Done]| {
        done.iter().map(|(user, iteration, chance, _)| (*user, *iteration, *chance)).collect::<Vec<_>>()
    };
    for of in [2, 3, 8] {
        let mut all: Vec<Done> = parts(of).flat_map(done).collect();
        all.sort_unstable();
        assert_eq!(chosen(&all), chosen(&whole), "{of} parts");
        let mut turns: Vec<usize> = all.iter().map(|(.., turn)| *turn).collect();
        turns.sort_unstable();
        let count = turns.len();
        turns.dedup();
        assert_eq!(turns.len(), count, "no row is taken twice by {of} parts");
        // Parts that are equally large take just the rows that the whole takes.
        assert!(of != 2 || turns == (0..50).collect::<Vec<_>>(), "{turns:?}");
    }
}

#[test]
fn the_parts_of_a_run_have_the_classes_of_the_whole() {
    let names: Arc<Mutex<Vec<(u32, &str)>>> = Arc::default();
    let test = |part: Part| {
        let class = |name: &'static str| {
            let names = Arc::clone(&names);
            UserClass::new(name).check(move |user: &mut User| names.lock().unwrap().push((user.id(), name)), 1)
        };
        let test = LoadTest::new(Plan::new().users(10).loops(1).part(part));
        finish(test.class(class("shopper").weight(3)).class(class("browser")).class(class("admin").fixed(2)));
        let mut seen = std::mem::take(&mut *names.lock().unwrap());
        seen.sort_unstable();
        seen
    };
    let whole = test(Part::WHOLE);
    for of in [2, 3, 8] {
        let mut all: Vec<_> = parts(of).flat_map(test).collect();
        all.sort_unstable();
        assert_eq!(all, whole, "{of} parts");
    }
}

#[test]
fn the_parts_of_a_rate_take_each_arrival_once_and_a_budget_of_requests_is_shared() {
    let second = Duration::from_secs(1);
    let start = |plan: Plan, part: Part| -> Run {
        LoadTest::new(plan.part(part)).check("arrive", |_: &mut User| ()).start().unwrap()
    };
    for of in [1, 2, 3, 7, 8] {
        let at = SystemTime::now() + Duration::from_millis(100);
        let plan = || Plan::new().rate(100.0).max_users(40).time(second).start_at(at).seed(3);
        let runs: Vec<Run> = parts(of).map(|part| start(plan(), part)).collect();
        let counted = |run: Run| {
            let summary = join_within(run, 20 * second);
            summary.whole.totals.ended() + summary.dropped
        };
        assert_eq!(runs.into_iter().map(counted).sum::<u64>(), 100, "{of} parts");
        let plan = || Plan::new().users(8).requests(100);
        let runs: Vec<Run> = parts(of).map(|part| start(plan(), part)).collect();
        let ended = |run: Run| join_within(run, 20 * second).whole.totals.ended();
        assert_eq!(runs.into_iter().map(ended).sum::<u64>(), 100, "{of} parts of a budget");
    }
}

/// Reports of three parts of a run that the service counted too, by their kernel's stamps.
fn three_parts(service: &Service, place: &Reports, more: &[&str]) -> Vec<String> {
    let at = SystemTime::now() + Duration::from_millis(700);
    let at = at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 1;
    let (at, url) = (at.to_string(), service.at("/fast"));
    let running: Vec<_> = (1..=3)
        .map(|number| {
            let (part, json) = (format!("{number}/3"), place.path(&format!("part{number}.json")));
            let args = [
                "--users",
                "10",
                "--loops",
                "20",
                "--wait",
                "0.01",
                "--start-at",
                &at,
                "--part",
                &part,
                "--json",
                &json,
            ];
            spawn(&[&args[..], more, &[&url]].concat())
        })
        .collect();
    let outputs: Vec<Output> = running.into_iter().map(|run| run.wait()).collect();
    none(outputs.iter().filter(|output| output.code != Some(0)).map(|output| format!("{output:?}")));
    (1..=3).map(|number| format!("part{number}.json")).map(|name| place.changed(&name, &name, stamp_all)).collect()
}

fn merge(reports: &[String], more: &[&str]) -> Output {
    let paths: Vec<&str> = reports.iter().map(String::as_str).collect();
    perfloop(&[&["merge"][..], &paths, more].concat())
}

#[test]
fn the_reports_of_all_parts_make_the_report_of_the_run() {
    let (service, place) = (Service::start(), Reports::new());
    let reports = three_parts(&service, &place, &[]);
    let users: Vec<u64> =
        (1..=3).map(|number| place.json(&format!("part{number}.json"))["run"]["users"].as_u64().unwrap()).collect();
    assert_eq!(users, [4, 3, 3]);
    let sum = place.path("sum.json");
    let output =
        merge(&reports, &["--json", &sum, "--html", &place.path("sum.html"), "--junit", &place.path("sum.xml")]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{}", output.stdout);
    assert!(output.stdout.contains("all 3 parts: ") && output.stdout.contains("10 users"), "{}", output.stdout);
    let sum = place.json("sum.json");
    assert_eq!(schema_complaints("report.schema.json", &sum), None);
    assert_eq!(sum["run"]["parts"], serde_json::json!({ "of": 3, "numbers": [1, 2, 3] }));
    let counts = (sum["run"]["users"].as_u64(), sum["totals"]["answered"].as_u64());
    assert_eq!(counts, (Some(10), Some(service.total_hits())));
    // It is of one run: all parts had the same seed, and the specification is that of the whole.
    let spec = &sum["run"]["spec"];
    assert!(spec["part"].is_null() && spec["json"].is_null() && spec["users"] == 10, "{spec}");
    let p95 = |slot: &Value| slot["response_time_ms"]["p95"].as_f64();
    assert!(sum["timeline"].as_array().unwrap().iter().any(|slot| p95(slot).is_some()), "{}", sum["timeline"]);
    for file in ["sum.html", "sum.xml"] {
        assert!(std::fs::metadata(place.path(file)).unwrap().len() > 100);
    }
}

#[test]
fn gates_are_judged_by_the_whole() {
    let (service, place) = (Service::start(), Reports::new());
    let reports = three_parts(&service, &place, &[]);
    let crossed = merge(&reports, &["--fail-if", "requests > 190"]);
    assert_eq!(crossed.code, Some(1), "{}", crossed.stdout);
    assert!(crossed.stdout.contains("fail if requests > 190"), "{}", crossed.stdout);
    assert_eq!(merge(&reports, &["--fail-if", "requests > 200"]).code, Some(0));
    let refused = merge(&reports, &["--fail-if", "p95 >"]);
    assert_eq!((refused.code, refused.stderr.lines().count()), (Some(2), 1), "{}", refused.stderr);
    // Gates that the parts had are those of the whole, unless others are given.
    let reports = three_parts(&service, &place, &["--fail-if", "requests > 100"]);
    assert_eq!(merge(&reports, &[]).code, Some(1));
    assert_eq!(merge(&reports, &["--fail-if", "requests > 300"]).code, Some(0));
}

#[test]
fn double_missing_and_foreign_parts_are_refused() {
    let (service, place) = (Service::start(), Reports::new());
    let reports = three_parts(&service, &place, &[]);
    let [one, two, three] = [0, 1, 2].map(|number| reports[number].as_str());
    let changed = |name: &str, change: &dyn Fn(&mut Value)| place.changed("part2.json", name, change);
    let foreign = changed("foreign.json", &|report| report["run"]["seed"] = 1.into());
    let other = changed("other.json", &|report| report["run"]["parts"]["of"] = 4.into());
    let whole = changed("whole.json", &|report| drop(report["run"].as_object_mut().unwrap().remove("parts")));
    let copy = changed("copy.json", &|report| report["run"]["tested_s"] = 7.into());
    is_refused(&["merge", one, three], &["1 of 3 parts is missing: 2", "--allow-missing"]);
    is_refused(
        &["merge", one, two, &copy, three],
        &["part2.json and ", "copy.json both hold part 2 of 3", "one of them"],
    );
    is_refused(&["merge", one, &foreign, three], &["part1.json and ", "parts of different runs"]);
    is_refused(&["merge", one, &other, three], &["part 1 of 3", "part 2 of 4", "parts of one run"]);
    is_refused(&["merge", one, &whole], &["part 1 of 3", "a whole run", "parts of one run"]);
    let allowed = merge(&[one.into(), three.into()], &["--allow-missing"]);
    assert_eq!(allowed.code, Some(0), "{}", allowed.stdout);
    assert!(
        allowed.stdout.contains("parts 1 and 3 of 3") && allowed.stdout.contains("1 of 3 parts is missing: 2"),
        "{}",
        allowed.stdout
    );
}

#[test]
fn reports_are_found_in_the_logs_of_their_runs() {
    let (service, place) = (Service::start(), Reports::new());
    let url = service.at("/fast");
    let logs: Vec<String> = (1..=2)
        .map(|number| {
            let output =
                perfloop(&["--users", "4", "--loops", "25", "--part", &format!("{number}/2"), "--json", "-", &url]);
            let log: String = [output.stderr.as_str(), &output.stdout, "done\n"].concat();
            let log: String = log.lines().map(|line| format!("[pod/load-{number}] {line}\n")).collect();
            let path = place.path(&format!("{number}.log"));
            std::fs::write(&path, log).unwrap();
            path
        })
        .collect();
    let output = merge(&logs, &["--from-logs", "--json", &place.path("sum.json")]);
    let clocks = "merge runs that are timed alike";
    if output.stderr.contains(clocks) {
        // The first answers of a machine may come without stamps.
        return;
    }
    assert_eq!(output.code, Some(0), "{output:?}");
    assert_eq!(place.json("sum.json")["totals"]["answered"].as_u64(), Some(service.total_hits()));
    is_refused(&["merge", "--from-logs", &logs[0], "Cargo.toml"], &["Cargo.toml holds no report", "--from-logs"]);
}

#[test]
fn a_run_starts_at_its_moment_and_tells_when_it_was_late() {
    let service = Service::start();
    let (url, since_1970) = (service.at("/fast"), |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap());
    let report = |at: u64, loops: &str| {
        let at = at.to_string();
        perfloop(&["--loops", loops, "--start-at", &at, "--json", "-", &url]).json()["run"].clone()
    };
    best_of_three(|| {
        let at = since_1970(SystemTime::now()).as_secs() + 2;
        let run = report(at, "3");
        let late = run["late_s"].as_f64().unwrap();
        let ended = since_1970(SystemTime::now()).as_secs_f64();
        hold(late < 0.1 && ended > at as f64, || format!("{late} s late, over at {ended} of {at}"))
    });
    let late = report(since_1970(SystemTime::now()).as_secs() - 30, "3")["late_s"].as_f64().unwrap();
    assert!((29.0..40.0).contains(&late), "{late}");
}

#[test]
fn a_part_that_cannot_be_is_refused() {
    is_refused(&["--part", "3", "--users", "9"], &["--part", "'3' is no part", "write it like 3/8"]);
    is_refused(&["--part", "9/8", "--users", "9"], &["--part", "of 8 parts there is none with the number 9"]);
    is_refused(&["--part", "3/8", "--users", "2"], &["--part 3/8", "fewer users than parts"]);
    is_refused(&["--start-at", "noon"], &["--start-at", "'noon' is no moment", "2026-11-25T12:00:00Z"]);
    is_refused(&["capacity", "--within", "p95 < 1s", "--part", "1/2"], &["part", "within"]);
}

/// The command of a manifest, with its folder of reports elsewhere.
fn command_of(manifest: &str, place: &Reports) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/kubernetes").join(manifest);
    let text = std::fs::read_to_string(path).unwrap();
    let block = text
        .lines()
        .skip_while(|line| !line.ends_with("- |"))
        .skip(1)
        .take_while(|line| line.starts_with("              "));
    let command: Vec<&str> = block.map(str::trim).collect();
    assert!(command.iter().any(|line| line.contains("perfloop")), "{text}");
    command.join("\n").replace("/reports", place.path("").trim_end_matches('/'))
}

/// The command as Kubernetes would run it, with these variables.
fn shell(command: &str, variables: &[(&str, &str)]) -> Running {
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_perfloop")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).env("PATH", path).envs(variables.iter().copied());
    start(&mut shell)
}

#[test]
fn the_commands_of_the_manifests_make_one_run_and_judge_it() {
    let (service, place) = (Service::start(), Reports::new());
    let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 2;
    let (at, url, load) = (at.to_string(), service.at("/fast"), command_of("base/load.yaml", &place));
    let pods: Vec<Running> = (0..8)
        .map(|index| {
            let index = index.to_string();
            let variables = [
                ("JOB_COMPLETION_INDEX", index.as_str()),
                ("START_AT", &at),
                ("USERS", "16"),
                ("TIME", "1s"),
                ("TARGETS", &url),
            ];
            shell(&load, &variables)
        })
        .collect();
    none(pods.into_iter().map(Running::wait).filter(|pod| pod.code != Some(0)).map(|pod| format!("{pod:?}")));
    (0..8).map(|index| format!("part-{index}.json")).for_each(|name| drop(place.changed(&name, &name, stamp_all)));
    let merge = command_of("merge.yaml", &place);
    for (gate, code) in [("p95 > 20s", 0), ("requests > 0", 1)] {
        let output = shell(&merge, &[("FAIL_IF", gate)]).wait();
        assert_eq!(output.code, Some(code), "{output:?}");
        assert!(output.stdout.contains("all 8 parts: ") && output.stdout.contains("16 users"), "{}", output.stdout);
    }
    assert_eq!(place.json("all.json")["totals"]["answered"].as_u64(), Some(service.total_hits()));
}

#[test]
#[ignore = "needs kubernetes-validate"]
fn the_manifests_hold_to_the_schemas_of_kubernetes() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/kubernetes");
    let validate = |path: &std::path::Path| {
        let output = Command::new("kubernetes-validate").arg("--strict").arg(path).output().unwrap();
        (output.status.success(), format!("{output:?}"))
    };
    for (name, resource) in [
        ("base/load.yaml", "job/load"),
        ("base/reports.yaml", "persistentvolumeclaim/"),
        ("merge.yaml", "job/load-merge"),
    ] {
        let (is_valid, told) = validate(&folder.join(name));
        assert!(is_valid && told.contains(&format!("passed for resource {resource}")), "{told}");
    }
    let place = Reports::new();
    let text = std::fs::read_to_string(folder.join("base/load.yaml")).unwrap();
    std::fs::write(place.path("wrong.yaml"), text.replacen("completionMode", "completionKind", 1)).unwrap();
    let (is_valid, told) = validate(std::path::Path::new(&place.path("wrong.yaml")));
    assert!(!is_valid && told.contains("completionKind"), "{told}");
}

#[test]
fn the_page_of_a_part_says_which_one_it_is_and_how_long_it_waits() {
    let service = Service::start();
    let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 4;
    let url = service.at("/fast");
    let running = spawn(&[
        "--part",
        "2/3",
        "--users",
        "3",
        "--start-at",
        &at.to_string(),
        "--time",
        "1",
        "--web",
        "--web-addr",
        "127.0.0.1:0",
        &url,
    ]);
    let link = || running.stderr().lines().find_map(|line| line.strip_prefix("page: http://").map(str::to_owned));
    eventually("the page is served", || link().is_some());
    let page = format!("http://{}", link().unwrap().trim_end_matches('/'));
    let run = || -> serde_json::Value {
        let answer = reqwest::blocking::get(format!("{page}/api/v1/runs/current")).unwrap();
        answer.json::<serde_json::Value>().unwrap()["run"].clone()
    };
    eventually("the run has begun", || run()["id"] == "1");
    let waiting = run();
    assert_eq!((&waiting["state"], &waiting["part"]), (&"waiting".into(), &"part 2 of 3".into()), "{waiting}");
    let left = waiting["starts_in_s"].as_f64().unwrap();
    assert!(left > 0.0 && left < 4.0, "{left}");
    eventually("it runs", || run()["state"] == "running");
    assert_eq!((&run()["users_wanted"], &run()["starts_in_s"]), (&1.into(), &serde_json::Value::Null));
    assert_eq!(running.wait().code, Some(0));
}
