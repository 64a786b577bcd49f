//! The description of the page's API, held against the routes and the structs that it is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::desk::ServerState;
use super::form::Form;
use super::order::{FieldError, Shown, Wish};
use super::routes::Baseline;
use super::steer::Change;
use crate::report::live;

/// The variable that has the description written.
const RENEW: &str = "PERFLOOP_RENEW_SCHEMA";

/// Refusal of a request.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is asked for")]
struct Errors {
    /// What is wrong, the first first.
    errors: Vec<FieldError>,
}

/// Run that was started.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is asked for")]
struct Started {
    /// Id of the run.
    run: String,
}

/// Nothing to tell: it is done.
#[derive(JsonSchema)]
struct Done {}

/// Route of the API: its method and path, what it does, its parameters, and the names of the schemas of what it takes and
/// gives; `-` for none, a content type for what is no JSON.
struct Route(&'static str, &'static str, &'static str, &'static [&'static str], &'static str, &'static str);

#[rustfmt::skip]
const ROUTES: &[Route] = &[
    Route("get", "/state", "State of the server", &[], "-", "ServerState"),
    Route("get", "/events", "Server-sent events: `state` (a ServerState) when it changes, `snapshot` (a Snapshot) once a second", &[], "-", "text/event-stream"),
    Route("get", "/form", "Start form, with the values that hold", &[], "-", "Form"),
    Route("post", "/plan", "Run that the fields would make; nothing is started", &[], "Wish", "Shown"),
    Route("get", "/runs", "All runs, the newest first", &[], "-", "PastRuns"),
    Route("post", "/runs", "Start a run", &[], "Wish", "Started"),
    Route("get", "/runs/current", "Snapshot of the latest run of this process", &[], "-", "Snapshot"),
    Route("patch", "/runs/current", "Change the run that goes on", &[], "Change", "Done"),
    Route("post", "/runs/current/stop", "Stop the run: checks that run may end", &[], "-", "Done"),
    Route("post", "/runs/current/cut", "Cut the run off at once", &[], "-", "Done"),
    Route("get", "/runs/{run}", "Snapshot of a run", &[], "-", "Snapshot"),
    Route("get", "/runs/{run}/series", "Points of the charts, at most 2000", &["of: `all` (default), `check:NAME` or `request:NAME`", "after: number of the first point that is wanted"], "-", "Points"),
    Route("get", "/runs/{run}/rows", "Rows of the statistics table", &["part: `whole` (default), `recent` (last 10 s), `full_load` or `level:N`"], "-", "RowsOf"),
    Route("get", "/runs/{run}/failures", "Failures in groups", &[], "-", "Failures"),
    Route("get", "/runs/{run}/failures/{group}", "Recorded exchanges of a group", &[], "-", "Exchanges"),
    Route("get", "/runs/{run}/moment", "Failures of some seconds, with their exchanges", &["from_s: start in s (required)", "to_s: end in s (required)"], "-", "Moment"),
    Route("get", "/runs/{run}/distribution", "Times by percentile", &[], "-", "Distribution"),
    Route("get", "/runs/{run}/ratio", "Shares of the checks, planned and happened", &[], "-", "Ratios"),
    Route("get", "/runs/{run}/log", "Events and warnings of a run", &[], "-", "Log"),
    Route("get", "/runs/{run}/search", "Search for the capacity: its levels, and its answer; no such page for a run that is none", &[], "-", "Search"),
    Route("get", "/runs/{run}/report/{format}", "Report as a file: html, json, junit, markdown, hlog, stats.csv, history.csv, failures.csv or exceptions.csv", &[], "-", "*/*"),
    Route("put", "/baseline", "Pin the run that others are compared with", &[], "Baseline", "Done"),
    Route("get", "/compare", "Comparison of two runs that are over", &["base: id of the base (required)", "new: id of the other run (required)"], "-", "Compared"),
];

/// Schemas of all that the API takes and gives.
fn schemas() -> (BTreeMap<&'static str, Value>, Map<String, Value>) {
    let tidied = |schema: &mut Schema| {
        schema.remove("format");
        schema.remove("default");
        if schema.get("properties").is_some() {
            schema.insert("additionalProperties".into(), false.into());
        }
    };
    let mut settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(tidied));
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.clone().for_serialize().into_generator();
    // What is taken may leave out what is given always.
    let mut taken = settings.for_deserialize().into_generator();
    fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
        generator.subschema_for::<T>().to_value()
    }
    let named = [
        ("Baseline", of::<Baseline>(&mut taken)),
        ("Change", of::<Change>(&mut taken)),
        ("Compared", of::<live::Compared>(&mut generator)),
        ("Distribution", of::<live::Distribution>(&mut generator)),
        ("Done", of::<Done>(&mut generator)),
        ("Errors", of::<Errors>(&mut generator)),
        ("Exchanges", of::<live::Exchanges>(&mut generator)),
        ("Failures", of::<live::Failures>(&mut generator)),
        ("Form", of::<Form>(&mut generator)),
        ("Log", of::<live::Log>(&mut generator)),
        ("Moment", of::<live::Moment>(&mut generator)),
        ("PastRuns", of::<live::PastRuns>(&mut generator)),
        ("Points", of::<live::Points>(&mut generator)),
        ("Ratios", of::<live::Ratios>(&mut generator)),
        ("RowsOf", of::<live::RowsOf>(&mut generator)),
        ("Search", of::<live::Search>(&mut generator)),
        ("ServerState", of::<ServerState>(&mut generator)),
        ("Shown", of::<Shown>(&mut generator)),
        ("Snapshot", of::<live::Snapshot>(&mut generator)),
        ("Started", of::<Started>(&mut generator)),
        ("Wish", of::<Wish>(&mut taken)),
    ];
    let mut definitions = generator.take_definitions(true);
    definitions.extend(taken.take_definitions(true));
    definitions.sort_keys();
    (named.into_iter().collect(), definitions)
}

