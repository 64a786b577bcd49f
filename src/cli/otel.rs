//! What the variables of OpenTelemetry say of a collector.

use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::error::Error;
use crate::job::spec::RunSpec;
use crate::load::check_header;
use crate::otel::{Exporter, Settings};

const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
const ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";
const SERVICE: &str = "OTEL_SERVICE_NAME";
const SERVICE_NAME: &str = "service.name";
/// In milliseconds.
const INTERVAL: &str = "OTEL_METRIC_EXPORT_INTERVAL";
/// Load changes faster than a service's own metrics, which are told each minute.
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);

/// Who sends to the collector of a run, if it has one.
///
/// # Errors
/// When a variable cannot be read, or there is no thread.
pub(super) fn exporter(spec: &RunSpec) -> Result<Option<Exporter>, Error> {
    let Some(collector) = spec.otel.as_deref() else { return Ok(None) };
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let pairs = |name| variable(name).map_or(Ok(Vec::new()), |text| pairs_of(name, &text));
    let mut attributes: BTreeMap<String, String> = pairs(ATTRIBUTES)?.into_iter().collect();
    // The name of the service has a variable of its own, which goes first.
    attributes.extend(variable(SERVICE).map(|name| (SERVICE_NAME.to_owned(), name)));
    for (key, value) in [
        (SERVICE_NAME, env!("CARGO_PKG_NAME").to_owned()),
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        // Parts of one run, and runs side by side, are told apart by it.
        ("service.instance.id", format!("{:032x}", fastrand::u128(..))),
    ] {
        attributes.entry(key.to_owned()).or_insert(value);
    }
    let attributes = attributes.into_iter().collect();
    let headers = pairs(HEADERS)?;
    for (name, value) in &headers {
        check_header(name, value.as_bytes()).map_err(|error| Error::usage(format!("{HEADERS}: {error}")))?;
    }
    let interval = variable(INTERVAL).map_or(Ok(DEFAULT_INTERVAL), |text| interval_of(&text))?;
    let settings = Settings { collector: collector.0.to_string(), headers, attributes, interval };
    Exporter::start(settings).map(Some)
}

fn interval_of(text: &str) -> Result<Duration, Error> {
    let wanted = || Error::usage(format!("{INTERVAL}: '{text}' are no milliseconds; give 100 to 3600000, like 5000"));
    text.trim().parse().ok().filter(|ms| (100..=3_600_000).contains(ms)).map(Duration::from_millis).ok_or_else(wanted)
}

/// Pairs as in `key=value,key=value`, the values percent-encoded.
fn pairs_of(variable: &str, text: &str) -> Result<Vec<(String, String)>, Error> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=')?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        (!key.trim().is_empty()).then(|| (key.trim().to_owned(), value.into_owned()))
    };
    // What is wrong may be a secret, so it is not shown.
    let wanted = || Error::usage(format!("{variable}: write it like key=value,key=value"));
    text.split(',').filter(|part| !part.trim().is_empty()).map(|part| pair(part).ok_or_else(wanted)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_and_their_values_decoded() {
        let pairs = pairs_of("X", "api-key=a%3Db, team = shop ,").expect("pairs");
        assert_eq!(pairs, [("api-key".into(), "a=b".into()), ("team".into(), "shop".into())]);
        let refused = pairs_of("X", "secret").expect_err("no pair");
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }

    #[test]
    fn an_interval_has_bounds() {
        assert_eq!(interval_of("250").ok(), Some(Duration::from_millis(250)));
        for text in ["99", "5s", "-1", "3600001"] {
            assert!(interval_of(text).is_err(), "{text}");
        }
    }
}
