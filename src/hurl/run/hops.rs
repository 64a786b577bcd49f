//! Redirects, followed as hurl follows them: what becomes of method, body and of what authorizes.

use url::Url;

use crate::hurl::plan::{Count, Follow, uri};
use crate::load::{Method, Prepared, Response};

/// Redirects followed where nothing says how many.
const MOST: u64 = 50;

/// One request and what it has led to so far.
#[derive(Debug)]
pub(super) struct Hops {
    pub(super) follow: Follow,
    pub(super) most: Count,
    pub(super) path_as_is: bool,
    /// The content type was written in the file.
    pub(super) keeps_type: bool,
}

impl Hops {
    /// As the options say, or else the run, which follows so many.
    pub(super) fn limits(follow: Option<Follow>, most: Option<Count>, of_run: u32) -> (Follow, Count) {
        let by_default = if of_run > 0 { Count::Times(of_run.into()) } else { Count::Times(MOST) };
        let follow = follow.unwrap_or(if of_run > 0 { Follow::Yes } else { Follow::No });
        (follow, most.unwrap_or(by_default))
    }

    /// Where an answer leads that is to be followed.
    pub(super) fn target(&self, response: &Response, from: &str) -> Result<Option<Url>, String> {
        if self.follow == Follow::No {
            return Ok(None);
        }
        let from = Url::parse(from).map_err(|error| format!("redirect from {from}: {error}"))?;
        response.leads_to(&from)
    }

    /// # Errors
    /// One line, when this would be one redirect too many.
    pub(super) fn admit(&self, number: u64) -> Result<(), String> {
        match self.most {
            Count::Times(most) if number > most => Err(format!("too many redirects: more than {most}")),
            _ => Ok(()),
        }
    }

    /// The request after a redirect: `original` was written in the file, `last` was redirected with this status.
    pub(super) fn next(
        &self,
        original: &Prepared,
        first: &str,
        last: &Prepared,
        status: u16,
        to: &Url,
    ) -> Result<Prepared, String> {
        let mut next = original.clone();
        next.uri = uri(to.as_str(), self.path_as_is)?;
        next.method = if matches!(status, 301..=303) { Method::GET } else { last.method.clone() };
        next.body = if next.method == last.method { last.body.clone() } else { None };
        if next.body.is_none() && !self.keeps_type {
            next.headers.remove("content-type");
        }
        let is_elsewhere = Url::parse(first).is_ok_and(|first| first.origin() != to.origin());
        if is_elsewhere && self.follow != Follow::Trusting {
            next.headers.remove("authorization");
            next.headers.remove("cookie");
        }
        next.name_hop(&last.name, to.path());
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "http://a.test/x";

    fn post() -> Prepared {
        let headers = [("Authorization", "secret"), ("Cookie", "a=b"), ("Content-Type", "text/plain")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Prepared::new("POST", &FIRST.parse().expect("url"), &headers, Some(b"body".to_vec())).expect("prepared")
    }

    fn hops(follow: Follow) -> Hops {
        Hops { follow, most: Count::Times(2), path_as_is: false, keeps_type: false }
    }

    fn next(follow: Follow, last: &Prepared, status: u16, to: &str) -> Prepared {
        hops(follow).next(&post(), FIRST, last, status, &to.parse().expect("url")).expect("next")
    }

    #[test]
    fn what_becomes_a_get_has_no_body_and_gets_none_again() {
        let seen = next(Follow::Yes, &post(), 301, "http://a.test/y");
        assert_eq!((seen.method.as_str(), seen.name.as_str(), &seen.body), ("GET", "GET /y", &None));
        assert!(!seen.headers.has("content-type"));
        let again = next(Follow::Yes, &seen, 307, "http://a.test/z");
        assert_eq!((again.method.as_str(), &again.body), ("GET", &None));
        let kept = next(Follow::Yes, &post(), 308, "http://a.test/y");
        assert_eq!((kept.method.as_str(), kept.body.as_deref()), ("POST", Some(&b"body"[..])));
        assert!(kept.headers.has("content-type"));
    }

    #[test]
    fn what_authorizes_goes_to_the_first_host_only_unless_all_are_trusted() {
        let away = next(Follow::Yes, &post(), 307, "http://b.test/");
        assert!(!away.headers.has("authorization") && !away.headers.has("cookie"));
        let back = next(Follow::Yes, &away, 307, "http://a.test/");
        assert!(back.headers.has("authorization") && back.headers.has("cookie"));
        assert!(!next(Follow::Yes, &post(), 307, "http://a.test:81/").headers.has("authorization"));
        assert!(next(Follow::Trusting, &post(), 307, "http://b.test/").headers.has("authorization"));
    }

    #[test]
    fn one_redirect_too_many_is_refused() {
        let two = hops(Follow::Yes);
        assert!(two.admit(2).is_ok() && two.admit(3).is_err_and(|error| error.contains("more than 2")));
        assert!(Hops { most: Count::Endless, ..two }.admit(1000).is_ok());
    }
}
