//! Hurl files, run against the mock service: what they make of answers, and what the service sees of them.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use perfloop::hurl::{FileResult, FileVerdict, HurlFiles};
use perfloop::{HttpSettings, LoadTest, Plan, Summary};

use crate::support::{REFUSED, Service, finish, none};

/// Hurl files in a folder of their own.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn with(name: &str, text: &str) -> (Self, PathBuf) {
        let folder = Folder::new();
        let file = folder.write(name, text);
        (folder, file)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

fn once() -> Plan {
    Plan::new().loops(1)
}

fn files(service: &Service) -> HurlFiles {
    HurlFiles::new().host(service.at("").parse().unwrap())
}

/// Runs a file once and says how it came out.
fn result_with(files: HurlFiles, plan: Plan, text: &str) -> FileResult {
    let (_folder, file) = Folder::with("a.hurl", text);
    let checks = files.read([file]).unwrap_or_else(|errors| panic!("{errors}"));
    checks.run_once(plan, 1, None, |_| ()).unwrap().remove(0)
}

fn result(service: &Service, text: &str) -> FileResult {
    result_with(files(service), once(), text)
}

/// All asserts of a file must hold.
#[track_caller]
fn holds(service: &Service, text: &str) -> FileResult {
    let result = result(service, text);
    none(result.errors().map(|error| error.rendered.clone()));
    result
}

/// Runs a file as load.
fn load_with(files: HurlFiles, plan: Plan, text: &str) -> Summary {
    let (_folder, file) = Folder::with("a.hurl", text);
    let checks = files.read([file]).unwrap_or_else(|errors| panic!("{errors}"));
    finish(LoadTest::new(plan).class(checks.class("hurl")))
}

fn load(service: &Service, plan: Plan, text: &str) -> Summary {
    load_with(files(service), plan, text)
}

fn outcomes(summary: &Summary) -> (u64, u64, u64) {
    let totals = &summary.whole.totals;
    (totals.pass, totals.fail, totals.exception)
}

/// All requests the service has seen.
fn hits(service: &Service) -> u64 {
    service.hits().values().sum()
}

#[test]
fn a_file_is_a_check_and_each_entry_a_named_request_that_is_counted_once() {
    let service = Service::start();
    let text = "GET {{host}}/json\nHTTP 200\n[Asserts]\njsonpath \"$.code\" == 1\n\nPOST {{host}}/echo?x={{user}}\n{\"a\": {{iteration}}}\nHTTP 200\n[Captures]\nbody: jsonpath \"$.body\"\n[Asserts]\nvariable \"body\" startsWith \"{\"\n";
    let summary = load(&service, Plan::new().users(3).loops(4), text);
    assert_eq!(outcomes(&summary), (12, 0, 0));
    let names: Vec<(&str, u64)> =
        summary.whole.requests.iter().map(|request| (&*request.name, request.answered)).collect();
    assert_eq!(names, [("GET /json", 12), ("POST /echo", 12)]);
    assert_eq!(hits(&service), 24);
}

#[test]
fn a_failed_assert_is_a_fail_with_its_line_wanted_and_got() {
    let service = Service::start();
    let text = "GET {{host}}/json\nHTTP 200\n[Asserts]\njsonpath \"$.code\" == 2\nstatus == 201\n";
    let summary = load(&service, once(), text);
    assert_eq!(outcomes(&summary), (0, 1, 0));
    let failure = &summary.failures[0];
    assert!(
        failure.message.contains("line 4: jsonpath \"$.code\" == 2: wanted integer <2>, got integer <1>"),
        "{failure:?}"
    );
    let detail = failure.detail.as_deref().unwrap();
    assert!(detail.contains("a.hurl:4:") && detail.contains("a.hurl:5:"), "all that failed is told: {detail}");
}

#[test]
fn a_request_without_an_answer_is_an_exception_and_a_missing_variable_a_fail() {
    let summary = load_with(HurlFiles::new(), once(), &format!("GET {REFUSED}\n"));
    assert_eq!(outcomes(&summary), (0, 0, 1));
    assert!(summary.failures[0].message.contains("line 1: connection refused"));
    let service = Service::start();
    let late = files(&service).finds_late(true);
    let summary = load_with(late, once(), "GET {{host}}/json\nx: {{none}}\n");
    assert_eq!((outcomes(&summary), hits(&service)), ((0, 1, 0), 0));
    assert!(summary.failures[0].message.contains("none"), "{:?}", summary.failures);
}

