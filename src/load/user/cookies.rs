//! The cookies of one user: what answers set, and what belongs to which request.

use std::cmp::Reverse;
use std::time::{SystemTime, UNIX_EPOCH};

use cookie_store::{Cookie, CookieStore, RawCookie, StoreAction};
use url::Url;

use super::set_cookie;
use super::set_cookie::{bytes_of, text_of};
use crate::load::http::{Headers, Uri};

/// A jar; see RFC 6265.
#[derive(Debug, Default, Clone)]
pub(crate) struct Cookies(CookieStore);

/// More are not kept: the oldest go.
const MAX_COOKIES: usize = 300;

impl Cookies {
    /// Takes in what an answer from this place sets and deletes. What is no cookie, or another host's to set, is passed
    /// over, as browsers do.
    pub(crate) fn take(&mut self, from: &Uri, headers: &Headers) {
        let Ok(url) = from.to_string().parse::<Url>() else { return };
        for value in headers.get_all("set-cookie") {
            if let Some(cookie) = set_cookie::cookie(value, &url)
                && !self.is_guarded(cookie.name(), &url)
            {
                self.insert(&cookie, &url);
            }
        }
    }

    fn insert(&mut self, cookie: &RawCookie<'_>, url: &Url) {
        match self.0.insert_raw(cookie, url) {
            Ok(StoreAction::ExpiredExisting) => self.remove_where(1, |cookie| cookie.is_expired()),
            Ok(StoreAction::Inserted) => {
                let count = self.0.iter_any().count();
                self.remove_where(count.saturating_sub(MAX_COOKIES), |_| true);
            }
            _ => {}
        }
    }

    /// True when a secure cookie has this name, which a place without TLS may not replace.
    fn is_guarded(&self, name: &str, url: &Url) -> bool {
        let is_it =
            |cookie: &Cookie<'_>| cookie.name() == name && cookie.secure() == Some(true) && cookie.domain.matches(url);
        !set_cookie::is_trustworthy(url) && self.0.iter_unexpired().any(is_it)
    }

    /// Takes in a line of a Netscape cookie file: domain, whether hosts below it are meant, path, whether it is secure,
    /// expiry, name and value.
    pub(crate) fn add_line(&mut self, line: &str) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [domain, is_wide, path, is_secure, expires, name, value] = fields[..] else { return };
        let domain = domain.trim_start_matches('.');
        let Ok(url) = format!("https://{domain}{path}").parse::<Url>() else { return };
        let mut cookie = format!("{name}={value}; Path={path}");
        if is_wide == "TRUE" {
            cookie.push_str(&format!("; Domain={domain}"));
        }
        if is_secure == "TRUE" {
            cookie.push_str("; Secure");
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        if let Ok(expires @ 1..) = expires.parse::<u64>() {
            cookie.push_str(&format!("; Max-Age={}", expires.saturating_sub(now)));
        }
        if let Ok(cookie) = RawCookie::parse(text_of(cookie.as_bytes())) {
            self.insert(&cookie, &url);
        }
    }

    /// Removes the first so many of those that are meant. Deleted ones are only marked: services that give each a new
    /// name would make the jar grow for ever.
    fn remove_where(&mut self, count: usize, is_meant: impl Fn(&Cookie<'_>) -> bool) {
        let place = |cookie: &Cookie<'_>| {
            Some((String::from(cookie.domain.as_cow()?), cookie.path.to_string(), cookie.name().to_owned()))
        };
        let meant = self.0.iter_any().filter(|cookie| is_meant(cookie)).filter_map(place).take(count);
        for (domain, path, name) in meant.collect::<Vec<_>>() {
            self.0.remove(&domain, &path, &name);
        }
    }

