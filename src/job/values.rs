//! Values of fields that are more than a number or a text.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde::de::IgnoredAny;
use url::Url;

use super::path_text::path_of;
use crate::error::Error;
use crate::load::{AtEnd, RateOverTime, TlsResume, Wait, between, certificate_file};
use crate::part::Part;
use crate::redact::MASK;
use crate::report::http_log::moment;
use crate::stats::Gate;
use crate::units::{parse_duration, parse_rate};

/// Host, its port, and the addresses to connect to instead of its own.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) addresses: Vec<IpAddr>,
}

impl Resolved {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wanted = || format!("'{text}' is no address for a host; write it like example.com:443:127.0.0.1");
        let mut parts = text.splitn(3, ':');
        let (Some(host), Some(port), Some(address_list)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wanted());
        };
        let port = port.parse().map_err(|_| wanted())?;
        let address = |text: &str| text.trim_start_matches('[').trim_end_matches(']').parse();
        let addresses = address_list.split(',').map(address).collect::<Result<_, _>>().map_err(|_| wanted())?;
        if host.is_empty() { Err(wanted()) } else { Ok(Resolved { host: host.to_owned(), port, addresses }) }
    }
}

/// Client certificate: its file, and the password of its key.
#[derive(Debug, Clone)]
pub(crate) struct CertificateFile {
    pub(crate) path: PathBuf,
    pub(crate) password: Option<String>,
}

impl CertificateFile {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (file, password) = certificate_file(text);
        Ok(CertificateFile { path: path_of(&file), password })
    }
}

/// Client certificate as it may be shown: without the password.
pub(crate) fn without_key_password(text: &str) -> String {
    match certificate_file(text) {
        (file, Some(_)) => format!("{file}:{MASK}"),
        (file, None) => file,
    }
}

/// A whole number, as for users.
pub(crate) fn parse_u32(text: &str) -> Result<u32, String> {
    let number = parse_u64(text)?;
    u32::try_from(number).map_err(|_| too_many(text, u32::MAX.into()))
}

/// A whole number, as for loops.
pub(crate) fn parse_u64(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| match text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        true => too_many(text, u64::MAX),
        false => format!("'{text}' is no whole number; write it in digits, like 50"),
    })
}

fn too_many(text: &str, most: u64) -> String {
    format!("{text} is more than perfloop can count; give at most {most}")
}

pub(crate) fn parse_proxy(text: &str) -> Result<Url, String> {
    let wanted = || format!("'{text}' is no proxy; give a URL like http://127.0.0.1:3128 or socks5://127.0.0.1:1080");
    Url::parse(text).map_err(|_| wanted())
}

/// A login has a place of its own, where it is hidden. Without the feature that sends, nothing is taken.
pub(crate) fn parse_collector(text: &str) -> Result<Url, String> {
    if cfg!(not(feature = "otel")) {
        return Err("this perfloop is built without it; build one with cargo install perfloop --features otel".into());
    }
    match http_url(text) {
        Some(url) if !url.username().is_empty() || url.password().is_some() => {
            Err("a login in the URL is not sent; give it as a header, in OTEL_EXPORTER_OTLP_HEADERS".into())
        }
        Some(url) if url.query().is_none() => Ok(url),
        _ => Err(format!("'{text}' is no collector; give a URL like http://127.0.0.1:4318")),
    }
}

/// File of the JSON report. A text that looks like data is refused: to curl the same flag is a body.
#[derive(Debug, Clone)]
pub(crate) struct ReportFile(pub(crate) PathBuf);

impl ReportFile {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        if is_json || text.trim_start().starts_with(['[', '@']) || text.contains(['{', '"', '\n']) {
            return Err(format!("'{text}' looks like data, and this is the file of the report; give ‹json-data›"));
        }
        Ok(ReportFile(path_of(text)))
    }
}

pub(crate) fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let wanted = || format!("'{text}' is no address; write it like 127.0.0.1:9646, or with port 0 for a free one");
    text.parse().map_err(|_| wanted())
}

pub(crate) fn parse_rate_over_time(text: &str) -> Result<RateOverTime, String> {
    if text.contains(':') {
        text.parse().map(RateOverTime::Stages)
    } else {
        parse_rate(text).map(RateOverTime::Constant)
    }
}

