//! Command line that makes the same run as settings do, to copy.

use super::flags;
use crate::job::given::Source;
use crate::job::secrets::shown;
use crate::job::settings::Settings;
use crate::redact::Redactor;
use crate::report::shell_word;

/// Program that a command line begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Face {
    Perfloop,
    /// Test target of this name.
    Target(String),
}

impl Face {
    /// First words of a command line that runs, or searches.
    fn words(&self, is_search: bool) -> Vec<String> {
        match (self, is_search) {
            (Face::Perfloop, false) => vec!["perfloop".into()],
            (Face::Perfloop, true) => vec!["perfloop".into(), "capacity".into()],
            (Face::Target(name), false) => vec![shell_word(name)],
            (Face::Target(name), true) => vec![shell_word(name), "--capacity".into()],
        }
    }
}

/// Command line of these settings, without secrets. What files and the environment say goes without saying.
pub(super) fn equivalent(face: &Face, settings: &Settings, redactor: &Redactor) -> String {
    let mut words = face.words(settings.spec.is_search());
    words.extend(settings.spec.targets.iter().map(|target| shell_word(&redactor.text(target))));
    let by_hand = |source: &Source| matches!(source, Source::CommandLine | Source::Page);
    for given in settings.given().filter(|given| by_hand(&given.source) && !given.is_off()) {
        let name = given.field.name;
        if name == flags::TARGETS {
            continue;
        }
        if given.field.is_switch() {
            words.push(format!("--{name}"));
        }
        let values = given.texts();
        words.extend(values.iter().map(|value| format!("--{name} {}", shell_word(&shown(name, value, redactor)))));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::fields::Field;
    use crate::job::given::Given;

    #[test]
    fn the_command_line_names_what_was_given_and_no_secret() {
        let given = |name: &str, text: &str, source: Source| {
            let field = Field::named(name).expect("a field");
            if field.is_switch() {
                return Given::new(field, true.into(), source).expect("a switch");
            }
            Given::of_texts(field, vec![text.to_owned()], source).expect("a value")
        };
        let line = |name, text| given(name, text, Source::CommandLine);
        let file = Source::File { path: "perfloop.toml".into(), line: 1 };
        let of_line = vec![
            line("targets", "http://a.test/x y"),
            line("time", "30"),
            line("secret", "password=hunter2"),
            line("fail-if", "p95 > 450ms"),
            line("insecure", ""),
        ];
        let sources = [vec![given("users", "20", Source::Page)], of_line, vec![given("wait", "1s", file)]];
        let settings = Settings::of(sources).expect("settings");
        let wanted = "perfloop 'http://a.test/x y' --users 20 --time 30 --insecure --secret 'password=***' \
                      --fail-if 'p95 > 450ms'";
        assert_eq!(equivalent(&Face::Perfloop, &settings, &Redactor::default()), wanted);
    }

    #[test]
    fn a_search_is_that_of_a_command_or_of_a_test_target() {
        let given = |name: &str, texts: &[&str], source: Source| {
            let texts = texts.iter().map(ToString::to_string).collect();
            Given::of_texts(Field::named(name).expect("a field"), texts, source).expect("a value")
        };
        let of_line = vec![given("targets", &["http://a.test/"], Source::CommandLine)];
        let goals = ["p95 < 100ms", "fail_ratio < 1%"];
        let of_page = vec![given("within", &goals, Source::Page), given("level-time", &["1s"], Source::Page)];
        let settings = Settings::of([of_page, of_line]).expect("settings");
        let told = |face: Face| equivalent(&face, &settings, &Redactor::default());
        let flags = "--within 'p95 < 100ms' --within 'fail_ratio < 1%' --level-time 1s";
        assert_eq!(told(Face::Perfloop), format!("perfloop capacity http://a.test/ {flags}"));
        assert_eq!(told(Face::Target("api".into())), format!("api --capacity http://a.test/ {flags}"));
    }
}
