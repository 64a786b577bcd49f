//! Scripts of other tools that look at an answer, as far as they are simple: a value that is kept becomes a capture, and a
//! comparison an assert. All others are told as lost.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::losses::{Losses, shortened};
use super::statements::{pattern, statements};
use super::suite::Entry;
use super::text::Text;
use super::variables;

/// Words by which tools call the JSON of an answer.
const ANSWERS: [&str; 9] = [
    "pm.response.json()",
    "JSON.parse(responseBody)",
    "JSON.parse(response.body)",
    "response.body",
    "response.data",
    "response.json()",
    "res.getBody()",
    "res.body",
    "res.data",
];

/// Words by which tools call the body of an answer as text.
const BODIES: [&str; 2] = ["responseBody", "pm.response.text()"];
/// Words by which tools call the status of an answer.
const STATUSES: [&str; 5] =
    ["pm.response.code", "responseCode.code", "response.status", "res.status", "res.getStatus()"];
/// What changes no variable that Hurl has.
const WITHOUT_EFFECT: [&str; 6] = [
    "console.",
    "client.log(",
    "pm.environment.unset(",
    "pm.globals.unset(",
    "pm.collectionVariables.unset(",
    "pm.variables.unset(",
];

/// Part of an answer that a script has a name for.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// Path of its JSON.
    Json(String),
    /// Number of items of a list of its JSON.
    Count(String),
    Body,
    Header(String),
    Status,
}

impl Part {
    /// Query of Hurl.
    fn query(&self) -> String {
        match self {
            Part::Json(path) => json_query(path),
            Part::Count(path) => format!("{} count", json_query(path)),
            Part::Body => "body".into(),
            Part::Header(name) => format!("header {}", quoted(name)),
            Part::Status => "status".into(),
        }
    }
}

macro_rules! patterns {
    ($($name:ident $text:expr;)*) => {
        $(static $name: LazyLock<Regex> = LazyLock::new(|| pattern($text));)*
    };
}

patterns! {
    ALIAS r"^(?:var|let|const)?\s*(\w+)\s*=\s*(.+)$";
    KEPT r#"^(?:pm\.(?:environment|globals|collectionVariables|variables)\.set|postman\.set(?:Environment|Global)Variable|client\.global\.set|bru\.set(?:Env|Global(?:Env)?)?Var)\(\s*["'`]([^"'`]+)["'`]\s*,\s*(.+)\)$"#;
    STATUS r"^(?:pm\.response\.to\.have\.status|pm\.expect\(\s*(?:pm\.response\.(?:code|status)|responseCode\.code)\s*\)(?:\.to)?(?:\.be)?\.(?:equals?|eql?|eqls))\(\s*(\d{3})\s*\)$";
    OLD_STATUS r#"^tests\[[^\]]+\]\s*=\s*responseCode\.code\s*={2,3}\s*(\d{3})$"#;
    CLIENT_STATUS r#"^client\.assert\(\s*response\.status\s*={2,3}\s*["']?(\d{3})["']?\s*(?:,.*)?\)$"#;
    BRU_STATUS r"^expect\(\s*(?:res\.getStatus\(\)|res\.status)\s*\)\.to\.(?:equal|eql|eq)\(\s*(\d{3})\s*\)$";
    ONE_OF r"^(?:pm\.)?expect\(\s*(?:pm\.response\.code|res\.status|res\.getStatus\(\))\s*\)\.to\.be\.oneOf\(\s*\[([\d,\s]+)\]\s*\)$";
    IS_OK r"^pm\.response\.to\.(?:be\.(?:ok|success)|not\.be\.error)(?:\(\))?$";
    HAS_HEADER r#"^pm\.response\.to\.have\.header\(\s*["']([^"']+)["']\s*(?:,\s*["']([^"']*)["']\s*)?\)$"#;
    HEADER_IS r#"^pm\.expect\(\s*pm\.response\.headers\.get\(\s*["']([^"']+)["']\s*\)\s*\)\.to\.(?:be\.)?(equal|eql|eq|include|contain)\(\s*["']([^"']*)["']\s*\)$"#;
    HEADER_OF r#"^(?:pm\.response\.headers\.get|response\.headers\.valueOf|res\.getHeader|postman\.getResponseHeader)\(\s*["']([^"']+)["']\s*\)$"#;
    IS_FAST r"^(?:pm\.)?expect\(\s*(?:pm\.response\.responseTime|res\.responseTime|res\.getResponseTime\(\))\s*\)\.to\.be\.(?:below|lessThan)\(\s*(\d+)\s*\)$";
    HAS_TEXT r#"^pm\.expect\(\s*pm\.response\.text\(\)\s*\)\.to\.(?:include|contain)\(\s*["']([^"']*)["']\s*\)$"#;
    COMPARED r"^(?:pm\.)?expect\(\s*(.+?)\s*\)\.to\.(.+)$";
    EQUALS r"^(?:be\.)?(?:equal|equals|eql|eq|deep\.equal)\(\s*(.+)\s*\)$";
    INCLUDES r#"^(not\.)?(?:include|contain)\(\s*(["'].*["'])\s*\)$"#;
    OF_TYPE r#"^be\.an?\(\s*["'](\w+)["']\s*(?:,.*)?\)$"#;
    HAS_MEMBER r#"^have\.property\(\s*["']([^"']+)["']\s*(?:,\s*(.+?)\s*)?\)$"#;
    PARTS r"^(?:var|let|const)\s*\{\s*([\w\s,]+?)\s*\}\s*=\s*(.+)$";
    EMPTY_TEST r#"^(?:pm\.)?test\(\s*(?:"[^"]*"|'[^']*')\s*\)$"#;
    CLIENT_COMPARED r#"^client\.assert\(\s*(.+?)\s*={2,3}\s*([^,]+?)\s*(?:,.*)?\)$"#;
}

