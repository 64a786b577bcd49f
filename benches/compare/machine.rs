//! The machine: what it is, and what the bench asks of it.

use std::fs;
use std::thread;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::options::Options;
use crate::server::Server;

/// The header of the report.
pub(crate) fn facts(server: &Server, options: &Options) -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let kernel = read_line("/proc/sys/kernel/osrelease").unwrap_or_else(|| "unknown".into());
    let processor = processor().unwrap_or_else(|| "unknown".into());
    format!(
        "# perfloop beside other testers\n\n\
         - machine: {cores} cores ({processor}), kernel {kernel}; server and tester share them\n\
         - server: {}, {} bytes of body, kept-alive connections\n\
         - {} interleaved rounds of {} s; RPS and CPU are medians over the rounds, memory is the highest\n\
         - CPU is user + system time of the tester's process, its start and its report included\n\
         - perfloop and bare check status and body length of every answer; wrk, oha and hey check the status alone",
        server.description(),
        server.body_length(),
        options.rounds,
        options.time.as_secs_f64(),
    )
}

fn read_line(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim().to_owned())
}

fn processor() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// As many files as may be had, for this process and those it starts.
pub(crate) fn raise_open_files() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // When it fails, the testers say so themselves at the level that needs more.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

/// The policy that perfloop's users have.
#[cfg(target_os = "linux")]
pub(crate) fn schedule_as_batch() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    /// Of 0 to 99: what stands for the usual niceness of 0.
    const NICE_ZERO: u8 = 47;
    let batch = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
    if let Ok(priority) = ThreadPriority::try_from(NICE_ZERO) {
        // When it fails, the thread is scheduled like any other, as perfloop's is.
        let _ = set_thread_priority_and_policy(thread_native_id(), priority, batch);
    }
}

/// There is no such policy here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn schedule_as_batch() {}
