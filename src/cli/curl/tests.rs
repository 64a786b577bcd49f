//! Translation of commands, without a shell and a service.

use super::flags::{Translated, translate};
use super::words::split;

/// The words and the body that are made of a command.
fn made(command: &str) -> (Vec<String>, Option<String>) {
    let Translated { mut words, body } = translate(&split(command).expect(command)).expect(command);
    let is_data = |word: &String| word.starts_with("--data=");
    let flag = words.iter().position(is_data).map(|at| words.remove(at)["--data=".len()..].to_owned());
    (words, flag.or(body.map(|bytes| String::from_utf8(bytes).expect("text"))))
}

fn refused(command: &str) -> String {
    translate(&split(command).expect(command)).expect_err(command)
}

#[test]
fn each_flag_becomes_one_of_perfloops() {
    let rows = [
        ("curl a.test", "http://a.test"),
        ("curl --url https://a.test/b", "https://a.test/b"),
        ("curl a.test b.test", "http://a.test http://b.test"),
        ("curl -XPUT a.test", "--method=PUT http://a.test"),
        ("curl -X POST -X PATCH a.test", "--method=PATCH http://a.test"),
        ("curl -I a.test", "--method=HEAD http://a.test"),
        (
            "curl -sSLk -o /dev/null -w '%{http_code}' --compressed a.test",
            "--location --insecure --compressed http://a.test",
        ),
        (
            "curl -u ann:b -A me -e c.test a.test",
            "--header=User-Agent: me --header=Referer: c.test --basic-auth=ann:b http://a.test",
        ),
        ("curl -b a=1 -b 'b=2; c=3' a.test", "--header=Cookie: a=1; b=2; c=3 http://a.test"),
        ("curl -b a=1 -H 'cookie: b=2' a.test", "--header=cookie: b=2 http://a.test"),
        ("curl -b a=1 -H 'Cookie:' a.test", "--header=Cookie: http://a.test"),
        ("curl -b '' a.test", "http://a.test"),
        ("curl -A '' -A me -H 'user-agent: you' a.test", "--header=user-agent: you http://a.test"),
        (
            "curl --oauth2-bearer x -e 'c.test;auto' a.test",
            "--header=Referer: c.test --header=Authorization: Bearer x http://a.test",
        ),
        ("curl 'a.test/?b\\[\\]=\\{c\\}'", "http://a.test/?b[]=%7Bc%7D"),
        ("curl -g 'a.test/{b}?c=[1-2]'", "http://a.test/{b}?c=[1-2]"),
        ("curl 'a.test/{b,c}'", "http://a.test/b http://a.test/c"),
        ("curl --url-query 'b=c d' --url-query '+e=f' 'a.test?x#y'", "http://a.test?x&b=c+d&e=f#y"),
        ("curl -m 2.5 --connect-timeout 1 a.test", "--connect-timeout=1 --timeout=2.5 http://a.test"),
        ("curl -m 0 a.test", "http://a.test"),
        ("curl -x b.test:3128 --cacert c.pem a.test", "--cacert=c.pem --proxy=http://b.test:3128 http://a.test"),
        ("curl --resolve +a.test:80:127.0.0.1 a.test", "--resolve=a.test:80:127.0.0.1 http://a.test"),
        ("curl -H 'A: b' -H 'C;' -H 'Accept:' a.test", "--header=A: b --header=C; --header=Accept: http://a.test"),
        ("curl --compressed -H 'Accept-Encoding:' a.test", "--header=Accept-Encoding: --compressed http://a.test"),
        ("curl --compressed -H 'accept-encoding: br' a.test", "--compressed http://a.test"),
    ];
    for (command, wanted) in rows {
        assert_eq!(made(command), (made_of(wanted), None), "{command}");
    }
}

