//! Frame of all pages: style, policy, charts and the script that draws them.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("looks.css");
const CHARTS: &str = include_str!("charts.js");
const START: &str = include_str!("frame.js");
const END: &str = include_str!("end.js");
/// Nothing is fetched and nothing sent, whatever stands in the page.
const POLICY: &str = include_str!("policy.txt");
/// A heading of more bytes is written smaller.
const LONG_TITLE: usize = 80;

/// A page: what it says, the data of its charts as JSON, and the script that says which charts there are.
pub(super) fn page(title: &str, says: &Markup, data: &str, charts: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "perfloop: " (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main { (says) }
                script type="application/json" id="data" { (PreEscaped(safe(data))) }
                script { "'use strict';\n{\n" (PreEscaped(inlined(CHARTS))) (PreEscaped(START)) (PreEscaped(charts)) (PreEscaped(END)) "}\n" }
            }
        }
    }
}

/// A module as a part of a script, which neither imports nor is imported.
pub(super) fn inlined(module: &str) -> &str {
    let body = module.rsplit_once("\nexport {").map_or(module, |(body, _)| body);
    body.rsplit_once(" from './charts.js';").map_or(body, |(_, body)| body)
}

/// JSON that is safe inside a script element: `<` is written as an escape.
fn safe(json: &str) -> String {
    json.replace('<', "\\u003c")
}

pub(super) fn head(eyebrow: &str, title: &str, below: &Markup) -> Markup {
    html! {
        header {
            p.eyebrow { (eyebrow) }
            h1 class=[(title.len() > LONG_TITLE).then_some("long")] { (title) }
            p.quiet { (below) }
        }
    }
}

/// The place of a chart, which the script fills.
pub(super) fn figure(id: &str, title: &str, unit: &str) -> Markup {
    html! {
        figure {
            figcaption { b { (title) } span.unit { (unit) } span.legend id={ (id) "-legend" } {} }
            div.chart id=(id) {}
        }
    }
}

/// How charts over time are used.
pub(super) fn over_time_hint() -> Markup {
    html! {
        p.hint { "Drag across a chart to zoom all of them, double click to see the whole run again." }
        noscript { p.empty { "The charts need JavaScript; the tables below do not." } }
    }
}

/// The chart of percentiles.
pub(super) fn distribution() -> Markup {
    html! {
        h2 { "Distribution" }
        p.hint { "The time that a share of all did not exceed. Each step to the right leaves a tenth as many beyond." }
        div.charts.wide { (figure("distribution", "Times by percentile", "ms")) }
    }
}
