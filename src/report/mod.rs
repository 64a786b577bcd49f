//! Reports: numbers in, bytes out through a writer. The only place where numbers are rounded.

mod curl;
mod html;
pub(crate) mod http_log;
mod json;
mod json_exchange;
pub(crate) mod outline;
mod text;

use std::time::SystemTime;

pub use curl::curl_line;
pub use html::write_html;
pub use http_log::Secrets;
pub use json::write_json;
pub(crate) use text::bytes;
pub use text::{live_line, progress_line, write_text};

/// What a report says about a run beside its numbers.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// When it was started.
    pub started: SystemTime,
    /// What was tested, for people: a URL, or that it was the embedded service.
    pub target: String,
    /// The command line, or nothing.
    pub command: Vec<String>,
}
