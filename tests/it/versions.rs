//! Reports of earlier and later versions of perfloop, read by merge and compare.

use serde_json::{Value, json};

use crate::support::{Output, Reports, none, perfloop, schema_complaints};

/// The report of a fixed run by the first perfloop that wrote version 2 of the schema.
const FIRST: &str = include_str!("reports/first_of_version_2.json");
/// The same run as it is reported now.
const CURRENT: &str = include_str!("../../src/report/json/golden.json");
/// Objects whose keys are no names of fields.
const COUNTS: [&str; 4] = ["answered_by_status", "exceptions_by_kind", "tpr_ns", "response_time_ns"];

/// Both reports in files.
fn both(place: &Reports) -> (String, String) {
    let [first, current] = [FIRST, CURRENT].map(|text| serde_json::from_str::<Value>(text).unwrap());
    (place.write("first.json", &first), place.write("current.json", &current))
}

/// Merges two reports and returns the sum.
fn sum(place: &Reports, one: &str, other: &str) -> Value {
    let output = perfloop(&["merge", one, other, "--json", &place.path("sum.json")]);
    assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""), "{output:#?}");
    place.json("sum.json")
}

#[test]
fn the_first_report_of_this_version_is_merged_with_todays() {
    let place = Reports::new();
    let (first, current) = both(&place);
    let sum = sum(&place, &first, &current);
    assert_eq!(schema_complaints("report.schema.json", &sum), None);
    assert_eq!((&sum["totals"]["pass"], &sum["run"]["users"]), (&json!(20), &json!(4)));
    assert_eq!(sum["requests"][0]["response_time_ms"]["count"], 14);
    // What the first one did not count yet is what the other counted.
    assert_eq!(sum["requests"][0]["phases_ms"]["connect"]["count"], 7);
    assert_eq!(sum["run"]["users_lost"], 1);
}

#[test]
fn the_first_report_of_this_version_is_compared_with_todays() {
    let place = Reports::new();
    let (first, current) = both(&place);
    for sides in [[&first, &current], [&current, &first]] {
        let Output { code, stdout, stderr, .. } = perfloop(&["compare", sides[0], sides[1], "--json", "-"]);
        assert_eq!(code, Some(0), "{stderr}");
        let told: Value = serde_json::from_str(&stdout).unwrap();
        let names: Vec<&str> = told["rows"].as_array().unwrap().iter().filter_map(|row| row["name"].as_str()).collect();
        assert_eq!(names, ["hello", "buy", "GET /hello", "POST /buy"]);
    }
}

/// Gives each object a key that this perfloop does not know.
fn add_keys(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.iter_mut().filter(|(key, _)| !COUNTS.contains(&key.as_str())).for_each(|(_, value)| add_keys(value));
            fields.insert("of_a_later_version".into(), json!({ "a": [1, "b"] }));
        }
        Value::Array(values) => values.iter_mut().for_each(add_keys),
        _ => {}
    }
}

#[test]
fn what_a_later_perfloop_adds_to_a_report_is_no_reason_to_refuse_it() {
    let place = Reports::new();
    let (first, current) = both(&place);
    let wanted = sum(&place, &first, &current);
    let later = place.changed("current.json", "later.json", |report| {
        add_keys(report);
        report["run"]["verdicts"]["load"] = "a_new_verdict".into();
        report["run"]["clock"] = "a_new_clock".into();
        report["gates"] = json!([{ "kind": "a_new_kind" }]);
        report["slowest"] = json!(["a new shape"]);
        report["failures"][0]["exchanges"] = json!({ "a new shape": 1 });
    });
    let got = sum(&place, &first, &later);
    let parts = ["totals", "checks", "requests", "levels", "blocks", "timeline", "warmup", "failures"];
    none(parts.into_iter().filter(|part| got[part] != wanted[part]).map(str::to_owned));
}

#[test]
fn other_versions_are_refused_in_one_line() {
    let place = Reports::new();
    let (_, current) = both(&place);
    for version in [0, 1, 3] {
        let other = place.changed("current.json", "other.json", |report| report["run"]["schema"] = version.into());
        for command in ["merge", "compare"] {
            let Output { code, stdout, stderr, .. } = perfloop(&[command, &current, &other]);
            let words = format!("has version {version} of the report's schema, and this perfloop reads 2");
            assert_eq!((code, stdout.as_str(), stderr.lines().count()), (Some(2), "", 1), "{stderr}");
            assert!(stderr.contains("other.json") && stderr.contains(&words), "{stderr}");
        }
    }
}

#[test]
fn the_key_that_is_wrong_is_named_wherever_it_stands() {
    let place = Reports::new();
    let (_, current) = both(&place);
    let changes: [(&str, Option<Value>, &str); 14] = [
        ("/checks/0/at_full_load/pass", Some(json!(-1)), "a wrong pass"),
        ("/checks/1/tpr_ms/sum", Some(json!(1e300)), "a wrong sum"),
        ("/checks/1/name", None, "no name"),
        ("/requests/0/phases_ms/tls", Some(json!({ "count": 1 })), "no mean"),
        ("/requests/0/answered", Some(Value::Null), "no answered"),
        ("/requests/0/exceptions_by_kind", Some(json!({ "odd": 1 })), "an unknown kind of exception, 'odd'"),
        ("/requests/0/answered_by_status", Some(json!({ "odd": 1 })), "an unknown status, 'odd'"),
        ("/levels/0/totals/span_s", Some(json!(1e11)), "a wrong span_s"),
        ("/blocks/0/checks", Some(json!([1])), "a wrong checks"),
        ("/blocks/1/checks/0/tpr_ns", Some(json!({ "odd": 1 })), "a wrong tpr_ns"),
        ("/run/end", Some(json!("bored")), "an unknown end, 'bored'"),
        ("/run/end", Some(json!("\u{1b}[2J\n")), r"an unknown end, '\x1b[2J\n'"),
        ("/requests/0/answered_by_status", Some(json!({ "\u{1b}\n": 1 })), r"an unknown status, '\x1b\n'"),
        ("/run/start", Some(json!("yesterday")), "a wrong start"),
    ];
    none(changes.into_iter().filter_map(|(at, value, words)| {
        let wrong = place.changed("current.json", "wrong.json", |report| match (&value, at.rsplit_once('/')) {
            (Some(value), _) => *report.pointer_mut(at).unwrap_or_else(|| panic!("no {at}")) = value.clone(),
            (None, Some((parent, key))) => {
                report.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
            }
            (None, None) => unreachable!("each has a parent"),
        });
        let output = perfloop(&["compare", &current, &wrong]);
        let wanted = format!("is no report of perfloop ({words}); give the JSON report of a run");
        let is_right = output.code == Some(2) && output.stderr.lines().count() == 1 && output.stderr.contains(&wanted);
        (!is_right).then(|| format!("{at}: {output:#?}"))
    }));
}
