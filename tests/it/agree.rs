//! One count for every format: what console, JSON, CSV and JUnit say of the same failures is the same.

use perfloop::report::locust::{write_exceptions, write_failures, write_history, write_stats};
use perfloop::{CheckResult, Outcome, Plan, Summary, User};

use crate::support::{REFUSED, Reports, Service, none, perfloop, run};

/// The end of a check that only wants an answer.
fn done<T>(_: T) -> CheckResult {
    Ok(())
}

/// Rows by their columns.
fn rows(text: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    reader.records().skip(1).map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn sum<'a>(numbers: impl Iterator<Item = &'a String>) -> u64 {
    numbers.map(|number| number.parse::<u64>().unwrap()).sum()
}

/// The failures that Locust's files tell of: by request, over time, in words, and of no request.
fn of_files(stats: &[u8], history: &[u8], failures: &[u8], exceptions: &[u8]) -> [u64; 4] {
    let (stats, history) = (rows(stats), rows(history));
    let total: u64 = stats.last().unwrap()[3].parse().unwrap();
    assert_eq!(sum(stats[..stats.len() - 1].iter().map(|row| &row[3])), total, "rows and total: {stats:?}");
    let at_the_end = history.last().unwrap();
    let over_time = at_the_end[at_the_end.len() - 6].parse().unwrap();
    [total, over_time, sum(rows(failures).iter().map(|row| &row[3])), sum(rows(exceptions).iter().map(|row| &row[0]))]
}

/// Fails and exceptions, by the console's line.
fn of_console(stdout: &str) -> (u64, u64) {
    let text = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let count = |word: &str| {
        let before = text.split(word).next().unwrap();
        before.rsplit(' ').next().unwrap().parse::<u64>().unwrap_or_else(|_| panic!("no {word} in {text}"))
    };
    (count(" fail, "), count(" exception"))
}

