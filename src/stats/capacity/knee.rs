//! Knee of the throughput: the load after which more of it brings hardly more answers.

use super::level::CapacityLevel;

/// A tenth more of the load …
const MORE_LOAD: f64 = 1.1;
/// … brings less than this many times the answers beyond the knee.
const MORE_ANSWERS: f64 = 1.02;

/// Levels between which the knee lies: the load of the last level up to which answers grow with it, and the load of the
/// next.
pub(super) fn knee(levels: &[CapacityLevel]) -> Option<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for level in levels {
        // The last level of a load is the longest.
        points.retain(|(load, _)| *load != level.what.size());
        points.push((level.what.size(), level.rps));
    }
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    let flat = MORE_ANSWERS.ln() / MORE_LOAD.ln();
    let grows = |pair: &[(f64, f64)]| {
        let [(load, rps), (more, answers)] = [pair[0], pair[1]];
        rps > 0.0 && answers > 0.0 && (answers / rps).ln() / (more / load).ln() >= flat
    };
    let last = points.windows(2).rposition(grows).map_or(0, |place| place + 1);
    Some((points.get(last)?.0, points.get(last + 1)?.0))
}
