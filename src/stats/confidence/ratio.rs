//! Ratio of two sums over blocks, with what is known of its spread.

use crate::stats::student;

/// With fewer batches Student's t is too wide to be of use, and what is larger than a batch is not seen.
const MIN_BATCHES: usize = 7;
/// With fewer blocks nothing is known of the spread.
pub(super) const MIN_BLOCKS: usize = 5;

/// Ratio of two sums over blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ratio {
    pub(super) value: f64,
    /// Its standard error.
    pub(super) error: f64,
    /// How many standard errors 95 % are, to either side.
    pub(super) reach: f64,
}

impl Ratio {
    /// `None` where there is nothing to divide by, or too few blocks.
    pub(super) fn of(pairs: &[(f64, f64)]) -> Option<Ratio> {
        let over: f64 = pairs.iter().map(|(over, _)| over).sum();
        let under: f64 = pairs.iter().map(|(_, under)| under).sum();
        if pairs.len() < MIN_BLOCKS || under <= 0.0 {
            return None;
        }
        let value = over / under;
        let mut rests: Vec<f64> = pairs.iter().map(|(over, under)| over - value * under).collect();
        let mut widest = spread(value, &rests, under);
        // What depends on its neighbours varies more in larger batches.
        while rests.len() >= 2 * MIN_BATCHES {
            rests = rests.chunks(2).map(|pair| pair.iter().sum()).collect();
            let wider = spread(value, &rests, under);
            if wider.half() > widest.half() {
                widest = wider;
            }
        }
        Some(widest)
    }

    /// Half the width of its interval.
    pub(super) fn half(&self) -> f64 {
        self.error * self.reach
    }

    /// Number of independent samples whose share would vary as this one, of at most so many.
    pub(super) fn independent(&self, share: f64, samples: f64) -> f64 {
        let variance = self.error.powi(2);
        if variance > 0.0 { (share * (1.0 - share) / variance).min(samples) } else { samples }
    }

    /// Interval of a share of so many samples, in Wilson's form.
    pub(super) fn wilson(&self, share: f64, samples: f64) -> (f64, f64) {
        let independent = self.independent(share, samples);
        let squared = self.reach.powi(2);
        let center = (share + squared / 2.0 / independent) / (1.0 + squared / independent);
        let inner = share * (1.0 - share) / independent + squared / 4.0 / independent.powi(2);
        let half = self.reach * inner.sqrt() / (1.0 + squared / independent);
        ((center - half).max(0.0), (center + half).min(1.0))
    }
}

fn spread(value: f64, rests: &[f64], under: f64) -> Ratio {
    let count = rests.len() as f64;
    let squares: f64 = rests.iter().map(|rest| rest * rest).sum();
    let error = (count / (count - 1.0) * squares).sqrt() / under;
    Ratio { value, error, reach: student::distance_95(count - 1.0) }
}
