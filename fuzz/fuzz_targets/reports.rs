//! Reports that are read by `merge` and `compare`, and all that is made of them. The input is a report, or changes of
//! two that are well formed: each puts another value into a place of one.
#![no_main]

use std::io::sink;
use std::slice::from_ref;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use perfloop::fuzzing::report;
use perfloop::report::{
    ComparedRun, Detail, RunInfo, Style, write_comparison, write_comparison_html, write_comparison_json, write_html,
    write_json, write_text,
};
use perfloop::stats::{Comparison, Summary, Tolerance};
use serde_json::{Value, json};

const GOLDEN: &str = include_str!("../../src/report/json/golden.json");
/// Two bytes for the place, one for what is put there, eight for its number.
const CHANGE: usize = 11;

static WELL_FORMED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(GOLDEN).expect("JSON"));
static PLACES: LazyLock<Vec<String>> = LazyLock::new(|| places(&WELL_FORMED, ""));

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"{") {
        if let Ok((summary, info)) = report(bytes) {
            use_all((summary.clone(), info.clone()), &(summary, info));
        }
        return;
    }
    let mut reports = [WELL_FORMED.clone(), WELL_FORMED.clone()];
    for change in bytes.chunks_exact(CHANGE) {
        apply(change, &mut reports);
    }
    let [base, new] = reports.map(|value| report(value.to_string().as_bytes()));
    if let (Ok(base), Ok(new)) = (base, new) {
        use_all(base, &new);
    }
});

fn places(value: &Value, at: &str) -> Vec<String> {
    let mut all = vec![at.to_owned()];
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| all.extend(places(value, &format!("{at}/{key}"))))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, value)| all.extend(places(value, &format!("{at}/{n}"))))
        }
        _ => {}
    }
    all
}

fn apply(change: &[u8], reports: &mut [Value; 2]) {
    let place = &PLACES[usize::from(u16::from_le_bytes([change[0], change[1]])) % PLACES.len()];
    let number = u64::from_le_bytes(change[3..].try_into().expect("eight bytes"));
    let report = &mut reports[usize::from(change[2] >> 7)];
    let value = match change[2] & 7 {
        0 => Value::Null,
        1 => json!(number),
        2 => json!(f64::from_bits(number)),
        3 => json!(number as i64),
        4 => json!((number >> 32) as f64 / f64::from(number as u32)),
        5 => json!([]),
        6 => json!(String::from_utf8_lossy(&change[3..])),
        _ => WELL_FORMED.pointer(&PLACES[number as usize % PLACES.len()]).cloned().unwrap_or_default(),
    };
    if let Some(old) = report.pointer_mut(place) {
        *old = value;
    }
}

fn use_all(mut base: (Summary, RunInfo), new: &(Summary, RunInfo)) {
    if let Ok(comparison) = Comparison::of(from_ref(&base.0), from_ref(&new.0), &Tolerance::default()) {
        let names = ["a".to_owned()];
        write_comparison(&comparison, sink()).expect("a sink");
        write_comparison_json(&comparison, &names, &names, &[], sink()).expect("a sink");
        let [old, young] = [&base, new].map(|(summary, info)| [ComparedRun { name: "a", summary, info }]);
        write_comparison_html(&comparison, &old, &young, &[], sink()).expect("a sink");
    }
    base.0.merge(&new.0);
    write_text(&base.0, 80, Style::default(), Detail::Full, sink()).expect("a sink");
    write_html(&base.0, &base.1, sink()).expect("a sink");
    let mut json = Vec::new();
    write_json(&base.0, &base.1, &mut json).expect("a vector");
    report(&json).expect("what is written is read");
}
