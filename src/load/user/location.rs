//! Where the `Location` of an answer leads.

use std::borrow::Cow;

use url::Url;

use crate::load::http::{Headers, text_of};

/// Where the answer to a request for this URL leads; `None` when it leads nowhere.
///
/// As curl and browsers do: any status from 300 to 399 but 304 with a `Location` that is not empty leads on, the first of
/// several is meant, and bytes that a URL cannot have are percent-encoded as they are, whatever their charset.
///
/// # Errors
/// One line, when it leads where no request can go.
pub(crate) fn location(from: &Url, status: u16, headers: &Headers) -> Result<Option<Url>, String> {
    let given = headers.get_all("location").map(<[u8]>::trim_ascii).find(|given| !given.is_empty());
    // A 304 is the end of the matter, wherever it points.
    let Some(given) = given.filter(|_| (300..400).contains(&status) && status != 304) else { return Ok(None) };
    let shown = text_of(given).escape_debug().to_string();
    let url = from.join(&encoded(given)).map_err(|error| format!("redirect to '{shown}': {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("redirect to '{shown}': perfloop speaks http and https only"));
    }
    Ok(Some(url))
}

/// Text whose bytes beyond ASCII are percent-encoded one by one.
fn encoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && text.is_ascii()
    {
        return text.into();
    }
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        if byte.is_ascii() {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(status: u16, given: &[u8]) -> Result<Option<String>, String> {
        let mut headers = Headers::default();
        headers.add("Location", given);
        let from = "http://a.test/x/y?q=1".parse().expect("a URL");
        location(&from, status, &headers).map(|url| url.map(String::from))
    }

    #[test]
    fn locations_of_every_shape_lead_where_curl_and_browsers_go() {
        let rows: [(&[u8], &str); 16] = [
            (b"/z", "http://a.test/z"),
            (b"z", "http://a.test/x/z"),
            (b"?b", "http://a.test/x/y?b"),
            (b"#end", "http://a.test/x/y?q=1#end"),
            (b"//b.test/z", "http://b.test/z"),
            (b"HTTP://B.test/Z", "http://b.test/Z"),
            (b"HtTpS://b.test", "https://b.test/"),
            (b"../..", "http://a.test/"),
            (b" /a b ", "http://a.test/a%20b"),
            ("/caf\u{e9}".as_bytes(), "http://a.test/caf%C3%A9"),
            (b"/caf\xe9?\xff", "http://a.test/caf%E9?%FF"),
            ("//b\u{fc}cher.test/".as_bytes(), "http://xn--bcher-kva.test/"),
            (b"/%2F%zz", "http://a.test/%2F%zz"),
            (b"/a\tb", "http://a.test/ab"),
            (b"\\z", "http://a.test/z"),
            (b"http:z", "http://a.test/x/z"),
        ];
        for (given, to) in rows {
            assert_eq!(leads(302, given), Ok(Some(to.into())), "{}", given.escape_ascii());
        }
    }

    #[test]
    fn every_status_of_the_300s_leads_on_and_no_other() {
        for status in [300, 301, 302, 303, 305, 307, 308, 399] {
            assert!(leads(status, b"/z").is_ok_and(|to| to.is_some()), "{status}");
        }
        for status in [200, 201, 299, 400, 404, 503] {
            assert_eq!(leads(status, b"/z"), Ok(None), "{status}");
        }
    }

    #[test]
    fn an_empty_location_leads_nowhere_and_a_broken_one_is_an_error() {
        assert_eq!((leads(302, b""), leads(302, b"  ")), (Ok(None), Ok(None)));
        let from = "http://a.test/".parse().expect("a URL");
        assert_eq!(location(&from, 302, &Headers::default()), Ok(None));
        let second =
            location(&from, 302, &Headers::from_pairs([("Location", " "), ("location", "/z"), ("Location", "/y")]));
        assert_eq!(second.map(|to| to.map(String::from)), Ok(Some("http://a.test/z".into())));
        for given in ["ftp://a.test/", "http://", "http://a b.test/", "mailto:a@b", "http://a.test:99999/"] {
            assert!(leads(302, given.as_bytes()).is_err(), "{given}");
        }
        assert!(leads(302, b"javascript:\x1b[2J").is_err_and(|error| !error.contains('\x1b')));
    }
}