#[test]
fn what_a_request_is_made_of_arrives_as_hurl_sends_it() {
    let service = Service::start();
    holds(
        &service,
        r#"PUT {{host}}/echo?a=1
X-One: {{user}}
[Query]
b: x y&z
[Form]
name: Ann Lee
age: 36
[Cookies]
session: s1
theme: dark
[BasicAuth]
bob: secret
HTTP/1.1 200
[Asserts]
jsonpath "$.method" == "PUT"
jsonpath "$.query" == "a=1&b=x%20y%26z"
jsonpath "$.body" == "name=Ann%20Lee&age=36"
jsonpath "$.headers.x-one" == "1"
jsonpath "$.headers.content-type" == "application/x-www-form-urlencoded"
jsonpath "$.headers.cookie" == "session=s1; theme=dark"
jsonpath "$.headers.authorization" == "Basic Ym9iOnNlY3JldA=="
url endsWith "/echo?a=1&b=x%20y%26z"
ip == "127.0.0.1"
"#,
    );
}

#[test]
fn bodies_have_their_type_and_files_come_from_the_root() {
    let service = Service::start();
    let (folder, file) = Folder::with(
        "a.hurl",
        r#"POST {{host}}/echo
[Multipart]
title: Sunrise
picture: file,data/sun.txt;
HTTP 200
[Asserts]
jsonpath "$.headers.content-type" startsWith "multipart/form-data; boundary="
jsonpath "$.body" contains "name=\"title\"\r\n\r\nSunrise"
jsonpath "$.body" contains "filename=\"data/sun.txt\"\r\nContent-Type: text/plain\r\n\r\nshine"

POST {{host}}/echo
file,data/sun.txt;
HTTP 200
[Asserts]
jsonpath "$.body" == "shine"
jsonpath "$.headers.content-type" not exists

POST {{host}}/echo
{"id": {{user}}, "name": "{{name}}"}
HTTP 200
[Asserts]
jsonpath "$.body" == "{\"id\": 1, \"name\": \"a \\\"b\\\"\"}"
jsonpath "$.headers.content-type" == "application/json"
"#,
    );
    fs::create_dir(folder.path("data")).unwrap();
    folder.write("data/sun.txt", "shine");
    let checks = files(&service).variable("name", "a \"b\"").read([file]).unwrap();
    let result = checks.run_once(once(), 1, None, |_| ()).unwrap().remove(0);
    none(result.errors().map(|error| error.rendered.clone()));
    let outside = folder.write("b.hurl", "POST {{host}}/echo\nfile,../secret;\n");
    let result = files(&service).read([outside]).unwrap().run_once(once(), 1, None, |_| ()).unwrap().remove(0);
    assert_eq!(result.verdict(), FileVerdict::Runtime);
    assert!(result.errors().next().unwrap().rendered.contains("lies outside"));
}

#[test]
fn an_entry_is_tried_again_as_often_as_it_says_and_each_try_is_a_request() {
    let service = Service::start();
    let text = "GET {{host}}/status/503\n[Options]\nretry: 2\nretry-interval: 1ms\nHTTP 200\n";
    let summary = load(&service, once(), text);
    assert_eq!((outcomes(&summary), hits(&service)), ((0, 1, 0), 3), "the check fails once, at its end");
    assert_eq!(summary.whole.request_totals.answered, 3);
    let result = result_with(
        files(&service).retry(1).retry_interval(Duration::ZERO),
        once(),
        "GET {{host}}/status/503\nHTTP 200\n",
    );
    assert_eq!((result.entries[0].tries, result.requests(), result.verdict()), (2, 2, FileVerdict::Assert));
}

#[test]
fn captures_hold_what_the_last_try_found() {
    let service = Service::start();
    holds(
        &service,
        r#"GET {{host}}/echo
[Query]
n: 7
HTTP 200
[Captures]
query: jsonpath "$.query"
code: status

GET {{host}}/echo?{{query}}&{{code}}
HTTP 200
[Asserts]
jsonpath "$.query" == "n=7&200"
"#,
    );
}

