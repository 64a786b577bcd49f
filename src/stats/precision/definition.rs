//! Precision that a value of a run is to have: the width of its interval.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::verdict::PrecisionVerdict;
use crate::stats::confidence::Batches;
use crate::stats::gate::Gate;
use crate::stats::summary::Summary;

/// Precision that a value is to have, with which a run may end: half of its interval is at most this share of it.
///
/// ```
/// use perfloop::stats::Precision;
/// assert!("p95 5%".parse::<Precision>().is_ok() && "GET /cart: rps 1%".parse::<Precision>().is_ok());
/// assert!("max 5%".parse::<Precision>().is_err(), "a maximum has no interval");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Precision {
    expr: String,
    /// Names the metric; its limit means nothing.
    metric: Gate,
    share: f64,
}

impl Precision {
    /// The precision as it was written.
    pub fn expr(&self) -> &str {
        &self.expr
    }

    /// The metric as a gate at full load, to be refused where it can never be judged.
    pub(crate) fn metric(&self) -> &Gate {
        &self.metric
    }

    /// What full load shows, with its blocks.
    pub(crate) fn judge(&self, summary: &Summary) -> PrecisionVerdict {
        let value = self.metric.number(summary);
        let subject = self.metric.subject(summary);
        let interval = subject.and_then(|subject| self.metric.interval(&Batches::of(summary, &subject)));
        let interval = interval.map(|interval| value.map_or(interval, |value| interval.around(value)));
        let half_width = interval.zip(value).and_then(|(interval, value)| interval.half_width_of(value));
        let span = summary.full_load.as_ref().map_or(Duration::ZERO, |section| section.span);
        let needed = half_width
            .filter(|half| *half > self.share)
            .and_then(|half| Duration::try_from_secs_f64(span.as_secs_f64() * (half / self.share).powi(2)).ok());
        let unit = self.metric.unit();
        PrecisionVerdict { expr: self.expr.clone(), wanted: self.share, half_width, value, interval, unit, needed }
    }
}

impl FromStr for Precision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expr = text.trim();
        let wanted = || format!("'{expr}' is no precision; write it like 'p95 5%' or 'GET /cart: rps 1%'");
        let (metric, share) = expr.rsplit_once(char::is_whitespace).ok_or_else(wanted)?;
        let percent = share.strip_suffix('%').and_then(|number| number.parse::<f64>().ok()).ok_or_else(wanted)?;
        if !(percent > 0.0 && percent < 100.0) {
            return Err(format!("'{share}' is no share of a value; write it like 5%"));
        }
        let metric = Gate::of_metric(metric.trim())?;
        if !metric.has_interval() {
            return Err(format!("{} has no interval; give mean, a percentile, rps or fail_ratio", metric.expr()));
        }
        Ok(Precision { expr: expr.to_owned(), metric, share: percent / 100.0 })
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expr)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_precision_names_a_metric_with_an_interval_and_a_share() {
        for text in ["p95 5%", "mean 1%", " GET /cart: p99 10% ", "rps 0.5%", "fail_ratio 20%", "tpr.p50 5%"] {
            let precision: Precision = text.parse().expect(text);
            assert_eq!(precision.expr(), text.trim());
        }
        for (text, why) in [
            ("p95", "no precision"),
            ("p95 5", "no precision"),
            ("p95 0%", "no share"),
            ("p95 100%", "no share"),
            ("max 5%", "has no interval"),
            ("missed 5%", "has no interval"),
            ("pp95 5%", "no metric 'pp95'"),
        ] {
            let refused = text.parse::<Precision>().expect_err(text);
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }
}
