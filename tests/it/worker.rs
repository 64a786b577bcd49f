//! Workers of a Locust master: first of one that is made of a few lines here, so that each message can be held against the
//! protocol, then of Locust's own.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant, SystemTime};

use rmpv::Value;

use crate::outputs::scrape;
use crate::support::{Reports, Running, Service, eventually, is_refused, perfloop, spawn};

/// Time within which everything here comes.
const SOON: Duration = Duration::from_secs(20);

/// Master of one worker: what a ROUTER would do.
struct Master {
    listener: TcpListener,
    /// Connections that were given up, and are not closed.
    silent: Vec<TcpStream>,
}

/// Connection of a worker, which has introduced itself.
struct Line {
    stream: TcpStream,
    identity: String,
    answers_heartbeats: bool,
}

#[derive(Debug, Clone)]
struct Message {
    kind: String,
    data: Value,
    node: String,
    at: Instant,
}

impl Master {
    fn new() -> Self {
        Master { listener: TcpListener::bind(("127.0.0.1", 0)).unwrap(), silent: Vec::new() }
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    fn worker(&self, more: &[&str]) -> Running {
        let port = self.port().to_string();
        spawn(&[&["worker", "--master-host", "127.0.0.1", "--master-port", &port][..], more].concat())
    }

    fn accept(&self) -> Line {
        self.listener.set_nonblocking(true).unwrap();
        let by = Instant::now() + SOON;
        let mut stream = loop {
            match self.listener.accept() {
                Ok((stream, _)) => break stream,
                Err(_) => assert!(Instant::now() < by, "no worker came"),
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        let mut greeting = [0; 64];
        stream.read_exact(&mut greeting).unwrap();
        assert_eq!((greeting[0], greeting[9], greeting[10], &greeting[12..16]), (0xff, 0x7f, 3, &b"NULL"[..]));
        // As libzmq introduces itself.
        greeting[8..12].copy_from_slice(&[1, 0x7f, 3, 1]);
        stream.write_all(&greeting).unwrap();
        let (flags, ready) = frame(&mut stream);
        assert_eq!(flags, 4);
        // Behind the name of the command, its role, and the name and length of the identity.
        let identity = String::from_utf8(ready[41..].to_vec()).unwrap();
        let mut answer = b"\x05READY\x0bSocket-Type\0\0\0\x06ROUTER\x08Identity\0\0\0\0".to_vec();
        answer.splice(0..0, [4, answer.len() as u8]);
        stream.write_all(&answer).unwrap();
        Line { stream, identity, answers_heartbeats: true }
    }

    /// A worker that has introduced itself and is known.
    fn know(&self) -> Line {
        let mut line = self.accept();
        let ready = line.next("client_ready");
        assert_eq!((ready.data, &ready.node), (Value::from(-1), &line.identity));
        line.send("ack", map([("index", 0.into())]));
        line
    }
}

fn frame(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let mut byte = [0];
    stream.read_exact(&mut byte).unwrap();
    let flags = byte[0];
    let length = if flags & 2 == 0 {
        stream.read_exact(&mut byte).unwrap();
        usize::from(byte[0])
    } else {
        let mut long = [0; 8];
        stream.read_exact(&mut long).unwrap();
        u64::from_be_bytes(long) as usize
    };
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (flags, body)
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

impl Line {
    fn send(&mut self, kind: &str, data: Value) {
        let mut body = Vec::new();
        let message = Value::Array(vec![kind.into(), data, self.identity.as_str().into()]);
        rmpv::encode::write_value(&mut body, &message).unwrap();
        let mut bytes = vec![2];
        bytes.extend((body.len() as u64).to_be_bytes());
        bytes.extend(body);
        self.stream.write_all(&bytes).unwrap();
    }

    fn spawn(&mut self, timestamp: f64, users: u32) {
        let data = map([
            ("timestamp", timestamp.into()),
            ("user_classes_count", map([("User", users.into())])),
            ("host", Value::Nil),
            ("stop_timeout", 0.0.into()),
            ("parsed_options", map([("num_users", users.into())])),
        ]);
        self.send("spawn", data);
    }

    fn read(&mut self) -> Message {
        let (flags, body) = frame(&mut self.stream);
        assert_eq!(flags & !2, 0, "a message is one frame");
        let mut rest = &body[..];
        let value = rmpv::decode::read_value(&mut rest).unwrap();
        assert!(rest.is_empty());
        let [kind, data, node] = &value.as_array().unwrap()[..] else { panic!("{value}") };
        let kind = kind.as_str().unwrap().to_owned();
        if kind == "heartbeat" && self.answers_heartbeats {
            self.send("heartbeat", Value::Nil);
        }
        Message { kind, data: data.clone(), node: node.as_str().unwrap().to_owned(), at: Instant::now() }
    }

    /// The next message of a kind; those of other kinds before it are heard and left.
    fn next(&mut self, kind: &str) -> Message {
        let by = Instant::now() + SOON;
        loop {
            let message = self.read();
            if message.kind == kind {
                return message;
            }
            assert!(Instant::now() < by, "no {kind}");
        }
    }

    /// Messages until one of a kind, and that one.
    fn until(&mut self, kind: &str) -> Vec<Message> {
        let mut messages = Vec::new();
        loop {
            messages.push(self.read());
            if messages.last().unwrap().kind == kind {
                return messages;
            }
        }
    }

    /// Lets a worker go that tells of its run. What it tells until it is gone.
    fn let_go(&mut self) -> Vec<Message> {
        let mut messages = self.until("stats");
        self.send("quit", Value::Nil);
        ["stats", "heartbeat", "stats"].iter().for_each(|kind| messages.extend(self.until(kind)));
        messages
    }
}

fn member<'a>(data: &'a Value, name: &str) -> &'a Value {
    let members = data.as_map().unwrap();
    members.iter().find(|(key, _)| key.as_str() == Some(name)).map_or(&Value::Nil, |(_, value)| value)
}

fn count(data: &Value, name: &str) -> u64 {
    member(data, name).as_u64().unwrap_or_else(|| panic!("{name} of {data}"))
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

/// Requests that reports tell of.
fn told(messages: &[Message]) -> u64 {
    let stats = messages.iter().filter(|message| message.kind == "stats");
    stats.map(|message| count(member(&message.data, "stats_total"), "num_requests")).sum()
}

/// Failures that a master was told of, by their numbers and by their messages.
fn failed(messages: &[Message]) -> (u64, u64) {
    let of = |message: &Message| -> (u64, u64) {
        let failures = count(member(&message.data, "stats_total"), "num_failures");
        let errors = member(&message.data, "errors").as_map().unwrap();
        (failures, errors.iter().map(|(_, error)| count(error, "occurrences")).sum())
    };
    let counts = messages.iter().filter(|message| message.kind == "stats").map(of);
    counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

#[test]
fn a_worker_has_the_users_that_it_is_told_and_tells_all_that_they_did() {
    let (master, service, place) = (Master::new(), Service::start(), Reports::new());
    let json = place.path("own.json");
    let worker = master.worker(&["--wait", "0.01", "--json", &json, &service.at("/fast")]);
    let mut line = master.know();
    let idle = line.next("stats").data;
    assert_eq!(member(member(&idle, "stats_total"), "min_response_time"), &Value::Nil);
    line.spawn(now(), 4);
    line.next("spawning");
    let spawned = line.next("spawning_complete").data;
    assert_eq!((count(&spawned, "user_count"), count(member(&spawned, "user_classes_count"), "User")), (4, 4));
    let mut messages = line.until("stats");
    line.spawn(now(), 2);
    messages.extend(line.until("spawning_complete"));
    assert_eq!(count(&messages.last().unwrap().data, "user_count"), 2);
    line.send("quit", Value::Nil);
    let asked = Instant::now();
    let last = line.until("stats");
    assert!(last.last().unwrap().at - asked < Duration::from_millis(500));
    messages.extend(last);
    messages.extend(line.until("heartbeat"));
    messages.extend(line.until("stats"));
    let output = worker.wait();
    assert_eq!(output.code, Some(0), "{output:?}");
    let own = place.json("own.json");
    let ended = |key: &str| own["totals"][key].as_u64().unwrap();
    assert_eq!(told(&messages), ended("answered"), "{}", own["totals"]);
    let stats: Vec<&Value> =
        messages.iter().filter(|message| message.kind == "stats").map(|message| &message.data).collect();
    let row = stats.iter().find_map(|stats| member(stats, "stats").as_array()?.first().cloned()).unwrap();
    assert_eq!((member(&row, "name").as_str(), member(&row, "method").as_str()), (Some("/fast"), Some("GET")));
    let times = member(&row, "response_times").as_map().unwrap();
    assert_eq!(times.iter().map(|(_, count)| count.as_u64().unwrap()).sum::<u64>(), count(&row, "num_requests"));
}

#[test]
fn an_older_order_is_none_and_a_run_is_stopped_and_begun_anew() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.01", "--quiet", &service.at("/fast")]);
    let mut line = master.know();
    let order = now();
    line.spawn(order, 3);
    assert_eq!(count(&line.next("spawning_complete").data, "user_count"), 3);
    for stale in [order, order - 5.0] {
        line.spawn(stale, 9);
        line.next("spawning");
    }
    assert_eq!(count(&line.next("stats").data, "user_count"), 3);
    line.send("stop", Value::Nil);
    let stopped = line.until("client_stopped");
    let last = stopped.iter().rposition(|message| message.kind == "stats").unwrap();
    assert!(last < stopped.len() - 1, "its last numbers come before its good-bye");
    line.next("client_ready");
    line.send("ack", map([("index", 0.into())]));
    // Nothing of the run before is told again.
    let before = service.total_hits();
    line.spawn(now(), 1);
    let mut second = line.until("spawning_complete");
    second.extend(line.until("stats"));
    let told = told(&second);
    assert!(told > 0 && told <= service.total_hits() - before, "{told} of {}", service.total_hits() - before);
    line.send("quit", Value::Nil);
    line.next("stats");
    assert_eq!(worker.wait().code, Some(0));
}

#[test]
fn the_metrics_of_a_worker_have_one_address_for_all_its_runs() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.01", "--quiet", "--metrics-addr", "127.0.0.1:0", &service.at("/fast")]);
    let mut line = master.know();
    for users in [2, 3] {
        line.spawn(now(), users);
        assert_eq!(count(&line.next("spawning_complete").data, "user_count"), u64::from(users));
        let up = format!("perfloop_users {users}\n");
        eventually("the metrics are those of this run", || scrape(&worker, "GET /metrics").contains(&up));
        line.send("stop", Value::Nil);
        line.until("client_ready");
        line.send("ack", map([("index", 0.into())]));
    }
    let out = worker.stdout();
    let addresses: Vec<&str> = out.lines().filter(|line| line.starts_with("metrics: ")).collect();
    assert!(addresses.len() == 2 && addresses[0] == addresses[1], "{addresses:?}");
    line.send("quit", Value::Nil);
    assert_eq!(worker.wait().code, Some(0));
}

#[test]
fn failures_are_told_by_request_and_message_with_their_counts() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.02", "--quiet", &service.at("/status/500")]);
    let mut line = master.know();
    line.spawn(now(), 1);
    let messages = line.let_go();
    let (failures, errors) = failed(&messages);
    // The last request may be answered, and its check be cut off before it has judged the answer.
    let cut_off = told(&messages) - failures;
    assert!(failures > 0 && failures == errors && cut_off <= 1, "{failures}, {errors}, {cut_off} cut off");
    assert_eq!(worker.wait().code, Some(0));
}

#[test]
fn failures_of_several_checks_that_say_the_same_of_one_request_are_told_together() {
    let (master, service, place) = (Master::new(), Service::start(), Reports::new());
    let files = ["one.hurl", "other.hurl"].map(|name| place.path(name));
    for file in &files {
        std::fs::write(file, format!("GET {}\nHTTP 200\n", service.at("/status/500"))).unwrap();
    }
    let worker = master.worker(&["--wait", "0.02", "--quiet", &files[0], &files[1]]);
    let mut line = master.know();
    line.spawn(now(), 2);
    let messages = line.let_go();
    let (failures, errors) = failed(&messages);
    assert!(failures > 10 && failures == errors, "{failures} failures, {errors} of them with their message");
    assert_eq!(worker.wait().code, Some(0));
}

#[test]
fn heartbeats_come_each_second_while_all_processors_are_busy() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--quiet", &service.at("/fast")]);
    let mut line = master.know();
    line.spawn(now(), 50);
    line.next("spawning_complete");
    let beats: Vec<Instant> = (0..6).map(|_| line.next("heartbeat").at).collect();
    // Reports are followed by one more; a master gives up after four seconds.
    assert!(beats.windows(2).all(|pair| pair[1] - pair[0] < Duration::from_millis(2500)), "{beats:?}");
    line.send("quit", Value::Nil);
    line.next("stats");
    assert_eq!(worker.wait().code, Some(0));
}

