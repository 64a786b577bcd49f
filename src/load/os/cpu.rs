//! How much of the machine's processors is used.

use std::fs;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::end::MachineUse;
use crate::moment::Moment;

/// Counters of processor time at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CpuUse {
    at: Moment,
    own: Duration,
    machine: Option<Ticks>,
}

/// Ticks of all processors since the machine was started.
#[derive(Debug, Clone, Copy)]
struct Ticks {
    all: u64,
    idle: u64,
    steal: u64,
}

impl CpuUse {
    pub(crate) fn now() -> Self {
        let micros =
            |time: nix::sys::time::TimeVal| Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or(0));
        let own = getrusage(UsageWho::RUSAGE_SELF).map(|usage| micros(usage.user_time()) + micros(usage.system_time()));
        let machine = fs::read_to_string("/proc/stat").ok().and_then(|text| ticks(&text));
        CpuUse { at: Moment::now(), own: own.unwrap_or_default(), machine }
    }

    /// Use between the two moments.
    pub(crate) fn since(&self, before: &CpuUse) -> MachineUse {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let own_cpu = self.own.saturating_sub(before.own);
        let available_s = self.at.saturating_duration_since(before.at).as_secs_f64() * processors as f64;
        let share = |part: fn(&Ticks) -> u64| {
            let (now, then) = (self.machine?, before.machine?);
            let all = now.all.checked_sub(then.all).filter(|all| *all > 0)?;
            Some(part(&now).saturating_sub(part(&then)) as f64 / all as f64)
        };
        MachineUse {
            processors: u32::try_from(processors).unwrap_or(u32::MAX),
            own_cpu,
            // The kernel counts in ticks, which may be longer than a short run.
            own_share: if available_s > 0.0 { (own_cpu.as_secs_f64() / available_s).min(1.0) } else { 0.0 },
            busy_share: share(|ticks| ticks.idle).map(|idle| 1.0 - idle),
            steal_share: share(|ticks| ticks.steal),
        }
    }
}

/// The line of all processors: user nice system idle iowait irq softirq steal … (proc_stat(5)).
fn ticks(text: &str) -> Option<Ticks> {
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let fields: Vec<u64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
    let [_, _, _, idle, iowait, _, _, steal, ..] = fields[..] else { return None };
    // Guest time is already in user time.
    Some(Ticks { all: fields.iter().take(8).sum(), idle: idle + iowait, steal })
}

/// How long the calling thread has waited for a processor in its life (proc_pid_schedstat(5)).
pub(crate) fn run_delay() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().nth(1)?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_all_processors_is_read() {
        let ticks = ticks("cpu  1 2 3 40 5 6 7 8 9 10\ncpu0 1 2\n").expect("ticks");
        assert_eq!((ticks.all, ticks.idle, ticks.steal), (72, 45, 8));
    }

    #[test]
    fn a_thread_that_works_uses_the_machine() {
        let before = CpuUse::now();
        let started = crate::moment::Moment::now();
        while started.elapsed() < Duration::from_millis(60) {
            std::hint::spin_loop();
        }
        let used = CpuUse::now().since(&before);
        assert!(used.own_cpu > Duration::from_millis(5), "{used:?}");
        assert!(used.own_share > 0.0 && used.busy_share.is_some_and(|share| share > 0.0), "{used:?}");
        assert!(run_delay().is_some());
    }
}
