//! Commands of curl as browsers and Postman copy them, by what arrives.

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::raw::{Raw, head_length};
use crate::support::{Service, complaint, none, perfloop};

/// What arrived at `/echo`, told by the only request of the run, which the log shows.
fn echoed(args: &[&str]) -> Value {
    let split = args.iter().position(|word| *word == "--").unwrap_or(args.len());
    let flags = ["--loops", "1", "--log-http", "-", "--show-secrets"];
    let output = perfloop(&[&["curl"][..], &args[..split], &flags, &args[split..]].concat());
    assert_eq!(output.code, Some(0), "{output:#?}");
    echo(&output.stdout)
}

fn echo(stdout: &str) -> Value {
    let (_, answer) = stdout.split_once("\n< 200").unwrap_or_else(|| panic!("no answer in {stdout}"));
    serde_json::from_str(
        &answer.lines().find_map(|line| line.strip_prefix("< {").map(|rest| format!("{{{rest}"))).unwrap(),
    )
    .unwrap()
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
fn a_command_that_is_pasted_word_by_word_needs_no_dashes_before_it_and_may_have_a_prompt() {
    let service = Service::start();
    let url = service.at("/echo");
    let flags = ["curl", "--loops", "1", "--quiet"];
    let begin = ["curl", "--quiet", "--loops", "1"];
    for (args, method) in [
        ([&begin[..], &["curl", &url, "-X", "PUT"]].concat(), "PUT"),
        ([&begin[..], &["$", "curl", &url, "-d", "x"]].concat(), "POST"),
        ([&flags[..], &["--", "$", "curl", &url, "-I"]].concat(), "HEAD"),
        ([&flags[..], &[&format!("$ curl {url} -X PATCH")]].concat(), "PATCH"),
    ] {
        let output = perfloop(&args);
        assert_eq!(output.code, Some(0), "{output:#?}");
        assert!(output.stdout.contains(&format!("{method} /echo")), "{output:#?}");
    }
    assert_eq!(service.total_hits(), 4);
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
    assert_eq!(echo["body"], "a=1+%26&b=2");
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
    let power_shell = "Invoke-WebRequest -UseBasicParsing -Uri \"http://a.test\"";
    let rows: [(&[&str], &[&str]); 16] = [
        (&["curl", "--", "irm", "http://a.test"], &["this is PowerShell (Invoke-RestMethod)"]),
        (&["curl", power_shell], &["this is PowerShell (Invoke-WebRequest)", "copy it as cURL (bash)"]),
        (&["curl", "--users", "2", "fetch(\"http://a.test\");"], &["this is JavaScript (fetch)", "copy it as cURL"]),
        (&["curl", "curl 'http://a.test/[1-1000]'"], &["more than 100 requests"]),
        (&["curl"], &["curl: there is no command", "behind --"]),
        (&["curl", "--users", "2"], &["curl: there is no command"]),
        (&["curl", &url], &["curl: there is no command"]),
        (&["curl", "--", "wget", &url], &["this is wget"]),
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

#[test]
fn commands_for_windows_are_sent_as_the_browser_sent_them() {
    let raw = Raw::with_status("200 OK");
    let url = raw.at("/a?b=c");
    for command in [
        format!(
            "curl ^\"{url}^\" ^\r\n  -H ^\"X-A: ^%^20 b^&c^\" ^\r\n  --data-raw ^\"^{{^\\^\"a^\\^\":^\\^\"x y^\\^\"^}}^\""
        ),
        format!("curl \"{url}\" -H \"X-A: \"%\"20 b&c\" --data \"{{\"\"a\"\":\"\"x y\"\"}}\" --compressed"),
        format!("curl.exe {url} -H \"X-A: %20 b&c\" -d \"{{\\\"a\\\":\\\"x y\\\"}}\""),
    ] {
        let output = perfloop(&["curl", "--loops", "1", "--quiet", &command]);
        assert_eq!(output.code, Some(0), "{command}: {output:#?}");
        let request = raw.only();
        assert!(request.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{command}: {request}");
        assert!(request.to_lowercase().contains("\r\nx-a: %20 b&c\r\n"), "{command}: {request}");
        assert!(request.ends_with("\r\n\r\n{\"a\":\"x y\"}"), "{command}: {request}");
    }
}

#[test]
fn braces_of_a_url_are_text_unless_a_feed_has_a_column_of_the_name() {
    let raw = Raw::with_status("200 OK");
    let folder = tempfile::tempdir().unwrap();
    let feed = folder.path().join("ids.csv");
    fs::write(&feed, "id\n7\n").unwrap();
    let feed = ["--feed", feed.to_str().unwrap()];
    for (query, more, wanted) in [
        ("?q={id}&r={\"a\":{b}}", &[][..], "?q={id}&r={\"a\":{b}}"),
        ("?q=\\{id\\}&r=\\[\\]", &[], "?q={id}&r=[]"),
        ("?q=\\{id\\}&r={id}", &feed, "?q={id}&r=7"),
    ] {
        let command = format!("curl '{}'", raw.at(&format!("/{query}")));
        let output = perfloop(&[&["curl", "--loops", "1", "--quiet", &command][..], more].concat());
        assert_eq!(output.code, Some(0), "{command}: {output:#?}");
        let told = Told::of(&raw.take()[0]);
        assert_eq!(told.target, format!("/{wanted}"), "{command}");
    }
}

/// A request as far as it means something: what every client sends in words of its own is left out.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Told {
    fn of(request: &[u8]) -> Self {
        let (head, body) = request.split_at(head_length(request));
        let head = String::from_utf8_lossy(head);
        let mut lines = head.trim_end().split("\r\n");
        let mut words = lines.next().unwrap().splitn(3, ' ');
        let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
        let mut headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .filter(|(name, value)| match name.as_str() {
                "user-agent" => !value.starts_with("curl/") && !value.starts_with("perfloop/"),
                // The first of them goes by the codings that a client knows.
                "accept-encoding" | "proxy-connection" | "connection" | "content-length" | "transfer-encoding" => false,
                _ => true,
            })
            .collect();
        let boundary = headers.iter().find_map(|(_, value)| Some(value.split_once("boundary=")?.1.to_owned()));
        for (name, value) in &mut headers {
            if let Some(boundary) = &boundary {
                *value = value.replace(boundary, "B");
            }
            if name == "cookie" {
                *value = value.replace("; ", ";");
            }
        }
        headers.sort();
        let body = match &boundary {
            Some(boundary) => String::from_utf8_lossy(body).replace(boundary, "B").into_bytes(),
            // Nothing, in chunks.
            None if body == b"0\r\n\r\n" => Vec::new(),
            None => body.to_vec(),
        };
        // What may be encoded in a URL, and what may be left as it is, differs from client to client.
        let target = percent_encoding::percent_decode_str(&target).decode_utf8_lossy().into_owned();
        Told { method, target, headers, body }
    }
}

/// `U` is a URL without a path, `A` its host and port, `F` a file.
const COMMANDS: [&str; 64] = [
    "U",
    "A/a/b",
    "HTTP://A/x",
    "U?a=b",
    "'U/a/../b/./c?x=..'",
    "'U/x#fragment'",
    "'U/a%20b%2Fc?d=%C3%A9'",
    "'U/\u{fc}?\u{fc}=\u{e9}'",
    "'U/?a=|&b=^&c=<d>'",
    "\"U/?q='x'\"",
    "'U//a//b/'",
    "'U/?foo\\[\\]=bar&x\\{y\\}'",
    "-g 'U/?a[]=1&b={c}'",
    "--globoff 'U/{a}/[1]'",
    "'U/?a[]=1'",
    "'U/{a,b}'",
    "'U/[1-3]'",
    "'U/[08-10]/[a-c:2]'",
    "U/a U/b",
    "--url U/a",
    "-X DELETE U",
    "-XPUT -d x U",
    "-X PATCH --data-raw @x U",
    "-I U",
    "-I -X OPTIONS U",
    "-d a=1 -d b=2 U",
    "-d '' U",
    "-d @F U",
    "--data-binary @F U",
    "--data-binary 'a\nb' U",
    "--data-ascii x U",
    "--data-urlencode =a/b U",
    "--data-urlencode n@F U",
    "-d 'a' --data-urlencode 'b=c/d' U",
    "-G -d a=1 -d b 'U/?x#f'",
    "-G --data-urlencode 'a=b&c' U",
    "-G -I -d a U",
    "-G -X PUT -d a U",
    "--url-query a=b/c U?x",
    "--json '{\"a\":1}' U",
    "--json '{\"a\":' --json '1}' U",
    "--json '{}' -H 'accept: a/b' -H 'Content-Type: c/d' U",
    "-d '{}' -H 'content-type: application/json' U",
    "-d x -H 'Content-Type:' U",
    "-H 'A: b' -H 'A: c' U",
    "-H 'A:b' -H 'B:  c  ' U",
    "-H 'Accept:' U",
    "-H 'Accept: a/b' U",
    "-H 'User-Agent:' U",
    "-H 'X-Empty;' -H 'X-None:' U",
    "-H 'Host: shop.test' U",
    "-H 'X: \u{fc}' U",
    "-A me -e http://b.test/ U",
    "-A '' U",
    "-b 'a=1; b=2' U",
    "-b a=1 -b b=2 U",
    "-b a=1 -H 'Cookie: c=3' U",
    "-b a=1 -H 'Cookie:' U",
    "-u ann:b U",
    "-u 'ann:b:c\u{fc}' U",
    "http://b%40b:p%3Ax@A/x",
    "-u ann:b http://bob:c@A/x",
    "--oauth2-bearer t0ken U",
    "-x A 'http://shop.test/x?y'",
];

#[test]
#[ignore = "needs curl"]
fn a_table_of_commands_is_sent_as_curl_itself_sends_them() {
    let raw = Raw::with_status("200 OK");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data.txt").to_str().unwrap().to_owned();
    fs::write(&file, "a\r\nb &=\n").unwrap();
    let form = [
        "-F 'a=\"b c\"' -F n=@F U",
        "-F 'f=@F;type=text/x;filename=g' --form-string s=@x U",
        "-F 't=<F' U",
        "-F 'a={\"b\":1};type=application/json' -F 'c=d;type=x/y;charset=u' U",
        "-F 'a=\"b;type=x/y \\\"c\\\"\"' -F 'd=e;f' -F 'g=@F;filename=h.png' U",
    ];
    let broken = COMMANDS.iter().chain(&form).filter_map(|command| {
        let mut told = Vec::new();
        let command = command.replace("@F", &format!("@{file}")).replace("<F", &format!("<{file}"));
        let places = |text: &str| {
            let is_place = |c: char, text: &str, at: usize| {
                let beside = |other: Option<char>| other.is_none_or(|c| !c.is_alphanumeric() && c != '-');
                matches!(c, 'U' | 'A')
                    && beside(text[..at].chars().next_back())
                    && beside(text[at + 1..].chars().next())
            };
            let piece = |(at, c): (usize, char)| match c {
                'U' if is_place(c, text, at) => raw.at(""),
                'A' if is_place(c, text, at) && !text[at + 1..].starts_with(':') => raw.address().to_owned(),
                c => c.to_string(),
            };
            text.char_indices().map(piece).collect::<String>()
        };
        let command = places(&command);
        let curl = Command::new("sh").args(["-c", &format!("curl -q -s -o /dev/null {command}")]).status().unwrap();
        let of_curl: Vec<Told> = raw.take().iter().map(|request| Told::of(request)).collect();
        let output = perfloop(&["curl", "--loops", "1", "--quiet", &format!("curl {command}")]);
        let of_perfloop: Vec<Told> = raw.take().iter().map(|request| Told::of(request)).collect();
        told.extend((!curl.success() || of_curl.is_empty()).then(|| format!("curl fails: {curl}")));
        told.extend((output.code != Some(0)).then(|| format!("perfloop fails: {}{}", output.stdout, output.stderr)));
        told.extend((of_curl != of_perfloop).then(|| format!("wanted {of_curl:#?}, got {of_perfloop:#?}")));
        (!told.is_empty()).then(|| format!("{command}: {}", told.join("\n")))
    });
    none(broken);
}
