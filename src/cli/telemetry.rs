//! Telemetry: who is told of the numbers of a run while it goes on.

use std::io::Write;
use std::sync::Arc;

use crate::error::Error;
use crate::job::spec::RunSpec;
use crate::load_test::Live;
#[cfg(feature = "otel")]
use crate::otel::Exporter;
use crate::stats::Summary;
use crate::web::Metrics;

/// Those who are told.
#[derive(Clone)]
pub(super) struct Telemetry {
    metrics: Option<Arc<Metrics>>,
    #[cfg(feature = "otel")]
    exporter: Option<Arc<Exporter>>,
}

impl Telemetry {
    /// Listens where the numbers are to be read, and gets ready to send them where they are to be sent.
    ///
    /// # Errors
    /// When an address is taken or not one of this machine, or a collector cannot be sent to as asked.
    pub(super) fn of(spec: &RunSpec) -> Result<Telemetry, Error> {
        let metrics = spec.metrics_addr.as_deref().map(|address| Metrics::listen(*address)).transpose()?;
        Ok(Telemetry {
            metrics,
            #[cfg(feature = "otel")]
            exporter: super::otel::exporter(spec)?.map(Arc::new),
        })
    }

    /// Tells of this run from now on, and prints where.
    pub(super) fn show(&self, live: &Live, mut out: impl Write) {
        // The screen tells what went wrong with it.
        if let Some(metrics) = &self.metrics {
            metrics.show(live.clone());
            let _ = writeln!(out, "metrics: {}", metrics.url());
        }
        #[cfg(feature = "otel")]
        if let Some(exporter) = &self.exporter {
            exporter.begin(live.clone());
            let _ = writeln!(out, "otel: {}", exporter.url());
        }
    }

    /// Tells the last numbers.
    #[cfg_attr(not(feature = "otel"), expect(unused_variables, reason = "nobody is sent to"))]
    pub(super) fn end(&self, summary: &Summary) -> Ending {
        Ending {
            #[cfg(feature = "otel")]
            sent: self.exporter.as_ref().map(|exporter| exporter.end(summary)),
        }
    }
}

/// Last numbers on their way.
pub(super) struct Ending {
    #[cfg(feature = "otel")]
    sent: Option<crate::otel::Ending>,
}

impl Ending {
    /// Waits for them a bounded time. A warning when something of the run did not arrive.
    pub(super) fn warning(self) -> Option<String> {
        #[cfg(feature = "otel")]
        return self.sent.and_then(crate::otel::Ending::warning);
        #[cfg(not(feature = "otel"))]
        None
    }
}
