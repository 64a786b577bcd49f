//! The part at full load in a bounded number of equal blocks: what two runs are compared by.

use std::sync::Arc;
use std::time::Duration;

use super::nature::Natures;
use super::sparse::SparseHistogram;
use crate::ids::{CheckId, RequestId};
use crate::moment::Moment;
use crate::names::{Names, OTHER};
use crate::nanos::Nanos;
use crate::sample::{Answer, CheckSample, Ending, Level, RequestSample};

/// At most so many blocks; then each two become one. In all of them a check or a request name takes 800 KiB at most with
/// times from a microsecond to a minute, and 150 KiB with those of one service.
pub const MAX_BLOCKS: usize = 60;
/// How wide a block is at first.
const FIRST_WIDTH: Duration = Duration::from_millis(100);
/// More checks or requests than this have no rows of their own.
const MAX_ROWS: u16 = 100;

/// Block of full load: counts and times of what ended in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block {
    /// Each check.
    pub checks: Vec<BlockRow>,
    /// The requests of each name.
    pub requests: Vec<BlockRow>,
}

/// A check, or the requests of one name, in a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BlockRow {
    /// Its name, or `(other)` for all beyond the first hundred.
    pub name: Arc<str>,
    /// Of a check, the requests it counts for; else those that were answered.
    pub requests: u64,
    /// Of a check: results without any request, as long as it is open what that means.
    pub(crate) alone: u64,
    /// Of a check, fails and exceptions; else requests that were lost, and answers because of which a check did not pass.
    pub failures: u64,
    /// Of a check, TPR of the passes; else response times of the answered.
    pub times: SparseHistogram,
}

/// Blocks of equal width from the start of full load. Where that was interrupted, its parts stand one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks {
    width: Duration,
    blocks: Vec<Block>,
}

/// Blocks in the making: of the largest plateau so far, or of several equal ones.
#[derive(Debug)]
pub(super) struct FullLoad {
    size: f64,
    plateaus: Vec<Begun>,
    end: Nanos,
    first_width: Duration,
    blocks: Blocks,
}

#[derive(Debug)]
struct Begun {
    level: Level,
    from: Moment,
    /// Length of full load before.
    base: Nanos,
}

impl FullLoad {
    /// None yet, with blocks that are so wide at first.
    pub(super) fn of_width(width: Duration) -> Self {
        FullLoad {
            size: 0.0,
            plateaus: Vec::new(),
            end: Nanos::ZERO,
            first_width: width,
            blocks: Blocks::of(Some(width), Vec::new()),
        }
    }

    pub(super) fn begin(&mut self, level: Level, size: f64, from: Moment) {
        if size > self.size {
            *self = FullLoad { size, ..FullLoad::of_width(self.first_width) };
        }
        if size == self.size {
            self.plateaus.push(Begun { level, from, base: self.end });
        }
    }

    pub(super) fn add_check(&mut self, sample: &CheckSample) {
        let Some(block) = self.at(sample.level, sample.ended) else { return };
        let row = row(&mut block.checks, sample.check.0);
        row.requests += u64::from(sample.answered);
        row.alone += u64::from(sample.is_alone());
        match &sample.outcome {
            Ending::Pass => row.times.record(sample.tpr),
            Ending::Fail(_) | Ending::Exception(_) => row.failures += 1,
        }
        if let Some(request) = sample.blamed {
            self::row(&mut block.requests, request.0).failures += 1;
        }
    }

    pub(super) fn add_request(&mut self, sample: &RequestSample) {
        let Some(block) = self.at(sample.level, sample.ended) else { return };
        let row = row(&mut block.requests, sample.request.0);
        match sample.answer {
            Answer::None { .. } => row.failures += 1,
            Answer::Status(_) | Answer::Recorded { .. } => {
                row.requests += 1;
                row.failures += u64::from(sample.answer == Answer::Recorded { good: false });
                row.times.record(sample.times.response_nanos());
            }
        }
    }

    /// The block of this moment, if it is at full load.
    fn at(&mut self, level: Level, ended: Moment) -> Option<&mut Block> {
        let begun = self.plateaus.iter().rev().find(|begun| begun.level == level)?;
        let moment = begun.base + ended.nanos_since(begun.from);
        self.end = self.end.max(moment);
        Some(self.blocks.at(moment))
    }

