//! The distribution of response times as a picture.

use std::io;
use std::time::Duration;

use super::numbers::number_ms;
use super::page::Page;
use super::percentiles::times;
use super::style::Paint;
use crate::stats::{Summary, Timing};

/// At most so many bins.
const BINS: usize = 12;
/// No bin is narrower than this, in parts of its time: that is what a histogram tells apart, and a little more.
const NARROWEST: f64 = 1.003;
/// Fewer samples are better read than looked at.
const FEWEST: u64 = 10;
/// The picture gets no wider.
const WIDEST: usize = 80;
/// Width of everything beside the bar.
const LABELS: usize = 12;
/// Parts of a block, from one eighth to seven.
const PARTS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Times from one bound, which is not in it, to the next, which is.
#[derive(Debug)]
struct Bin {
    from: Duration,
    to: Duration,
    count: u64,
}

pub(super) fn write(summary: &Summary, page: &mut Page<'_>) -> io::Result<()> {
    let (title, timing) = times(summary);
    let bins = bins(timing);
    if timing.count() < FEWEST || bins.len() < 2 {
        return Ok(());
    }
    let columns = [
        column(bins.iter().map(|bin| number_ms(bin.from))),
        column(bins.iter().map(|bin| number_ms(bin.to))),
        column(bins.iter().map(|bin| bin.count.to_string())),
    ];
    let taken: usize = columns.iter().filter_map(|column| column.first()).map(|text| text.len() + 3).sum();
    let room = WIDEST.min(page.width).saturating_sub(taken + LABELS);
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1);
    let title = page.paint(Paint::Head, title);
    page.line(&title)?;
    for (index, bin) in bins.iter().enumerate() {
        let [from, to, count] = columns.each_ref().map(|column| column.get(index).map_or("", String::as_str));
        let bar = bar(bin.count as f64 / most as f64 * room as f64, bin.count > 0);
        page.whole_line(format!("{from} - {to}  {count}  {bar}{}", marks(timing, bin)).trim_end())?;
    }
    page.blank()
}

/// From the shortest to the longest time, each as many times longer than the one before it.
fn bins(timing: &Timing) -> Vec<Bin> {
    let (Some(min), Some(max)) = (timing.min(), timing.max()) else { return Vec::new() };
    let [low, high] = [min, max].map(|time| time.as_secs_f64().max(1e-7));
    let count = ((high / low).ln() / NARROWEST.ln()).floor().clamp(1.0, BINS as f64) as usize;
    let bound = |index: usize| match index {
        0 => min,
        index if index == count => max,
        index => Duration::from_secs_f64(low * (high / low).powf(index as f64 / count as f64)),
    };
    let bounds: Vec<Duration> = (0..=count).map(bound).collect();
    let counts = timing.counts(&bounds[1..]);
    // The slowest may lie in a step of the histogram that begins above the exact maximum.
    let beyond = timing.count() - counts.iter().sum::<u64>();
    let mut bins: Vec<Bin> =
        bounds.windows(2).zip(counts).map(|(ends, count)| Bin { from: ends[0], to: ends[1], count }).collect();
    if let Some(last) = bins.last_mut() {
        last.count += beyond;
    }
    bins
}

/// Texts as wide as the widest of them.
fn column(texts: impl Iterator<Item = String>) -> Vec<String> {
    let texts: Vec<String> = texts.collect();
    let widest = texts.iter().map(String::len).max().unwrap_or(0);
    texts.into_iter().map(|text| format!("{text:>widest$}")).collect()
}

/// Bar of so many blocks; at least a sliver of one where there is anything.
fn bar(blocks: f64, is_any: bool) -> String {
    let eighths = ((blocks * 8.0).round() as usize).max(usize::from(is_any));
    let part = (eighths % 8).checked_sub(1).map(|part| PARTS[part]);
    std::iter::repeat_n('█', eighths / 8).chain(part).collect()
}

/// The percentiles that lie in a bin and have samples enough.
fn marks(timing: &Timing, bin: &Bin) -> String {
    let is_first = timing.min() == Some(bin.from);
    let lies_in = |time: Duration| (time > bin.from || is_first) && time <= bin.to;
    let marks = [50.0, 95.0, 99.0].into_iter().filter(|percent| timing.is_backed(*percent));
    let marks = marks.filter(|percent| timing.percentile(*percent).is_some_and(lies_in));
    marks.map(|percent| format!(" p{percent}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(times: impl IntoIterator<Item = u64>) -> Timing {
        let mut timing = Timing::default();
        times.into_iter().for_each(|us| timing.record(Duration::from_micros(us)));
        timing
    }

    #[test]
    fn every_sample_lies_in_one_bin() {
        for times in [vec![7], vec![5, 5, 5], (1..=5000).collect(), vec![10, 1_000_000], (2003..=2006).collect()] {
            let count = times.len() as u64;
            let bins = bins(&timing(times));
            assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), count, "{bins:?}");
            assert!(bins.len() <= BINS && bins.windows(2).all(|pair| pair[0].to == pair[1].from), "{bins:?}");
        }
    }

    #[test]
    fn bins_grow_by_the_same_factor() {
        let bins = bins(&timing([100, 100, 100_000]));
        assert_eq!((bins.len(), bins[0].count, bins[11].count), (12, 2, 1));
        let factors: Vec<f64> = bins.iter().map(|bin| bin.to.as_secs_f64() / bin.from.as_secs_f64()).collect();
        assert!(factors.iter().all(|factor| (factor / 1000_f64.powf(1.0 / 12.0) - 1.0).abs() < 1e-3), "{factors:?}");
    }

    #[test]
    fn times_that_hardly_differ_make_few_bins() {
        assert_eq!(bins(&timing([200_300, 200_301])).len(), 1);
        assert!(bins(&timing([200_300, 203_000])).len() < BINS);
    }

    #[test]
    fn a_bar_shows_eighths_and_never_nothing_for_something() {
        assert_eq!([bar(2.0, true), bar(1.5, true), bar(0.001, true), bar(0.0, false)], ["██", "█▌", "▏", ""]);
    }

    #[test]
    fn percentiles_stand_at_their_bins_if_they_are_backed() {
        let timing = timing(1..=500);
        let marks: Vec<String> = bins(&timing).iter().map(|bin| marks(&timing, bin)).collect();
        assert_eq!(marks.concat(), " p50 p95", "{marks:?}");
    }
}