#[test]
fn a_worker_that_is_cut_off_comes_back_as_itself_and_one_that_is_forgotten_as_another() {
    let (mut master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.05", "--quiet", &service.at("/fast")]);
    let mut line = master.know();
    line.spawn(now(), 2);
    line.next("spawning_complete");
    let identity = line.identity.clone();
    drop(line);
    let mut line = master.accept();
    assert_eq!(line.identity, identity);
    // It does not introduce itself twice, and its users work on.
    let state = line.next("heartbeat").data;
    assert_eq!(member(&state, "state").as_str(), Some("running"));
    assert_eq!(count(&line.next("stats").data, "user_count"), 2);
    // A master that answers no heartbeat has forgotten it.
    line.answers_heartbeats = false;
    master.silent.push(line.stream.try_clone().unwrap());
    let mut next = master.accept();
    assert_ne!(next.identity, identity);
    assert_eq!(next.identity.split_once('_').unwrap().0, identity.split_once('_').unwrap().0);
    next.next("client_ready");
    next.send("ack", map([("index", 1.into())]));
    let state = next.next("heartbeat").data;
    assert_eq!(member(&state, "state").as_str(), Some("ready"));
    next.send("quit", Value::Nil);
    next.next("stats");
    assert_eq!(worker.wait().code, Some(0));
}

#[test]
fn a_worker_that_is_ended_tells_its_master() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.05", "--quiet", &service.at("/fast")]);
    let mut line = master.know();
    line.spawn(now(), 1);
    line.next("spawning_complete");
    worker.signal("TERM");
    let last = line.until("quit");
    assert!(last.iter().any(|message| message.kind == "stats"));
    assert_eq!(worker.wait().code, Some(130));
}

