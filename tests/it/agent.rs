//! Checks that are written with ureq: their agent is the user's, and every request of it is measured.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use perfloop::ureq::http::Request;
use perfloop::{HttpSettings, LoadTest, Outcome, Plan, RequestErrorKind, SampleFormat, Secrets, Summary, User, ureq};
use serde_json::{Value, json};

use crate::raw::Raw;
use crate::support::{Service, Written, finish, run};

type AnyError = Box<dyn std::error::Error>;

const MS: Duration = Duration::from_millis(1);

fn http_of(service: &Service) -> HttpSettings {
    HttpSettings::default().host(service.at("/").parse().unwrap())
}

fn plan_at(service: &Service) -> Plan {
    Plan::new().loops(1).http(http_of(service))
}

/// Runs a check once, which must pass.
#[track_caller]
fn pass(plan: Plan, check: impl Fn(&mut User) -> Result<(), AnyError> + Send + Sync + 'static) -> Summary {
    let summary = run(plan, check);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.ended()), (1, 1), "{:#?}", summary.failures);
    summary
}

/// Runs a check once that must not pass; how many fails and exceptions it is, and what is told of it.
#[track_caller]
fn told(plan: Plan, check: impl Fn(&mut User) -> Result<(), AnyError> + Send + Sync + 'static) -> (u64, u64, Summary) {
    let summary = run(plan, check);
    let totals = &summary.whole.totals;
    assert_eq!((totals.pass, totals.ended()), (0, 1), "{totals:#?}");
    (totals.fail, totals.exception, summary)
}

/// Answered requests by their names.
fn answered(summary: &Summary) -> BTreeMap<&str, u64> {
    summary.whole.requests.iter().map(|request| (&*request.name, request.answered)).collect()
}

/// Requests without an answer, by their reasons.
fn lost(summary: &Summary) -> Vec<(RequestErrorKind, u64)> {
    summary.whole.request_totals.lost.iter().map(|(kind, count)| (*kind, *count)).collect()
}

#[test]
fn a_test_written_with_ureq_is_a_load_test_and_the_service_counts_the_same() {
    let service = Service::start();
    let check = |user: &mut User| -> Result<(), AnyError> {
        let agent = user.agent();
        let mut answer = agent.get("/json").header("X-Test", "1").call()?;
        assert_eq!(answer.status(), 200);
        let body: Value = answer.body_mut().read_json()?;
        assert_eq!(body["code"], 1);
        let mut echoed = agent.post("/echo").send_json(json!({ "name": "Ann" }))?;
        assert!(echoed.body_mut().read_to_string()?.contains("Ann"));
        agent.put("/echo").send("text")?.body_mut().read_to_vec()?;
        agent.run(Request::delete("/echo").body(())?)?.body_mut().read_to_vec()?;
        Ok(())
    };
    let summary = run(plan_at(&service).users(8).loops(25), check);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.ended()), (200, 200), "{:#?}", summary.failures);
    let names = ["DELETE /echo", "GET /json", "POST /echo", "PUT /echo"];
    assert_eq!(answered(&summary), names.map(|name| (name, 200)).into());
    assert_eq!((service.hits()["/json"], service.hits()["/echo"]), (200, 600));
    let requests = &summary.whole.request_totals;
    assert_eq!((requests.new_connections, requests.resent), (8, 0), "each user keeps its connection");
    assert_eq!((requests.stamped, summary.whole.totals.requests), (800, 800), "all by the kernel's clock");
    assert_eq!(summary.whole.totals.tpr.sum(), requests.response_time.sum() + requests.setup.sum());
}

#[test]
fn each_redirect_is_a_request_and_a_post_goes_on_as_a_get() {
    let service = Service::start();
    let summary = pass(plan_at(&service), |user| {
        let mut end = user.agent().post("/redirect-to?url=/redirect/2").send("body")?;
        assert_eq!(end.body_mut().read_to_string()?, "the end of the redirects\n");
        Ok(())
    });
    let expected = [("GET /redirect/0", 1), ("GET /redirect/1", 1), ("GET /redirect/2", 1), ("POST /redirect-to", 1)];
    assert_eq!(answered(&summary), expected.into());
    assert_eq!(service.total_hits(), 4);
    let named = pass(plan_at(&service), |user| {
        user.agent_named(|method, path| path.contains("redirect-to").then(|| format!("{method} /{{place}}")));
        user.agent().get("/redirect-to?url=/redirect/1").call()?;
        Ok(())
    });
    assert_eq!(answered(&named), [("GET /{place}", 1), ("GET /{place} (redirect)", 2)].into());
}

