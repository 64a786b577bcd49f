//! URLs as they are sent: as they were written, wherever a client may send them so.

use url::Url;

use crate::load::Uri;

/// The URL with these encoded pairs added to its query.
pub(crate) fn with_query(url: &str, pairs: &str) -> String {
    let joint = match url {
        _ if pairs.is_empty() => return url.to_owned(),
        url if url.ends_with('?') => "",
        url if url.contains('?') => "&",
        _ => "?",
    };
    format!("{url}{joint}{pairs}")
}

/// Adds `name=value` to a query or a form; only the value is encoded.
pub(crate) fn push_pair(pairs: &mut String, name: &str, value: &str) {
    if !pairs.is_empty() {
        pairs.push('&');
    }
    pairs.push_str(name);
    pairs.push('=');
    for byte in value.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => pairs.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => pairs.push(char::from(byte)),
            _ => pairs.push_str(&format!("%{byte:02X}")),
        }
    }
}

/// URL as a client sends it. Dots in its path are resolved, unless it is to stay as it is.
///
/// # Errors
/// One line, when it is no URL of HTTP.
pub(crate) fn uri(text: &str, path_as_is: bool) -> Result<Uri, String> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return Err(format!("'{text}' is no URL that begins with http:// or https://"));
    }
    let mut url = Url::parse(text).map_err(|error| format!("'{text}' is no URL: {error}"))?;
    let has_login = !url.username().is_empty() || url.password().is_some();
    let written = text.split('#').next().unwrap_or_default();
    let path = written.split("://").nth(1).and_then(|rest| rest.split('?').next()).unwrap_or_default();
    let has_dots = path.split('/').skip(1).any(|part| matches!(part, "." | ".."));
    let as_written = || written.is_ascii().then(|| written.parse().ok()).flatten();
    if (path_as_is || !has_dots)
        && !has_login
        && let Some(uri) = as_written()
    {
        return Ok(uri);
    }
    url.set_fragment(None);
    // What is in front of the host goes by a header. It can be taken out of every URL that has a host.
    let _ = (url.set_username(""), url.set_password(None));
    url.as_str().parse().map_err(|error| format!("the URL {url} cannot be used: {error}"))
}

/// User and password in front of the host of a URL: `user:password`.
pub(crate) fn login(text: &str) -> Option<String> {
    let url = text.contains('@').then(|| Url::parse(text).ok()).flatten()?;
    crate::load::login(&url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_added_to_what_the_url_has() {
        let mut pairs = String::new();
        push_pair(&mut pairs, "a b", "x y&/\u{e9}");
        push_pair(&mut pairs, "c", "-._~");
        assert_eq!(pairs, "a b=x%20y%26%2F%C3%A9&c=-._~");
        assert_eq!(with_query("http://a/", "b=1"), "http://a/?b=1");
        assert_eq!(with_query("http://a/?", "b=1"), "http://a/?b=1");
        assert_eq!(with_query("http://a/?a", "b=1"), "http://a/?a&b=1");
        assert_eq!(with_query("http://a/?a", ""), "http://a/?a");
    }

    #[test]
    fn a_url_is_sent_as_written_but_for_dots_and_what_cannot_be_sent() {
        let sent = |text: &str, as_is| uri(text, as_is).map(|uri| uri.to_string());
        assert_eq!(sent("http://a.test/x'y?q='1'#top", false).as_deref(), Ok("http://a.test/x'y?q='1'"));
        assert_eq!(sent("http://a.test/x/../y", false).as_deref(), Ok("http://a.test/y"));
        assert_eq!(sent("http://a.test/x/../y", true).as_deref(), Ok("http://a.test/x/../y"));
        assert_eq!(sent("http://bob%40b:c@a.test/x", false).as_deref(), Ok("http://a.test/x"));
        assert_eq!(login("http://bob%40b:c@a.test/x").as_deref(), Some("bob@b:c"));
        assert_eq!(login("http://a.test/x@y"), None);
        assert_eq!(sent("http://a.test/a b", false).as_deref(), Ok("http://a.test/a%20b"));
        assert_eq!(sent("http://a.test/\u{e9}", false).as_deref(), Ok("http://a.test/%C3%A9"));
        assert!(
            uri("ftp://a.test/", false).is_err() && uri("a.test", false).is_err() && uri("http://", false).is_err()
        );
    }
}