#[test]
fn several_workers_of_one_process_share_its_run() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--as", "3", "--wait", "0.02", "--quiet", &service.at("/fast")]);
    let mut lines: Vec<Line> = (0..3).map(|_| master.know()).collect();
    lines.iter_mut().for_each(|line| line.spawn(now(), 2));
    for line in &mut lines {
        assert_eq!(count(&line.next("spawning_complete").data, "user_count"), 2);
    }
    let up: u64 = lines.iter_mut().map(|line| count(&line.next("stats").data, "user_count")).sum();
    assert_eq!(up, 6);
    for line in &mut lines {
        line.send("quit", Value::Nil);
        line.next("stats");
    }
    assert_eq!(worker.wait().code, Some(0));
}

#[test]
fn what_a_run_would_refuse_is_refused_before_a_master_is_asked() {
    is_refused(&["worker", "missing.hurl"], &["missing.hurl"]);
    is_refused(&["worker", "--master-port", "x", "http://127.0.0.1:9/"], &["--master-port 'x'", "no port"]);
    is_refused(&["worker", "--open", "http://127.0.0.1:9/"], &["--open", "give --web too"]);
    is_refused(&["worker", "--as", "0", "http://127.0.0.1:9/"], &["--as '0'", "1 to 256"]);
}

#[test]
fn a_locustfile_has_the_classes_and_gates_of_what_is_run() {
    let file = perfloop(&["locustfile", "--fail-if", "GET /fast: p95 > 450ms", "http://127.0.0.1:9/fast"]);
    assert_eq!(file.code, Some(0), "{file:?}");
    for part in ["(OfPerfloop):\n    weight = 1\n", "stats.get(\"/fast\", \"GET\")", "value > 450:", "--perf-wait"] {
        assert!(file.stdout.contains(part), "{part}: {}", file.stdout);
    }
    is_refused(&["locustfile", "--fail-if", "tester_share > 10%"], &["tester_share > 10%", "perfloop merge"]);
}

