//! The numbers as a page: one file that needs no network, with charts that answer to the mouse.
//!
//! The charts are perfloop's own: 250 lines of script draw SVG from data that stands in the page as JSON. plotly.js
//! would add 3 to 4 MB to every report; charming embeds ECharts, which is 1 MB, or needs a network; charts-rs and
//! plotters draw pictures that show no values. What is left is small enough to own: lines, bars, values under the
//! pointer, a zoom that all charts over time share, and ink that follows the reader's light or dark.
//!
//! Whatever came from the service is text to this page: maud escapes it, and a policy forbids the page to fetch or send.

mod data;
mod examples;
mod tables;
mod verdicts;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::RunInfo;
use super::curl::shell_word;
use super::http_log::timestamp;
use crate::stats::Summary;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// A target of more bytes is written smaller.
const LONG_TITLE: usize = 80;
/// Nothing is fetched and nothing sent, whatever stands in the page.
const POLICY: &str = include_str!("policy.txt");

/// Writes one HTML page: verdicts, totals, charts, tables, and the exchanges that were kept of failures and of the
/// slowest passes.
///
/// # Errors
/// Those of the writer.
pub fn write_html(summary: &Summary, info: &RunInfo, mut writer: impl Write) -> io::Result<()> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "perfloop: " (info.target) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (head(summary, info))
                    (verdicts::verdicts(summary))
                    (verdicts::totals(summary))
                    (charts(summary))
                    (tables::tables(summary))
                    (examples::failures(summary))
                    (examples::slowest(summary))
                    (foot(summary, info))
                }
                script type="application/json" id="data" { (PreEscaped(data::json(summary))) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    writer.write_all(page.into_string().as_bytes())?;
    writer.flush()
}

fn head(summary: &Summary, info: &RunInfo) -> Markup {
    html! {
        header {
            p.eyebrow { "perfloop load test" }
            h1 class=[(info.target.len() > LONG_TITLE).then_some("long")] { (info.target) }
            p.quiet {
                time { (timestamp(info.started)) }
                " · " (super::text::load_line(summary))
            }
        }
    }
}

fn charts(summary: &Summary) -> Markup {
    if summary.timeline.slots().is_empty() {
        return html! { section { h2 { "Over time" } p.empty { "Nothing ended, so there is nothing to draw." } } };
    }
    let figure = |id: &str, title: &str, unit: &str| {
        html! {
            figure {
                figcaption { b { (title) } span.unit { (unit) } span.legend id={ (id) "-legend" } {} }
                div.chart id=(id) {}
            }
        }
    };
    html! {
        section {
            h2 { "Over time" }
            p.hint { "Drag across a chart to zoom all of them, double click to see the whole run again." }
            noscript { p.empty { "The charts need JavaScript; the tables below do not." } }
            div.charts {
                (figure("rates", "Answers and failures", "per second"))
                (figure("times", "Response times", "ms"))
                (figure("users", "Users and requests in flight", "count"))
                (figure("delays", "Client delay: the tester's own", "ms"))
            }
            h2 { "Distribution" }
            p.hint { "The time that a share of all did not exceed. Each step to the right leaves a tenth as many beyond." }
            div.charts.wide { (figure("distribution", "Times by percentile", "ms")) }
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