    pub(super) fn named(&self, names: &Names, natures: &Natures) -> Blocks {
        let mut named = self.blocks.clone();
        for block in &mut named.blocks {
            for (id, row) in (0..).zip(&mut block.checks) {
                row.name = if id < MAX_ROWS { names.check_name(CheckId(id)) } else { OTHER.into() };
                let alone = std::mem::take(&mut row.alone);
                row.requests += if natures.counts_alone(CheckId(id)) { alone } else { 0 };
            }
            for (id, row) in (0..).zip(&mut block.requests) {
                row.name = if id < MAX_ROWS { names.request_name(RequestId(id)) } else { OTHER.into() };
            }
            if names.folded().is_some() {
                block.requests = one_by_name(std::mem::take(&mut block.requests));
            }
            // They stand for names that occur in other blocks.
            block.checks.retain(BlockRow::is_used);
            block.requests.retain(BlockRow::is_used);
        }
        named
    }
}

fn one_by_name(rows: Vec<BlockRow>) -> Vec<BlockRow> {
    let mut one: Vec<BlockRow> = Vec::new();
    for row in rows {
        match one.iter_mut().find(|known| known.name == row.name) {
            Some(known) => known.merge(&row),
            None => one.push(row),
        }
    }
    one
}

fn row(rows: &mut Vec<BlockRow>, id: u16) -> &mut BlockRow {
    let index = usize::from(id.min(MAX_ROWS));
    if rows.len() <= index {
        rows.resize_with(index + 1, BlockRow::default);
    }
    &mut rows[index]
}

impl Blocks {
    /// How wide each block is; the last one ends with full load.
    pub fn width(&self) -> Duration {
        self.width
    }

    /// From the start of full load on.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Blocks of this width, read from somewhere.
    pub(crate) fn of(width: Option<Duration>, blocks: Vec<Block>) -> Self {
        Blocks { width: width.unwrap_or(FIRST_WIDTH), blocks }
    }

    /// Adds another run's, as if full load had begun at the same moment in both.
    pub(crate) fn merge(&mut self, other: &Blocks) {
        let mut other = other.clone();
        while self.width < other.width {
            self.coarsen();
        }
        while other.width < self.width {
            other.coarsen();
        }
        if self.blocks.len() < other.blocks.len() {
            self.blocks.resize_with(other.blocks.len(), Block::default);
        }
        for (mine, theirs) in self.blocks.iter_mut().zip(&other.blocks) {
            mine.merge_by_name(theirs);
        }
    }

    fn at(&mut self, moment: Nanos) -> &mut Block {
        let mut index = self.index(moment);
        while index >= MAX_BLOCKS {
            self.coarsen();
            index = self.index(moment);
        }
        if self.blocks.len() <= index {
            self.blocks.last_mut().into_iter().for_each(Block::close);
            self.blocks.resize_with(index + 1, Block::default);
        }
        &mut self.blocks[index]
    }

    fn index(&self, moment: Nanos) -> usize {
        usize::try_from(moment.get() / Nanos::from(self.width).get().max(1)).unwrap_or(usize::MAX)
    }

    fn coarsen(&mut self) {
        self.width *= 2;
        let blocks = std::mem::take(&mut self.blocks);
        let mut blocks = blocks.into_iter();
        while let Some(mut first) = blocks.next() {
            match blocks.next() {
                Some(second) if second.is_named() || first.is_named() => first.merge_by_name(&second),
                Some(second) => first.merge_by_number(&second),
                None => {}
            }
            first.close();
            self.blocks.push(first);
        }
    }
}

impl Default for FullLoad {
    fn default() -> Self {
        FullLoad::of_width(FIRST_WIDTH)
    }
}

impl Default for Blocks {
    fn default() -> Self {
        Blocks::of(None, Vec::new())
    }
}

impl Block {
    /// Names are given when the numbers are asked for.
    fn is_named(&self) -> bool {
        self.checks.iter().chain(&self.requests).any(|row| !row.name.is_empty())
    }

    /// Hardly anything is added to it any more.
    fn close(&mut self) {
        self.checks.iter_mut().chain(&mut self.requests).for_each(|row| row.times.close());
    }

