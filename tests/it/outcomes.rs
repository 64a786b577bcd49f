//! Every way an answer can go wrong lands in the right outcome, with a reason that helps, and never ends the run.

use std::error::Error;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use perfloop::RequestErrorKind::{Closed, Protocol, Refused, Reset, Resolve, Timeout, Tls};
use perfloop::{CheckResult, Failure, HttpSettings, Outcome, Plan, RequestErrorKind, Summary, User};
use serde_json::Value;

use crate::support::{REFUSED, Service, none, perfloop, run};

const MIB_16: usize = 16 * 1024 * 1024;

fn once() -> Plan {
    Plan::new().loops(1)
}

fn with(http: HttpSettings) -> Plan {
    once().http(http)
}

fn patience(ms: u64) -> HttpSettings {
    HttpSettings::default().timeout(Duration::from_millis(ms))
}

/// A check that wants a 200.
fn get(url: impl Into<String>) -> impl Fn(&mut User) -> CheckResult + Send + Sync + 'static {
    let url = url.into();
    move |user| {
        user.get(&url).send()?.expect_status(200)?;
        Ok(())
    }
}

/// Passes, fails and exceptions.
fn counts(summary: &Summary) -> (u64, u64, u64) {
    let totals = &summary.whole.totals;
    assert_eq!(totals.unfinished, 0);
    (totals.pass, totals.fail, totals.exception)
}

/// Why the only kind of failure there was came about.
fn reason(summary: &Summary) -> &str {
    assert_eq!(summary.failures.len(), 1, "{:#?}", summary.failures);
    &summary.failures[0].message
}

/// What is not as it should be: one exception of this kind, with these words.
fn complaint(summary: &Summary, kind: RequestErrorKind, words: &[&str]) -> Option<String> {
    let lost: Vec<_> = summary.whole.request_totals.lost.iter().map(|(kind, count)| (*kind, *count)).collect();
    let messages: Vec<&str> = summary.failures.iter().map(|group| group.message.as_str()).collect();
    let is_said = messages.len() == 1 && words.iter().all(|word| messages[0].contains(word));
    let is_good = counts(summary) == (0, 0, 1) && lost == [(kind, 1)] && is_said;
    (!is_good).then(|| format!("wanted {kind:?} with {words:?}, got {lost:?} {messages:?}"))
}

#[track_caller]
fn is_exception(summary: &Summary, kind: RequestErrorKind, words: &[&str]) {
    none(complaint(summary, kind, words));
}

#[test]
fn a_broken_answer_is_an_exception_that_says_what_broke_and_when() {
    let service = Service::start();
    let (first_byte, receiving) = ("while waiting for the first byte of the answer", "while receiving the answer");
    let rows = [
        ("/fault/reset", Reset, ["connection reset by 127.0.0.1:", first_byte]),
        ("/fault/reset-mid-body", Reset, ["connection reset by 127.0.0.1:", receiving]),
        ("/fault/close", Closed, ["connection closed by 127.0.0.1:", first_byte]),
        ("/fault/truncated", Closed, ["connection closed by 127.0.0.1:", receiving]),
        ("/fault/chunked-truncated", Closed, ["connection closed by 127.0.0.1:", receiving]),
        ("/fault/close-delimited-reset", Reset, ["connection reset by 127.0.0.1:", receiving]),
        ("/fault/garbage", Protocol, ["broken", receiving]),
        ("/fault/bad-chunk", Protocol, ["chunk", receiving]),
        ("/fault/huge-header", Protocol, ["header", receiving]),
    ];
    none(rows.iter().filter_map(|(path, kind, words)| {
        let complaint = complaint(&run(once(), get(service.at(path))), *kind, words);
        assert_eq!(service.hits()[*path], 1, "{path}");
        complaint.map(|complaint| format!("{path}: {complaint}"))
    }));
}

