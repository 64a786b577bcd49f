//! Document of JSON or YAML as a tree, each node with the line on which it begins.

use std::collections::HashMap;
use std::fmt;

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Aliases and nesting may not make more of a document than this many nodes.
const MOST_NODES: usize = 1_000_000;

/// Node of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// Counted from one.
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// As it is written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Reads JSON.
    ///
    /// # Errors
    /// What is no JSON, and where.
    pub(super) fn of_json(text: &str) -> Result<Node, String> {
        let text = text.trim_start_matches('\u{feff}');
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        of_raw(raw.get(), text, &ends).map_err(|error| format!("it is no JSON: {error}"))
    }

    /// Reads YAML: its first document.
    ///
    /// # Errors
    /// What is no YAML, and where.
    pub(super) fn of_yaml(text: &str) -> Result<Node, String> {
        Yaml::read(text.trim_start_matches('\u{feff}'))
    }

    /// Reads JSON or YAML, whichever it is.
    ///
    /// # Errors
    /// What is neither.
    pub(super) fn of_either(text: &str) -> Result<Node, String> {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            return Node::of_json(text);
        }
        Node::of_yaml(text)
    }

    /// Member of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// Member of a member, and so on.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Text of a member that is one, or a number or a truth value as it is written.
    pub(super) fn text_of(&self, key: &str) -> Option<String> {
        self.get(key)?.scalar()
    }

    pub(super) fn is_true(&self, key: &str) -> bool {
        self.get(key).is_some_and(|node| node.value == Value::Bool(true))
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// Text, number or truth value, as it is written.
    pub(super) fn scalar(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(is_true) => Some(is_true.to_string()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub(super) fn items(&self) -> &[Node] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// Items of a member that is a list.
    pub(super) fn items_of(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Node::items)
    }

    pub(super) fn members(&self) -> &[(String, Node)] {
        if let Value::Map(members) = &self.value { members } else { &[] }
    }

    pub(super) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(is_true) => Json::Bool(*is_true),
            Value::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone())),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Map(members) => {
                Json::Object(members.iter().map(|(name, node)| (name.clone(), node.to_json())).collect())
            }
        }
    }
}

/// Members of a JSON object, in their order, as they are written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Map)
    }
}

/// Node of a part of a JSON text, whose lines end at these places.
fn of_raw(raw: &str, text: &str, ends: &[usize]) -> serde_json::Result<Node> {
    let at = (raw.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let line = ends.partition_point(|end| *end < at) + 1;
    let value = match raw.as_bytes().first() {
        Some(b'{') => {
            let Members(members) = serde_json::from_str(raw)?;
            let member = |(name, raw): (String, &RawValue)| Ok((name, of_raw(raw.get(), text, ends)?));
            Value::Map(members.into_iter().map(member).collect::<serde_json::Result<_>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw)?;
            Value::List(
                items.into_iter().map(|item| of_raw(item.get(), text, ends)).collect::<serde_json::Result<_>>()?,
            )
        }
        Some(b'"') => Value::Text(serde_json::from_str(raw)?),
        Some(b't' | b'f') => Value::Bool(raw == "true"),
        Some(b'n') => Value::Null,
        _ => Value::Number(raw.to_owned()),
    };
    Ok(Node { line, value })
}

/// Reader of YAML.
struct Yaml<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'a> Yaml<'a> {
    fn read(text: &'a str) -> Result<Node, String> {
        let mut yaml = Yaml { parser: Parser::new_from_str(text), anchors: HashMap::new(), nodes: 0 };
        loop {
            match yaml.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => return Err("it is empty".into()),
                (event, line) => return yaml.node(event, line),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, usize), String> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, span.start.line())),
            Some(Err(error)) => Err(format!("it is no YAML: {error}")),
            None => Err("it is no YAML: it ends too early".into()),
        }
    }

    fn node(&mut self, event: Event<'a>, line: usize) -> Result<Node, String> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(format!("it has more than {MOST_NODES} nodes"));
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
                (if is_text { Value::Text(text.into_owned()) } else { plain(&text) }, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, line) => items.push(self.node(event, line)?),
                    }
                }
                (Value::List(items), anchor)
            }
            Event::MappingStart(anchor, _) => {
                let mut members = Vec::new();
                loop {
                    let key = match self.next()? {
                        (Event::MappingEnd, _) => break,
                        (event, line) => self.node(event, line)?,
                    };
                    let (event, line) = self.next()?;
                    let node = self.node(event, line)?;
                    members.push((key.scalar().unwrap_or_default(), Node { line: key.line, ..node }));
                }
                (merged(members), anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned().ok_or("it is no YAML: an alias without its anchor")?;
                self.nodes += size(&known);
                (known.value, 0)
            }
            _ => return Err("it is no YAML: something is missing".into()),
        };
        let node = Node { line, value };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }
}