#[test]
fn redirects_are_followed_on_demand_and_each_hop_is_a_request() {
    let service = Service::start();
    let result = holds(
        &service,
        r#"GET {{host}}/redirect/2
HTTP 302
Location: /redirect/1

GET {{host}}/redirect/2
[Options]
location: true
HTTP 200
[Asserts]
url endsWith "/redirect/0"
redirects count == 2
redirects nth 0 location endsWith "/redirect/1"

POST {{host}}/redirect-to?url=/echo&status=307
[Options]
location: true
`hello`
HTTP 200
[Asserts]
jsonpath "$.method" == "POST"
jsonpath "$.body" == "hello"

POST {{host}}/redirect-to?url=/echo&status=303
[Options]
location: true
{"a": 1}
HTTP 200
[Asserts]
jsonpath "$.method" == "GET"
jsonpath "$.body" == ""
jsonpath "$.headers.content-type" not exists
"#,
    );
    let requests: Vec<u32> = result.entries.iter().map(|entry| entry.requests).collect();
    assert_eq!((requests, hits(&service)), (vec![1, 3, 2, 2], 8));
    let too_many = "GET {{host}}/redirect/3\n[Options]\nlocation: true\nmax-redirs: 2\nHTTP 200\n";
    assert_eq!(outcomes(&load(&service, once(), too_many)), (0, 0, 1));
    assert_eq!(result_with(files(&service), once(), too_many).verdict(), FileVerdict::Runtime);
}

#[test]
fn what_authorizes_is_not_sent_to_another_origin() {
    let (service, other) = (Service::start(), Service::start());
    let text = |option: &str| {
        format!(
            "GET {{{{host}}}}/redirect-to?url={}\n[Options]\n{option}: true\nuser: bob:secret\nHTTP 200\n[Asserts]\njsonpath \"$.headers.authorization\" ",
            other.at("/echo")
        )
    };
    holds(&service, &(text("location") + "not exists\n"));
    holds(&service, &(text("location-trusted") + "exists\n"));
}

#[test]
fn cookies_and_captures_are_fresh_in_each_iteration_unless_the_session_is_kept() {
    let service = Service::start();
    let text = "GET {{host}}/cookies\nHTTP 200\n[Captures]\nseen: body\n\nGET {{host}}/cookies/set?a={{iteration}}\nHTTP 200\n\nGET {{host}}/cookies\nHTTP 200\n[Asserts]\njsonpath \"$.a\" == \"{{iteration}}\"\nvariable \"seen\" == \"{}\"\n";
    assert_eq!(outcomes(&load(&service, Plan::new().loops(3), text)), (3, 0, 0));
    assert_eq!(outcomes(&load_with(files(&service).keep_session(true), Plan::new().loops(3), text)), (1, 2, 0));
}

#[test]
fn a_setup_hands_its_captures_and_cookies_on_and_a_teardown_runs_once() {
    let service = Service::start();
    let (folder, file) = Folder::with(
        "a.hurl",
        "GET {{host}}/cookies\nX-Token: {{token}}\nHTTP 200\n[Asserts]\njsonpath \"$.session\" == \"s1\"\n",
    );
    let setup =
        folder.write("setup.hurl", "GET {{host}}/cookies/set?session=s1\nHTTP 200\n[Captures]\ntoken: status\n");
    let teardown = folder.write("teardown.hurl", "DELETE {{host}}/echo?{{token}}\nHTTP 200\n");
    let checks = files(&service).setup(setup).teardown(teardown).read([file]).unwrap();
    let summary = finish(LoadTest::new(Plan::new().users(2).loops(3)).class(checks.class("shop")));
    assert_eq!(outcomes(&summary), (2 + 6 + 2, 0, 0));
    assert_eq!(hits(&service), 10);
}

