//! Start form: the fields that the page may set, and the settings that come of what is entered.

use serde::Serialize;
use serde_json::Value;

use super::order::{FieldError, FieldValue, Refused, Wish};
use crate::error::Error;
use crate::job::fields::{Field, contradict};
use crate::job::given::{Given, Source};
use crate::job::settings::Settings;

/// Start form, with the values that hold now.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Form {
    /// Target, for people.
    pub(crate) target: String,
    /// Fields in their order.
    fields: Vec<FormField>,
    /// Classes of users.
    pub(crate) classes: Vec<FormClass>,
}

/// Field of the form.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FormField {
    /// Name of the field; a variable is `variable:NAME`, a secret `secret:NAME`.
    name: String,
    /// Label of the field.
    label: String,
    /// Help for people.
    help: String,
    /// `load`, `limits`, `capacity`, `target`, `gates`, `variables` or `secrets`.
    group: &'static str,
    /// `text`, `password`, `switch` or `lines`.
    kind: &'static str,
    /// Value that holds now; a secret has none.
    value: FieldValue,
    /// Text that stands where nothing is entered: the default.
    placeholder: String,
}

/// Class of users in the form.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FormClass {
    /// Name of the class.
    pub(crate) name: String,
    /// Its weight.
    pub(crate) weight: u32,
    /// True where it takes part.
    pub(crate) is_on: bool,
    /// Names of its checks.
    pub(crate) checks: Vec<String>,
}

/// Names, labels, groups, placeholders and help of the fields that the page may set. There is none that names a file.
#[rustfmt::skip]
const FIELDS: &[(&str, &str, &str, &str, &str)] = &[
    ("users", "Users", "load", "1", "Number of users, each a thread that behaves as one client"),
    ("spawn-rate", "Spawn rate", "load", "all at once", "Users started each second, like 10 or 12/m"),
    ("ramp-up", "Ramp-up", "load", "none", "Time over which the users start, like 30s; instead of a spawn rate"),
    ("wait", "Wait", "load", "none", "Rest of each user between two iterations, like 1s or 5s-9s"),
    ("pace", "Pace", "load", "none", "Each user's iterations begin at fixed times so far apart; instead of a wait"),
    ("stages", "Stages", "load", "none", "Users who come and go, like 30s:100,5m:100,30s:0; instead of users"),
    ("rate", "Rate", "load", "none", "Iterations that begin each second, like 200/s or 30s:200,5m:200; instead of users"),
    ("poisson", "Independent arrivals", "load", "", "Arrivals of the rate come as independent people do"),
    ("max-users", "Most users", "load", "1000", "Most users that the rate may take, or that a search may ask for"),
    ("time", "Time", "limits", "10s, or until the loops are done", "How long to run, like 30s or 1m30s"),
    ("loops", "Loops", "limits", "as many as the time allows", "Iterations of each user"),
    ("requests", "Requests", "limits", "as many as the time allows", "Requests in all"),
    ("warmup", "Warm-up", "limits", "none", "Time at the start in which nothing is measured"),
    ("stop-timeout", "Stop timeout", "limits", "10s", "Time that running checks get at the stop"),
    ("within", "Goals of a search", "capacity", "p95 < 450ms", "With a goal, Start searches for the capacity: the most users with which all goals are met; a line each, like GET /cart: p99 < 1s"),
    ("start", "First level", "capacity", "1", "Users, or arrivals per second, that the search begins with"),
    ("level-time", "Time of a level", "capacity", "10s", "How long each level is measured, after it has settled"),
    ("search-time", "Longest time", "capacity", "10m", "When the search gives up, and tells what it knows"),
    ("tolerance", "Tolerance", "capacity", "5%", "How far the ends of the span may be apart that the capacity lies in"),
    ("by", "Search by", "capacity", "users", "users, or rate for arrivals whatever the answers do"),
    ("at-least", "At least", "capacity", "any", "Least capacity that is good: users (or arrivals per second), or answers per second as 117rps"),
    ("host", "Host", "target", "as on the command line", "What relative URLs are relative to, like http://127.0.0.1:5000"),
    ("tags", "Tags", "target", "all", "Run only checks with one of these tags, with commas between them"),
    ("exclude-tags", "Without tags", "target", "none", "Run no check with one of these tags"),
    ("fail-if", "Gates", "gates", "p95 > 450ms", "What must not happen, a line each, like GET /cart: fail_ratio > 1%"),
];

