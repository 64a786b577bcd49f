//! Searches for the capacity of services whose capacity follows by arithmetic.

use std::time::Duration;

use perfloop::stats::{AtLeast, CapacityAnswer, GoalOutcome, SearchEnd};
use perfloop::{Capacity, CheckResult, Gate, Plan, Plateau, User};
use serde_json::Value;

use crate::support::{REFUSED, Reports, Schema, Service, alone, best_of_three, hold, is_refused, perfloop, spawn};

const MS: Duration = Duration::from_millis(1);

/// Answer that arithmetic gives.
#[derive(Clone, Copy)]
enum Truth {
    /// Users, or arrivals per second.
    Found(f64),
    NothingMeets,
    AtLeast(f64),
}

/// Service of known capacity, and what is asked of it.
struct Case {
    name: &'static str,
    path: &'static str,
    goals: &'static [&'static str],
    wait: Duration,
    search: fn(Capacity) -> Capacity,
    /// Load of the first level: a few doublings below the truth.
    start: f64,
    /// Time of a level in the table.
    level_s: u64,
    truth: Truth,
}

fn by_users(search: Capacity) -> Capacity {
    search.max_users(400)
}

/// Of places that serve all alike, response times are whole multiples of the service time: the limits lie between two.
const CASES: [Case; 8] = [
    Case {
        name: "5 slots, 10 ms fixed",
        path: "/slots/5?service=10ms",
        goals: &["p95 < 105ms"],
        wait: Duration::ZERO,
        search: by_users,
        start: 16.0,
        level_s: 1,
        truth: Truth::Found(50.0),
    },
    Case {
        name: "5 slots, 10 ms fixed, by rate",
        path: "/slots/5?service=10ms",
        goals: &["p95 < 20ms"],
        wait: Duration::ZERO,
        search: |search| search.by_rate(10_000.0),
        start: 64.0,
        level_s: 1,
        truth: Truth::Found(500.0),
    },
    Case {
        name: "1 slot, exponential 5 ms",
        path: "/slots/1?service=5ms&law=exponential",
        goals: &["mean < 50ms"],
        wait: Duration::ZERO,
        search: by_users,
        start: 1.0,
        level_s: 3,
        truth: Truth::Found(10.0),
    },
    Case {
        name: "20 slots, 20 ms fixed, wait 80 ms",
        path: "/slots/20?service=20ms",
        goals: &["p95 < 40ms"],
        wait: Duration::from_millis(80),
        search: by_users,
        start: 32.0,
        level_s: 1,
        truth: Truth::Found(120.0),
    },
    Case {
        name: "every answer takes 500 ms",
        path: "/delay/500",
        goals: &["p95 < 450ms"],
        wait: Duration::ZERO,
        search: by_users,
        start: 1.0,
        level_s: 1,
        truth: Truth::NothingMeets,
    },
    Case {
        name: "instant, at most 64 users",
        path: "/status/200",
        goals: &["p95 < 1s"],
        wait: Duration::ZERO,
        search: |search| search.max_users(64),
        start: 1.0,
        level_s: 1,
        truth: Truth::AtLeast(64.0),
    },
    Case {
        name: "fails 5 %, fail_ratio < 1 %",
        path: "/slots/5?service=10ms&fail=5%25",
        goals: &["fail_ratio < 1%"],
        wait: Duration::ZERO,
        search: by_users,
        start: 1.0,
        level_s: 1,
        truth: Truth::NothingMeets,
    },
    Case {
        name: "fails 5 %, fail_ratio < 10 %, p95 < 105 ms",
        path: "/slots/5?service=10ms&fail=5%25",
        goals: &["fail_ratio < 10%", "p95 < 105ms"],
        wait: Duration::ZERO,
        search: by_users,
        start: 16.0,
        level_s: 1,
        truth: Truth::Found(50.0),
    },
];

/// Searches a case, with levels of this time.
fn search(service: &Service, case: &Case, level_time: Duration) -> CapacityAnswer {
    let url = service.at(case.path);
    let plan = Plan::new().wait(case.wait).stop_timeout(2 * Duration::from_secs(1));
    let goals = case.goals.iter().map(|goal| Gate::within(goal).unwrap());
    let search = goals.fold(Capacity::new(plan).level_time(level_time).start(case.start), Capacity::within);
    let check = move |user: &mut User| -> CheckResult {
        user.get(&url).send()?.expect_status(200)?;
        Ok(())
    };
    let summary = (case.search)(search).search(|test| test.check("get", check)).unwrap();
    *summary.capacity.unwrap()
}