#[test]
fn a_failed_setup_ends_its_user() {
    let service = Service::start();
    let (folder, file) = Folder::with("a.hurl", "GET {{host}}/json\n");
    let setup = folder.write("setup.hurl", "GET {{host}}/status/500\nHTTP 200\n");
    let checks = files(&service).setup(setup).read([file]).unwrap();
    let summary = finish(LoadTest::new(once()).class(checks.class("shop")));
    assert_eq!((outcomes(&summary), hits(&service)), ((0, 1, 0), 1));
}

#[test]
fn entries_are_skipped_and_repeated_and_variables_set() {
    let service = Service::start();
    let result = holds(
        &service,
        r#"GET {{host}}/status/500
[Options]
skip: true
HTTP 200

GET {{host}}/status/500
[Options]
repeat: 0
HTTP 200

GET {{host}}/echo?{{n}}
[Options]
variable: n=7
variable: m={{n}}0
repeat: 3
delay: 1
HTTP 200
[Asserts]
jsonpath "$.query" == "7"
variable "m" == "70"
"#,
    );
    assert_eq!((result.entries.len(), hits(&service)), (3, 3));
}

#[test]
fn think_time_of_a_file_is_no_time_of_the_service() {
    let service = Service::start();
    let text = "GET {{host}}/json\n[Options]\ndelay: 300ms\nHTTP 200\n";
    let summary = load(&service, once(), text);
    let tpr = summary.whole.totals.tpr.max();
    assert!(tpr < Some(Duration::from_millis(300)), "{tpr:?}");
}

#[test]
fn options_change_the_headers_of_their_entry_only() {
    let service = Service::start();
    holds(
        &service,
        r#"GET {{host}}/echo
[Options]
header: x-extra: 1
no-header: user-agent
user: bob:secret
compressed: true
HTTP 200
[Asserts]
jsonpath "$.headers.x-extra" == "1"
jsonpath "$.headers.user-agent" not exists
jsonpath "$.headers.authorization" == "Basic Ym9iOnNlY3JldA=="
jsonpath "$.headers.accept-encoding" contains "br"

GET {{host}}/echo
HTTP 200
[Asserts]
jsonpath "$.headers.x-extra" not exists
jsonpath "$.headers.user-agent" exists
jsonpath "$.headers.accept-encoding" not exists

GET {{host}}/x/../echo
[Options]
path-as-is: true
HTTP 404
[Asserts]
jsonpath "$.path" == "/x/../echo"

GET {{host}}/x/../echo
HTTP 200
"#,
    );
}

#[test]
fn settings_of_an_entry_are_those_of_a_connection_of_its_own() {
    let service = Service::with_tls();
    let url = service.at_tls("/json");
    let port = url.split(':').nth(2).unwrap().split('/').next().unwrap();
    let text = format!(
        r#"GET {url}
[Options]
insecure: true
HTTP 200
[Asserts]
certificate "Subject" exists
certificate "Issuer" exists
certificate "Expire-Date" daysAfterNow > 0
certificate "Serial-Number" matches /^([0-9a-f]{{2}}:)*[0-9a-f]{{2}}$/
certificate "Subject-Alt-Name" contains "DNS:localhost"
certificate "Value" startsWith "-----BEGIN CERTIFICATE-----"

GET https://shop.test:{port}/json
[Options]
insecure: true
resolve: shop.test:{port}:127.0.0.1
HTTP 200

GET https://other.test/json
[Options]
insecure: true
connect-to: other.test:443:127.0.0.1:{port}
HTTP 200
"#
    );
    holds(&service, &text);
    let result = result(&service, &format!("GET {url}\nHTTP 200\n"));
    assert_eq!(result.verdict(), FileVerdict::Runtime, "the option of another entry is none of this one's");
    let summary =
        load(&service, Plan::new().users(2).loops(5), &format!("GET {url}\n[Options]\ninsecure: true\nHTTP 200\n"));
    assert_eq!(outcomes(&summary), (10, 0, 0));
    assert_eq!(summary.whole.request_totals.new_connections, 2, "its client is kept, and with it the connection");
}

#[test]
fn a_time_limit_of_an_entry_is_an_exception() {
    let service = Service::start();
    let text = "GET {{host}}/delay/5000\n[Options]\nmax-time: 50ms\nHTTP 200\n";
    assert_eq!(outcomes(&load(&service, once(), text)), (0, 0, 1));
}

