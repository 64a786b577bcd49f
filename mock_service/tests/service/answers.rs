use std::io::{Read, Write};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use serde_json::json;

use crate::client::{connect, get, read_reply, request, send_get, start};

#[test]
fn a_status_is_answered_as_asked_for() {
    let service = start();
    for status in [200, 204, 301, 304, 404, 418, 500, 503, 599, 799] {
        assert_eq!(get(&service, &format!("/status/{status}")).status, status);
    }
    for refused in ["100", "199", "99", "1000", "abc"] {
        assert_eq!(get(&service, &format!("/status/{refused}")).status, 400, "{refused}");
    }
}

#[test]
fn a_delay_is_kept() {
    let service = start();
    for delay in [1, 50] {
        let begin = Instant::now();
        assert_eq!(get(&service, &format!("/delay/{delay}")).json(), json!({ "delay_ms": delay }));
        let took = begin.elapsed();
        assert!(took >= Duration::from_millis(delay) && took < Duration::from_millis(delay + 200), "{took:?}");
    }
    assert_eq!(get(&service, "/delay/18446744073709551615").status, 400);
}

#[test]
fn an_echo_shows_the_request() {
    let service = start();
    let headers = "x-test: one\r\nX-Test: two\r\n";
    let echo = request(&service, "PATCH", "/echo?a=1&b=%20", headers, "h\u{e9}llo").json();
    assert_eq!(echo["method"], "PATCH");
    assert_eq!(echo["path"], "/echo");
    assert_eq!(echo["query"], "a=1&b=%20");
    assert_eq!(echo["headers"]["x-test"], "one, two");
    assert_eq!(echo["headers"]["host"], "test");
    assert_eq!(echo["body"], "h\u{e9}llo");
}

#[test]
fn a_mirror_gives_the_body_back_with_the_headers_asked_for() {
    let service = start();
    let path = "/mirror?x-a=1%3B2&set-cookie=a%3Db&set-cookie=c%3Dd";
    let reply = request(&service, "POST", path, "content-type: text/html; charset=latin1\r\n", "<p>hello</p>");
    assert_eq!((reply.status, reply.text().as_str()), (200, "<p>hello</p>"));
    assert_eq!(reply.header("content-type"), Some("text/html; charset=latin1"));
    assert_eq!(reply.header("x-a"), Some("1;2"));
    let cookies: Vec<_> = reply.head.lines().filter(|line| line.starts_with("set-cookie: ")).collect();
    assert_eq!(cookies, ["set-cookie: a=b", "set-cookie: c=d"]);
    assert_eq!(get(&service, "/mirror").header("content-type"), None);
    for wrong in ["/mirror?content-length=1", "/mirror?a%20b=1", "/mirror?a=b%0Ac"] {
        assert_eq!(get(&service, wrong).status, 400, "{wrong}");
    }
}

#[test]
fn what_is_flaky_answers_in_the_end() {
    let service = start();
    let statuses = |path| [(); 4].map(|()| get(&service, path).status);
    assert_eq!(statuses("/flaky/a/2"), [503, 503, 200, 200]);
    assert_eq!(statuses("/flaky/b/0"), [200; 4]);
    assert_eq!(get(&service, "/flaky/a/9").json()["attempt"], 5);
}

#[test]
fn bytes_come_with_their_length() {
    let service = start();
    for n in [0, 1, 65_536, 200_000] {
        let reply = get(&service, &format!("/bytes/{n}"));
        assert_eq!(reply.header("content-length"), Some(n.to_string().as_str()));
        assert_eq!(reply.body.len(), n);
    }
}

#[test]
fn more_bytes_than_there_is_memory_can_be_started() {
    let service = start();
    let mut stream = connect(&service);
    send_get(&mut stream, "/bytes/1000000000000");
    let mut first = vec![0; 1_000_000];
    stream.read_exact(&mut first).unwrap();
    assert!(String::from_utf8_lossy(&first[..500]).contains("content-length: 1000000000000"));
}

#[test]
fn chunks_have_the_size_asked_for() {
    let service = start();
    let reply = get(&service, "/chunked/3/5");
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    assert_eq!(reply.text(), "5\r\nxxxxx\r\n5\r\nxxxxx\r\n5\r\nxxxxx\r\n0\r\n\r\n");
    let reply = get(&service, "/chunked/2/100000");
    assert_eq!(reply.body.len(), 2 * (100_000 + "186A0\r\n\r\n".len()) + "0\r\n\r\n".len());
    assert_eq!(get(&service, "/chunked/2/0").status, 400);
}