impl Case {
    /// The answer is as near to the truth as was asked for: the tolerance, or one user.
    fn is_near(&self, answer: &CapacityAnswer) -> bool {
        let size = answer.answer.map(Plateau::size);
        match self.truth {
            Truth::Found(truth) => {
                size.is_some_and(|size| (size / truth - 1.0).abs() <= 0.05 || (size - truth).abs() <= 1.0)
            }
            Truth::NothingMeets => size.is_none() && answer.end == SearchEnd::NothingMeets,
            Truth::AtLeast(least) => size == Some(least) && matches!(answer.end, SearchEnd::AtLeast(_)),
        }
    }

    /// The truth lies in the interval of the answer.
    fn is_held(&self, answer: &CapacityAnswer) -> bool {
        match (self.truth, answer.interval) {
            (Truth::Found(truth), Some((low, high))) => low <= truth && high.is_none_or(|high| truth <= high),
            (Truth::Found(_), None) => false,
            _ => true,
        }
    }

    /// A capacity was told where there is none to be found.
    fn is_wrongly_found(&self, answer: &CapacityAnswer) -> bool {
        !matches!(self.truth, Truth::Found(_)) && answer.end == SearchEnd::Found
    }
}

/// Time of a search, in those of a level.
fn level_times(answer: &CapacityAnswer) -> f64 {
    answer.took.as_secs_f64() / answer.level_time.as_secs_f64()
}

#[test]
fn the_capacity_of_five_places_is_found_by_users() {
    let _alone = alone();
    let service = Service::start();
    best_of_three(|| {
        let answer = search(&service, &CASES[0], 500 * MS);
        // Half a second of a level leaves the last few users open, whose p95 is hardly below the limit.
        let is_near = answer.answer.is_some_and(|what| what.size() >= 44.0);
        let is_right = is_near && CASES[0].is_held(&answer) && answer.end == SearchEnd::Found;
        hold(is_right, || format!("{answer:#?}"))
    });
}

#[test]
fn a_service_that_is_too_slow_by_design_has_no_capacity_and_one_without_limits_at_least_the_most_users() {
    let _alone = alone();
    let service = Service::start();
    let answer = search(&service, &CASES[4], 500 * MS);
    assert!(CASES[4].is_near(&answer) && !answer.is_good(), "{answer:#?}");
    best_of_three(|| {
        let answer = search(&service, &CASES[5], 300 * MS);
        hold(CASES[5].is_near(&answer) && answer.is_good(), || format!("{answer:#?}"))
    });
}

