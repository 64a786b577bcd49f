//! Gates: what each decides, by the numbers of runs whose outcome is known, and the exit codes they make.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use perfloop::{CheckResult, EndReason, Gate, GateVerdict, LoadTest, Outcome, Plan, Summary, User};
use serde_json::{Value, json};

use crate::support::{REFUSED, Service, finish, none, perfloop};

const MS: Duration = Duration::from_millis(1);

fn get(url: String) -> impl Fn(&mut User) -> CheckResult + Send + Sync + 'static {
    move |user| {
        user.get(&url).send()?.expect_status(200)?;
        Ok(())
    }
}

/// A run with these gates.
fn judged(plan: Plan, gates: &[Gate], check: impl Fn(&mut User) -> Outcome + Send + Sync + 'static) -> Summary {
    finish(gates.iter().cloned().fold(LoadTest::new(plan).check("check", check), LoadTest::gate))
}

fn verdicts(summary: &Summary) -> Vec<(&str, bool, bool)> {
    summary.gates.iter().map(|gate| (gate.expr.as_str(), gate.implied, gate.crossed)).collect()
}

/// The code and the gates of a run of the binary.
fn run(gates: &[&str], args: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = perfloop(&[gates, &["--quiet", "--json", "-"], args].concat());
    let gates = output.json()["gates"].as_array().unwrap().clone();
    (output.code, gates)
}

#[test]
fn each_gate_decides_by_its_own_number() {
    let service = Service::start();
    let (slow, missing) = (service.at("/delay/30"), service.at("/status/404"));
    // 12 checks, of which 4 fail and 4 have no answer.
    let args = ["--users", "2", "--loops", "2", "--pace", "50ms", &slow, &missing, REFUSED];
    let held = [
        "GET /delay/30: min < 29ms",
        "GET /delay/30: max > 10s",
        "p99.9 > 10s",
        "mean < 1us",
        "tpr.p95 > 10s",
        "GET /delay/30: tpr.min < 29ms",
        "GET /delay/30: elapsed.med < 29ms",
        "client_delay.p99 > 10s",
        "corrected.p99 > 10s",
        "setup.max > 10s",
        "fail_ratio > 67%",
        "GET /delay/30: fail_ratio > 0",
        "fails != 4",
        "exceptions != 4",
        "GET /status/404: fails != 4",
        "requests != 12",
        "GET /refused: exceptions != 4",
        "rps > 100000",
        "passes_per_s > 100000",
        "GET /delay/30: rps <= 0",
        "unfinished > 0",
        "dropped > 0",
        "in_flight > 2.1",
        "tester_share > 100%",
    ];
    let crossed = [
        "p50 > 1us",
        "GET /delay/30: p90 >= 30ms",
        "GET /delay/30: tpr.max > 29ms",
        "elapsed.mean > 29ms",
        "client_delay.max > 0us",
        "corrected.max >= 30ms",
        "setup.min > 0us",
        "fail_ratio > 66%",
        "GET /status/404: fail_ratio == 100%",
        "GET /refused: fail_ratio == 1",
        "fails > 3",
        "exceptions >= 4",
        "requests == 12",
        "rps < 100000",
        "passes_per_s < 100000",
        "GET /delay/30: passes_per_s < 100000",
        "in_flight > 0",
        "tester_share >= 0%",
        "missed == 0",
    ];
    let thresholds_held = [
        "p(95)<10000",
        "http_req_duration: max<10000",
        "med>0",
        "rate<0.67",
        "checks: rate>0.33",
        "count==12",
        "http_reqs: rate>0",
        "iterations: count==12",
        "iterations: rate>0",
    ];
    let thresholds_crossed = ["avg<0.001", "min>10000", "http_req_failed: rate<0.66", "checks: rate>0.34", "count>12"];
    let flags = |flag: &'static str, all: &[&'static str]| all.iter().flat_map(move |expr| [flag, expr]).collect();
    let all: [Vec<&str>; 4] = [
        flags("--fail-if", &held),
        flags("--fail-if", &crossed),
        flags("--threshold", &thresholds_held),
        flags("--threshold", &thresholds_crossed),
    ];
    let (code, gates) = run(&all.concat(), &args);
    assert_eq!(code, Some(1));
    let wanted = [(&held[..], false), (&crossed, true), (&thresholds_held, false), (&thresholds_crossed, true)];
    let wanted: Vec<(&str, bool)> =
        wanted.iter().flat_map(|(all, crossed)| all.iter().map(|expr| (*expr, *crossed))).collect();
    assert_eq!(gates.len(), wanted.len(), "nothing is implied beside a gate on the fail ratio");
    none(gates.iter().zip(wanted).filter_map(|(gate, (expr, crossed))| {
        let is_as_wanted = gate["expr"] == expr && gate["crossed"] == crossed && gate["value"].is_number();
        (!is_as_wanted).then(|| format!("wanted {expr} {crossed}: {gate}"))
    }));

    let (code, _) = run(&all[0], &args);
    assert_eq!(code, Some(0), "the gates that held allow for the failures");
    let (code, _) = run(&all[2], &args);
    assert_eq!(code, Some(0), "so do the thresholds");
}

