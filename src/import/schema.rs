//! Schemas of OpenAPI: an example of what they describe, and what an answer has to keep to.

use serde_json::{Map, Value as Json, json};

use super::document::{Node, Value};

/// References within one another, and values within values: deeper examples are of no use.
const DEEPEST: usize = 8;

/// A description, by whose references schemas are found.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'a> {
    pub(super) root: &'a Node,
}

impl<'a> Schemas<'a> {
    /// What a node means, when it is a reference. `None` where nothing is there, or in another file.
    pub(super) fn resolved(self, node: &'a Node) -> Option<&'a Node> {
        let mut node = node;
        for _ in 0..DEEPEST {
            let Some(reference) = node.get("$ref").and_then(Node::text) else { return Some(node) };
            let path = reference.strip_prefix("#/")?;
            node = path
                .split('/')
                .try_fold(self.root, |node, key| node.get(&key.replace("~1", "/").replace("~0", "~")))?;
        }
        None
    }

    /// Example of what a schema describes.
    pub(super) fn example(self, schema: &'a Node) -> Json {
        self.example_at(schema, 0)
    }

    fn example_at(self, schema: &'a Node, depth: usize) -> Json {
        let Some(schema) = self.resolved(schema).filter(|_| depth < DEEPEST) else { return Json::Null };
        if let Some(example) = given(schema) {
            return example;
        }
        if let Some(all) = schema.get("allOf") {
            let mut whole = Map::new();
            for part in all.items() {
                match self.example_at(part, depth + 1) {
                    Json::Object(members) => whole.extend(members),
                    other if all.items().len() == 1 => return other,
                    _ => {}
                }
            }
            if let Json::Object(members) = self.object(schema, depth) {
                whole.extend(members);
            }
            return Json::Object(whole);
        }
        if let Some(one) = ["oneOf", "anyOf"].iter().find_map(|key| schema.items_of(key).first()) {
            return self.example_at(one, depth + 1);
        }
        match type_of(schema).as_deref() {
            Some("array") => {
                schema.get("items").map_or_else(|| json!([]), |items| json!([self.example_at(items, depth + 1)]))
            }
            Some("string") => Json::String(text_of(schema)),
            Some("integer") => schema.get("minimum").map_or_else(|| json!(1), Node::to_json),
            Some("number") => schema.get("minimum").map_or_else(|| json!(1.5), Node::to_json),
            Some("boolean") => json!(true),
            Some("null") => Json::Null,
            _ if schema.get("properties").is_some() || type_of(schema).as_deref() == Some("object") => {
                self.object(schema, depth)
            }
            _ => json!("text"),
        }
    }

    fn object(self, schema: &'a Node, depth: usize) -> Json {
        let properties = schema.get("properties").map_or(&[][..], Node::members);
        let required: Vec<&str> = schema.items_of("required").iter().filter_map(Node::text).collect();
        let mut members = Map::new();
        for (name, property) in properties {
            let is_own = self.resolved(property).is_none_or(|of| !of.is_true("readOnly"));
            // Deep within, what has to be there is enough.
            if is_own && (depth < 3 || required.contains(&name.as_str())) {
                members.insert(name.clone(), self.example_at(property, depth + 1));
            }
        }
        Json::Object(members)
    }

    /// Asserts on an answer that keeps to a schema: of the value itself, and of members that have to be there.
    pub(super) fn asserts(self, schema: &'a Node) -> Vec<String> {
        let mut asserts = Vec::new();
        self.assert(schema, "$", 0, &mut asserts);
        asserts
    }

    fn assert(self, schema: &'a Node, path: &str, depth: usize, asserts: &mut Vec<String>) {
        let Some(schema) = self.resolved(schema).filter(|_| depth < DEEPEST) else { return };
        if is_nullable(schema) {
            if path != "$" {
                asserts.push(format!("{} exists", super::script::json_query(path)));
            }
            return;
        }
        for part in schema.items_of("allOf") {
            self.assert(part, path, depth + 1, asserts);
        }
        let is_object = schema.get("properties").is_some();
        let predicate = match type_of(schema).as_deref() {
            Some("array") => Some("isList"),
            Some("object") => Some("isObject"),
            Some("string") => Some("isString"),
            Some("integer") => Some("isInteger"),
            Some("number") => Some("isNumber"),
            Some("boolean") => Some("isBoolean"),
            _ if is_object => Some("isObject"),
            _ => None,
        };
        let mut add = |line: String| {
            if !asserts.contains(&line) {
                asserts.push(line);
            }
        };
        match predicate {
            Some(predicate) => add(format!("{} {predicate}", super::script::json_query(path))),
            None if path != "$" => add(format!("{} exists", super::script::json_query(path))),
            None => {}
        }
        // Members of members are many: a reader adds those that matter.
        if path != "$" {
            return;
        }
        let properties = schema.get("properties").map_or(&[][..], Node::members);
        for name in schema.items_of("required").iter().filter_map(Node::text) {
            let simple = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty();
            let has_quotes = name.contains(['\'', '\\', '{']);
            if let Some((_, property)) = properties
                .iter()
                .find(|(known, node)| known == name && self.resolved(node).is_none_or(|of| !of.is_true("writeOnly")))
                && !has_quotes
            {
                let path = if simple { format!("$.{name}") } else { format!("$['{name}']") };
                self.assert(property, &path, depth + 1, asserts);
            }
        }
    }
}

/// Example that a schema, a parameter or a body gives itself.
pub(super) fn given(node: &Node) -> Option<Json> {
    if let Some(example) = node.get("example") {
        return Some(example.to_json());
    }
    if let Some(examples) = node.get("examples") {
        // A list of values in schemas, a map of examples elsewhere.
        let first = examples.items().first().or_else(|| examples.members().first().and_then(|(_, of)| of.get("value")));
        if let Some(first) = first {
            return Some(first.to_json());
        }
    }
    let first = || node.items_of("enum").first();
    node.get("const").or_else(|| node.get("default")).or_else(first).map(Node::to_json)
}

/// Type of a schema; of several the first that is not null.
fn type_of(schema: &Node) -> Option<String> {
    let of = schema.get("type")?;
    match &of.value {
        Value::Text(text) => Some(text.clone()),
        Value::List(all) => {
            let known = || all.iter().filter_map(Node::text);
            known().find(|of| *of != "null").or_else(|| known().next()).map(str::to_owned)
        }
        _ => None,
    }
}

fn is_nullable(schema: &Node) -> bool {
    let has_null = schema.items_of("type").iter().any(|of| of.text() == Some("null"));
    has_null || schema.is_true("nullable")
}

fn text_of(schema: &Node) -> String {
    let text = match schema.text_of("format").as_deref() {
        Some("date") => "2026-01-31",
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("time") => "12:00:00Z",
        Some("uuid") => "11111111-2222-4333-8444-555555555555",
        Some("email" | "idn-email") => "ann@example.com",
        Some("uri" | "url" | "uri-reference") => "https://example.com/",
        Some("hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("byte") => "dGV4dA==",
        Some("password") => "secret-1",
        _ => "text",
    };
    let least = schema.text_of("minLength").and_then(|least| least.parse().ok()).unwrap_or(0_usize).min(1000);
    let missing = least.saturating_sub(text.len());
    format!("{text}{}", "x".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
components:
  schemas:
    Pet:
      type: object
      required: [id, name, tags]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, minLength: 6}
        tags: {type: array, items: {type: string, enum: [a, b]}}
        parent: {$ref: '#/components/schemas/Pet'}
        born: {type: [string, 'null'], format: date}
    Both:
      allOf:
        - $ref: '#/components/schemas/Pet'
        - {type: object, properties: {kind: {const: cat}}}
";

    #[test]
    fn an_example_has_what_the_schema_says_and_ends_where_it_holds_itself() {
        let root = Node::of_yaml(TEXT).expect("YAML");
        let schemas = Schemas { root: &root };
        let of = |name: &str| schemas.example(root.at(&["components", "schemas", name]).expect(name));
        let pet = of("Pet");
        assert_eq!((&pet["name"], &pet["tags"], &pet["born"]), (&json!("textxx"), &json!(["a"]), &json!("2026-01-31")));
        assert!(pet.get("id").is_none() && pet["parent"]["parent"].is_object(), "{pet}");
        assert_eq!((&of("Both")["kind"], &of("Both")["name"]), (&json!("cat"), &json!("textxx")));
    }

    #[test]
    fn asserts_are_of_the_value_and_of_what_has_to_be_in_it() {
        let root = Node::of_yaml(TEXT).expect("YAML");
        let schemas = Schemas { root: &root };
        let pet = root.at(&["components", "schemas", "Pet"]).expect("a schema");
        assert_eq!(
            schemas.asserts(pet),
            [
                "jsonpath \"$\" isObject",
                "jsonpath \"$.id\" isInteger",
                "jsonpath \"$.name\" isString",
                "jsonpath \"$.tags\" isList",
            ]
        );
    }
}
