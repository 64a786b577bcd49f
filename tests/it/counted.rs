//! Which work counts for a rate: what was answered, and what by its nature asks perfloop for nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use perfloop::hurl::HurlFiles;
use perfloop::{CheckResult, Gate, LoadTest, Plan, Summary, User};

use crate::support::{Service, finish, perfloop, run};

fn ten() -> Plan {
    Plan::new().users(2).loops(5)
}

fn counted(summary: &Summary) -> u64 {
    let full_load: u64 = summary.blocks.blocks().iter().map(|block| block.answered()).sum();
    let totals = &summary.whole.totals;
    assert!(full_load <= totals.requests, "{full_load} of {} at full load", totals.requests);
    totals.requests
}

#[test]
fn a_plain_function_counts_as_one_whether_it_passes_or_fails() {
    assert_eq!(counted(&run(ten(), |_: &mut User| ())), 10);
    let sometimes = |user: &mut User| assert_eq!(user.iteration() % 2, 1);
    let summary = run(ten(), sometimes);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.fail, counted(&summary)), (6, 4, 10));
}

#[test]
fn a_request_that_could_not_be_sent_counts_for_nothing_however_the_check_ends() {
    let passes = |user: &mut User| drop(user.get("no URL").send());
    let is_lost = |user: &mut User| user.get("no URL").send().map(drop);
    let panics = |user: &mut User| drop(user.get("no URL").send().unwrap());
    let unwritable = |user: &mut User| drop(user.get("http://127.0.0.1/").header("a\nb", "c").send());
    for summary in [run(ten(), passes), run(ten(), is_lost), run(ten(), panics), run(ten(), unwritable)] {
        assert_eq!((summary.whole.totals.ended(), counted(&summary)), (10, 0));
        assert_eq!(summary.whole.rps(&summary.whole.totals), 0.0);
    }
}

#[test]
fn a_check_that_never_passes_and_never_asks_counts_for_nothing_and_no_gate_on_rps_holds() {
    let misses = |_: &mut User| -> CheckResult { Err("there is no id".into()) };
    let gates = ["rps < 1", "fail_ratio > 100%"].map(|expr| Gate::fail_if(expr).unwrap());
    let test = gates.into_iter().fold(LoadTest::new(ten()).check("misses", misses), LoadTest::gate);
    let summary = finish(test);
    assert_eq!((summary.whole.totals.fail, counted(&summary)), (10, 0));
    assert!(summary.gates[0].crossed && !summary.gates[1].crossed, "{:?}", summary.gates);
}

#[test]
fn a_check_that_makes_requests_counts_for_those_alone_also_when_it_ends_before_them() {
    let service = Service::start();
    let url = service.at("/fast");
    let turn = Arc::new(AtomicU64::new(0));
    let every_second = move |user: &mut User| -> CheckResult {
        match turn.fetch_add(1, Ordering::SeqCst) % 4 {
            0 => Ok(()),
            1 => Err("nothing to buy".into()),
            _ => {
                user.get(&url).send()?;
                Ok(())
            }
        }
    };
    let summary = run(Plan::new().users(2).loops(10), every_second);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.fail), (15, 5));
    assert_eq!((counted(&summary), service.total_hits()), (10, 10));
}

#[test]
fn a_file_that_sends_nothing_counts_for_nothing() {
    let (service, folder) = (Service::start(), tempfile::tempdir().unwrap());
    let texts = ["GET {{host}}/fast\n[Options]\nskip: true\n", "GET {{host}}/fast\nx-id: {{id}}\nHTTP 200\n"];
    for (text, passes) in texts.into_iter().zip([10, 0]) {
        let file = folder.path().join("a.hurl");
        std::fs::write(&file, text).unwrap();
        let files = HurlFiles::new().finds_late(true).host(service.at("").parse().unwrap()).read([file]);
        let checks = files.unwrap_or_else(|errors| panic!("{errors}")).checks();
        let summary = finish(checks.into_iter().fold(LoadTest::new(ten()), LoadTest::with_check));
        assert_eq!((summary.whole.totals.pass, counted(&summary)), (passes, 0), "{text}");
    }
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn so_many_requests_in_all_are_made_by_any_number_of_users() {
    for users in ["1", "7", "40"] {
        let service = Service::start();
        let output = perfloop(&["-n", "100", "--users", users, "--json", "-", &service.at("/fast")]);
        let report = output.json();
        assert_eq!((output.code, service.total_hits()), (Some(0), 100), "{users}: {output:#?}");
        assert_eq!((&report["totals"]["pass"], &report["run"]["end"]), (&100.into(), &"requests_done".into()));
    }
    // With a rest after the last one, and at a rate.
    for flags in [&["--users", "3", "--wait", "20"][..], &["--rate", "200"], &["--loops", "1000"]] {
        let service = Service::start();
        let output = perfloop(&[&["-n", "3", "--json", "-"][..], flags, &[&service.at("/fast")]].concat());
        assert_eq!((output.code, output.json()["totals"]["pass"].as_u64()), (Some(0), Some(3)), "{output:#?}");
    }
    // What makes several requests is finished.
    let (service, place) = (Service::start(), crate::support::Reports::new());
    let file = place.path("two.hurl");
    std::fs::write(&file, format!("GET {0}\nHTTP 200\nGET {0}\nHTTP 200\n", service.at("/fast"))).unwrap();
    assert_eq!(perfloop(&["-n", "5", &file]).code, Some(0));
    assert_eq!(service.total_hits(), 6);
    assert_eq!(perfloop(&["-n", "5", "--warmup", "1", &service.at("/fast")]).code, Some(2));
}

#[test]
fn names_that_differ_by_ids_alone_are_one_beyond_ten_of_them_and_no_count_is_lost() {
    let service = Service::start();
    let url = service.at("/no");
    let names = |plan: Plan| -> Vec<(String, u64)> {
        let url = url.clone();
        let check = move |user: &mut User| -> CheckResult {
            user.get(&format!("{url}/{}/lines", user.iteration())).send()?;
            user.get(&format!("{url}/42/named")).name("GET /named/42").send()?;
            Ok(())
        };
        let summary = run(plan, check);
        summary.whole.requests.iter().map(|request| (request.name.to_string(), request.answered)).collect()
    };
    let of = |names: &[(String, u64)], start: &str| -> Vec<u64> {
        names.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, answered)| *answered).collect()
    };
    let few = names(Plan::new().loops(10));
    assert_eq!((of(&few, "GET /no/1/lines"), few.len()), (vec![1], 11), "{few:?}");
    let many = names(Plan::new().users(3).loops(40));
    assert_eq!(many.len(), 2, "{many:?}");
    assert_eq!((of(&many, "GET /no/{id}/lines"), of(&many, "GET /named/42")), (vec![120], vec![120]));
    let apart = names(Plan::new().loops(40).grouping(false));
    assert_eq!(apart.len(), 41, "{apart:?}");
}