#[test]
fn gzip_is_for_those_who_accept_it() {
    let service = start();
    let plain = get(&service, "/gzip");
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.json()["lines"].is_array());
    for accepted in ["gzip", "deflate, gzip;q=0.5", "*"] {
        let packed = request(&service, "GET", "/gzip", &format!("accept-encoding: {accepted}\r\n"), "");
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        let mut unpacked = Vec::new();
        GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body);
    }
    for refused in ["br", "gzip;q=0", "identity"] {
        let reply = request(&service, "GET", "/gzip", &format!("accept-encoding: {refused}\r\n"), "");
        assert_eq!(reply.header("content-encoding"), None, "{refused}");
    }
}

#[test]
fn redirects_lead_to_an_end() {
    let service = start();
    let mut path = "/redirect/3".to_string();
    for _ in 0..3 {
        let reply = get(&service, &path);
        assert_eq!(reply.status, 302);
        path = reply.header("location").unwrap().to_string();
    }
    assert_eq!((path.as_str(), get(&service, &path).status), ("/redirect/0", 200));
}

#[test]
fn a_redirect_goes_to_any_url_with_any_status() {
    let service = start();
    let reply = get(&service, "/redirect-to?url=http%3A%2F%2Flocalhost%2Fa%3Fb%3D1&status=307");
    assert_eq!((reply.status, reply.header("location")), (307, Some("http://localhost/a?b=1")));
    assert_eq!(get(&service, "/redirect-to?url=/echo").status, 302);
    for wrong in ["/redirect-to", "/redirect-to?url=/echo&status=200", "/redirect-to?url=a%0Ab"] {
        assert_eq!(get(&service, wrong).status, 400, "{wrong}");
    }
}

#[test]
fn cookies_are_set_and_shown() {
    let service = start();
    assert_eq!(get(&service, "/cookies/set?session=abc").header("set-cookie"), Some("session=abc; path=/"));
    assert_eq!(get(&service, "/cookies/set?a=1%3Bx").status, 400);
    let deleted = get(&service, "/cookies/delete?session");
    assert_eq!(deleted.header("set-cookie"), Some("session=; path=/; max-age=0"));
    let shown = request(&service, "GET", "/cookies", "cookie: session=abc; b=c=d\r\n", "").json();
    assert_eq!(shown, json!({ "session": "abc", "b": "c=d" }));
}

#[test]
fn basic_authentication_lets_in_only_its_user() {
    let service = start();
    let path = "/basic-auth/ann/open%20sesame";
    let reply = get(&service, path);
    assert_eq!(reply.status, 401);
    assert!(reply.header("www-authenticate").unwrap().starts_with("basic realm="));
    // ann:open sesame
    let right = "authorization: Basic YW5uOm9wZW4gc2VzYW1l\r\n";
    assert_eq!(request(&service, "GET", path, right, "").status, 200);
    for wrong in ["Basic YW5uOm9wZW4=", "Bearer YW5uOm9wZW4gc2VzYW1l", "Basic %%%", "Basic"] {
        assert_eq!(request(&service, "GET", path, &format!("authorization: {wrong}\r\n"), "").status, 401, "{wrong}");
    }
}

#[test]
fn slow_headers_come_after_the_status_line_on_a_connection_that_lives_on() {
    let service = start();
    let mut stream = connect(&service);
    for _ in 0..2 {
        let begin = Instant::now();
        send_get(&mut stream, "/headers/slow/200");
        let mut line = [0; 17];
        stream.read_exact(&mut line).unwrap();
        assert_eq!(&line, b"HTTP/1.1 200 OK\r\n");
        assert!(begin.elapsed() < Duration::from_millis(150));
        while !read_line(&mut stream).is_empty() {}
        assert!(begin.elapsed() >= Duration::from_millis(200));
        let mut body = [0; 4];
        stream.read_exact(&mut body).unwrap();
        assert_eq!(&body, b"slow");
    }
}

#[test]
fn a_drip_comes_byte_by_byte() {
    let service = start();
    let begin = Instant::now();
    let reply = get(&service, "/drip/5/20");
    assert_eq!((reply.header("content-length"), reply.text().as_str()), (Some("5"), "xxxxx"));
    let took = begin.elapsed();
    assert!(took >= Duration::from_millis(95) && took < Duration::from_secs(2), "{took:?}");
    assert_eq!(get(&service, "/drip/3/0").body.len(), 3);
}

#[test]
fn a_head_request_gets_no_body() {
    let service = start();
    let mut stream = connect(&service);
    stream.write_all(b"HEAD /fast HTTP/1.1\r\nhost: test\r\n\r\n").unwrap();
    let mut head = [0; 17];
    stream.read_exact(&mut head).unwrap();
    stream.write_all(b"GET /fast HTTP/1.1\r\nhost: test\r\n\r\n").unwrap();
    while !read_line(&mut stream).is_empty() {}
    assert_eq!(read_reply(&mut stream).unwrap().json(), json!({ "code": 1 }));
}

fn read_line(stream: &mut impl Read) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        line.push(byte[0]);
    }
    String::from_utf8_lossy(&line).trim().to_string()
}
