//! What goes over the wire, byte by byte: requests as they arrive, answers as they are read.

use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::raw::Raw;
use crate::support::{Output, Reports, none, perfloop};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const MS: Duration = Duration::from_millis(1);
/// The hashes of 200 000 times `x`, by other tools.
const SHA256: &str = "91e3faafd322bcdf160f3f0ce886acb092b9b9e2a1e8526b40f21a8898a8700b";
const MD5: &str = "4b98146705d4b0b98b758a78ff6fb73f";

/// Runs the binary, quietly, with its report on stdout.
fn report(args: &[&str]) -> (Output, Value) {
    let output = perfloop(&[args, &["--json", "-"]].concat());
    let report = output.json();
    (output, report)
}

/// Passes, fails and exceptions.
fn counts(report: &Value) -> [u64; 3] {
    ["pass", "fail", "exception"].map(|key| report["totals"][key].as_u64().unwrap())
}

fn of_requests(report: &Value, key: &str) -> u64 {
    let rows = report["requests"].as_array().unwrap();
    rows.iter().map(|row| row[key].as_u64().unwrap_or_else(|| panic!("no {key} in {row}"))).sum()
}

fn failure(report: &Value) -> &str {
    report["failures"][0]["message"].as_str().unwrap_or_default()
}

/// The head of the only request that these flags make.
fn sent(args: &[&str]) -> String {
    let server = Raw::answering(OK);
    let url = server.at("/p");
    let output = perfloop(&[&[&url, "--loops", "1", "--quiet"], args].concat());
    assert_eq!(output.code, Some(0), "{args:?}: {output:#?}");
    server.requests().remove(0)
}

/// One answer, asked for once with these flags: what is wrong with how it ended, if it is not as wanted.
fn ends(answer: &[u8], args: &[&str], wanted: [u64; 3], words: &str) -> Option<String> {
    let server = Raw::answering(answer);
    let url = server.at("/");
    let (output, report) = report(&[&[&url, "--loops", "1", "--timeout", "2s"], args].concat());
    let is_good = counts(&report) == wanted && failure(&report).contains(words);
    let (counts, failure) = (counts(&report), failure(&report));
    (!is_good).then(|| {
        let answer = answer.escape_ascii().to_string();
        format!("{:.60}: wanted {wanted:?} with '{words}', got {counts:?} with '{failure}' {:?}", answer, output.code)
    })
}

#[test]
fn a_request_without_a_body_says_so_where_one_could_be() {
    let mut broken = Vec::new();
    for method in ["POST", "PUT", "PATCH", "GET", "HEAD", "DELETE", "OPTIONS", "PURGE", "CONNECT"] {
        let head = sent(&["-X", method]);
        let has_length = head.contains("\r\nContent-Length: 0\r\n");
        let is_right = has_length == ["POST", "PUT", "PATCH"].contains(&method) && !head.contains("Transfer-Encoding");
        if !is_right || !head.starts_with(&format!("{method} /p HTTP/1.1\r\n")) {
            broken.push(head);
        }
    }
    none(broken);
    assert!(sent(&["-X", "DELETE", "-d", "abc"]).contains("\r\nContent-Length: 3\r\n"));
    assert!(sent(&["-d", ""]).contains("\r\nContent-Length: 0\r\n"));
}

#[test]
fn two_requests_on_one_connection_are_read_as_two_by_a_server_that_counts_bytes() {
    let server = Raw::answering(OK);
    let url = server.at("/");
    let output = perfloop(&[&url, "-X", "POST", "--loops", "20", "--quiet"]);
    assert_eq!((output.code, server.hits(), server.connections()), (Some(0), 20, 1), "{output:#?}");
}

