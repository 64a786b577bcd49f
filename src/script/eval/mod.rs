//! Meaning of queries, filters, predicates, templates and captures. All are compiled once; nothing here has to do with
//! a network or a clock, but for `newDate` and days from now.
pub(crate) mod eval_error;

mod answer;
mod claim;
mod compiled;
mod content;
mod cookie;
mod difference;
#[cfg(feature = "xpath")]
mod document;
mod escape;
mod expected;
mod filter;
mod json;
mod jsonpath;
mod limits;
mod number;
mod predicate;
mod query;
mod text;
mod value;
mod variables;
#[cfg(not(feature = "xpath"))]
mod without_xpath;
#[cfg(feature = "xpath")]
mod xpath;

pub(crate) use answer::{Answer, AnswerParts, Certificate};
pub(crate) use claim::{Claim, JsonClaim};
pub(crate) use content::Content;
pub(crate) use escape::{Document as EscapedDocument, Escape};
pub(crate) use eval_error::{EvalError, EvalErrorKind};
pub(crate) use expected::Expected;
pub(crate) use number::Number;
pub(crate) use text::{Text, TextPart, evaluate};
pub(crate) use value::{Hop, Value};
pub(crate) use variables::Variables;
#[cfg(not(feature = "xpath"))]
use without_xpath::{document, xpath};
