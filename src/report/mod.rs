//! Reports: numbers in, bytes out through a writer. The only place where numbers are rounded.

mod compare;
mod curl;
pub(crate) mod facts;
mod hlog;
mod html;
pub(crate) mod http_log;
mod json;
mod json_exchange;
#[cfg(feature = "cli")]
mod junit;
pub mod locust;
#[cfg(feature = "cli")]
mod open_metrics;
pub(crate) mod outline;
pub(crate) mod samples;
pub(crate) mod text;

use std::time::SystemTime;

pub(crate) use compare::headline as comparison_headline;
pub use compare::write_comparison;
pub use curl::curl_line;
pub use facts::ComparedRun;
#[cfg(feature = "embedded")]
pub(crate) use facts::EMBEDDED_TARGET;
pub use hlog::write_hlog;
pub use html::{write_comparison_html, write_html};
pub use http_log::Secrets;
pub(crate) use json::read_json;
pub use json::{write_comparison_json, write_json};
#[cfg(feature = "cli")]
pub use junit::write_junit;
#[cfg(feature = "cli")]
pub(crate) use junit::xml as junit_xml;
#[cfg(feature = "cli")]
pub use open_metrics::write_open_metrics;
pub use samples::SampleFormat;
pub(crate) use text::bytes;
#[cfg(feature = "cli")]
pub(crate) use text::numbers::number_ms;
#[cfg(feature = "cli")]
pub(crate) use text::wrapped_line;
pub use text::{Detail, Style, live_line, progress_line, write_text};

/// What a report says about a run beside its numbers.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// When it was started.
    pub started: SystemTime,
    /// What was tested, for people: a URL, or that it was the embedded service.
    pub target: String,
    /// The plan in one line, for people: users, limits and rests. `None` if nobody said.
    pub plan: Option<String>,
    /// The command line, or nothing.
    pub command: Vec<String>,
    /// The run as data, secrets hidden, by which it can be run again; `None` for a run that was written in Rust.
    pub spec: Option<serde_json::Value>,
    /// The machines it ran on, as far as they are known.
    pub hosts: Vec<Host>,
}

/// A machine that perfloop ran on. What the system does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// The kind of operating system, such as `linux`.
    pub os: Option<String>,
    /// The version of its kernel.
    pub kernel: Option<String>,
    /// Processors that perfloop may use.
    pub cpus: Option<u64>,
    /// What the processors call themselves.
    pub cpu_model: Option<String>,
    /// Main memory, in bytes.
    pub memory_bytes: Option<u64>,
}

#[cfg(test)]
pub(crate) mod tests;
