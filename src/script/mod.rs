//! Scripts as checks: Hurl files, and URL targets, which are scripts of one entry. Each is read and compiled once, and run
//! by every user.

mod certificate;
mod contents;
mod eval;
mod files;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod hurl_checks;
mod iteration_values;
mod overrides;
mod plan;
mod read;
mod result;
mod run;
mod session;
mod sources;
mod suite;
mod template;
mod url_script;

pub(crate) use eval::{Claim, JsonClaim, Text, Variables};
pub use hurl_checks::HurlChecks;
pub(crate) use iteration_values::IterationValues;
pub use read::HurlErrors;
pub use result::{EntryResult, FileError, FileResult, FileVerdict};
pub use suite::HurlFiles;
pub(crate) use template::{ITERATION, Names, Template, USER};
pub(crate) use url_script::{UrlBody, UrlEntry, UrlScript};
