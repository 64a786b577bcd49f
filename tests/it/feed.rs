//! Feeds: which rows users get, what happens after the last one, and where the values go.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use perfloop::{AtEnd, CheckResult, EndReason, Feed, Plan, User};
use serde_json::{Value, json};

use crate::support::{Output, Service, complaint, finish, is_refused, none, perfloop, run};

/// A run that ends by itself long before.
const LONG: Duration = Duration::from_secs(50);

/// A CSV file in a folder of its own.
struct Csv {
    path: String,
    _folder: tempfile::TempDir,
}

impl Csv {
    fn new(bytes: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.csv").to_str().unwrap().to_owned();
        fs::write(&path, bytes).unwrap();
        Csv { path, _folder: folder }
    }

    /// A column of names: `n0`, `n1`, …
    fn names(count: usize) -> Self {
        Self::new(["name\n".to_owned()].into_iter().chain((0..count).map(|n| format!("n{n}\n"))).collect::<String>())
    }
}

/// How often each path was asked for, when it was each name once.
fn each_name(count: usize, times: u64) -> BTreeMap<String, u64> {
    (0..count).map(|n| (format!("/users/n{n}"), times)).collect()
}

/// The run's numbers as JSON, and the exit code.
fn report(args: &[&str]) -> (Value, Option<i32>) {
    let output = perfloop(&[args, &["--quiet", "--json", "-"]].concat());
    (output.json(), output.code)
}

/// What arrived at `/echo`, told by the only request of the run.
fn echoed(service: &Service, target: &str, args: &[&str]) -> Value {
    let url = service.at(target);
    let output = perfloop(&[&["--loops", "1", "--log-http", "-", "--show-secrets", url.as_str()], args].concat());
    assert_eq!(output.code, Some(0), "{output:#?}");
    let (_, answer) = output.stdout.split_once("\n< 200").unwrap();
    let body = answer.lines().filter_map(|line| line.strip_prefix("< ")).find(|line| line.starts_with('{')).unwrap();
    serde_json::from_str(body).unwrap()
}

#[derive(Debug, serde::Deserialize)]
struct Person {
    name: String,
    age: u8,
}

#[test]
fn eight_users_take_each_unique_row_once_and_the_run_ends_by_it() {
    let service = Service::start();
    let csv = Csv::names(500);
    let feed = Feed::untyped(&csv.path).unwrap().unique();
    let base = service.at("/users");
    let check = move |user: &mut User| -> CheckResult {
        let name = feed.next(user)?.get("name").unwrap();
        user.get(&format!("{base}/{name}")).name("GET /users/{name}").send()?.expect_status(200)?;
        Ok(())
    };
    let summary = run(Plan::new().users(8).time(LONG), check);
    assert_eq!(service.hits(), each_name(500, 1));
    assert_eq!(summary.end.unwrap().reason, EndReason::DataUsedUp);
    assert_eq!(summary.used_up.as_deref(), Some(csv.path.as_str()));
    let totals = &summary.whole.totals;
    assert_eq!((totals.pass, totals.ended(), totals.unfinished), (500, 500, 0));
    assert!(summary.failures.is_empty(), "{:?}", summary.failures);
}

#[test]
fn each_row_goes_through_all_checks_of_its_iteration() {
    let service = Service::start();
    let csv = Csv::names(60);
    let args = ["--users", "8", "--time", "50", "--feed", &csv.path, "--feed-order", "unique"];
    let urls = [service.at("/users/{name}"), service.at("/echo?name={name}"), service.at("/fast")];
    let (json, code) = report(&[&args[..], &urls.each_ref().map(String::as_str)].concat());
    assert_eq!((code, &json["run"]["end"], &json["totals"]["pass"]), (Some(0), &json!("data_used_up"), &json!(180)));
    let mut wanted = each_name(60, 1);
    wanted.extend([("/echo".to_owned(), 60), ("/fast".to_owned(), 60)]);
    assert_eq!(service.hits(), wanted);
    let names: Vec<&Value> = json["checks"].as_array().unwrap().iter().map(|check| &check["name"]).collect();
    assert_eq!(names, ["GET /users/{name}", "GET /echo", "GET /fast"]);
}

#[test]
fn circular_rows_are_given_in_turn_over_all_users() {
    let service = Service::start();
    let csv = Csv::names(3);
    for order in [&[][..], &["--feed-order", "circular"]] {
        service.reset_hits();
        let url = service.at("/users/{name}");
        let (json, code) = report(&[&["--users", "4", "--loops", "6", "--feed", &csv.path, &url], order].concat());
        assert_eq!((code, &json["run"]["end"]), (Some(0), &json!("loops_done")));
        assert_eq!(service.hits(), each_name(3, 8));
    }
}