#[test]
fn a_status_that_ureq_makes_an_error_of_is_a_fail_of_that_request() {
    let service = Service::start();
    let (fails, exceptions, summary) = told(plan_at(&service), |user| {
        user.agent().get("/json").call()?;
        user.agent().get("/status/503").call()?;
        Ok(())
    });
    assert_eq!((fails, exceptions), (1, 0));
    assert_eq!(answered(&summary), [("GET /json", 1), ("GET /status/503", 1)].into());
    let request = |name: &str| summary.whole.requests.iter().find(|request| &*request.name == name).unwrap();
    assert_eq!(request("GET /status/503").expectations_failed, 1, "{summary:#?}");
    assert_eq!(request("GET /json").expectations_failed, 0);
    let kept = &summary.failures[0].examples.first[0].exchange;
    assert!(kept.url.ends_with("/status/503") && kept.answer.as_ref().is_ok_and(|(status, _)| *status == 503));
}

#[test]
fn requests_without_an_answer_are_exceptions_of_the_usual_kinds() {
    let service = Service::start();
    let rows = [
        ("/fault/reset", RequestErrorKind::Reset),
        ("/fault/close", RequestErrorKind::Closed),
        ("/fault/truncated", RequestErrorKind::Closed),
        ("/fault/garbage", RequestErrorKind::Protocol),
        ("/fault/chunked-truncated", RequestErrorKind::Closed),
        ("/fault/bad-chunk", RequestErrorKind::Protocol),
    ];
    for (path, kind) in rows {
        let check = move |user: &mut User| {
            user.agent().get(path).call()?.body_mut().read_to_string()?;
            Ok(())
        };
        let (fails, exceptions, summary) = told(plan_at(&service), check);
        assert_eq!((fails, exceptions, lost(&summary)), (0, 1, vec![(kind, 1)]), "{path}: {:#?}", summary.failures);
        // The same, by a panic.
        let unwrapped = move |user: &mut User| {
            user.agent().get(path).call().unwrap().body_mut().read_to_string().unwrap();
            Ok(())
        };
        let (fails, exceptions, _) = told(plan_at(&service), unwrapped);
        assert_eq!((fails, exceptions), (0, 1), "{path}");
    }
    let (_, exceptions, summary) = told(Plan::new().loops(1), |user| {
        user.agent().get(crate::support::REFUSED).call()?;
        Ok(())
    });
    assert_eq!((exceptions, lost(&summary)), (1, vec![(RequestErrorKind::Refused, 1)]));
}

