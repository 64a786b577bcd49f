//! The numbers as a page: one file that needs no network, with charts that answer to the mouse.
//!
//! The charts are perfloop's own: a script draws SVG from data that stands in the page as JSON. plotly.js would add 3 to
//! 4 MB to every report; charming embeds ECharts, which is 1 MB, or needs a network; charts-rs and plotters draw pictures
//! that show no values. uPlot is 51 KB, and was weighed at four charts of three lines with 3600 points each, on a busy
//! machine slowed down four times: its first drawing takes 255 ms and the next 60 to 140 ms, that of these 31 KB 116 ms and
//! 140 to 165 ms. With the 2000 points that a chart has at most both are little, and the own ones know marks, moments, an
//! overlay and the keyboard: lines, bars, values under the pointer, a zoom that all charts over time share, and ink that
//! follows the reader's light or dark.
//!
//! Names come from outside, so that they are put in as text, never as markup. The live page shares the charts and the looks.
//!
//! Whatever came from the service is text to this page: maud escapes it, and a policy forbids the page to fetch or send.

mod bounds;
mod capacity;
mod comparison;
mod data;
mod examples;
mod frame;
mod full_load;
mod intervals;
mod overlay;
mod tables;
mod verdicts;

use std::io::{self, Write};

use maud::{Markup, html};

use super::RunInfo;
use super::curl::shell_word;
use super::http_log::timestamp;
use crate::stats::Summary;
pub use comparison::write_comparison_html;
pub(super) use data::distribution;
use frame::figure;

/// Which charts the page of a run has, and what its buttons do.
const CHARTS: &str = include_str!("run.js");

/// Writes one HTML page: verdicts, totals, charts, tables, and the exchanges that were kept of failures and of the
/// slowest passes.
///
/// # Errors
/// Those of the writer.
pub fn write_html(summary: &Summary, info: &RunInfo, mut writer: impl Write) -> io::Result<()> {
    let says = html! {
        (frame::head("perfloop load test", &info.target, &started(summary, info)))
        (capacity::capacity(summary))
        (verdicts::verdicts(summary))
        (verdicts::totals(summary))
        (charts(summary))
        (tables::tables(summary))
        (full_load::full_load(summary))
        (examples::failures(summary))
        (examples::slowest(summary))
        (foot(summary, info))
    };
    let levels = [frame::inlined(capacity::LEVELS), CHARTS, capacity::CHARTS].concat();
    let charts = if summary.capacity.is_some() { &levels } else { CHARTS };
    let page = frame::page(&info.target, &says, &data::json(summary), charts);
    writer.write_all(page.into_string().as_bytes())?;
    writer.flush()
}

fn started(summary: &Summary, info: &RunInfo) -> Markup {
    html! { time { (timestamp(info.started)) } " · " (super::text::load_line(summary)) }
}

fn charts(summary: &Summary) -> Markup {
    if summary.timeline.slots().is_empty() {
        return html! { section { h2 { "Over time" } p.empty { "Nothing ended, so there is nothing to draw." } } };
    }
    html! {
        section {
            h2 { "Over time" }
            (frame::over_time_hint())
            (tools(summary))
            div.charts {
                (figure("rates", "Answers and failures", "per second"))
                (figure("times", "Response times", "ms"))
                (figure("users", "Users and requests in flight", "count"))
                (figure("delays", "Client delay: the tester's own", "ms"))
            }
            (frame::distribution())
        }
    }
}

/// What the charts show, and how.
fn tools(summary: &Summary) -> Markup {
    let rows = data::rows(summary);
    html! {
        div.tools {
            @if rows.len() > 1 {
                label {
                    "Show "
                    select id="row" {
                        option value="" { "the whole run" }
                        @for (place, row) in rows.iter().enumerate() {
                            option value=(place) { (row.kind) " " (row.name) ", at full load" }
                        }
                    }
                }
            }
            label { input type="checkbox" id="log-scale"; "response times by their logarithm" }
        }
    }
}

fn foot(summary: &Summary, info: &RunInfo) -> Markup {
    html! {
        footer {
            p { "perfloop " (env!("CARGO_PKG_VERSION")) " · seed " (summary.seed) }
            @if !info.command.is_empty() { p { code { (command(&info.command)) } } }
        }
    }
}

/// The command line, as it could be typed again.
fn command(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
    words.join(" ")
}
