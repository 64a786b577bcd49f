//! Headers of an entry, as they are being written.

use perfloop_hurl::Span;

use crate::load::{Headers, text_of};
use crate::script::eval::EvalError;

/// Codings that are asked for where compressed answers are wanted.
pub(super) const ACCEPTED: &str = "gzip, deflate, br";

/// Headers being written.
pub(super) struct HeaderLines {
    pub(super) lines: Headers,
    /// Place of the request that has them.
    pub(super) span: Span,
}

impl HeaderLines {
    pub(super) fn add(&mut self, name: &str, value: &str) -> Result<(), EvalError> {
        let added = self.lines.add_checked(name, value.as_bytes());
        added.map_err(|what| EvalError::runtime(self.span, "invalid header", what))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.lines.has(name)
    }

    /// A form of parts needs its boundary, whatever else is said of it.
    pub(super) fn set_content_type(
        &mut self,
        implicit: Option<&str>,
        of_form: Option<String>,
    ) -> Result<(), EvalError> {
        const MULTIPART: &str = "multipart/form-data";
        let written = self.lines.get("content-type").map(|value| text_of(value).into_owned());
        match (written, of_form, implicit) {
            (Some(written), Some(of_form), _) if written.trim() == MULTIPART => {
                self.lines.remove("content-type");
                self.add("Content-Type", &of_form)
            }
            (Some(_), _, _) | (None, None, None) => Ok(()),
            (None, Some(of_form), _) => self.add("Content-Type", &of_form),
            (None, None, Some(implicit)) => self.add("Content-Type", implicit),
        }
    }
}
