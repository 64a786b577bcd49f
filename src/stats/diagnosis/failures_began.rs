//! Failures that begin at one moment, after many checks have passed.

use std::sync::Arc;
use std::time::Duration;

use super::evidence::{ENOUGH, ENOUGH_OF_FEW, Evidence, percent, share_of};
use super::sign::Sign;
use super::told::Diagnosis;
use crate::stats::examples::Example;
use crate::stats::failures::FailureGroup;
use crate::stats::summary::Summary;
use crate::stats::timeline::Slot;
use crate::units;

/// So many fail from then on.
const MANY: f64 = 0.25;

pub(super) fn failures_began(summary: &Summary) -> Option<Diagnosis> {
    let first = summary.failures.iter().min_by_key(|group| group.first)?;
    let last = summary.failures.iter().map(|group| group.last).max()?;
    let (slots, width) = (summary.timeline.slots(), summary.timeline.width());
    let slot_of = |moment: Duration| (moment.as_secs() / width.as_secs().max(1)) as usize;
    let (from, to) = (slot_of(first.first), slot_of(last));
    let (before, during) = (slots.get(..from)?, slots.get(from..=to)?);
    let passed: u64 = before.iter().map(|slot| slot.pass).sum();
    let (failed, ended) = (sum(during, failures), sum(during, |slot| slot.pass + failures(slot)));
    let share = share_of(failed, ended);
    if passed < ENOUGH || sum(before, failures) > 0 || failed < ENOUGH_OF_FEW || share < MANY {
        return None;
    }
    let at = units::short(tenths(first.first));
    let until = if to + 1 >= slots.len() { "the end".to_owned() } else { units::short(tenths(last)) };
    let users = during.first().map_or(0, |slot| slot.users);
    let rps = before.last().map_or(0.0, |slot| slot.answered as f64 / width.as_secs_f64());
    let text = format!(
        "failures began at {at}, after {passed} checks had passed: {failed} of {ended} checks did not pass from about then to {until}, which is {}. {} up, and {rps:.0} requests were answered each second before. The first: {}",
        percent(share),
        if users == 1 { "1 user was".to_owned() } else { format!("{users} users were") },
        told(summary, first),
    );
    let evidence = vec![
        Evidence::count("passed_before", passed),
        Evidence::count("failed", failed),
        Evidence::share("failed", share),
        Evidence::count("users", users.into()),
        Evidence::per_s("answered_before", rps),
    ];
    let remedy = "look at what happened to the service at that moment, and at the first failing exchange";
    Some(Diagnosis { moments: vec![first.first], ..Diagnosis::new(Sign::FailuresBegan, text, remedy, evidence) })
}

fn failures(slot: &Slot) -> u64 {
    slot.fail + slot.exception
}

fn sum(slots: &[Slot], of: impl Fn(&Slot) -> u64) -> u64 {
    slots.iter().map(of).sum()
}

fn tenths(time: Duration) -> Duration {
    Duration::from_millis(time.as_millis() as u64 / 100 * 100)
}

/// The first of these failures, by its exchange where one was kept.
fn told(summary: &Summary, group: &FailureGroup) -> String {
    let example: Option<&Arc<Example>> = group.examples.first.first();
    let message = example.and_then(|example| example.message.as_ref()).unwrap_or(&group.message);
    let exchange = example.map(|example| format!(" ({} {})", example.exchange.method, example.exchange.url));
    format!("{}: {message}{}", summary.check_of(group), exchange.unwrap_or_default())
}