    /// The headers of a request to this place with its cookies; nothing when there are none to add. A cookie
    /// that was given by hand is not added again, unless it `repeats` them: then those given come last.
    pub(crate) fn added_to(&self, headers: &Headers, to: &Uri, repeats: bool) -> Option<Headers> {
        let url: Url = to.to_string().parse().ok()?;
        let mut cookies = self.0.matches(&url);
        // Of the same name, the one of the longer path is the one that is meant.
        cookies.sort_by_key(|cookie| Reverse(cookie.path.len()));
        let mut given = Vec::new();
        headers.get_all("cookie").for_each(|value| append(&mut given, value));
        let names: Vec<&[u8]> = given.split(|byte| *byte == b';').map(name).collect();
        let mut own = Vec::new();
        for (name, value) in cookies.iter().map(|cookie| cookie.name_value()) {
            if repeats || !names.contains(&bytes_of(name).as_slice()) {
                append(&mut own, &bytes_of(&format!("{name}={value}")));
            }
        }
        if own.is_empty() {
            return None;
        }
        let (mut line, rest) = if repeats { (own, given) } else { (given, own) };
        if !rest.is_empty() {
            append(&mut line, &rest);
        }
        let mut headers = headers.clone();
        headers.remove("cookie");
        headers.add_checked("Cookie", &line).ok()?;
        Some(headers)
    }

    /// Name and value of each that has not expired.
    pub(crate) fn list(&self) -> Vec<(String, String)> {
        self.0.iter_unexpired().map(|cookie| (readable(cookie.name()), readable(cookie.value()))).collect()
    }
}

/// Bytes that are no UTF-8 are taken for Latin-1.
fn readable(text: &str) -> String {
    String::from_utf8(bytes_of(text))
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect())
}

fn append(line: &mut Vec<u8>, cookie: &[u8]) {
    if !line.is_empty() {
        line.extend_from_slice(b"; ");
    }
    line.extend_from_slice(cookie);
}

