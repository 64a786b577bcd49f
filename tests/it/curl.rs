//! Commands of curl as browsers and Postman copy them, by what arrives.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{Service, complaint, none, perfloop};

/// What arrived at `/echo`, told by the only request of the run, which the log shows.
fn echoed(args: &[&str]) -> Value {
    let split = args.iter().position(|word| *word == "--").unwrap_or(args.len());
    let flags = ["--loops", "1", "--log-http", "-"];
    let output = perfloop(&[&["curl"][..], &args[..split], &flags, &args[split..]].concat());
    assert_eq!(output.code, Some(0), "{output:#?}");
    echo(&output.stdout)
}

fn echo(stdout: &str) -> Value {
    let (_, answer) = stdout.split_once("--- 200").unwrap_or_else(|| panic!("no answer in {stdout}"));
    serde_json::from_str(answer.lines().find(|line| line.starts_with('{')).unwrap()).unwrap()
}

#[test]
fn a_command_as_chrome_copies_it_is_sent_as_the_browser_sent_it() {
    let service = Service::start();
    let command = format!(
        r#"curl '{}' \
  -H 'accept: application/json, text/plain, */*' \
  -H 'accept-language: de-DE,de;q=0.9' \
  -H 'cache-control: no-cache' \
  -H 'content-type: application/json' \
  -b 'session=abc; theme=dark' \
  -H 'origin: http://127.0.0.1:3000' \
  -H 'sec-ch-ua: "Not/A)Brand";v="8", "Chromium";v="126"' \
  -H 'sec-fetch-mode: cors' \
  -H 'user-agent: Mozilla/5.0 (X11; Linux x86_64)' \
  --data-raw $'{{"text":"it\'s \u0021 \u00fc","n":1}}' \
  --insecure"#,
        service.at("/echo?page=1&q=a%20b")
    );
    let echo = echoed(&[&command]);
    assert_eq!(echo["method"], "POST");
    assert_eq!(echo["body"], "{\"text\":\"it's ! ü\",\"n\":1}");
    let headers = &echo["headers"];
    for (name, value) in [
        ("content-type", "application/json"),
        ("accept", "application/json, text/plain, */*"),
        ("cookie", "session=abc; theme=dark"),
        ("sec-ch-ua", "\"Not/A)Brand\";v=\"8\", \"Chromium\";v=\"126\""),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
    ] {
        assert_eq!(headers[name], value, "{name} of {headers}");
    }
    assert_eq!(service.total_hits(), 1);
}

#[test]
fn a_command_as_postman_copies_it_is_sent_form_and_file_included() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a b.txt").to_str().unwrap().to_owned();
    fs::write(&file, "hello").unwrap();
    let url = service.at("/echo");
    let json = format!(
        "curl --location --request PUT '{url}' \\\n--header 'Content-Type: application/json' \\\n\
         --header 'Authorization: Bearer t0ken' \\\n--data '{{\n    \"name\": \"Ann\"\n}}'"
    );
    let echo = echoed(&[&json]);
    assert_eq!((&echo["method"], &echo["body"]), (&json!("PUT"), &json!("{\n    \"name\": \"Ann\"\n}")));
    assert_eq!(echo["headers"]["authorization"], "Bearer t0ken");

    let form = format!("curl --location '{url}' --form 'title=\"Sun rise\"' --form 'file=@\"{file}\"'");
    let echo = echoed(&[&form]);
    let (content_type, body) = (echo["headers"]["content-type"].as_str().unwrap(), echo["body"].as_str().unwrap());
    assert!(content_type.starts_with("multipart/form-data; boundary="), "{content_type}");
    for part in ["name=\"title\"\r\n\r\nSun rise\r\n", "filename=\"a b.txt\"", "\r\n\r\nhello\r\n"] {
        assert!(body.contains(part), "{part:?} is not in {body:?}");
    }

    let encoded = format!("curl --location '{url}' --data-urlencode 'a=1 &' --data-urlencode 'b=2'");
    let echo = echoed(&[&encoded]);
    assert_eq!(echo["body"], "a=1%20%26&b=2");
    assert_eq!(echo["headers"]["content-type"], "application/x-www-form-urlencoded");
}

