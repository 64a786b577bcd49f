//! How large a change may be before it counts.

use std::str::FromStr;

use super::Metric;

/// How large a change may be before it counts, as a share of the base's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance([f64; Metric::ALL.len()]);

impl Tolerance {
    /// Tolerance of a metric for which no other is set.
    pub const DEFAULT: f64 = 0.05;

    /// Tolerance of one metric.
    pub(super) fn share(&self, metric: Metric) -> f64 {
        self.0[metric as usize]
    }

    /// Sets that of one metric.
    #[must_use]
    pub fn of(mut self, metric: Metric, share: f64) -> Self {
        self.0[metric as usize] = share;
        self
    }

    /// Sets that of all metrics.
    #[must_use]
    pub fn of_all(self, share: f64) -> Self {
        Tolerance([share; Metric::ALL.len()])
    }
}

impl Default for Tolerance {
    fn default() -> Self {
        Tolerance([Self::DEFAULT; Metric::ALL.len()])
    }
}

/// One word of how large changes may be: `5%` for all metrics, `p99=10%` for one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ToleranceOf {
    /// `None` means all.
    pub metric: Option<Metric>,
    /// A share of the base's value.
    pub share: f64,
}

impl FromStr for ToleranceOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("'{text}' is no tolerance; write it like 5% or p99=10%");
        let (metric, number) = match text.split_once('=') {
            Some((name, number)) => {
                let metric = Metric::ALL.into_iter().find(|metric| metric.name() == name.trim());
                let unknown = || format!("'{name}' is not compared; write one of rps, p50, p95, p99, fail_ratio");
                (Some(metric.ok_or_else(unknown)?), number)
            }
            None => (None, text),
        };
        let percent = number.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        let percent = percent.filter(|percent| percent.is_finite() && *percent >= 0.0).ok_or_else(wanted)?;
        Ok(ToleranceOf { metric, share: percent / 100.0 })
    }
}
