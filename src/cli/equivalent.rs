//! Command line that makes the same run as settings do, to copy.

use super::flags;
use crate::job::fields::Field;
use crate::job::given::Source;
use crate::job::secrets::shown;
use crate::job::settings::Settings;
use crate::redact::Redactor;
use crate::report::shell_word;

/// Command line of these settings, without secrets. What files and the environment say goes without saying.
pub(super) fn equivalent(program: &str, settings: &Settings, redactor: &Redactor) -> String {
    let mut words = vec![shell_word(program)];
    words.extend(settings.spec.targets.iter().map(|target| shell_word(&redactor.text(target))));
    for one in settings.effective() {
        let is_given = matches!(one.source, Some(Source::CommandLine | Source::Page));
        if !is_given || one.name == flags::TARGETS {
            continue;
        }
        if Field::named(one.name).is_some_and(Field::is_switch) {
            words.push(format!("--{}", one.name));
        }
        for value in &one.values {
            words.push(format!("--{} {}", one.name, shell_word(&shown(one.name, value, redactor))));
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::given::Given;

    #[test]
    fn the_command_line_names_what_was_given_and_no_secret() {
        let given = |name: &str, text: &str, source: Source| {
            let field = Field::named(name).expect("a field");
            let texts = if field.is_switch() { return Given::new(field, true.into(), source).expect("a switch") } else { vec![text.to_owned()] };
            Given::of_texts(field, texts, source).expect("a value")
        };
        let line = |name, text| given(name, text, Source::CommandLine);
        let file = Source::File { path: "perfloop.toml".into(), line: 1 };
        let sources = [
            vec![given("users", "20", Source::Page)],
            vec![
                line("targets", "http://a.test/x y"),
                line("fail-if", "p95 > 450ms"),
                line("poisson", ""),
                line("rate", "5"),
                line("secret", "password=hunter2"),
            ],
            vec![given("wait", "1s", file)],
        ];
        let settings = Settings::of(sources.into_iter().map(|source| source.into_iter().filter(|one| one.field.name != "rate" && one.field.name != "poisson").collect())).expect("settings");
        let wanted = "perfloop 'http://a.test/x y' --users 20 --secret 'password=***' --fail-if 'p95 > 450ms'";
        assert_eq!(equivalent("perfloop", &settings, &Redactor::default()), wanted);
    }
}
