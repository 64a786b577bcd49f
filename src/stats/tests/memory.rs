//! Memory that the numbers of a run take.

use super::*;

/// Requests of one level, at a steady rate for so long, with times of a long tail.
fn steady_load(
    story: &mut Story,
    seconds: std::ops::Range<u64>,
    per_s: u64,
    names: &[&str],
    chance: &mut fastrand::Rng,
) {
    for second in seconds {
        for number in 0..per_s {
            let at = Duration::from_secs(second) + SECOND * number as u32 / per_s as u32;
            let normal = (0..12).map(|_| chance.f64()).sum::<f64>() - 6.0;
            let time = Duration::from_secs_f64(2e-3 * (0.5 * normal).exp());
            let times = RequestTimes {
                first_byte: (time).into(),
                client_delay: (time / 20).into(),
                stamped: true,
                ..Default::default()
            };
            let name = names[number as usize % names.len()];
            let (request, traffic) = (story.stats.names.request(name), Traffic::default());
            story.stats.add(&mut Sample::Request(RequestSample {
                request,
                check: Some(CheckId(0)),
                level: Level(1),
                ended: story.start + at,
                times,
                lateness: None,
                traffic,
                answer: Answer::Status(200),
            }));
            story.check(at, Level(1), Outcome::Pass);
        }
        // What is read each second is given back.
        let _ = (story.stats.glance(), story.stats.numbers(Duration::ZERO), story.stats.recent(Moment::now()));
    }
}

#[test]
fn after_three_minutes_half_an_hour_of_samples_takes_no_more_memory() {
    let (mut story, mut chance) = (Story::new(2), fastrand::Rng::with_seed(7));
    story.level(1, Plateau::Users(2), Duration::ZERO);
    let first = allocation_counter::measure(|| steady_load(&mut story, 0..180, 100, &["GET /"], &mut chance));
    let rest = allocation_counter::measure(|| steady_load(&mut story, 180..1800, 100, &["GET /"], &mut chance));
    let held = first.bytes_current;
    assert!((1..12 * 1024 * 1024).contains(&held), "{held} bytes after three minutes");
    // Blocks that grow wider see a few more times that are unlike any before.
    assert!(rest.bytes_current < 200 * 1024, "{} bytes more than {held}", rest.bytes_current);
}

#[test]
fn the_blocks_of_several_requests_hardly_grow_after_three_minutes() {
    const NAMES: [&str; 5] = ["GET /a", "GET /b", "GET /c", "GET /d", "GET /e"];
    let (mut story, mut chance) = (Story::new(60), fastrand::Rng::with_seed(7));
    story.level(1, Plateau::Users(60), Duration::ZERO);
    let mut held = |seconds| {
        let load = || steady_load(&mut story, seconds, 300, &NAMES, &mut chance);
        allocation_counter::measure(load).bytes_current as f64 / 1024.0 / 1024.0
    };
    let (first, later) = (held(0..180), held(180..720));
    assert!(first > 5.0 && first < 12.0, "{first} MiB in three minutes");
    assert!(later < 0.4, "{later} MiB more in nine minutes");
}

#[test]
fn what_is_read_each_second_takes_little_more_than_a_row_and_its_total() {
    let (mut story, mut chance) = (Story::new(2), fastrand::Rng::with_seed(7));
    for number in 1..=3 {
        let begin = 10 * u64::from(number);
        story.level(number, Plateau::Users(2), Duration::from_secs(begin));
        story.request(Duration::from_secs(begin), Level(number), Answer::Status(200));
        steady_load(&mut story, begin..begin + 10, 100, &["GET /"], &mut chance);
    }
    let summary = story.stats.summary(Duration::ZERO);
    let (mut rows, mut numbers) = (None, None);
    let row =
        allocation_counter::measure(|| rows = Some((summary.whole.checks.clone(), summary.whole.requests.clone())));
    let read = allocation_counter::measure(|| numbers = Some(story.stats.numbers(Duration::ZERO)));
    let times = read.bytes_max as f64 / row.bytes_max as f64;
    assert!(times < 2.2, "{} bytes are {times:.1} times the rows", read.bytes_max);
    assert_eq!(numbers.expect("numbers").whole.totals.pass, summary.whole.totals.pass);
}
