//! Values of flags that are more than a number or a text.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use serde::de::IgnoredAny;
use url::Url;

use crate::load::{RateOverTime, TlsResume, Wait, between, certificate_file};
use crate::redact::MASK;
use crate::units::{parse_duration, parse_rate};

/// A `--resolve`: the host, its port, and where to connect instead.
pub(super) type Resolved = (String, u16, Vec<IpAddr>);

pub(super) fn parse_resolve(text: &str) -> Result<Resolved, String> {
    let wanted = || format!("'{text}' is no address for a host; write it like example.com:443:127.0.0.1");
    let mut parts = text.splitn(3, ':');
    let (Some(host), Some(port), Some(address_list)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wanted());
    };
    let port = port.parse().map_err(|_| wanted())?;
    let address = |text: &str| text.trim_start_matches('[').trim_end_matches(']').parse();
    let addresses = address_list.split(',').map(address).collect::<Result<_, _>>().map_err(|_| wanted())?;
    if host.is_empty() { Err(wanted()) } else { Ok((host.to_owned(), port, addresses)) }
}

/// A `--cert`: the file, and what opens the key.
#[derive(Debug, Clone)]
pub(super) struct CertificateFile {
    pub(super) path: PathBuf,
    pub(super) password: Option<String>,
}

pub(super) fn parse_certificate(text: &str) -> Result<CertificateFile, Infallible> {
    let (file, password) = certificate_file(text);
    Ok(CertificateFile { path: file.into(), password })
}

/// A `--cert` as it may be shown.
pub(super) fn without_key_password(text: &str) -> String {
    match certificate_file(text) {
        (file, Some(_)) => format!("{file}:{MASK}"),
        (file, None) => file,
    }
}

/// A whole number, as for users.
pub(super) fn parse_u32(text: &str) -> Result<u32, String> {
    let number = parse_u64(text)?;
    u32::try_from(number).map_err(|_| too_many(text, u32::MAX.into()))
}

/// A whole number, as for loops.
pub(super) fn parse_u64(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| match text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        true => too_many(text, u64::MAX),
        false => format!("'{text}' is no whole number; write it in digits, like 50"),
    })
}

fn too_many(text: &str, most: u64) -> String {
    format!("{text} is more than perfloop can count; give at most {most}")
}

pub(super) fn parse_proxy(text: &str) -> Result<Url, String> {
    let wanted = || format!("'{text}' is no proxy; give a URL like http://127.0.0.1:3128 or socks5://127.0.0.1:1080");
    Url::parse(text).map_err(|_| wanted())
}

/// The file of `--json`, by any name that a file can have.
pub(super) fn json_file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| path.to_str().map_or(Ok(path.clone()), parse_json_file))
}

/// The file of `--json`, which to curl is a body.
fn parse_json_file(text: &str) -> Result<PathBuf, String> {
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    if is_json || text.trim_start().starts_with(['[', '@']) || text.contains(['{', '"', '\n']) {
        return Err(format!("'{text}' looks like data, and this flag names the file of the report; give --json-data"));
    }
    Ok(text.into())
}

pub(super) fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let wanted = || format!("'{text}' is no address; write it like 127.0.0.1:9646, or with port 0 for a free one");
    text.parse().map_err(|_| wanted())
}

pub(super) fn parse_rate_over_time(text: &str) -> Result<RateOverTime, String> {
    if text.contains(':') {
        text.parse().map(RateOverTime::Stages)
    } else {
        parse_rate(text).map(RateOverTime::Constant)
    }
}

pub(super) fn parse_wait(text: &str) -> Result<Wait, String> {
    match text.split_once('-') {
        Some((shortest, longest)) => Ok(between(parse_duration(shortest)?, parse_duration(longest)?)),
        None => parse_duration(text).map(Wait::from),
    }
}

pub(super) fn parse_host(text: &str) -> Result<Url, String> {
    http_url(text).ok_or_else(|| format!("'{text}' is no host; give a URL like http://127.0.0.1:5000"))
}

/// A whole URL of http or https. `http:///x` and `http:x` are slips of the pen, which the URL Standard reads as
/// `http://x`.
pub(super) fn http_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let authority = text.trim_start().split_once("://").map_or("", |(_, rest)| rest);
    let is_whole = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_whole && !authority.is_empty() && !authority.starts_with(['/', '\\', '?', '#'])).then_some(url)
}

pub(super) fn parse_resume(text: &str) -> Result<TlsResume, String> {
    match text {
        "off" => Ok(TlsResume::Off),
        "user" => Ok(TlsResume::User),
        _ => Err(format!("'{text}' is neither off nor user; give user to resume a user's own sessions")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_no_file_for_a_report() {
        for data in ["{\"a\":1}", "{a:1}", " {}", "[1]", "@body.json", "\"a\"", "1", "true", "a\nb"] {
            let error = parse_json_file(data).expect_err(data);
            assert!(error.contains("give --json-data"), "{error}");
        }
        for file in ["-", "run.json", "./true", "a=b.json", "/tmp/x[1].json"] {
            assert_eq!(parse_json_file(file), Ok(PathBuf::from(file)));
        }
    }
}
