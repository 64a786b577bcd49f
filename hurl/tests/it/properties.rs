//! No text does harm: none makes the parser panic, point outside the text, or take more than linear time.

#[cfg(target_os = "linux")]
use std::time::Duration;

#[cfg(target_os = "linux")]
use nix::time::{ClockId, clock_gettime};
use perfloop_hurl::{Source, parse, unsupported};
use proptest::prelude::*;

/// All there is, in one file that is read.
const WHOLE: &str = r##"# a comment
POST http://h/{{id}}?q=1 # another
Content-Type: application/{{type}}
[Options]
retry: 3
delay: 10ms
variable: a="b\u{41}"
cert: a\:b:c
[Query]
x: y
[Multipart]
f: file,a\ b.png; image/png
[Cookies]
c: {{d}}
[BasicAuth]
bob: secret
{"a": [1, -2.5e3, {{n}}, "t\n\uD83D\uDE00{{s}}"], "b": {}, "é": null}

HTTP/1.1 200
Location: /x
[Captures]
id: jsonpath "$.id" toInt redact
c: cookie "LSID[Max-Age]"
[Asserts]
status >= 200
header "A" not contains "b"
regex /a\/b+/ == "c"
body replaceRegex /\d/ "x" nth -1 == base64,aGk=;
certificate "Issuer" exists
bytes startsWith hex,cafe;
`one\nline`

PUT http://h
```graphql
query { a }
variables {"a": 1}
```
HTTP *
<?xml version="1.0"?><a b="c"><!-- d -->&amp;<e/></a>

PATCH http://h
file,a.json;
HTTP 200
```raw
{{x}}
```
"##;

/// Reads it, and shows what is wrong with it.
fn read(text: &str) {
    let errors = match parse(text) {
        Ok(file) => unsupported(&file),
        Err(error) => vec![error],
    };
    for error in errors {
        assert!(error.span.start <= error.span.end, "{error:?} in {text:?}");
        assert!(text.get(error.span.range()).is_some(), "{error:?} lies not in {text:?}");
        assert!(!error.message.is_empty() && !error.message.contains('\n'), "{error:?}");
        let shown = error.render(&Source::new("a", text));
        assert_eq!(shown.lines().count(), 3, "{shown}");
    }
}

#[test]
fn the_whole_format_is_read() {
    assert_eq!(parse(WHOLE).map(|file| file.entries.len()), Ok(3));
}

fn at_boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at % (text.len() + 1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_is_read_or_refused(text in "\\PC*") {
        read(&text);
    }

    #[test]
    fn texts_of_pieces_of_the_format_are_read_or_refused(
        pieces in prop::collection::vec(
            prop::sample::select(WHOLE.split_inclusive([' ', '\n', '"', '{', ':', '`']).collect::<Vec<_>>()), 0..40,
        ),
    ) {
        read(&pieces.concat());
        read(&format!("GET http://h\nHTTP 200\n[Asserts]\n{}", pieces.concat()));
    }

    #[test]
    fn a_file_with_something_put_in_is_read_or_refused(at in any::<usize>(), text in "[\\PC\n\r\t]{0,6}") {
        let mut whole = WHOLE.to_owned();
        whole.insert_str(at_boundary(WHOLE, at), &text);
        read(&whole);
    }

    #[test]
    fn a_file_with_something_left_out_is_read_or_refused(at in any::<usize>(), bytes in 0_usize..40) {
        let start = at_boundary(WHOLE, at);
        let end = WHOLE.floor_char_boundary((start + bytes).min(WHOLE.len())).max(start);
        read(&format!("{}{}", &WHOLE[..start], &WHOLE[end..]));
        read(&WHOLE[..start]);
    }
}

/// What this thread spent of a processor, the least of some times: that others are at work changes little.
#[cfg(target_os = "linux")]
fn time(text: &str) -> Duration {
    let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("Linux has this clock"));
    let once = |_| {
        let start = now();
        read(text);
        now() - start
    };
    (0..3).map(once).min().unwrap_or_default()
}

#[test]
#[cfg(target_os = "linux")]
fn time_grows_no_faster_than_the_text() {
    // Each makes the parser look ahead, go back, or give up late.
    let texts: [(&str, &str, &str); 14] = [
        ("", "\n", ""),
        ("", "# a\n", "$"),
        ("GET http://h\n", "a", ""),
        ("GET http://h\n", "a: b\n", ""),
        ("GET http://h/", " ", "a"),
        ("GET http://h/", "{{a}}", ""),
        ("GET http://h\nHTTP 200\n[Asserts]\n", "body == \"a\"\n", ""),
        ("GET http://h\nHTTP 200\n[Asserts]\nbody", " count", " == 1"),
        ("POST http://h\n[", "1 , ", "1]"),
        ("POST http://h\n[", "\n", "]"),
        ("POST http://h\n```graphql\n", "\nvariable", "```"),
        ("POST http://h\n<a>", "<b c=\"d\"/>&amp;", "</a>"),
        ("POST http://h\n<a ", "b", "/>"),
        ("", "GET http://h\n", ""),
    ];
    for (before, repeated, after) in texts {
        let text = |times: usize| format!("{before}{}{after}", repeated.repeat(times / repeated.len()));
        let (short, long) = (time(&text(10_000)), time(&text(80_000)));
        // Quadratic time would be 64 times as long.
        let allowed = short * 32 + Duration::from_millis(20);
        assert!(long < allowed, "{repeated:?}: {short:?}, but {long:?} for eight times as much");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn many_attributes_of_an_element_take_no_quadratic_time() {
    let text = |count: usize| {
        let attributes: String = (0..count).map(|number| format!(" a{number}=''")).collect();
        format!("POST http://h\n<a{attributes}/>")
    };
    let (short, long) = (time(&text(2_000)), time(&text(16_000)));
    assert!(long < short * 32 + Duration::from_millis(20), "{short:?}, but {long:?} for eight times as much");
}

#[test]
fn a_file_of_ten_megabytes_is_read() {
    let mut text = String::from("POST http://h\n{\"a\": \"");
    text.push_str(&"é{x} ".repeat(2_000_000));
    text.push_str("\"}\nHTTP 200\n");
    assert!(text.len() > 10_000_000);
    assert_eq!(parse(&text).map(|file| file.entries.len()), Ok(1));
    text.truncate(text.len() - 12);
    let error = parse(&text).unwrap_err();
    assert!(error.render(&Source::new("a", &text[..])).len() < 1_000);
}
