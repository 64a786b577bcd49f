//! Requests as a check writes them, as they arrive; and the cookies that go with them.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use perfloop::{CheckResult, HttpSettings, LoadTest, Multipart, Plan, RequestErrorKind, Summary, User};
use serde::Serialize;
use serde_json::json;

use crate::support::{Service, finish, perfloop, run};

/// Runs a check once, which must pass.
#[track_caller]
fn pass(http: HttpSettings, check: impl Fn(&mut User) -> CheckResult + Send + Sync + 'static) -> Summary {
    let summary = run(Plan::new().loops(1).http(http), check);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.ended()), (1, 1), "{:#?}", summary.failures);
    summary
}

/// The same, relative to a service.
#[track_caller]
fn pass_at(service: &Service, check: impl Fn(&mut User) -> CheckResult + Send + Sync + 'static) -> Summary {
    pass(HttpSettings::default().host(service.at("/").parse().unwrap()), check)
}

/// The names its requests were counted under.
fn names(summary: &Summary) -> Vec<String> {
    summary.whole.requests.iter().map(|request| request.name.to_string()).collect()
}

/// A request as bytes: its head in lines, and its body.
#[derive(Debug)]
struct Arrived {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Arrived {
    /// The values of a header.
    fn all(&self, name: &str) -> Vec<&str> {
        let headers = self.head.iter().filter_map(|line| line.split_once(": "));
        headers.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

/// A server that gives these answers (head without the last line break, no body) and keeps what it was sent.
fn answering(answers: Vec<String>) -> (SocketAddr, Receiver<Arrived>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (arrived, requests) = mpsc::channel();
    thread::spawn(move || {
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                match line.trim_end_matches("\r\n") {
                    "" => break,
                    line => head.push(line.to_owned()),
                }
            }
            let mut request = Arrived { head, body: Vec::new() };
            let length = request.all("content-length").first().map_or(0, |length| length.parse().unwrap());
            request.body.resize(length, 0);
            reader.read_exact(&mut request.body).unwrap();
            let answer = format!("{answer}Connection: close\r\nContent-Length: 0\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            arrived.send(request).unwrap();
        }
    });
    (address, requests)
}

const OK: &str = "HTTP/1.1 200 OK\r\n";

#[test]
fn a_query_is_added_to_what_the_url_has_and_encoded() {
    let service = Service::start();
    let summary = pass_at(&service, |user| {
        let rows = [
            ("/echo?x=1", "x=1&q=a%20b%26c%3Dd%2B%C3%A9%2F%25%23&q="),
            ("/echo", "q=a%20b%26c%3Dd%2B%C3%A9%2F%25%23&q="),
            ("/echo?#top", "q=a%20b%26c%3Dd%2B%C3%A9%2F%25%23&q="),
        ];
        for (url, query) in rows {
            let answer = user.get(url).query("q", "a b&c=d+\u{e9}/%#").query("q", "").send()?;
            answer.expect_json("query", query)?;
        }
        user.get("/echo?a=b c").send()?.expect_json("query", "a=b%20c")?;
        Ok(())
    });
    assert_eq!(names(&summary), ["GET /echo"]);
}

#[test]
fn a_form_is_sent_as_browsers_send_it() {
    let service = Service::start();
    pass_at(&service, |user| {
        let answer = user.post("/echo").form(&[("name", "Ann Lee"), ("x&y", "1+1=2\u{e9}")]).send()?;
        answer.expect_json("body", "name=Ann+Lee&x%26y=1%2B1%3D2%C3%A9")?;
        answer.expect_json("headers.content-type", "application/x-www-form-urlencoded")?;
        user.post("/echo").form([("a", "b")]).send()?.expect_json("body", "a=b")?;
        user.post("/echo").form(vec![("a".to_owned(), "b")]).send()?.expect_json("body", "a=b")?;
        user.post("/echo").form(BTreeMap::from([("a", "b"), ("c", "d")])).send()?.expect_json("body", "a=b&c=d")?;
        let own = user.post("/echo").header("Content-Type", "x/y").form([("a", "b")]).send()?;
        own.expect_json("headers.content-type", "x/y")?;
        Ok(())
    });
}

#[test]
fn json_is_written_from_any_type_that_can_be() {
    #[derive(Serialize)]
    struct Movie {
        name: &'static str,
        year: u16,
    }
    let service = Service::start();
    pass_at(&service, |user| {
        let answer = user.put("/echo").json(&Movie { name: "The godfather", year: 1972 }).send()?;
        answer.expect_json("body", r#"{"name":"The godfather","year":1972}"#)?;
        answer.expect_json("headers.content-type", "application/json")?;
        user.post("/echo").json(&json!({"a": [1]})).send()?.expect_json("body", r#"{"a":[1]}"#)?;
        user.post("/echo").json("text").send()?.expect_json("body", "\"text\"")?;
        let own = user.patch("/echo").header("content-type", "application/vnd.api+json").json(&[1, 2]).send()?;
        own.expect_json("headers.content-type", "application/vnd.api+json")?.expect_json("method", "PATCH")?;
        user.delete("/echo").json(&1).send()?.expect_json("body", "1")?;
        Ok(())
    });
    assert_eq!(service.total_hits(), 5);
}

#[test]
fn what_cannot_be_written_is_an_exception_and_is_not_sent() {
    let service = Service::start();
    let host = service.at("/").parse().unwrap();
    let plan = Plan::new().loops(1).http(HttpSettings::default().host(host));
    let picture = || Multipart::new().file("a", "b", "text/plain\r\nX-Evil: 1", "c");
    let summary = finish(
        LoadTest::new(plan)
            .check("json", |user: &mut User| -> CheckResult {
                let lost = user.post("/echo").json(&BTreeMap::from([(vec![1], 2)])).send().unwrap_err();
                assert_eq!(lost.kind, RequestErrorKind::BadRequest);
                Err(lost.into())
            })
            .check("multipart", move |user: &mut User| -> CheckResult {
                Ok(user.post("/echo").multipart(picture()).send().map(drop)?)
            })
            .check("timeout", |user: &mut User| -> CheckResult {
                Ok(user.get("/echo").timeout(Duration::ZERO).send().map(drop)?)
            }),
    );
    assert_eq!((summary.whole.totals.exception, summary.whole.totals.ended(), service.total_hits()), (3, 3, 0));
    let messages: Vec<&str> = summary.failures.iter().map(|group| group.message.as_str()).collect();
    for words in ["written as JSON: key must be a string", "no content type of a file", "timeout of 0"] {
        assert!(messages.iter().any(|message| message.contains(words)), "{words}: {messages:?}");
    }
}

/// Name, file name, content type and content.
type Part<'a> = (String, Option<String>, Option<String>, &'a [u8]);

/// The parts of a multipart body.
fn parts<'a>(content_type: &str, body: &'a [u8]) -> Vec<Part<'a>> {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let delimiter = format!("\r\n--{boundary}");
    let find = |bytes: &[u8], wanted: &str| bytes.windows(wanted.len()).position(|at| at == wanted.as_bytes());
    let mut rest = body.strip_prefix(&delimiter.as_bytes()[2..]).unwrap();
    let mut parts = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = find(part, &delimiter).unwrap();
        let (part, after) = part.split_at(end);
        let head_end = find(part, "\r\n\r\n").unwrap();
        let head = String::from_utf8(part[..head_end].to_vec()).unwrap();
        let between = |from: &str, to: char| {
            let (_, value) = head.split_once(from)?;
            Some(value.split(to).next().unwrap().to_owned())
        };
        assert!(head.starts_with("Content-Disposition: form-data; "), "{head}");
        let content_type = between("\r\nContent-Type: ", '\r');
        parts.push((
            between(" name=\"", '"').unwrap(),
            between(" filename=\"", '"'),
            content_type,
            &part[head_end + 4..],
        ));
        rest = &after[delimiter.len()..];
    }
    assert_eq!(rest, b"--\r\n");
    parts
}

