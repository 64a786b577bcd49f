//! Knee of the throughput: the load after which more of it brings hardly more answers.

use super::level::CapacityLevel;

/// A tenth more of the load …
const MORE_LOAD: f64 = 1.1;
/// … brings less than this many times the answers beyond the knee.
const MORE_ANSWERS: f64 = 1.02;

/// Levels between which the knee lies: the load of the last level up to which answers grow with it, and the load of the
/// next.
pub(super) fn knee(levels: &[CapacityLevel]) -> Option<(f64, f64)> {
    // What the tester could not make more of tells nothing of the service.
    if levels.iter().any(|level| level.limit.is_some()) {
        return None;
    }
    let mut points: Vec<(f64, f64)> = Vec::new();
    for level in levels {
        // The last level of a load is the longest.
        points.retain(|(load, _)| *load != level.what.size());
        points.push((level.what.size(), level.rps));
    }
    knee_of(points)
}

/// Of loads and the answers per second of each.
fn knee_of(mut points: Vec<(f64, f64)>) -> Option<(f64, f64)> {
    points.sort_by(|one, other| one.0.total_cmp(&other.0));
    let flat = MORE_ANSWERS.ln() / MORE_LOAD.ln();
    // A level that is a little better than the one before by chance is no growth that goes on.
    let is_flat = |place: usize| {
        let (load, rps) = points[place];
        points[place + 1..].iter().all(|(more, answers)| answers / rps < (more / load).powf(flat))
    };
    let last = points.len().checked_sub(1)?;
    let first_flat = (0..last).find(|place| is_flat(*place))?;
    let before = points.get(first_flat.checked_sub(1)?)?;
    Some((before.0, points[first_flat].0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_knee_is_where_answers_stop_growing_and_chance_is_no_growth() {
        let points = [
            (50.0, 20.0),
            (100.0, 40.0),
            (200.0, 80.0),
            (283.0, 117.3),
            (336.0, 117.9),
            (351.0, 119.0),
            (367.0, 118.4),
        ];
        assert_eq!(knee_of(points.to_vec()), Some((200.0, 283.0)));
        assert_eq!(knee_of(points[..3].to_vec()), None, "it still grows");
        assert_eq!(knee_of(vec![(1.0, 500.0), (2.0, 501.0)]), None, "what lies before the first level is not known");
        assert_eq!(knee_of(Vec::new()), None);
    }
}
