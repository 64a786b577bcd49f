//! What to do after a run, in one line at most.

use super::numbers::number_ms;
use crate::stats::{LoadVerdict, Summary, TimesVerdict};

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
    let load = summary.load_verdict();
    if summary.times_verdict() == TimesVerdict::NoAnswers && summary.whole.totals.ended() > 0 {
        return Some("next: nothing was answered; look at the address, and whether the service is up".into());
    } else if summary.gates.iter().any(|gate| gate.crossed) {
        return Some(format!("next: {html} when it went wrong, with examples"));
    } else if matches!(load, LoadVerdict::TesterLimited(_)) {
        return Some("next: run it with fewer users or a --wait, until the load is as asked".into());
    }
    let times = &summary.whole.request_totals.response_time;
    if let (Some(p50), Some(p99)) = (times.percentile(50.0), times.percentile(99.0))
        && times.is_backed(99.0)
        && p99.as_secs_f64() > FAR * p50.as_secs_f64()
    {
        let factor = p99.as_secs_f64() / p50.as_secs_f64();
        return Some(format!("next: p99 ({} ms) is {} times p50; {html} when", number_ms(p99), factor.round()));
    }
    kept.json.then(|| "next: perfloop compare BASE.json NEW.json tells whether a later run is slower".into())
}
