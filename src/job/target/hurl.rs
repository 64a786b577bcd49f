//! The Hurl files among the targets.

use std::path::Path;

use super::columns::columns;
use crate::error::Error;
use crate::import::Format;
use crate::input_file;
use crate::job::headers::Header;
use crate::job::spec::RunSpec;
use crate::job::variables::HurlVariables;
use crate::load::{Check, Feed, Row, UserClass};
use crate::script::{HurlChecks, HurlFiles, Names};

/// Time by which all variables that files need have to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variables {
    Given,
    Later,
}

/// Hurl files, read and compiled.
pub(crate) struct HurlTarget {
    checks: HurlChecks,
    needs_class: bool,
}

impl HurlTarget {
    /// True for a target that is a file or a folder, and no URL. A file of another tool is one as well.
    pub(crate) fn is_meant_by(target: &str) -> bool {
        let path = Path::new(target);
        !target.contains("://") && (target.ends_with(".hurl") || path.is_dir() || is_of_other_tool(path))
    }

    /// # Errors
    /// All that is wrong with any of the files, or what is wrong with a flag.
    pub(crate) fn read(
        spec: &RunSpec,
        paths: &[&String],
        feed: Option<&Feed<Row>>,
        variables: Variables,
    ) -> Result<Self, Error> {
        let names = Names { columns: feed.map_or(&[], columns) };
        let given = HurlVariables::read(&spec.hurl, names)?;
        let mut files = given.add_to(spec.hurl.describe(HurlFiles::new()), feed);
        if variables == Variables::Later {
            // Which these are is not known yet.
            files = files.variables_by(|_| Ok(Vec::new()));
        }
        for header in &spec.headers {
            if let Header::Sent(name, value) = Header::read(header)? {
                files = files.header(&name, &value);
            }
        }
        if let Some(credentials) = &spec.basic_auth {
            files = files.basic_auth(credentials);
        }
        if let Some(host) = &spec.host {
            files = files.host(host.0.clone());
        }
        let checks = files.read(paths).map_err(|errors| Error::usage(errors.to_string()))?;
        let needs_class = spec.hurl.setup.is_some() || spec.hurl.teardown.is_some();
        Ok(HurlTarget { checks, needs_class })
    }

    pub(crate) fn checks(&self) -> Vec<Check> {
        self.checks.checks()
    }

    /// There is something that each user does first or last.
    pub(crate) fn needs_class(&self) -> bool {
        self.needs_class
    }

    /// Has the users of a class do it.
    pub(crate) fn around(&self, class: UserClass) -> UserClass {
        self.checks.around(class)
    }

    /// Variables that no value is known of.
    pub(crate) fn open_variables(&self) -> &[String] {
        self.checks.open_variables()
    }

    /// The files, each with the requests in it.
    pub(crate) fn contents(&self) -> Vec<(String, Vec<String>)> {
        self.checks.contents()
    }

    /// Warning on each file that accepts any certificate.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> {
        let insecure = self.checks.insecure().into_iter().map(str::to_owned);
        insecure.map(|file| format!("insecure in {file} accepts any certificate, also that of somebody in between"))
    }

    /// To whom the files connect, as far as that is known.
    pub(crate) fn origins(&self) -> Vec<String> {
        self.checks.origins()
    }
}

/// True for a file of another tool that becomes Hurl.
fn is_of_other_tool(path: &Path) -> bool {
    let is_one = |text: String| Format::of(path, &text).is_some();
    Format::has_ending(path) && path.is_file() && input_file::read_text(path).is_ok_and(is_one)
}