#[test]
fn a_verdict_tells_value_limit_and_margin() {
    let plan = Plan::new().loops(4);
    let gates = [Gate::fail_if("fail_ratio >= 50%").unwrap(), Gate::fail_if("check: tpr.max > 1000s").unwrap()];
    let turn = AtomicU64::new(0);
    let summary = judged(plan, &gates, move |_| match turn.fetch_add(1, Ordering::SeqCst) {
        0 => Outcome::Fail("the first".into()),
        _ => Outcome::Pass,
    });
    let GateVerdict { value, limit, margin, crossed, .. } = &summary.gates[0];
    assert_eq!((*value, *limit, *margin, *crossed), (Some(0.25), 0.5, Some(0.25), false));
    assert_eq!((summary.gates.len(), summary.is_good()), (2, true));
    assert_eq!(summary.gates[0].to_string(), "fail if fail_ratio >= 50%");
}

#[test]
fn without_a_gate_on_all_failures_one_is_implied() {
    let service = Service::start();
    let (fast, missing) = (service.at("/fast"), service.at("/status/404"));
    let implied = |value: f64, crossed: bool| {
        let judged_by = if crossed { "6 checks of the whole run" } else { "3 checks of the whole run" };
        json!({
            "expr": "fail_ratio > 0", "kind": "fail_if", "implied": true, "value": value, "limit": 0.0, "unit": "ratio",
            "crossed": crossed, "margin": value, "judged_by": judged_by, "stopped_run": false, "note": null
        })
    };
    assert_eq!(run(&[], &["--loops", "3", &fast]), (Some(0), vec![implied(0.0, false)]));
    assert_eq!(run(&[], &["--loops", "3", &fast, &missing]), (Some(1), vec![implied(0.5, true)]));
    let of_one = ["--fail-if", "GET /status/404: fail_ratio > 100%", "--fail-if", "p95 > 10s"];
    let (code, gates) = run(&of_one, &["--loops", "3", &fast, &missing]);
    assert_eq!((code, gates.len(), &gates[2]), (Some(1), 3, &implied(0.5, true)), "the other checks have none");
    for tolerant in
        [["--fail-if", "fail_ratio > 50%"], ["--threshold", "rate<=0.5"], ["--threshold", "checks: rate>=0.5"]]
    {
        let (code, gates) = run(&tolerant, &["--loops", "3", &fast, &missing]);
        assert_eq!((code, gates.len()), (Some(0), 1), "{tolerant:?}");
    }
}

#[test]
fn a_run_without_a_pass_is_never_good() {
    let service = Service::start();
    let args = ["--fail-if", "fail_ratio > 100%", "--loops", "2", "--quiet", &service.at("/status/404")];
    let output = perfloop(&args);
    assert_eq!(output.code, Some(1), "{output:#?}");
    assert!(output.stdout.contains("no check passed, which fails the run"), "{}", output.stdout);
}