/// Takes what a script does with the answer of a request, given its lines and their numbers.
pub(super) fn take(script: &[(usize, String)], entry: &mut Entry, losses: &mut Losses) {
    let mut reader = Reader { aliases: BTreeMap::new(), entry };
    for (line, text) in statements(script) {
        if !reader.takes(&text) {
            losses.note(line, format!("script: perfloop runs none; this is left out: {}", shortened(&text)));
        }
    }
}

struct Reader<'a> {
    /// Names that a script has given to parts of the answer.
    aliases: BTreeMap<String, Part>,
    entry: &'a mut Entry,
}

impl Reader<'_> {
    /// False for a statement that is not known.
    fn takes(&mut self, text: &str) -> bool {
        let has_no_effect = WITHOUT_EFFECT.iter().any(|word| text.starts_with(word));
        if text.chars().all(|c| "(){}[];, ".contains(c)) || has_no_effect || EMPTY_TEST.is_match(text) {
            return true;
        }
        self.takes_status(text) || self.takes_kept(text) || self.takes_assert(text) || self.takes_alias(text)
    }

    fn takes_status(&mut self, text: &str) -> bool {
        let of = |pattern: &Regex| pattern.captures(text).and_then(|found| found[1].parse().ok());
        let known = [&STATUS, &OLD_STATUS, &CLIENT_STATUS, &BRU_STATUS].into_iter().find_map(|pattern| of(pattern));
        if let Some(status) = known {
            self.entry.status = Some(status);
            return true;
        }
        if IS_OK.is_match(text) {
            self.entry.assert("status >= 200".into());
            self.entry.assert("status < 300".into());
            return true;
        }
        let Some(found) = ONE_OF.captures(text) else { return false };
        let all: Vec<&str> = found[1].split(',').map(str::trim).filter(|status| !status.is_empty()).collect();
        match all[..] {
            [one] => self.entry.status = one.parse().ok(),
            _ => self.entry.assert(format!("status toString matches /^({})$/", all.join("|"))),
        }
        true
    }

    fn takes_kept(&mut self, text: &str) -> bool {
        let Some(found) = KEPT.captures(text) else { return false };
        let part = self.part(found[2].trim());
        part.map(|part| self.entry.capture(&variables::name(&found[1]), part.query())).is_some()
    }

    fn takes_assert(&mut self, text: &str) -> bool {
        let line = if let Some(found) = HAS_HEADER.captures(text) {
            let header = quoted(&found[1]);
            found.get(2).map_or_else(
                || format!("header {header} exists"),
                |value| format!("header {header} == {}", quoted(value.as_str())),
            )
        } else if let Some(found) = HEADER_IS.captures(text) {
            let predicate = if matches!(&found[2], "include" | "contain") { "contains" } else { "==" };
            format!("header {} {predicate} {}", quoted(&found[1]), quoted(&found[3]))
        } else if let Some(found) = IS_FAST.captures(text) {
            format!("duration < {}", &found[1])
        } else if let Some(found) = HAS_TEXT.captures(text) {
            format!("body contains {}", quoted(&found[1]))
        } else if let Some(found) = COMPARED.captures(text) {
            match self.part(&found[1]).and_then(|part| compared(&part, found[2].trim())) {
                Some(line) => line,
                None => return false,
            }
        } else if let Some(found) = CLIENT_COMPARED.captures(text) {
            match (self.part(&found[1]), literal(&found[2])) {
                (Some(part), Some(value)) => format!("{} == {value}", part.query()),
                _ => return false,
            }
        } else {
            return false;
        };
        self.entry.assert(line);
        true
    }

    /// A name for the answer, or for a part of it.
    fn takes_alias(&mut self, text: &str) -> bool {
        if let Some(found) = PARTS.captures(text) {
            let Some(Part::Json(path)) = self.part(&found[2]) else { return false };
            for name in found[1].split(',').map(str::trim).filter(|name| !name.is_empty()) {
                self.aliases.insert(name.to_owned(), Part::Json(format!("{path}.{name}")));
            }
            return true;
        }
        let Some(found) = ALIAS.captures(text) else { return false };
        let part = self.part(&found[2]);
        part.map(|part| self.aliases.insert(found[1].to_owned(), part)).is_some()
    }

    /// Part of the answer that an expression means.
    fn part(&self, expression: &str) -> Option<Part> {
        let expression = expression.trim().trim_end_matches(".toString()");
        if let Some(found) = HEADER_OF.captures(expression) {
            return Some(Part::Header(found[1].to_owned()));
        } else if BODIES.contains(&expression) {
            return Some(Part::Body);
        } else if STATUSES.contains(&expression) {
            return Some(Part::Status);
        }
        let whole = ANSWERS.iter().find_map(|answer| Some((Part::Json("$".into()), expression.strip_prefix(answer)?)));
        let alias = || {
            let end =
                expression.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(expression.len());
            Some((self.aliases.get(&expression[..end])?.clone(), &expression[end..]))
        };
        let (part, mut rest) = whole.or_else(alias)?;
        if rest.is_empty() {
            return Some(part);
        }
        let Part::Json(mut path) = part else { return None };
        while !rest.is_empty() {
            if rest == ".length" {
                return Some(Part::Count(path));
            }
            let (key, behind) = member(rest)?;
            path.push_str(&key);
            rest = behind;
        }
        Some(Part::Json(path))
    }
}