#[test]
fn an_answer_that_is_late_is_an_exception_that_names_the_limit_and_the_phase() {
    let service = Service::start();
    for (path, phase) in [
        ("/fault/hang", "while waiting for the first byte of the answer"),
        ("/delay/60000", "while waiting for the first byte of the answer"),
        ("/fault/half-head", "while receiving the answer"),
        ("/headers/slow/60000", "while receiving the answer"),
        ("/drip/100000/20", "while receiving the answer"),
    ] {
        let summary = run(with(patience(300)), get(service.at(path)));
        is_exception(&summary, Timeout, &["timed out after 300 ms", phase]);
        let took = summary.end.unwrap().duration;
        assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(5), "{path}: {took:?}");
    }
}

#[test]
fn a_service_that_accepts_and_does_nothing_runs_into_the_timeout_of_each_phase() {
    // The kernel accepts for it; nobody reads or writes.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let shaking = run(with(patience(300)), get(format!("https://{address}/")));
    is_exception(&shaking, Timeout, &["timed out after 300 ms while shaking hands for TLS"]);
    assert_eq!(shaking.whole.request_totals.never_accepted, 1);

    let upload = run(with(patience(300)), move |user: &mut User| -> CheckResult {
        user.post(&format!("http://{address}/")).body(vec![b'x'; 2 * MIB_16]).send()?;
        Ok(())
    });
    is_exception(&upload, Timeout, &["timed out after 300 ms while sending the request"]);
}

#[test]
fn an_unusual_answer_that_is_whole_passes() {
    let service = Service::start();
    for (path, body) in [
        ("/fault/close-delimited", 100),
        ("/fault/continue", 5),
        ("/fault/extra-bytes", 5),
        ("/fault/idle-close", 5),
        ("/chunked/3/1000", 3000),
        ("/bytes/0", 0),
        ("/drip/5/1", 5),
    ] {
        let url = service.at(path);
        let summary = run(once(), move |user: &mut User| -> CheckResult {
            let answer = user.get(&url).send()?;
            answer.expect_status(200)?;
            assert_eq!((answer.body().len(), answer.body_length()), (body, body as u64));
            Ok(())
        });
        assert_eq!(counts(&summary), (1, 0, 0), "{path}: {:?}", summary.failures);
    }
}

#[test]
fn a_long_head_of_a_request_is_sent() {
    let service = Service::start();
    for length in [3_000, 5_000, 20_000] {
        let (url, value) = (service.at("/echo"), "a".repeat(length));
        let summary = run(once(), move |user: &mut User| -> CheckResult {
            user.get(&url).header("x-a", &value).send()?.expect_json("headers.x-a", value.as_str())?;
            Ok(())
        });
        assert_eq!(counts(&summary), (1, 0, 0), "{length}: {:?}", summary.failures);
    }
}

#[test]
fn a_long_head_of_an_answer_is_read() {
    for length in [5_000, 10_000, 50_000] {
        let value = "a".repeat(length);
        let url = answers_once(format!("HTTP/1.1 200 OK\r\nx-long: {value}\r\ncontent-length: 4\r\n\r\nbody"));
        let summary = run(with(patience(10_000)), move |user: &mut User| -> CheckResult {
            user.get(&url).send()?.expect_header("x-long", &value)?.expect_contains("body")?;
            Ok(())
        });
        assert_eq!(counts(&summary), (1, 0, 0), "{length}: {:?}", summary.failures);
    }
}

/// The URL of a service that gives this answer to one request.
fn answers_once(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // A request without a body fits into one read.
        let _ = stream.read(&mut [0; 4096]);
        // The client may turn away from what it does not like.
        let _ = stream.write_all(answer.as_bytes());
        let _ = stream.read(&mut [0]);
    });
    url
}

#[test]
fn a_connection_that_ended_between_two_requests_is_nobodys_failure() {
    let service = Service::start();
    let plan = Plan::new().loops(2).wait(Duration::from_millis(300));
    let summary = run(plan, get(service.at("/fault/idle-close")));
    assert_eq!(counts(&summary), (2, 0, 0), "{:?}", summary.failures);
    assert_eq!((service.total_hits(), service.connections()), (2, 2));
    assert_eq!(summary.whole.request_totals.new_connections, 2);
}

