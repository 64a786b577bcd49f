//! Reports of a run for download: all formats of the command line.

use std::io;

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};

use super::reply::{not_found, problem};
use crate::report::{RunInfo, http_log, locust, write_hlog, write_html, write_json, write_junit, write_markdown};
use crate::stats::Summary;

/// Report format: its name in an address, the type of its content, and its writer.
struct Format {
    name: &'static str,
    kind: &'static str,
    write: fn(&Summary, &RunInfo, &mut Vec<u8>) -> io::Result<()>,
}

const CSV: &str = "text/csv; charset=utf-8";

const FORMATS: [Format; 9] = [
    Format { name: "html", kind: "text/html; charset=utf-8", write: |summary, info, to| write_html(summary, info, to) },
    Format { name: "json", kind: "application/json", write: |summary, info, to| write_json(summary, info, to) },
    Format { name: "junit", kind: "application/xml", write: |summary, _, to| write_junit(summary, to) },
    Format {
        name: "markdown",
        kind: "text/markdown; charset=utf-8",
        write: |summary, _, to| write_markdown(summary, to),
    },
    Format {
        name: "hlog",
        kind: "text/plain; charset=utf-8",
        write: |summary, info, to| write_hlog(summary, info, to),
    },
    Format { name: "stats.csv", kind: CSV, write: |summary, _, to| locust::write_stats(summary, to) },
    Format { name: "history.csv", kind: CSV, write: |summary, _, to| locust::write_history(summary, to) },
    Format { name: "failures.csv", kind: CSV, write: |summary, _, to| locust::write_failures(summary, to) },
    Format { name: "exceptions.csv", kind: CSV, write: |summary, _, to| locust::write_exceptions(summary, to) },
];

/// Report of a run in one format, as a file.
pub(super) fn report(format: &str, summary: &Summary, info: &RunInfo) -> Response {
    let Some(format) = FORMATS.iter().find(|known| known.name == format) else { return not_found("such format") };
    let mut bytes = Vec::new();
    if let Err(error) = (format.write)(summary, info, &mut bytes) {
        return problem(axum::http::StatusCode::INTERNAL_SERVER_ERROR, &error.to_string());
    }
    let started = http_log::timestamp_in_seconds(info.started).replace(':', "");
    let name = match format.name {
        "junit" => format!("perfloop_{started}_junit.xml"),
        "markdown" => format!("perfloop_{started}.md"),
        name if name.ends_with(".csv") => format!("perfloop_{started}_{name}"),
        name => format!("perfloop_{started}.{name}"),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, format.kind.to_owned()), (CONTENT_DISPOSITION, disposition)], bytes).into_response()
}
