//! `locustfile.py`: what a Locust master has to know of users that workers of perfloop have.

use std::io::{self, Write};

use super::type_and_name;
use crate::stats::{PlainGate, PlainValue};

/// Class of users, as a master knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocustClass {
    /// A name that a class of Python can have.
    pub(crate) identifier: String,
    pub(crate) weight: u32,
    pub(crate) fixed: Option<u32>,
}

/// Option of a master that workers take as a setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocustOption {
    /// As it stands on a command line.
    pub(crate) flag: &'static str,
    pub(crate) help: &'static str,
}

const HEAD: &str = "\
# Classes of users for a Locust master whose workers are of perfloop: their checks run in those workers alone.
from locust import User, events, task


class OfPerfloop(User):
    abstract = True

    @task
    def check(self):
        raise RuntimeError(\"this class is for workers of perfloop; start one: perfloop worker\")
";

const GATES_HEAD: &str = "

@events.quitting.add_listener
def gates(environment, **_):
    if type(environment.runner).__name__ == \"WorkerRunner\":
        return
    stats = environment.stats
    crossed = []
";

/// Writes a locustfile with these classes, options and gates.
///
/// # Errors
/// Those of the writer.
pub(crate) fn write_locustfile(
    classes: &[LocustClass],
    options: &[LocustOption],
    gates: &[PlainGate<'_>],
    mut writer: impl Write,
) -> io::Result<()> {
    writer.write_all(HEAD.as_bytes())?;
    for class in classes {
        writeln!(writer, "\n\nclass {}(OfPerfloop):\n    weight = {}", class.identifier, class.weight)?;
        if let Some(fixed) = class.fixed {
            writeln!(writer, "    fixed_count = {fixed}")?;
        }
    }
    writeln!(writer, "\n\n@events.init_command_line_parser.add_listener\ndef options(parser):")?;
    for LocustOption { flag, help } in options {
        writeln!(writer, "    parser.add_argument({}, default=\"\", help={})", text(flag), text(help))?;
    }
    if gates.is_empty() {
        return writer.flush();
    }
    writer.write_all(GATES_HEAD.as_bytes())?;
    for gate in gates {
        write_gate(gate, &mut writer)?;
    }
    writeln!(writer, "    for line in crossed:\n        print(line)")?;
    writeln!(writer, "    if crossed:\n        environment.process_exit_code = 1")?;
    if gates.iter().any(|gate| gate.name.is_none() && gate.value == PlainValue::FailRatio) {
        // Failures are judged by the gate; else any of them makes the exit code 1.
        writeln!(writer, "    else:\n        environment.process_exit_code = 0")?;
    }
    writer.flush()
}

fn write_gate(gate: &PlainGate<'_>, writer: &mut impl Write) -> io::Result<()> {
    let row = match gate.name.map(type_and_name) {
        None => "stats.total".to_owned(),
        Some((method, name)) => format!("stats.get({}, {})", text(name), text(method)),
    };
    let value = match gate.value {
        PlainValue::Percentile(percent) => format!("row.get_response_time_percentile({})", percent / 100.0),
        PlainValue::Mean => "row.avg_response_time".into(),
        PlainValue::Min => "row.min_response_time".into(),
        PlainValue::Max => "row.max_response_time".into(),
        PlainValue::FailRatio => "row.fail_ratio".into(),
        PlainValue::Fails => "row.num_failures".into(),
        PlainValue::Requests => "row.num_requests".into(),
        PlainValue::Rps => "row.total_rps".into(),
    };
    let not = if gate.is_crossed_if_true { "" } else { "not " };
    writeln!(writer, "    row = {row}")?;
    writeln!(writer, "    value = {value} if row.num_requests else None")?;
    writeln!(writer, "    if value is None or {not}value {} {}:", gate.operator, gate.limit)?;
    writeln!(writer, "        crossed.append({} + str(value))", text(&format!("gate crossed: {}: ", gate.expr)))
}

/// A text of Python.
fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Gate;

    #[test]
    fn a_locustfile_has_the_classes_the_options_and_the_gates() {
        let classes = [
            LocustClass { identifier: "shopper".into(), weight: 3, fixed: None },
            LocustClass { identifier: "admin".into(), weight: 1, fixed: Some(2) },
        ];
        let gates = [Gate::parse_fail_if("GET /cart: p95 > 450ms"), Gate::parse_threshold("rate<0.01")];
        let gates = gates.map(|gate| gate.expect("a gate"));
        let plain: Vec<PlainGate<'_>> = gates.iter().filter_map(Gate::plain).collect();
        let mut bytes = Vec::new();
        write_locustfile(&classes, &[LocustOption { flag: "wait", help: "Rest of" }], &plain, &mut bytes)
            .expect("memory");
        let file = String::from_utf8(bytes).expect("text");
        for part in [
            "class shopper(OfPerfloop):\n    weight = 3\n",
            "class admin(OfPerfloop):\n    weight = 1\n    fixed_count = 2\n",
            "    parser.add_argument(\"wait\", default=\"\", help=\"Rest of\")\n",
            "    row = stats.get(\"/cart\", \"GET\")\n    value = row.get_response_time_percentile(0.95) if row.num_requests else None\n    if value is None or value > 450:\n",
            "    if value is None or not value < 0.01:\n",
            "    else:\n        environment.process_exit_code = 0\n",
        ] {
            assert!(file.contains(part), "{part}\nis not in\n{file}");
        }
    }

    #[test]
    fn foreign_text_stays_within_its_quotes() {
        assert_eq!(text("a\"b\\c\nd"), r#""a\"b\\c d""#);
    }
}
