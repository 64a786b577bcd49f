//! The proxies that the environment names: perfloop uses none of them, and says so where another program would.

use std::env;

use url::{Host, Url};

const NAMED: [&str; 6] = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const EXCEPTED: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// A line about what the environment says and perfloop does not heed, if one of these is not on this machine. With a
/// proxy given by hand, only the exceptions from it are missed.
pub(crate) fn unheeded<'a>(origins: impl IntoIterator<Item = &'a str>, has_proxy: bool) -> Option<String> {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    origins.into_iter().any(is_elsewhere).then(|| line(is_set, has_proxy)).flatten()
}

fn line(is_set: impl Fn(&str) -> bool, has_proxy: bool) -> Option<String> {
    let named = NAMED.into_iter().filter(|_| !has_proxy);
    let set: Vec<&str> = named.chain(EXCEPTED).filter(|name| is_set(name)).collect();
    let (last, others) = set.split_last()?;
    let names = if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
    let (is, it) = if others.is_empty() { ("is", "it") } else { ("are", "them") };
    let remedy = match has_proxy {
        true => "all requests go through ‹proxy›",
        false => "requests go straight to the service; give ‹proxy› URL to have them go through a proxy",
    };
    Some(format!("{names} {is} set in the environment, and perfloop does not use {it}: {remedy}"))
}

/// Not on this machine, by its name or its address.
fn is_elsewhere(origin: &str) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name != "localhost" && !name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => !address.is_loopback() && !address.is_unspecified(),
        Some(Host::Ipv6(address)) => !address.is_loopback() && !address.is_unspecified(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_not_elsewhere() {
        for (origin, is) in [
            ("http://127.0.0.1:5000", false),
            ("http://127.8.0.1", false),
            ("http://[::1]:80", false),
            ("https://localhost", false),
            ("https://a.localhost.:81", false),
            ("http://a.test", true),
            ("http://notlocalhost", true),
            ("https://192.0.2.1:81", true),
            ("{{host}}", false),
        ] {
            assert_eq!(is_elsewhere(origin), is, "{origin}");
        }
    }

    #[test]
    fn the_line_names_what_is_set() {
        let with = |set: &'static [&str], has_proxy| line(|name| set.contains(&name), has_proxy);
        let one = with(&["http_proxy"], false).expect("a line");
        assert!(one.starts_with("http_proxy is set") && one.contains("proxy"), "{one}");
        let some = with(&["https_proxy", "ALL_PROXY", "NO_PROXY"], false).expect("a line");
        assert!(some.starts_with("https_proxy, ALL_PROXY and NO_PROXY are set"), "{some}");
        assert_eq!(with(&[], false), None);
        assert_eq!(with(&["http_proxy"], true), None, "a proxy is used, and it was given by hand");
        assert!(with(&["http_proxy", "no_proxy"], true).expect("a line").starts_with("no_proxy is set"));
    }
}
