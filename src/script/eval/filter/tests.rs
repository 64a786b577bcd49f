use super::*;
use perfloop_hurl::ast::Response;

use crate::script::eval::value::Hop;

/// The filters of the first assert of a file whose first assert is `body FILTERS exists`.
fn filters(filters: &str) -> Vec<Filter> {
    let file = perfloop_hurl::parse(&format!("GET http://x\nHTTP 200\n[Asserts]\nbody {filters} exists\n"))
        .expect("well formed");
    let response: &Response = file.entries[0].response.as_ref().expect("well formed");
    response.asserts[0].filters.iter().map(Filter::new).collect()
}

/// Value after filters, `none`, or the message of the error on one line.
fn changed(value: Value, text: &str) -> String {
    let mut variables = Variables::new();
    variables.set("i", Value::from(1));
    variables.set("s", Value::from("x"));
    let mut value = Some(value);
    for filter in filters(text) {
        match filter.apply(&value.expect("well formed"), &variables, true) {
            Ok(changed) => value = changed,
            Err(fault) => return fault.message.replace('\n', " "),
        }
    }
    value.map_or("none".into(), |value| value.shown())
}

fn of(text: &str, filters: &str) -> String {
    changed(Value::from(text), filters)
}

fn of_list(filters: &str) -> String {
    changed(Value::List(vec![Value::from(1), Value::from(2), Value::from(3)]), filters)
}

#[test]
fn texts_and_bytes_are_encoded_and_decoded() {
    assert_eq!(of("aGVsbG8=", "base64Decode"), "bytes <68656c6c6f>");
    assert_eq!(of("aGVsbG8", "base64Decode"), "string is not base64");
    assert_eq!(of("_-8", "base64UrlSafeDecode"), "bytes <ffef>");
    assert_eq!(of("_-8=", "base64UrlSafeDecode"), "base64 string contains padding");
    assert_eq!(of("hello", "utf8Encode base64Encode"), "string <aGVsbG8=>");
    assert_eq!(of("hello", "utf8Encode base64UrlSafeEncode"), "string <aGVsbG8>");
    assert_eq!(of("hi", "utf8Encode toHex"), "string <6869>");
    assert_eq!(of("Y2Fm6Q==", "base64Decode charsetDecode \"latin1\""), "string <café>");
    assert_eq!(of("Y2Fm6Q==", "base64Decode decode \"utf-8\""), "value can not be decoded with <utf-8> encoding");
    assert_eq!(of("Y2Fm6Q==", "base64Decode decode \"nope\""), "<nope> encoding is not supported");
    assert_eq!(of("Y2Fm6Q==", "base64Decode utf8Decode"), "string <caf\u{fffd}>");
    assert_eq!(of("hello", "base64Encode"), "actual:   string expected: bytes");
}

#[test]
fn urls_and_html_are_escaped_and_read() {
    assert_eq!(of("a b/é😀", "urlEncode"), "string <a%20b/%C3%A9%F0%9F%98%80>");
    assert_eq!(of("a%20b%2Fc%C3%A9", "urlDecode"), "string <a b/cé>");
    assert_eq!(
        of("<a href=\"x\">'&'</a>", "htmlEscape"),
        "string <&lt;a href=&quot;x&quot;&gt;&#x27;&amp;&#x27;&lt;/a&gt;>"
    );
    assert_eq!(
        of("a &lt;b&gt; &amp; &eacute; &#233; &#x27; &notit; &bogus;", "htmlUnescape"),
        "string <a <b> & é é ' ¬it; &bogus;>"
    );
    assert_eq!(of("https://x.org/?x=1&y=a%20b&x=2", "urlQueryParam \"y\""), "string <a b>");
    assert_eq!(of("https://x.org/?x=1&x=2", "urlQueryParam \"x\""), "string <1>");
    assert_eq!(of("https://x.org/", "urlQueryParam \"x\""), "none");
    assert!(of("x.org", "urlQueryParam \"x\"").starts_with("invalid URL <x.org>"));
    assert!(of("ftp://x.org", "urlQueryParam \"x\"").starts_with("invalid URL <ftp://x.org>"));
}