#[test]
#[ignore = "needs half an hour"]
fn a_table_of_services_is_found_by_arithmetic() {
    let searches: u32 = std::env::var("SEARCHES").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let service = Service::start();
    println!(
        "| service | goal | by arithmetic | within 5 % or a user | interval holds it | answers | level | level times |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut broken = Vec::new();
    let only = std::env::var("CASES").ok();
    let is_chosen = |number: usize| only.as_ref().is_none_or(|only| only.contains(&number.to_string()));
    for (_, case) in CASES.iter().enumerate().filter(|(number, _)| is_chosen(*number)) {
        let answers: Vec<CapacityAnswer> =
            (0..searches).map(|_| search(&service, case, Duration::from_secs(case.level_s))).collect();
        let count = |holds: &dyn Fn(&CapacityAnswer) -> bool| answers.iter().filter(|answer| holds(answer)).count();
        let (near, held) = (count(&|answer| case.is_near(answer)), count(&|answer| case.is_held(answer)));
        let wrong = count(&|answer| case.is_wrongly_found(answer));
        let longest = answers.iter().map(level_times).fold(0.0, f64::max);
        let truth = match case.truth {
            Truth::Found(truth) => truth.to_string(),
            Truth::NothingMeets => "nothing meets it".into(),
            Truth::AtLeast(least) => format!("at least {least}"),
        };
        let told: Vec<String> = answers
            .iter()
            .map(|answer| answer.answer.map_or("-".into(), |what| format!("{:.0}", what.size())))
            .collect();
        println!(
            "| {} | {} | {truth} | {near} of {searches} | {held} of {searches} | {} | {} s | at most {longest:.1} |",
            case.name,
            case.goals.join(", "),
            told.join(" "),
            case.level_s,
        );
        let all = searches as usize;
        let is_right = near * 20 >= all * 19 && held * 20 >= all * 18 && wrong == 0 && longest <= 25.0;
        if !is_right {
            broken.push(case.name);
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn the_command_writes_its_answer_its_levels_and_the_report_of_the_answer() {
    let (_alone, service, reports) = (alone(), Service::start(), Reports::new());
    let (url, json) = (service.at("/slots/2?service=20ms"), reports.path("a.json"));
    let args =
        ["capacity", "--within", "p95 < 90ms", "--level-time", "400ms", "--max-users", "32", "--json", &json, &url];
    let output = perfloop(&args);
    assert_eq!(output.code, Some(0), "{}{}", output.stdout, output.stderr);
    let report = reports.json("a.json");
    assert_eq!(Schema::read("report.schema.json").complaints(&report), None);
    let capacity = &report["capacity"];
    let first = output.stdout.lines().find(|line| line.contains(" users")).unwrap();
    assert!(output.stdout.contains(capacity["text"].as_str().unwrap()), "{first}");
    assert_eq!(capacity["end"], "found", "{capacity:#}");
    let levels = capacity["levels"].as_array().unwrap();
    let answering = &levels[capacity["answered_by"].as_u64().unwrap() as usize];
    assert_eq!((&answering["purpose"], &answering["outcome"]), (&"confirm".into(), &"met".into()));
    // The numbers below the answer are those of the level that it stands on.
    assert_eq!(report["run"]["users"].as_f64(), answering["load"].as_f64());
    assert_eq!(report["run"]["end"], "search_done");
    let close = |one: &Value, other: &Value| (one.as_f64().unwrap() / other.as_f64().unwrap() - 1.0).abs() < 1e-6;
    assert!(close(&report["totals"]["rps"], &answering["rps"]));
    assert_eq!(output.stderr.lines().filter(|line| line.contains(" rps, p95 ")).count(), levels.len());
}

#[test]
fn an_interrupted_search_tells_what_it_has_found() {
    let service = Service::start();
    let running =
        spawn(&["capacity", "--within", "max < 2s", "--level-time", "400ms", "--json", "-", &service.at("/delay/20")]);
    while !running.stderr().contains("   4 users") {
        std::thread::sleep(20 * MS);
    }
    running.signal("INT");
    let output = running.wait();
    assert_eq!(output.code, Some(130));
    let capacity = &output.json()["capacity"];
    assert_eq!(capacity["end"], "interrupted");
    assert!(capacity["answer"].as_f64().is_some_and(|answer| answer >= 4.0), "{capacity:#}");
    assert!(capacity["text"].as_str().unwrap().starts_with("interrupted: at least "), "{capacity:#}");
}

/// Answer of a search by the command line, with its exit code.
fn answer_of(url: &str, more: &[&str]) -> (Option<i32>, Value) {
    let args = ["capacity", "--max-users", "64", "--level-time", "300ms", "--json", "-", url];
    let output = perfloop(&[&args[..], more].concat());
    (output.code, output.json()["capacity"].clone())
}

#[test]
fn a_service_that_fails_or_refuses_meets_nothing() {
    let service = Service::start();
    for url in [service.at("/status/500"), REFUSED.to_owned()] {
        let (code, capacity) = answer_of(&url, &["--within", "p95 < 1s"]);
        assert_eq!((code, &capacity["end"]), (Some(1), &"nothing_meets".into()), "{url}: {capacity:#}");
        assert!(capacity["answer"].is_null() && capacity["low"].is_null(), "{capacity:#}");
    }
}

#[test]
fn a_service_that_hangs_is_never_decided() {
    let service = Service::start();
    // The first never answers; of the second each fiftieth answer takes longer than the search.
    for path in ["/fault/hang", "/nth/hangs/50/20000"] {
        let more = ["--within", "p95 < 1s", "--stop-timeout", "0"];
        let (code, capacity) = answer_of(&service.at(path), &more);
        assert_eq!((code, &capacity["end"]), (Some(1), &"never_decided".into()), "{path}: {capacity:#}");
        assert!(capacity["answer"].is_null(), "{capacity:#}");
        assert!(capacity["text"].as_str().unwrap().contains("; does the service hang, or "), "{capacity:#}");
    }
}

#[test]
fn a_service_that_begins_to_hang_while_it_is_searched_has_no_answer_of_before() {
    let service = Service::start();
    let (good, hung, began) = (service.at("/delay/5"), service.at("/fault/hang"), std::time::Instant::now());
    let check = move |user: &mut User| -> CheckResult {
        let hangs = began.elapsed() > Duration::from_secs(2);
        user.get(if hangs { &hung } else { &good }).send()?.expect_status(200)?;
        Ok(())
    };
    let summary = Capacity::new(Plan::new().stop_timeout(Duration::ZERO))
        .within(Gate::within("p95 < 1s").unwrap())
        .max_users(5000)
        .level_time(400 * MS)
        .search(|test| test.check("hangs", check))
        .unwrap();
    let answer = summary.capacity.unwrap();
    assert!(answer.levels.iter().any(|level| level.outcome == GoalOutcome::Met), "{answer:#?}");
    assert!(answer.answer.is_none() && answer.end == SearchEnd::NeverDecided && !answer.is_good(), "{answer:#?}");
}

#[test]
fn a_service_that_becomes_slower_while_it_is_searched_has_no_answer_of_before() {
    let began = std::time::Instant::now();
    let check = move |_: &mut User| {
        let is_slow = began.elapsed() > Duration::from_millis(2500);
        std::thread::sleep(if is_slow { 80 * MS } else { 2 * MS });
    };
    let summary = Capacity::new(Plan::new())
        .within(Gate::within("tpr.p50 < 40ms").unwrap())
        .max_users(5000)
        .level_time(400 * MS)
        .search(|test| test.check("sleeps", check))
        .unwrap();
    let answer = summary.capacity.unwrap();
    assert!(answer.answer.is_none() && answer.end == SearchEnd::NothingMeets, "{answer:#?}");
}

#[test]
fn a_least_capacity_decides_the_exit_code() {
    let service = Service::start();
    let url = service.at("/delay/20");
    let args = ["capacity", "--within", "p95 < 2s", "--max-users", "4", "--level-time", "300ms", "--quiet", &url];
    for (least, code) in [("4", 0), ("5", 1), ("10rps", 0), ("10000rps", 1)] {
        let output = perfloop(&[&args[..], &["--at-least", least]].concat());
        assert_eq!(output.code, Some(code), "{least}: {}", output.stdout);
    }
    let answer = Capacity::new(Plan::new())
        .within(Gate::within("tpr.p95 < 1s").unwrap())
        .max_users(2)
        .level_time(300 * MS)
        .at_least(AtLeast::Load(3.0))
        .search(|test| test.check("nothing", |_: &mut User| std::thread::sleep(MS)))
        .unwrap();
    assert!(!answer.is_good());
}

#[test]
fn what_no_search_can_have_is_refused_before_any_traffic() {
    let service = Service::start();
    let url = service.at("/json");
    for (args, words) in [
        (&["--level-time", "1s"][..], &["--within", "missing"][..]),
        (&["--within", "p95 > "], &["--within", "no comparison"]),
        (&["--within", "p(95)<450"], &["--within", "--threshold"]),
        (&["--within", "p95 < 450ms abort"], &["--within", "at each level"]),
        (&["--within", "at_full_load: p95 < 450ms"], &["at_full_load"]),
        (&["--within", "GET /other: p95 < 1s"], &["--within", "GET /other"]),
        (&["--within", "p95 < 1s", "--users", "5"], &["--within", "--users"]),
        (&["--within", "p95 < 1s", "--fail-if", "p95 > 1s"], &["--within", "--fail-if"]),
        (&["--within", "p95 < 1s", "--start", "50", "--max-users", "20"], &["--start", "20"]),
        (&["--within", "p95 < 1s", "--start", "1.5"], &["--start", "whole"]),
        (&["--within", "p95 < 1s", "--tolerance", "0"], &["--tolerance"]),
        (&["--within", "p95 < 1s", "--level-time", "1ms"], &["--level-time", "200ms"]),
        (&["--within", "p95 < 1s", "--by", "hope"], &["--by", "users or rate"]),
        (&["--within", "p95 < 1s", "--at-least", "many"], &["--at-least", "300"]),
        (&["--within", "p95 < 1s", "--max-time", "1s"], &["--search-time", "level"]),
    ] {
        is_refused(&[&["capacity"], args, &[&url]].concat(), words);
    }
}