#[test]
fn a_gate_without_data_counts_as_crossed_and_says_why() {
    let service = Service::start();
    let (fast, hops) = (service.at("/fast"), service.at("/redirect/1"));
    let gates = ["--fail-if", "GET /rediret/0: p95 > 10s", "--threshold", "p(95)<1 after 1m"];
    let (code, told) = run(&gates, &["--loops", "1", "--location", &hops, &fast]);
    assert_eq!((code, told.len()), (Some(1), 3));
    let note = told[0]["note"].as_str().unwrap();
    assert!(note.starts_with("no check or request was named 'GET /rediret/0'; did you mean 'GET /redirect/"), "{note}");
    assert!(told[1]["note"].as_str().unwrap().starts_with("the run ended after "), "{}", told[1]);
    for verdict in &told[..2] {
        let numbers = (&verdict["value"], &verdict["margin"], &verdict["crossed"]);
        assert_eq!(numbers, (&Value::Null, &Value::Null, &Value::Bool(true)));
    }
    // Nothing but this gate says anything: no request was made.
    let gates = [Gate::fail_if("client_delay.p99 > 1s").unwrap()];
    let summary = judged(Plan::new().loops(1), &gates, |_| Outcome::Pass);
    let wanted = [("client_delay.p99 > 1s", false, true), ("fail_ratio > 0", true, false)];
    assert_eq!((verdicts(&summary), summary.is_good()), (wanted.to_vec(), false));
}

#[test]
fn times_of_a_check_whose_requests_have_other_names_are_its_tpr() {
    let service = Service::start();
    let test = LoadTest::new(Plan::new().loops(3)).check("hello", get(service.at("/delay/20")));
    let gates = ["hello: min < 20ms", "hello: max < 20ms", "GET /delay/20: rps <= 0", "hello: requests != 3"];
    let summary = finish(gates.iter().fold(test, |test, gate| test.gate(Gate::fail_if(gate).unwrap())));
    let crossed: Vec<bool> = summary.gates.iter().map(|gate| gate.crossed).collect();
    assert_eq!(crossed, [false; 5], "{:#?}", summary.gates);
    assert_eq!(summary.gates[1].value, Some(summary.whole.checks[0].tpr.max().unwrap().as_nanos() as f64 / 1e6));
}

#[test]
fn failures_of_the_warm_up_decide_and_are_told() {
    let fails_at_first = || {
        let turn = AtomicU64::new(0);
        move |_: &mut User| match turn.fetch_add(1, Ordering::SeqCst) {
            0 => Outcome::Fail("cold".into()),
            _ => Outcome::Pass,
        }
    };
    let plan = || Plan::new().warmup(200 * MS).time(200 * MS).wait(5 * MS);
    let summary = judged(plan(), &[], fails_at_first());
    assert_eq!((verdicts(&summary), summary.is_good()), (vec![("fail_ratio > 0", true, true)], false));
    assert_eq!(summary.gates[0].note.as_deref(), Some("with 1 failure in the warm-up"));
    let judged_by = &summary.gates[0].judged_by;
    assert!(judged_by.ends_with("checks of the whole run with its warm-up"), "{judged_by}");
    let tolerant = [Gate::fail_if("fail_ratio > 50%").unwrap(), Gate::fail_if("fails != 1").unwrap()];
    assert!(judged(plan(), &tolerant, fails_at_first()).is_good());
}

#[test]
fn a_gate_that_aborts_ends_the_run_when_it_is_crossed() {
    let service = Service::start();
    let missing = service.at("/status/404");
    let output = perfloop(&[
        "--fail-if",
        "fail_ratio > 10% abort",
        "--time",
        "30",
        "--wait",
        "10ms",
        "--quiet",
        "--json",
        "-",
        &missing,
    ]);
    let json = output.json();
    assert_eq!((output.code, &json["run"]["end"]), (Some(1), &json!("gate_crossed")));
    assert!(output.took < Duration::from_secs(10), "{:?}", output.took);
    assert!(output.stderr.contains("(gate crossed: fail if fail_ratio > 10% abort)"), "{}", output.stderr);
    let gate = &json["gates"][0];
    assert_eq!((&gate["crossed"], &gate["stopped_run"], &gate["value"]), (&json!(true), &json!(true), &json!(1.0)));
    let counted = json["totals"]["fail"].as_u64().unwrap();
    assert_eq!(counted, service.total_hits());
}

