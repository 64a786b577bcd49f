//! A `Set-Cookie` header, as RFC 6265 and what browsers made of it since read one.

use cookie_store::RawCookie;
use url::{Host, Url};

/// Most bytes of name and value together: no service sets longer cookies.
const MAX_PAIR: usize = 4096;
/// Of the value of an attribute, in bytes: a longer one counts as not given.
const MAX_ATTRIBUTE: usize = 1024;

/// A cookie that this place may set; none where it may not, or where the header is no cookie.
pub(crate) fn cookie(header: &[u8], from: &Url) -> Option<RawCookie<'static>> {
    if header.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
        return None;
    }
    let text = text_of(header);
    let mut parts = text.split(';');
    let pair = parts.next()?;
    let (name, value) = pair.split_once('=')?;
    if name.trim().chars().count() + value.trim().chars().count() > MAX_PAIR {
        return None;
    }
    let attributes = parts.filter_map(attribute);
    let written = attributes.fold(pair.to_owned(), |written, attribute| format!("{written}; {attribute}"));
    let mut cookie = RawCookie::parse(written).ok()?;
    may_be_set(&mut cookie, from).then_some(cookie)
}

/// An attribute as it counts; none that does not.
fn attribute(written: &str) -> Option<String> {
    let Some((name, value)) = written.split_once('=') else { return Some(written.trim().to_owned()) };
    let (name, value) = (name.trim(), value.trim());
    let unquoted = value.trim_matches('"');
    let value = match name.to_ascii_lowercase().as_str() {
        "max-age" if unquoted.is_empty() => return None,
        "max-age" | "path" => unquoted.to_owned(),
        "expires" => date(unquoted)?,
        _ => value.to_owned(),
    };
    (value.chars().count() <= MAX_ATTRIBUTE).then(|| format!("{name}={value}"))
}

/// Whether a place may set this cookie. One for a whole domain of others is for the host alone if that is its name.
fn may_be_set(cookie: &mut RawCookie<'_>, from: &Url) -> bool {
    let is_secure = cookie.secure() == Some(true);
    let name = cookie.name().to_ascii_lowercase();
    if is_secure && !is_trustworthy(from) || name.starts_with("__secure-") && !is_secure {
        return false;
    }
    if name.starts_with("__host-") && (!is_secure || cookie.domain().is_some() || cookie.path() != Some("/")) {
        return false;
    }
    let Some(domain) = cookie.domain().map(str::to_ascii_lowercase) else { return true };
    if psl::suffix(domain.as_bytes()).is_none_or(|suffix| suffix.as_bytes() != domain.as_bytes()) {
        return true;
    }
    cookie.unset_domain();
    from.host_str() == Some(domain.as_str())
}

