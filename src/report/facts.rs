//! What is known of a run beside its numbers, fact by fact, so that runs can be laid side by side.

use super::curl::shell_word;
use super::http_log::timestamp;
use super::{Host, RunInfo};
use crate::stats::Summary;
use crate::units;

/// How the target of a run against perfloop's own service begins.
pub(crate) const EMBEDDED_TARGET: &str = "embedded mock service ";

/// A run that takes part in a comparison.
#[derive(Debug, Clone, Copy)]
pub struct ComparedRun<'a> {
    /// What it is called, such as the path of its report.
    pub name: &'a str,
    /// Its numbers.
    pub summary: &'a Summary,
    /// What else is known of it.
    pub info: &'a RunInfo,
}

/// One thing that is known of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    /// What it is.
    pub(crate) name: &'static str,
    /// For people.
    pub(crate) shown: String,
    /// Runs in which this differs, differ.
    pub(crate) compared: String,
    /// Runs that differ in it should hardly be compared.
    pub(crate) matters: bool,
}

/// The same facts in the same order for every run.
pub(crate) fn facts(summary: &Summary, info: &RunInfo) -> Vec<Fact> {
    let unknown = || "unknown".to_owned();
    let target = without_free_ports(&info.target);
    let plan = info.plan.clone().unwrap_or_else(unknown);
    vec![
        fact("start", timestamp(info.started), false),
        Fact { name: "target", shown: info.target.clone(), compared: target, matters: true },
        fact("users", summary.users.to_string(), true),
        fact("plan", plan, true),
        fact("machine", info.hosts.iter().map(machine).collect::<Vec<_>>().join(", "), true),
        fact("tested", units::short(summary.tested()), false),
        fact("checks", units::count(summary.whole.totals.ended(), "check"), false),
        fact("times", summary.times_verdict().to_string(), false),
        fact("load", summary.load_verdict().to_string(), false),
        fact("steady", steady(summary).to_owned(), false),
        fact("command", info.command.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" "), false),
    ]
}

fn fact(name: &'static str, shown: String, matters: bool) -> Fact {
    Fact { name, compared: shown.clone(), shown, matters }
}

fn steady(summary: &Summary) -> &'static str {
    match summary.is_steady() {
        Some(true) => "yes, both halves of full load agree",
        Some(false) => "no, the halves of full load differ",
        None => "too short to tell",
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