#[test]
fn the_parts_of_a_multipart_body_arrive_as_they_were_given() {
    let (address, requests) = answering(vec![OK.into()]);
    let picture: Vec<u8> = (0..=255).chain(*b"\r\n--perfloop-0000000000000000--\r\n").collect();
    let sent = picture.clone();
    pass(HttpSettings::default(), move |user| {
        let parts = Multipart::new().text("title", "Sun\r\n\u{e9}").text("empty", "").file(
            "the \"picture\"",
            "s\u{fc}n.png",
            "image/png",
            sent.clone(),
        );
        user.post(&format!("http://{address}/upload")).multipart(parts).send()?.expect_status(200)?;
        Ok(())
    });
    let request = requests.recv().unwrap();
    let content_types = request.all("content-type");
    assert_eq!((request.head[0].as_str(), content_types.len()), ("POST /upload HTTP/1.1", 1));
    let named = |text: &str| Some(text.to_owned());
    assert_eq!(
        parts(content_types[0], &request.body),
        [
            ("title".into(), None, None, "Sun\r\n\u{e9}".as_bytes()),
            ("empty".into(), None, None, b""),
            ("the %22picture%22".into(), named("s\u{fc}n.png"), named("image/png"), &picture),
        ]
    );
}

#[test]
fn a_token_is_sent_as_bearer() {
    let service = Service::start();
    pass_at(&service, |user| {
        user.get("/echo").bearer_auth("abc.def").send()?.expect_json("headers.authorization", "Bearer abc.def")?;
        Ok(())
    });
}

