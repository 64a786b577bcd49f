//! The levels of a run: what ended while one plateau lasted, and how long that was.

use std::time::Duration;

use super::counters::Part;
use super::nature::Natures;
use super::rows::PartOf;
use super::summary::{LevelSection, Section};
use crate::moment::Moment;
use crate::names::Names;
use crate::sample::{AskedRate, Level, Plateau};

/// All levels there have been, in order.
#[derive(Debug, Default)]
pub(super) struct Levels(Vec<LevelPart>);

/// Level of users or arrivals that lasts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lasting {
    pub(super) level: Level,
    pub(super) what: Plateau,
    pub(super) asked: Option<AskedRate>,
}

/// Level: the samples that ended while one plateau lasted.
#[derive(Debug)]
struct LevelPart {
    level: Level,
    what: Plateau,
    from: Moment,
    last_end: Moment,
    /// When it ended itself, once it has.
    until: Option<Moment>,
    asked: Option<AskedRate>,
    part: Part,
}

impl Levels {
    pub(super) fn begin(&mut self, level: Level, what: Plateau, from: Moment, asked: Option<AskedRate>) {
        self.end(from);
        self.0.push(LevelPart { level, what, from, last_end: from, until: None, asked, part: Part::default() });
    }

    /// The last one ended then, if it has not before.
    pub(super) fn end(&mut self, at: Moment) {
        if let Some(last) = self.0.last_mut() {
            last.until.get_or_insert(at);
        }
    }

    /// The part a sample of this level belongs to, and since when it goes on. `None` if there is no such level.
    pub(super) fn part(&mut self, level: Level, ended: Moment) -> Option<(&mut Part, Moment)> {
        let known = self.0.iter_mut().rev().find(|known| known.level == level)?;
        known.last_end = known.last_end.max(ended);
        Some((&mut known.part, known.from))
    }

    /// Parts of the levels.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.0.iter().map(|level| &level.part)
    }

    /// Parts of the levels that these are.
    pub(super) fn parts_of(&self, of: PartOf) -> Vec<&Part> {
        self.chosen(of).map(|level| &level.part).collect()
    }

    pub(super) fn span_of(&self, of: PartOf) -> Duration {
        self.chosen(of).map(LevelPart::span).sum()
    }

    fn chosen(&self, of: PartOf) -> impl Iterator<Item = &LevelPart> {
        let largest = self.0.iter().map(|level| level.what.size()).max_by(f64::total_cmp);
        let chosen = self.0.iter().enumerate().filter(move |(place, level)| match of {
            PartOf::Whole => true,
            PartOf::FullLoad => Some(level.what.size()) == largest,
            PartOf::Level(wanted) => *place == wanted,
        });
        chosen.map(|(_, level)| level)
    }

    /// Each in a run that began then, without what ended in it.
    pub(super) fn outlines(&self, began: Option<Moment>) -> Vec<LevelSection> {
        let outline = |level: &LevelPart| {
            let section = Section::of(Vec::new(), Vec::new(), level.span(), 0.0);
            Some(LevelSection { what: level.what, from: level.from.saturating_duration_since(began?), section })
        };
        self.0.iter().filter_map(outline).collect()
    }

    /// The largest plateau: of several equal ones, all together.
    pub(super) fn full_load(&self, names: &Names, natures: &Natures) -> Option<Section> {
        let largest = self.0.iter().map(|level| level.what.size()).max_by(f64::total_cmp)?;
        let (mut part, mut span) = (Part::default(), Duration::ZERO);
        for level in self.0.iter().filter(|level| level.what.size() == largest) {
            part.merge(&level.part);
            span += level.span();
        }
        let section = Section::new(part, span, names, natures);
        (section.totals.ended() > 0).then_some(section)
    }

    /// The numbers of each in which something ended, in a run that began then.
    pub(super) fn sections(&self, began: Option<Moment>, names: &Names, natures: &Natures) -> Vec<LevelSection> {
        let section = |level: &LevelPart| {
            let from = level.from.saturating_duration_since(began?);
            let section = Section::new(level.part.clone(), level.span(), names, natures);
            (section.totals.ended() > 0).then_some(LevelSection { what: level.what, from, section })
        };
        self.0.iter().filter_map(section).collect()
    }
}

impl LevelPart {
    fn span(&self) -> Duration {
        let Some(asked) = self.asked else { return self.last_end.saturating_duration_since(self.from) };
        let end = self.until.map_or(self.last_end, |until| until.max(self.last_end));
        asked.span(end.saturating_duration_since(self.from), self.part.iterations)
    }
}

impl AskedRate {
    /// The time that so many iterations of a schedule stand for, which ended within so long: each stands for the interval
    /// up to the next one. A span that is no multiple of the interval has one more than its rate says, or one of each
    /// user, and so none is made longer by more than an interval.
    pub(super) fn span(self, elapsed: Duration, iterations: u64) -> Duration {
        let stands_for = Duration::try_from_secs_f64(iterations as f64 / self.per_s).unwrap_or(Duration::ZERO);
        stands_for.min(elapsed.saturating_add(self.interval)).max(elapsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn span(per_s: f64, elapsed: Duration, iterations: u64) -> f64 {
        let interval = Duration::from_secs_f64(1.0 / per_s);
        AskedRate { per_s, interval }.span(elapsed, iterations).as_secs_f64()
    }

    #[test]
    fn iterations_stand_for_the_time_up_to_the_next_one_would_begin() {
        // 12/m for 11 s are those at 0, 5 and 10 s; 1/s for 5 s; 10/h for 1 s.
        assert_eq!((span(0.2, 11 * SECOND, 3), span(1.0, 4 * SECOND, 5)), (15.0, 5.0));
        assert!((span(10.0 / 3600.0, SECOND, 1) - 360.0).abs() < 1e-6);
        assert_eq!(span(100.0, 60 * SECOND, 6000), 60.0);
    }

    #[test]
    fn a_span_becomes_no_longer_by_more_than_an_interval_and_never_shorter() {
        assert_eq!(span(1.0, 5 * SECOND, 2), 5.0, "the rest was dropped");
        assert_eq!(span(1.0, 5 * SECOND, 50), 6.0, "those of before came late");
        let by_chance = AskedRate { per_s: 0.2, interval: Duration::ZERO };
        assert_eq!(by_chance.span(11 * SECOND, 7), 11 * SECOND);
    }
}