    fn merge_by_number(&mut self, other: &Block) {
        for (mine, theirs) in [(&mut self.checks, &other.checks), (&mut self.requests, &other.requests)] {
            (0..).zip(theirs).for_each(|(id, theirs)| row(mine, id).merge(theirs));
        }
    }

    fn merge_by_name(&mut self, other: &Block) {
        for (mine, theirs) in [(&mut self.checks, &other.checks), (&mut self.requests, &other.requests)] {
            for theirs in theirs {
                match mine.iter_mut().find(|mine| mine.name == theirs.name) {
                    Some(mine) => mine.merge(theirs),
                    None => mine.push(theirs.clone()),
                }
            }
        }
    }

    /// Number that the checks count for.
    pub fn answered(&self) -> u64 {
        self.checks.iter().map(|row| row.requests).sum()
    }

    /// Checks that did not pass.
    pub fn failures(&self) -> u64 {
        self.checks.iter().map(|row| row.failures).sum()
    }
}

impl BlockRow {
    fn merge(&mut self, other: &BlockRow) {
        self.requests += other.requests;
        self.alone += other.alone;
        self.failures += other.failures;
        self.times.merge(&other.times);
    }

    fn is_used(&self) -> bool {
        self.requests > 0 || self.failures > 0 || self.times.count() > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;

    const MS: Duration = Duration::from_millis(1);

    fn check(level: u16, ended: Moment, outcome: Outcome) -> CheckSample {
        CheckSample {
            check: CheckId(0),
            level: Level(level),
            ended,
            tpr: (20 * MS).into(),
            elapsed: (20 * MS).into(),
            busy: (20 * MS).into(),
            idle: Nanos::ZERO,
            hooks: Nanos::ZERO,
            requests: 1,
            answered: 1,
            blamed: CheckSample::blamed_by(&outcome),
            asked: true,
            opens_iteration: true,
            outcome: outcome.into(),
        }
    }

    fn passes(blocks: &Blocks) -> Vec<u64> {
        blocks.blocks().iter().map(|block| block.checks.iter().map(|row| row.times.count()).sum()).collect()
    }

    #[test]
    fn a_long_run_has_wider_blocks_and_loses_no_count() {
        let (mut full, start) = (FullLoad::default(), Moment::now());
        full.begin(Level(1), 2.0, start);
        (0..600).for_each(|n| full.add_check(&check(1, start + n * 100 * MS, Outcome::Pass)));
        let blocks = full.named(&Names::new(["a"]), &Natures::default());
        assert_eq!((blocks.width(), passes(&blocks)), (1600 * MS, [vec![16; 37], vec![8]].concat()));
        assert_eq!(&*blocks.blocks()[0].checks[0].name, "a");
    }

    #[test]
    fn only_the_largest_plateaus_count_and_equal_ones_follow_one_another() {
        let (mut full, start) = (FullLoad::default(), Moment::now());
        for (level, size, at) in [(1, 1.0, 0), (2, 2.0, 1), (3, 1.0, 2), (4, 2.0, 3)] {
            let from = start + at * 1000 * MS;
            full.begin(Level(level), size, from);
            full.add_check(&check(level, from + 50 * MS, Outcome::Pass));
            full.add_check(&check(level, from + 150 * MS, Outcome::Fail("wrong".into())));
        }
        full.add_check(&check(0, start, Outcome::Pass));
        let blocks = full.named(&Names::new(["a"]), &Natures::default());
        let failures: Vec<u64> = blocks.blocks().iter().map(Block::failures).collect();
        // The second plateau begins where the first one had come to, at 150 ms.
        assert_eq!((passes(&blocks), failures), (vec![1, 0, 1, 0], vec![0, 1, 0, 1]));
    }

    #[test]
    fn blocks_of_two_runs_are_added_by_name() {
        let run = |name: &str, samples: u32| {
            let (mut full, start) = (FullLoad::default(), Moment::now());
            full.begin(Level(1), 2.0, start);
            (0..samples).for_each(|n| full.add_check(&check(1, start + n * 100 * MS, Outcome::Pass)));
            full.named(&Names::new([name]), &Natures::default())
        };
        let mut sum = run("a", 4);
        sum.merge(&run("b", 100));
        assert_eq!(sum.width(), 200 * MS);
        assert_eq!(sum.blocks()[0].checks.iter().map(|row| &*row.name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(passes(&sum).iter().sum::<u64>(), 104);
    }
}
