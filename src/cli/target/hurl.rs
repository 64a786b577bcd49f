//! The Hurl files among the targets.

use std::path::Path;

use super::columns;
use crate::cli::args::Args;
use crate::cli::headers::Header;
use crate::cli::hurl::given::Given;
use crate::cli::template::Names;
use crate::error::Error;
use crate::hurl::{HurlChecks, HurlFiles};
use crate::load::{Check, Feed, Row, UserClass};

/// Whether all variables that files need have to be given by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variables {
    Given,
    Later,
}

/// Hurl files, read and compiled.
pub(super) struct HurlTarget {
    checks: HurlChecks,
    needs_class: bool,
}

impl HurlTarget {
    /// A TARGET is a file or a folder, and no URL.
    pub(super) fn is_meant_by(target: &str) -> bool {
        !target.contains("://") && (target.ends_with(".hurl") || Path::new(target).is_dir())
    }

    /// # Errors
    /// All that is wrong with any of the files, or what is wrong with a flag.
    pub(super) fn read(
        args: &Args,
        paths: &[&String],
        feed: Option<&Feed<Row>>,
        variables: Variables,
    ) -> Result<Self, Error> {
        let names = Names { columns: feed.map_or(&[], columns) };
        let given = Given::read(&args.hurl, names)?;
        let mut files = given.add_to(args.hurl.describe(HurlFiles::new()), feed);
        if variables == Variables::Later {
            // Nobody knows which these are.
            files = files.variables_by(|_| Ok(Vec::new()));
        }
        for header in &args.headers {
            if let Header::Sent(name, value) = Header::read(header)? {
                files = files.header(&name, &value);
            }
        }
        if let Some(credentials) = &args.basic_auth {
            files = files.basic_auth(credentials);
        }
        if let Some(host) = &args.host {
            files = files.host(host.clone());
        }
        let checks = files.read(paths).map_err(|errors| Error::usage(errors.to_string()))?;
        let needs_class = args.hurl.setup.is_some() || args.hurl.teardown.is_some();
        Ok(HurlTarget { checks, needs_class })
    }

    pub(super) fn checks(&self) -> Vec<Check> {
        self.checks.checks()
    }

    /// There is something that each user does first or last.
    pub(super) fn needs_class(&self) -> bool {
        self.needs_class
    }

    /// Has the users of a class do it.
    pub(super) fn around(&self, class: UserClass) -> UserClass {
        self.checks.around(class)
    }

    /// The files, each with the requests in it.
    pub(super) fn contents(&self) -> Vec<(String, Vec<String>)> {
        self.checks.contents()
    }

    /// A line on each file that trusts anybody.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        let insecure = self.checks.insecure().into_iter().map(str::to_owned);
        insecure.map(|file| format!("insecure in {file} accepts any certificate, also that of somebody in between"))
    }

    /// To whom the files connect, as far as that is known.
    pub(super) fn origins(&self) -> Vec<String> {
        self.checks.origins()
    }
}
