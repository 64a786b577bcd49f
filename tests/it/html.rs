//! `--html` and the exchanges that the flight recorder keeps, as the page and `--json` show them.

use std::fs;
use std::process::Command;
use std::time::Duration;

use perfloop::report::{RunInfo, curl_line, write_html};
use perfloop::{CheckResult, LoadTest, Plan, Statuses, Summary, User};
use serde_json::Value;

use crate::support::{Output, REFUSED, Service, eventually, finish, none, perfloop, rendered, run};

/// Runs the binary with `--html`, and reads the page.
fn page(args: &[&str]) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let output = perfloop(&[args, &["--html", file.to_str().unwrap()]].concat());
    (output, fs::read_to_string(file).unwrap())
}

fn html(summary: &Summary) -> String {
    let info = RunInfo {
        spec: None,
        started: std::time::SystemTime::now(),
        target: "a test".into(),
        command: Vec::new(),
        hosts: Vec::new(),
        plan: None,
    };
    let mut page = Vec::new();
    write_html(summary, &info, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

#[test]
fn the_page_holds_the_counts_of_the_json() {
    let service = Service::start();
    let (good, bad) = (service.at("/fast"), service.at("/status/500"));
    let (output, page) = page(&[&good, &bad, REFUSED, "--users", "2", "--loops", "7", "--json", "-", "--quiet"]);
    let json = output.json();
    assert_eq!(output.code, Some(1));
    let counts: Vec<_> = ["pass", "fail", "exception"].map(|key| json["totals"][key].as_u64().unwrap()).into();
    assert_eq!(counts, [14, 14, 14]);
    let row = "<th scope=\"row\" title=\"all\">all</th><td>14</td><td>14</td><td>14</td><td>0</td>";
    assert!(page.contains(row), "{page}");
    assert!(page.contains("28 of 42 checks did not pass"), "{page}");
    none(
        ["GET /status/500", "GET /refused", "wanted status 100-399, got status 500"]
            .iter()
            .filter(|wanted| !page.contains(**wanted))
            .map(|wanted| format!("no {wanted} in the page")),
    );
    let drawn = drawn(&page);
    let answered: f64 =
        drawn["users"].as_array().unwrap().iter().map(|users| users.as_f64().unwrap()).fold(0.0, f64::max);
    assert_eq!(answered, 2.0);
}

/// The data that the page's script draws.
fn drawn(page: &str) -> Value {
    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn what_the_service_says_is_text_to_the_page() {
    let service = Service::start();
    let url = service.at("/echo");
    let attack = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>";
    let summary = run(Plan::new().loops(1), move |user: &mut User| -> CheckResult {
        let answer = user.post(&url).name(attack).header("X-A", attack).body(attack).send()?;
        answer.expect_contains("no such thing")?;
        Err(attack.into())
    });
    let page = html(&summary);
    assert_eq!(page.matches("<script").count(), 2, "the data and the page's own script: {page}");
    assert!(!page.contains("<img"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
}

#[test]
fn the_page_refers_to_nothing_but_the_target() {
    let service = Service::start();
    let (bad, host) = (service.at("/status/500"), service.at("/"));
    let (_, page) = page(&[&bad, "--loops", "3", "--quiet"]);
    none(["http://", "https://"].iter().flat_map(|scheme| {
        let found = page.match_indices(scheme).map(|(at, _)| &page[at..(at + 60).min(page.len())]);
        // The name of a language is no place.
        let is_name = |found: &str| found.starts_with("http://www.w3.org/2000/svg'");
        found.filter(|found| !found.starts_with(&host) && !is_name(found)).map(str::to_owned).collect::<Vec<_>>()
    }));
    none(
        [" src=", " href=", "@import", "url(h"]
            .iter()
            .filter(|word| page.contains(**word))
            .map(|word| word.to_string()),
    );
}

#[test]
fn numbers_of_full_load_have_their_intervals_and_what_was_not_steady_is_told() {
    let service = Service::with_delay(Duration::from_millis(5));
    let (output, page) = page(&[&service.at("/json"), "--time", "2", "--until", "p95 1%", "--json", "-", "--quiet"]);
    let json = output.json();
    let row = page.split_once("<table class=\"bounded\">").unwrap().1.split_once("</tr></tbody>").unwrap().0;
    assert!(row.matches("<small class=\"reach\">").count() >= 6 && row.contains(" to "), "{row}");
    assert!(page.contains("until p95 1%: half of the interval is"), "{page}");
    let signs = json["run"]["verdicts"]["unsteady"].as_array().map_or(0, Vec::len);
    assert_eq!(page.contains("full load was not steady: "), signs > 0, "{json:#}");
}

#[test]
fn a_page_that_cannot_be_written_is_refused_before_the_run() {
    let service = Service::start();
    let output = perfloop(&[&service.at("/fast"), "--loops", "1", "--html", "/nowhere/report.html"]);
    assert_eq!(output.code, Some(2), "{output:?}");
    assert!(output.stderr.contains("--html /nowhere/report.html: the folder /nowhere does not exist"), "{output:?}");
    assert!(service.hits().is_empty(), "{:?}", service.hits());
}

#[test]
fn two_reports_cannot_both_have_stdout() {
    let output = perfloop(&["--html", "-", "--json", "-", "--loops", "1"]);
    assert_eq!(output.code, Some(2), "{output:?}");
}

#[test]
fn an_exchange_of_each_failure_is_kept_whole_and_without_secrets() {
    let service = Service::start();
    let output = perfloop(&[
        &service.at("/echo"),
        "--loops",
        "2",
        "--data",
        "it's",
        "--basic-auth",
        "ann:secret",
        "--expect-contains",
        "no such thing",
        "--json",
        "-",
        "--quiet",
    ]);
    let json = output.json();
    let exchanges = json["failures"][0]["exchanges"].as_array().unwrap();
    let first = &exchanges[0];
    assert_eq!((&first["status"], &first["method"], &first["user"]), (&200.into(), &"POST".into(), &1.into()));
    assert_eq!(first["request"]["body"], "it's");
    assert!(first["response"]["body"].as_str().unwrap().contains("it's"));
    let curl = first["curl"].as_str().unwrap();
    assert!(curl.contains("-H 'Authorization: ***'") && curl.contains(r"--data-binary 'it'\''s'"), "{curl}");
    assert!(!first["request"].to_string().contains("YW5uOnNlY3JldA"), "{first}");
    assert_eq!(exchanges.len(), 2);
    assert!(output.stderr.contains("\nrepeat: curl "), "{output:?}");
    assert_eq!(json["slowest"].as_array().unwrap().len(), 0);
}

#[test]
fn a_check_that_fails_by_a_panic_or_an_error_of_its_own_is_recorded_too() {
    let service = Service::start();
    let (first, second, third) = (service.at("/status/201"), service.at("/status/202"), service.at("/bytes/9000"));
    let test = LoadTest::new(Plan::new().loops(1))
        .check("panic", move |user: &mut User| assert_eq!(user.get(&first).send().unwrap().status(), 200))
        .check("error", move |user: &mut User| -> CheckResult {
            user.get(&second).send()?;
            Err("not as it should be".into())
        })
        .check("earlier", move |user: &mut User| -> CheckResult {
            let large = user.get(&third).send()?;
            let later = user.get(&third).send()?;
            large.expect_status("201".parse::<Statuses>()?)?;
            drop(later);
            Ok(())
        });
    let summary = finish(test);
    let recorded = |check: &str| {
        let group = summary.failures.iter().find(|group| &*summary.check_of(group) == check).unwrap();
        assert_eq!(group.examples.first.len(), 1, "{check}");
        assert_eq!(group.examples.all()[0].1, ["first", "slowest", "last"]);
        group.examples.first[0].exchange.clone()
    };
    let status = |check: &str| recorded(check).answer.unwrap().0;
    assert_eq!((status("panic"), status("error")), (201, 202));
    let (_, answer) = recorded("earlier").answer.unwrap();
    assert_eq!((answer.body.len(), answer.body_length), (4096, 9000));
}

#[test]
fn the_last_hop_of_a_redirect_and_a_request_without_an_answer_are_what_is_recorded() {
    let service = Service::start();
    let (redirect, reset) = (service.at("/redirect/2"), service.at("/fault/reset"));
    let test = LoadTest::new(Plan::new().loops(1))
        .check("redirect", move |user: &mut User| -> CheckResult {
            user.get(&redirect).follow(5).send()?.expect_status(404)?;
            Ok(())
        })
        .check("reset", move |user: &mut User| -> CheckResult {
            user.get(&reset).send()?;
            Ok(())
        });
    let summary = finish(test);
    let recorded = |check: &str| {
        let group = summary.failures.iter().find(|group| &*summary.check_of(group) == check).unwrap();
        group.examples.first[0].exchange.clone()
    };
    let last_hop = recorded("redirect");
    assert_eq!(last_hop.answer.as_ref().unwrap().0, 200);
    assert!(!last_hop.url.ends_with("/redirect/2"), "{}", last_hop.url);
    let reset = recorded("reset");
    assert!(reset.answer.as_ref().unwrap_err().contains("reset"), "{reset:?}");
}

#[test]
fn the_slowest_passes_are_kept_the_slowest_first() {
    let service = Service::start();
    let (fast, slow) = (service.at("/fast"), service.at("/delay/60"));
    let summary = run(Plan::new().loops(200), move |user: &mut User| -> CheckResult {
        let url = if user.iteration().is_multiple_of(40) { &slow } else { &fast };
        user.get(url).send()?.expect_status(200)?;
        Ok(())
    });
    assert_eq!(summary.whole.totals.pass, 200);
    assert_eq!(summary.slowest.len(), 10);
    let times: Vec<Duration> = summary.slowest.iter().map(|kept| kept.tpr).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    assert!(summary.slowest[..5].iter().all(|kept| kept.exchange.url.ends_with("/delay/60")), "{times:?}");
    assert_eq!(times[0], summary.whole.totals.tpr.max().unwrap());
}

#[test]
fn of_many_failures_a_few_are_kept() {
    let service = Service::start();
    let url = service.at("/status/500");
    let summary = run(Plan::new().users(4).loops(500), move |user: &mut User| -> CheckResult {
        user.get(&url).send()?.expect_status(200)?;
        Ok(())
    });
    assert_eq!(summary.failures[0].count, 2000);
    let kept = &summary.failures[0].examples;
    assert_eq!((kept.first.len(), kept.last.len(), kept.slowest.len()), (3, 3, 3));
    assert_eq!(kept.first[0].at, summary.failures[0].first);
}

#[test]
#[ignore = "needs curl"]
fn the_curl_line_repeats_the_request_in_a_shell() {
    let bodies: [&[u8]; 7] = [
        b"plain",
        b"it's \"quoted\" $HOME `x` \\ !",
        b"two\nlines\r\n\tand a tab\n",
        "umlauts \u{e4}\u{f6} and \u{1f600}".as_bytes(),
        b"@file",
        b"\xff\xfe\x01binary\x7f\x80' 7",
        b"a NUL \0, a % and a \\ and 'quotes'\0\n",
    ];
    let service = Service::start();
    for body in bodies {
        let url = service.at("/echo?a=1&b=it's[1]");
        let summary = run(Plan::new().loops(1), move |user: &mut User| -> CheckResult {
            user.put(&url)
                .header("X-Odd", "it's \"odd\"")
                .header("X-Empty", "")
                .body(body)
                .send()?
                .expect_status(404)?;
            Ok(())
        });
        let exchange = &summary.failures[0].examples.first[0].exchange;
        let line = curl_line(exchange);
        let output = Command::new("bash").args(["-c", &line]).output().unwrap();
        let again: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{line}: {output:?}"));
        let (_, answer) = exchange.answer.as_ref().unwrap();
        let first: Value = serde_json::from_slice(&answer.body).unwrap();
        for key in ["method", "path", "query", "body"] {
            assert_eq!(again[key], first[key], "{key} of {line}");
        }
        assert_eq!(headers(&again), headers(&first), "{line}");
    }
}

/// The headers that the echo says it got, whatever their order.
fn headers(echo: &Value) -> Vec<String> {
    let mut headers: Vec<String> = match &echo["headers"] {
        Value::Array(list) => list.iter().map(Value::to_string).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| format!("{name}: {value}")).collect(),
        other => panic!("{other} are no headers"),
    };
    headers.sort();
    headers
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_draws_all_charts_without_an_error() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let (good, bad) = (service.at("/delay/20"), service.at("/status/500"));
    perfloop(&[&good, &bad, "--users", "3", "--time", "3", "--html", file.to_str().unwrap(), "--quiet"]);
    eventually("the page is there", || file.exists());
    let page = rendered(&file);
    assert!(page.contains("data-charts=\"5\""), "{page}");
    assert!(!page.contains("data-error"), "{page}");
    assert!(page.matches("<path class=\"line\"").count() >= 10, "{page}");
}

/// Moves the pointer over the first chart, drags it, and clicks twice; each time it notes what the chart then shows.
const POINTER: &str = "<script>
    const host = document.getElementById('rates');
    const box = host.getBoundingClientRect();
    const tell = (type, x) => host.dispatchEvent(new PointerEvent(type, { clientX: box.left + x, clientY: box.top + 50 }));
    const note = (name, text) => { document.documentElement.dataset[name] = text; };
    const labels = () => [...host.querySelectorAll('text')].map((text) => text.textContent).filter((text) => text.endsWith(' s')).join();
    note('whole', labels());
    tell('pointermove', 60);
    note('legend', document.getElementById('rates-legend').textContent);
    note('other', document.getElementById('times-legend').textContent);
    tell('pointerdown', 60);
    tell('pointermove', box.width / 2 + 40);
    tell('pointerup', box.width / 2 + 40);
    note('zoomed', labels());
    host.dispatchEvent(new MouseEvent('dblclick'));
    note('again', labels());
</script>";

/// Page of a search, and its report.
fn search_page(more: &[&str]) -> (Output, std::path::PathBuf, tempfile::TempDir) {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let url = service.at("/slots/5?service=10ms");
    let args =
        ["capacity", "--within", "p95 < 60ms", "--level-time", "300ms", "--max-users", "16", "--json", "-", &url];
    let output = perfloop(&[&args, more, &["--html", file.to_str().unwrap()]].concat());
    (output, file, folder)
}

#[test]
fn the_page_of_a_search_begins_with_its_answer_and_tells_all_levels() {
    let (output, file, _folder) = search_page(&["--quiet"]);
    let (json, page) = (output.json(), fs::read_to_string(file).unwrap());
    let capacity = &json["capacity"];
    let text = capacity["text"].as_str().unwrap().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("no {what} in {page}"));
    assert!(place(&text) < place("id=\"by-load\"") && place("id=\"by-rps\"") < place("on which the answer stands"));
    assert!(place("on which the answer stands") < place("aria-label=\"Totals\""));
    let levels = capacity["levels"].as_array().unwrap().len();
    let table = page.split_once("<table class=\"steps\">").unwrap().1.split_once("</table>").unwrap().0;
    assert_eq!((table.matches("<tr class=").count(), table.matches(" answer\"").count()), (levels, 1));
    assert_eq!(drawn(&page)["capacity"]["levels"].as_array().unwrap().len(), levels);
    assert!(page.contains("At full load, with intervals") && page.contains("<small class=\"reach\">"), "{page}");
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_draws_a_point_for_each_level_of_a_search() {
    let (output, file, _folder) = search_page(&["--quiet"]);
    let levels = output.json()["capacity"]["levels"].as_array().unwrap().len();
    let page = rendered(&file);
    assert!(!page.contains("data-error") && page.contains("data-charts=\"5\""), "{page}");
    assert_eq!(page.matches("class=\"point\"").count(), 2 * levels);
    assert_eq!(page.matches(" answer\"><line").count(), 2, "marked in both charts");
    assert!(page.contains("<line class=\"limit\"") && page.contains("<b>p95 against users</b>"), "{page}");
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_shows_values_under_the_pointer_and_zooms_where_it_is_dragged() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    perfloop(&[&service.at("/delay/20"), "--time", "4", "--html", file.to_str().unwrap(), "--quiet"]);
    let page = fs::read_to_string(&file).unwrap().replace("</body>", &format!("{POINTER}</body>"));
    fs::write(&file, page).unwrap();
    let page = rendered(&file);
    let noted = |name: &str| {
        let (_, rest) = page.split_once(&format!("data-{name}=\"")).unwrap_or_else(|| panic!("no {name}: {page}"));
        rest.split_once('"').unwrap().0.to_owned()
    };
    assert!(noted("legend").starts_with("answers ") && noted("legend").ends_with("0 s"), "{}", noted("legend"));
    assert!(noted("other").contains("p50 2"), "{}", noted("other"));
    assert_ne!(noted("zoomed"), noted("whole"));
    assert_eq!(noted("again"), noted("whole"));
    assert!(!page.contains("data-error"), "{page}");
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_shows_a_run_without_answers_without_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    perfloop(&[REFUSED, "--loops", "2", "--html", file.to_str().unwrap(), "--quiet"]);
    let page = rendered(&file);
    assert!(page.contains("data-charts=\"2\"") && !page.contains("data-error"), "{page}");
    assert!(page.contains("No request was answered, so there are no times."), "{page}");
}