#[test]
fn a_path_with_a_space_or_letters_of_any_script_is_encoded_and_named_as_it_was_written() {
    let service = Service::start();
    let summary = pass_at(&service, |user| {
        user.get("/api/title/The godfather/1972").send()?.expect_status(200)?.expect_json("id", "tt0068646")?;
        user.get("/api/title/The%20godfather/1972").send()?.expect_status(200)?;
        user.get("/api/title/Am\u{e9}lie/2001").send()?.expect_status(200)?.expect_json("id", "tt0211915")?;
        Ok(())
    });
    assert_eq!(names(&summary), ["GET /api/title/The godfather/1972", "GET /api/title/Am\u{e9}lie/2001"]);

    let (address, requests) = answering(vec![OK.into()]);
    pass(HttpSettings::default(), move |user| {
        user.get(&format!("http://{address}/a b/\u{e9}?c=d e#f")).send()?;
        Ok(())
    });
    assert_eq!(requests.recv().unwrap().head[0], "GET /a%20b/%C3%A9?c=d%20e HTTP/1.1");
}

#[test]
fn a_head_request_gets_no_body() {
    let service = Service::start();
    pass_at(&service, |user| {
        let answer = user.head("/json").send()?;
        answer.expect_status(200)?.expect_header("content-type", "json")?.expect_body("")?;
        user.get("/echo").send()?.expect_json("method", "GET")?;
        Ok(())
    });
    assert_eq!(service.connections(), 1);
}

#[test]
fn a_timeout_is_that_of_one_request() {
    let service = Service::start();
    let http = HttpSettings::default().timeout(Duration::from_millis(300)).connect_timeout(Duration::from_secs(9));
    let urls = (service.at("/delay/60000"), service.at("/delay/500"));
    // The kernel accepts for it; nobody reads or writes.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_url = format!("https://{}/", silent.local_addr().unwrap());
    pass(http, move |user| {
        let lost = user.get(&urls.0).timeout(Duration::from_millis(100)).send().unwrap_err();
        assert_eq!(lost.kind, RequestErrorKind::Timeout);
        assert!(lost.message.starts_with("timed out after 100 ms while waiting"), "{}", lost.message);
        let lost = user.get(&silent_url).timeout(Duration::from_millis(100)).send().unwrap_err();
        assert_eq!(lost.message, "timed out after 100 ms while shaking hands for TLS");
        user.get(&urls.1).timeout(Duration::from_secs(20)).send()?.expect_status(200)?;
        let lost = user.get(&urls.0).send().unwrap_err();
        assert!(lost.message.starts_with("timed out after 300 ms"), "{}", lost.message);
        Ok(())
    });
}

#[test]
fn an_answer_becomes_a_value_and_its_conditions_hold() {
    #[derive(serde::Deserialize)]
    struct Movie {
        year: u16,
    }
    let service = Service::start();
    pass_at(&service, |user| {
        let answer = user.get("/api/id/tt0068646").send()?;
        assert_eq!(answer.json_as::<Movie>()?.year, 1972);
        answer.expect_json_with("title", |title| title.as_str().is_some_and(|title| title.ends_with("Godfather")))?;
        Ok(())
    });
}

