//! Expectations of a URL target: what holds of every answer, and the sentence on one of which it does not hold.

use std::fmt::Display;

use perfloop_hurl::Span;

use super::answer::Answer;
use super::eval_error::EvalError;
use super::json;
use super::jsonpath::JsonPath;
use super::text::Text;
use super::value::Value;
use super::variables::Variables;
use crate::load::{Headers, Statuses, text_of};
use crate::mismatch;

/// Expectation of a URL target.
#[derive(Debug)]
pub(crate) enum Claim {
    /// The status is one of these.
    Status(Statuses),
    Json(JsonClaim),
    /// The body contains this text.
    Contains(Text),
    /// A header of this name has a value that contains this text.
    Header(String, Text),
}

/// Expectation of a value in a JSON body.
#[derive(Debug)]
pub(crate) struct JsonClaim {
    /// Path as it was written.
    path: String,
    steps: JsonPath,
    wanted: WantedJson,
}

/// Value that a JSON body has to have at a path.
#[derive(Debug)]
enum WantedJson {
    Any,
    Fixed(Value),
    Made(Text),
}

impl JsonClaim {
    /// Expects this value at a path of names and indices, or any value. A text that is no JSON is a string.
    pub(crate) fn new(path: &str, wanted: Option<Text>) -> Self {
        let wanted = match wanted {
            None => WantedJson::Any,
            Some(Text::Fixed(text)) => WantedJson::Fixed(json_or_text(&text)),
            Some(made) => WantedJson::Made(made),
        };
        JsonClaim { path: path.to_owned(), steps: JsonPath::of_steps(path), wanted }
    }

    fn check(&self, body: &Value, variables: &Variables) -> Result<(), EvalError> {
        let got = self.steps.find_one(body);
        let made;
        let wanted = match &self.wanted {
            WantedJson::Any if got.is_some() => return Ok(()),
            WantedJson::Any => return Err(refuse(mismatch::no_json_at(&self.path))),
            WantedJson::Fixed(wanted) => wanted,
            WantedJson::Made(text) => {
                made = json_or_text(&text.render(variables)?);
                &made
            }
        };
        if got == Some(wanted) {
            return Ok(());
        }
        let got = got.map(json::written);
        let got = got.as_ref().map(|got| got as &dyn Display);
        Err(refuse(mismatch::json(&self.path, &json::written(wanted), got)))
    }
}

impl Claim {
    /// True when it holds of every answer with this status and these headers. False: the answer is to be looked at.
    pub(super) fn holds_of_head(&self, status: u16, headers: &Headers) -> bool {
        match self {
            Claim::Status(wanted) => wanted.contains(status),
            Claim::Header(name, Text::Fixed(wanted)) => {
                headers.get_all(name).any(|value| text_of(value).contains(wanted.as_str()))
            }
            Claim::Header(..) | Claim::Json(_) | Claim::Contains(_) => false,
        }
    }

    /// # Errors
    /// The sentence on what does not hold.
    pub(super) fn check(&self, answer: &Answer, variables: &Variables) -> Result<(), EvalError> {
        match self {
            Claim::Status(wanted) if wanted.contains(answer.status()) => Ok(()),
            Claim::Status(wanted) => {
                let why = answer.parts.refused_type.as_deref();
                Err(refuse(mismatch::status(wanted, answer.status(), why)))
            }
            Claim::Json(claim) => claim.check(json_of(answer)?, variables),
            Claim::Contains(text) => {
                let wanted = text.render(variables)?;
                if answer.contains(&wanted).map_err(|problem| problem.in_words(&mismatch::cut(&wanted)))? {
                    return Ok(());
                }
                Err(refuse(mismatch::contains(&wanted)))
            }
            Claim::Header(name, text) => {
                let wanted = text.render(variables)?;
                if answer.headers(name).any(|value| value.contains(&*wanted)) {
                    return Ok(());
                }
                Err(refuse(mismatch::header(name, &wanted, answer.headers(name))))
            }
        }
    }
}

fn refuse(sentence: String) -> EvalError {
    EvalError::assert(Span::default(), "", sentence)
}

fn json_or_text(text: &str) -> Value {
    json::parse(text).unwrap_or_else(|_| Value::from(text))
}

fn json_of(answer: &Answer) -> Result<&Value, EvalError> {
    let json = answer.json().map_err(|problem| problem.in_words("JSON"))?;
    json.map_err(|reason| {
        refuse(match json::place_of_error(answer.body()) {
            Some(place) => mismatch::unreadable("JSON", &place),
            None => mismatch::unreadable("JSON", &reason),
        })
    })
}