#[test]
fn names_of_headers_go_out_as_they_were_written() {
    let head = sent(&["-H", "X-API-Key: a", "-H", "x-lower: b", "-H", "ACCEPT: c", "--basic-auth", "a:b"]);
    for line in ["X-API-Key: a", "x-lower: b", "ACCEPT: c", "Authorization: Basic YTpi", "Host: 127.0.0.1:"] {
        assert!(head.contains(&format!("\r\n{line}")), "{line}: {head}");
    }
    assert!(!head.contains("Accept:"), "{head}");
}

#[test]
fn a_body_that_is_to_wait_goes_after_a_word_or_a_second() {
    // Never says a word before it has the body.
    let server = Raw::answering(OK);
    let url = server.at("/");
    let since = Instant::now();
    let output = perfloop(&[&url, "-H", "Expect: 100-continue", "-d", "body", "--loops", "1", "--quiet"]);
    assert_eq!((output.code, server.hits()), (Some(0), 1), "{output:#?}");
    assert!(since.elapsed() >= 1000 * MS && server.requests()[0].ends_with("\r\n\r\nbody"));

    // Asks for the body at once, after a hint of another kind.
    let server = Raw::start(|peer| {
        while let Some(head) = peer.head() {
            peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
            let Some(body) = peer.body(&head) else { return };
            peer.note(&head, &body);
            peer.send(OK);
        }
    });
    let url = server.at("/");
    let output = perfloop(&[&url, "-H", "Expect: 100-continue", "-d", "body", "--loops", "5", "--quiet"]);
    assert_eq!((output.code, server.hits(), server.connections()), (Some(0), 5, 1), "{output:#?}");
    assert!(output.took < 3000 * MS, "it waits for no second: {:?}", output.took);
}

#[test]
fn a_refused_expectation_is_answered_by_sending_without_it() {
    let server = Raw::start(|peer| {
        while let Some(head) = peer.head() {
            if String::from_utf8_lossy(&head).contains("Expect: 100-continue") {
                return peer.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
            }
            let Some(body) = peer.body(&head) else { return };
            peer.note(&head, &body);
            peer.send(OK);
        }
    });
    let url = server.at("/");
    let (_, report) = report(&[&url, "-H", "Expect: 100-continue", "-d", "body", "--loops", "2"]);
    assert_eq!((counts(&report), server.hits(), of_requests(&report, "resent")), ([2, 0, 0], 2, 2), "{report:#}");
}

#[test]
fn an_answer_instead_of_the_word_for_the_body_is_the_answer() {
    let server = Raw::start(|peer| {
        if peer.head().is_some() {
            peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
            let _ = peer.take(1);
        }
    });
    let url = server.at("/");
    let args = [&url, "-H", "Expect: 100-continue", "-d", "body", "--loops", "2", "--expect-status", "401", "--quiet"];
    let output = perfloop(&args);
    assert_eq!((output.code, server.connections()), (Some(0), 2), "the connection is not used again: {output:#?}");
}

#[test]
fn heads_are_read_as_curl_reads_them() {
    let pass = [1, 0, 0];
    let many: String = (0..400).map(|n| format!("X-H{n}: v\r\n")).collect();
    let many = format!("HTTP/1.1 200 OK\r\n{many}Content-Length: 2\r\n\r\nok");
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 2\r\n\r\nok", "v".repeat(200 * 1024));
    let rows: [(&[u8], [u64; 3], &str); 12] = [
        (many.as_bytes(), pass, ""),
        (long.as_bytes(), pass, ""),
        (b"HTTP/1.1 200 OK\r\nX-Folded: one\r\n two\r\nX-Odd : v\r\nContent-Length: 2\r\n\r\nok", pass, ""),
        (b"HTTP/1.1 200 OK\r\nX: \x01\x1b[2J\xe9\r\nContent-Length: 2\r\n\r\nok", pass, ""),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", pass, ""),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", pass, ""),
        (
            b"HTTP/1.1 200 OK\r\nNo colon\r\nContent-Length: 2\r\n\r\nok",
            [0, 0, 1],
            "line 2 of the answer's head, 'No colon'",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: \0\r\n\r\nok", [0, 0, 1], "line 3 of the answer's head"),
        (b"SSH-2.0-OpenSSH\r\n", [0, 0, 1], "'SSH-2.0-OpenSSH', which is not HTTP/1"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", [0, 0, 1], "differ: 2 and 3"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", [0, 0, 1], "'-2' is no length"),
        (b"HTTP/1.1 101 Switching\r\n\r\n", [0, 0, 1], "another protocol (101)"),
    ];
    none(rows.iter().filter_map(|(answer, wanted, words)| ends(answer, &[], *wanted, words)));
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "X-H: v\r\n".repeat(40_000));
    none(ends(endless.as_bytes(), &[], [0, 0, 1], "longer than the 256 KiB that are read of them"));
}

