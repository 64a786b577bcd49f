//! Expectations of a URL target's answer, as the specification says.

use crate::error::Error;
use crate::job::headers::name_and_text;
use crate::job::spec::RunSpec;
use crate::load::Statuses;
use crate::script::{Claim, JsonClaim, Names, Template};

/// Expectations with their templates, in the order in which they are looked at.
#[derive(Debug)]
pub(crate) struct Expectations {
    statuses: Statuses,
    /// Path and value, or the path alone.
    json: Vec<(String, Option<Template>)>,
    contains: Vec<Template>,
    headers: Vec<(String, Template)>,
}

impl Expectations {
    pub(crate) fn new(spec: &RunSpec, names: Names<'_>) -> Result<Self, Error> {
        let mut headers = Vec::new();
        for header in &spec.expect_header {
            let (name, text) = name_and_text("‹expect-header›", header)?;
            headers.push((name, Template::new(&text, names)));
        }
        let json = spec.expect_json.iter().map(|text| {
            let (path, value) = json_sides(text)?;
            Ok::<_, Error>((json_path(text, path)?, value.map(|value| Template::new(value, names).in_line())))
        });
        // Every body contains it: more likely than wanted is a variable of a shell that was not set.
        if spec.expect_contains.iter().any(String::is_empty) {
            return Err(Error::usage("‹expect-contains›: no text; write what the body must contain"));
        }
        Ok(Expectations {
            statuses: spec.expect_status.as_deref().cloned().unwrap_or_else(|| Statuses::from(100..=399)),
            json: json.collect::<Result<_, _>>()?,
            contains: spec.expect_contains.iter().map(|text| Template::new(text, names)).collect(),
            headers,
        })
    }

    /// Expectations of the hello of the mock service.
    #[cfg(feature = "embedded")]
    pub(crate) fn code_1() -> Self {
        let json = vec![("code".to_owned(), Some(Template::new("1", Names::default())))];
        Expectations { statuses: 200.into(), json, contains: Vec::new(), headers: Vec::new() }
    }

    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> + Clone {
        let json = self.json.iter().filter_map(|(_, wanted)| wanted.as_ref());
        json.chain(&self.contains).chain(self.headers.iter().map(|(_, wanted)| wanted))
    }

    pub(crate) fn claims(&self) -> Vec<Claim> {
        let json = self
            .json
            .iter()
            .map(|(path, wanted)| Claim::Json(JsonClaim::new(path, wanted.as_ref().map(Template::compile))));
        let contains = self.contains.iter().map(|text| Claim::Contains(text.compile()));
        let headers = self.headers.iter().map(|(name, text)| Claim::Header(name.clone(), text.compile()));
        let status = std::iter::once(Claim::Status(self.statuses.clone()));
        status.chain(json).chain(contains).chain(headers).collect()
    }
}

/// Path and value of `PATH=VAL`, or the path alone.
fn json_sides(text: &str) -> Result<(&str, Option<&str>), Error> {
    let refuse = |what: String| Err(Error::usage(format!("‹expect-json› '{text}': {what}")));
    // Only a pointer says that names may be anything.
    let signs: &[char] = if text.starts_with('/') { &['='] } else { &['=', '<', '>'] };
    let Some(at) = text.find(signs) else { return Ok((text.trim(), None)) };
    let at = if text[..at].ends_with(['!', '~']) { at - 1 } else { at };
    let (path, rest) = text.split_at(at);
    let length = rest.find(|c| !"=<>!~".contains(c)).unwrap_or(rest.len());
    let (path, (sign, value)) = (path.trim_end(), rest.split_at(length));
    match sign {
        // With spaces around it is the same.
        "=" if path.len() < at => Ok((path.trim_start(), Some(value.trim()))),
        "=" => Ok((path.trim_start(), Some(value))),
        // A text may begin with one of them.
        "=<" | "=!" | "=~" | "=>" if !value.starts_with(|c: char| c == ' ' || c.is_ascii_digit()) => {
            Ok((path.trim_start(), Some(&rest[1..])))
        }
        "==" | "===" => refuse(format!("one = compares; write it like {path}={}", value.trim())),
        _ => {
            let steps = path.trim_start_matches("$.");
            refuse(format!(
                "only = compares; write it like {path}=1, or in a Hurl file as jsonpath \"$.{steps}\" {sign} {}",
                value.trim()
            ))
        }
    }
}

/// A path that some JSON may have: a pointer, or names and indices.
fn json_path(text: &str, path: &str) -> Result<String, Error> {
    let is_step = |step: &str| {
        let (name, indices) = step.split_at(step.find('[').unwrap_or(step.len()));
        let is_index = |index: &str| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        let mut indices = indices.split_inclusive(']');
        let all = indices.all(|one| one.strip_prefix('[').and_then(|one| one.strip_suffix(']')).is_some_and(is_index));
        all && !name.contains(']') && !name.contains(": ") && !step.is_empty()
    };
    if path.starts_with('/') || path.trim_start_matches("$.").split('.').all(is_step) {
        return Ok(path.to_owned());
    }
    Err(Error::usage(format!("‹expect-json› '{text}': is no path; write it like code=1 or items[0].id=7")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_a_value_are_what_stands_around_the_sign() {
        let rows = [
            ("code=1", "code", Some("1")),
            ("items[0].id", "items[0].id", None),
            ("$.code = 1", "$.code", Some("1")),
            ("name= Ann", "name", Some(" Ann")),
            ("url=http://a/?b=c", "url", Some("http://a/?b=c")),
            ("html=<p>", "html", Some("<p>")),
            ("name=", "name", Some("")),
            ("/a>b/c=1", "/a>b/c", Some("1")),
            ("full name=Ann", "full name", Some("Ann")),
            ("text=a==b", "text", Some("a==b")),
        ];
        for (text, path, value) in rows {
            assert_eq!(json_sides(text).map_err(|error| error.to_string()), Ok((path, value)), "{text}");
            assert!(json_path(text, path).is_ok(), "{text}");
        }
    }

    #[test]
    fn other_comparisons_are_refused_with_the_right_form() {
        let hurl = |path: &str, rest: &str| {
            format!("only = compares; write it like {path}=1, or in a Hurl file as jsonpath \"$.{path}\" {rest}")
        };
        let rows = [
            ("code==1", "one = compares; write it like code=1".to_owned()),
            ("code == 1", "one = compares; write it like code=1".to_owned()),
            ("/code==1", "one = compares; write it like /code=1".to_owned()),
            ("code>0", hurl("code", "> 0")),
            ("code >= 10", hurl("code", ">= 10")),
            ("a.b<5", hurl("a.b", "< 5")),
            ("code!=1", hurl("code", "!= 1")),
            ("code=>5", hurl("code", "=> 5")),
            ("name~=x", hurl("name", "~= x")),
        ];
        for (text, wanted) in rows {
            let error = json_sides(text).expect_err(text).to_string();
            assert_eq!(error, format!("expect-json '{text}': {wanted}"));
        }
        for text in ["code: 1", "a..b", "items[*]", "$"] {
            let error = json_path(text, text).err().map(|error| error.to_string());
            assert_eq!(error.is_some(), text != "$", "{text}: {error:?}");
        }
    }
}
