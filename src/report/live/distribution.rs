//! Times by percentile.

use serde::Serialize;

use crate::report::html::distribution;
use crate::stats::Summary;

/// Times by percentile: pairs of the share of the samples that lie beyond, 0 to 1, and a time in ms.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Times by percentile"))]
pub(crate) struct Distribution {
    /// Response times.
    response: Vec<(f64, f64)>,
    /// TPR of the passes.
    tpr: Vec<(f64, f64)>,
    /// Delays of the tester itself.
    delay: Vec<(f64, f64)>,
}

impl From<&Summary> for Distribution {
    fn from(summary: &Summary) -> Self {
        let whole = &summary.whole;
        Distribution {
            response: distribution(&whole.request_totals.response_time),
            tpr: distribution(&whole.totals.tpr),
            delay: distribution(&whole.request_totals.client_delay),
        }
    }
}