#[test]
fn interim_answers_are_passed_over_up_to_a_bound() {
    let storm = |count: usize| format!("{}{OK}", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(count));
    none(ends(storm(100).as_bytes(), &[], [1, 0, 0], ""));
    none(ends(storm(101).as_bytes(), &[], [0, 0, 1], "more than 100 interim answers"));
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut encoder, body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_coding_of_an_empty_body_is_none() {
    let heads = [
        "204 No Content\r\nContent-Encoding: gzip",
        "304 Not Modified\r\nContent-Encoding: gzip",
        "200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0",
        "302 Found\r\nContent-Encoding: gzip\r\nContent-Length: 0",
    ];
    none(
        heads
            .iter()
            .filter_map(|head| ends(format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), &["--compressed"], [1, 0, 0], "")),
    );
    let chunked = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    none(ends(chunked, &["--compressed"], [1, 0, 0], ""));
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n";
    none(ends(head, &["--compressed", "-X", "HEAD"], [1, 0, 0], ""));
}

#[test]
fn a_body_that_cannot_be_unpacked_says_why() {
    let packed = gzip(b"hello");
    let answer = |coding: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let flags = ["--compressed", "--expect-contains", "hello"];
    none(ends(&answer("GZIP", &packed), &flags, [1, 0, 0], ""));
    none(ends(&answer("gzip", b"hello"), &flags, [0, 0, 1], "the body is no gzip"));
    none(ends(&answer("gzip", &packed.repeat(2)), &flags, [0, 0, 1], "bytes follow the end of the body's gzip stream"));
    none(ends(&answer("gzip", &packed[..12]), &flags, [0, 0, 1], "cannot be unpacked as gzip"));
    none(ends(&answer("zstd", b"hello"), &flags, [0, 0, 1], "packed as zstd"));
}

