//! Secrets in a specification: those that are known before a run, and the specification without them.

use super::settings::Settings;
use super::spec::RunSpec;
use super::values::without_key_password;
use serde_json::Value;

use crate::load::{Plan, certificate_file};
use crate::printable::foreign;
use crate::redact::{MASK, Redactor};

/// The plan with all that the settings give away of secrets: none of it is shown, in no form.
pub(crate) fn known_to(mut plan: Plan, settings: &Settings) -> Plan {
    let all: Vec<(&str, Vec<String>)> = settings.texts().collect();
    let values = |name: &'static str| {
        all.iter().filter(move |(one, _)| *one == name).flat_map(|(_, texts)| texts.iter().map(String::as_str))
    };
    plan = values("secret-name").fold(plan, Plan::secret_name);
    let mut by_name: Vec<String> = Vec::new();
    for pair in values("basic-auth") {
        // As a pair it stands in a header.
        by_name.extend(pair.split_once(':').map(|(_, password)| password.to_owned()));
        by_name.push(pair.to_owned());
    }
    let mut secrets: Vec<String> = Vec::new();
    secrets.extend(values("cert").filter_map(|cert| certificate_file(cert).1));
    let pairs = values("secret").chain(values("base-secret"));
    secrets.extend(pairs.filter_map(|secret| Some(secret.split_once('=')?.1.trim().to_owned())));
    let texts = all.iter().flat_map(|(_, texts)| texts);
    by_name.extend(texts.flat_map(|value| plan.redactor.secrets_of(value)).map(str::to_owned));
    plan.redactor = by_name.iter().fold(plan.redactor, |redactor, value| redactor.value_by_name(value));
    secrets.iter().fold(plan, |plan, secret| plan.secret(secret))
}

/// Text of a field without its secret.
pub(crate) fn shown(field: &str, value: &str, redactor: &Redactor) -> String {
    match (field, value.split_once(':'), value.split_once('=')) {
        ("basic-auth", Some((user, _)), _) => format!("{user}:{MASK}"),
        ("secret" | "base-secret", _, Some((name, _))) => format!("{name}={MASK}"),
        ("web-token", ..) => MASK.to_owned(),
        ("cert", ..) => without_key_password(value),
        _ => foreign(&redactor.text(value)).into_owned(),
    }
}

/// Specification as JSON, its secrets hidden.
pub(crate) fn hidden_spec(spec: &RunSpec, redactor: &Redactor) -> Value {
    let hide = |(name, value): (String, Value)| {
        let text = |text: &str| Value::from(shown(&name, text, redactor));
        let value = match &value {
            Value::String(one) => text(one),
            Value::Array(values) => values.iter().map(|value| value.as_str().map_or(value.clone(), text)).collect(),
            _ => value,
        };
        (name, value)
    };
    Value::Object(spec.to_json().into_iter().map(hide).collect())
}
