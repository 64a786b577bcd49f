//! The schemas of the repository, held against the structs that they are made of.

use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::*;

/// The variable that has the schemas written.
const RENEW: &str = "PERFLOOP_RENEW_SCHEMA";
const GOLDEN: &str = include_str!("../json/golden.json");

/// The schema of what a type writes: each object has the keys of its fields and no others.
fn schema<T: JsonSchema>() -> String {
    let tidied = |schema: &mut Schema| {
        // How wide a number is inside perfloop and what is read where an old report has none is nobody's business.
        schema.remove("format");
        schema.remove("default");
        let description = schema.remove("description").and_then(|text| Some(text.as_str()?.replace('\n', " ")));
        if let Some(description) = description.filter(|text| !text.is_empty()) {
            schema.insert("description".into(), description.into());
        }
        if schema.get("properties").is_some() {
            schema.insert("additionalProperties".into(), false.into());
        }
    };
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(RecursiveTransform(tidied));
    let schema = settings.into_generator().into_root_schema_for::<T>();
    serde_json::to_string_pretty(&schema).expect("a schema") + "\n"
}

fn is_committed(schema: &str, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
    if std::env::var_os(RENEW).is_some() {
        std::fs::write(&path, schema).expect("a file that can be written");
    }
    let committed = std::fs::read_to_string(&path).expect("a committed schema");
    assert!(
        committed == schema,
        "schema/{name} is not what the structs of src/report/model write any more; renew it by {RENEW}=1 cargo test \
         --lib schema"
    );
}

#[test]
fn the_schema_of_reports_is_that_of_their_structs() {
    is_committed(&schema::<Report>(), "report.schema.json");
}

#[test]
fn the_schema_of_comparisons_is_that_of_their_structs() {
    is_committed(&schema::<Comparison>(), "comparison.schema.json");
}

/// The places of a schema whose key has no description.
fn undescribed(schema: &Value, at: &str) -> Vec<String> {
    let properties =
        schema["properties"].as_object().into_iter().flatten().map(|(key, of)| (format!("{at}/{key}"), of));
    let missing = properties.filter(|(_, of)| !of["description"].is_string()).map(|(at, _)| at);
    let definitions = schema["$defs"].as_object().into_iter().flatten();
    missing.chain(definitions.flat_map(|(name, of)| undescribed(of, name))).collect()
}

#[test]
fn every_key_of_a_schema_is_described() {
    for schema in [schema::<Report>(), schema::<Comparison>()] {
        let schema: Value = serde_json::from_str(&schema).expect("JSON");
        assert_eq!(undescribed(&schema, ""), [""; 0]);
    }
}

#[test]
fn a_report_is_read_without_loss() {
    let document: Value = serde_json::from_str(GOLDEN).expect("JSON");
    let report: Report = from_value(document).expect("a report");
    let again = serde_json::to_string_pretty(&report).expect("memory") + "\n";
    let difference = again.lines().zip(GOLDEN.lines()).find(|(got, wanted)| got != wanted);
    assert!(again == GOLDEN, "the first line that differs: {difference:?}");
}
