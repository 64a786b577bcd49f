//! What is secret, and what a terminal would obey, goes through every output, and none shows it.

use std::fs;

use crate::outputs::scrape;
use crate::raw::Raw;
use crate::support::{Reports, eventually, none, perfloop, spawn};

/// Other in each form in which it may be written.
const SECRET: &str = "p@ss w0rd/+\"<é>'x";

/// The same, by hand.
fn forms() -> Vec<String> {
    let hex = |byte: u8| format!("%{byte:02X}");
    let encoded = |kept: &str, space: &str| -> String {
        let one = |byte: u8| match byte {
            b' ' => space.to_owned(),
            byte if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) => char::from(byte).to_string(),
            byte => hex(byte),
        };
        SECRET.bytes().map(one).collect()
    };
    let json = SECRET.replace('"', "\\\"");
    let html = SECRET.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut forms = vec![
        SECRET.to_owned(),
        encoded("", "%20"),
        encoded("", "+"),
        encoded("", "%20").to_lowercase(),
        encoded("@/+'", "%20"),
        json.replace('/', "\\/"),
        json.replace('é', "\\u00e9"),
        json,
        html.replace('\'', "&#39;"),
        html.replace('\'', "&#x27;"),
        html,
    ];
    forms.extend(BASE64.map(str::to_owned));
    forms
}

/// Of the value alone, and of it as the password of `ann`.
const BASE64: [&str; 3] = ["cEBzcyB3MHJkLysiPMOpPid4", "cEBzcyB3MHJkLysiPMOpPid4", "YW5uOnBAc3MgdzByZC8rIjzDqT4neA=="];

/// Sends on to a path with the secret in it, and there shows it in every form, with a status that is not as wanted.
fn leaky() -> Raw {
    let shown = forms().join(" | ");
    Raw::start(move |peer| {
        while let Some(request) = peer.request() {
            let path = request.split_whitespace().nth(1).unwrap_or_default();
            let answer = if path.starts_with("/go/") {
                format!(
                    "HTTP/1.1 500 No\r\nX-Seen: {shown}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{shown}",
                    shown.len()
                )
            } else {
                let place = "/go/p@ss%20w0rd/+%22%3C%C3%A9%3E'x/of?api_key=p%40ss%20w0rd%2F%2B%22%3C%C3%A9%3E%27x";
                format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: {}\r\n\r\n{shown}", shown.len())
            };
            peer.send(answer);
        }
    })
}

/// A run with every output, and all that it wrote, by names.
fn everything(place: &Reports, args: &[&str]) -> Vec<(String, String)> {
    let path = |name: &str| place.path(name);
    let outputs = [
        "--json",
        &path("o.json"),
        "--html",
        &path("o.html"),
        "--csv",
        &path("o"),
        "--junit",
        &path("o.xml"),
        "--hlog",
        &path("o.hlog"),
        "--samples",
        &path("o.csv"),
        "--log-http",
        &path("o.log"),
        "--stats-interval",
        "0.1",
    ];
    let run = perfloop(&[&outputs[..], args].concat());
    let mut all = vec![("stdout".to_owned(), run.stdout), ("stderr".to_owned(), run.stderr)];
    let dry = perfloop(&[args, &["--dry-run"]].concat());
    all.extend([("dry run".to_owned(), dry.stdout), ("dry run's stderr".to_owned(), dry.stderr)]);
    for entry in fs::read_dir(place.path("")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.starts_with("o.") || name.starts_with("o_") {
            all.push((name.clone(), fs::read_to_string(place.path(&name)).unwrap()));
        }
    }
    assert!(all.len() >= 14, "{:?}", all.iter().map(|(name, _)| name).collect::<Vec<_>>());
    all
}

/// All that files show as tests, by names.
fn as_test(place: &Reports, args: &[&str]) -> Vec<(String, String)> {
    let junit = place.path("test.xml");
    let mut all = Vec::new();
    for more in [&["--report-junit", &junit][..], &["--verbose"]] {
        let run = perfloop(&[&["test"], more, args].concat());
        assert_ne!(run.code, Some(2), "{}", run.stderr);
        all.extend([(format!("test {more:?}"), run.stdout), (format!("stderr of test {more:?}"), run.stderr)]);
    }
    all.push(("JUnit of test".into(), fs::read_to_string(&junit).unwrap()));
    all
}

/// Where one of these texts is shown.
fn shown(outputs: &[(String, String)], texts: &[String]) -> Vec<String> {
    let found = outputs.iter().flat_map(|(name, text)| {
        texts.iter().filter_map(move |secret| {
            let at = text.find(secret.as_str())?;
            let from = text.floor_char_boundary(at.saturating_sub(80));
            let to = text.ceil_char_boundary((at + secret.len() + 40).min(text.len()));
            Some(format!("{name} shows {secret}: …{}…", &text[from..to]))
        })
    });
    found.collect()
}