#[test]
fn users_keep_their_cookies_apart_over_iterations() {
    let service = Service::start();
    let (set, shown) = (service.at("/cookies/set"), service.at("/cookies"));
    let plan = Plan::new().users(2).loops(3);
    let summary = run(plan, move |user: &mut User| -> CheckResult {
        let id = user.id().to_string();
        match user.iteration() {
            1 => assert!(user.cookies().is_empty()),
            _ => assert_eq!(user.cookies(), [("id".to_owned(), id.clone())]),
        }
        user.get(&set).query("id", &id).send()?.expect_status(200)?;
        user.get(&shown).send()?.expect_body(format!("{{\"id\":\"{id}\"}}"))?;
        Ok(())
    });
    assert_eq!((summary.whole.totals.pass, service.total_hits()), (6, 12), "{:?}", summary.failures);
}

#[test]
fn a_cookie_that_was_deleted_or_cleared_is_not_sent() {
    let service = Service::start();
    pass_at(&service, |user| {
        user.get("/cookies/set?a=1&b=2").send()?.expect_status(200)?;
        user.get("/cookies").send()?.expect_json("", json!({"a": "1", "b": "2"}))?;
        user.get("/cookies/delete?a").send()?.expect_status(200)?;
        user.get("/cookies").send()?.expect_json("", json!({"b": "2"}))?;
        user.clear_cookies();
        assert!(user.cookies().is_empty());
        user.get("/cookies").send()?.expect_json("", json!({}))?;
        Ok(())
    });
}

#[test]
fn cookies_are_not_sent_to_another_host() {
    let service = Service::start();
    let port = service.address().port();
    let http = HttpSettings::default().resolve("a.test", port, service.address());
    let http = http.resolve("www.a.test", port, service.address()).resolve("b.test", port, service.address());
    pass(http, move |user| {
        user.get(&format!("http://a.test:{port}/cookies/set?a=1")).send()?.expect_status(200)?;
        for (host, cookies) in [("a.test", json!({"a": "1"})), ("www.a.test", json!({})), ("b.test", json!({}))] {
            user.get(&format!("http://{host}:{port}/cookies")).send()?.expect_json("", cookies)?;
        }
        Ok(())
    });
}

#[test]
fn cookies_go_along_with_redirects_and_with_those_given_by_hand() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: /home\r\nSet-Cookie: session=1; Path=/; HttpOnly\r\n";
    let gone_on = "HTTP/1.1 302 Found\r\nLocation: http://b.test:1/\r\nSet-Cookie: here=2; Path=/login\r\n";
    let (address, requests) = answering(vec![moved.into(), gone_on.into(), OK.into(), OK.into()]);
    let http = HttpSettings::default().resolve("b.test", 1, address).follow(9);
    pass(http, move |user| {
        let login = format!("http://{address}/login");
        user.post(&login).header("Cookie", "mine=3").form([("name", "Ann")]).send()?.expect_status(200)?;
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(user.cookies(), [named("session", "1"), named("here", "2")]);
        user.get(&login).header("Cookie", "mine=3; session=4").send()?.expect_status(200)?;
        Ok(())
    });
    let arrived: Vec<Arrived> = requests.iter().collect();
    let cookies: Vec<_> = arrived.iter().map(|request| (request.head[0].as_str(), request.all("cookie"))).collect();
    assert_eq!(
        cookies,
        [
            ("POST /login HTTP/1.1", vec!["mine=3"]),
            ("GET /home HTTP/1.1", vec!["mine=3; session=1"]),
            ("GET / HTTP/1.1", vec![]),
            ("GET /login HTTP/1.1", vec!["mine=3; session=4; here=2"]),
        ]
    );
}

#[test]
fn the_command_line_keeps_cookies_too_and_its_log_shows_those_sent() {
    let service = Service::start();
    let (set, shown) = (service.at("/cookies/set?id=7"), service.at("/cookies"));
    let output = perfloop(&["--loops", "2", "--log-http", "-", "--show-secrets", &set, &shown, "--quiet"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    // Every request but the very first one has it.
    assert_eq!(output.stdout.matches("\n> Cookie: id=7\n").count(), 3, "{}", output.stdout);
    assert_eq!(output.stdout.matches("\n< {\"id\":\"7\"}\n").count(), 2, "{}", output.stdout);

    let masked = perfloop(&["--loops", "2", "--log-http", "-", &set, &shown]);
    assert_eq!(masked.stdout.matches("\n> Cookie: ***\n").count(), 3, "{}", masked.stdout);
    assert!(!masked.stdout.contains(": id=7"), "{}", masked.stdout);
}
