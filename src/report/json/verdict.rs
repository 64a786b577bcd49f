//! Verdict on a run, out of its report: reading the numbers back leaves it behind.

use serde_json::Value;

/// Whether a search reached its answer, or all gates of a run held; `None` where nothing was judged, as of whole runs that
/// were merged.
pub(crate) fn is_good(report: &Value) -> Option<bool> {
    if let Some(is_good) = report.pointer("/capacity/good").and_then(Value::as_bool) {
        return Some(is_good);
    }
    let gates = report.get("gates")?.as_array()?;
    let holds = |gate: &Value| gate.get("crossed") == Some(&Value::Bool(false));
    (!gates.is_empty()).then(|| gates.iter().all(holds))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_is_good_if_its_search_or_all_its_gates_say_so() {
        let (held, crossed) = (json!({ "crossed": false }), json!({ "crossed": true }));
        for (report, expected) in [
            (json!({ "gates": [held, held] }), Some(true)),
            (json!({ "gates": [held, crossed] }), Some(false)),
            (json!({ "gates": [held, {}] }), Some(false)),
            (json!({ "gates": [crossed], "capacity": { "good": true } }), Some(true)),
            (json!({ "gates": [held], "capacity": { "good": false } }), Some(false)),
            (json!({ "gates": [] }), None),
            (json!({}), None),
        ] {
            assert_eq!(is_good(&report), expected, "{report}");
        }
    }
}
