//! The numbers as Markdown of GitHub's kind, for summaries of CI and comments of merge requests.

use std::io::{self, Write};
use std::time::Duration;

use super::text::{UNBACKED, answer_line, gate_number, headline, number_ms, rate};
use crate::stats::{CheckCounters, FailureGroup, Summary, Timing};
use crate::units;

/// More rows are for other reports.
const MOST_ROWS: usize = 50;
/// More groups of failures are, too.
const MOST_GROUPS: usize = 20;

/// Writes the outcome, the checks, the gates, the failures, and whether the numbers can be trusted.
///
/// Times are TPR of passes, in milliseconds. What a service answered is text everywhere.
///
/// # Errors
/// Those of the writer.
pub fn write_markdown(summary: &Summary, mut writer: impl Write) -> io::Result<()> {
    let sign = if summary.is_good() { "✅" } else { "❌" };
    let title = summary.capacity.as_deref().map_or_else(|| headline(summary), answer_line);
    writeln!(writer, "### {sign} perfloop: {}\n", plain(&title))?;
    write_checks(summary, &mut writer)?;
    write_gates(summary, &mut writer)?;
    write_failures(summary, &mut writer)?;
    writeln!(writer, "- **times**: {}", plain(&summary.times_verdict().to_string()))?;
    writeln!(writer, "- **load**: {}", plain(&summary.load_verdict().to_string()))?;
    for line in summary.warning_lines() {
        writeln!(writer, "- **warning**: {}", plain(&line))?;
    }
    writer.flush()
}

fn write_checks(summary: &Summary, writer: &mut impl Write) -> io::Result<()> {
    let whole = &summary.whole;
    if whole.checks.is_empty() {
        return Ok(());
    }
    writeln!(writer, "| check | pass | fail | exception | rps | p50 ms | p95 ms | p99 ms | max ms |")?;
    writeln!(writer, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
    for check in whole.checks.iter().take(MOST_ROWS) {
        write_check(&plain(&check.name), check, summary.tested(), writer)?;
    }
    if whole.checks.len() > 1 {
        write_check("**all**", &whole.totals, summary.tested(), writer)?;
    }
    if let Some(more) = whole.checks.len().checked_sub(MOST_ROWS).filter(|more| *more > 0) {
        writeln!(writer, "\nand {}", units::count(more as u64, "more check"))?;
    }
    writeln!(writer)
}

fn write_check(name: &str, check: &CheckCounters, tested: Duration, writer: &mut impl Write) -> io::Result<()> {
    let per_s = if tested.is_zero() { 0.0 } else { check.ended() as f64 / tested.as_secs_f64() };
    let times = [50.0, 95.0, 99.0, 100.0].map(|percent| time(&check.tpr, percent));
    let CheckCounters { pass, fail, exception, .. } = check;
    writeln!(writer, "| {name} | {pass} | {fail} | {exception} | {} | {} |", rate(per_s), times.join(" | "))
}

/// A percentile, marked when too few samples lie beyond it.
fn time(timing: &Timing, percent: f64) -> String {
    let is_backed = percent >= 100.0 || timing.is_backed(percent);
    match timing.percentile(percent) {
        Some(time) if is_backed => number_ms(time),
        // A star alone would begin what Markdown sets in italics.
        Some(time) => format!("{}\\{UNBACKED}", number_ms(time)),
        None => "–".into(),
    }
}

fn write_gates(summary: &Summary, writer: &mut impl Write) -> io::Result<()> {
    if summary.gates.is_empty() {
        return Ok(());
    }
    writeln!(writer, "| gate | value | limit | |\n|---|--:|--:|---|")?;
    for gate in &summary.gates {
        let value = gate.value.map_or_else(|| "no data".into(), |value| gate_number(value, gate.unit));
        let limit = gate_number(gate.limit, gate.unit);
        let sign = if gate.crossed { "❌ crossed" } else { "✅ held" };
        writeln!(writer, "| {} | {value} | {limit} | {sign} |", plain(&gate.to_string()))?;
    }
    writeln!(writer)
}

fn write_failures(summary: &Summary, writer: &mut impl Write) -> io::Result<()> {
    let groups = &summary.failures;
    if groups.is_empty() {
        return Ok(());
    }
    let count: u64 = groups.iter().map(|group| group.count).sum();
    let of = units::count(groups.len() as u64, "group");
    writeln!(writer, "<details><summary>{} in {of}</summary>\n", units::count(count, "failure"))?;
    writeln!(writer, "| count | check | what | from | to |\n|--:|---|---|--:|--:|")?;
    for group in groups.iter().take(MOST_GROUPS) {
        let FailureGroup { message, count, first, last, .. } = group;
        let check = plain(&summary.check_of(group));
        let [first, last] = [first, last].map(|at| format!("{:.1} s", at.as_secs_f64()));
        writeln!(writer, "| {count} | {check} | {} | {first} | {last} |", plain(message))?;
    }
    writeln!(writer, "\n</details>\n")
}

/// Text that Markdown and HTML leave as it is, on one line.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' => out.push(' '),
            // An @ would call somebody, a # an issue.
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_answered_is_text_on_one_line() {
        assert_eq!(plain("a|b\n<img src=x> @ann #1 *x*"), "a\\|b &lt;img src=x&gt; &#64;ann &#35;1 \\*x\\*");
    }
}