/// What is not the same in all formats, where ten checks end with these many fails and exceptions.
fn disagreement(flags: &[&str], wanted: (u64, u64)) -> Option<String> {
    let place = Reports::new();
    let [json, junit, csv] = ["run.json", "run.xml", "run"].map(|name| place.path(name));
    let args = [&["--loops", "10", "--json", &json, "--junit", &junit, "--csv", &csv], flags].concat();
    let output = perfloop(&args);
    let file = |name: &str| std::fs::read(place.path(name)).unwrap();
    let report = place.json("run.json");
    let totals = (report["totals"]["fail"].as_u64().unwrap(), report["totals"]["exception"].as_u64().unwrap());
    let groups: u64 = report["failures"].as_array().unwrap().iter().map(|group| group["count"].as_u64().unwrap()).sum();
    let of_requests: u64 =
        report["requests"].as_array().unwrap().iter().map(|request| request["failures"].as_u64().unwrap()).sum();
    let over_time: u64 = report["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| slot["fail"].as_u64().unwrap() + slot["exception"].as_u64().unwrap())
        .sum();
    let [by_request, history, in_words, of_none] = of_files(
        &file("run_stats.csv"),
        &file("run_stats_history.csv"),
        &file("run_failures.csv"),
        &file("run_exceptions.csv"),
    );
    let all = wanted.0 + wanted.1;
    let (fails, exceptions) = wanted;
    let in_junit = format!("{all} of 10 runs did not pass: {fails} fail, {exceptions} exception");
    let told = [groups, of_requests, over_time, by_request, history, in_words];
    let is_good = (of_console(&output.stdout), totals, told, of_none) == (wanted, wanted, [all; 6], 0)
        && String::from_utf8_lossy(&file("run.xml")).contains(&in_junit)
        && output.code == Some(1);
    let console = of_console(&output.stdout);
    (!is_good).then(|| format!("{flags:?}: console {console:?}, totals {totals:?}, {told:?}, {of_none}, {output:#?}"))
}

#[test]
fn every_format_tells_of_the_same_failures() {
    let service = Service::start();
    let at = |path: &str| service.at(path);
    let place = Reports::new();
    let hurl = |name: &str, text: &str| {
        std::fs::write(place.path(name), text).unwrap();
        place.path(name)
    };
    let hops = format!("GET {}\n[Options]\nlocation: true\nmax-redirs: 1\nHTTP 200\n", at("/redirect/3"));
    let broken = format!("GET {}\n[Options]\nlocation: true\nHTTP 200\n", at("/redirect-to?url=ftp://127.0.0.1/"));
    let assert = format!("GET {}\nHTTP 200\n[Asserts]\nbytes count == 1000000\n", at("/fast"));
    let retried = format!("GET {}\n[Options]\nretry: 2\nretry-interval: 1ms\nHTTP 200\n", at("/status/503"));
    let (fails, exceptions) = ((10, 0), (0, 10));
    let cases: [(Vec<String>, (u64, u64)); 12] = [
        (vec!["-L".into(), at("/redirect-to?url=ftp://127.0.0.1/")], exceptions),
        (vec!["-L".into(), at("/redirect-to?url=http://[")], exceptions),
        (vec!["-L".into(), at("/redirect/11")], exceptions),
        (vec![at("/fault/close")], exceptions),
        (vec![at("/fault/truncated")], exceptions),
        (vec![REFUSED.into()], exceptions),
        (vec![at("/json"), "--expect-json".into(), "code=2".into()], fails),
        (vec![at("/status/500")], fails),
        (vec![hurl("hops.hurl", &hops)], exceptions),
        (vec![hurl("broken.hurl", &broken)], exceptions),
        (vec![hurl("assert.hurl", &assert)], fails),
        (vec![hurl("retried.hurl", &retried)], fails),
    ];
    none(
        cases
            .iter()
            .filter_map(|(flags, wanted)| disagreement(&flags.iter().map(String::as_str).collect::<Vec<_>>(), *wanted)),
    );
}

/// Fails and exceptions, and what the files tell of them: by request, over time, in words, and of no request.
fn told(summary: &Summary) -> ((u64, u64), [u64; 4]) {
    type Write = fn(&Summary, &mut Vec<u8>) -> std::io::Result<()>;
    let writers: [Write; 4] = [
        |summary, bytes| write_stats(summary, bytes),
        |summary, bytes| write_history(summary, bytes),
        |summary, bytes| write_failures(summary, bytes),
        |summary, bytes| write_exceptions(summary, bytes),
    ];
    let [stats, history, failures, exceptions] = writers.map(|write| {
        let mut bytes = Vec::new();
        write(summary, &mut bytes).unwrap();
        bytes
    });
    let totals = &summary.whole.totals;
    ((totals.fail, totals.exception), of_files(&stats, &history, &failures, &exceptions))
}

#[test]
fn a_failure_is_laid_at_its_request_once_or_at_none() {
    let service = Service::start();
    let (fast, close) = (service.at("/fast"), service.at("/fault/close"));
    type Body = fn(&mut User, &str, &str) -> CheckResult;
    type Case = (&'static str, Body, (u64, u64), [u64; 4]);
    let cases: [Case; 12] = [
        ("an expectation", |user, fast, _| done(user.get(fast).send()?.expect_status(500)?), (5, 0), [5, 5, 5, 0]),
        ("no answer", |user, _, close| done(user.get(close).send()?), (0, 5), [5, 5, 5, 0]),
        ("a panic", |user, fast, _| panic!("{}", user.get(fast).send()?.status()), (5, 0), [0, 0, 0, 5]),
        ("a panic without an answer", |user, _, close| done(user.get(close).send().unwrap()), (0, 5), [5, 5, 5, 0]),
        ("what cannot be sent", |user, _, _| done(user.get("ftp://a/").send()?), (0, 5), [0, 0, 0, 5]),
        ("and is unwrapped", |user, _, _| done(user.get("ftp://a/").send().unwrap()), (0, 5), [0, 0, 0, 5]),
        (
            "no answer at first, and then a wrong one",
            |user, fast, close| {
                assert!(user.get(close).name("one").send().is_err());
                done(user.get(fast).name("one").send()?.expect_status(500)?)
            },
            (5, 0),
            [10, 10, 10, 0],
        ),
        (
            "no answer that matters",
            |user, fast, close| {
                assert!(user.get(close).send().is_err());
                done(user.get(fast).send()?)
            },
            (0, 0),
            [5, 5, 5, 0],
        ),
        ("a measured error", |user, _, _| done(user.time("sdk", || "x".parse::<u8>())?), (5, 0), [5, 5, 5, 0]),
        (
            "a recorded fail",
            |user, _, _| {
                user.record("sdk", std::time::Duration::from_millis(1), Outcome::Fail("bad".into()));
                user.record("other", std::time::Duration::from_millis(1), Outcome::Pass);
                Ok(())
            },
            (5, 0),
            [5, 5, 5, 0],
        ),
        (
            "a redirect that leads nowhere",
            |user, fast, _| {
                let url = fast.replace("/fast", "/redirect-to?url=ftp://a/");
                done(user.get(&url).follow(3).send()?)
            },
            (0, 5),
            [5, 5, 5, 0],
        ),
        ("nothing at all", |_, _, _| Err("why".into()), (5, 0), [0, 0, 0, 5]),
    ];
    none(cases.into_iter().filter_map(|(name, body, wanted, files)| {
        let (fast, close) = (fast.clone(), close.clone());
        let summary = run(Plan::new().loops(5), move |user: &mut User| body(user, &fast, &close));
        let told = told(&summary);
        (told != (wanted, files)).then(|| format!("{name}: {told:?}, {:?}", summary.failures))
    }));
}

#[test]
fn a_lost_request_that_its_author_calls_a_fail_is_counted_once() {
    let close = Service::start();
    let url = close.at("/fault/close");
    let check = move |user: &mut User| -> CheckResult { done(user.get(&url).send()?) };
    let test = perfloop::LoadTest::new(Plan::new().loops(5))
        .check("check", check)
        .classify(|error| error.is::<perfloop::RequestError>().then_some(perfloop::ErrorClass::Fail));
    let summary = crate::support::finish(test);
    assert_eq!(told(&summary), ((5, 0), [5, 5, 5, 0]));
}