fn name(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "http://a.test/";

    fn headers(name: &'static str, values: &[&str]) -> Headers {
        let mut headers = Headers::default();
        values.iter().for_each(|value| headers.add(name, value.as_bytes()));
        headers
    }

    /// Cookies that are kept when this place sets these.
    fn set(from: &str, cookies: &[&str]) -> Cookies {
        let mut jar = Cookies::default();
        jar.take(&from.parse().expect("uri"), &headers("set-cookie", cookies));
        jar
    }

    /// The line of cookies of a request to this place.
    fn sent_with(jar: &Cookies, given: &[&str], to: &str) -> String {
        let with = jar.added_to(&headers("cookie", given), &to.parse().expect("uri"), false);
        with.map_or_else(String::new, |headers| {
            assert_eq!(headers.get_all("cookie").count(), 1, "{headers:?}");
            String::from_utf8_lossy(headers.get("cookie").expect("a line")).into_owned()
        })
    }

    fn sent(jar: &Cookies, to: &str) -> String {
        sent_with(jar, &[], to)
    }

    #[test]
    fn a_cookie_goes_back_to_where_it_belongs_and_nowhere_else() {
        let jar = set("http://www.a.test/x/y", &["host=1; Path=/", "here=2", "wide=3; Domain=a.test; Path=/"]);
        assert_eq!(sent(&jar, "http://www.a.test/x/z"), "here=2; host=1; wide=3");
        assert_eq!(sent(&jar, "http://www.a.test:8080/xy"), "host=1; wide=3", "ports share cookies");
        assert_eq!(sent(&jar, "http://a.test/"), "wide=3");
        assert_eq!(sent(&jar, "http://other.test/x/y"), "");
        assert_eq!(sent(&jar, "http://nota.test/"), "");
    }

    #[test]
    fn a_host_cannot_set_the_cookies_of_another() {
        assert_eq!(sent(&set(HOST, &["a=1; Domain=b.test"]), "http://b.test/"), "");
        assert!(set(HOST, &["a=1; Domain=b.test", "", "=", "; Path=/"]).list().is_empty());
    }

    #[test]
    fn a_secure_cookie_is_not_sent_in_the_clear() {
        let jar = set("https://a.test/", &["a=1; Secure"]);
        assert_eq!((sent(&jar, HOST), sent(&jar, "https://a.test/")), (String::new(), "a=1".into()));
    }

    #[test]
    fn a_cookie_that_is_deleted_or_has_expired_is_gone() {
        let mut jar = set(HOST, &["a=1", "b=2", "c=3", "d=4; Max-Age=0", "e=5; Max-Age=60"]);
        let gone = ["a=; Max-Age=0", "b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"];
        jar.take(&HOST.parse().expect("uri"), &headers("set-cookie", &gone));
        assert_eq!(sent(&jar, HOST), "c=3; e=5");
        assert_eq!(jar.0.iter_any().count(), 2, "nothing is left of them");
        jar.take(&HOST.parse().expect("uri"), &headers("set-cookie", &["a=6"]));
        assert_eq!(sent(&jar, HOST), "c=3; e=5; a=6");
    }

    #[test]
    fn what_is_given_by_hand_is_kept_and_comes_first() {
        let jar = set(HOST, &["a=1", "b=2"]);
        assert_eq!(sent_with(&jar, &["x=7; a=8", "y"], HOST), "x=7; a=8; y; b=2");
        assert_eq!(sent_with(&jar, &["a=8;b=9"], HOST), "", "nothing is added");
    }

    #[test]
    fn who_wants_it_so_sends_a_cookie_twice() {
        let jar = set(HOST, &["a=1", "b=2"]);
        let with = jar.added_to(&headers("cookie", &["a=8"]), &HOST.parse().expect("uri"), true).expect("headers");
        assert_eq!(with.get("cookie"), Some(&b"a=1; b=2; a=8"[..]));
    }

    #[test]
    fn a_value_is_sent_as_it_came() {
        let jar = set(HOST, &["a=\"x y\"; Path=/; HttpOnly; SameSite=Lax", "b=%20=&", "c=\u{e9}", "d="]);
        assert_eq!(sent(&jar, HOST), "a=\"x y\"; b=%20=&; c=\u{e9}; d=");
    }

    #[test]
    fn a_value_in_latin_1_is_sent_as_it_came_and_can_be_read() {
        let mut set = Headers::default();
        for value in [&b"a=caf\xe9"[..], b"b=\xc3\xa0", b"\xe9=\xa0"] {
            set.add("Set-Cookie", value);
        }
        let mut jar = Cookies::default();
        jar.take(&HOST.parse().expect("uri"), &set);
        let sent = jar.added_to(&Headers::default(), &HOST.parse().expect("uri"), false).expect("headers");
        assert_eq!(sent.get("cookie"), Some(&b"a=caf\xe9; b=\xc3\xa0; \xe9=\xa0"[..]));
        let read = [("a", "caf\u{e9}"), ("b", "\u{e0}"), ("\u{e9}", "\u{a0}")];
        assert_eq!(jar.list(), read.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_place_that_is_not_secure_replaces_no_secure_cookie() {
        let mut jar = set("https://a.test/", &["a=1; Secure", "b=1"]);
        jar.take(&HOST.parse().expect("uri"), &headers("set-cookie", &["a=2", "a=3; Max-Age=0", "b=2"]));
        assert_eq!(sent(&jar, "https://a.test/"), "a=1; b=2");
    }

    #[test]
    fn a_jar_holds_so_many_and_the_oldest_go() {
        let mut jar = Cookies::default();
        for number in 0..MAX_COOKIES + 5 {
            jar.take(&HOST.parse().expect("uri"), &headers("set-cookie", &[&format!("c{number}=1")]));
        }
        let kept = jar.list();
        assert_eq!((kept.len(), kept[0].0.as_str()), (MAX_COOKIES, "c5"));
    }

    #[test]
    fn a_line_of_a_cookie_file_is_a_cookie() {
        let mut jar = Cookies::default();
        jar.add_line("a.test\tFALSE\t/\tFALSE\t0\tone\t1");
        jar.add_line(".a.test TRUE /x FALSE 9999999999 two 2");
        jar.add_line("a.test FALSE / TRUE 0 three 3");
        jar.add_line("no line");
        assert_eq!(sent(&jar, "http://a.test/x"), "two=2; one=1");
        assert_eq!(sent(&jar, "http://b.a.test/x"), "two=2");
        jar.add_line("a.test FALSE / FALSE 1 one 1");
        assert_eq!(sent(&jar, HOST), "");
    }

    #[test]
    fn hosts_may_be_addresses() {
        for host in ["http://127.0.0.1:5000/", "http://[::1]:5000/"] {
            assert_eq!(sent(&set(host, &["a=1; Path=/"]), host), "a=1", "{host}");
        }
    }
}
