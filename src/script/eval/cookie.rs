//! Cookies as an answer sets them.

use chrono::{DateTime, NaiveDateTime, Utc};
use perfloop_hurl::ast::CookieAttribute;

use super::value::Value;

/// A cookie as `Set-Cookie` has it.
pub(super) struct Cookie<'a> {
    value: &'a str,
    attributes: &'a str,
}

impl<'a> Cookie<'a> {
    /// The cookie of this name, if the header sets it.
    pub(super) fn named(name: &str, header: &'a str) -> Option<Self> {
        let (set, rest) = header.split_once('=')?;
        let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
        (set == name).then_some(Cookie { value, attributes })
    }

    /// None, if the cookie has no such attribute. An error is a date that is none.
    pub(super) fn get(&self, attribute: CookieAttribute) -> Result<Option<Value>, &'a str> {
        let text = |name| self.attribute(name).flatten().map(Value::from);
        Ok(match attribute {
            CookieAttribute::Value => Some(Value::from(self.value)),
            CookieAttribute::Expires => match self.attribute("expires").flatten() {
                Some(date) => Some(Value::Date(parse_date(date).ok_or(date)?)),
                None => None,
            },
            CookieAttribute::MaxAge => self.values("max-age").find_map(|age| age?.parse::<i64>().ok()).map(Value::from),
            CookieAttribute::Domain => text("domain"),
            CookieAttribute::Path => text("path"),
            CookieAttribute::SameSite => text("samesite"),
            CookieAttribute::Secure => self.flag("secure"),
            CookieAttribute::HttpOnly => self.flag("httponly"),
        })
    }

    /// Values of all attributes of this name: the text after `=`, if there is one.
    fn values(&self, name: &str) -> impl Iterator<Item = Option<&'a str>> {
        self.attributes.split(';').filter_map(move |attribute| {
            let mut parts = attribute.split('=');
            parts.next()?.trim().eq_ignore_ascii_case(name).then(|| parts.next())
        })
    }

    fn attribute(&self, name: &str) -> Option<Option<&'a str>> {
        self.values(name).next()
    }

    fn flag(&self, name: &str) -> Option<Value> {
        self.values(name).any(|value| value.is_none()).then_some(Value::Present)
    }
}

/// Dates as RFC 2822 has them, and those with hyphens that servers still send.
fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    let with_hyphens = || NaiveDateTime::parse_from_str(text, "%a, %d-%b-%Y %H:%M:%S%.3f GMT").ok();
    let date = DateTime::parse_from_rfc2822(text).ok().map(|date| date.with_timezone(&Utc));
    date.or_else(|| with_hyphens().map(|date| date.and_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "LSID=DQAAAK=Eaem_vYg; Domain=docs.foo.com; Path=/accounts; Expires=Wed, 13 Jan 2021 22:23:01 GMT; Max-Age=60; \
         Secure; HttpOnly; SameSite=Lax";

    fn get(header: &str, attribute: CookieAttribute) -> String {
        let cookie = Cookie::named("LSID", header).expect("a cookie");
        cookie.get(attribute).map_or_else(str::to_owned, |value| value.map_or("none".into(), |value| value.shown()))
    }

    #[test]
    fn a_cookie_has_a_value_and_attributes() {
        assert_eq!(get(HEADER, CookieAttribute::Value), "string <DQAAAK=Eaem_vYg>");
        assert_eq!(get(HEADER, CookieAttribute::Domain), "string <docs.foo.com>");
        assert_eq!(get(HEADER, CookieAttribute::Path), "string </accounts>");
        assert_eq!(get(HEADER, CookieAttribute::Expires), "date <2021-01-13 22:23:01 UTC>");
        assert_eq!(get(HEADER, CookieAttribute::MaxAge), "integer <60>");
        assert_eq!(get(HEADER, CookieAttribute::Secure), "unit");
        assert_eq!(get(HEADER, CookieAttribute::HttpOnly), "unit");
        assert_eq!(get(HEADER, CookieAttribute::SameSite), "string <Lax>");
    }

    #[test]
    fn what_a_cookie_has_not_is_none() {
        assert!(Cookie::named("other", HEADER).is_none());
        assert_eq!(get("LSID=", CookieAttribute::Secure), "none");
        assert_eq!(get("LSID=; Max-Age=x", CookieAttribute::MaxAge), "none");
        assert_eq!(get("LSID=; Secure=1", CookieAttribute::Secure), "none");
    }

    #[test]
    fn a_date_may_have_hyphens_or_be_none() {
        assert_eq!(
            get("LSID=; expires=Wed, 13-Jan-2021 22:23:01 GMT", CookieAttribute::Expires),
            "date <2021-01-13 22:23:01 UTC>"
        );
        assert_eq!(get("LSID=; expires=tomorrow", CookieAttribute::Expires), "tomorrow");
    }
}