#[test]
fn a_service_that_closes_every_connection_is_told_of_and_a_plan_that_does_is_not() {
    let service = crate::raw::Raw::answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    let told =
        "diagnosis: the service closed its connection after nearly every answer: 120 requests, 120 connections, ";
    for (more, is_told) in [(&[][..], true), (&["--no-keepalive"], false), (&["--users", "60"], false)] {
        let loops = if more.contains(&"--users") { "2" } else { "120" };
        let output = perfloop(&[&["--loops", loops, &service.at("/")], more].concat());
        assert_eq!(output.code, Some(0), "{output:?}");
        let text = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(text.contains(told), is_told, "{more:?}: {text}");
    }
}

#[test]
fn requests_that_fit_a_pattern_are_one_by_flag_file_and_plan_and_an_idle_pattern_is_told() {
    let (service, place) = (Service::start(), crate::support::Reports::new());
    let rows = |json: &serde_json::Value| -> Vec<(String, u64)> {
        let rows = json["requests"].as_array().unwrap().iter();
        rows.map(|row| (row["name"].as_str().unwrap().to_owned(), row["count"].as_u64().unwrap())).collect()
    };
    let one = [("GET /delay/{ms}".to_owned(), 9)];
    let urls = [service.at("/delay/1"), service.at("/delay/2"), service.at("/delay/3")];
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let flags = ["--loops", "3", "--json", "-", "--name", "/delay/*=/delay/{ms}", "--name", "/other/**=other"];
    let output = perfloop(&[&flags[..], &urls].concat());
    assert_eq!(output.code, Some(0), "{output:?}");
    let json = output.json();
    assert_eq!(rows(&json), one);
    assert_eq!(json["checks"].as_array().unwrap().len(), 3, "checks keep their names");
    assert!(output.stderr.contains("no request has a name that fits the pattern /other/**; "), "{}", output.stderr);

    let config = place.path("names.toml");
    std::fs::write(&config, "loops = 3\n[names]\n\"/delay/*\" = \"/delay/{ms}\"\n").unwrap();
    let output = perfloop(&[&["--config", &config, "--json", "-"], &urls[..]].concat());
    assert_eq!(rows(&output.json()), one);

    let url = service.at("/delay/1");
    let plan = Plan::new().loops(9).name("GET /delay/?", "waiting").unwrap();
    let check = move |user: &mut User| -> CheckResult {
        user.get(&url).send()?;
        Ok(())
    };
    let summary = run(plan, check);
    let names: Vec<_> = summary.whole.requests.iter().map(|request| (&*request.name, request.answered)).collect();
    assert_eq!(names, [("waiting", 9)]);

    std::fs::write(&config, "[names]\n\"/a\" = 7\n").unwrap();
    for (args, said) in [
        (&["--name", "/a", urls[0]][..], "--name: '/a' has no =; write PATTERN=NAME"),
        (
            &["--config", &config, urls[0]],
            "names.toml:1: names: a number is of the wrong kind; write \"PATTERN\" = \"NAME\"",
        ),
    ] {
        let output = perfloop(args);
        assert_eq!(output.code, Some(2));
        assert!(output.stderr.contains(said) && output.stderr.lines().count() == 1, "{}", output.stderr);
    }
    assert_eq!(service.total_hits(), 27);
}

#[test]
fn what_a_template_is_led_on_to_is_told_after_it() {
    let place = crate::support::Reports::new();
    let number = Arc::new(AtomicU64::new(0));
    let service = crate::raw::Raw::start(move |peer| {
        while let Some(request) = peer.request() {
            let number = number.fetch_add(1, Ordering::SeqCst);
            peer.send(match request.starts_with("GET /start/") {
                true => format!("HTTP/1.1 302 Found\r\nLocation: /slug-{number}\r\nContent-Length: 0\r\n\r\n"),
                false => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned(),
            });
        }
    });
    let file = place.path("led.hurl");
    let text = format!("GET {}/start/{{{{unique_id}}}}\n[Options]\nlocation: true\nHTTP 200\n", service.at(""));
    std::fs::write(&file, text).unwrap();
    let output = perfloop(&["--users", "2", "--loops", "30", "--json", "-", &file]);
    let report = output.json();
    let names: Vec<&str> =
        report["requests"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET /start/{{unique_id}}", "GET /start/{{unique_id}} (redirect)"], "{output:#?}");
}
