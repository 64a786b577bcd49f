//! The live page's server: starting, watching, changing and stopping a run over HTTP, and who may do it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::{Reports, Running, Service, alone, eventually, spawn};

/// A perfloop that serves its page.
struct Page {
    running: Running,
    url: String,
    client: Client,
}

impl Page {
    /// `perfloop serve`, or another command that shows the page.
    fn start(args: &[&str]) -> Page {
        let running = spawn(&[args, &["--web-addr", "127.0.0.1:0"]].concat());
        let link = |text: &str| text.lines().find_map(|line| line.strip_prefix("page: ").map(str::to_owned));
        eventually("the page is served", || link(&running.stderr()).is_some());
        let url = link(&running.stderr()).unwrap().trim_end_matches('/').to_owned();
        let client = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Page { running, url, client }
    }

    fn serve(args: &[&str]) -> Page {
        Page::start(&[&["serve"], args].concat())
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn get(&self, path: &str) -> Value {
        let response = self.client.get(self.at(path)).send().unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.json().unwrap()
    }

    fn api(&self, path: &str) -> Value {
        self.get(&format!("/api/v1{path}"))
    }

    fn post(&self, path: &str, body: &Value) -> Response {
        self.client.post(self.at(&format!("/api/v1{path}"))).json(body).send().unwrap()
    }

    /// Starts a run of these fields.
    fn run(&self, fields: &Value) -> String {
        let response = self.post("/runs", &json!({ "fields": fields }));
        let status = response.status();
        let answer: Value = response.json().unwrap();
        assert_eq!(status, 201, "{answer}");
        answer["run"].as_str().unwrap().to_owned()
    }

    fn state(&self) -> String {
        self.api("/state")["state"].as_str().unwrap().to_owned()
    }

    fn is_stopped(&self) {
        eventually("the run is over", || self.state() == "stopped");
    }
}

/// Sum of all that a check can end as.
fn ended(totals: &Value) -> u64 {
    ["pass", "fail", "exception"].iter().map(|key| totals[key].as_u64().unwrap()).sum()
}

#[test]
fn nothing_runs_until_somebody_starts_it() {
    let service = Service::start();
    let page = Page::serve(&["--users", "3", "--time", "30", &service.at("/fast")]);
    assert_eq!(page.state(), "ready");
    let form = page.api("/form");
    let value = |name: &str| {
        let fields = form["fields"].as_array().unwrap();
        fields.iter().find(|field| field["name"] == name).map(|field| field["value"].clone()).unwrap()
    };
    assert_eq!((value("users"), value("time"), value("wait")), (json!("3"), json!("30"), json!("")));
    let plan: Value = page.post("/plan", &json!({ "fields": { "users": "7", "time": "2s" } })).json().unwrap();
    assert_eq!((plan["plan"].as_str(), plan["warnings"].as_array().map(Vec::len)), (Some("7 users, 2 s"), Some(0)));
    let command = plan["command"].as_str().unwrap();
    assert!(
        command.starts_with("perfloop http://127.0.0.1:") && command.ends_with("/fast --users 7 --time 2s"),
        "{command}"
    );
    assert!(plan["needs"].as_array().unwrap().iter().any(|need| need["of"] == "memory" && need["is_met"] == true));
    assert_eq!(plan["steps"], json!([[0.0, 0.0], [0.0, 7.0], [2.0, 7.0]]));
    assert_eq!(service.total_hits(), 0);
    page.running.signal("INT");
    assert_eq!(page.running.wait().code, Some(0));
}

#[test]
fn what_is_wrong_stands_at_its_field_before_anything_runs() {
    let service = Service::start();
    let page = Page::serve(&["--time", "1", &service.at("/fast")]);
    let rows = [
        (json!({ "users": "x" }), "users", "'x'"),
        (json!({ "users": "0" }), "users", "0 users make no load"),
        (json!({ "time": "soon" }), "time", "'soon'"),
        (json!({ "stages": "10s:5", "rate": "5/s" }), "stages", "cannot be used with"),
        (json!({ "fail-if": ["p95 > fast"] }), "fail-if", "p95 > fast"),
        (json!({ "cacert": "/etc/passwd" }), "cacert", "on the command line"),
        (json!({ "within": ["p95 <"], "time": "" }), "within", "is no comparison"),
        (json!({ "within": ["GET /no: p95 < 1s"], "time": "" }), "within", "no check or request is named 'GET /no'"),
        (json!({ "within": ["p95 < 1s"], "time": "5s" }), "time", "a search for the capacity"),
        (json!({ "within": ["p95 < 1s"], "time": "", "level-time": "1ms" }), "level-time", "at least 200ms"),
        (json!({ "level-time": "1s" }), "within", "is missing"),
    ];
    for (fields, field, told) in rows {
        for path in ["/plan", "/runs"] {
            let response = page.post(path, &json!({ "fields": fields }));
            assert_eq!(response.status(), 422, "{fields}");
            let answer: Value = response.json().unwrap();
            let error = &answer["errors"][0];
            assert!(error["field"] == field || error["field"].is_null(), "{answer}");
            assert!(error["message"].as_str().unwrap().contains(told), "{answer}");
        }
    }
    for body in ["{", "{\"fields\": 3}", "{\"more\": 1}"] {
        let request = page.client.post(page.at("/api/v1/runs")).header("Content-Type", "application/json");
        assert_eq!(request.body(body).send().unwrap().status(), 422, "{body}");
    }
    assert_eq!((service.total_hits(), page.state()), (0, "ready".to_owned()));
}

#[test]
fn a_run_is_started_edited_and_stopped_and_every_request_is_counted() {
    let service = Service::start();
    let page = Page::serve(&["--time", "60", &service.at("/delay/5")]);
    assert_eq!(page.run(&json!({ "users": "8" })), "1");
    eventually("all users are up", || page.api("/runs/current")["run"]["users_up"] == 8);
    assert_eq!(page.post("/runs", &json!({})).status(), 409, "a run goes on");
    let change = |body: Value| page.client.patch(page.at("/api/v1/runs/current")).json(&body).send().unwrap();
    assert_eq!(change(json!({ "users": 3 })).status(), 200);
    eventually("some have left", || page.api("/runs/current")["run"]["users_up"] == 3);
    assert_eq!(change(json!({ "rate": "5/s" })).status(), 422, "this run has no rate");
    assert_eq!(change(json!({ "classes": { "user": 2 } })).status(), 422, "nor classes");
    assert_eq!(change(json!({ "users": -1 })).status(), 422);
    eventually("some seconds are over", || page.api("/runs/current")["run"]["elapsed_s"].as_f64() > Some(2.5));
    assert_eq!(page.post("/runs/current/stop", &json!({})).status(), 200);
    page.is_stopped();
    assert_eq!(page.post("/runs/current/stop", &json!({})).status(), 409);
    assert_eq!(change(json!({ "users": 3 })).status(), 409);
    let told = page.api("/runs/1");
    assert_eq!((ended(&told["totals"]), &told["run"]["is_good"]), (service.total_hits(), &json!(true)));
    let series = page.api("/runs/1/series");
    let texts: Vec<&str> =
        series["marks"].as_array().unwrap().iter().filter_map(|mark| mark["text"].as_str()).collect();
    assert!(texts.contains(&"8 users") && texts.contains(&"edited to 3 users"), "{texts:?}");
    let sum: f64 = series["points"]["rps"].as_array().unwrap().iter().filter_map(Value::as_f64).sum();
    assert!(sum > 0.8 * service.total_hits() as f64, "{series}");
    assert_eq!(page.run(&json!({ "users": "1", "loops": "2", "time": "" })), "2");
    page.is_stopped();
    assert_eq!(ended(&page.api("/runs/2")["totals"]), 2);
    let runs = page.api("/runs");
    let ids: Vec<&str> = runs["runs"].as_array().unwrap().iter().filter_map(|run| run["id"].as_str()).collect();
    assert_eq!(ids, ["2", "1"]);
}

#[test]
fn the_rate_of_arrivals_is_changed_while_a_run_goes_on() {
    let service = Service::start();
    let page = Page::serve(&["--time", "60", &service.at("/fast")]);
    page.run(&json!({ "rate": "1/h" }));
    eventually("the first arrival came", || service.total_hits() == 1);
    let change = |rate: &str| {
        let response =
            page.client.patch(page.at("/api/v1/runs/current")).json(&json!({ "rate": rate })).send().unwrap();
        assert_eq!(response.status(), 200, "{rate}");
    };
    change("200/s");
    eventually("many come", || service.total_hits() > 100);
    change("0");
    std::thread::sleep(Duration::from_millis(300));
    let paused = service.total_hits();
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(service.total_hits(), paused, "a pause");
    change("100/s");
    eventually("and go on", || service.total_hits() > paused + 20);
    assert_eq!(page.api("/runs/current")["run"]["asked_per_s"], 100.0);
    page.post("/runs/current/stop", &json!({}));
    page.is_stopped();
    let told = page.api("/runs/current");
    assert_eq!(ended(&told["totals"]), service.total_hits());
    assert_eq!(told["warnings"], json!([]), "no arrival was dropped");
}

/// Search of the page, as the form asks for it.
fn wished() -> Value {
    json!({ "within": ["p95 < 60ms"], "level-time": "300ms", "max-users": "64", "users": "", "time": "" })
}

#[test]
fn a_search_is_started_and_its_levels_come_in_until_it_has_its_answer() {
    let (_alone, service, reports) = (alone(), Service::start(), Reports::new());
    let (url, folder) = (service.at("/slots/5?service=10ms"), reports.path("history"));
    let page = Page::serve(&["--users", "2", "--history", &folder, &url]);
    let plan: Value = page.post("/plan", &json!({ "fields": wished() })).json().unwrap();
    assert!(plan["plan"].as_str().unwrap().starts_with("search from 1 to 64 users within p95 < 60ms"), "{plan}");
    let command = format!("perfloop capacity '{url}' --max-users 64 --within 'p95 < 60ms' --level-time 300ms");
    assert_eq!((&plan["command"], &plan["steps"]), (&json!(command), &json!([])));
    page.run(&wished());
    assert_eq!(page.api("/runs/current")["run"]["command"], command);
    eventually("a level is measured", || page.api("/runs/1")["search"]["held"]["phase"] == "measuring");
    let change = page.client.patch(page.at("/api/v1/runs/current")).json(&json!({ "users": 3 })).send().unwrap();
    assert_eq!((change.status().as_u16(), &page.api("/runs/1")["run"]["can_edit"]), (422, &json!([])));
    eventually("levels come in", || page.api("/runs/1/search")["levels"].as_array().is_some_and(|all| all.len() > 2));
    let going = page.api("/runs/1/search");
    assert_eq!((&going["answer"], &going["goals"]), (&Value::Null, &json!(["p95 < 60ms", "fail_ratio < 1%"])));
    page.is_stopped();
    let (told, search) = (page.api("/runs/1"), page.api("/runs/1/search"));
    let answer = &search["answer"];
    // Five places of 10 ms each keep 60 ms with 30 users by arithmetic; so short a level tells it roughly.
    let users = answer["answer"].as_f64().unwrap();
    assert!((15.0..=34.0).contains(&users), "{answer:#}");
    assert_eq!((&told["search"]["answer"], &told["verdicts"]["title"]["text"]), (&answer["text"], &answer["text"]));
    let levels = answer["levels"].as_array().unwrap();
    assert_eq!((told["search"]["levels"].as_u64(), &told["search"]["held"]), (Some(levels.len() as u64), &Value::Null));
    assert_eq!(going["levels"].as_array().unwrap()[..], levels[..going["levels"].as_array().unwrap().len()]);
    let took: f64 = levels.iter().filter_map(|level| level["took_s"].as_f64()).sum();
    assert!(told["run"]["elapsed_s"].as_f64().unwrap() >= 0.9 * took, "of the whole search: {told:#}");
    let full_load = page.api("/runs/1/rows?part=full_load");
    let bounds = &full_load["rows"][0]["bounds"];
    assert!(bounds["rps_low"].as_f64().unwrap() < bounds["rps_high"].as_f64().unwrap(), "{full_load}");
    page.running.signal("INT");
    page.running.wait();

    let page = Page::serve(&["--history", &folder, &url]);
    let id = page.api("/runs")["runs"][0]["id"].as_str().unwrap().replace(' ', "%20");
    assert_eq!(page.api(&format!("/runs/{id}/search"))["answer"], *answer);
    let past = page.api(&format!("/runs/{id}"));
    assert_eq!((&past["verdicts"]["title"]["text"], &past["run"]["is_good"]), (&answer["text"], &json!(true)));
}

#[test]
fn a_search_that_is_stopped_tells_what_it_has_found_and_a_run_is_none() {
    let service = Service::start();
    let url = service.at("/delay/20");
    let goal = ["--within", "p95 < 2s", "--level-time", "300ms", "--max-users", "64"];
    let page = Page::start(&[&["capacity", "--web"][..], &goal, &[&url]].concat());
    let mut viewer = page.client.get(page.at("/api/v1/events")).send().unwrap();
    let is_met = |level: &Value| level["outcome"] == "met";
    eventually("it has begun", || page.api("/state")["run"] == "1");
    let levels = || page.api("/runs/1/search")["levels"].clone();
    eventually("a level is met", || levels().as_array().is_some_and(|levels| levels.iter().any(is_met)));
    assert_eq!(page.post("/runs/current/stop", &json!({})).status(), 200);
    page.is_stopped();
    let answer = &page.api("/runs/1/search")["answer"];
    assert_eq!(answer["end"], "interrupted");
    assert!(answer["text"].as_str().unwrap().starts_with("interrupted: at least "), "{answer:#}");
    assert_eq!(page.api("/runs/1")["run"]["is_good"], false);
    page.run(&json!({ "within": [], "level-time": "", "max-users": "", "users": "1", "loops": "2" }));
    eventually("the run is over", || page.api("/runs/2")["run"]["state"] == "stopped");
    assert_eq!(page.api("/runs/2")["search"], Value::Null);
    assert_eq!(page.client.get(page.at("/api/v1/runs/2/search")).send().unwrap().status(), 404);
    let mut byte = [0];
    viewer.read_exact(&mut byte).unwrap();
}

#[test]
fn a_web_run_begins_at_once_and_its_page_goes_when_nobody_looks_on() {
    let service = Service::start();
    let page = Page::start(&["--web", "--users", "2", "--loops", "20", "--pace", "0.05", &service.at("/fast")]);
    assert_eq!(page.api("/state")["waits_for"], "command line");
    let output = page.running.wait();
    assert_eq!(output.code, Some(0), "{output:#?}");
    assert!(output.stdout.contains("40 checks in"), "{}", output.stdout);
    assert_eq!(service.total_hits(), 40);
}

#[test]
fn who_looks_on_keeps_the_page_after_the_end() {
    let service = Service::start();
    let page = Page::start(&["--web", "--loops", "1", "--pace", "0.5", &service.at("/delay/300")]);
    let events = page.client.get(page.at("/api/v1/events")).send().unwrap();
    page.is_stopped();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(page.state(), "stopped");
    drop(events);
    page.running.signal("INT");
    let output = page.running.wait();
    assert!(output.stderr.contains("the page stays as long as it is looked at"), "{}", output.stderr);
    assert_eq!(output.code, Some(0), "the exit code is the run's");
}

#[test]
fn an_interrupt_ends_the_run_with_its_reports_and_then_perfloop() {
    let (service, reports) = (Service::start(), Reports::new());
    let json = reports.path("run.json");
    let page = Page::serve(&["--time", "60", "--json", &json, &service.at("/delay/5")]);
    page.run(&json!({ "users": "4" }));
    eventually("some requests were made", || service.total_hits() > 10);
    page.running.signal("INT");
    assert_eq!(page.running.wait().code, Some(130));
    let totals = &reports.json("run.json")["totals"];
    assert_eq!(ended(totals) + totals["unfinished"].as_u64().unwrap(), service.total_hits());
}

#[test]
fn events_push_a_state_and_a_snapshot_a_second() {
    let service = Service::start();
    let page = Page::serve(&["--time", "3.5", &service.at("/delay/10")]);
    let response = page.client.get(page.at("/api/v1/events")).send().unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut lines = BufReader::new(response).lines().map(Result::unwrap).filter(|line| !line.is_empty());
    let mut next = || {
        let (event, data) = (lines.next().unwrap(), lines.next().unwrap());
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        (event.strip_prefix("event: ").unwrap().to_owned(), data)
    };
    assert_eq!(next().1["state"], "ready");
    page.run(&json!({}));
    let (mut snapshots, mut rps, mut last) = (0, Vec::new(), Value::Null);
    while last["run"]["state"] != "stopped" {
        let (event, data) = next();
        if event == "snapshot" {
            snapshots += 1;
            let points = &data["points"];
            let from = points["from"].as_u64().unwrap() as usize;
            rps.truncate(from);
            assert_eq!(rps.len(), from, "no gap: {points}");
            rps.extend(points["rps"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()));
            last = data;
        }
    }
    assert!((4..=6).contains(&snapshots), "{snapshots}");
    assert!(rps.len() >= 3 && rps[..3].iter().all(|rps| *rps > 50.0), "{rps:?}");
    assert_eq!(ended(&last["totals"]), service.total_hits());
    assert_eq!(last["verdicts"]["title"]["mood"], "good");
}

#[test]
fn twenty_viewers_and_one_that_never_reads_hold_nothing_up() {
    let service = Service::start();
    let page = Page::serve(&["--time", "60", &service.at("/delay/5")]);
    let address = page.url.strip_prefix("http://").unwrap();
    let mut deaf = TcpStream::connect(address).unwrap();
    deaf.write_all(format!("GET /api/v1/events HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
    let viewers: Vec<Response> = (0..20).map(|_| page.client.get(page.at("/api/v1/events")).send().unwrap()).collect();
    page.run(&json!({ "users": "4", "time": "2s" }));
    page.is_stopped();
    let told = page.api("/runs/current");
    assert_eq!(ended(&told["totals"]), service.total_hits());
    assert_eq!(told["warnings"], json!([]));
    for viewer in viewers {
        let mut lines = BufReader::new(viewer).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("\"state\":\"stopped\"")));
    }
}

#[test]
fn failures_come_in_groups_with_their_exchanges_and_by_their_moment() {
    let service = Service::start();
    let page = Page::serve(&["--loops", "30", "--pace", "0.05", &service.at("/status/500")]);
    page.run(&json!({}));
    page.is_stopped();
    let groups = page.api("/runs/1/failures");
    let group = &groups["groups"][0];
    assert_eq!((&group["count"], &group["outcome"], &group["share"]), (&json!(30), &json!("fail"), &json!(1.0)));
    assert_eq!(group["requests"][0]["count"], 30);
    let id = group["id"].as_str().unwrap();
    let kept = page.api(&format!("/runs/1/failures/{id}"));
    let first = &kept["exchanges"][0];
    assert_eq!((&first["status"], &first["method"]), (&json!(500), &json!("GET")));
    assert!(first["curl"].as_str().unwrap().starts_with("curl "), "{first}");
    let moment = page.api("/runs/1/moment?from_s=0&to_s=1");
    let of_moment = &moment["failures"][0];
    assert!((10..=21).contains(&of_moment["count"].as_u64().unwrap()), "{moment}");
    assert!(!of_moment["exchanges"].as_array().unwrap().is_empty(), "{moment}");
    assert_eq!(page.api("/runs/1/moment?from_s=50&to_s=51")["failures"], json!([]));
    let status = |path: &str| page.client.get(page.at(path)).send().unwrap().status().as_u16();
    assert_eq!((status("/api/v1/runs/1/failures/99"), status("/api/v1/runs/9")), (404, 404));
    assert_eq!((status("/api/v1/runs/1/moment"), status("/nowhere")), (400, 404));
}

#[test]
fn every_format_is_downloaded_while_a_run_goes_on_and_after_it() {
    let service = Service::start();
    let page = Page::serve(&["--time", "30", &service.at("/delay/5")]);
    page.run(&json!({}));
    eventually("something was counted", || ended(&page.api("/runs/current")["totals"]) > 5);
    let metrics = page.client.get(page.at("/metrics")).send().unwrap().text().unwrap();
    assert!(metrics.contains("perfloop_users 1") && metrics.ends_with("# EOF\n"), "{metrics}");
    let formats = ["html", "json", "junit", "hlog", "stats.csv", "history.csv", "failures.csv", "exceptions.csv"];
    let load = |format: &str| {
        let response = page.client.get(page.at(&format!("/api/v1/runs/1/report/{format}"))).send().unwrap();
        assert_eq!(response.status(), 200, "{format}");
        let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(disposition.starts_with("attachment; filename=\"perfloop_"), "{disposition}");
        response.text().unwrap()
    };
    for format in formats {
        assert!(!load(format).is_empty(), "{format}");
    }
    page.post("/runs/current/stop", &json!({}));
    page.is_stopped();
    let report: Value = serde_json::from_str(&load("json")).unwrap();
    assert_eq!(ended(&report["totals"]), service.total_hits());
    assert!(load("html").contains("perfloop load test") && load("junit").contains("<testsuites"));
    let rows = page.api("/runs/1/rows?part=full_load");
    assert_eq!(rows["rows"][0]["kind"], "check");
    assert_eq!(page.client.get(page.at("/api/v1/runs/1/report/exe")).send().unwrap().status(), 404);
}

#[test]
fn runs_of_a_folder_are_history_and_two_of_them_compared() {
    let [fast, slow] = [5, 20].map(|ms| Service::with_delay(Duration::from_millis(ms)));
    let reports = Reports::new();
    let folder = reports.path("history");
    let page = Page::serve(&["--time", "3", "--history", &folder, &fast.at("/json")]);
    page.run(&json!({}));
    page.is_stopped();
    page.running.signal("INT");
    page.running.wait();
    std::fs::write(format!("{folder}/no_report.json"), "{}").unwrap();
    std::fs::write(format!("{folder}/broken.json"), "{").unwrap();

    let page = Page::serve(&["--time", "3", "--history", &folder, &slow.at("/json")]);
    assert_eq!(page.api("/state")["history_folder"], json!(folder));
    page.run(&json!({}));
    page.is_stopped();
    eventually("the report is saved", || std::fs::read_dir(&folder).unwrap().count() == 4);
    let runs = page.api("/runs");
    let ids: Vec<String> =
        runs["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((ids.len(), ids[0].as_str()), (2, "1"), "{runs}");
    let old = ids[1].replace(' ', "%20");
    let told = page.api(&format!("/runs/{old}"));
    assert_eq!((&told["run"]["state"], &told["run"]["is_good"]), (&json!("stopped"), &json!(true)));
    assert!(page.api(&format!("/runs/{old}/series"))["points"]["p50_ms"][0].as_f64().unwrap() > 4.0);
    let compared = page.api(&format!("/compare?base={old}&new=1"));
    assert_eq!(compared["verdict"], "worse", "{compared}");
    assert!(compared["rows"][0]["changes"].as_array().unwrap().iter().any(|change| change["metric"] == "p50"));
    let pin = |run: Value| page.client.put(page.at("/api/v1/baseline")).json(&json!({ "run": run })).send().unwrap();
    assert_eq!((pin(json!("nope")).status().as_u16(), pin(json!(ids[1])).status().as_u16()), (404, 200));
    assert_eq!(page.api("/runs")["runs"][1]["is_baseline"], true);
    let escape = page.client.get(page.at("/api/v1/runs/file%20..%2F..%2Fetc%2Fpasswd")).send().unwrap();
    assert_eq!(escape.status(), 404);
}

/// Status of a request with these headers, which may hold what no client would send.
fn raw(page: &Page, method: &str, path: &str, headers: &str) -> String {
    let address = page.url.strip_prefix("http://").unwrap();
    let host = if headers.contains("Host:") { String::new() } else { format!("Host: {address}\r\n") };
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[test]
fn a_name_that_was_bound_to_this_address_sees_nothing() {
    let page = Page::serve(&[]);
    for host in ["evil.test", "evil.test:80", "127.0.0.1:1", "localhost.evil.test"] {
        for path in ["/", "/api/v1/state", "/metrics", "/stats/requests"] {
            assert_eq!(status(&raw(&page, "GET", path, &format!("Host: {host}\r\n"))), "403", "{host}{path}");
        }
    }
    let port = page.url.rsplit_once(':').unwrap().1;
    for host in [format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")] {
        assert_eq!(status(&raw(&page, "GET", "/api/v1/state", &format!("Host: {host}\r\n"))), "200", "{host}");
    }
}

#[test]
fn another_page_changes_nothing() {
    let service = Service::start();
    let page = Page::serve(&["--time", "30", &service.at("/delay/5")]);
    let own = &page.url;
    let foreign = [
        "Origin: http://evil.test\r\n".to_owned(),
        "Origin: null\r\n".to_owned(),
        format!("Origin: {}\r\n", own.replace("http:", "https:")),
        "Sec-Fetch-Site: cross-site\r\n".to_owned(),
        "Sec-Fetch-Site: same-site\r\n".to_owned(),
        format!("Origin: {own}\r\nSec-Fetch-Site: cross-site\r\n"),
    ];
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 25\r\n";
    for headers in &foreign {
        let swarm = raw(&page, "POST", "/swarm", &format!("{headers}{form}"));
        assert_eq!(status(&swarm), "403", "{headers}");
        for (method, path) in [
            ("POST", "/api/v1/runs"),
            ("PATCH", "/api/v1/runs/current"),
            ("PUT", "/api/v1/baseline"),
            ("POST", "/stop"),
            ("GET", "/stop"),
            ("GET", "/stats/reset"),
        ] {
            assert_eq!(status(&raw(&page, method, path, headers)), "403", "{method} {path} {headers}");
        }
    }
    assert_eq!((page.state(), service.total_hits()), ("ready".to_owned(), 0));
    let same = page.client.post(page.at("/api/v1/runs")).header("Origin", own).header("Sec-Fetch-Site", "same-origin");
    assert_eq!(same.json(&json!({})).send().unwrap().status(), 201);
    assert_eq!(status(&raw(&page, "GET", "/stop", "Sec-Fetch-Site: none\r\n")), "200", "typed by a person");
    page.is_stopped();
}

#[test]
fn beyond_loopback_a_token_is_needed_and_it_is_never_logged() {
    let (service, reports) = (Service::start(), Reports::new());
    let json = reports.path("run.json");
    let running = spawn(&[
        "serve",
        "--web-addr",
        "0.0.0.0:0",
        "--web-token",
        "open-sesame",
        "--json",
        &json,
        "--loops",
        "2",
        &service.at("/fast"),
    ]);
    let link = |text: &str| text.lines().find_map(|line| line.strip_prefix("page: ").map(str::to_owned));
    eventually("the page is served", || link(&running.stderr()).is_some());
    let link = link(&running.stderr()).unwrap();
    let (url, _) = link.split_once("/?token=open-sesame").unwrap_or_else(|| panic!("{link}"));
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = url.replace("localhost", "127.0.0.1");
    let state = || client.get(format!("{url}/api/v1/state"));
    let status = |request: RequestBuilder| {
        // What is bound to all addresses is asked for by one of them.
        let port = url.rsplit_once(':').unwrap().1;
        request.header("Host", format!("0.0.0.0:{port}")).send().unwrap()
    };
    assert_eq!(status(state()).status(), 401);
    assert_eq!(status(state().header("Authorization", "Bearer open")).status(), 401);
    assert_eq!(status(state().header("Cookie", "perfloop_token=wrong")).status(), 401);
    assert_eq!(status(client.get(format!("{url}/page/app.js"))).status(), 401);
    assert_eq!(status(client.get(format!("{url}/?token=wrong"))).status(), 401);
    assert_eq!(status(state().header("Authorization", "Bearer open-sesame")).status(), 200);
    let entered = status(client.get(format!("{url}/?token=open-sesame")));
    assert_eq!((entered.status().as_u16(), entered.headers()["location"].to_str().unwrap()), (303, "/"));
    let cookie = entered.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert_eq!(status(state().header("Cookie", "a=b; perfloop_token=open-sesame")).status(), 200);
    let start = client.post(format!("{url}/api/v1/runs")).json(&json!({}));
    assert_eq!(status(start.header("Authorization", "Bearer open-sesame")).status(), 201);
    eventually("the report is written", || std::fs::metadata(&json).is_ok_and(|file| file.len() > 0));
    running.signal("INT");
    let output = running.wait();
    assert_eq!(output.stderr.matches("open-sesame").count(), 1, "in the link alone");
    assert!(!output.stdout.contains("open-sesame"));
    assert!(!std::fs::read_to_string(&json).unwrap().contains("open-sesame"));
}

#[test]
fn a_token_is_made_up_where_none_is_given_beyond_loopback() {
    let running = spawn(&["serve", "--web-addr", "0.0.0.0:0"]);
    eventually("the page is served", || running.stderr().contains("page: "));
    let text = running.stderr();
    let token = text.split_once("?token=").unwrap().1.trim().to_owned();
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
}

#[test]
fn answers_say_what_a_browser_may_do_with_them() {
    let page = Page::serve(&[]);
    for path in ["/", "/page/app.js", "/page/looks.css", "/api/v1/state", "/nowhere"] {
        let response = page.client.get(page.at(path)).send().unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!((header("x-content-type-options"), header("x-frame-options")), ("nosniff".into(), "DENY".into()));
        assert!(response.headers().get("access-control-allow-origin").is_none());
    }
    let index = page.client.get(page.at("/")).send().unwrap().text().unwrap();
    assert!(!index.contains("<style") && !index.contains("style=") && !index.contains("onclick"), "nothing inline");
    assert!(!index.contains("http://") && !index.contains("https://"), "nothing from elsewhere");
}

#[test]
fn a_long_body_is_refused_and_a_slow_client_is_hung_up_on() {
    let page = Page::serve(&[]);
    let long = page.client.post(page.at("/api/v1/runs")).header("Content-Type", "application/json");
    assert!([413, 422].contains(&long.body("x".repeat(1_000_000)).send().unwrap().status().as_u16()));
    let since = Instant::now();
    let mut slow = TcpStream::connect(page.url.strip_prefix("http://").unwrap()).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    let mut answer = String::new();
    let _ = slow.read_to_string(&mut answer);
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
}

#[test]
fn the_page_reaches_no_host_that_the_command_line_does_not_name() {
    let (service, other) = (Service::start(), Service::start());
    let start = |args: &[&str]| {
        let page = Page::serve(&[args, &["--loops", "1", "--host", &service.at(""), "/fast"]].concat());
        let response = page.post("/runs", &json!({ "fields": { "host": other.at("") } }));
        let status = response.status().as_u16();
        if status == 201 {
            page.is_stopped();
        } else {
            let told = response.text().unwrap();
            assert!(told.contains("is not named on the command line"), "{told}");
        }
        status
    };
    assert_eq!((start(&[]), other.total_hits()), (422, 0));
    assert_eq!((start(&["--web-any-host"]), other.total_hits()), (201, 1));
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn flags_of_the_page_need_the_page() {
    for flag in [&["--web-addr", "127.0.0.1:0"][..], &["--open"], &["--history", "x"], &["--web-token", "x"]] {
        let output = crate::support::perfloop(flag);
        assert_eq!(output.code, Some(2), "{flag:?}");
        assert!(output.stderr.contains(&format!("{} is for the page; give --web too", flag[0])), "{}", output.stderr);
    }
    let output = crate::support::perfloop(&["serve", "--web-addr", "256.0.0.1:1"]);
    assert!(output.code == Some(2) && output.stderr.contains("--web-addr 256.0.0.1:1"), "{output:#?}");
}

/// Keys of a value and the kinds of their values, all the way down; of a list its first element tells.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), shape(value))).collect(),
        Value::Array(values) => values.first().map_or(json!([]), |first| json!([shape(first)])),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("text"),
        Value::Bool(_) => json!("bool"),
        Value::Null => json!("number"),
    }
}

#[test]
fn scripts_for_locusts_page_find_its_shapes() {
    let service = Service::start();
    let page = Page::serve(&[&service.at("/status/500")]);
    let swarm = |body: &str| -> Value {
        let request = page.client.post(page.at("/swarm")).header("Content-Type", "application/x-www-form-urlencoded");
        let response = request.body(body.to_owned()).send().unwrap();
        assert_eq!(response.status(), 200, "{body}");
        response.json().unwrap()
    };
    let refused = [
        ("user_count=x&spawn_rate=1", "Invalid user_count value: 'x' (must be an integer)"),
        ("user_count=-1&spawn_rate=1", "Missing or invalid user_count or spawn_rate from /swarm request"),
        ("spawn_rate=1", "Missing or invalid user_count or spawn_rate from /swarm request"),
        (
            "user_count=1&spawn_rate=1&run_time=bad",
            "Valid run_time formats are : 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.",
        ),
    ];
    for (body, message) in refused {
        let answer = swarm(body);
        assert_eq!((&answer["success"], &answer["message"]), (&json!(false), &json!(message)), "{body}");
    }
    assert_eq!(page.get("/stats/requests")["state"], "ready");
    let started = swarm("user_count=2&spawn_rate=10&run_time=30s");
    assert_eq!((&started["success"], &started["message"]), (&json!(true), &json!("Swarming started")));
    eventually("both users are up", || page.get("/stats/requests")["user_count"] == 2);
    assert_eq!(swarm("user_count=1&spawn_rate=10")["success"], true);
    eventually("one has left", || page.get("/stats/requests")["user_count"] == 1);
    eventually("something failed", || {
        page.get("/stats/requests")["errors"].as_array().is_some_and(|all| !all.is_empty())
    });
    let golden: Value = serde_json::from_str(include_str!("locust/stats_requests.json")).unwrap();
    assert_eq!(shape(&page.get("/stats/requests")), shape(&golden));
    assert_eq!(shape(&page.get("/logs")), json!({ "master": ["text"], "workers": {} }));
    let tasks = page.get("/tasks");
    assert_eq!(tasks["per_class"]["user"]["tasks"]["GET /status/500"]["ratio"], 1.0, "{tasks}");
    assert_eq!(tasks["total"]["user"]["tasks"]["GET /status/500"]["ratio"], 1.0, "{tasks}");
    assert_eq!(
        (page.get("/exceptions"), page.get("/worker-count")),
        (json!({ "exceptions": [] }), json!({ "worker_count": 0 }))
    );
    let stopped: Value = page.client.post(page.at("/stop")).send().unwrap().json().unwrap();
    assert_eq!(stopped, json!({ "success": true, "message": "Test stopped" }));
    page.is_stopped();
    let told = page.get("/stats/requests");
    assert_eq!((&told["state"], &told["fail_ratio"]), (&json!("stopped"), &json!(1.0)));
    let all = told["stats"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&all["name"], &all["num_requests"]), (&json!("Aggregated"), &json!(service.total_hits())));
    for (path, first) in [
        ("/stats/requests/csv", "Type,Name,Request Count,"),
        ("/stats/requests_full_history/csv", "Timestamp,User Count,"),
        ("/stats/failures/csv", "Method,Name,Error,"),
        ("/exceptions/csv", "Count,Message,"),
        ("/stats/report?download=1", "<!DOCTYPE html>"),
    ] {
        let text = page.client.get(page.at(path)).send().unwrap().text().unwrap();
        assert!(text.starts_with(first), "{path}: {text:.80}");
    }
    assert_eq!(page.client.post(page.at("/stats/reset")).send().unwrap().text().unwrap(), "ok");
}

/// Fills the parameters of a documented path.
fn filled(path: &str, operation: &Value) -> String {
    let mut filled = path.replace("{run}", "1").replace("{group}", "0").replace("{format}", "json");
    let values = [("from_s", "0"), ("to_s", "2"), ("base", "1"), ("new", "2"), ("after", "0")];
    let query = operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query");
    let pairs: Vec<String> = query
        .filter_map(|one| values.iter().find(|(name, _)| one["name"] == *name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if !pairs.is_empty() {
        filled += &format!("?{}", pairs.join("&"));
    }
    filled
}

#[test]
fn what_the_api_answers_is_what_its_description_says() {
    let service = Service::start();
    let page = Page::serve(&["--time", "2.5", "--users", "2", &service.at("/status/500")]);
    let search = json!({ "within": ["p95 < 1s"], "level-time": "300ms", "users": "", "time": "" });
    for fields in [search, json!({})] {
        page.run(&fields);
        page.is_stopped();
    }
    let document: Value = serde_json::from_str(include_str!("../../schema/page.openapi.json")).unwrap();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("http://page.test/", document.clone()).unwrap();
    let mut checked = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let operation = &operations["get"];
        let content = &operation["responses"]["200"]["content"];
        if operation.is_null() || content["application/json"].is_null() {
            continue;
        }
        let answer = page.api(&filled(path, operation));
        let pointer = path.replace('~', "~0").replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        let at = format!("http://page.test/#/paths/{pointer}/get/responses/200/content/application~1json/schema");
        let schema = compiler.compile(&at, &mut schemas).unwrap();
        schemas.validate(&answer, schema).unwrap_or_else(|error| panic!("{path}: {error:#}\n{answer}"));
        checked += 1;
    }
    assert!(checked >= 15, "{checked}");
}
