//! Redirects: the request that an answer leads to.

use url::Url;

use super::authorization::authorization;
use super::location::location;
use super::prepared::{Prepared, uri};
use crate::load::http::{Headers, Method};

/// Headers about a body, which a request without one does not have; the content type is one more.
const ABOUT_A_BODY: [&str; 4] = ["content-length", "content-encoding", "transfer-encoding", "expect"];

/// Rules of following redirects in which kinds of scripts differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RedirectRules {
    /// Authorization is sent to every host, and not to the first alone.
    pub(crate) trusts_all: bool,
    /// A HEAD that is redirected with 301, 302 or 303 becomes a GET, as hurl has it; otherwise it stays a HEAD.
    pub(crate) turns_head: bool,
    /// The content type stays with a request that has lost its body.
    pub(crate) keeps_type: bool,
}

impl RedirectRules {
    /// The request after a redirect: `original` was to be sent, and `last` was answered with this status, which leads to
    /// this URL.
    ///
    /// 301, 302 and 303 are followed with GET and no body, other statuses with the same method and body. What authorizes
    /// is not sent to another host.
    ///
    /// # Errors
    /// One line, when no request can be sent there.
    pub(crate) fn next(self, original: &Prepared, last: &Prepared, status: u16, to: &Url) -> Result<Prepared, String> {
        let first = url_of(original)?;
        let mut next = original.clone();
        next.uri = uri(to)?;
        let is_turned = matches!(status, 301..=303) && (self.turns_head || last.method != Method::HEAD);
        next.method = if is_turned { Method::GET } else { last.method.clone() };
        next.body = if next.method == last.method { last.body.clone() } else { None };
        if next.body.is_none() && original.body.is_some() {
            ABOUT_A_BODY.iter().for_each(|name| next.headers.remove(name));
            if !self.keeps_type {
                next.headers.remove("content-type");
            }
        }
        if first.origin() != to.origin() {
            next.headers.remove("host");
            if !self.trusts_all {
                next.headers.remove("authorization");
                next.headers.remove("cookie");
            }
        }
        if let Some(login) = authorization(to) {
            next.headers.remove("authorization");
            next.headers.add_checked("Authorization", login.as_bytes())?;
        }
        next.name_hop(&last.name, to.path());
        Ok(next)
    }
}

/// URL that the answer to a request leads to; `None` when it leads nowhere.
///
/// # Errors
/// One line, when it leads where no request can go.
pub(crate) fn led_to(from: &Prepared, status: u16, headers: &Headers) -> Result<Option<Url>, String> {
    if !(300..400).contains(&status) {
        return Ok(None);
    }
    location(&url_of(from)?, status, headers)
}

fn url_of(request: &Prepared) -> Result<Url, String> {
    request.uri.to_string().parse().map_err(|error| format!("redirect from {}: {error}", request.uri))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: RedirectRules = RedirectRules { trusts_all: false, turns_head: false, keeps_type: false };

    fn request(method: &str, body: Option<&str>) -> Prepared {
        let headers = [("Authorization", "secret"), ("Cookie", "a=b"), ("Content-Type", "text/plain"), ("Host", "a")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let url = "http://a.test/x/y?q=1".parse().expect("url");
        Prepared::new(method, &url, &headers, body.map(Into::into)).expect("prepared")
    }

    fn post() -> Prepared {
        request("POST", Some("body"))
    }

    fn after(rules: RedirectRules, last: &Prepared, status: u16, to: &str) -> Prepared {
        rules.next(&post(), last, status, &to.parse().expect("url")).expect("next")
    }

    #[test]
    fn what_becomes_a_get_has_no_body_and_gets_none_again() {
        let seen = after(RULES, &post(), 301, "http://a.test/y");
        assert_eq!((seen.method.as_str(), seen.name.as_str(), &seen.body), ("GET", "GET /y", &None));
        assert!(!seen.headers.has("content-type"));
        let again = after(RULES, &seen, 307, "http://a.test/z");
        assert_eq!((again.method.as_str(), &again.body), ("GET", &None));
        let kept = after(RULES, &post(), 308, "http://a.test/y");
        assert_eq!((kept.method.as_str(), kept.body.as_deref()), ("POST", Some(&b"body"[..])));
        assert!(kept.headers.has("content-type") && kept.headers.has("authorization"));
        assert!(
            after(RedirectRules { keeps_type: true, ..RULES }, &post(), 303, "http://a.test/")
                .headers
                .has("content-type")
        );
    }

    #[test]
    fn a_head_stays_a_head_unless_it_is_to_be_turned() {
        let head = request("HEAD", None);
        let method = |rules: RedirectRules| {
            let next = rules.next(&head, &head, 302, &"http://a.test/y".parse().expect("url"));
            next.expect("next").method.to_string()
        };
        assert_eq!(method(RULES), "HEAD");
        assert_eq!(method(RedirectRules { turns_head: true, ..RULES }), "GET");
    }

    #[test]
    fn what_authorizes_goes_to_the_first_host_only_unless_all_are_trusted() {
        let away = after(RULES, &post(), 307, "http://b.test/");
        assert!(!away.headers.has("authorization") && !away.headers.has("cookie") && !away.headers.has("host"));
        let back = after(RULES, &away, 307, "http://a.test/");
        assert!(back.headers.has("authorization") && back.headers.has("cookie"));
        assert!(!after(RULES, &post(), 307, "http://a.test:81/").headers.has("authorization"));
        let trusting = RedirectRules { trusts_all: true, ..RULES };
        assert!(after(trusting, &post(), 307, "http://b.test/").headers.has("authorization"));
    }

    #[test]
    fn a_login_in_the_url_it_leads_to_authorizes() {
        let next = after(RULES, &post(), 302, "http://bob:@b.test/");
        assert_eq!(
            (next.uri.to_string().as_str(), next.headers.get("authorization")),
            ("http://b.test/", Some(&b"Basic Ym9iOg=="[..]))
        );
    }

    #[test]
    fn an_answer_leads_on_if_it_is_a_redirect_to_http() {
        let led = |status: u16, to: &str| led_to(&post(), status, &Headers::from_pairs([("Location", to)]));
        assert_eq!(led(303, "z").expect("no error").map(String::from).as_deref(), Some("http://a.test/x/z"));
        assert!(matches!((led(200, "/z"), led(304, "/z")), (Ok(None), Ok(None))));
        assert!(led(302, "ftp://a.test/").is_err());
    }
}