#[test]
fn a_master_that_is_gone_right_after_it_let_the_worker_go_ends_it_all_the_same() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.01", "--quiet", &service.at("/fast")]);
    let mut line = master.know();
    line.spawn(now(), 4);
    line.next("spawning_complete");
    line.send("quit", Value::Nil);
    let asked = Instant::now();
    // Time to hear it, and not to tell all.
    std::thread::sleep(Duration::from_millis(200));
    drop(line);
    drop(master);
    assert_eq!(worker.wait().code, Some(0));
    assert!(asked.elapsed() < SOON);
}

#[test]
fn users_that_wait_for_a_slow_answer_hold_up_no_good_bye() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--quiet", &service.at("/delay/5000")]);
    let mut line = master.know();
    line.spawn(now(), 2);
    line.next("spawning_complete");
    eventually("both wait for an answer", || service.total_hits() == 2);
    line.send("quit", Value::Nil);
    let asked = Instant::now();
    let first = line.next("stats");
    assert!(first.at - asked < Duration::from_millis(500), "{:?}", first.at - asked);
    assert_eq!(worker.wait().code, Some(0));
    // The answers would have come seconds later.
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
}

#[test]
#[ignore = "needs more than a minute"]
fn a_worker_without_a_master_for_a_minute_gives_up() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.5", "--quiet", &service.at("/fast")]);
    let mut line = master.know();
    line.spawn(now(), 2);
    line.next("spawning_complete");
    let lost = Instant::now();
    drop((line, master));
    while lost.elapsed() < Duration::from_secs(57) {
        std::thread::sleep(Duration::from_secs(1));
    }
    let hits = service.total_hits();
    assert!(hits > 100, "its users work on as long as the master may come back: {hits}");
    let output = worker.wait_within(Duration::from_secs(120));
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("no master for a minute: 127.0.0.1:"), "{}", output.stderr);
    assert!((58.0..75.0).contains(&lost.elapsed().as_secs_f64()), "{:?}", lost.elapsed());
}

