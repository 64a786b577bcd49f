//! A run before it begins, as the page shows it.

use super::dry_run::{amount, needs, shortages};
use super::made::Made;
use super::performance::run_line;
use crate::capacity::{By, SearchSettings};
use crate::error::Error;
use crate::job::settings::Settings;
use crate::job::spec::RunSpec;
use crate::job::target::Target;
use crate::load::{Load, Plan, RateOverTime, Resource};
use crate::load_test::LoadTest;
use crate::report::live::Planned;
use crate::web::{Form, FormClass, Need, Shown};

/// Shares of the checks.
///
/// # Errors
/// When there is nothing to run, or a gate can never be judged.
pub(super) fn shares(test: &LoadTest) -> Result<Vec<Planned>, Error> {
    let share = |share: crate::load::CheckShare| Planned { class: share.class, check: share.check, share: share.share };
    Ok(test.shares()?.into_iter().map(share).collect())
}

/// Arrivals per second of a run by a rate that stays the same.
pub(super) fn rate(plan: &Plan) -> Option<f64> {
    match &plan.load {
        Load::Rate(rate) => match rate.of {
            RateOverTime::Constant(per_s) => Some(per_s),
            RateOverTime::Stages(_) => None,
        },
        _ => None,
    }
}

/// What can be changed while the run goes on: nothing of a search, which sets its load itself.
pub(super) fn can_edit(plan: &Plan, planned: &[Planned], is_search: bool) -> Vec<&'static str> {
    if is_search {
        return Vec::new();
    }
    if matches!(plan.load, Load::Rate(_)) {
        return vec!["rate"];
    }
    let mut classes: Vec<&Option<String>> = planned.iter().map(|one| &one.class).collect();
    classes.dedup();
    if classes.len() > 1 { vec!["users", "classes"] } else { vec!["users"] }
}

/// Form of settings, and of what they make.
pub(super) fn form(settings: &Settings, made: &Made) -> Form {
    let classes = made.test.class_names().into_iter().map(|(name, weight, checks)| FormClass {
        name,
        weight,
        is_on: true,
        checks,
    });
    let open = made.target.as_ref().map(Target::open_variables).unwrap_or_default();
    Form::of(settings, made.aim.shown(&made.plan), classes.collect(), &open)
}

/// Run that would be started.
///
/// # Errors
/// Settings that no search can have.
pub(super) fn shown(made: &Made, spec: &RunSpec, command: String) -> Result<Shown, Error> {
    let Made { plan, aim, .. } = made;
    let search = spec.search_settings()?;
    let most = search.as_ref().map_or_else(|| plan.clone(), |search| at_most(plan, search));
    let needs = needs(&most, aim).into_iter().filter(|need| need.of != Resource::BODIES).collect::<Vec<_>>();
    let mut warnings = aim.warnings.clone();
    warnings.extend(shortages(&needs));
    let need = |need: &Resource| Need {
        of: need.of,
        needed: amount(need, need.needed),
        limit: need.limit.map(|limit| amount(need, limit)),
        is_met: need.is_met(),
        remedy: need.remedy.clone(),
    };
    // The load of a search is what it finds out.
    let (steps, steps_unit) = if search.is_some() { (Vec::new(), "users") } else { steps(plan) };
    let plan = run_line(spec, plan);
    Ok(Shown { plan, command, needs: needs.iter().map(need).collect(), warnings, steps, steps_unit })
}

/// Plan of the highest load that a search may ask for.
fn at_most(plan: &Plan, settings: &SearchSettings) -> Plan {
    match settings.by {
        By::Users => Plan { load: Load::Users { users: settings.most as u32, start: plan.start() }, ..plan.clone() },
        By::Rate => plan.clone(),
    }
}

/// Load over time: pairs of seconds and an amount, with straight lines between them.
fn steps(plan: &Plan) -> (Vec<(f64, f64)>, &'static str) {
    const SHOWN_S: f64 = 60.0;
    let limit = plan.time_limit().map_or(SHOWN_S, |limit| limit.as_secs_f64());
    let mut steps = vec![(0.0, 0.0)];
    if let Load::Rate(rate) = &plan.load {
        for line in rate.of.lines() {
            let (start, end) = (line.start.as_secs_f64(), line.end().as_secs_f64().min(limit));
            steps.extend([(start, line.from), (end, line.to)]);
        }
        return (steps, "per second");
    }
    for change in plan.changes() {
        let (at, users) = (change.at.as_secs_f64(), f64::from(change.users));
        let before = steps.last().map_or(0.0, |(_, users)| *users);
        steps.extend([(at, before), (at, users)]);
    }
    let last = *steps.last().unwrap_or(&(0.0, 0.0));
    steps.push((limit.max(last.0), last.1));
    // All that happens at one moment is one step.
    let same_moment = |steps: &[(f64, f64)]| steps.iter().all(|(at, _)| *at == steps[0].0);
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for step in steps {
        if kept.len() > 1 && same_moment(&[kept[kept.len() - 2], kept[kept.len() - 1], step]) {
            kept.pop();
        }
        kept.push(step);
    }
    (thinned(kept), "users")
}

/// No more steps than a small chart shows.
fn thinned(steps: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    const MOST: usize = 400;
    let every = steps.len().div_ceil(MOST);
    let last = steps.last().copied();
    let mut thinned: Vec<(f64, f64)> = steps.into_iter().step_by(every.max(1)).collect();
    if every > 1 {
        thinned.extend(last);
    }
    thinned
}