/// First member of what stands behind an expression, as a path has it, and what stands behind that.
fn member(rest: &str) -> Option<(String, &str)> {
    let rest = rest.strip_prefix('?').unwrap_or(rest);
    if let Some(rest) = rest.strip_prefix('.').filter(|rest| !rest.starts_with('[')) {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
        let is_call = rest[end..].starts_with('(');
        return (end > 0 && !is_call).then(|| (format!(".{}", &rest[..end]), &rest[end..]));
    }
    let (key, behind) = rest.trim_start_matches('.').strip_prefix('[')?.split_once(']')?;
    let key = key.trim();
    if key.parse::<u32>().is_ok() {
        return Some((format!("[{key}]"), behind));
    }
    let name = key.strip_prefix(['"', '\'', '`'])?.strip_suffix(['"', '\'', '`'])?;
    let is_simple = !name.is_empty() && !name.contains(['\'', '"', '\\', '{']);
    is_simple.then(|| (format!("['{name}']"), behind))
}

fn compared(part: &Part, rest: &str) -> Option<String> {
    let query = part.query();
    if let Some(found) = EQUALS.captures(rest) {
        return Some(format!("{query} == {}", literal(&found[1])?));
    }
    if let Some(found) = INCLUDES.captures(rest) {
        let not = found.get(1).map_or("", |_| "not ");
        // Of a whole answer it is the text that is looked into.
        let query = if *part == Part::Json("$".into()) { "body".to_owned() } else { query };
        return Some(format!("{query} {not}contains {}", literal(&found[2])?));
    }
    if let Some(found) = OF_TYPE.captures(rest) {
        let of = match &found[1] {
            "array" => "isList",
            "object" => "isObject",
            "string" => "isString",
            "number" => "isNumber",
            "boolean" => "isBoolean",
            _ => return None,
        };
        return Some(format!("{query} {of}"));
    }
    if let (Some(found), Part::Json(path)) = (HAS_MEMBER.captures(rest), part) {
        let member = json_query(&format!("{path}['{}']", &found[1]));
        return match found.get(2) {
            Some(value) => Some(format!("{member} == {}", literal(value.as_str())?)),
            None => Some(format!("{member} exists")),
        };
    }
    match rest {
        "exist" | "not.be.undefined" | "exist()" => Some(format!("{query} exists")),
        "be.true" => Some(format!("{query} == true")),
        "be.false" => Some(format!("{query} == false")),
        "be.null" => Some(format!("{query} == null")),
        "not.be.null" => Some(format!("{query} != null")),
        "not.be.empty" => Some(format!("{query} not isEmpty")),
        "be.empty" => Some(format!("{query} isEmpty")),
        _ => None,
    }
}

/// Query of Hurl for a path.
pub(super) fn json_query(path: &str) -> String {
    format!("jsonpath {}", quoted(path))
}

pub(super) fn quoted(text: &str) -> String {
    Text::plain(text).as_quoted()
}

/// Digits that a number may have where its exponent is written out.
const MOST_DIGITS: usize = 30;

