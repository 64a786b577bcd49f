//! Correlation of a series with itself.

/// Correlation of each value with the one after it, -1 to 1.
pub(super) fn correlation(series: &[f64]) -> f64 {
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    let all: f64 = series.iter().map(|value| (value - mean).powi(2)).sum();
    let neighbours: f64 = series.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    if all > 0.0 { neighbours / all } else { 0.0 }
}