fn size(node: &Node) -> usize {
    let within = node.items().iter().chain(node.members().iter().map(|(_, node)| node));
    1 + within.map(size).sum::<usize>()
}

/// Members, with those of `<<` among them.
fn merged(members: Vec<(String, Node)>) -> Value {
    let (merges, mut own): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| name == "<<");
    for (_, node) in merges {
        let all: Vec<&Node> = if node.items().is_empty() { vec![&node] } else { node.items().iter().collect() };
        for (name, node) in all.into_iter().flat_map(Node::members) {
            if !own.iter().any(|(known, _)| known == name) {
                own.push((name.clone(), node.clone()));
            }
        }
    }
    Value::Map(own)
}

/// Value of a word without quotes, by the core schema of YAML 1.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if serde_json::from_str::<serde_json::Number>(text).is_ok() => Value::Number(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_of_the_same_are_the_same_tree_with_the_lines_of_each() {
        let json = "{\n \"a\": [1, \"x\",\n true],\n \"b\": {\"c\": null, \"d\": \"\\ud83d\\ude00\"}\n}";
        let yaml = "a:\n  - 1\n  - 'x'\n  - true\nb:\n  c: ~\n  d: \"\u{1f600}\"\n";
        let (json, yaml) = (Node::of_json(json).expect("JSON"), Node::of_either(yaml).expect("YAML"));
        assert_eq!(json.to_json(), yaml.to_json());
        assert_eq!(json.at(&["b", "d"]).and_then(Node::text), Some("\u{1f600}"));
        assert_eq!(json.get("a").map(|node| (node.line, node.items()[2].line)), Some((2, 3)));
        assert_eq!(yaml.at(&["b", "d"]).map(|node| node.line), Some(7));
    }

    #[test]
    fn aliases_and_merges_are_followed_and_bombs_refused() {
        let yaml = "base: &base\n  a: 1\n  b: 2\nuse:\n  <<: *base\n  b: 3\nagain: *base\n";
        let node = Node::of_yaml(yaml).expect("YAML");
        assert_eq!(node.at(&["use", "a"]).and_then(Node::scalar).as_deref(), Some("1"));
        assert_eq!(node.at(&["use", "b"]).and_then(Node::scalar).as_deref(), Some("3"));
        assert_eq!(node.at(&["again", "b"]).and_then(Node::scalar).as_deref(), Some("2"));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let before = format!("*a{}", level - 1);
            bomb += &format!("a{level}: &a{level} [{}]\n", [before.as_str(); 10].join(", "));
        }
        assert_eq!(Node::of_yaml(&bomb).expect_err("a bomb"), "it has more than 1000000 nodes");
    }

    #[test]
    fn what_is_neither_is_told_with_its_place() {
        let error = Node::of_json("{\n \"a\": }").expect_err("no JSON");
        assert!(error.starts_with("it is no JSON: ") && error.contains("line 2"), "{error}");
        let error = Node::of_yaml("a: [1\nb: 2").expect_err("no YAML");
        assert!(error.starts_with("it is no YAML: "), "{error}");
        assert!(Node::of_yaml("").is_err());
    }
}