#[test]
fn a_connection_with_stray_bytes_is_not_used_again() {
    let service = Service::start();
    for wait in [0, 100] {
        let before = service.connections();
        let summary =
            run(Plan::new().loops(3).wait(Duration::from_millis(wait)), get(service.at("/fault/extra-bytes")));
        assert_eq!(counts(&summary), (3, 0, 0), "wait {wait} ms: {:?}", summary.failures);
        assert_eq!(service.connections() - before, 3, "wait {wait} ms");
    }
}

#[test]
fn a_kept_connection_serves_all_requests_of_its_user_and_without_keep_alive_none() {
    let service = Service::start();
    assert_eq!(counts(&run(Plan::new().users(2).loops(5), get(service.at("/fast")))), (10, 0, 0));
    assert_eq!(service.connections(), 2);
    let fresh = Plan::new().users(2).loops(5).http(HttpSettings::default().keep_alive(false));
    assert_eq!(counts(&run(fresh, get(service.at("/fast")))), (10, 0, 0));
    assert_eq!(service.connections(), 12);
}

#[test]
fn a_compressed_answer_is_unpacked() {
    let service = Service::start();
    let url = service.at("/gzip");
    let decoded = move |user: &mut User| -> CheckResult {
        let answer = user.get(&url).send()?;
        answer.expect_json("gzipped", "if you accept it")?.expect_json("lines[99].n", 99)?;
        assert_eq!(answer.json()?["lines"].as_array().map(Vec::len), Some(100));
        assert_eq!(answer.body_length(), answer.body().len() as u64);
        Ok(())
    };
    let packed = run(with(HttpSettings::default().compressed(true)), decoded.clone());
    assert_eq!(counts(&packed), (1, 0, 0), "{:?}", packed.failures);
    let plain = run(once(), decoded);
    assert_eq!(counts(&plain), (1, 0, 0), "{:?}", plain.failures);
    let (packed, plain) = (packed.whole.request_totals, plain.whole.request_totals);
    assert_eq!(packed.body_bytes, plain.body_bytes);
    assert!(packed.bytes_in < plain.bytes_in / 2, "{} and {} bytes off the wire", packed.bytes_in, plain.bytes_in);

    let output = perfloop(&["--loops", "1", "--compressed", "--expect-json", "lines[1].n=1", &service.at("/gzip")]);
    assert_eq!(output.code, Some(0), "{output:#?}");
}

#[test]
fn a_body_longer_than_is_kept_is_read_whole_and_counted() {
    const LENGTH: u64 = 20_000_000;
    let service = Service::start();
    let url = service.at(&format!("/bytes/{LENGTH}"));
    let summary = run(Plan::new().loops(2), move |user: &mut User| -> CheckResult {
        let answer = user.get(&url).send()?;
        assert_eq!((answer.body().len(), answer.body_length()), (MIB_16, LENGTH));
        answer.expect_status(200)?;
        Ok(())
    });
    assert_eq!(counts(&summary), (2, 0, 0), "{:?}", summary.failures);
    assert_eq!(summary.whole.request_totals.body_bytes, 2 * LENGTH);
    assert_eq!(service.connections(), 1, "the rest was read off the connection");
}

#[test]
fn what_cannot_be_told_from_a_cut_body_is_an_exception() {
    let service = Service::start();
    let url = service.at("/bytes/20000000");
    let summary = run(once(), move |user: &mut User| -> CheckResult {
        user.get(&url).send()?.expect_contains("no such text in there")?;
        Ok(())
    });
    assert_eq!(counts(&summary), (0, 0, 1));
    assert!(reason(&summary).contains("16777216 of its 20000000 bytes are kept"), "{}", reason(&summary));
}

