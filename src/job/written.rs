//! Values as people write them: each is read from a text or a number, and keeps that for whoever writes it again.

use std::fmt;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use url::Url;

use super::hurl_values::{Milliseconds, Retries};
use super::path_text::{path_of, text_of};
use super::search_values::{Least, Share, Within, parse_by};
use super::values::{
    CertificateFile, FailIf, FeedOrder, ReportFile, Resolved, StartAt, Threshold, parse_address, parse_collector,
    parse_end, parse_host, parse_part, parse_proxy, parse_rate_over_time, parse_resume, parse_u32, parse_u64,
    parse_wait,
};
use crate::capacity::By;
use crate::load::{AtEnd, RateOverTime, Stages, Statuses, TlsResume, Wait};
use crate::part::Part;
use crate::renaming::Renaming;
use crate::stats::Precision;
use crate::units::{parse_bytes, parse_duration, parse_rate};

/// Value together with the text that it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Written<T> {
    text: String,
    value: T,
}

/// Value that a text stands for.
pub(crate) trait Read: Sized {
    /// # Errors
    /// A line that says what is wrong with the text, and what to write instead.
    fn read(text: &str) -> Result<Self, String>;
}

impl<T: Read> Written<T> {
    /// # Errors
    /// Those of [`Read::read`].
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        T::read(text).map(|value| Written { text: text.to_owned(), value })
    }
}

impl Written<PathBuf> {
    /// A path from elsewhere.
    pub(crate) fn path(path: &Path) -> Self {
        Written { text: text_of(path.as_os_str()), value: path.to_owned() }
    }
}

impl<T> Deref for Written<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> PartialEq for Written<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Serialize for Written<T> {
    /// Writes a number that reads the same as a number, and all else as text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.text.parse::<u64>() {
            Ok(number) if number.to_string() == self.text => serializer.serialize_u64(number),
            _ => serializer.serialize_str(&self.text),
        }
    }
}

impl<'de, T: Read> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = String;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
                Ok(text.to_owned())
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
                Ok(number.to_string())
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
                Ok(number.to_string())
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<String, E> {
                Ok(number.to_string())
            }
        }

        Written::read(&deserializer.deserialize_any(Text)?).map_err(de::Error::custom)
    }
}

/// Implements [`Read`] by a function.
macro_rules! read_by {
    ($($of:ty: $read:expr;)*) => {$(
        impl Read for $of {
            fn read(text: &str) -> Result<Self, String> {
                $read(text)
            }
        }
    )*};
}

read_by! {
    u32: parse_u32;
    u64: parse_u64;
    usize: parse_bytes;
    f64: parse_rate;
    Duration: parse_duration;
    Milliseconds: Milliseconds::parse;
    Retries: Retries::parse;
    Wait: parse_wait;
    Stages: str::parse;
    RateOverTime: parse_rate_over_time;
    Statuses: str::parse;
    TlsResume: parse_resume;
    AtEnd: parse_end;
    FeedOrder: FeedOrder::parse;
    Part: parse_part;
    StartAt: StartAt::parse;
    Renaming: str::parse;
    FailIf: FailIf::parse;
    Threshold: Threshold::parse;
    Precision: str::parse;
    Within: Within::parse;
    Share: Share::parse;
    By: parse_by;
    Least: Least::parse;
    SocketAddr: parse_address;
    CertificateFile: CertificateFile::parse;
    Resolved: Resolved::parse;
    ReportFile: ReportFile::parse;
}

/// Host that relative URLs are relative to.
#[derive(Debug, Clone)]
pub(crate) struct Host(pub(crate) Url);

/// URL of a collector of OpenTelemetry.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "nothing is sent without the feature"))]
pub(crate) struct CollectorUrl(pub(crate) Url);

/// Proxy's URL.
#[derive(Debug, Clone)]
pub(crate) struct ProxyUrl(pub(crate) Url);

impl Read for Host {
    fn read(text: &str) -> Result<Self, String> {
        parse_host(text).map(Host)
    }
}

impl Read for CollectorUrl {
    fn read(text: &str) -> Result<Self, String> {
        parse_collector(text).map(CollectorUrl)
    }
}

impl Read for ProxyUrl {
    fn read(text: &str) -> Result<Self, String> {
        parse_proxy(text).map(ProxyUrl)
    }
}

impl Read for PathBuf {
    fn read(text: &str) -> Result<Self, String> {
        Ok(path_of(text))
    }
}

impl Read for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}
