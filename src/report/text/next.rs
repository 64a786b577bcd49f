//! What to do after a run, in one line at most.

use super::numbers::number_ms;
use crate::outcome::RequestErrorKind;
use crate::stats::{Comparison, Summary, TimesVerdict};

/// The ninety-ninth percentile this many times the median is worth a look.
const FAR: f64 = 10.0;

/// Which reports a run has written, that would else be worth writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// A page.
    pub html: bool,
    /// A file that can be compared.
    pub json: bool,
}

/// The one thing most worth doing after this run, if there is one.
pub fn next_step(summary: &Summary, kept: Kept) -> Option<String> {
    let html = if kept.html { "the page of --html shows" } else { "--html FILE shows" };
    if summary.times_verdict() == TimesVerdict::NoAnswers && summary.whole.totals.ended() > 0 {
        return Some(format!("next: nothing was answered; {}", where_to_look(summary)));
    } else if summary.gates.iter().any(|gate| gate.crossed) {
        let examples = if summary.failures.is_empty() { "" } else { ", with examples" };
        return Some(format!("next: {html} when it went wrong{examples}"));
    } else if let Some(lighter) = summary.lighter_load() {
        return Some(format!("next: run it with {lighter}, until the load is as asked"));
    }
    let times = &summary.whole.request_totals.response_time;
    if let (Some(p50), Some(p99)) = (times.percentile(50.0), times.percentile(99.0))
        && times.is_backed(99.0)
        && p99.as_secs_f64() > FAR * p50.as_secs_f64()
    {
        let factor = p99.as_secs_f64() / p50.as_secs_f64();
        return Some(format!("next: p99 ({} ms) is {} times p50; {html} when", number_ms(p99), factor.round()));
    }
    let is_comparable = kept.json && summary.blocks.blocks().len() >= Comparison::MIN_BLOCKS;
    is_comparable.then(|| "next: perfloop compare BASE.json NEW.json tells whether a later run is slower".into())
}

/// What may be wrong where nothing was answered, by what most requests met.
fn where_to_look(summary: &Summary) -> &'static str {
    let most = summary.whole.request_totals.lost.iter().max_by_key(|(_, count)| **count);
    match most.map(|(kind, _)| kind) {
        Some(RequestErrorKind::BadRequest) => "look at how the request is written",
        Some(RequestErrorKind::Tls) => "look at the certificates, and whether the port speaks TLS",
        Some(RequestErrorKind::Timeout) => "look whether the service is up, or give it more --timeout",
        Some(RequestErrorKind::Reset | RequestErrorKind::Closed | RequestErrorKind::Protocol) => {
            "look whether the service is well, and speaks HTTP at this port"
        }
        Some(_) => "look at the address, and whether the service is up",
        None => "look at the failures above",
    }
}