#[test]
fn texts_are_split_searched_and_replaced() {
    assert_eq!(of("a,b,,c", "split \",\" count"), "integer <4>");
    assert_eq!(of("hello world", "replace \"o\" \"0\""), "string <hell0 w0rld>");
    assert_eq!(of("hello world", "replaceRegex \"o(.)\" \"<$1>\""), "string <hell< >w<r>ld>");
    assert_eq!(of("hello world", "replaceRegex /l+/ \"L\""), "string <heLo worLd>");
    assert_eq!(of("hello world", "regex \"w(.*)\""), "string <orld>");
    assert_eq!(of("hello world", "regex \"nothing(.*)\""), "none");
    assert_eq!(of("hello world", "regex \"hello\""), "none");
    assert!(of("hello world", "regex \"(\"").starts_with("regex expression is not valid: unclosed group"));
}

#[test]
fn lists_are_counted_and_picked_from() {
    assert_eq!(of_list("count"), "integer <3>");
    assert_eq!(of_list("first"), "integer <1>");
    assert_eq!(of_list("last"), "integer <3>");
    assert_eq!(of_list("nth -3"), "integer <1>");
    assert_eq!(of_list("nth {{i}}"), "integer <2>");
    assert_eq!(of_list("nth 3"), "out of bound - size is 3");
    assert_eq!(of_list("nth -4"), "out of bound - size is 3");
    assert_eq!(of_list("nth {{s}}"), "expecting integer, actual value is string <x>");
    assert_eq!(of_list("toString"), "list <[1,2,3]> can not be converted to a string");
    assert_eq!(changed(Value::List(vec![]), "first"), "list is empty");
    assert_eq!(of("hello", "count"), "actual:   string expected: list, bytes or nodeset");
}

#[test]
fn numbers_are_made_of_texts_and_of_other_numbers() {
    let float = |float| Value::Number(Number::Float(float));
    assert_eq!(of("12", "toInt"), "integer <12>");
    assert_eq!(of("12", "toFloat"), "float <12.0>");
    assert_eq!(of("1.25", "toInt"), "string <1.25> is no integer");
    assert_eq!(changed(float(1.9), "toInt"), "integer <1>");
    assert_eq!(changed(float(1.0), "toString"), "string <1.0>");
    assert_eq!(changed(Value::Null, "toInt"), "actual:   null expected: float, integer or string");
    let big = Value::Number(Number::BigInteger("1".repeat(30)));
    assert!(changed(big, "toFloat").ends_with("is too big to be cast as a float"));
}

#[test]
fn dates_are_read_and_written_by_formats() {
    assert_eq!(of("2023-01-15T10:20:30.123+02:00", "toDate \"%+\""), "date <2023-01-15 08:20:30.123 UTC>");
    assert_eq!(of("2023-01-15 10:20", "toDate \"%F %R\""), "date <2023-01-15 10:20:00 UTC>");
    assert_eq!(of("2023-01-15", "toDate \"%Y-%m-%d\" toString"), "string <2023-01-15T00:00:00.000000Z>");
    assert_eq!(of("2023-01-15", "toDate \"%F\" dateFormat \"%a, %d %b %Y\""), "string <Sun, 15 Jan 2023>");
    assert_eq!(of("2023-01-15", "toDate \"%F\" format \"%Q\""), "date format <%Q> is not supported");
    assert_eq!(of("15", "toDate \"%d\""), "value <15> could not be parsed with <%d> format");
}

#[test]
fn days_are_counted_from_now() {
    let in_days = |days: i64| Value::Date(Utc::now() + chrono::TimeDelta::hours(24 * days + 12));
    assert_eq!(changed(in_days(3), "daysAfterNow"), "integer <3>");
    assert_eq!(changed(in_days(-4), "daysBeforeNow"), "integer <3>");
}

#[test]
fn texts_are_searched_as_json_and_as_html() {
    assert_eq!(of("{\"k\": [1,2]}", "jsonpath \"$.k[1]\""), "integer <2>");
    assert_eq!(of("{\"k\": [1,2]}", "jsonpath \"$.z\""), "none");
    assert_eq!(of("nope", "jsonpath \"$.z\""), "value is no valid JSON");
    assert_eq!(of("<p>one</p>", "xpath \"string(//p)\""), "string <one>");
    assert_eq!(of("<p>one</p>", "xpath \"//[\""), "XPath expression is not valid: '[' stands where a name is missing");
    let path = &filters("jsonpath \"$.k\"")[0];
    let list =
        path.apply(&Value::from("{\"k\": 1}"), &Variables::new(), false).expect("well formed").expect("well formed");
    assert_eq!(list.shown(), "list <[1]>");
}

#[test]
fn a_redirect_has_a_location() {
    let hop = Value::Redirect(Hop { location: "http://x/y".into(), status: 302 });
    assert_eq!(changed(hop, "location"), "string <http://x/y>");
    assert_eq!(of("x", "location"), "actual:   string expected: http response");
}
