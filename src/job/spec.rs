//! Everything a run is, as one value that can be written down, sent, and run again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::hurl_values::{Milliseconds, Retries};
use super::search_values::{Least, Share, Within};
use super::values::{CertificateFile, FailIf, FeedOrder, ReportFile, Resolved, StartAt, Threshold};
use super::written::{CollectorUrl, Host, ProxyUrl, Written};
use crate::capacity::By;
use crate::load::{AtEnd, RateOverTime, Stages, Statuses, TlsResume, Wait};
use crate::part::Part;
use crate::renaming::Renaming;
use crate::stats::Precision;

type One<T> = Option<Written<T>>;
type List<T> = Vec<Written<T>>;

/// Specification of a run: what to run, how much load, waits, limits, HTTP settings, variables, gates and outputs.
///
/// A field that is not given has its default, and is not written. Values are texts as people write them: `time: "1m30s"`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct RunSpec {
    /// URLs, Hurl files and folders; in a test target, parts of the names of checks. Default: the embedded service.
    pub(crate) targets: Vec<String>,
    /// Weights, classes and tags of checks, by their names.
    pub(crate) checks: BTreeMap<String, CheckSpec>,
    /// Classes of users, by their names.
    pub(crate) classes: BTreeMap<String, ClassSpec>,

    pub(crate) users: One<u32>,
    pub(crate) time: One<Duration>,
    pub(crate) loops: One<u64>,
    pub(crate) requests: One<u64>,
    pub(crate) ramp_up: One<Duration>,
    pub(crate) spawn_rate: One<f64>,
    pub(crate) wait: One<Wait>,
    pub(crate) pace: One<Duration>,
    pub(crate) stages: One<Stages>,
    pub(crate) rate: One<RateOverTime>,
    /// Name of a function of time that a test target has.
    pub(crate) shape: Option<String>,
    pub(crate) poisson: bool,
    pub(crate) max_users: One<u32>,
    pub(crate) warmup: One<Duration>,
    pub(crate) stop_timeout: One<Duration>,
    pub(crate) seed: One<u64>,
    pub(crate) part: One<Part>,
    pub(crate) start_at: One<StartAt>,
    pub(crate) tags: Vec<String>,
    pub(crate) exclude_tags: Vec<String>,
    pub(crate) stack_size: One<usize>,

    pub(crate) method: Option<String>,
    #[serde(rename = "header")]
    pub(crate) headers: Vec<String>,
    pub(crate) data: Option<String>,
    pub(crate) json_data: Option<String>,
    /// Body that is sent as it is.
    pub(crate) body: Option<String>,
    /// Body that is sent as it is, and is not UTF-8.
    pub(crate) body_base64: Option<String>,
    /// Unknown names in braces are text, as in what browsers copy.
    pub(crate) braces_are_text: bool,
    pub(crate) basic_auth: Option<String>,
    pub(crate) host: One<Host>,
    pub(crate) location: bool,
    pub(crate) compressed: bool,
    pub(crate) max_body: One<usize>,
    pub(crate) timeout: One<Duration>,
    pub(crate) connect_timeout: One<Duration>,
    pub(crate) no_keepalive: bool,
    pub(crate) insecure: bool,
    pub(crate) cacert: One<PathBuf>,
    pub(crate) cert: One<CertificateFile>,
    pub(crate) key: One<PathBuf>,
    pub(crate) tls_resume: One<TlsResume>,
    pub(crate) proxy: One<ProxyUrl>,
    pub(crate) resolve: List<Resolved>,

    #[serde(flatten)]
    pub(crate) hurl: HurlSpec,

    pub(crate) expect_status: One<Statuses>,
    pub(crate) expect_json: Vec<String>,
    pub(crate) expect_contains: Vec<String>,
    pub(crate) expect_header: Vec<String>,

    pub(crate) fail_if: List<FailIf>,
    pub(crate) threshold: List<Threshold>,
    pub(crate) until: List<Precision>,

    #[serde(flatten)]
    pub(crate) search: SearchSpec,

    pub(crate) feed: One<PathBuf>,
    pub(crate) feed_order: One<FeedOrder>,
    pub(crate) feed_end: One<AtEnd>,

    pub(crate) quiet: bool,
    pub(crate) github: bool,
    #[serde(rename = "name")]
    pub(crate) names: List<Renaming>,
    pub(crate) no_grouping: bool,
    pub(crate) verbose: bool,
    pub(crate) stats_interval: One<Duration>,
    pub(crate) html: One<PathBuf>,
    pub(crate) json: One<ReportFile>,
    pub(crate) csv: One<PathBuf>,
    pub(crate) junit: One<PathBuf>,
    pub(crate) markdown: One<PathBuf>,
    pub(crate) hlog: One<PathBuf>,
    pub(crate) samples: One<PathBuf>,
    pub(crate) metrics_addr: One<SocketAddr>,
    pub(crate) otel: One<CollectorUrl>,
    pub(crate) log_http: One<PathBuf>,
    pub(crate) secret_name: Vec<String>,
    pub(crate) show_secrets: bool,
}

/// Settings of Hurl files that a load and a functional test share.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct HurlSpec {
    /// Variables that those of files and the others overrule.
    #[serde(rename = "base-variable")]
    pub(crate) base_variables: Vec<String>,
    /// Secrets that those of files and the others overrule.
    #[serde(rename = "base-secret")]
    pub(crate) base_secrets: Vec<String>,
    #[serde(rename = "variable")]
    pub(crate) variables: Vec<String>,
    #[serde(rename = "variables-file")]
    pub(crate) variables_files: List<PathBuf>,
    #[serde(rename = "secret")]
    pub(crate) secrets: Vec<String>,
    #[serde(rename = "secrets-file")]
    pub(crate) secrets_files: List<PathBuf>,
    pub(crate) file_root: One<PathBuf>,
    pub(crate) retry: One<Retries>,
    pub(crate) retry_interval: One<Milliseconds>,
    pub(crate) setup: One<PathBuf>,
    pub(crate) teardown: One<PathBuf>,
    pub(crate) keep_session: bool,
}

/// Goals and settings of a search for the capacity; the run is one if there is a goal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct SearchSpec {
    pub(crate) within: List<Within>,
    pub(crate) start: One<f64>,
    pub(crate) tolerance: One<Share>,
    pub(crate) level_time: One<Duration>,
    pub(crate) search_time: One<Duration>,
    pub(crate) by: One<By>,
    pub(crate) at_least: One<Least>,
}

/// Weight, class and tags of one check.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct CheckSpec {
    pub(crate) weight: Option<u32>,
    pub(crate) class: Option<String>,
    pub(crate) tags: Vec<String>,
}

/// Share of the users of one class, and their rests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct ClassSpec {
    pub(crate) weight: Option<u32>,
    /// Exact number of users, whatever the weights of the others.
    pub(crate) users: Option<u32>,
    pub(crate) wait: One<Wait>,
}

impl RunSpec {
    /// The specification as JSON, without what has its default.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut json = serde_json::to_value(self).unwrap_or_default();
        drop_defaults(&mut json);
        json.as_object().cloned().unwrap_or_default()
    }
}

/// Drops members that hold nothing, in all rows.
fn drop_defaults(json: &mut Value) {
    let Value::Object(members) = json else { return };
    members.values_mut().for_each(drop_defaults);
    members.retain(|_, value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    });
}