#[test]
fn a_gate_is_left_alone_before_its_time() {
    let start = |gate: &str| {
        let plan = Plan::new().time(Duration::from_secs(30)).wait(10 * MS);
        finish(LoadTest::new(plan).check("check", |_: &mut User| ()).gate(Gate::fail_if(gate).unwrap()))
    };
    let summary = start("elapsed.max >= 0us after 2s abort");
    let end = summary.end.unwrap();
    assert_eq!(end.reason, EndReason::GateCrossed);
    assert!((Duration::from_secs(2)..Duration::from_secs(8)).contains(&end.duration), "{end:?}");
    assert!(summary.gates[0].stopped_run && !summary.is_good(), "{:?}", summary.gates);
}

#[test]
fn a_gate_that_holds_stops_nothing() {
    let plan = Plan::new().time(1500 * MS).wait(10 * MS);
    let gates = [Gate::threshold("checks: rate==1 abort").unwrap(), Gate::fail_if("elapsed.max > 60s abort").unwrap()];
    let summary = judged(plan, &gates, |_| Outcome::Pass);
    assert_eq!((summary.end.unwrap().reason, summary.is_good()), (EndReason::TimeUp, true));
    assert!(summary.gates.iter().all(|gate| !gate.stopped_run));
}

#[test]
fn what_can_never_be_judged_is_refused_in_one_line_before_any_traffic() {
    let service = Service::start();
    let (fast, missing) = (service.at("/fast"), service.at("/status/404"));
    let rows = [
        ("--fail-if", "p(95)<450", "--threshold"),
        ("--fail-if", "p95 > 450", "450ms"),
        ("--fail-if", "fail_rate > 1%", "fail_ratio"),
        ("--fail-if", "GET /fas: p95 > 1s", "'GET /fast'"),
        ("--fail-if", "corrected.p95 > 1s", "--pace"),
        ("--fail-if", "p95 > 1s after 20s", "--time"),
        ("--fail-if", "missed > 0 abort", "leave out abort"),
        ("--threshold", "p95 > 450ms", "p(95)"),
        ("--threshold", "chekcs: rate>0.9", "checks"),
    ];
    none(rows.iter().flat_map(|(flag, expr, word)| {
        [None, Some("--dry-run")].into_iter().filter_map(|dry| {
            let args: Vec<&str> =
                [*flag, *expr, &fast, &missing].into_iter().chain(dry).chain(["--time", "1"]).collect();
            let output = perfloop(&args);
            let is_line = output.stderr.lines().count() == 1 && output.stdout.is_empty();
            let told = [*flag, *expr, *word].iter().all(|word| output.stderr.contains(word));
            (output.code != Some(2) || !is_line || !told).then(|| format!("{args:?}: {output:#?}"))
        })
    }));
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn gates_stand_in_the_file_of_settings_and_in_one_table() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("perfloop.toml");
    std::fs::write(&file, "fail-if = [\"p95 > 10s\", \"rps < 0.001\"]\nthreshold = \"max<10000\"\n").unwrap();
    let output = perfloop(&["--config", file.to_str().unwrap(), "--loops", "3", "--quiet", &service.at("/fast")]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let table: Vec<&str> = output.stdout.lines().skip_while(|line| !line.starts_with("gate ")).take(5).collect();
    let names =
        ["gate", "fail if p95 > 10s", "fail if rps < 0.001", "threshold max<10000", "fail if fail_ratio > 0 (implied)"];
    assert!(table.len() == 5 && table.iter().zip(names).all(|(line, name)| line.starts_with(name)), "{table:#?}");
    assert!(table[1..].iter().all(|line| line.contains(" held ")), "{table:#?}");
}
