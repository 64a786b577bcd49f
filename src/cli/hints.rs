//! Hint after a run: the one thing most worth doing next.

use crate::outcome::RequestErrorKind;
use crate::report::number_ms;
use crate::stats::{Comparison, Summary, TimesVerdict};

/// The ninety-ninth percentile this many times the median is worth a look.
const FAR: f64 = 10.0;

/// Reports that a run has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub(super) html: bool,
    pub(super) json: bool,
}

/// Hint after this run, if there is one.
pub(super) fn next_step(summary: &Summary, kept: Kept) -> Option<String> {
    if summary.capacity.is_some() {
        return None;
    }
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

/// Place to look at where nothing was answered, by what most requests met.
fn where_to_look(summary: &Summary) -> &'static str {
    let most = summary.whole.request_totals.lost.iter().max_by_key(|(_, count)| **count);
    match most.map(|(kind, _)| kind) {
        Some(RequestErrorKind::BadRequest) => "look at how the request is written",
        Some(RequestErrorKind::Tls) => "look at the certificates, and whether the port speaks TLS",
        Some(RequestErrorKind::Timeout) => "look whether the service is up, or give it more time (timeout)",
        Some(RequestErrorKind::Reset | RequestErrorKind::Closed | RequestErrorKind::Protocol) => {
            "look whether the service is well, and speaks HTTP at this port"
        }
        Some(_) => "look at the address, and whether the service is up",
        None => "look at the failures above",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;
    use crate::phase::Phase;
    use crate::report::tests::Told;
    use crate::report::text::tests::{MS, shop};
    use crate::sample::Answer;
    use crate::stats::{Block, Blocks, Gate, GateVerdict};

    #[test]
    fn the_next_step_is_the_one_most_worth_doing() {
        let mut summary = shop();
        let next = |summary: &Summary| next_step(summary, Kept::default()).unwrap_or_default();
        assert!(next(&summary).contains("--html FILE shows when it went wrong"), "{}", next(&summary));
        let kept = next_step(&summary, Kept { html: true, json: true }).expect("a crossed gate");
        assert!(!kept.contains("FILE"), "{kept}");
        summary.gates.clear();
        assert_eq!(next_step(&summary, Kept::default()), None);
        let kept = Kept { json: true, html: false };
        assert_eq!(next_step(&summary, kept), None, "it is too short to be compared");
        summary.blocks = Blocks::of(None, vec![Block::default(); 3]);
        assert!(next_step(&summary, kept).expect("a report").contains("perfloop compare"));
        summary.gates = vec![GateVerdict { crossed: true, ..Gate::implied().judge(&summary, MS) }];
        summary.failures.clear();
        assert!(next(&summary).ends_with("when it went wrong"), "no examples: {}", next(&summary));
        let dead = Told::new(&["dead"]).summary();
        assert_eq!(next_step(&dead, Kept::default()), None, "nothing ended");

        let lost = |kind, phase| {
            let mut told = Told::new(&["lost"]);
            told.request("GET /", MS, MS, 0, Answer::None { kind, phase });
            told.check(0, MS, MS, Outcome::Exception("lost".into()));
            next(&told.summary())
        };
        assert!(lost(RequestErrorKind::Refused, Phase::Connect).contains("look at the address"));
        assert!(lost(RequestErrorKind::Tls, Phase::Tls).contains("certificates"));
        assert!(lost(RequestErrorKind::Timeout, Phase::FirstByte).contains("(timeout)"));

        let mut far = Told::new(&["far"]);
        for n in 0..2000 {
            far.request("GET /", MS, if n % 50 == 0 { 300 * MS } else { MS }, 1, Answer::Status(200));
            far.check(0, MS, MS, Outcome::Pass);
        }
        assert!(next(&far.summary()).contains("is 300 times p50"), "{}", next(&far.summary()));
    }
}
