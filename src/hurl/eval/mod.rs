//! What queries, filters, predicates, templates and captures mean. Everything is compiled once; nothing here has to do
//! with a network or a clock, but for `newDate` and days from now.

mod answer;
mod compiled;
mod content;
mod cookie;
mod difference;
#[cfg(feature = "xpath")]
mod document;
mod expected;
mod fault;
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
pub(crate) use content::Content;
pub(crate) use expected::Expected;
pub(crate) use fault::{Fault, FaultKind};
pub(crate) use number::Number;
pub(crate) use text::{Text, evaluate};
pub(crate) use value::{Hop, Value};
pub(crate) use variables::Variables;
#[cfg(not(feature = "xpath"))]
use without_xpath::{document, xpath};