#[test]
fn random_rows_are_the_same_in_each_run_and_not_the_same_for_each_user() {
    let rows = || {
        let seen = Arc::new(Mutex::new(BTreeMap::<u32, Vec<u32>>::new()));
        let feed = Feed::from_rows((0..100).collect()).random();
        let sink = Arc::clone(&seen);
        let check = move |user: &mut User| -> CheckResult {
            let row = *feed.next(user)?;
            sink.lock().unwrap().entry(user.id()).or_default().push(row);
            Ok(())
        };
        let summary = run(Plan::new().users(3).loops(50).seed(7), check);
        assert_eq!(summary.whole.totals.pass, 150);
        seen.lock().unwrap().clone()
    };
    let (first, second) = (rows(), rows());
    assert_eq!(first, second);
    assert_eq!(first.values().collect::<BTreeSet<_>>().len(), 3, "{first:?}");
    let kinds: BTreeSet<_> = first.values().flatten().collect();
    assert!(kinds.len() > 50, "150 rows out of 100: {kinds:?}");
}

#[test]
fn random_rows_are_those_of_the_file() {
    let service = Service::start();
    let csv = Csv::names(3);
    let url = service.at("/users/{name}");
    let (_, code) = report(&["--users", "3", "--loops", "40", "--feed", &csv.path, "--feed-order", "random", &url]);
    let hits = service.hits();
    assert_eq!((code, hits.values().sum::<u64>()), (Some(0), 120));
    assert!(hits.keys().eq(each_name(3, 1).keys()), "{hits:?}");
}

#[test]
fn the_end_of_the_rows_stops_fails_or_starts_over() {
    let service = Service::start();
    let csv = Csv::names(10);
    let url = service.at("/users/{name}");
    let args = ["--users", "4", "--loops", "5", "--feed", &csv.path, "--feed-order", "unique", &url];
    // The end, the passes, the fails, and how often each row was used.
    let rows = [
        (&[][..], 0, "data_used_up", 10, 0, 1),
        (&["--feed-end", "stop"], 0, "data_used_up", 10, 0, 1),
        (&["--feed-end", "fail"], 1, "loops_done", 10, 10, 1),
        (&["--feed-end", "again"], 0, "loops_done", 20, 0, 2),
    ];
    for (end, wanted_code, reason, pass, fail, times) in rows {
        service.reset_hits();
        let (json, code) = report(&[&args[..], end].concat());
        let used_up = if reason == "data_used_up" { json!(csv.path) } else { Value::Null };
        let run = &json["run"];
        assert_eq!((code, &run["end"], &run["used_up"]), (Some(wanted_code), &json!(reason), &used_up), "{end:?}");
        let totals = &json["totals"];
        assert_eq!((&totals["pass"], &totals["fail"], &totals["exception"]), (&json!(pass), &json!(fail), &json!(0)));
        assert_eq!(service.hits(), each_name(10, times), "{end:?}");
        if fail > 0 {
            let message = json["failures"][0]["message"].as_str().unwrap();
            assert!(message.starts_with("the rows of ") && message.contains("users.csv are used up"), "{message}");
        }
    }
    let Output { stdout, .. } = perfloop(&[&args[..], &["--quiet"]].concat());
    assert!(stdout.contains(&format!("(the rows of {} are used up): 10 pass", csv.path)), "{stdout}");
}

#[test]
fn the_end_of_the_rows_wakes_users_that_rest() {
    let feed = Feed::from_rows(vec![1, 2, 3]).unique();
    let check = move |user: &mut User| -> CheckResult {
        feed.next(user)?;
        Ok(())
    };
    // Of the users who start one after the other, the last two find nothing; the first three would rest for long.
    let plan = Plan::new().users(5).time(LONG).wait(LONG).ramp_up(Duration::from_millis(500));
    let summary = run(plan, check);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.ended()), (3, 3));
    let end = summary.end.unwrap();
    assert_eq!((end.reason, end.duration < LONG / 2), (EndReason::DataUsedUp, true), "{end:?}");
    assert_eq!(summary.used_up.as_deref(), Some("the feed"));
}