/// Fields of a line each.
const LINES: [&str; 2] = ["fail-if", "within"];

/// Field that makes a search of a run.
const GOALS: &str = "within";

/// Lists of `NAME=VALUE`, each value of which is a field of its own.
const PAIRS: [(&str, &str, &str); 2] = [("variable", "variables", "text"), ("secret", "secrets", "password")];

impl Form {
    /// Form of these settings, with a field for each variable and secret that is given, and for `open` variables, which no
    /// value is known of.
    pub(crate) fn of(settings: &Settings, target: String, classes: Vec<FormClass>, open: &[String]) -> Form {
        let given = |name: &str| settings.given().find(|given| given.field.name == name && !given.is_off());
        let texts = |name: &str| given(name).map(Given::texts);
        let mut fields: Vec<FormField> = Vec::new();
        for (name, label, group, placeholder, help) in FIELDS {
            let (kind, value) = match (Field::named(name), texts(name)) {
                (Some(field), given) if field.is_switch() => ("switch", FieldValue::Switch(given.is_some())),
                (_, given) if LINES.contains(name) => ("lines", FieldValue::Lines(given.unwrap_or_default())),
                (_, given) => ("text", FieldValue::Text(given.unwrap_or_default().join(","))),
            };
            fields.push(FormField {
                name: (*name).to_owned(),
                label: (*label).to_owned(),
                help: (*help).to_owned(),
                group,
                kind,
                value,
                placeholder: (*placeholder).to_owned(),
            });
        }
        for (list, group, kind) in PAIRS {
            let given = texts(list).unwrap_or_default();
            let pairs = given.iter().filter_map(|pair| pair.split_once('='));
            let known = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let open = open.iter().filter(|_| list == "variable").map(|name| (name.clone(), String::new()));
            for (name, value) in known.chain(open) {
                let is_secret = kind == "password";
                fields.push(FormField {
                    name: format!("{list}:{name}"),
                    label: name,
                    help: if is_secret { "Left empty, it is as on the command line".into() } else { String::new() },
                    group,
                    kind,
                    // A secret never goes to a browser.
                    value: FieldValue::Text(if is_secret { String::new() } else { value }),
                    placeholder: if is_secret { "as on the command line".into() } else { String::new() },
                });
            }
        }
        Form { target, fields, classes }
    }

