//! Gates of a sum: those that are given, or those that its reports had.

use serde_json::{Map, Value};

use super::sum::Addend;
use crate::job::fields::OUTPUTS;
use crate::job::values::{FailIf, Threshold};
use crate::job::written::Written;
use crate::stats::{Gate, GateVerdict, Summary};

/// Fields by which the parts of a run differ.
const OF_PARTS: [&str; 2] = ["part", "start-at"];

/// The gates of a sum, and what is to be said of them. Whole runs are judged already: their sum has those alone that are
/// given.
pub(super) fn of(
    fail_if: &[Written<FailIf>],
    threshold: &[Written<Threshold>],
    addends: &[Addend],
) -> (Vec<Gate>, Option<String>) {
    let given: Vec<Gate> =
        fail_if.iter().map(|gate| gate.0.clone()).chain(threshold.iter().map(|gate| gate.0.clone())).collect();
    let are_parts = addends.iter().any(|addend| addend.summary.parts.is_some());
    if !given.is_empty() {
        return (Gate::with_implied(given), None);
    } else if !are_parts {
        return (Vec::new(), None);
    }
    let mut all = addends.iter().map(|addend| of_report(addend.info.spec.as_ref()));
    let first = all.next().unwrap_or_default();
    if all.all(|gates| gates == first) {
        (Gate::with_implied(first), None)
    } else {
        let line =
            "the parts had different gates, so that only failures are judged; give those of the whole (--fail-if)";
        (Gate::with_implied(Vec::new()), Some(line.into()))
    }
}

/// Verdicts on gates by the numbers of the sum.
pub(super) fn judged(gates: &[Gate], summary: &Summary) -> Vec<GateVerdict> {
    gates.iter().map(|gate| gate.judge(summary, summary.tested())).collect()
}

/// The gates that a run was given.
fn of_report(spec: Option<&Value>) -> Vec<Gate> {
    let texts = |field: &str| {
        let values = spec.and_then(|spec| spec.get(field)).and_then(Value::as_array);
        values.into_iter().flatten().filter_map(Value::as_str)
    };
    let fail_if = texts("fail-if").filter_map(|text| Gate::parse_fail_if(text).ok());
    fail_if.chain(texts("threshold").filter_map(|text| Gate::parse_threshold(text).ok())).collect()
}

/// The specification of the run that a part belongs to: where each part wrote its report is no part of it.
pub(super) fn spec_of_whole(spec: Value) -> Value {
    let is_whole = !OF_PARTS.iter().any(|field| spec.get(field).is_some());
    match spec {
        Value::Object(fields) if !is_whole => {
            let is_kept = |name: &str| !OF_PARTS.contains(&name) && !OUTPUTS.contains(&name);
            Value::Object(fields.into_iter().filter(|(name, _)| is_kept(name)).collect::<Map<_, _>>())
        }
        other => other,
    }
}
