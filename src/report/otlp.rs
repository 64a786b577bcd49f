//! The numbers as a message of OpenTelemetry's protocol, OTLP, for its collectors.

use std::time::SystemTime;

use opentelemetry_proto::tonic::collector::metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse};
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
    ScopeMetrics, Sum,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

use super::metrics::{Labels, Values, metrics_of};
use crate::printable::foreign;
use crate::stats::Summary;

/// Numbers up to now as an `ExportMetricsServiceRequest` in protobuf. The metrics are those of `write_open_metrics`, under
/// the names that its samples have, counters from the start of the run and histograms with the same bounds.
/// `attributes` say whose they are.
pub(crate) fn otlp(summary: &Summary, attributes: &[(String, String)]) -> Vec<u8> {
    let now = SystemTime::now();
    let span = Span { from: nanos(summary.began.unwrap_or(now)), to: nanos(now) };
    // Where a unit is named, Prometheus adds it to the name: times have it there already, and what is counted has none.
    let metrics = metrics_of(summary).into_iter().map(|metric| {
        let (name, unit, data) = match metric.values {
            Values::Counters(counters) => (format!("{}_total", metric.name), "", span.sum(counters)),
            Values::Number(number) => (metric.name.to_owned(), "", span.gauge(Value::AsInt(number.into()))),
            Values::Mean(mean) => (metric.name.to_owned(), "", span.gauge(Value::AsDouble(mean))),
            Values::Times(histograms) => {
                let points = histograms.into_iter().map(|(labels, times)| HistogramDataPoint {
                    attributes: attributes_of(labels),
                    start_time_unix_nano: span.from,
                    time_unix_nano: span.to,
                    count: times.count,
                    sum: Some(times.sum_s),
                    bucket_counts: times.buckets.iter().map(|(_, count)| *count).collect(),
                    // The last one has no end, which is not written.
                    explicit_bounds: times.buckets.iter().map(|(bound, _)| *bound).filter(|b| b.is_finite()).collect(),
                    ..HistogramDataPoint::default()
                });
                let data = Histogram { data_points: points.collect(), aggregation_temporality: CUMULATIVE };
                (format!("{}_seconds", metric.name), "s", Data::Histogram(data))
            }
        };
        let (description, unit) = (metric.help.to_owned(), unit.to_owned());
        Metric { name, description, unit, data: Some(data), ..Metric::default() }
    });
    let scope = InstrumentationScope {
        name: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..InstrumentationScope::default()
    };
    let of_scope = ScopeMetrics { scope: Some(scope), metrics: metrics.collect(), ..ScopeMetrics::default() };
    let attributes = attributes.iter().map(|(key, value)| attribute(key, value.clone())).collect();
    let resource = Resource { attributes, ..Resource::default() };
    let of_resource =
        ResourceMetrics { resource: Some(resource), scope_metrics: vec![of_scope], ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![of_resource] }.encode_to_vec()
}

const CUMULATIVE: i32 = AggregationTemporality::Cumulative as i32;

/// Time that the numbers are of.
struct Span {
    from: u64,
    to: u64,
}

impl Span {
    fn point(&self, labels: Labels, value: Value) -> NumberDataPoint {
        NumberDataPoint {
            attributes: attributes_of(labels),
            start_time_unix_nano: self.from,
            time_unix_nano: self.to,
            value: Some(value),
            ..NumberDataPoint::default()
        }
    }

    fn sum(&self, counters: Vec<(Labels, u64)>) -> Data {
        let whole = |count: u64| Value::AsInt(i64::try_from(count).unwrap_or(i64::MAX));
        let data_points = counters.into_iter().map(|(labels, count)| self.point(labels, whole(count))).collect();
        Data::Sum(Sum { data_points, aggregation_temporality: CUMULATIVE, is_monotonic: true })
    }

    fn gauge(&self, value: Value) -> Data {
        Data::Gauge(Gauge { data_points: vec![self.point(Labels::new(), value)] })
    }
}

fn attributes_of(labels: Labels) -> Vec<KeyValue> {
    labels.into_iter().map(|(key, value)| attribute(key, value)).collect()
}

fn attribute(key: &str, value: String) -> KeyValue {
    let value = AnyValue { value: Some(any_value::Value::StringValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// What a collector says that it has not taken, in the body of an answer that is a success; `None` where it has all.
pub(crate) fn rejection_in(body: &[u8]) -> Option<String> {
    // An answer that is no message is one of a collector that says nothing.
    let partial = ExportMetricsServiceResponse::decode(body).ok()?.partial_success?;
    let points = partial.rejected_data_points;
    let message = foreign(&partial.error_message);
    (points > 0).then(|| format!("it has rejected {points} values: {message}"))
}
