//! Data that the script of a comparison draws, as JSON: both sides over the same time.

use serde_json::{Value, json};

use super::data::{distribution, ms, rounded};
use crate::report::ComparedRun;
use crate::stats::{Block, Blocks, SparseHistogram, Timing};

/// All runs of a side as one, in blocks that are as wide as the other side's.
pub(super) fn json(base: &[ComparedRun<'_>], new: &[ComparedRun<'_>]) -> String {
    let mut blocks = [base, new].map(together);
    let width = blocks.iter().map(Blocks::width).max().unwrap_or_default();
    // What is merged gets the wider blocks of the two.
    blocks.iter_mut().for_each(|side| side.merge(&Blocks::of(Some(width), Vec::new())));
    let [base, new] = [(base, &blocks[0]), (new, &blocks[1])].map(|(runs, blocks)| side(runs, blocks));
    json!({ "width_s": width.as_secs_f64(), "base": base, "new": new }).to_string()
}

fn together(runs: &[ComparedRun<'_>]) -> Blocks {
    let mut all = Blocks::default();
    runs.iter().for_each(|run| all.merge(&run.summary.blocks));
    all
}

fn side(runs: &[ComparedRun<'_>], blocks: &Blocks) -> Value {
    let whole = match blocks.blocks() {
        // The last one is seldom whole.
        [whole @ .., _] if !whole.is_empty() => whole,
        all => all,
    };
    let seconds = blocks.width().as_secs_f64() * runs.len().max(1) as f64;
    let rps: Vec<f64> = whole.iter().map(|block| rounded(block.answered() as f64 / seconds)).collect();
    let times: Vec<SparseHistogram> = whole.iter().map(times).collect();
    let over_time = |percent| times.iter().map(|times| times.percentile(percent).map(ms)).collect::<Vec<_>>();
    json!({
        "rps": rps,
        "p50": over_time(50.0),
        "p95": over_time(95.0),
        "p99": over_time(99.0),
        "distribution": distribution(&at_full_load(runs)),
    })
}

/// Response times, or TPR where there are no requests.
fn times(block: &Block) -> SparseHistogram {
    let rows = if block.requests.is_empty() { &block.checks } else { &block.requests };
    let mut all = SparseHistogram::default();
    rows.iter().for_each(|row| all.merge(&row.times));
    all
}

fn at_full_load(runs: &[ComparedRun<'_>]) -> Timing {
    let parts = || runs.iter().filter_map(|run| run.summary.full_load.as_ref());
    let mut all = Timing::default();
    if parts().any(|part| part.request_totals.response_time.count() > 0) {
        parts().for_each(|part| all.merge(&part.request_totals.response_time));
    } else {
        parts().for_each(|part| all.merge(&part.totals.tpr));
    }
    all
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::report::RunInfo;
    use crate::report::tests::Told;
    use crate::stats::{BlockRow, Summary};

    const MS: Duration = Duration::from_millis(1);

    /// A run of so many blocks with ten answers each, the first half of which took so long and the others twice that.
    fn run(width_ms: u32, count: u32, time_ms: u32) -> Summary {
        let block = |n: u32| {
            let mut row = BlockRow { name: "a".into(), requests: 10, ..BlockRow::default() };
            let time = MS * if n < count / 2 { time_ms } else { 2 * time_ms };
            (0..10).for_each(|_| row.times.record(time));
            Block { checks: vec![row], requests: Vec::new() }
        };
        let blocks = Blocks::of(Some(width_ms * MS), (0..count).map(block).collect());
        Summary { blocks, ..Told::new(&["a"]).summary() }
    }

    #[test]
    fn both_sides_are_drawn_over_the_same_time() {
        let info = RunInfo {
            started: UNIX_EPOCH,
            target: String::new(),
            plan: None,
            command: Vec::new(),
            hosts: Vec::new(),
            spec: None,
        };
        let (narrow, wide) = (run(100, 8, 4), run(200, 4, 4));
        let side = |summary| ComparedRun { name: "", summary, info: &info };
        let drawn = json(&[side(&narrow), side(&narrow)], &[side(&wide)]);
        let drawn: Value = serde_json::from_str(&drawn).expect("JSON");
        assert_eq!(drawn["width_s"], 0.2);
        // Of each run ten answers in 100 ms, and in 200 ms; of the last block nothing is drawn.
        assert_eq!(drawn["base"]["rps"], json!([100.0, 100.0, 100.0]));
        assert_eq!(drawn["new"]["rps"], json!([50.0, 50.0, 50.0]));
        let p50: Vec<f64> = drawn["base"]["p50"].as_array().expect("p50").iter().filter_map(Value::as_f64).collect();
        assert!(p50.len() == 3 && (p50[0] - 4.0).abs() < 0.02 && (p50[2] - 8.0).abs() < 0.04, "{p50:?}");
        assert_eq!(drawn["base"]["distribution"], json!([]));
    }
}