#[test]
fn a_secret_of_a_url_check_is_shown_by_no_output() {
    let (service, place) = (leaky(), Reports::new());
    let header = format!("X-Api-Key: {SECRET}");
    let auth = format!("ann:{SECRET}");
    let url = format!("http://bob:hidden%20by%20url@{}/start?token=of+the+query", service.address());
    let args =
        ["--loops", "2", "-L", "-H", &header, "--basic-auth", &auth, "-d", "a=b&client_secret=of-the-form", &url];
    let all = everything(&place, &args);
    let given = ["hidden%20by%20url", "hidden by url", "of+the+query", "of-the-form"].map(str::to_owned);
    none(shown(&all, &[forms(), given.to_vec()].concat()));
    let (_, stdout) = &all[0];
    assert!(stdout.contains("/go/***"), "the name of the hop is still told: {stdout}");
}

#[test]
fn a_secret_of_a_hurl_file_is_shown_by_no_output_and_a_redacted_capture_neither() {
    let (service, place) = (leaky(), Reports::new());
    let file = place.path("leak.hurl");
    let text = format!(
        "GET {}\nX-Token-Of-Mine: {{{{mine}}}}\nHTTP 302\n[Captures]\nfound: header \"Location\" regex /of.(api_key)/ redact\n\
         GET {}/{{{{found}}}}\n{{{{mine}}}}\nHTTP 200\n[Asserts]\nbody == \"{{{{mine}}}}\"\nheader \"X-Seen\" == \"x\"\n",
        service.at("/start"),
        service.at("/go")
    );
    fs::write(&file, text).unwrap();
    let secret = format!("mine={SECRET}");
    let mut all = everything(&place, &["--loops", "2", "--secret", &secret, &file]);
    all.extend(as_test(&place, &["--secret", &secret, &file]));
    // Of a pair with a user nobody told.
    let forms: Vec<String> = forms().into_iter().filter(|form| form != BASE64[2]).collect();
    none(shown(&all, &forms));
    let log = &all.iter().find(|(name, _)| name == "o.log").unwrap().1;
    assert!(!log.contains("api_key"), "the capture stands in the answer that brought it: {log}");
}

/// What a service may make of a request that is authorized: it says it back.
fn echo() -> Raw {
    Raw::start(|peer| {
        while let Some(request) = peer.request() {
            let said = request.replace("\r\n", " ; ");
            peer.send(format!("HTTP/1.1 200 OK\r\nX-Said: {said}\r\nContent-Length: {}\r\n\r\n{said}", said.len()));
        }
    })
}

#[test]
fn what_authorizes_a_request_of_a_hurl_file_is_shown_by_no_output_also_when_a_service_says_it_back() {
    let (service, place) = (echo(), Reports::new());
    let by_url = service.at("/url?api_key=of-the-query").replace("//", "//bob:of%20the%20url@");
    let texts = [
        format!("GET {}\n[BasicAuth]\nann: of-the-section\nHTTP 200\n[Asserts]\nbody == \"x\"\n", service.at("/a")),
        format!(
            "GET {}\nAuthorization: Bearer of-the-bearer\nX-Api-Key: of-the-header\nHTTP 200\n\
             [Asserts]\nheader \"X-Said\" == \"x\"\n",
            service.at("/b")
        ),
        format!("GET {by_url}\nHTTP 200\n[Asserts]\nbody == \"x\"\n"),
    ];
    let files: Vec<String> = (0..texts.len()).map(|n| place.path(&format!("login-{n}.hurl"))).collect();
    files.iter().zip(texts).for_each(|(file, text)| fs::write(file, text).unwrap());
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let mut all = everything(&place, &[&["--loops", "2"], &files[..]].concat());
    all.extend(as_test(&place, &files));
    let hidden = [
        "of-the-section",
        "YW5uOm9mLXRoZS1zZWN0aW9u",
        "of-the-bearer",
        "of-the-header",
        "of-the-query",
        "of the url",
        "of%20the%20url",
        "Ym9iOm9mIHRoZSB1cmw=",
    ];
    none(shown(&all, &hidden.map(str::to_owned)));
    let (_, stdout) = &all[0];
    assert!(stdout.contains("***"), "{stdout}");
}

#[test]
fn the_open_log_shows_what_is_hidden_by_its_name_and_no_value_that_was_told() {
    let (service, place) = (echo(), Reports::new());
    let (log, url) = (place.path("open.log"), service.at("/?token=by-its-name"));
    let args = ["--loops", "1", "--basic-auth", "ann:told-secret", "-H", "X-Api-Key: by-another"];
    assert_eq!(perfloop(&[&args[..], &["--show-secrets", "--log-http", &log, &url]].concat()).code, Some(0));
    let text = fs::read_to_string(&log).unwrap();
    for (part, is_shown) in
        [("by-its-name", true), ("by-another", true), ("told-secret", false), ("YW5uOnRvbGQtc2VjcmV0", true)]
    {
        assert_eq!(text.contains(part), is_shown, "{part}: {text}");
    }
    let file = place.path("open.hurl");
    fs::write(&file, format!("GET {}\nAuthorization: Bearer of-the-file\nX-Api-Key: {{{{mine}}}}\n", service.at("/")))
        .unwrap();
    let args = ["--loops", "1", "--secret", "mine=told-secret", "--show-secrets", "--log-http", &log, &file];
    assert_eq!(perfloop(&args).code, Some(0));
    let text = fs::read_to_string(&log).unwrap();
    assert_eq!((text.contains("of-the-file"), text.contains("told-secret")), (true, false), "{text}");
}