/// A number as Hurl has it, which knows no exponents; `None` for what is none.
pub(super) fn number(text: &str) -> Option<String> {
    let number: serde_json::Number = serde_json::from_str(text).ok()?;
    if !text.contains(['e', 'E']) {
        return Some(text.to_owned());
    }
    number.as_f64().map(|value| value.to_string()).filter(|digits| digits.len() <= MOST_DIGITS)
}

/// A text, number or truth value of a script, as Hurl has it.
fn literal(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix(['"', '\'']) {
        let inner = inner.strip_suffix(['"', '\''])?;
        return (!inner.contains(['"', '\'', '\\'])).then(|| quoted(inner));
    }
    if matches!(text, "true" | "false" | "null") { Some(text.to_owned()) } else { number(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(script: &str) -> (Entry, Vec<(usize, String)>) {
        let lines: Vec<(usize, String)> =
            script.lines().enumerate().map(|(at, line)| (at + 1, line.to_owned())).collect();
        let (mut entry, mut losses) = (Entry::default(), Losses::default());
        take(&lines, &mut entry, &mut losses);
        (entry, losses.all.into_iter().map(|loss| (loss.line, loss.what)).collect())
    }

    #[test]
    fn what_a_script_of_postman_looks_at_becomes_asserts_and_captures() {
        let (entry, lost) = taken(
            "pm.test(\"Status code is 200\", function () {\n    pm.response.to.have.status(200);\n});\n\
             // a comment\nvar jsonData = pm.response.json();\nconst user = jsonData.data.user;\n\
             pm.environment.set(\"token\", jsonData.data.token);\n\
             pm.collectionVariables.set('user.id', user[\"id\"]);\n\
             pm.test('fast', () => pm.expect(pm.response.responseTime).to.be.below(200));\n\
             pm.test(\"body\", () => {\n  pm.expect(user.name).to.eql(\"Ann\");\n  pm.expect(jsonData.list[0].n).to.equal(3)\n\
             pm.expect(jsonData.list).to.be.an('array');\n  pm.expect(jsonData).to.have.property('data');\n});\n\
             pm.test('header', function () { pm.response.to.have.header('Content-Type'); });\n\
             pm.expect(pm.response.headers.get(\"X-A\")).to.include('b');\npm.response.to.be.ok;\n",
        );
        assert!(lost.is_empty(), "{lost:?}");
        assert_eq!(entry.status, Some(200));
        assert_eq!(
            entry.captures,
            [
                ("token".to_owned(), "jsonpath \"$.data.token\"".to_owned()),
                ("user_id".to_owned(), "jsonpath \"$.data.user['id']\"".to_owned())
            ]
        );
        assert_eq!(
            entry.asserts,
            [
                "duration < 200",
                "jsonpath \"$.data.user.name\" == \"Ann\"",
                "jsonpath \"$.list[0].n\" == 3",
                "jsonpath \"$.list\" isList",
                "jsonpath \"$['data']\" exists",
                "header \"Content-Type\" exists",
                "header \"X-A\" contains \"b\"",
                "status >= 200",
                "status < 300",
            ]
        );
    }

    #[test]
    fn scripts_of_the_other_tools_are_read_too() {
        let (entry, lost) = taken(
            "client.test(\"ok\", function() {\n  client.assert(response.status === 201, \"not created\");\n});\n\
             client.global.set(\"auth\", response.body.token);\n\
             client.global.set(\"place\", response.headers.valueOf(\"Location\"));\n\
             client.assert(response.body.name === \"Ann\", \"no\");\n",
        );
        assert!(lost.is_empty(), "{lost:?}");
        assert_eq!((entry.status, entry.captures.len()), (Some(201), 2));
        assert_eq!(entry.captures[1].1, "header \"Location\"");
        assert_eq!(entry.asserts, ["jsonpath \"$.name\" == \"Ann\""]);
        let (entry, lost) = taken(
            "test(\"ok\", function() {\n  expect(res.getStatus()).to.equal(200);\n  expect(res.body.id).to.be.a('number');\n});\n\
             bru.setVar(\"id\", res.body.id);\n",
        );
        assert!(lost.is_empty(), "{lost:?}");
        assert_eq!(
            (entry.status, &entry.captures[0].0[..], &entry.asserts[0][..]),
            (Some(200), "id", "jsonpath \"$.id\" isNumber")
        );
    }

    #[test]
    fn what_is_more_than_that_is_told_with_its_line() {
        let (entry, lost) = taken(
            "pm.test('x', function () {\n  pm.expect(_.sum(pm.response.json().list)).to.equal(3);\n});\n\
             if (pm.response.code === 200) {\n  pm.environment.set('a', crypto(1));\n}\n\
             tests[\"ok\"] = responseCode.code === 200;\n",
        );
        assert_eq!(lost.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4], "{lost:?}");
        assert!(lost[1].1.contains("this is left out: if (pm.response.code === 200) {"), "{lost:?}");
        assert_eq!(entry.status, Some(200));
    }
}