#[test]
fn a_check_that_found_no_row_is_not_counted_whatever_it_makes_of_it() {
    let feed = Feed::from_rows(vec![1, 2]).unique().at_end(AtEnd::Stop);
    let also = feed.clone();
    let test = perfloop::LoadTest::new(Plan::new().users(1).time(LONG))
        .check("panics", move |user: &mut User| assert!(*feed.next(user).unwrap() < 3))
        .check("after", move |user: &mut User| assert!(user.iteration() < 3 && also.rows().len() == 2));
    let summary = finish(test);
    let passes: Vec<u64> = summary.whole.checks.iter().map(|check| check.pass).collect();
    assert_eq!((passes, summary.whole.totals.ended()), (vec![2, 2], 4));
    assert_eq!(summary.end.unwrap().reason, EndReason::DataUsedUp);
}

#[test]
fn typed_rows_are_read_by_column_and_the_same_feed_goes_on_in_the_next_run() {
    let csv = Csv::new("age,name\n7,Ann\n8,Bob\n9,Cy\n");
    let feed = Feed::<Person>::from_csv(&csv.path).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    for loops in [2, 3] {
        let (feed, sink) = (feed.clone(), Arc::clone(&seen));
        let check = move |user: &mut User| -> CheckResult {
            let Person { name, age } = feed.next(user)?;
            sink.lock().unwrap().push(format!("{name} {age}"));
            Ok(())
        };
        assert_eq!(run(Plan::new().loops(loops), check).whole.totals.pass, loops);
    }
    assert_eq!(*seen.lock().unwrap(), ["Ann 7", "Bob 8", "Cy 9", "Ann 7", "Bob 8"]);
}

#[test]
fn a_value_cannot_leave_its_place_in_a_url_or_a_json_body() {
    let service = Service::start();
    let csv = Csv::new("text,id\n\"a/b?c=d&e#f %\"\"\\\nü+\",7\n");
    let text = "a/b?c=d&e#f %\"\\\nü+";
    let encoded = "a%2Fb%3Fc%3Dd%26e%23f%20%25%22%5C%0A%C3%BC%2B";
    let feed = ["--feed", csv.path.as_str()];

    let echo = echoed(&service, "/echo?q={text}&x={id}&json={\"a\":1}", &feed);
    assert_eq!(echo["query"], format!("q={encoded}&x=7&json={{%22a%22:1}}"));

    for (data, header) in
        [("{\"a\": {\"id\": {id}, \"t\": \"{text}\", \"x\": \"{ no }\"}}", "x: y"), (" [{id}, \"{text}\"]", "x: y")]
    {
        let echo = echoed(&service, "/echo", &[&feed[..], &["-d", data, "-H", header]].concat());
        let body: Value = serde_json::from_str(echo["body"].as_str().unwrap()).unwrap();
        let wanted = if data.starts_with('{') {
            json!({ "a": { "id": 7, "t": text, "x": "{ no }" } })
        } else {
            json!([7, text])
        };
        assert_eq!(body, wanted);
    }
    let typed = ["-d", "\"{text}\"", "-H", "Content-Type: application/json"];
    let echo = echoed(&service, "/echo", &[&feed[..], &typed].concat());
    assert_eq!(serde_json::from_str::<Value>(echo["body"].as_str().unwrap()).unwrap(), text);
    let echo = echoed(&service, "/echo", &[&feed[..], &["-d", "text={text}"]].concat());
    assert_eq!(echo["body"], format!("text={encoded}"), "a body is a form's");
    let plain = ["-d", "text={text}", "-H", "Content-Type: text/plain"];
    let echo = echoed(&service, "/echo", &[&feed[..], &plain].concat());
    assert_eq!(echo["body"], format!("text={text}"), "what has no escapes is sent as it is");
}

#[test]
fn a_path_segment_stays_one_segment() {
    let service = Service::start();
    let csv = Csv::new("name\na/b c\n");
    let url = service.at("/users/{name}");
    let (json, code) = report(&["--loops", "2", "--feed", &csv.path, &url]);
    assert_eq!((code, service.hits()), (Some(0), [("/users/a%2Fb%20c".to_owned(), 2)].into()));
    assert_eq!(json["requests"][0]["name"], "GET /users/{name}");
}

