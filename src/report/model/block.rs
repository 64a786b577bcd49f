//! A block of full load.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::number::{Count, Quotient, Seconds};
use super::read::Read;
use super::span::{Spans, width};
use super::text::Text;
use crate::stats::{Block as StatsBlock, BlockRow, Blocks, SparseHistogram, Summary};

/// Block of full load: what ended in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "block"))]
pub(crate) struct Block {
    /// Start of the block, in s from the start of full load.
    t_s: Seconds,
    /// Length of the block in s; the last may be shorter.
    width_s: Seconds,
    /// Answered requests per second, as counted for checks.
    rps: Quotient,
    /// Checks that did not pass.
    failures: Count,
    /// Each check of which something ended.
    checks: Vec<BlockCheck>,
    /// Requests of each name.
    requests: Vec<BlockRequest>,
}

/// Check in a block; `(other)` for all beyond the first hundred.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "block_check"))]
pub(crate) struct BlockCheck {
    /// Name of the check.
    name: Text,
    /// Answered requests.
    answered: Count,
    /// Answered requests per second.
    rps: Quotient,
    /// Runs of the check that did not pass.
    failures: Count,
    /// TPR of the passes: times in ns with how often they were seen. Each time is the start of a bucket of 8 leading
    /// bits (4 parts in a thousand).
    tpr_ns: SparseTimes,
}

/// Requests of one name in a block; `(other)` for all beyond the first hundred.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "block_request"))]
pub(crate) struct BlockRequest {
    /// Name that the requests are counted under.
    name: Text,
    /// Answered requests.
    answered: Count,
    /// Answered requests per second.
    rps: Quotient,
    /// Requests that were lost, and answers on which a check failed.
    failures: Count,
    /// Response times: times in ns with how often they were seen. Each time is the start of a bucket of 8 leading bits
    /// (4 parts in a thousand).
    response_time_ns: SparseTimes,
}

/// Times in ns, as keys, with how often they were seen.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(inline))]
pub(crate) struct SparseTimes(
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<u64, u32>"))] SparseHistogram,
);

impl Serialize for SparseTimes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.counts())
    }
}

impl<'de> Deserialize<'de> for SparseTimes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let counts = Map::<String, Value>::deserialize(deserializer)?.into_iter().map(|(nanos, count)| {
            let count = count.as_u64().and_then(|count| u32::try_from(count).ok());
            nanos.parse::<u64>().ok().zip(count)
        });
        let counts: Option<Vec<_>> = counts.collect();
        // Complained of here, where the key of them all is known.
        counts.map(|counts| SparseTimes(SparseHistogram::of(counts))).ok_or_else(|| de::Error::custom("invalid value"))
    }
}

/// The blocks of a run, in order.
pub(super) fn blocks(summary: &Summary) -> Vec<Block> {
    let full_load = summary.full_load.as_ref().map_or(Duration::ZERO, |section| section.span);
    let spans = Spans::of(summary.blocks.width(), full_load);
    summary.blocks.blocks().iter().zip(spans).map(|(block, (start, width))| Block::of(block, start, width)).collect()
}

/// The blocks of a run from their list.
pub(super) fn read(blocks: Vec<Block>) -> Read<Blocks> {
    let starts: Vec<Seconds> = blocks.iter().map(|block| block.t_s).collect();
    let width = width(&starts, "blocks")?;
    Ok(Blocks::of(width, blocks.into_iter().map(StatsBlock::from).collect()))
}

impl Block {
    fn of(block: &StatsBlock, start: Duration, width: Duration) -> Self {
        let per_s = |count: u64| Quotient(count as f64 / width.as_secs_f64());
        let check = |row: &BlockRow| BlockCheck {
            name: (&*row.name).into(),
            answered: Count(row.requests),
            rps: per_s(row.requests),
            failures: Count(row.failures),
            tpr_ns: SparseTimes(row.times.clone()),
        };
        let request = |row: &BlockRow| BlockRequest {
            name: (&*row.name).into(),
            answered: Count(row.requests),
            rps: per_s(row.requests),
            failures: Count(row.failures),
            response_time_ns: SparseTimes(row.times.clone()),
        };
        Block {
            t_s: start.into(),
            width_s: width.into(),
            rps: per_s(block.answered()),
            failures: Count(block.failures()),
            checks: block.checks.iter().map(check).collect(),
            requests: block.requests.iter().map(request).collect(),
        }
    }
}

impl From<Block> for StatsBlock {
    fn from(block: Block) -> Self {
        let row = |name: &Text, answered: Count, failures: Count, times: SparseTimes| BlockRow {
            name: (&**name).into(),
            requests: answered.0,
            failures: failures.0,
            times: times.0,
            alone: 0,
        };
        let check = |check: BlockCheck| row(&check.name, check.answered, check.failures, check.tpr_ns);
        let request =
            |request: BlockRequest| row(&request.name, request.answered, request.failures, request.response_time_ns);
        StatsBlock {
            checks: block.checks.into_iter().map(check).collect(),
            requests: block.requests.into_iter().map(request).collect(),
        }
    }
}
