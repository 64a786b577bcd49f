//! Log of a run: its events and warnings.

use std::time::SystemTime;

use serde::Serialize;

use super::rounded;
use crate::report::http_log::timestamp;

/// More lines are not kept: the oldest go.
const MOST_LINES: usize = 500;

/// Log of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Log of a run"))]
pub(crate) struct Log {
    /// Lines, the oldest first; at most 500.
    lines: Vec<Line>,
}

/// Line of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "line"))]
struct Line {
    /// Moment, in s from the start of what is measured.
    at_s: f64,
    /// Moment, RFC 3339.
    time: String,
    /// Kind of the line.
    kind: Said,
    /// Text.
    text: String,
}

/// Kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) enum Said {
    Event,
    Warning,
}

impl Log {
    pub(crate) fn say(&mut self, at_s: f64, kind: Said, text: &str) {
        if self.lines.len() >= MOST_LINES {
            self.lines.remove(0);
        }
        let time = timestamp(SystemTime::now());
        self.lines.push(Line { at_s: rounded(at_s), time, kind, text: text.to_owned() });
    }

    /// Adds those of the warnings that are new. Their numbers grow while a run goes on: each is told once.
    pub(crate) fn warn(&mut self, at_s: f64, warnings: &[String]) {
        let kind_of = |text: &str| text.chars().filter(|c| !c.is_ascii_digit() && *c != '.').collect::<String>();
        for warning in warnings {
            let is_known = |line: &Line| line.kind == Said::Warning && kind_of(&line.text) == kind_of(warning);
            if !self.lines.iter().any(is_known) {
                self.say(at_s, Said::Warning, warning);
            }
        }
    }

    pub(crate) fn length(&self) -> usize {
        self.lines.len()
    }

    /// Lines with their times.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> + '_ {
        self.lines.iter().map(|line| format!("[{}] {}", line.time, line.text))
    }
}
