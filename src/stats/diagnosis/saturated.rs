//! Saturation: more requests in flight take longer, and no more of them are answered.
//!
//! By Little's law a service that answers at a steady rate keeps each request longer in proportion to how many there are.
//! Looked at are the levels of a run, or its timeline where the users came one after another.

use std::time::Duration;

use super::evidence::{ENOUGH, Evidence};
use super::sign::Sign;
use super::told::Diagnosis;
use crate::asked::AskedLoad;
use crate::sample::Plateau;
use crate::stats::summary::{LevelSection, Summary};
use crate::stats::timeline::Slot;
use crate::stats::verdict::LoadVerdict;
use crate::units;

/// Rates that differ by less stand still.
const SAME_RATE: f64 = 0.1;
/// So many times as many requests are in flight, and so many times as many users up.
const MORE: f64 = 1.5;
/// The response time has grown by this part of that at least.
const IN_PROPORTION: f64 = 0.75;
/// Slots of the timeline on each side.
const MIN_SLOTS: usize = 3;
/// Slots with this part of the most requests in flight, or more, are those under most load.
const UNDER_MOST: f64 = 0.75;
/// A tester that takes so much of a machine
const OWN_SHARE: f64 = 0.2;
/// that is so busy may be what the service lacks.
const BUSY: f64 = 0.9;

/// Part of a run under one load.
#[derive(Debug, Clone, Copy)]
struct Stage {
    users: f64,
    in_flight: f64,
    per_s: f64,
    answers: u64,
    /// Mean of the response times.
    time: Duration,
}

pub(super) fn saturated(summary: &Summary) -> Option<Diagnosis> {
    // With a schedule it is the tester that decides how many there are a second.
    let is_by_users = summary.schedule.is_none() && summary.asked.load != AskedLoad::Rate;
    if !is_by_users || !matches!(summary.load_verdict(), LoadVerdict::AsAsked(_)) || may_lack_processors(summary) {
        return None;
    }
    let stages = levels(summary);
    let (low, high) = standstill(&stages).or_else(|| standstill_over_time(summary))?;
    // A lighter load tells how long an answer takes by itself, and so how many are made at a time.
    let light = stages.iter().filter(|stage| stage.per_s < (1.0 - SAME_RATE) * high.per_s).min_by(by_load);
    let places = light.map(|light| high.per_s * light.time.as_secs_f64());
    let of_places = places.map(|places| {
        let places = places.round().max(1.0);
        format!(
            ", as if {places:.0} at a time took {} each",
            units::short(tidy(Duration::from_secs_f64(places / high.per_s)))
        )
    });
    let text = format!(
        "the service is saturated at about {:.0} answers/s{}: with {:.1} requests in flight instead of {:.1} no more were answered, and the mean response time went from {} to {}",
        high.per_s,
        of_places.unwrap_or_default(),
        high.in_flight,
        low.in_flight,
        units::short(tidy(low.time)),
        units::short(tidy(high.time)),
    );
    let mut evidence = vec![
        Evidence::per_s("answers", high.per_s),
        Evidence::mean("in_flight_before", low.in_flight),
        Evidence::mean("in_flight", high.in_flight),
        Evidence::time("response_time_before", low.time),
        Evidence::time("response_time", high.time),
    ];
    evidence.extend(places.map(|places| Evidence::mean("at_a_time", places)));
    let remedy = "more load only waits longer; search its capacity for how much it bears within a limit, or give it more to work with";
    Some(Diagnosis::new(Sign::Saturated, text, remedy, evidence))
}

fn by_load(one: &&Stage, other: &&Stage) -> std::cmp::Ordering {
    one.in_flight.total_cmp(&other.in_flight)
}

/// To the tenth of a millisecond.
fn tidy(time: Duration) -> Duration {
    Duration::from_micros((time.as_micros() as u64 + 50) / 100 * 100)
}

/// The tester and what it tests may take each other's processors; and of a run that goes on it is not known.
fn may_lack_processors(summary: &Summary) -> bool {
    let Some(machine) = summary.end.map(|end| end.machine) else { return true };
    machine.busy_share.is_none_or(|busy| busy >= BUSY) && machine.own_share >= OWN_SHARE
}

fn levels(summary: &Summary) -> Vec<Stage> {
    let stage = |level: &LevelSection| {
        let Plateau::Users(users) = level.what else { return None };
        let (section, requests) = (&level.section, &level.section.request_totals);
        let per_s = requests.answered as f64 / section.span.as_secs_f64();
        let time = requests.response_time.mean()?;
        let stage =
            Stage { users: users.into(), in_flight: section.in_flight, per_s, answers: requests.answered, time };
        (stage.answers >= ENOUGH).then_some(stage)
    };
    summary.levels.iter().filter_map(stage).collect()
}

/// The lightest and the heaviest load between which the rate stands still.
fn standstill(stages: &[Stage]) -> Option<(Stage, Stage)> {
    let high = stages.iter().max_by(by_load)?;
    let low = stages.iter().filter(|low| stands_still(low, high)).min_by(by_load)?;
    Some((*low, *high))
}

fn stands_still(low: &Stage, high: &Stage) -> bool {
    let more = high.in_flight / low.in_flight;
    let longer = high.time.as_secs_f64() / low.time.as_secs_f64();
    low.answers.min(high.answers) >= ENOUGH
        && (high.per_s - low.per_s).abs() <= SAME_RATE * high.per_s
        && more >= MORE
        && high.users >= MORE * low.users
        && longer >= IN_PROPORTION * more
}

/// The same by the whole slots of the timeline, while users came.
fn standstill_over_time(summary: &Summary) -> Option<(Stage, Stage)> {
    let [_, slots @ .., _] = summary.timeline.slots() else { return None };
    let most = slots.iter().map(|slot| slot.at_service).max()?;
    let is_high = |slot: &&Slot| slot.at_service >= units::times(most, UNDER_MOST);
    let high = together(slots.iter().filter(is_high), summary.timeline.width())?;
    let rate = |slot: &Slot| slot.answered as f64 / summary.timeline.width().as_secs_f64();
    let is_low = |slot: &&Slot| {
        let in_flight = slot.at_service.as_secs_f64() / summary.timeline.width().as_secs_f64();
        MORE * in_flight <= high.in_flight && rate(slot) >= (1.0 - SAME_RATE) * high.per_s
    };
    let low = together(slots.iter().filter(is_low), summary.timeline.width())?;
    stands_still(&low, &high).then_some((low, high))
}

/// Slots as one part of the run; `None` of too few.
fn together<'a>(slots: impl Iterator<Item = &'a Slot>, width: Duration) -> Option<Stage> {
    let slots: Vec<&Slot> = slots.collect();
    let seconds = width.as_secs_f64() * slots.len() as f64;
    let answers: u64 = slots.iter().map(|slot| slot.answered).sum();
    let users: u64 = slots.iter().map(|slot| u64::from(slot.users)).sum();
    let at_service: Duration = slots.iter().map(|slot| slot.at_service).sum();
    let times: Duration = slots.iter().map(|slot| slot.response_time_sum).sum();
    let stage = Stage {
        users: users as f64 / slots.len().max(1) as f64,
        in_flight: at_service.as_secs_f64() / seconds,
        per_s: answers as f64 / seconds,
        answers,
        time: Duration::try_from_secs_f64(times.as_secs_f64() / answers as f64).ok()?,
    };
    (slots.len() >= MIN_SLOTS).then_some(stage)
}
