//! Intervals of the values of a run, and runs that end when they are narrow.

use std::time::{Duration, Instant};

use perfloop::stats::Precision;
use perfloop::{EndReason, Gate, LoadTest, Outcome, Plan, User};

use crate::support::{Reports, Schema, Service, alone, best_of_three, finish, hold, is_refused, perfloop};

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_run_ends_as_soon_as_its_values_are_precise() {
    let (service, reports) = (Service::start(), Reports::new());
    let (url, json) = (service.at("/slots/1000?service=5ms&law=exponential"), reports.path("a.json"));
    let args = ["--users", "4", "--time", "40", "--until", "mean 10%", "--until", "rps 10%", "--json", &json, &url];
    let output = perfloop(&args);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    assert!(
        output.took < Duration::from_secs(30) && output.stdout.contains("(as precise as asked)"),
        "{}",
        output.stdout
    );
    let report = reports.json("a.json");
    assert_eq!(
        (Schema::read("report.schema.json").complaints(&report), &report["run"]["end"]),
        (None, &"precise".into())
    );
    for (verdict, expr) in report["until"].as_array().unwrap().iter().zip(["mean 10%", "rps 10%"]) {
        assert_eq!((&verdict["expr"], &verdict["reached"]), (&expr.into(), &true.into()));
        let [low, value, high] = ["low", "value", "high"].map(|key| verdict[key].as_f64().unwrap());
        assert!(low < value && value < high && (high - low) / 2.0 <= 0.1 * value, "{verdict}");
    }
    let full = &report["totals"]["at_full_load"];
    let times = &full["tpr_ms"];
    for (low, value, high) in [("mean_low", "mean", "mean_high"), ("p50_low", "p50", "p50_high")] {
        let [low, value, high] = [low, value, high].map(|key| times[key].as_f64().unwrap());
        assert!(low <= value && value <= high, "{times}");
    }
    assert!(full["rps_low"].as_f64() <= full["rps"].as_f64() && full["confidence"] == 0.95, "{full}");
    let line = output.stdout.lines().find(|line| line.starts_with("with 95 %: ")).unwrap();
    assert!(line.contains(" rps (") && line.contains("mean "), "{line}");
}

#[test]
fn a_precision_that_is_not_reached_is_told_with_the_time_it_would_take() {
    let service = Service::start();
    let url = service.at("/slots/1000?service=5ms&law=exponential");
    let output = perfloop(&["--users", "2", "--time", "2", "--until", "mean 0.5%", &url]);
    assert_eq!(output.code, Some(0));
    let line =
        output.stdout.lines().find(|line| line.starts_with("until mean 0.5%: half of the interval is ")).unwrap();
    assert!(output.stdout.contains("not reached; some ") && output.stdout.contains("(time up)"), "{line}");
}

#[test]
fn a_precision_that_can_never_be_is_refused() {
    let service = Service::start();
    let url = service.at("/json");
    for (precision, words) in [
        ("max 5%", &["--until", "no interval"][..]),
        ("p95", &["--until", "p95 5%"]),
        ("GET /other: p95 5%", &["--until", "GET /other"]),
        ("dropped 5%", &["--until", "no interval"]),
    ] {
        is_refused(&["--until", precision, &url], words);
    }
}

#[test]
fn a_precision_in_rust_ends_a_run_that_is_given_no_time() {
    let began = Instant::now();
    let test = LoadTest::new(Plan::new().users(2)).check("sleep", |_: &mut User| std::thread::sleep(2 * MS));
    let precision: Precision = "tpr.mean 20%".parse().unwrap();
    let summary = finish(test.until(precision));
    assert_eq!(summary.end.unwrap().reason, EndReason::Precise);
    assert!(
        summary.precisions[0].is_reached() && began.elapsed() < Duration::from_secs(20),
        "{:?}",
        summary.precisions
    );
}

#[test]
#[ignore = "needs a minute"]
fn at_least_93_of_100_short_runs_hold_the_mean_of_the_service() {
    // The law of the service is exponential with 5 ms; what a timer adds is in all runs alike.
    let _alone = alone();
    let service = Service::start();
    best_of_three(|| {
        let means = (0..100).map(|run| {
            let url = service.at(&format!("/slots/1000?service=5ms&law=exponential&key={run}"));
            let get = move |user: &mut User| user.get(&url).send().map(drop);
            let summary = finish(LoadTest::new(Plan::new().users(8).time(600 * MS)).check("get", get));
            let section = summary.full_load.clone().unwrap();
            (section.totals.tpr.mean().unwrap().as_secs_f64(), summary.intervals().mean)
        });
        let runs: Vec<_> = means.collect();
        let truth = runs.iter().map(|(mean, _)| mean).sum::<f64>() / 100.0 * 1e9;
        let holds = |interval: &perfloop::stats::Interval| {
            interval.low <= truth && interval.high.is_some_and(|high| truth <= high)
        };
        let held = runs.iter().filter(|(_, interval)| interval.as_ref().is_none_or(holds)).count();
        let told = runs.iter().filter(|(_, interval)| interval.is_some()).count();
        hold(held >= 93 && told >= 50, || format!("{held} of 100 held {truth} ns, {told} had an interval"))
    });
}

#[test]
fn gates_at_full_load_leave_the_ramp_out() {
    let began = Instant::now();
    let check = move |_: &mut User| {
        let rest = if began.elapsed() < 400 * MS { 60 } else { 2 };
        std::thread::sleep(rest * MS);
        Outcome::Pass
    };
    let gates = ["tpr.max > 50ms", "at_full_load: tpr.max > 50ms", "at_full_load: slow at first: tpr.p50 > 50ms"];
    let plan = Plan::new().users(2).ramp_up(1600 * MS).time(2000 * MS);
    let test = LoadTest::new(plan).check("slow at first", check);
    let summary = finish(gates.iter().fold(test, |test, gate| test.gate(Gate::fail_if(gate).unwrap())));
    let crossed: Vec<bool> = summary.gates.iter().map(|gate| gate.crossed).collect();
    assert_eq!(crossed, [true, false, false, false], "the last is the implied one");
    assert!(summary.gates[1].judged_by.ends_with("of full load"), "{}", summary.gates[1].judged_by);
    let service = Service::start();
    for (gate, words) in
        [("at_full_load: missed > 0", &["at_full_load"][..]), ("at_full_load: p95", &["no comparison"])]
    {
        is_refused(&["--fail-if", gate, &service.at("/json")], words);
    }
    let output = perfloop(&["--time", "1", "--threshold", "at_full_load: p(95)<450", &service.at("/json")]);
    assert_eq!(output.code, Some(0), "{}", output.stdout);
}
