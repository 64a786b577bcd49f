//! Failures and slow passes, each with exchanges that were kept whole.

use std::time::Duration;

use maud::{Markup, html};

use crate::exchange::Message;
use crate::printable::foreign;
use crate::report::curl::curl_line;
use crate::report::http_log::timestamp;
use crate::report::text::number_ms;
use crate::stats::{Example, FailureGroup, Summary};

pub(super) fn failures(summary: &Summary) -> Markup {
    html! {
        section {
            h2 { "Failures" }
            @if summary.failures.is_empty() { p.empty { "None: every check that ended has passed." } }
            @for (index, group) in summary.failures.iter().enumerate() { (failure(summary, group, index == 0)) }
            @if let Some(warmup) = summary.warmup.as_ref().filter(|warmup| !warmup.failures.is_empty()) {
                h2 { "Failures in the warm-up" }
                @for group in &warmup.failures { (failure(summary, group, false)) }
            }
        }
    }
}

fn failure(summary: &Summary, group: &FailureGroup, is_open: bool) -> Markup {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let when = if group.count == 1 {
        format!("at {}", seconds(group.first))
    } else {
        format!("from {} to {}", seconds(group.first), seconds(group.last))
    };
    let examples = group.examples.all();
    html! {
        details.group open[is_open] {
            summary {
                span.count { (group.count) }
                span.what {
                    b { (if group.is_exception { "exception" } else { "fail" }) } " in " (summary.check_of(group))
                    span.message { (group.message) }
                    span.quiet { (when) }
                }
            }
            @if let Some(detail) = &group.detail { p.detail { (detail) } }
            @if examples.is_empty() { p.quiet { "No exchange was recorded." } }
            @for (kept, kept_as) in examples { (example(kept, &kept_as.join(", "))) }
        }
    }
}

pub(super) fn slowest(summary: &Summary) -> Markup {
    html! {
        section {
            h2 { "Slowest passes" }
            @if summary.slowest.is_empty() { p.empty { "No pass made a request of which an exchange was kept." } }
            @for kept in &summary.slowest { (example(kept, &kept.check)) }
        }
    }
}

fn example(kept: &Example, why: &str) -> Markup {
    let exchange = &kept.exchange;
    let times = &exchange.times;
    let phases = [
        ("name", times.resolve()),
        ("connect", times.connect()),
        ("proxy", times.proxy()),
        ("TLS", times.tls()),
        ("first byte", times.first_byte()),
        ("receive", times.receive()),
        ("client delay", times.client_delay()),
    ];
    let phases: Vec<String> = phases
        .into_iter()
        .filter(|(_, time)| !time.is_zero())
        .map(|(name, time)| format!("{name} {} ms", number_ms(time)))
        .collect();
    html! {
        details.example {
            summary {
                span.time { (number_ms(kept.tpr)) " ms" }
                span.status { @match &exchange.answer { Ok((status, _)) => { (status) } Err(_) => { "no answer" } } }
                span.url { (foreign(&format!("{} {}", exchange.method, exchange.url))) }
                span.quiet { (why) " · " (format!("{:.1} s", kept.at.as_secs_f64())) }
            }
            p.quiet {
                "user " (exchange.user) ", iteration " (exchange.iteration) ", " (timestamp(exchange.started))
                @if !phases.is_empty() { " · " (phases.join(", ")) }
            }
            @if let Some(message) = &kept.message { p.detail { (message) } }
            div.curl { pre { code { (foreign(&curl_line(exchange))) } } button type="button" { "Copy" } }
            div.pair {
                div { h3 { "Request" } (message(&format!("{} {}", exchange.method, exchange.url), &exchange.sent)) }
                div {
                    h3 { "Response" }
                    @match &exchange.answer {
                        Ok((status, answer)) => (message(&status.to_string(), answer)),
                        Err(lost) => p.detail { (foreign(lost)) },
                    }
                }
            }
        }
    }
}

fn message(first_line: &str, message: &Message) -> Markup {
    let mut head = first_line.to_owned();
    message.headers.iter().for_each(|(name, value)| head += &format!("\n{name}: {value}"));
    let body =
        std::str::from_utf8(&message.body).map_or_else(|_| message.body.escape_ascii().to_string(), str::to_owned);
    let kept = message.body.len() as u64;
    html! {
        pre { (foreign(&head)) }
        @if !body.is_empty() { pre.body { (foreign(&body)) } }
        @if message.body_length > kept { p.quiet { "The first " (kept) " of " (message.body_length) " bytes." } }
    }
}