#[test]
fn timeouts_are_those_of_the_plan_or_of_ureq_whichever_is_nearer() {
    let service = Service::start();
    let plan = |timeout| plan_at(&service).http(http_of(&service).timeout(timeout));
    let began = Instant::now();
    let (_, exceptions, summary) = told(plan(300 * MS), |user| {
        user.agent().get("/fault/hang").call()?;
        Ok(())
    });
    assert_eq!((exceptions, lost(&summary)), (1, vec![(RequestErrorKind::Timeout, 1)]));
    let (_, exceptions, summary) = told(plan(60_000 * MS), |user| {
        let call = user.agent().get("/fault/hang").config().timeout_recv_response(Some(200 * MS)).build();
        let error = call.call().expect_err("it hangs");
        assert!(matches!(error, ureq::Error::Timeout(ureq::Timeout::RecvResponse)), "{error:?}");
        Err(error.into())
    });
    assert_eq!((exceptions, lost(&summary)), (1, vec![(RequestErrorKind::Timeout, 1)]));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_body_that_is_read_late_counts_by_when_it_came_and_one_that_is_dropped_counts_as_far_as_it_was_read() {
    let service = Service::start();
    let late = pass(plan_at(&service), |user| {
        let mut answer = user.agent().get("/bytes/5000").call()?;
        user.think(300 * MS);
        assert_eq!(answer.body_mut().read_to_vec()?.len(), 5000);
        Ok(())
    });
    let requests = &late.whole.request_totals;
    assert_eq!((requests.answered, requests.body_bytes, requests.stamped), (1, 5000, 1));
    assert!(requests.response_time.max().unwrap() < 200 * MS, "{:?}", requests.response_time.max());

    let dropped = pass(plan_at(&service), |user| {
        for _ in 0..3 {
            let answer = user.agent().get("/bytes/5000000").call()?;
            assert_eq!(answer.status(), 200);
        }
        Ok(())
    });
    let requests = &dropped.whole.request_totals;
    assert_eq!((requests.answered, requests.new_connections), (3, 3), "ureq closes what was not read");
    assert!(requests.body_bytes < 5_000_000, "{}", requests.body_bytes);
    assert_eq!(service.hits()["/bytes/5000000"], 3);
}

#[test]
fn answers_that_are_read_in_another_order_than_they_were_asked_for_count_once_each() {
    let service = Service::start();
    let summary = pass(plan_at(&service), |user| {
        let agent = user.agent();
        let mut first = agent.get("/bytes/3000000").call()?;
        let mut second = agent.get("/bytes/2000000").call()?;
        user.get("/json").send()?;
        assert_eq!(second.body_mut().with_config().limit(1 << 30).read_to_vec()?.len(), 2_000_000);
        assert_eq!(first.body_mut().with_config().limit(1 << 30).read_to_vec()?.len(), 3_000_000);
        Ok(())
    });
    assert_eq!(answered(&summary), [("GET /bytes/2000000", 1), ("GET /bytes/3000000", 1), ("GET /json", 1)].into());
    assert_eq!((summary.whole.totals.requests, summary.whole.totals.unfinished), (3, 0));
}

#[test]
fn a_body_that_is_kept_beyond_its_check_ends_with_it() {
    let service = Service::start();
    let summary = run(plan_at(&service).loops(2), |user: &mut User| -> Result<(), AnyError> {
        if let Some(mut kept) = user.take_state::<ureq::Body>() {
            let mut rest = Vec::new();
            kept.as_reader().read_to_end(&mut rest)?;
            assert_eq!(rest.len(), 3_000_000);
            return Ok(());
        }
        let answer = user.agent().get("/bytes/3000000").call()?;
        user.set_state(answer.into_body());
        Ok(())
    });
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.ended()), (2, 2), "{:#?}", summary.failures);
    assert_eq!((summary.whole.request_totals.answered, service.total_hits()), (1, 1));
}

#[test]
fn cookies_are_the_users_on_every_hop_and_in_its_other_requests() {
    let service = Service::start();
    pass(plan_at(&service), |user| {
        let agent = user.agent();
        agent.get("/cookies/set?a=1").call()?;
        let both = user.get("/cookies").send()?.json()?.clone();
        assert_eq!(both, json!({ "a": "1" }));
        user.get("/cookies/set?b=2").send()?;
        let mut end = agent.get("/redirect-to?url=/cookies").header("Cookie", "own=0").call()?;
        let seen: Value = end.body_mut().read_json()?;
        assert_eq!((&seen["a"], &seen["b"]), (&json!("1"), &json!("2")), "{seen}");
        assert_eq!(user.cookies().len(), 2);
        user.clear_cookies();
        let none: Value = agent.get("/cookies").call()?.body_mut().read_json()?;
        assert_eq!(none, json!({}));
        Ok(())
    });
}

/// A check as a functional test has it: without a user.
fn hello() -> Result<(), AnyError> {
    let body: Value = perfloop::agent().get("/json").call()?.body_mut().read_json()?;
    assert_eq!(body["code"], 1);
    Ok(())
}

#[test]
fn a_check_without_arguments_has_the_agent_of_its_threads_user() {
    let service = Service::start();
    let summary = run(plan_at(&service).users(3).loops(4), |_: &mut User| hello());
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.ended()), (12, 12), "{:#?}", summary.failures);
    assert_eq!((answered(&summary), service.total_hits()), ([("GET /json", 12)].into(), 12));
    // Outside of a run it is an agent like any other.
    let url = service.at("/json");
    assert_eq!(perfloop::agent().get(url).call().unwrap().status(), 200);
}

