//! Change points: where in a series of runs, one after another, a number began to be another one.
//!
//! Of all places to part a series in two, the one is taken at which the means of the logarithms differ most for their
//! spread (the CUSUM of Page, 1954, as binary segmentation has it). It is a change if hardly any random order of the same
//! numbers, 1 of 100, has a place that parts them as well; then both sides are looked at in the same way. Where there is
//! no such place, a stretch is looked for that differs from what is before and behind it, with 1 of 200. Nothing is
//! assumed of how the numbers are spread. What it finds where nothing changed, and what it misses, tests count.

/// A side of a change has at least so many runs: one that was slow by chance is none.
const FEWEST: usize = 3;
/// Random orders that a series is held against.
const ORDERS: u32 = 999;
/// Share of random orders that may part the numbers as well.
const LEVEL: f64 = 0.01;
/// The same, for a stretch within a series after which it is as it was before: there are more of them to be found by chance.
const LEVEL_OF_STRETCHES: f64 = 0.005;
/// A longer series is looked at for places alone.
const MOST_FOR_STRETCHES: usize = 200;
/// Seed of the random orders, so that the same reports always say the same.
const SEED: u64 = 1;

/// Place in a series at which it changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ChangePoint {
    /// Place of the first number after the change.
    pub(crate) at: usize,
    /// Mean of the numbers before it, back to the change before.
    pub(crate) before: f64,
    /// Mean of the numbers after it, up to the next change.
    pub(crate) after: f64,
}

/// Change points of a series, the first first. Numbers that are not above zero are taken for very small ones.
pub(crate) fn change_points(values: &[f64]) -> Vec<ChangePoint> {
    let logs: Vec<f64> = values.iter().map(|value| value.max(1e-9).ln()).collect();
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut places = Vec::new();
    part(&logs, 0, &mut random, &mut places);
    places.sort_unstable();
    let ends: Vec<usize> = [0].into_iter().chain(places.iter().copied()).chain([values.len()]).collect();
    let mean = |from: usize, to: usize| values[from..to].iter().sum::<f64>() / (to - from) as f64;
    let point = |(number, at): (usize, &usize)| ChangePoint {
        at: *at,
        before: mean(ends[number], *at),
        after: mean(*at, ends[number + 2]),
    };
    places.iter().enumerate().map(point).collect()
}

/// Parts a piece of a series that begins at a place, and its pieces.
fn part(piece: &[f64], from: usize, random: &mut fastrand::Rng, places: &mut Vec<usize>) {
    let place = found(piece, best, LEVEL, random);
    let stretch = || found(piece, best_stretch, LEVEL_OF_STRETCHES, random);
    let Some(Parted { start, end, .. }) = place.or_else(|| (piece.len() <= MOST_FOR_STRETCHES).then(stretch).flatten())
    else {
        return;
    };
    let ends = [0, start, end, piece.len()];
    places.extend([start, end].into_iter().filter(|at| (1..piece.len()).contains(at)).map(|at| from + at));
    for pair in ends.windows(2).filter(|pair| pair[0] < pair[1]) {
        part(&piece[pair[0]..pair[1]], from + pair[0], random, places);
    }
}

/// How a stretch of a piece differs from the rest of it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parted {
    start: usize,
    end: usize,
    /// Square of the difference of the means, for stretches of these lengths.
    difference: f64,
}

/// How a piece is parted best, if hardly any random order of it is parted as well.
fn found(piece: &[f64], best: fn(&[f64]) -> Option<Parted>, level: f64, random: &mut fastrand::Rng) -> Option<Parted> {
    let found = best(piece)?;
    let most = (level * f64::from(ORDERS + 1)) as u32;
    let mut shuffled = piece.to_vec();
    let mut as_good = 1;
    for _ in 0..ORDERS {
        random.shuffle(&mut shuffled);
        as_good += u32::from(best(&shuffled).is_some_and(|other| other.difference >= found.difference));
        if as_good > most {
            return None;
        }
    }
    Some(found)
}

/// Sums of a piece up to each place, less its mean.
fn sums(piece: &[f64]) -> Vec<f64> {
    let mean = piece.iter().sum::<f64>() / piece.len().max(1) as f64;
    let mut sums = vec![0.0];
    for value in piece {
        sums.push(sums[sums.len() - 1] + value - mean);
    }
    sums
}

/// Best of some stretches; `None` where there is none, or all numbers are the same.
fn best_of(piece: &[f64], stretches: impl Iterator<Item = (usize, usize)>) -> Option<Parted> {
    let sums = sums(piece);
    let parted = |(start, end): (usize, usize)| {
        let inside = end - start;
        let sum: f64 = sums[end] - sums[start];
        Parted { start, end, difference: sum * sum / (inside * (piece.len() - inside)) as f64 }
    };
    let best = stretches.map(parted).max_by(|a, b| a.difference.total_cmp(&b.difference))?;
    (best.difference > f64::EPSILON).then_some(best)
}

/// Best place that parts a piece in two.
fn best(piece: &[f64]) -> Option<Parted> {
    let count = piece.len();
    best_of(piece, (FEWEST..=count.saturating_sub(FEWEST)).map(|at| (at, count)))
}

/// Best stretch within a piece, after which it is as it was before.
fn best_stretch(piece: &[f64]) -> Option<Parted> {
    let last = piece.len().saturating_sub(FEWEST);
    let ends = move |start: usize| (start + FEWEST..=last).map(move |end| (start, end));
    best_of(piece, (FEWEST..=last).flat_map(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A time of about 100 ms, some percent off.
    fn noisy(random: &mut fastrand::Rng, mean: f64, spread: f64) -> f64 {
        // The sum of twelve is normal enough.
        let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        mean * (1.0 + spread * normal)
    }

    #[test]
    fn hardly_any_series_without_a_change_has_one() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut found = 0;
        for length in [10, 20, 40] {
            for _ in 0..200 {
                let values: Vec<f64> = (0..length).map(|_| noisy(&mut random, 100.0, 0.05)).collect();
                found += usize::from(!change_points(&values).is_empty());
            }
        }
        println!("false alarms: {found} of 600 series");
        // One of a hundred is meant; 15 are three deviations more.
        assert!(found <= 15, "{found} of 600");
    }

    #[test]
    fn a_tenth_more_is_found_where_it_begins_beside_a_noise_of_three_percent() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut exact = 0;
        for _ in 0..200 {
            let mean = |run: usize| if run < 12 { 100.0 } else { 110.0 };
            let values: Vec<f64> = (0..20).map(|run| noisy(&mut random, mean(run), 0.03)).collect();
            let points = change_points(&values);
            exact += usize::from(points.iter().any(|point| (11..=13).contains(&point.at)));
        }
        println!("found within a run: {exact} of 200 series");
        assert!(exact >= 180, "{exact} of 200");
    }

    #[test]
    fn two_changes_are_told_with_the_means_of_what_lies_between() {
        let values = [10.0, 10.1, 9.9, 10.0, 10.1, 20.0, 20.1, 19.9, 20.0, 20.2, 12.0, 12.1, 11.9, 12.0, 12.1];
        let points = change_points(&values);
        let told: Vec<(usize, i32, i32)> =
            points.iter().map(|point| (point.at, point.before.round() as i32, point.after.round() as i32)).collect();
        assert_eq!(told, [(5, 10, 20), (10, 20, 12)]);
        assert!(change_points(&[1.0; 30]).is_empty() && change_points(&[]).is_empty());
        assert!(change_points(&[1.0, 1.0, 5.0, 5.0]).is_empty(), "too few to tell");
    }
}