    /// Settings of a wish: its values over those that there are.
    ///
    /// # Errors
    /// Values that a field cannot have, fields that contradict one another, and fields that the page may not set.
    pub(crate) fn settle(&self, base: &Settings, wish: &Wish) -> Result<Settings, Refused> {
        let (mut given, mut dropped, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (list, ..) in PAIRS {
            if let Some(pairs) = self.pairs(list, base, wish) {
                dropped.push(list);
                given.push((list, Value::from(pairs)));
            }
        }
        for (name, value) in &wish.fields {
            if PAIRS.iter().any(|(list, ..)| name.strip_prefix(list).is_some_and(|rest| rest.starts_with(':'))) {
                continue;
            }
            let Some((known, ..)) = FIELDS.iter().find(|(known, ..)| known == name) else {
                errors.extend(Refused::of(Some(name), "cannot be set here; give it on the command line").errors);
                continue;
            };
            dropped.push(known);
            match value {
                FieldValue::Switch(is_on) => given.extend(is_on.then_some((*known, Value::Bool(true)))),
                FieldValue::Text(text) if text.trim().is_empty() => {}
                FieldValue::Text(text) => given.push((known, Value::from(text.trim()))),
                FieldValue::Lines(lines) => {
                    let lines: Vec<&str> =
                        lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
                    given.extend((!lines.is_empty()).then(|| (*known, Value::from(lines))));
                }
            }
        }
        let mut checked = Vec::new();
        for (name, value) in given {
            let Some(field) = Field::named(name) else { continue };
            let value = if field.is_list() && value.is_string() { Value::Array(vec![value]) } else { value };
            match Given::new(field, value, Source::Page) {
                Ok(given) => checked.push(given),
                Err(error) => errors.extend(refused(&error, Some(name)).errors),
            }
        }
        errors.extend(beside_goals(&checked));
        if !errors.is_empty() {
            return Err(Refused { errors, is_untimely: false });
        }
        base.changed(&dropped, checked).map_err(|error| refused(&error, None))
    }

    /// The pairs of a list, with those of the wish in the place of the ones before; `None` if it has none of them.
    fn pairs(&self, list: &str, base: &Settings, wish: &Wish) -> Option<Vec<String>> {
        let prefix = format!("{list}:");
        let wished: Vec<(&str, &str)> = wish
            .fields
            .iter()
            .filter_map(|(name, value)| match value {
                FieldValue::Text(text) => Some((name.strip_prefix(&prefix)?, text.as_str())),
                _ => None,
            })
            .filter(|(_, text)| !text.is_empty())
            .filter(|(name, _)| self.fields.iter().any(|field| field.name == format!("{prefix}{name}")))
            .collect();
        if wished.is_empty() {
            return None;
        }
        let before = base.texts().filter(|(name, _)| *name == list).flat_map(|(_, texts)| texts);
        let is_wished = |pair: &String| {
            pair.split_once('=').is_some_and(|(name, _)| wished.iter().any(|(wished, _)| *wished == name))
        };
        let mut pairs: Vec<String> = before.filter(|pair| !is_wished(pair)).collect();
        pairs.extend(wished.iter().map(|(name, value)| format!("{name}={value}")));
        Some(pairs)
    }
}

/// What a search cannot have beside its goals, each at its own field.
fn beside_goals(given: &[Given]) -> Vec<FieldError> {
    if !given.iter().any(|given| given.field.name == GOALS) {
        return Vec::new();
    }
    let beside = given.iter().map(|given| given.field.name).filter(|name| contradict(GOALS, name));
    let told = format!(
        "a search for the capacity has a load, an end and goals of its own; empty this field, or '{}'",
        label(GOALS)
    );
    beside.flat_map(|name| Refused::of(Some(name), told.clone()).errors).collect()
}

/// Label of a field where a text names it.
fn label(field: &str) -> String {
    FIELDS.iter().find(|(name, ..)| *name == field).map_or(field, |(_, label, ..)| label).to_owned()
}

/// Refusal of an error: at the field that it names, or at the one that was entered.
pub(crate) fn refused(error: &Error, entered: Option<&str>) -> Refused {
    let fields = error.fields();
    let field = fields.iter().find(|field| FIELDS.iter().any(|(name, ..)| name == *field)).copied();
    let text = error.text(label);
    // The label stands above the message already.
    let own = field.or(entered).map(label).unwrap_or_default();
    let short = text.strip_prefix(&own).map(|rest| rest.trim_start_matches([':', ' '])).filter(|rest| !rest.is_empty());
    Refused::of(field.or(entered), short.unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(fields: &[(&str, &str)]) -> Wish {
        let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), FieldValue::Text((*text).to_owned())));
        Wish { fields: fields.collect(), ..Wish::default() }
    }

    fn settings(fields: &[(&str, &str)]) -> Settings {
        let given = |(name, text): &(&str, &str)| {
            let field = Field::named(name).expect("a field");
            Given::of_texts(field, vec![(*text).to_owned()], Source::CommandLine).expect("a value")
        };
        Settings::of([fields.iter().map(given).collect()]).expect("settings")
    }

    fn form(settings: &Settings) -> Form {
        Form::of(settings, "a target".into(), Vec::new(), &["host_name".to_owned()])
    }

    #[test]
    fn what_is_entered_holds_over_the_command_line_and_what_is_emptied_is_not_given() {
        let base = settings(&[("users", "5"), ("time", "30s"), ("wait", "1s")]);
        let settled =
            form(&base).settle(&base, &wish(&[("users", " 7 "), ("time", ""), ("loops", "3")])).expect("a plan");
        let spec = settled.spec;
        assert_eq!(spec.users.as_deref(), Some(&7));
        assert_eq!((spec.time.is_none(), spec.loops.as_deref(), spec.wait.is_some()), (true, Some(&3), true));
    }

    #[test]
    fn each_error_stands_at_its_field() {
        let base = settings(&[("users", "5")]);
        let error = |fields: &[(&str, &str)]| form(&base).settle(&base, &wish(fields)).expect_err("refused").errors;
        let errors = error(&[("users", "x"), ("time", "soon")]);
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_deref().unwrap_or_default()).collect();
        assert_eq!(fields, ["time", "users"]);
        assert!(errors[1].message.contains("'x'"), "{errors:?}");
        assert_eq!(error(&[("stages", "1s:2"), ("rate", "5/s")])[0].field.as_deref(), Some("stages"));
        assert!(error(&[("cacert", "/etc/passwd")])[0].message.contains("command line"));
    }

    #[test]
    fn goals_make_a_search_and_what_contradicts_them_is_told_at_its_field() {
        let base = settings(&[("users", "5")]);
        let with_goal = |fields: &[(&str, &str)]| {
            let mut wish = wish(fields);
            wish.fields.insert("within".into(), FieldValue::Lines(vec!["p95 < 60ms".into(), " ".into()]));
            form(&base).settle(&base, &wish)
        };
        let settled = with_goal(&[("level-time", "1s"), ("users", "")]).expect("a search");
        assert!(settled.spec.is_search() && settled.spec.users.is_none());
        let errors = with_goal(&[("users", "5"), ("time", "30s"), ("wait", "1s")]).expect_err("refused").errors;
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_deref().unwrap_or_default()).collect();
        assert_eq!(fields, ["time", "users"]);
        assert!(errors[0].message.contains("Goals of a search"), "{errors:?}");
        let error = form(&base).settle(&base, &wish(&[("level-time", "1s")])).expect_err("refused").errors;
        assert_eq!(error[0].field.as_deref(), Some("within"), "{error:?}");
    }

    #[test]
    fn stages_take_the_place_of_users_that_the_command_line_gave() {
        let base = settings(&[("users", "5")]);
        let settled = form(&base).settle(&base, &wish(&[("users", ""), ("stages", "1s:2")])).expect("a plan");
        assert!(settled.spec.users.is_none() && settled.spec.stages.is_some());
    }

    #[test]
    fn variables_are_fields_and_secrets_never_leave() {
        let base = settings(&[("variable", "user=ann"), ("secret", "password=hunter2")]);
        let form = form(&base);
        let text = serde_json::to_string(&form).expect("JSON");
        assert!(text.contains("ann") && text.contains("secret:password") && !text.contains("hunter2"), "{text}");
        let wish = wish(&[
            ("variable:user", "bob"),
            ("variable:host_name", "a"),
            ("secret:password", ""),
            ("variable:no", "x"),
        ]);
        let spec = form.settle(&base, &wish).expect("a plan").spec;
        assert_eq!(spec.hurl.variables, ["host_name=a", "user=bob"]);
        assert_eq!(spec.hurl.secrets, ["password=hunter2"]);
    }
}