#[test]
fn a_clone_of_the_agent_works_on_threads_of_the_check() {
    let service = Service::start();
    let summary = pass(plan_at(&service), |user| {
        let agent = user.agent();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..5).for_each(|_| drop(agent.get("/json").call().unwrap())));
            }
        });
        Ok(())
    });
    assert_eq!((summary.whole.request_totals.answered, service.total_hits()), (20, 20));
    assert_eq!((summary.whole.totals.requests, summary.whole.totals.unfinished), (20, 0));
}

#[test]
fn between_checks_the_agent_sends_nothing() {
    let service = Service::start();
    let kept: Arc<Mutex<Option<ureq::Agent>>> = Arc::default();
    let (of_check, of_hook) = (Arc::clone(&kept), Arc::clone(&kept));
    let said: Arc<Mutex<String>> = Arc::default();
    let heard = Arc::clone(&said);
    let test = LoadTest::new(plan_at(&service))
        .check("check", move |user: &mut User| {
            *of_check.lock().unwrap() = Some(user.agent());
        })
        .on_user_stop(move |_| {
            let agent = of_hook.lock().unwrap().take().unwrap();
            *heard.lock().unwrap() = agent.get("/json").call().expect_err("no check runs").to_string();
        });
    let summary = finish(test);
    assert_eq!((summary.whole.requests.len(), service.total_hits()), (0, 0));
    assert!(said.lock().unwrap().contains("only checks make requests"), "{said:?}");
}

#[test]
fn a_relative_url_without_a_host_is_an_exception_that_says_so() {
    let (fails, exceptions, summary) = told(Plan::new().loops(1), |user| {
        user.agent().get("/json").call()?;
        Ok(())
    });
    assert_eq!((fails, exceptions), (0, 1));
    assert!(summary.failures[0].message.contains("is relative, and the plan has no host"), "{:?}", summary.failures);
}

#[test]
fn logs_samples_and_hooks_see_what_an_agent_sends() {
    let service = Service::start();
    let (log, samples, hooked) = (Written::default(), Written::default(), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&hooked);
    let test = LoadTest::new(plan_at(&service))
        .check("check", |user: &mut User| -> Result<(), ureq::Error> {
            user.agent().post("/echo").header("Authorization", "Bearer hush").send("sent text")?;
            Ok(())
        })
        .on_request(move |event| seen.lock().unwrap().push((event.name.to_owned(), event.answer.ok())))
        .log_http(log.clone(), Secrets::Mask)
        .samples(samples.clone(), SampleFormat::Csv);
    let summary = finish(test);
    assert_eq!(summary.whole.totals.pass, 1, "{:#?}", summary.failures);
    let log = log.text();
    assert!(log.contains("POST") && log.contains("/echo") && log.contains("sent text"), "{log}");
    assert!(log.contains("user-agent: perfloop/") && !log.contains("hush"), "{log}");
    assert!(samples.text().contains("POST /echo"), "{}", samples.text());
    assert_eq!(*hooked.lock().unwrap(), [("POST /echo".to_owned(), Some(200))]);
}

#[test]
fn tls_is_shaken_hands_for_once_and_is_refused_without_trust() {
    let service = Service::with_tls();
    let http = || HttpSettings::default().host(service.at_tls("/").parse().unwrap());
    let summary = pass(Plan::new().loops(1).http(http().insecure(true)), |user| {
        user.agent().get("/json").call()?.body_mut().read_to_string()?;
        Ok(())
    });
    let requests = &summary.whole.request_totals;
    assert_eq!((requests.answered, requests.new_connections, requests.tls.count()), (1, 1, 1));
    let (_, exceptions, summary) = told(Plan::new().loops(1).http(http()), |user| {
        user.agent().get("/json").call()?;
        Ok(())
    });
    assert_eq!((exceptions, lost(&summary)), (1, vec![(RequestErrorKind::Tls, 1)]));
}