#[test]
fn an_unwanted_status_is_a_fail_that_names_both() {
    let service = Service::start();
    for status in [404, 500, 503] {
        let url = service.at(&format!("/status/{status}"));
        let summary = run(once(), get(&url));
        assert_eq!(counts(&summary), (0, 1, 0));
        assert_eq!(reason(&summary), format!("wanted status 200, got status {status}"));
        assert_eq!(summary.whole.request_totals.answered, 1, "any status is an answer");

        let json = perfloop(&["--loops", "1", "--json", "-", &url]).json();
        assert_eq!(json["totals"]["fail"], 1, "{status} by default");
        let wanted = ["--loops", "1", "--json", "-", "--expect-status", "4xx,500-599", &url];
        assert_eq!(perfloop(&wanted).json()["totals"]["pass"], 1, "{status} when it is wanted");
    }
    for status in [204, 304, 399] {
        let json = perfloop(&["--loops", "1", "--json", "-", &service.at(&format!("/status/{status}"))]).json();
        assert_eq!(json["totals"]["pass"], 1, "{status} by default");
    }
}

#[test]
fn redirects_are_followed_only_on_demand_and_each_hop_is_a_request() {
    let service = Service::start();
    let url = service.at("/redirect/3");
    let expect = ["--loops", "1", "--json", "-", "--expect-status", "200"];
    let followed = perfloop(&[&expect[..], &["-L", &url]].concat()).json();
    assert_eq!((&followed["totals"]["pass"], &followed["totals"]["requests"]), (&1.into(), &4.into()));
    let names: Vec<&str> =
        followed["requests"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["GET /redirect/3", "GET /redirect/2", "GET /redirect/1", "GET /redirect/0"]);
    assert_eq!(service.total_hits(), 4);

    let kept = perfloop(&[&expect[..], &[&url]].concat()).json();
    assert_eq!((&kept["totals"]["fail"], &kept["totals"]["requests"]), (&1.into(), &1.into()));
    assert_eq!(kept["failures"][0]["message"], "wanted status 200, got status 302");
    assert_eq!(service.total_hits(), 5);
}

#[test]
fn ten_redirects_are_followed_and_eleven_are_an_exception() {
    let service = Service::start();
    let end =
        perfloop(&["--loops", "1", "--json", "-", "-L", "--expect-contains", "the end", &service.at("/redirect/10")]);
    assert_eq!(end.json()["totals"]["pass"], 1, "{end:#?}");
    service.reset_hits();
    let json = perfloop(&["--loops", "1", "--json", "-", "-L", &service.at("/redirect/11")]).json();
    assert_eq!((&json["totals"]["exception"], &json["totals"]["fail"]), (&1.into(), &0.into()));
    assert_eq!(json["failures"][0]["message"], "more than 10 redirects");
    assert_eq!((&json["totals"]["answered"], service.total_hits()), (&11.into(), 11));
}

#[test]
fn a_redirect_turns_a_post_into_a_get_unless_it_must_not() {
    let service = Service::start();
    for (status, method, body) in [(303, "GET", ""), (302, "GET", ""), (307, "POST", "hello"), (308, "POST", "hello")] {
        let url = service.at(&format!("/redirect-to?url=/echo&status={status}"));
        let summary = run(once(), move |user: &mut User| -> CheckResult {
            let echo = user.post(&url).body("hello").follow(1).send()?;
            echo.expect_json("method", method)?.expect_json("body", body)?;
            Ok(())
        });
        assert_eq!(counts(&summary), (1, 0, 0), "{status}: {:?}", summary.failures);
    }
}

#[test]
fn basic_authentication_lets_in_who_may() {
    let service = Service::start();
    let url = service.at("/basic-auth/ann/s3cret:word");
    let plain = url.clone();
    let summary = run(once(), move |user: &mut User| -> CheckResult {
        user.get(&plain).basic_auth("ann", "s3cret:word").send()?.expect_status(200)?;
        Ok(())
    });
    assert_eq!(counts(&summary), (1, 0, 0), "{:?}", summary.failures);
    assert_eq!(perfloop(&["--loops", "1", "--basic-auth", "ann:s3cret:word", &url]).code, Some(0));
    let wrong = perfloop(&["--loops", "1", "--basic-auth", "ann:wrong", "--json", "-", &url]);
    assert_eq!(wrong.code, Some(1));
    assert_eq!(wrong.json()["failures"][0]["message"], "wanted status 100-399, got status 401");
}