#[test]
fn bytes_that_came_before_a_request_are_never_its_answer() {
    // After each answer a second one that nothing asked for, while the connection rests.
    let server = Raw::start(|peer| {
        while peer.request().is_some() {
            peer.send(OK);
            thread::sleep(MS);
            peer.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let url = server.at("/");
    let (_, report) = report(&[&url, "--users", "2", "--loops", "10", "--wait", "45ms", "--expect-status", "200"]);
    assert_eq!(counts(&report), [20, 0, 0], "{report:#}");
    let [sent, resent] = ["count", "resent"].map(|key| of_requests(&report, key));
    assert!(server.hits() >= sent && server.hits() <= sent + resent, "{} hits of {sent} + {resent}", server.hits());
}

#[test]
fn what_meets_a_connection_that_the_service_had_closed_is_counted_apart() {
    // Closes after every third answer, without a word.
    let server = Raw::start(|peer| {
        for _ in 0..3 {
            if peer.request().is_none() {
                return;
            }
            peer.send(OK);
        }
    });
    let url = server.at("/");
    let (output, report) = report(&[&url, "-X", "POST", "-d", "x", "--users", "3", "--loops", "60"]);
    let [sent, never, lost, resent] =
        ["count", "never_accepted", "lost_kept", "resent"].map(|key| of_requests(&report, key));
    assert_eq!(sent, 180);
    let certain = sent - never - lost;
    assert!((certain..=certain + resent).contains(&server.hits()), "{} hits, {certain} and {resent}", server.hits());
    assert_eq!(counts(&report), [180 - lost, 0, lost]);
    if lost > 0 {
        assert!(failure(&report).contains("kept connection"), "{}", failure(&report));
        assert!(output.stderr.contains("lost on a kept connection"), "{}", output.stderr);
    }
}

#[test]
fn a_service_that_eats_kept_connections_is_warned_of_and_can_be_a_gate() {
    let server = Raw::start(|peer| {
        if peer.request().is_some() {
            peer.send(OK);
            if peer.request().is_some() {
                // Read, and never answered.
            }
        }
    });
    let url = server.at("/");
    let (output, report) = report(&[&url, "--loops", "20", "--fail-if", "resent > 5"]);
    assert_eq!((counts(&report), of_requests(&report, "resent")), ([20, 0, 0], 19), "{report:#}");
    assert_eq!(output.code, Some(1));
    assert!(report["warnings"].to_string().contains("19 sent again, 0 lost"), "{}", report["warnings"]);
}

#[test]
fn a_proxy_that_opens_no_way_is_told_by_its_name_and_nothing_was_accepted() {
    let refusing = Raw::answering("HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n");
    let silent = Raw::start(|peer| while peer.head().is_some() {});
    let closing = Raw::start(|peer| drop(peer.head()));
    let socks_silent = Raw::start(|peer| while peer.take(1).is_some() {});
    let socks_refusing = Raw::start(|peer| {
        peer.take(3);
        peer.send([5, 0]);
        peer.take(10);
        peer.send([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]);
        peer.take(1);
    });
    let rows = [
        ("http", &refusing, "opens no connection to 127.0.0.1:9: it answered with status 501"),
        ("http", &silent, "timed out after 300 ms while the proxy opened the way"),
        ("http", &closing, "it closed the connection"),
        ("socks5", &socks_silent, "timed out after 300 ms while the proxy opened the way"),
        ("socks5h", &socks_refusing, "its connection to the target was refused"),
    ];
    let mut broken = Vec::new();
    for (scheme, server, words) in rows {
        let proxy = format!("{scheme}://{}", server.address());
        let args = ["https://127.0.0.1:9/", "--proxy", &proxy, "--loops", "2", "--timeout", "300ms"];
        let (output, report) = report(&args);
        let told = failure(&report);
        let never = of_requests(&report, "never_accepted");
        let is_right = counts(&report) == [0, 0, 2] && never == 2 && told.contains(words);
        if !is_right || !told.contains(server.address()) || output.took > 5000 * MS {
            broken.push(format!("{scheme}: {never} never accepted, '{told}' instead of '{words}', {:?}", output.took));
        }
    }
    none(broken);
    let (_, report) = report(&["http://127.0.0.1:9/", "--proxy", "http://127.0.0.1:1", "--loops", "1"]);
    assert_eq!(failure(&report), "connection refused by the proxy 127.0.0.1:1");
}

#[test]
fn a_socks_proxy_that_looks_names_up_is_given_the_name() {
    const NAME: &str = "nowhere.invalid";
    let server = Raw::start(|peer| {
        peer.take(3);
        peer.send([5, 0]);
        let Some(asked) = peer.take(4 + 1 + NAME.len() + 2) else { return };
        peer.note(&asked[5..5 + NAME.len()], "");
        // By a name of its own, as it may.
        peer.send(b"\x05\x00\x00\x03\x05proxy\x00\x50");
        while peer.request().is_some() {
            peer.send(OK);
        }
    });
    let proxy = format!("socks5h://{}", server.address());
    let (_, report) = report(&[&format!("http://{NAME}:81/"), "--proxy", &proxy, "--loops", "2"]);
    assert_eq!(counts(&report), [2, 0, 0], "{report:#}");
    assert_eq!(server.requests()[0], NAME);
    assert!(of_requests(&report, "new_connections") == 1);
    assert!(report["requests"][0]["phases_ms"]["proxy"]["count"] == 1, "{}", report["requests"][0]["phases_ms"]);
}

#[test]
fn a_redirect_is_followed_however_its_location_is_written() {
    let server = Raw::start(|peer| {
        while let Some(request) = peer.request() {
            let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
            match path.as_str() {
                "/1" => peer.send("HTTP/1.1 302 Found\r\nLocation: /caf\u{e9} au lait\r\nContent-Length: 0\r\n\r\n"),
                "/caf%C3%A9%20au%20lait" => {
                    peer.send(
                        b"HTTP/1.1 300 Multiple\r\nlocation: ?\xe9#x\r\nLocation: /wrong\r\nContent-Length: 0\r\n\r\n",
                    );
                }
                "/caf%C3%A9%20au%20lait?%E9" => {
                    peer.send("HTTP/1.1 302 Found\r\nLocation:\r\nContent-Length: 0\r\n\r\n")
                }
                _ => peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
            }
        }
    });
    let url = server.at("/1");
    let (_, report) = report(&[&url, "-L", "--loops", "1"]);
    assert_eq!((counts(&report), server.hits()), ([1, 0, 0], 3), "{report:#}");
}

#[test]
fn a_redirect_for_ever_is_an_exception() {
    let answer = "HTTP/1.1 302 Found\r\nLocation: /caf\u{e9}\r\nContent-Length: 0\r\n\r\n";
    none(ends(answer.as_bytes(), &["-L"], [0, 0, 1], "more than 10 redirects"));
}

#[test]
fn a_long_body_is_counted_whole_and_what_looks_at_it_needs_room() {
    let body = "x".repeat(200_000);
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let answer = answer.as_bytes();
    let small = ["--max-body", "100KiB"];
    none(ends(answer, &small, [1, 0, 0], ""));
    none(ends(answer, &[&small[..], &["--expect-contains", "y"]].concat(), [0, 0, 1], "raise max-body"));
    none(ends(answer, &["--max-body", "1MiB", "--expect-contains", "y"], [0, 1, 0], "wanted a body that contains 'y'"));
}

#[test]
fn hurl_files_count_and_hash_a_long_body_whole_and_see_no_more_of_it_than_is_kept() {
    let body = "x".repeat(200_000);
    let plain = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    let packed = gzip(body.as_bytes());
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len());
    let packed = [head.as_bytes(), &packed].concat();
    let rows: [(String, i32, &str); 5] = [
        ("bytes count == 200000".into(), 0, ""),
        (format!("sha256 == hex,{SHA256};\nmd5 == hex,{MD5};"), 0, ""),
        ("bytes count == 102400".into(), 4, "integer <200000>"),
        ("body contains \"y\"".into(), 3, "only the first 102400 of its 200000 bytes are kept; raise max-body"),
        ("bytes startsWith hex,78;".into(), 3, "body too long"),
    ];
    let mut broken = Vec::new();
    for answer in [plain, packed] {
        let server = Raw::answering(answer);
        for (assert, code, words) in &rows {
            let reports = Reports::new();
            let file = reports.path("long.hurl");
            std::fs::write(&file, format!("GET {}\nHTTP 200\n[Asserts]\n{assert}\n", server.at("/"))).unwrap();
            let output = perfloop(&["test", "--max-body", "100KiB", &file]);
            if output.code != Some(*code) || !output.stderr.contains(words) {
                broken.push(format!("{assert}: {output:#?}"));
            }
            // Under load what cannot be told is an exception, no fail.
            let (_, report) = report(&[&file, "--max-body", "100KiB", "--loops", "1"]);
            let wanted = [u64::from(*code == 0), u64::from(*code == 4), u64::from(*code == 3)];
            if counts(&report) != wanted {
                broken.push(format!("{assert}: {:?} under load", counts(&report)));
            }
        }
    }
    none(broken);
}