#[test]
fn a_stop_ends_the_wait_of_a_file_and_a_cut_its_endless_tries() {
    let service = Service::start();
    let text = "GET {{host}}/json\n[Options]\ndelay: 400ms\nHTTP 200\n\nGET {{host}}/json\n[Options]\ndelay: 400ms\nHTTP 200\n";
    let summary = load(&service, Plan::new().time(Duration::from_millis(200)), text);
    assert_eq!((outcomes(&summary), summary.whole.totals.unfinished, hits(&service)), ((0, 0, 0), 1, 0));
    let text = "GET {{host}}/status/500\n[Options]\nretry: -1\nretry-interval: 20ms\nHTTP 200\n";
    let plan = Plan::new().time(Duration::from_millis(100)).stop_timeout(Duration::from_millis(100));
    let summary = load(&service, plan, text);
    assert_eq!((outcomes(&summary), summary.whole.totals.unfinished), ((0, 0, 0), 1));
}

#[test]
fn an_output_is_written_below_the_root() {
    let service = Service::start();
    let (folder, file) = Folder::with(
        "a.hurl",
        "GET {{host}}/json\n[Options]\noutput: out.json\nHTTP 200\n\nGET {{host}}/json\n[Options]\noutput: -\n",
    );
    let result = files(&service).read([file]).unwrap().run_once(once(), 1, None, |_| ()).unwrap().remove(0);
    assert_eq!(result.verdict(), FileVerdict::Ok);
    assert!(fs::read_to_string(folder.path("out.json")).unwrap().contains("code"));
    assert!(String::from_utf8(result.output).unwrap().contains("code"));
    let outside = folder.write("b.hurl", "GET {{host}}/json\n[Options]\noutput: ../out.json\nHTTP 200\n");
    let result = files(&service).read([outside]).unwrap().run_once(once(), 1, None, |_| ()).unwrap().remove(0);
    assert_eq!(result.verdict(), FileVerdict::Runtime);
}

#[test]
fn a_file_ends_with_its_first_error_unless_it_is_to_go_on() {
    let service = Service::start();
    let text = "GET {{host}}/json\nHTTP 404\n\nGET {{host}}/json\nx: {{none}}\n\nGET {{host}}/json\nHTTP 200\n";
    let late = files(&service).finds_late(true);
    let ended = result_with(late.clone(), once(), text);
    assert_eq!((ended.entries.len(), ended.verdict()), (1, FileVerdict::Assert));
    let went_on = result_with(late.continue_on_error(true), once(), text);
    let errors: Vec<bool> = went_on.errors().map(|error| error.is_assert).collect();
    assert_eq!((went_on.entries.len(), errors, went_on.verdict()), (3, vec![true, false], FileVerdict::Runtime));
}

#[test]
fn a_folder_runs_in_order_with_several_jobs() {
    let service = Service::start();
    let folder = Folder::new();
    for number in 0..7 {
        folder.write(
            &format!("{number}.hurl"),
            &format!("GET {{{{host}}}}/json\nHTTP {}\n", if number == 3 { 404 } else { 200 }),
        );
    }
    let results = files(&service).read([folder.path("")]).unwrap().run_once(once(), 3, None, |_| ()).unwrap();
    let verdicts: Vec<FileVerdict> = results.iter().map(FileResult::verdict).collect();
    let wanted: Vec<FileVerdict> = (0..7).map(|n| if n == 3 { FileVerdict::Assert } else { FileVerdict::Ok }).collect();
    assert_eq!((verdicts, hits(&service)), (wanted, 7));
    assert!(results.iter().enumerate().all(|(number, result)| result.file.ends_with(&format!("{number}.hurl"))));
}

