//! Settings of a run, each with its source: a higher source overrules the ones below it.

use std::time::Duration;

use serde_json::{Map, Value};

use super::fields::{self, FIELDS, Kind};
use super::given::{Given, Source};
use super::spec::RunSpec;
use crate::error::{Error, ErrorKind};
use crate::redact::MASK;
use crate::units;

/// Specification of a run, and where each of its values comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) spec: RunSpec,
    given: Vec<Given>,
}

/// Setting as it is in effect, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effective {
    /// Name of the field: `spawn-rate`.
    pub(crate) name: &'static str,
    /// Texts of the field; none for a switch, and for a field that was not given.
    pub(crate) values: Vec<String>,
    /// Source of the field; `None` for a default.
    pub(crate) source: Option<Source>,
}

impl Settings {
    /// Settles what the sources give, the highest first.
    ///
    /// # Errors
    /// Fields that contradict one another within a source, or need another one.
    pub(crate) fn of(sources: impl IntoIterator<Item = Vec<Given>>) -> Result<Settings, Error> {
        let mut given: Vec<Given> = Vec::new();
        for mut below in sources {
            overrule(&mut below, &given);
            given.extend(below);
        }
        let settings = Settings { spec: RunSpec::default(), given };
        let is_given = |name: &str| settings.find(name).is_some_and(|given| !given.is_off());
        fields::check_together(is_given).map_err(|error| settings.locate(error))?;
        settings.refuse_masked()?;
        let json: Map<String, Value> =
            settings.given.iter().map(|given| (given.field.name.to_owned(), given.value.clone())).collect();
        let spec = serde_json::from_value(Value::Object(json))
            .map_err(|error| Error::usage(format!("the settings cannot be read together: {error}; leave one out")))?;
        Ok(Settings { spec, ..settings })
    }

    /// Settings with these fields dropped, and others in their place that hold over all.
    ///
    /// # Errors
    /// Those of [`Settings::of`].
    pub(crate) fn changed(&self, dropped: &[&str], given: Vec<Given>) -> Result<Settings, Error> {
        let kept = self.given.iter().filter(|given| !dropped.contains(&given.field.name)).cloned();
        Settings::of([given, kept.collect()])
    }

    /// Settings without these fields where they are from such a source.
    ///
    /// # Errors
    /// Those of [`Settings::of`].
    pub(crate) fn without(&self, fields: &[&str], is_from: impl Fn(&Source) -> bool) -> Result<Settings, Error> {
        let is_kept = |given: &&Given| !(fields.contains(&given.field.name) && is_from(&given.source));
        Settings::of([self.given.iter().filter(is_kept).cloned().collect()])
    }

    /// A secret that a report does not show cannot be sent again.
    fn refuse_masked(&self) -> Result<(), Error> {
        let is_masked = |given: &&Given| {
            matches!(given.source, Source::Spec(_)) && given.texts().iter().any(|text| text.contains(MASK))
        };
        match self.given.iter().find(is_masked) {
            Some(Given { field, source, .. }) => {
                Err(Error::usage(format!("‹{0}›: its value is hidden in {source}; give ‹{0}› anew", field.name)))
            }
            None => Ok(()),
        }
    }

    /// Values that were given, in the order of their fields.
    pub(crate) fn given(&self) -> impl Iterator<Item = &Given> {
        FIELDS.iter().filter_map(|field| self.find(field.name))
    }

    fn find(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.field.name == name)
    }

    /// Files and variables that are in effect, for the first line of a run; `None` if the command line says all.
    pub(crate) fn line(&self) -> Option<String> {
        let mut sources: Vec<String> = Vec::new();
        let files = self.given.iter().filter_map(|given| match &given.source {
            Source::File { path, .. } | Source::Spec(path) => Some(path.display().to_string()),
            _ => None,
        });
        let variables = self.given.iter().filter_map(|given| match &given.source {
            // Hurl's own variables are no settings of perfloop.
            Source::Variable(name) if !given.field.name.starts_with("base-") => Some(name.clone()),
            _ => None,
        });
        for source in files.chain(variables) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        (!sources.is_empty()).then(|| format!("settings: {}", sources.join(", ")))
    }

    /// All settings, in the order of their fields.
    pub(crate) fn effective(&self) -> Vec<Effective> {
        let effective = |field: &fields::Field| {
            let given = self.find(field.name).filter(|given| !given.is_off());
            let mut values = given.map(Given::texts).unwrap_or_default();
            if field.kind == Kind::Span {
                values.iter_mut().for_each(|text| *text = span(text));
            }
            Effective { name: field.name, values, source: given.map(|given| given.source.clone()) }
        };
        FIELDS.iter().filter(|field| field.kind != Kind::Rows).map(effective).collect()
    }

    /// Texts of all fields that were given, by the names of the fields.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'static str, Vec<String>)> + '_ {
        self.given.iter().map(|given| (given.field.name, given.texts()))
    }

    /// The error, with the source of each field in it that is not of the command line.
    pub(crate) fn locate(&self, error: Error) -> Error {
        let place = |name: &str| {
            let source = &self.find(name)?.source;
            (!matches!(source, Source::CommandLine | Source::Page)).then(|| format!("‹{name}› is from {source}"))
        };
        let places: Vec<String> = error.fields().into_iter().filter_map(place).collect();
        match error.kind() {
            ErrorKind::Usage if !places.is_empty() => error.with(&format!(" ({})", places.join(", "))),
            _ => error,
        }
    }
}

/// Drops what a source above says itself, or contradicts.
fn overrule(below: &mut Vec<Given>, above: &[Given]) {
    below.retain(|given| {
        let name = given.field.name;
        !above
            .iter()
            .any(|over| over.field.name == name || (!over.is_off() && fields::contradict(over.field.name, name)))
    });
}

/// A span of time in its shortest form.
fn span(text: &str) -> String {
    let parsed: Result<Duration, _> = units::parse_duration(text);
    parsed.map_or_else(|_| text.to_owned(), units::short)
}