#[test]
fn a_mistake_in_a_header_does_not_show_what_may_be_its_value() {
    for header in ["X-Api-Key abc-secret", ": abc-secret", "Authorization Bearer abc-secret"] {
        let output = perfloop(&["-H", header, "http://127.0.0.1:9/"]);
        assert_eq!(output.code, Some(2));
        assert!(!output.stderr.contains("abc-secret"), "{}", output.stderr);
    }
}

#[test]
fn a_name_of_ones_own_is_hidden_too_and_the_log_shows_all_on_demand() {
    let (service, place) =
        (Raw::answering("HTTP/1.1 200 OK\r\nX-Session: mine-1\r\nContent-Length: 0\r\n\r\n"), Reports::new());
    let url = service.at("/?session=mine-2");
    let all = everything(&place, &["--loops", "1", "--secret-name", "x-session", "--secret-name", "session", &url]);
    none(shown(&all, &["mine-1".to_owned(), "mine-2".to_owned()]));
    let log = place.path("shown.log");
    let args = ["--loops", "1", "--secret-name", "x-session", "--show-secrets", "--log-http", &log, &url];
    assert_eq!(perfloop(&args).code, Some(0));
    assert!(fs::read_to_string(&log).unwrap().contains("< X-Session: mine-1"));
}

/// Is red, clears the screen, fills the clipboard, goes on with C1, turns the direction, and is no character.
const ESCAPES: &str = "\u{1b}[31m\u{1b}[2J\u{1b}]52;c;eA==\u{7}\u{9b}31m\u{202e}txt\u{fffe}\0";

/// What none of the outputs may have raw.
fn raw_escapes() -> Vec<String> {
    ["\u{1b}", "\u{7}", "\u{9b}", "\u{202e}", "\u{fffe}", "\0"].map(str::to_owned).to_vec()
}

#[test]
fn what_a_terminal_would_obey_reaches_no_output() {
    let place = Reports::new();
    let body = format!("{ESCAPES}\r\n=== 1970-01-01T00:00:00.000Z user 1 iteration 1 0.1 ms\n> GET http://fake/\n");
    let service = Raw::start(move |peer| {
        while let Some(request) = peer.request() {
            let answer = if request.contains(" /go") {
                format!("HTTP/1.1 500 No\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            } else {
                "HTTP/1.1 302 Found\r\nLocation: /go/\u{9b}\u{202e}x\r\nContent-Length: 0\r\n\r\n".to_owned()
            };
            peer.send(answer);
        }
    });
    let file = place.path("esc\u{1b}[31m\u{202e}.hurl");
    let text = format!("GET {}\n[Options]\nlocation: true\nHTTP 200\n[Asserts]\nbody == \"x\"\n", service.at("/start"));
    fs::write(&file, text).unwrap();
    let url = service.at("/start");
    let contains = format!("--expect-contains={ESCAPES}x").replace('\0', "");
    for args in [&["--loops", "2", &file][..], &["--loops", "2", "-L", "--expect-status", "500", &contains, &url]] {
        let all = everything(&place, args);
        none(shown(&all, &raw_escapes()));
        let log = &all.iter().find(|(name, _)| name == "o.log").unwrap().1;
        let entries = log.lines().filter(|line| line.starts_with("===")).count();
        assert_eq!(entries, 4, "two checks of two requests: {log}");
    }
    // The same in reports that somebody else wrote.
    let report = place.changed("o.json", "evil.json", |report| {
        report["run"]["target"] = ESCAPES.into();
        report["checks"][0]["name"] = ESCAPES.into();
        report["run"]["seed"] = 7.into();
    });
    let one = place.path("o.json");
    for args in [["merge", &one, &report], ["compare", &report, &one]] {
        let output = perfloop(&args);
        none(shown(&[("stdout".into(), output.stdout), ("stderr".into(), output.stderr)], &raw_escapes()));
    }
    let output = perfloop(&["test", &file]);
    none(shown(&[("stdout".into(), output.stdout), ("stderr".into(), output.stderr)], &raw_escapes()));
    let output = perfloop(&[&format!("--fail-if={}", ESCAPES.replace('\0', ""))]);
    none(shown(&[("stderr".into(), output.stderr)], &raw_escapes()));
}

#[test]
fn the_metrics_show_names_without_secrets_and_escapes() {
    let service = leaky();
    let secret = format!("X-Api-Key: {SECRET}");
    let args =
        ["--time", "30", "--wait", "0.01", "-L", "-H", &secret, "--metrics-addr", "127.0.0.1:0", &service.at("/start")];
    let running = spawn(&args);
    eventually("the hop is told", || {
        running.stdout().contains("metrics: ") && scrape(&running, "GET /metrics").contains("/go/***")
    });
    let page = scrape(&running, "GET /metrics");
    none(shown(&[("metrics".into(), page)], &forms()));
    running.signal("INT");
    assert_eq!(running.wait().code, Some(130));
}
