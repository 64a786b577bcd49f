//! Progress of a run: a live line on a terminal, plain lines elsewhere.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::load_test::Live;
use crate::moment::Moment;
use crate::report::{live_line, progress_line};
use crate::stats::Recent;
use crate::units;

/// The bar, and the blank behind it.
const BAR_WIDTH: usize = 11;
/// Steps of the bar.
const STEPS: u64 = 1000;
/// How often the live line changes.
const LIVE_INTERVAL: Duration = Duration::from_millis(250);

/// The statistics thread.
pub(super) struct Progress {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    speaker: Speaker,
}

/// Says lines between those of the progress.
#[derive(Debug, Clone)]
pub(super) struct Speaker {
    /// Line at the bottom of the terminal, if there is one.
    bar: Option<ProgressBar>,
    is_quiet: bool,
}

impl Speaker {
    pub(super) fn say(&self, line: &str) {
        match &self.bar {
            _ if self.is_quiet => {}
            Some(bar) => bar.println(line),
            // Without a reader, the run still goes on.
            None => drop(writeln!(io::stderr(), "{line}")),
        }
    }
}

/// When a run will end, as far as the plan tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownEnd {
    /// With the warm-up.
    pub(super) time: Option<Duration>,
    pub(super) warmup: Duration,
    pub(super) iterations: Option<u64>,
    /// When the run starts.
    pub(super) starts: Moment,
}

impl Progress {
    /// Prints to stderr until [`finish`](Self::finish).
    pub(super) fn start(live: Live, interval: Duration, end: KnownEnd, quiet: bool) -> Progress {
        let done = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&done);
        let bar = (!quiet && io::stderr().is_terminal()).then(|| bar(end));
        let speaker = Speaker { bar: bar.clone(), is_quiet: quiet };
        let show = move || {
            if let Some(bar) = bar {
                show_line(&live, end, &bar, &seen);
            } else {
                print_lines(&live, interval, end.starts, &seen);
            }
        };
        // A run without a progress line is better than none.
        let thread = if quiet { None } else { thread::Builder::new().name("progress".into()).spawn(show).ok() };
        Progress { done, thread, speaker }
    }

    /// Says lines between those of the progress, also from other threads.
    pub(super) fn speaker(&self) -> Speaker {
        self.speaker.clone()
    }

    pub(super) fn finish(self) {
        self.done.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread {
            thread.thread().unpark();
            // It prints, no more; the numbers are elsewhere.
            let _ = thread.join();
        }
    }
}

/// Sleeps until the next multiple of the interval. False when the run is done.
fn sleep(started: Moment, interval: Duration, done: &AtomicBool) -> bool {
    let turns = started.elapsed().as_nanos() / interval.as_nanos().max(1) + 1;
    let next = units::after(started, interval.saturating_mul(u32::try_from(turns).unwrap_or(u32::MAX)));
    loop {
        if done.load(Ordering::SeqCst) {
            return false;
        }
        let left = next.saturating_duration_since(Moment::now());
        if left.is_zero() {
            return true;
        }
        thread::park_timeout(left);
    }
}

fn print_lines(live: &Live, interval: Duration, starts: Moment, done: &AtomicBool) {
    let started = starts.max(Moment::now());
    while sleep(started, interval, done) {
        let line = progress_line(&live.glance(), &live.recent(), started.elapsed());
        // Without a reader, the run still goes on.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Line at the bottom of the terminal.
fn bar(end: KnownEnd) -> ProgressBar {
    let known = end.time.is_some() || end.iterations.is_some();
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr());
    let template = if known { "{bar:10} {wide_msg}" } else { "{spinner} {wide_msg}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn show_line(live: &Live, end: KnownEnd, bar: &ProgressBar, done: &AtomicBool) {
    let looked = Moment::now();
    let started = end.starts.max(looked);
    while sleep(looked, LIVE_INTERVAL, done) {
        let (glance, recent, elapsed) = (live.glance(), live.recent(), started.elapsed());
        let by_time = end.time.map(|time| elapsed.as_secs_f64() / time.as_secs_f64());
        let by_loops =
            end.iterations.map(|iterations| (glance.pass + glance.fail + glance.exception) as f64 / iterations as f64);
        let share = by_time.unwrap_or(0.0).max(by_loops.unwrap_or(0.0)).min(1.0);
        bar.set_position((share * STEPS as f64) as u64);
        let room = usize::from(console::Term::stderr().size().1).saturating_sub(BAR_WIDTH);
        bar.set_message(live_line(&how_far(live, end, &recent, elapsed), &glance, &recent, room));
    }
    bar.finish_and_clear();
}

/// State of the run, and the time that it has left.
fn how_far(live: &Live, end: KnownEnd, recent: &Recent, elapsed: Duration) -> String {
    let whole_seconds = |span: Duration| units::short(Duration::from_secs(span.as_secs()));
    let left = |time: Duration| format!("{} left", whole_seconds(time.saturating_sub(elapsed)));
    match end.time {
        _ if live.is_stopping() => "stopping".into(),
        _ if end.starts > Moment::now() => format!("starts in {}", whole_seconds(end.starts - Moment::now())),
        _ if recent.is_warm_up => format!("warm-up, {}", left(end.warmup)),
        Some(time) => left(time),
        None => whole_seconds(elapsed),
    }
}