#[test]
fn a_command_may_stand_behind_two_dashes_or_on_stdin() {
    let service = Service::start();
    let url = service.at("/echo");
    assert_eq!(echoed(&["--", "curl", &url, "--data-raw", "@x"])["body"], "@x");
    assert_eq!(echoed(&["--", "curl", &url, "-d", ""])["method"], "POST");
    let echo = echoed(&["--", "curl", &url, "-u", "ann:b", "-d", "x=1"]);
    assert_eq!((&echo["body"], &echo["headers"]["authorization"]), (&json!("x=1"), &json!("Basic YW5uOmI=")));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("command.txt");
    fs::write(&file, format!("curl '{url}' \\\n  --data-raw 'from stdin'\n")).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_perfloop"));
    run.args(["curl", "-", "--loops", "1", "--log-http", "-"]).stdin(Stdio::from(fs::File::open(&file).unwrap()));
    let Output { status, stdout, .. } = run.output().unwrap();
    assert!(status.success());
    assert_eq!(echo_of(&stdout)["body"], "from stdin");
}

fn echo_of(stdout: &[u8]) -> Value {
    echo(std::str::from_utf8(stdout).unwrap())
}

#[test]
fn the_other_flags_of_a_run_work_and_secrets_stay_out_of_its_report() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let feed = folder.path().join("ids.csv");
    fs::write(&feed, "id\n7\n8\n").unwrap();
    let command =
        format!("curl {} -H 'Authorization: Bearer t0ken' -b 'id=s3cret' -d 'id={{id}}'", service.at("/echo"));
    let output = perfloop(&[
        "curl",
        "--users",
        "2",
        &command,
        "--loops",
        "2",
        "--feed",
        feed.to_str().unwrap(),
        "--expect-json",
        "method=POST",
        "--expect-contains",
        "id={id}",
        "--fail-if",
        "fails > 0",
        "--json",
        "-",
    ]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let json = output.json();
    assert_eq!((&json["totals"]["pass"], &json["checks"][0]["name"]), (&4.into(), &json!("POST /echo")));
    let told = json["run"]["command"].to_string();
    assert!(told.contains("Authorization: ***") && told.contains("Cookie: ***"), "{told}");
    assert!(!told.contains("t0ken") && !told.contains("s3cret") && told.contains("--data=id={id}"), "{told}");

    let dry = perfloop(&["curl", &command, "--dry-run", "--feed", feed.to_str().unwrap()]);
    assert!(dry.code == Some(0) && dry.stdout.contains("Authorization: ***"), "{dry:#?}");
    assert_eq!(service.total_hits(), 4);
}

#[test]
fn what_is_no_command_or_cannot_be_sent_is_refused_in_one_line() {
    let service = Service::start();
    let url = service.at("/echo");
    let curl = |rest: &str| format!("curl {url} {rest}");
    let (http2, pipe, variable, dollar) = (curl("--http2"), curl("| jq ."), curl("-H \"A: $B\""), curl("-d @/no/such"));
    let (cut, two, at) = (curl("-H 'A: b"), curl("-d a"), curl("--data-raw @b"));
    let rows: [(&[&str], &[&str]); 12] = [
        (&["curl"], &["curl: there is no command", "behind --"]),
        (&["curl", "--users", "2"], &["curl: there is no command"]),
        (&["curl", &url], &["curl: there is no command"]),
        (&["curl", "--", "wget", &url], &["begins with 'wget'"]),
        (&["curl", &http2], &["--http2 is a flag of curl that perfloop does not know"]),
        (&["curl", &pipe], &["'|' is for a shell"]),
        (&["curl", &variable], &["behind --"]),
        (&["curl", &dollar], &["-d @/no/such: cannot be read"]),
        (&["curl", &cut], &["copy the whole command"]),
        (&["curl", &two, "--data", "b"], &["--data is given more than once"]),
        (&["curl", &at, "--data", "b"], &["--data", "has a body already"]),
        (&["curl", &two, "--frob"], &["there is no flag --frob; see perfloop curl --help"]),
    ];
    none(rows.iter().filter_map(|(args, words)| complaint(args, words)));
    assert_eq!(service.total_hits(), 0);
}