/// True for a place to which no one can listen on the way.
pub(crate) fn is_trustworthy(place: &Url) -> bool {
    let is_loopback = match place.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    place.scheme() == "https" || is_loopback
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date in any of the shapes that services give it (RFC 6265, 5.1.1), in the one that libraries read.
fn date(text: &str) -> Option<String> {
    let is_delimiter = |c: char| !(c.is_ascii_alphanumeric() || c == ':' || u32::from(c) >= 0x7f);
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(is_delimiter) {
        let number = leading_number(token);
        let known =
            || MONTHS.iter().find(|known| token.get(..3).is_some_and(|token| token.eq_ignore_ascii_case(known)));
        match number {
            _ if time.is_none() && token.contains(':') => time = clock(token),
            Some((number, digits)) if day.is_none() && digits <= 2 => day = Some(number),
            None if month.is_none() => month = known(),
            Some((number, digits)) if year.is_none() && (2..=4).contains(&digits) => year = Some(number),
            _ => {}
        }
    }
    let (hour, minute, second) = time?;
    let year = match year? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    let (day, month) = (day.filter(|day| (1..=31).contains(day))?, month?);
    (year >= 1601).then(|| format!("{day:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT"))
}

/// The number that a token begins with, and how many digits it has.
fn leading_number(token: &str) -> Option<(u32, usize)> {
    let digits = token.len() - token.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    Some((token[..digits].parse().ok()?, digits))
}

fn clock(token: &str) -> Option<(u32, u32, u32)> {
    let mut parts = token.splitn(3, ':').map(|part| leading_number(part).map(|(number, _)| number));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    (hour < 24 && minute < 60 && second < 60).then_some((hour, minute, second))
}

/// Where the bytes that are not ASCII lie in texts: no text of a service has these characters, and none is a space.
const PRIVATE: u32 = 0xe000;

/// Bytes of any encoding as a text from which [`bytes_of`] makes them again.
pub(crate) fn text_of(bytes: &[u8]) -> String {
    let character = |byte: &u8| match byte.is_ascii() {
        true => char::from(*byte),
        false => char::from_u32(PRIVATE + u32::from(*byte)).unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    bytes.iter().map(character).collect()
}

pub(crate) fn bytes_of(text: &str) -> Vec<u8> {
    text.chars().map(|c| (u32::from(c) & 0xff) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_set(header: &str, from: &str) -> bool {
        cookie(header.as_bytes(), &from.parse().expect("a URL")).is_some()
    }

    #[test]
    fn prefixes_of_names_are_promises() {
        let https = "https://a.test/x";
        for (header, from, is) in [
            ("__Secure-a=1; Secure", https, true),
            ("__Secure-a=1", https, false),
            ("__secure-a=1", https, false),
            ("__Secure-a=1; Secure", "http://a.test/", false),
            ("__Secure-a=1; Secure; Domain=a.test", https, true),
            ("__Host-a=1; Secure; Path=/", https, true),
            ("__Host-a=1; Secure; Path=\"/\"", https, true),
            ("__HOST-a=1; Secure", https, false),
            ("__Host-a=1; Secure; Path=/x", https, false),
            ("__Host-a=1; Path=/", https, false),
            ("__Host-a=1; Secure; Path=/; Domain=a.test", https, false),
            ("__Host-a=1; Secure; Path=/", "http://127.0.0.1:5000/", true),
            ("a=1; Secure", "http://a.test/", false),
            ("a=1; Secure", "http://localhost/", true),
        ] {
            assert_eq!(is_set(header, from), is, "{header} from {from}");
        }
    }

    #[test]
    fn nobody_sets_cookies_of_a_public_suffix() {
        for (domain, from, is) in [
            ("com", "https://shop.com/", false),
            (".com", "https://shop.com/", false),
            ("COM", "https://shop.com/", false),
            ("co.uk", "https://shop.co.uk/", false),
            ("github.io", "https://ann.github.io/", false),
            ("shop.co.uk", "https://www.shop.co.uk/", true),
            ("intranet", "http://wiki.intranet/", false),
            ("intranet", "http://intranet/", true),
            ("localhost", "http://localhost:5000/", true),
            ("127.0.0.1", "http://127.0.0.1/", true),
        ] {
            assert_eq!(is_set(&format!("a=1; Domain={domain}"), from), is, "{domain} from {from}");
        }
        let of_suffix = cookie(b"a=1; Domain=github.io", &"https://github.io/".parse().expect("a URL"));
        assert_eq!(of_suffix.expect("a cookie").domain(), None, "it is for the host alone");
    }

    #[test]
    fn too_long_a_cookie_is_none_and_too_long_an_attribute_counts_for_nothing() {
        let pair = |length: usize| format!("name={}", "x".repeat(length - 4));
        assert!(is_set(&pair(4096), "http://a.test/"));
        assert!(!is_set(&pair(4097), "http://a.test/"));
        assert!(is_set(&format!("{}; Path=/", pair(4096)), "http://a.test/"));
        let path = format!("a=1; Path=/{}", "x".repeat(1024));
        assert_eq!(cookie(path.as_bytes(), &"http://a.test/".parse().expect("a URL")).expect("a cookie").path(), None);
    }

    #[test]
    fn control_characters_make_no_cookie() {
        for header in ["a=1\u{1b}", "a\u{0}=1", "a=1; Path=/\u{7f}", "a=1\r"] {
            assert!(!is_set(header, "http://a.test/"), "{header:?}");
        }
        assert!(is_set("a=1\t2", "http://a.test/"));
    }

    #[test]
    fn quotes_around_an_age_are_no_part_of_it() {
        let age = |header: &str| {
            let cookie = cookie(header.as_bytes(), &"http://a.test/".parse().expect("a URL")).expect("a cookie");
            cookie.max_age().map(|age| age.whole_seconds())
        };
        assert_eq!(age("a=1; Max-Age=\"60\""), Some(60));
        assert_eq!(age("a=1; max-age = \"0\" "), Some(0));
        assert_eq!(age("a=1; Max-Age=-1"), Some(0));
        assert_eq!(age("a=1; Max-Age=\"x\""), None);
        assert_eq!(age("a=1; Max-Age="), None);
    }

    #[test]
    fn dates_are_read_in_every_shape() {
        for text in [
            "Wed, 07 Oct 2015 07:28:00 GMT",
            "Wed, 7 Oct 2015 07:28:00 GMT",
            "Wednesday, 07-Oct-15 07:28:00 GMT",
            "Wed Oct  7 07:28:00 2015",
            "Wed, 07-Oct-2015 07:28:00 UTC",
            "07 october 2015 7:28:0",
        ] {
            assert_eq!(date(text).as_deref(), Some("07 Oct 2015 07:28:00 GMT"), "{text}");
        }
        for text in ["", "0", "-1", "Wed, 32 Oct 2015 07:28:00 GMT", "07 Oct 1500 07:28:00", "07 Oct 2015 25:00:00"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_come_back_as_they_went() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes_of(&text_of(&all)), all);
    }
}
