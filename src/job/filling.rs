//! What changes in a request from one iteration to the next.

use super::template::{Template, Values};
use crate::load::{Prepared, basic_auth};

/// The places of a request. What is fixed stays as it was parsed once.
#[derive(Debug, Clone)]
pub(crate) struct Filling {
    path_and_query: Option<Template>,
    headers: Vec<ChangingHeader>,
    body: Option<Template>,
}

/// All values of a header, one of which at least changes.
#[derive(Debug, Clone)]
struct ChangingHeader {
    name: String,
    values: Vec<HeaderText>,
}

/// A header's value.
#[derive(Debug, Clone)]
pub(crate) enum HeaderText {
    AsItIs(Template),
    /// User and password.
    BasicAuth(Template),
}

impl HeaderText {
    pub(crate) fn render(&self, values: Values<'_>) -> String {
        match self {
            HeaderText::AsItIs(template) => template.render(values),
            HeaderText::BasicAuth(template) => basic_auth(&template.render(values)),
        }
    }

    pub(crate) fn template(&self) -> &Template {
        match self {
            HeaderText::AsItIs(template) | HeaderText::BasicAuth(template) => template,
        }
    }
}

impl Filling {
    pub(crate) fn new(path_and_query: Template, headers: &[(String, HeaderText)], body: Option<Template>) -> Self {
        let mut changing: Vec<ChangingHeader> = Vec::new();
        for (name, _) in headers.iter().filter(|(_, text)| !text.template().is_fixed()) {
            if changing.iter().any(|header| header.name.eq_ignore_ascii_case(name)) {
                continue;
            }
            let same = headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            changing.push(ChangingHeader { name: name.clone(), values: same.map(|(_, text)| text.clone()).collect() });
        }
        Filling {
            path_and_query: Some(path_and_query).filter(|template| !template.is_fixed()),
            headers: changing,
            body: body.filter(|template| !template.is_fixed()),
        }
    }

    pub(crate) fn is_fixed(&self) -> bool {
        self.templates().next().is_none()
    }

    pub(crate) fn needs_row(&self) -> bool {
        self.templates().any(Template::needs_row)
    }

    /// Sets what changes.
    ///
    /// # Errors
    /// One line, when a value cannot be sent.
    pub(crate) fn fill(&self, request: &mut Prepared, values: Values<'_>) -> Result<(), String> {
        if let Some(template) = &self.path_and_query {
            request.set_path_and_query(&template.render(values))?;
        }
        for header in &self.headers {
            request.set_header(&header.name, header.values.iter().map(|text| text.render(values)))?;
        }
        if let Some(template) = &self.body {
            request.body = Some(template.render(values).into_bytes());
        }
        Ok(())
    }

    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let headers = self.headers.iter().flat_map(|header| &header.values).map(HeaderText::template);
        self.path_and_query.iter().chain(headers).chain(&self.body)
    }
}