fn parameters(path: &str, query: &[&str]) -> Vec<Value> {
    let in_path = path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| {
        let text = match name {
            "run" => "Id of a run; `current` is the latest of this process.",
            "group" => "Id of a group of failures.",
            _ => "Format of the report.",
        };
        json!({ "name": name, "in": "path", "required": true, "description": text, "schema": { "type": "string" } })
    });
    let in_query = query.iter().filter_map(|told| told.split_once(": ")).map(|(name, text)| {
        let kind = if name.ends_with("_s") {
            "number"
        } else if name == "after" {
            "integer"
        } else {
            "string"
        };
        let is_required = text.ends_with("(required)");
        json!({ "name": name, "in": "query", "required": is_required, "description": text, "schema": { "type": kind } })
    });
    in_path.chain(in_query).collect()
}

fn description() -> String {
    let (named, definitions) = schemas();
    let content = |name: &str| match named.get(name) {
        Some(schema) => json!({ "application/json": { "schema": schema } }),
        None => json!({ name: { "schema": { "type": "string" } } }),
    };
    let refused = |text: &str| json!({ "description": text, "content": content("Errors") });
    let mut paths: Map<String, Value> = Map::new();
    for Route(method, path, summary, query, takes, gives) in ROUTES {
        let status = if *gives == "Started" { "201" } else { "200" };
        let mut responses = Map::new();
        responses.insert(status.into(), json!({ "description": summary, "content": content(gives) }));
        responses.insert("401".into(), refused("The token is missing or wrong."));
        responses.insert("403".into(), refused("Another page asks, or by a name that is not this server's."));
        if !query.is_empty() {
            responses.insert("400".into(), json!({ "description": "A parameter is missing, or is none." }));
        }
        if path.contains('{') {
            responses.insert("404".into(), refused("There is no such run, or no such part of it."));
        }
        if *method != "get" {
            responses.insert("409".into(), refused("It is not the time for that."));
        }
        if *takes != "-" || *path == "/compare" {
            responses.insert("422".into(), refused("Something that was given cannot be; each error names its field."));
        }
        let mut operation = json!({ "summary": summary, "responses": responses });
        let parameters = parameters(path, query);
        if !parameters.is_empty() {
            operation["parameters"] = parameters.into();
        }
        if *takes != "-" {
            operation["requestBody"] = json!({ "required": true, "content": content(takes) });
        }
        let known = paths.entry((*path).to_owned()).or_insert_with(|| json!({}));
        known[*method] = operation;
    }
    let about = "On loopback no token is needed; elsewhere each request has `Authorization: Bearer TOKEN`, or the cookie that \
                 the printed link sets. `Host` must be the address that perfloop printed, or a name given by --web-name. A \
                 change that another page asks for (by `Origin` or `Sec-Fetch-Site`) is refused. Units stand at the end of \
                 a key: `_s` seconds, `_ms` milliseconds, `_bytes` bytes; rates are per second, shares 0 to 1.";
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "perfloop's live page", "version": "1", "description": about },
        "servers": [{ "url": "http://127.0.0.1:8089/api/v1" }],
        "security": [{}, { "token": [] }],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    });
    serde_json::to_string_pretty(&document).expect("JSON") + "\n"
}

#[test]
fn the_description_of_the_api_is_that_of_its_structs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/page.openapi.json");
    let description = description();
    if std::env::var_os(RENEW).is_some() {
        std::fs::write(&path, &description).expect("a file that can be written");
    }
    let committed = std::fs::read_to_string(&path).expect("a committed description");
    assert!(
        committed == description,
        "schema/page.openapi.json is not what the structs of src/report/live and src/web write any more; renew it by \
         {RENEW}=1 cargo test --lib schema description_of_the_api"
    );
}

#[test]
fn the_description_has_every_route_and_no_other() {
    let source = include_str!("routes.rs");
    let (api, _) = source.split_once("Router::new()\n        .route(\"/\"").expect("the routes of the API come first");
    let mut served = BTreeSet::new();
    for line in api.split(".route(\"").skip(1) {
        let (path, rest) = line.split_once('"').expect("a path");
        let methods = rest.split_once(".route(").map_or(rest, |(own, _)| own);
        for method in ["get(", "post(", "put(", "patch("] {
            if methods.contains(&format!(" {method}")) || methods.contains(&format!(").{method}")) {
                served.insert((method.trim_end_matches('('), path));
            }
        }
    }
    let described: BTreeSet<(&str, &str)> = ROUTES.iter().map(|Route(method, path, ..)| (*method, *path)).collect();
    assert_eq!(described, served);
}

#[test]
fn every_field_of_the_api_is_described() {
    let document: Value = serde_json::from_str(&description()).expect("JSON");
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let mut missing = Vec::new();
    for (name, schema) in schemas {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let undescribed = properties.filter(|(_, of)| of["description"].is_null());
        missing.extend(undescribed.map(|(key, _)| format!("{name}/{key}")));
    }
    assert_eq!(missing, [""; 0]);
}