/// Address of the page that a worker serves.
fn page_of(worker: &Running) -> String {
    let link = || worker.stderr().lines().find_map(|line| line.strip_prefix("page: http://").map(str::to_owned));
    eventually("the page is served", || link().is_some());
    format!("http://{}", link().unwrap().trim_end_matches('/'))
}

/// How the server of a page stands.
fn state_of(page: &str) -> serde_json::Value {
    reqwest::blocking::get(format!("{page}/api/v1/state")).unwrap().json().unwrap()
}

#[test]
fn the_page_of_a_worker_shows_how_it_stands_with_its_master_and_starts_nothing_itself() {
    let (mut master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.05", "--web", "--web-addr", "127.0.0.1:0", &service.at("/fast")]);
    let page = page_of(&worker);
    let mut line = master.know();
    let member = || state_of(&page)["worker"]["members"][0].clone();
    eventually("it is ready", || member()["state"] == "ready");
    let state = state_of(&page);
    let expected = (serde_json::json!("master"), serde_json::json!(false), &serde_json::Value::Null);
    assert_eq!((state["waits_for"].clone(), state["can_start"].clone(), &state["run"]), expected);
    assert_eq!(state["worker"]["master"], format!("127.0.0.1:{}", master.port()));
    assert_eq!(member()["identity"], line.identity.as_str());
    line.spawn(now(), 3);
    line.next("spawning_complete");
    line.next("stats");
    // Whoever asks the page for what is the master's to say is sent there.
    let client = reqwest::blocking::Client::new();
    for path in ["/api/v1/runs/current/stop", "/api/v1/runs/current/cut", "/api/v1/runs", "/api/v1/plan"] {
        let answer = client.post(format!("{page}{path}")).json(&serde_json::json!({})).send().unwrap();
        let (status, text) = (answer.status(), answer.text().unwrap());
        assert!(status == 409 && text.contains("its master starts, changes and stops"), "{path}: {status} {text}");
    }
    let answer = client.patch(format!("{page}/api/v1/runs/current")).json(&serde_json::json!({ "users": 9 })).send();
    assert_eq!(answer.unwrap().status(), 409);
    for path in ["/stop", "/swarm"] {
        let answer = client
            .post(format!("{page}{path}"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body("user_count=9&spawn_rate=1")
            .send();
        assert_eq!(answer.unwrap().json::<serde_json::Value>().unwrap()["success"], false, "{path}");
    }
    let run: serde_json::Value = reqwest::blocking::get(format!("{page}/api/v1/runs/current")).unwrap().json().unwrap();
    assert_eq!((&run["run"]["users_wanted"], &run["run"]["can_edit"]), (&3.into(), &serde_json::json!([])));
    assert_eq!(run["run"]["plan"], "users as the master wants them, wait 50 ms");
    line.next("heartbeat");
    line.next("heartbeat");
    // Each heartbeat was answered, and what was told before the last one is confirmed.
    let known = member();
    assert_eq!((&known["users_told"], &known["users_up"]), (&3.into(), &3.into()), "{known}");
    assert!(known["heartbeats_answered"].as_u64() > Some(1) && known["requests_told"].as_u64() > Some(0), "{known}");
    assert_eq!((&known["losses"], &known["last_loss"]), (&0.into(), &serde_json::Value::Null), "{known}");
    line.answers_heartbeats = false;
    master.silent.push(line.stream.try_clone().unwrap());
    let mut next = master.accept();
    next.next("client_ready");
    next.send("ack", map([("index", 1.into())]));
    eventually("it is known again", || member()["state"] == "ready");
    let known = member();
    assert_eq!((&known["losses"], &known["identity"]), (&1.into(), &next.identity.as_str().into()));
    let why = known["last_loss"]["why"].as_str().unwrap();
    assert_eq!(why, "no answer to heartbeats; it introduces itself anew");
    next.send("quit", Value::Nil);
    next.next("stats");
    assert_eq!(worker.wait().code, Some(0));
}

#[test]
#[ignore = "needs chromium, node and playwright-core"]
fn the_page_of_a_worker_is_looked_at_in_a_browser() {
    let (master, service) = (Master::new(), Service::start());
    let worker = master.worker(&["--wait", "0.05", "--web", "--web-addr", "127.0.0.1:0", &service.at("/fast")]);
    let page = page_of(&worker);
    let mut line = master.know();
    let talk = std::thread::spawn(move || {
        // Time for a look at a worker without users.
        (0..5).for_each(|_| drop(line.next("heartbeat")));
        line.spawn(now(), 3);
        (0..10).for_each(|_| drop(line.next("heartbeat")));
        line.send("quit", Value::Nil);
        line.next("stats");
    });
    crate::browser::browse("worker", &page, "");
    talk.join().unwrap();
    assert_eq!(worker.wait().code, Some(0));
}