#[test]
fn headers_credentials_and_a_body_from_a_file_are_filled() {
    let service = Service::start();
    let csv = Csv::new("user,password,id\nann,s3cret,7\n");
    let body = Csv::new("id={id}, {user} {iteration} { unknown }");
    let data = format!("@{}", body.path);
    let flags = ["--feed", &csv.path, "-d", &data, "--basic-auth", "{user}:{password}"];
    let headers = ["-H", "X-Id: no {id}", "-H", "X-Id: fixed", "-H", "x-run: {iteration}"];
    let echo = echoed(&service, "/echo", &[&flags[..], &headers].concat());
    assert_eq!(echo["body"], "id=7, ann 1 { unknown }", "a column comes before a built-in name");
    let sent = &echo["headers"];
    assert_eq!((&sent["x-id"], &sent["x-run"]), (&json!("no 7, fixed"), &json!("1")));
    assert_eq!(sent["authorization"], "Basic YW5uOnMzY3JldA==");
}

#[test]
fn the_user_and_the_iteration_are_known_without_a_file() {
    let service = Service::start();
    let url = service.at("/users/{user}-{iteration}");
    let (json, code) = report(&["--users", "2", "--loops", "3", &url]);
    let wanted = ["1-1", "1-2", "1-3", "2-1", "2-2", "2-3"].map(|name| (format!("/users/{name}"), 1));
    assert_eq!((code, service.hits()), (Some(0), wanted.into()));
    assert_eq!(json["requests"][0]["name"], "GET /users/{user}-{iteration}");
}

#[test]
fn expectations_are_those_of_the_row() {
    let service = Service::start();
    let csv = Csv::new("name,email\n\"A \"\"n\"\" n\",ann@a.test\n007,bob@b.test\n");
    let url = service.at("/users");
    let data = "{\"name\": \"{name}\", \"email\": \"{email}\"}";
    let args = ["--loops", "2", "--feed", &csv.path, "-d", data, &url];
    let flags = ["--expect-json", "name=\"{name}\"", "--expect-json", "email={email}", "--expect-contains", "{email}"];
    let (json, code) = report(&[&args[..], &flags].concat());
    assert_eq!((code, &json["totals"]["pass"]), (Some(0), &json!(2)), "{json}");
    let (json, code) = report(&[&args[..], &["--expect-contains", "{email}!"]].concat());
    assert_eq!((code, &json["totals"]["fail"]), (Some(1), &json!(2)));
    let (json, code) = report(&[&args[..], &["--expect-json", "email={name}"]].concat());
    assert_eq!((code, &json["totals"]["fail"]), (Some(1), &json!(2)));
}

#[test]
fn a_value_that_no_header_can_have_is_an_exception_and_no_request() {
    let service = Service::start();
    let csv = Csv::new("id\n\"a\nb\"\n7\n");
    let (json, code) = report(&["--loops", "2", "--feed", &csv.path, "-H", "x-id: {id}", &service.at("/echo")]);
    let totals = &json["totals"];
    assert_eq!((code, &totals["pass"], &totals["exception"]), (Some(1), &json!(1), &json!(1)));
    assert_eq!(service.total_hits(), 1);
}

#[test]
fn a_bad_file_is_refused_before_any_traffic() {
    let service = Service::start();
    let url = service.at("/users/{name}");
    let rows: [(&[u8], &str); 8] = [
        (b"", ": is empty"),
        (b"\n\n", ": is empty"),
        (b"name\n", ": has column names and no rows"),
        (b"name,\na,b\n", " line 1: column 2 has no name"),
        (b"name,name\na,b\n", " line 1: column 'name' is there twice"),
        (b"name,b\na,b\nc\n", " line 3: 1 value for 2 columns"),
        (b"name\na,b\n", " line 2: 2 values for 1 column;"),
        (b"name\na\n\xe4\n", " line 3: is not UTF-8"),
    ];
    let refusal = |path: &str, wanted: &str| {
        let Output { code, stdout, stderr, .. } = perfloop(&["--feed", path, "--loops", "1", &url]);
        let is_line = stderr.starts_with(&format!("perfloop: --feed {path}{wanted}")) && stderr.lines().count() == 1;
        (code != Some(2) || !stdout.is_empty() || !is_line).then(|| format!("{wanted}: {code:?} {stderr:?} {stdout:?}"))
    };
    none(rows.iter().filter_map(|(bytes, wanted)| refusal(&Csv::new(bytes).path, wanted)));
    none(refusal("/no/such.csv", ": cannot be read (No such file"));
    assert_eq!(service.total_hits(), 0);

    let csv = Csv::new("name,age\nAnn,7\nBob,old\n");
    let error = Feed::<Person>::from_csv(&csv.path).unwrap_err();
    let wanted = "line 3, column 'age': 'old' does not fit (invalid digit found in string); mend the value";
    assert_eq!((error.kind(), error.to_string()), (perfloop::ErrorKind::Usage, format!("{} {wanted}", csv.path)));
}