/// Words that begin with -- or http.
fn made_of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in text.split(' ') {
        match words.last_mut() {
            Some(last) if !part.starts_with("--") && !part.starts_with("http") => last.push_str(&format!(" {part}")),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

#[test]
fn data_is_put_together_as_curl_does() {
    const FORM: &str = "--header=Content-Type: application/x-www-form-urlencoded";
    const JSON: &str = "--header=Content-Type: application/json --header=Accept: application/json";
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("data").to_str().expect("path").to_owned();
    std::fs::write(&file, "a\r\nb ü\n").expect("written");
    let rows = [
        ("-d a=1 -d b=2".to_owned(), FORM, "a=1&b=2"),
        ("--data-raw @x --data-urlencode 'c=d e+&' -d f".to_owned(), FORM, "@x&c=d+e%2B%26&f"),
        ("--data-urlencode =a/b --data-urlencode 'ü'".to_owned(), FORM, "a%2Fb&%C3%BC"),
        (format!("-d @{file}"), FORM, "ab ü"),
        (format!("--data-binary @{file}"), FORM, "a\r\nb ü\n"),
        (format!("--data-urlencode n@{file}"), FORM, "n=a%0D%0Ab+%C3%BC%0A"),
        ("--json '{\"a\":' --json '1}'".to_owned(), JSON, "{\"a\":1}"),
        ("-d '{}' -H 'content-type: a/b'".to_owned(), "--header=content-type: a/b", "{}"),
        ("--data-raw '------b'".to_owned(), FORM, "------b"),
        ("-d ''".to_owned(), FORM, ""),
    ];
    for (flags, headers, body) in rows {
        let wanted = (made_of(&format!("{headers} http://a.test")), Some(body.to_owned()));
        assert_eq!(made(&format!("curl a.test {flags}")), wanted, "{flags}");
    }
    assert_eq!(made("curl -G 'a.test/?x=1#f' -d a=1 -d b").0, ["http://a.test/?x=1&a=1&b#f"]);
}

#[test]
fn a_body_is_a_flag_if_one_can_hold_it() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("data").to_str().expect("path").to_owned();
    std::fs::write(&file, b"\xff").expect("written");
    let translated = |flags: &str| translate(&split(&format!("curl a.test {flags}")).expect("words")).expect("known");
    assert_eq!(translated("-d a").body, None);
    assert_eq!(translated("--data-raw @a").body, Some(b"@a".to_vec()));
    assert_eq!(translated(&format!("--data-binary @{file}")).body, Some(b"\xff".to_vec()));
}

#[test]
fn a_form_becomes_parts() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("sun.png").to_str().expect("path").to_owned();
    std::fs::write(&file, "PNG").expect("written");
    let flags = format!(
        "-F 'a=\"b c\"' -F 'p=@\"{file}\";type=image/png' -F 'q=@{file};filename=r' -F 't=<{file}' -F 'j={{\"a\":1}};type=application/json;charset=utf-8' -F 'k=\"x;type=y \\\"z\\\"\"' --form-string s=@x"
    );
    let (words, body) = made(&format!("curl a.test {flags}"));
    assert!(words[0].starts_with("--header=Content-Type: multipart/form-data; boundary="), "{words:?}");
    let body = body.expect("a body");
    for part in [
        "name=\"a\"\r\n\r\nb c\r\n",
        "name=\"p\"; filename=\"sun.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n",
        "name=\"q\"; filename=\"r\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n",
        "name=\"j\"\r\nContent-Type: application/json;charset=utf-8\r\n\r\n{\"a\":1}\r\n",
        "name=\"k\"\r\n\r\nx;type=y \"z\"\r\n",
        "name=\"t\"\r\n\r\nPNG\r\n",
        "name=\"s\"\r\n\r\n@x\r\n",
    ] {
        assert!(body.contains(part), "{part:?} is not in {body:?}");
    }
}

#[test]
fn what_perfloop_does_not_know_is_refused_by_its_name() {
    for (command, words) in [
        ("curl --http2 a.test", "--http2 is a flag of curl that perfloop does not know"),
        ("curl -sT file a.test", "-T is a flag of curl that perfloop does not know"),
        ("curl -b jar.txt a.test", "-b jar.txt: perfloop reads no files of cookies"),
        ("curl -d @/no/such a.test", "-d @/no/such: cannot be read"),
        ("curl -F a a.test", "-F a: is no field; write it like name=value"),
        ("curl -F a=b -d c a.test", "-F and -d make a body each"),
        ("curl -H 'A: b'", "there is no URL in it"),
        ("curl a.test -X", "--request: its value is missing"),
    ] {
        let error = refused(command);
        assert!(error.contains(words) && !error.contains('\n'), "{command}: {error}");
    }
}