#[test]
fn each_run_has_variables_of_its_own_and_built_in_ones_give_way() {
    let service = Service::start();
    let text = "GET {{host}}/echo?{{email}}\nX-Id: {{unique_id}}\nX-User: {{user}}\nHTTP 200\n[Asserts]\njsonpath \"$.query\" == \"u1\"\njsonpath \"$.headers.x-user\" == \"{{user}}\"\njsonpath \"$.headers.x-id\" matches /^[0-9a-f]{32}$/\n";
    let own = files(&service).variables_by(|user| Ok(vec![("email".into(), format!("u{}", user.id()))]));
    assert_eq!(outcomes(&load_with(own, once(), text)), (1, 0, 0));
    let named = files(&service).variable("user", "ann").variable("email", "u1");
    let text = text.replace("== \"{{user}}\"", "== \"ann\"");
    assert_eq!(outcomes(&load_with(named, once(), &text)), (1, 0, 0));
    let failing = files(&service).variables_by(|_| Err("no row is left".into()));
    let summary = load_with(failing, once(), &text);
    assert_eq!((outcomes(&summary), summary.failures[0].message.as_str()), ((0, 1, 0), "no row is left"));
}

#[test]
fn a_secret_is_in_no_error() {
    let service = Service::start();
    let text = "GET {{host}}/echo?{{password}}\nHTTP 200\n[Asserts]\njsonpath \"$.query\" == \"x\"\n";
    let result = result_with(files(&service).secret("password", "hunter2"), once(), text);
    let error = result.errors().next().unwrap();
    assert!(error.message.contains("***") && !format!("{error:?}").contains("hunter2"), "{error:?}");
}

#[test]
fn the_host_is_a_url_or_an_authority_as_the_file_has_it() {
    let service = Service::start();
    holds(&service, "GET http://{{host}}/json\nHTTP 200\n");
    holds(&service, "GET /json\nHTTP 200\n\nGET {{host}}/json\nHTTP 200\n");
}

#[test]
fn the_runs_own_settings_count_where_a_file_says_nothing() {
    let service = Service::start();
    let follow = once().http(HttpSettings::default().follow(5));
    let text = "GET {{host}}/redirect/1\nHTTP 200\n\nGET {{host}}/redirect/1\n[Options]\nlocation: false\nHTTP 302\n";
    assert_eq!(result_with(files(&service), follow, text).verdict(), FileVerdict::Ok);
    let compressed = once().http(HttpSettings::default().compressed(true));
    let text =
        "GET {{host}}/echo\nHTTP 200\n[Asserts]\njsonpath \"$.headers.accept-encoding\" == \"gzip, deflate, br\"\n";
    assert_eq!(result_with(files(&service), compressed, text).verdict(), FileVerdict::Ok);
}

#[test]
fn a_request_that_is_the_same_each_time_is_sent_with_the_cookies_of_the_moment() {
    let service = Service::start();
    let text = "GET /cookies\nHTTP 200\n[Asserts]\njsonpath \"$.a\" not exists\n\n\
                GET /cookies/set?a=1\nHTTP 200\n\n\
                GET /cookies\nHTTP 200\n[Asserts]\njsonpath \"$.a\" == \"1\"\n";
    let text = text.replace("GET /", &format!("GET {}", service.at("/")));
    let summary = load_with(files(&service), Plan::new().loops(3), &text);
    assert_eq!((summary.whole.totals.pass, summary.whole.totals.ended()), (3, 3), "{:#?}", summary.failures);
}

/// One request that a proxy of its own was asked to make: its head.
fn asked_of_a_proxy(login: &str, url: &str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = listener.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut head = vec![0; 4096];
        let length = client.read(&mut head).unwrap();
        client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
        String::from_utf8(head[..length].to_vec()).unwrap()
    });
    let text = format!("GET {url}\n[Options]\nproxy: {login}{proxy}\nHTTP 200\n`hi`\n");
    let result = result_with(HurlFiles::new(), once(), &text);
    none(result.errors().map(|error| error.rendered.clone()));
    asked.join().unwrap()
}

#[test]
fn a_proxy_is_asked_for_the_whole_url_and_told_who_asks() {
    let head = asked_of_a_proxy("", "http://shop.test:81/a?b=c").to_lowercase();
    assert!(head.starts_with("get http://shop.test:81/a?b=c http/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nhost: shop.test:81\r\n") && !head.contains("proxy-authorization"), "{head}");
    let head = asked_of_a_proxy("ann:secret@", "http://shop.test").to_lowercase();
    assert!(head.starts_with("get http://shop.test/ http/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nproxy-authorization: basic yw5uonnly3jlda==\r\n"), "{head}");
}