pub(crate) fn parse_wait(text: &str) -> Result<Wait, String> {
    match text.split_once('-') {
        Some((shortest, longest)) => Ok(between(parse_duration(shortest)?, parse_duration(longest)?)),
        None => parse_duration(text).map(Wait::from),
    }
}

pub(crate) fn parse_host(text: &str) -> Result<Url, String> {
    http_url(text).ok_or_else(|| format!("'{text}' is no host; give a URL like http://127.0.0.1:5000"))
}

/// A whole URL of http or https. `http:///x` and `http:x` are slips of the pen, which the URL Standard reads as
/// `http://x`.
pub(crate) fn http_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let authority = text.trim_start().split_once("://").map_or("", |(_, rest)| rest);
    let is_whole = matches!(url.scheme(), "http" | "https") && url.has_host();
    (is_whole && !authority.is_empty() && !authority.starts_with(['/', '\\', '?', '#'])).then_some(url)
}

pub(crate) fn parse_resume(text: &str) -> Result<TlsResume, String> {
    match text {
        "off" => Ok(TlsResume::Off),
        "user" => Ok(TlsResume::User),
        _ => Err(format!("'{text}' is neither off nor user; give user to resume a user's own sessions")),
    }
}

/// Order in which the rows of a feed are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeedOrder {
    Circular,
    Random,
    Unique,
}

impl FeedOrder {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "circular" => Ok(FeedOrder::Circular),
            "random" => Ok(FeedOrder::Random),
            "unique" => Ok(FeedOrder::Unique),
            _ => Err(format!("'{text}' is no order; give circular, random or unique")),
        }
    }
}

pub(crate) fn parse_end(text: &str) -> Result<AtEnd, String> {
    match text {
        "stop" => Ok(AtEnd::Stop),
        "fail" => Ok(AtEnd::Fail),
        "again" => Ok(AtEnd::Again),
        _ => Err(format!("'{text}' is nothing to do; give stop, fail or again")),
    }
}

/// Part of a run, like 3/8.
pub(crate) fn parse_part(text: &str) -> Result<Part, String> {
    text.parse().map_err(|error: Error| error.to_string())
}

/// Moment of the wall clock at which a run starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StartAt(pub(crate) SystemTime);

impl StartAt {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let unix = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
        let at = text.parse().map_or_else(|_| moment(text), unix);
        at.map(StartAt).ok_or_else(|| {
            format!("'{text}' is no moment; write it like 2026-11-25T12:00:00Z, or as seconds since 1970, which `date +%s` prints")
        })
    }
}

/// Gate that says what must not happen.
#[derive(Debug, Clone)]
pub(crate) struct FailIf(pub(crate) Gate);

impl FailIf {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Gate::parse_fail_if(text).map(FailIf)
    }
}

/// Gate that says what must hold.
#[derive(Debug, Clone)]
pub(crate) struct Threshold(pub(crate) Gate);

impl Threshold {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Gate::parse_threshold(text).map(Threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_by_the_calendar_or_in_seconds() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_764_072_000);
        for text in ["2025-11-25T12:00:00Z", "2025-11-25T13:00:00+01:00", "1764072000"] {
            assert_eq!(StartAt::parse(text).map(|start| start.0), Ok(at), "{text}");
        }
        for text in ["", "tomorrow", "12:00", "2025-11-25", "2025-11-25T12:00:00", "1e9"] {
            let error = StartAt::parse(text).expect_err(text);
            assert!(error.starts_with(&format!("'{text}' is no moment; write it like ")), "{error}");
        }
    }

    #[test]
    fn data_is_no_file_for_a_report() {
        for data in ["{\"a\":1}", "{a:1}", " {}", "[1]", "@body.json", "\"a\"", "1", "true", "a\nb"] {
            let error = ReportFile::parse(data).expect_err(data);
            assert!(error.contains("give ‹json-data›"), "{error}");
        }
        for file in ["-", "run.json", "./true", "a=b.json", "/tmp/x[1].json"] {
            assert_eq!(ReportFile::parse(file).map(|file| file.0), Ok(PathBuf::from(file)));
        }
    }
}
