//! Information on a run beside its numbers, also attribute by attribute, so that runs can be laid side by side.

use std::time::SystemTime;

use super::curl::shell_word;
use super::http_log::timestamp;
use crate::stats::Summary;
use crate::units;

/// Beginning of the target of a run against perfloop's own service.
pub(crate) const EMBEDDED_TARGET: &str = "embedded mock service ";

/// Information on a run beside its numbers.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// When it was started.
    pub started: SystemTime,
    /// Target for people: a URL, or that it was the embedded service.
    pub target: String,
    /// The plan in one line, for people: users, limits and rests. `None` where it is not known.
    pub plan: Option<String>,
    /// The command line, or nothing.
    pub command: Vec<String>,
    /// The machines it ran on, as far as they are known.
    pub hosts: Vec<Host>,
    /// The run as data, by which it can be run again. `None` if it is not known, or the run is a sum of different ones.
    pub spec: Option<serde_json::Value>,
}

/// A machine that perfloop ran on. What the system does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// The kind of operating system, such as `linux`.
    pub os: Option<String>,
    /// The version of its kernel.
    pub kernel: Option<String>,
    /// Processors that perfloop may use.
    pub cpus: Option<u64>,
    /// Name that the processors have for themselves.
    pub cpu_model: Option<String>,
    /// Main memory, in bytes.
    pub memory_bytes: Option<u64>,
}

/// A run that takes part in a comparison.
#[derive(Debug, Clone, Copy)]
pub struct ComparedRun<'a> {
    /// Name of the run, such as the path of its report.
    pub name: &'a str,
    /// Its numbers.
    pub summary: &'a Summary,
    /// Information on the run.
    pub info: &'a RunInfo,
}

/// An attribute of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its value, for people.
    pub(crate) shown: String,
    /// Its value as it is compared: runs in which it differs, differ.
    pub(crate) compared: String,
    /// Whether runs that differ in it should hardly be compared.
    pub(crate) matters: bool,
}

impl RunInfo {
    /// This and another run, merged: told as one that began with the first of them.
    pub(crate) fn merge(&mut self, other: RunInfo) {
        self.started = SystemTime::min(self.started, other.started);
        if !self.target.split(", ").any(|target| target == other.target) {
            self.target = format!("{}, {}", self.target, other.target);
        }
        self.hosts.extend(other.hosts);
        if self.spec != other.spec {
            self.spec = None;
        }
    }
}

/// The attributes of a run, the same in the same order for every run.
pub(crate) fn attributes(summary: &Summary, info: &RunInfo) -> Vec<Attribute> {
    let unknown = || "unknown".to_owned();
    let target = without_free_ports(&info.target);
    let plan = info.plan.clone().unwrap_or_else(unknown);
    vec![
        attribute("start", timestamp(info.started), false),
        Attribute { name: "target", shown: info.target.clone(), compared: target, matters: true },
        attribute("users", summary.users.to_string(), true),
        attribute("plan", plan, true),
        attribute("part", summary.parts.as_ref().map_or_else(|| "whole".into(), ToString::to_string), true),
        attribute("machine", info.hosts.iter().map(machine).collect::<Vec<_>>().join(", "), true),
        attribute("tested", units::short(summary.tested()), false),
        attribute("checks", units::count(summary.whole.totals.ended(), "check"), false),
        attribute("times", summary.times_verdict().to_string(), false),
        attribute("load", summary.load_verdict().to_string(), false),
        attribute("steady", steady(summary), false),
        attribute("command", info.command.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" "), false),
    ]
}

fn attribute(name: &'static str, shown: String, matters: bool) -> Attribute {
    Attribute { name, compared: shown.clone(), shown, matters }
}

fn steady(summary: &Summary) -> String {
    match summary.unsteady_signs() {
        Some(signs) if signs.is_empty() => "yes".into(),
        Some(signs) => format!("no, {}", signs.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
        None => "too short to tell".into(),
    }
}

fn machine(host: &Host) -> String {
    let cpus = host.cpus.map(|cpus| units::count(cpus, "processor"));
    let parts = [&host.os, &host.kernel, &cpus, &host.cpu_model].map(|part| part.as_deref().unwrap_or("unknown"));
    parts.join(" ")
}

/// perfloop's own service takes another port in each run, which says nothing of it.
fn without_free_ports(target: &str) -> String {
    let parts = target.split(", ").map(|part| match part.strip_prefix(EMBEDDED_TARGET) {
        Some(url) => EMBEDDED_TARGET.to_owned() + &without_port(url),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn without_port(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_embedded_services_port_is_no_difference() {
        let embedded = |port: u16| without_free_ports(&format!("{EMBEDDED_TARGET}http://127.0.0.1:{port}/json"));
        assert_eq!(embedded(4711), embedded(815));
        assert_eq!(embedded(1), "embedded mock service http://127.0.0.1/json");
        let others = "http://127.0.0.1:4711/json, http://[::1]:80/";
        assert_eq!(without_free_ports(others), others);
    }

    #[test]
    fn a_machine_is_told_by_what_is_known_of_it() {
        let host = Host { os: Some("linux".into()), cpus: Some(2), ..Host::default() };
        assert_eq!(machine(&host), "linux unknown 2 processors unknown");
    }
}
