//! `--dry-run`: the plan, where each setting comes from, and what it will take of this machine.

use std::io::{self, Write};
use std::time::Duration;

use super::exit::Exit;
use super::made::Made;
use super::screen::Screen;
use super::telemetry::Telemetry;
use crate::error::Error;
use crate::job::aim::Aim;
use crate::job::output::{Output, is_stdout};
use crate::job::settings::{Effective, Settings};
use crate::job::{feed, outputs, secrets};
use crate::load::{CheckShare, Plan, Resource};
use crate::printable::name;
use crate::redact::Redactor;
use crate::report::{Align, bytes, write_columns};
use crate::units;

/// No line is wider.
const WIDTH: u16 = 80;
/// Settings that are shown also when they were not given.
const ALWAYS: [&str; 4] = ["users", "loops", "time", "stop-timeout"];
/// Settings of rests, one of which is shown, or that there is none.
const RESTS: [&str; 2] = ["wait", "pace"];
/// Bodies can be long.
const MAX_VALUE: usize = 200;

/// Refuses what a run would refuse, and shows the rest.
///
/// # Errors
/// Those of a run before its traffic.
pub(super) fn show(settings: &Settings, Made { plan, test, aim, .. }: &Made, out: &mut Screen) -> Result<Exit, Error> {
    plan.validate()?;
    plan.try_client()?;
    let checks = test.shares()?;
    outputs::try_all(&settings.spec)?;
    Telemetry::of(&settings.spec)?;
    // The screen tells what went wrong with it.
    let _ = write(settings, plan, &checks, aim, out);
    out.close()?;
    if settings.spec.json.as_ref().is_some_and(|file| is_stdout(&file.0)) {
        print_spec(settings, plan)?;
    }
    Ok(Exit::Good)
}

/// Prints the specification of the run, secrets hidden.
fn print_spec(settings: &Settings, plan: &Plan) -> Result<(), Error> {
    let spec = secrets::hidden_spec(&settings.spec, &plan.redactor);
    Output::Stdout.write("json", |writer| {
        serde_json::to_writer_pretty(&mut *writer, &spec)?;
        writer.write_all(b"\n")
    })
}

fn write(settings: &Settings, plan: &Plan, checks: &[CheckShare], aim: &Aim, out: &mut impl Write) -> io::Result<()> {
    if let Some(line) = settings.line() {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "dry run: nothing was sent")?;
    for warning in &aim.warnings {
        writeln!(out, "warning: {warning}")?;
    }
    writeln!(out)?;
    write_columns(&[Align::Left; 3], plan_rows(settings, plan, aim), WIDTH, out)?;

    writeln!(out)?;
    let title = vec!["check".to_owned(), "iterations".to_owned()];
    let rows = checks.iter().map(|check| {
        let class = check.class.as_ref().map(|class| format!("{class}: ")).unwrap_or_default();
        let check_name = format!("{class}{}", check.check);
        vec![name(&plan.redactor.text(&check_name)).into_owned(), percent(check.per_iteration)]
    });
    write_columns(&[Align::Left, Align::Right], std::iter::once(title).chain(rows), WIDTH, out)?;

    writeln!(out)?;
    let mut needs = needs(plan, aim);
    needs.extend(feed::need(&settings.spec));
    let title = ["predicted", "needs up to", "there is"].map(str::to_owned).to_vec();
    let rows = needs.iter().map(need_row);
    let columns = [Align::Left, Align::Right, Align::Right];
    write_columns(&columns, std::iter::once(title).chain(rows), WIDTH, out)?;
    for line in shortages(&needs) {
        writeln!(out, "warning: {line}")?;
    }
    out.flush()
}

/// Resources that the plan takes of this machine.
pub(super) fn needs(plan: &Plan, aim: &Aim) -> Vec<Resource> {
    plan.resources(aim.has_tls(), aim.origins.len().max(1))
}

/// A line for each need that may not be met.
pub(super) fn shortages(needs: &[Resource]) -> impl Iterator<Item = String> {
    needs.iter().filter(|need| !need.is_met()).map(|need| {
        let limit = need.limit.map_or_else(|| "unknown".to_owned(), |limit| amount(need, limit));
        let needed = amount(need, need.needed);
        format!("{} may run short (up to {needed} needed, {limit} there); {}", need.of, need.remedy)
    })
}

/// Bytes in their unit; what is counted, as a number.
pub(super) fn amount(need: &Resource, number: u64) -> String {
    match need.of {
        Resource::MEMORY | Resource::BODIES | Resource::FEED => bytes(number),
        _ => number.to_string(),
    }
}

/// `100 %`, `33.3 %`.
fn percent(share: f64) -> String {
    let percent = format!("{:.1}", share * 100.0);
    format!("{} %", percent.trim_end_matches(".0"))
}

/// Rows of the settings, each with its source.
fn plan_rows(settings: &Settings, plan: &Plan, aim: &Aim) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let effective = settings.effective();
    let mut row = |name: &str, value: String, origin: &str| rows.push(vec![name.to_owned(), value, origin.to_owned()]);
    let is_resting = effective.iter().any(|one| RESTS.contains(&one.name) && one.source.is_some());
    for setting in effective.iter().filter(|one| one.name != "targets") {
        let name = setting.name;
        match &setting.source {
            Some(source) => row(name, value(setting, &plan.redactor), &source.to_string()),
            None if name == "users" && !plan.ends_with_its_users() => {}
            None if name == "loops" && !plan.ends_with_its_users() => {}
            None if name == "max-users" && settings.spec.rate.is_some() => row(name, plan.most_users().to_string(), ""),
            None if ALWAYS.contains(&name) => row(name, default(setting, plan), ""),
            None if name == RESTS[0] && !is_resting => row(name, "none".into(), ""),
            None => {}
        }
        if name == "users" && plan.ends_with_its_users() {
            row("start", start(plan), "");
        }
    }
    let origin = effective.iter().find(|one| one.name == "targets").and_then(|one| one.source.as_ref());
    let origin = origin.map(ToString::to_string);
    if settings.spec.targets.is_empty() {
        row("target", aim.shown(plan), "");
    }
    for url in &settings.spec.targets {
        row("target", name(&plan.redactor.text(url)).into_owned(), origin.as_deref().unwrap_or_default());
    }
    rows
}

fn start(plan: &Plan) -> String {
    match plan.last_start() {
        Duration::ZERO => "all at once".into(),
        last => format!("one after another, the last after {}", units::short(last)),
    }
}

/// Default of a setting.
fn default(setting: &Effective, plan: &Plan) -> String {
    match (setting.name, plan.time_limit()) {
        ("users", _) => plan.most_users().to_string(),
        ("loops", Some(_)) => "as many as the time allows".into(),
        ("time", Some(limit)) => units::short(limit),
        ("time", None) => "until the loops are done".into(),
        ("stop-timeout", _) => units::short(plan.stop_timeout),
        _ => value(setting, &plan.redactor),
    }
}

/// Value of a setting, without its secrets.
fn value(setting: &Effective, redactor: &Redactor) -> String {
    let shown = setting.values.iter().map(|value| {
        let shown = secrets::shown(setting.name, value, redactor);
        shown.chars().take(MAX_VALUE).collect()
    });
    let all: Vec<String> = shown.collect();
    if all.is_empty() { "yes".into() } else { all.join("\n") }
}

fn need_row(need: &Resource) -> Vec<String> {
    let limit = need.limit.map_or_else(|| "unknown".to_owned(), |limit| amount(need, limit));
    vec![need.of.to_owned(), amount(need, need.needed), limit]
}