#[test]
fn flags_and_names_that_make_no_sense_are_refused() {
    let service = Service::start();
    let csv = Csv::new("name,age\nAnn,7\n");
    let feed = ["--feed", csv.path.as_str()];
    let (by_name, plain) = (service.at("/users/{name}"), service.at("/users"));
    let (unknown, fragment) = (service.at("/users/{nmae}"), service.at("/users#{name}"));
    let on_host = "http://{name}.test/";
    let rows: [(&[&str], &[&str]); 12] = [
        (&["--feed-order", "unique", &by_name], &["--feed is missing"]),
        (&["--feed-end", "again", &plain], &["--feed is missing"]),
        (&["--feed", &csv.path], &["--feed", "target"]),
        (&["--feed-order", "sorted", feed[0], feed[1], &by_name], &["--feed-order", "circular, random or unique"]),
        (&["--feed-end", "cry", feed[0], feed[1], &by_name], &["--feed-end", "stop, fail or again"]),
        (&["--feed-end", "stop", feed[0], feed[1], &by_name], &["--feed-end", "--feed-order unique"]),
        (
            &["--feed-order", "random", "--feed-end", "stop", feed[0], feed[1], &by_name],
            &["--feed-end", "--feed-order unique"],
        ),
        (&[feed[0], feed[1], &plain], &["--feed", "users.csv: nothing takes a value", "{name}, {age}"]),
        (&[feed[0], feed[1], &unknown], &["TARGET", "{nmae} is no column", "users.csv", "{name}, {age}, {user}"]),
        (&[&by_name], &["TARGET", "{name}", "--feed FILE", "{iteration}"]),
        (&[feed[0], feed[1], &fragment], &["TARGET", "{name}", "path and query only"]),
        (&[feed[0], feed[1], on_host], &["TARGET", "{name}", "path and query only"]),
    ];
    none(rows.iter().filter_map(|(args, words)| complaint(&[args, &["--loops", "1"][..]].concat(), words)));
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn a_word_in_braces_that_is_no_column_is_refused_wherever_it_stands() {
    let service = Service::start();
    let csv = Csv::new("name,age\nAnn,7\n");
    let url = service.at("/users/{name}");
    let told = ["{nmae} is no column", "users.csv", "{name}, {age}, {user} or {iteration}", "{ nmae } with spaces"];
    let rows = [
        ("--header", "X-Name: {nmae}"),
        ("--data", "{\"name\": {nmae}}"),
        ("--basic-auth", "{nmae}:secret"),
        ("--expect-json", "name={nmae}"),
        ("--expect-contains", "{nmae}"),
        ("--expect-header", "X-Name: {nmae}"),
    ];
    none(rows.iter().filter_map(|(flag, text)| {
        complaint(&["--loops", "1", "--feed", &csv.path, flag, text, &url], &[&[*flag][..], &told[..]].concat())
    }));
    let file = csv.path.replace("users.csv", "body.json");
    fs::write(&file, "{nmae}").unwrap();
    is_refused(&["--loops", "1", "--feed", &csv.path, "--data", &format!("@{file}"), &url], &["--data", "{nmae}"]);
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn braces_around_more_than_a_word_are_text_and_without_a_feed_all_are() {
    let service = Service::start();
    let csv = Csv::new("name\nAnn\n");
    let data = "{\"query\": \"{ viewer { login } }\", \"name\": \"{name}\", \"none\": {}}";
    let echo = echoed(&service, "/echo", &["--feed", &csv.path, "-d", data]);
    assert_eq!(echo["body"], data.replace("{name}", "Ann"));
    let echo = echoed(&service, "/echo", &["-d", "{login} {user}", "-H", "X-Braces: {a}"]);
    assert_eq!((&echo["body"], &echo["headers"]["x-braces"]), (&json!("{login} 1"), &json!("{a}")));
}

#[test]
fn a_column_that_hides_a_built_in_name_is_told_where_it_is_used() {
    let service = Service::start();
    let csv = Csv::new("user,name\nann,Ann\n");
    let warning = "warning: {user} is the column of ";
    for (data, is_warned) in [("{user}", true), ("{name} {iteration}", false)] {
        for more in [&[][..], &["--dry-run"]] {
            let url = service.at("/echo");
            let args = [&["--loops", "1", "--feed", &csv.path, "-d", data, &url][..], more].concat();
            let output = perfloop(&args);
            assert_eq!((output.code, output.stdout.contains(warning)), (Some(0), is_warned), "{output:#?}");
        }
    }
}