#[test]
fn large_bodies_go_out_whole_and_early_answers_are_read() {
    let service = Service::start();
    pass(plan_at(&service), |user| {
        let agent = user.agent();
        let large = vec![b'x'; 300_000];
        let mut echoed = agent.post("/mirror").send(&large[..])?;
        assert!(echoed.body_mut().with_config().limit(1 << 30).read_to_vec()?.len() >= large.len());
        // In chunks, as ureq sends what it does not know the length of.
        let mut reader = std::io::Cursor::new(large.clone());
        let chunked = agent.post("/mirror").send(ureq::SendBody::from_reader(&mut reader))?;
        assert_eq!(chunked.status(), 200);
        Ok(())
    });
    // A service that answers without reading the body: the answer counts, not that the rest cannot be sent.
    let (fails, exceptions, early) = told(plan_at(&service), |user| {
        user.agent().post("/early").send(&vec![b'x'; 5_000_000][..])?;
        Ok(())
    });
    assert_eq!((fails, exceptions), (1, 0), "{:#?}", early.failures);
    let requests = &early.whole.request_totals;
    assert_eq!(requests.statuses, [(413, 1)].into());
    assert!(requests.bytes_out < 5_000_000, "{}", requests.bytes_out);
}

#[test]
fn what_a_check_times_itself_counts_beside_an_answer_that_is_still_open() {
    let service = Service::start();
    let summary = pass(plan_at(&service), |user| {
        let answer = user.agent().get("/bytes/3000000").call()?;
        user.time("own", || Ok::<_, std::io::Error>(()))?;
        drop(answer);
        Ok(())
    });
    assert_eq!(answered(&summary), [("GET /bytes/3000000", 1), ("own", 1)].into());
    assert_eq!(summary.whole.totals.requests, 2);
}

#[test]
fn addresses_given_by_hand_and_proxies_are_the_runs() {
    let service = Service::start();
    let address = service.address();
    let url = format!("http://shop.example:{}/json", address.port());
    let resolved = HttpSettings::default().resolve("shop.example", address.port(), address);
    let asked = url.clone();
    let summary = pass(Plan::new().loops(1).http(resolved), move |user| {
        user.agent().get(&asked).call()?;
        Ok(())
    });
    assert_eq!((summary.whole.request_totals.answered, service.total_hits()), (1, 1));

    // A proxy that makes plain requests itself is asked for the whole URL.
    let proxy = Raw::with_status("200 OK");
    let http = HttpSettings::default().proxy(format!("http://ann:secret@{}", proxy.address()).parse().unwrap());
    pass(Plan::new().loops(1).http(http), move |user| {
        user.agent().get(&url).call()?;
        Ok(())
    });
    let head = proxy.only();
    assert!(head.starts_with(&format!("GET http://shop.example:{}/json HTTP/1.1\r\n", address.port())), "{head}");
    assert!(head.contains("\r\nProxy-Authorization: Basic "), "{head}");
}

#[test]
fn what_the_stop_interrupts_is_unfinished_and_counted_once() {
    let service = Service::start();
    let plan = Plan::new().users(4).time(300 * MS).stop_timeout(200 * MS).http(http_of(&service));
    let summary = run(plan, |user: &mut User| -> Result<(), AnyError> {
        user.agent().get("/fault/hang").call()?;
        Ok(())
    });
    let totals = &summary.whole.totals;
    assert_eq!((totals.ended(), totals.unfinished), (0, 4));
    assert_eq!(summary.whole.request_totals.unfinished, 4);
}

#[test]
fn a_server_that_answers_in_pieces_and_with_interim_answers_is_timed_to_its_last_byte() {
    let raw = Raw::start(|peer| {
        peer.request();
        for piece in ["HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-", "Length: 4\r\n\r\nab", "cd"] {
            peer.send(piece);
            thread::sleep(50 * MS);
        }
    });
    let url = raw.at("/slow");
    let summary = pass(Plan::new().loops(1), move |user| {
        assert_eq!(user.agent().get(&url).call()?.body_mut().read_to_string()?, "abcd");
        Ok(())
    });
    let requests = &summary.whole.request_totals;
    let (first, receive) = (requests.first_byte.max().unwrap(), requests.receive.max().unwrap());
    assert!(first < 50 * MS && (100 * MS..150 * MS).contains(&receive), "{first:?} {receive:?}");
}

#[test]
fn an_outcome_that_the_check_makes_itself_stands() {
    let service = Service::start();
    let summary = run(plan_at(&service), |user: &mut User| {
        let status = user.agent().get("/status/404").call().expect_err("404");
        assert!(matches!(status, ureq::Error::StatusCode(404)));
        Outcome::Pass
    });
    assert_eq!((summary.whole.totals.pass, summary.whole.request_totals.answered), (1, 1));
}
