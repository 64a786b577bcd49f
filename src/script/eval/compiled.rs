//! Expressions that are written as texts: read at once if the text never changes, else each time.

use perfloop_hurl::ast::{RegexSource, Template};
use perfloop_hurl::{Span, compile_regex};
use regex::Regex;

use super::eval_error::EvalError;
use super::jsonpath::JsonPath;
use super::text::Text;
use super::variables::Variables;
use super::xpath::XPath;

/// Something that is written as a text.
pub(super) trait Written: Sized {
    fn read(text: &str) -> Option<Self>;
    /// The fault of a text that is no such thing.
    fn fault(text: &str, span: Span) -> EvalError;
}

/// Something that is written as a text, read as early as possible.
#[derive(Debug)]
pub(super) struct Compiled<T> {
    form: Form<T>,
    span: Span,
}

#[derive(Debug)]
enum Form<T> {
    Ready(T),
    /// A fixed text that is no such thing: a fault only when it is used, as elsewhere.
    Broken(String),
    Made(Text),
}

impl<T: Written> Compiled<T> {
    pub(super) fn new(template: &Template) -> Self {
        let form = match Text::new(template) {
            Text::Fixed(text) => T::read(&text).map_or(Form::Broken(text), Form::Ready),
            made @ Text::Made(_) => Form::Made(made),
        };
        Compiled { form, span: template.span }
    }

    pub(super) fn with<R>(&self, variables: &Variables, look: impl FnOnce(&T) -> R) -> Result<R, EvalError> {
        match &self.form {
            Form::Ready(ready) => Ok(look(ready)),
            Form::Broken(text) => Err(T::fault(text, self.span)),
            Form::Made(text) => {
                let text = text.render(variables)?;
                T::read(&text).map(|read| look(&read)).ok_or_else(|| T::fault(&text, self.span))
            }
        }
    }

    /// The fault it always has.
    pub(super) fn broken(&self) -> Option<EvalError> {
        match &self.form {
            Form::Broken(text) => Some(T::fault(text, self.span)),
            Form::Ready(_) | Form::Made(_) => None,
        }
    }

    /// Place of the text.
    pub(super) fn span(&self) -> Span {
        self.span
    }
}

impl Compiled<Regex> {
    pub(super) fn of_regex(source: &RegexSource) -> Self {
        match source {
            RegexSource::Text(template) => Compiled::new(template),
            RegexSource::Literal(literal) => {
                let form =
                    compile_regex(&literal.value).map_or_else(|_| Form::Broken(literal.value.clone()), Form::Ready);
                Compiled { form, span: literal.span }
            }
        }
    }
}

impl Written for Regex {
    fn read(text: &str) -> Option<Self> {
        compile_regex(text).ok()
    }

    fn fault(text: &str, span: Span) -> EvalError {
        let reason = compile_regex(text).err().unwrap_or_default();
        EvalError::runtime(span, "invalid regex", format!("regex expression is not valid: {reason}"))
    }
}

impl Written for JsonPath {
    fn read(text: &str) -> Option<Self> {
        JsonPath::parse(text)
    }

    fn fault(text: &str, span: Span) -> EvalError {
        EvalError::runtime(span, "invalid JSONPath", format!("JSONPath expression '{text}' is not valid"))
    }
}

impl Written for XPath {
    fn read(text: &str) -> Option<Self> {
        XPath::parse(text).ok()
    }

    fn fault(text: &str, span: Span) -> EvalError {
        XPath::invalid(span, &XPath::parse(text).err().unwrap_or_default())
    }
}