#[test]
fn a_host_without_an_address_is_an_exception_in_bounded_time() {
    let since = Instant::now();
    let summary = run(with(patience(20_000)), get("http://no-such-host.invalid/"));
    is_exception(&summary, Resolve, &["no-such-host.invalid has no address"]);
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    assert_eq!(summary.whole.request_totals.never_accepted, 1);
}

#[test]
fn a_refused_connection_is_an_exception_that_names_the_port() {
    let summary = run(once(), get(REFUSED));
    is_exception(&summary, Refused, &["connection refused by 127.0.0.1:1"]);
    assert_eq!(summary.whole.request_totals.never_accepted, 1);
}

#[test]
fn a_host_that_does_not_answer_a_connection_is_given_up_after_the_connect_timeout() {
    // A listener whose queue is full: the kernel leaves further connections unanswered.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let limit = Duration::from_millis(200);
    let fill = || TcpStream::connect_timeout(&address, limit);
    let queued: Vec<_> = (0..5000).map_while(|_| fill().ok()).collect();
    let settings = HttpSettings::default().connect_timeout(limit);
    let summary = run(with(settings), get(format!("http://{address}/")));
    is_exception(&summary, Timeout, &["timed out after 200 ms while connecting"]);
    assert_eq!(summary.whole.request_totals.never_accepted, 1);
    drop(queued);
}

#[test]
fn tls_passes_with_the_right_authority_or_with_none_asked_for_and_never_else() {
    let service = Service::with_tls();
    let url = service.at_tls("/fast");
    let trusting = HttpSettings::default().ca_pem(service.ca_pem().unwrap().into());
    let summary = run(with(trusting), get(&url));
    assert_eq!(counts(&summary), (1, 0, 0), "{:?}", summary.failures);
    assert_eq!(summary.whole.request_totals.setup.count(), 1, "the handshake is part of the setup");
    let summary = run(with(HttpSettings::default().insecure(true)), get(&url));
    assert_eq!(counts(&summary), (1, 0, 0), "{:?}", summary.failures);

    let hits = service.total_hits();
    let summary = run(once(), get(&url));
    is_exception(&summary, Tls, &["TLS with localhost:", "certificate"]);
    assert_eq!((summary.whole.request_totals.never_accepted, service.total_hits()), (1, hits));
}

#[test]
fn tls_works_from_the_command_line_too() {
    let service = Service::with_tls();
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("ca.pem");
    std::fs::write(&pem, service.ca_pem().unwrap()).unwrap();
    let url = service.at_tls("/fast");
    let base = ["--loops", "2", &url];
    let cacert = perfloop(&[&base[..], &["--cacert", pem.to_str().unwrap()]].concat());
    assert_eq!(cacert.code, Some(0), "{cacert:#?}");
    assert_eq!(perfloop(&[&base[..], &["--insecure"]].concat()).code, Some(0));
    let neither = perfloop(&base);
    assert_eq!(neither.code, Some(1));
    assert!(neither.stdout.contains("2  exception  GET /fast: TLS with localhost:"), "{}", neither.stdout);
    assert_eq!((service.total_hits(), service.connections()), (4, 4));
}

