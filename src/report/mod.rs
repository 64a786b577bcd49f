//! Reports: numbers in, bytes out through a writer. The only place where numbers are rounded.

mod compare;
mod curl;
mod hlog;
mod html;
pub(crate) mod http_log;
mod json;
#[cfg(feature = "cli")]
mod junit;
#[cfg(feature = "cli")]
pub(crate) mod live;
pub mod locust;
mod markdown;
#[cfg(feature = "cli")]
mod metrics;
mod model;
pub(crate) mod mood;
#[cfg(feature = "cli")]
mod open_metrics;
#[cfg(feature = "otel")]
mod otlp;
pub(crate) mod run_info;
pub(crate) mod samples;
pub(crate) mod text;

pub(crate) use compare::headline as comparison_headline;
pub use compare::write_comparison;
pub use curl::curl_line;
#[cfg(feature = "cli")]
pub(crate) use curl::shell_word;
pub use hlog::write_hlog;
pub use html::{write_comparison_html, write_html};
pub use http_log::Secrets;
#[cfg(feature = "cli")]
pub(crate) use json::is_good;
pub(crate) use json::read_json;
pub use json::{write_comparison_json, write_json};
#[cfg(feature = "cli")]
pub use junit::write_junit;
#[cfg(feature = "cli")]
pub(crate) use junit::xml as junit_xml;
pub use markdown::write_markdown;
#[cfg(feature = "cli")]
pub use open_metrics::write_open_metrics;
#[cfg(feature = "otel")]
pub(crate) use otlp::{otlp, rejection_in};
#[cfg(feature = "embedded")]
pub(crate) use run_info::EMBEDDED_TARGET;
pub use run_info::{ComparedRun, Host, RunInfo};
pub use samples::SampleFormat;
pub(crate) use text::bytes;
#[cfg(feature = "cli")]
pub(crate) use text::headline;
#[cfg(feature = "cli")]
pub(crate) use text::level_line;
#[cfg(feature = "cli")]
pub(crate) use text::numbers::number_ms;
#[cfg(feature = "cli")]
pub(crate) use text::{Align, wrapped_line, write_columns};
pub use text::{Detail, Style, live_line, progress_line, write_text};

#[cfg(test)]
pub(crate) mod tests;
