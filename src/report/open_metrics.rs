//! The numbers in the text format of OpenMetrics, for Prometheus and whatever else scrapes it.

use std::fmt;
use std::io::{self, Write};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::metrics::{Metric, Values, metrics_of};
use crate::stats::Summary;

/// Writes the numbers up to now as OpenMetrics text.
///
/// | metric | kind | labels |
/// |---|---|---|
/// | `perfloop_checks_total` | counter | `check`; `outcome`: `pass`, `fail`, `exception`, `unfinished` |
/// | `perfloop_requests_total` | counter | `request`; `outcome`: `answered`, `unfinished`, or what was wrong, such as `timeout` |
/// | `perfloop_answers_total` | counter: answered requests | `request`; `status` |
/// | `perfloop_users` | gauge: users that are up | |
/// | `perfloop_users_lost_total` | counter: users that did nothing, because their start did not pass or they could not be made | |
/// | `perfloop_in_flight` | gauge: requests in flight at the service, mean of the last whole slot of the timeline, so 0 once nothing ends | |
/// | `perfloop_response_time_seconds` | histogram of the answered requests | `request` |
///
/// All count from the start of the run, the warm-up left out.
///
/// # Errors
/// Those of the writer.
pub fn write_open_metrics(summary: &Summary, mut writer: impl Write) -> io::Result<()> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Numbers(metrics_of(summary))));
    let mut text = String::new();
    encode(&mut text, &registry).map_err(io::Error::other)?;
    writer.write_all(text.as_bytes())?;
    writer.flush()
}

/// Numbers of a run that are shown.
#[derive(Debug)]
struct Numbers(Vec<Metric>);

impl Collector for Numbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for Metric { name, help, values } in &self.0 {
            let (kind, unit) = match values {
                Values::Counters(_) => (MetricType::Counter, None),
                Values::Number(_) | Values::Mean(_) => (MetricType::Gauge, None),
                Values::Times(_) => (MetricType::Histogram, Some(&Unit::Seconds)),
            };
            let mut metric = encoder.encode_descriptor(name, help, unit, kind)?;
            match values {
                Values::Counters(counters) => {
                    for (labels, count) in counters {
                        match &labels[..] {
                            // A family without labels would be written with braces.
                            [] => metric.encode_counter::<NoLabelSet, u64, f64>(count, None)?,
                            _ => metric.encode_family(labels)?.encode_counter::<NoLabelSet, u64, f64>(count, None)?,
                        }
                    }
                }
                Values::Number(number) => metric.encode_gauge(number)?,
                Values::Mean(mean) => metric.encode_gauge(mean)?,
                Values::Times(histograms) => {
                    for (labels, times) in histograms {
                        let mut metric = metric.encode_family(labels)?;
                        metric.encode_histogram::<NoLabelSet>(times.sum_s, times.count, &times.buckets, None)?;
                    }
                }
            }
        }
        Ok(())
    }
}