#[test]
fn plain_http_on_a_tls_port_and_the_reverse_are_exceptions() {
    let service = Service::with_tls();
    let crossed = service.at_tls("/fast").replace("https://", "http://");
    assert_eq!(counts(&run(with(patience(5_000)), get(crossed))), (0, 0, 1));
    let crossed = service.at("/fast").replace("http://", "https://");
    is_exception(&run(with(patience(5_000)), get(crossed)), Tls, &["TLS with 127.0.0.1:"]);
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn a_panic_is_a_fail_with_its_source_line() {
    let line = line!() + 1;
    let summary = run(once(), |_: &mut User| assert_eq!(1 + 1, 3, "sums"));
    assert_eq!(counts(&summary), (0, 1, 0));
    let message = reason(&summary);
    assert!(message.contains(&format!("outcomes.rs:{line}")), "{message}");
    assert!(message.contains("sums") && message.contains("left: 2") && message.contains("right: 3"), "{message}");
}

#[test]
fn a_check_that_never_returns_is_one() {
    fn gives_up(_: &mut User) -> ! {
        panic!("given up")
    }
    for (summary, words) in [
        (run(Plan::new().loops(2), |_: &mut User| panic!("at once")), "at once"),
        (run(Plan::new().loops(2), |_| unreachable!("nowhere")), "nowhere"),
        (run(Plan::new().loops(2), gives_up), "given up"),
    ] {
        assert_eq!((summary.whole.totals.fail, summary.whole.totals.pass), (2, 0));
        assert!(summary.failures[0].message.contains(words), "{:?}", summary.failures);
    }
}

#[test]
fn a_panic_after_an_answer_is_a_fail_and_after_a_lost_request_an_exception() {
    let service = Service::start();
    for (path, wanted) in [("/status/500", (0, 1, 0)), ("/fault/close", (0, 0, 1))] {
        let url = service.at(path);
        let summary = run(once(), move |user: &mut User| {
            let status = user.get(&url).send().ok().map(|answer| answer.status());
            assert_eq!(status, Some(200), "no luck");
        });
        assert_eq!(counts(&summary), wanted, "{path}");
        assert!(reason(&summary).contains("no luck"), "{}", reason(&summary));
    }
}

#[test]
fn a_lost_request_that_the_check_recovers_from_does_not_spoil_it_nor_the_next() {
    let service = Service::start();
    let (close, fast) = (service.at("/fault/close"), service.at("/fast"));
    let summary = run(Plan::new().loops(2), move |user: &mut User| -> CheckResult {
        match user.iteration() {
            1 => {
                assert!(user.get(&close).send().is_err());
                user.get(&fast).send()?.expect_status(200)?;
                Ok(())
            }
            _ => panic!("an iteration without requests"),
        }
    });
    assert_eq!(counts(&summary), (1, 1, 0), "{:?}", summary.failures);
}

/// A driver's error, as client libraries have them.
#[derive(Debug)]
struct Driver(io::Error);

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the driver gave up")
    }
}

impl Error for Driver {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn an_error_from_a_check_is_a_fail_unless_it_came_of_input_or_output() {
    fn broken_pipe() -> io::Error {
        io::Error::new(io::ErrorKind::BrokenPipe, "the pipe broke")
    }
    type Body = fn() -> CheckResult;
    let rows: [(Body, (u64, u64, u64), &str); 7] = [
        (|| Ok(()), (1, 0, 0), ""),
        (|| Err("no such cart".into()), (0, 1, 0), "no such cart"),
        (|| "x".parse::<u8>().map(|_| ()).map_err(Into::into), (0, 1, 0), "invalid digit found in string"),
        (|| Err(broken_pipe().into()), (0, 0, 1), "the pipe broke"),
        (|| Err(Driver(broken_pipe()).into()), (0, 0, 1), "the driver gave up: the pipe broke"),
        (|| Err(Failure::Fail("as it says".into()).into()), (0, 1, 0), "as it says"),
        (|| Err(Failure::Exception("as it says".into()).into()), (0, 0, 1), "as it says"),
    ];
    for (body, wanted, message) in rows {
        let summary = run(once(), move |_: &mut User| body());
        assert_eq!(counts(&summary), wanted, "{message}");
        let messages: Vec<&str> = summary.failures.iter().map(|group| group.message.as_str()).collect();
        assert_eq!(messages.join(""), message);
    }
}

#[test]
fn a_check_can_say_its_outcome_itself() {
    for (outcome, wanted) in [
        (Outcome::Pass, (1, 0, 0)),
        (Outcome::Fail("wrong".into()), (0, 1, 0)),
        (Outcome::Exception("gone".into()), (0, 0, 1)),
    ] {
        assert_eq!(counts(&run(once(), move |_: &mut User| outcome.clone())), wanted);
    }
}

#[test]
fn a_request_that_cannot_be_written_is_an_exception_and_no_traffic() {
    let service = Service::start();
    let fast = service.at("/fast");
    type Ask = fn(&mut User, &str) -> Result<perfloop::Response, perfloop::RequestError>;
    let rows: [(Ask, &str); 4] = [
        (|user, _| user.get("/fast").send(), "give the plan a host"),
        (|user, _| user.get("ftp://127.0.0.1/").send(), "http and https only"),
        (|user, url| user.request("G T", url).send(), "'G T' is no HTTP method"),
        (|user, url| user.get(url).header("a b", "c").send(), "'a b' is no header name"),
    ];
    for (ask, words) in rows {
        let fast = fast.clone();
        let summary = run(once(), move |user: &mut User| ask(user, &fast).map(drop));
        assert_eq!(counts(&summary), (0, 0, 1), "{words}");
        assert!(reason(&summary).contains(words), "{}", reason(&summary));
    }
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn one_bad_answer_never_stops_the_run() {
    let service = Service::start();
    let paths = ["/fault/reset", "/status/500", "/fault/garbage", "/fast"].map(|path| service.at(path));
    let summary = run(Plan::new().users(3).loops(8), move |user: &mut User| -> CheckResult {
        let turn = user.iteration() as usize % paths.len();
        user.get(&paths[turn]).send()?.expect_status(200)?;
        Ok(())
    });
    assert_eq!(counts(&summary), (6, 6, 12), "{:?}", summary.failures);
}

#[test]
fn an_early_answer_to_an_upload_is_the_answer() {
    let service = Service::start();
    let url = service.at("/early");
    let summary = run(with(patience(10_000)), move |user: &mut User| -> CheckResult {
        user.post(&url).body(vec![b'x'; 32 * 1024 * 1024]).send()?.expect_status(413)?;
        Ok(())
    });
    assert_eq!(counts(&summary), (1, 0, 0), "{:?}", summary.failures);
}

#[test]
fn what_a_check_sends_is_what_arrives() {
    let service = Service::start();
    let url = service.at("/echo?a=1&b=x%20y#fragment");
    let summary = run(once(), move |user: &mut User| -> CheckResult {
        let echo = user.put(&url).header("x-a", "1").header("x-a", "2").json(&serde_json::json!({"n": 1})).send()?;
        echo.expect_json("method", "PUT")?.expect_json("path", "/echo")?.expect_json("query", "a=1&b=x%20y")?;
        echo.expect_json("headers.x-a", "1, 2")?.expect_json("headers.content-type", "application/json")?;
        echo.expect_json("body", r#"{"n":1}"#)?.expect_header("content-type", "application/json")?;
        Ok(())
    });
    assert_eq!(counts(&summary), (1, 0, 0), "{:?}", summary.failures);

    let url = service.at("/echo");
    let output = perfloop(&[
        "--loops",
        "1",
        "--json",
        "-",
        "-d",
        "n=1",
        "-H",
        "X-A: 1",
        "-H",
        "x-a:2",
        "--expect-json",
        "method=POST",
        "--expect-json",
        "headers.x-a=1, 2",
        "--expect-json",
        "body=\"n=1\"",
        "--expect-header",
        "Content-Type: json",
        "--expect-contains",
        "\"path\"",
        &url,
    ]);
    assert_eq!(output.json()["failures"], Value::Array(Vec::new()));
    assert_eq!(output.code, Some(0), "{output:#?}");
}
