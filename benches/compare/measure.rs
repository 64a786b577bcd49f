//! One run of a tester, measured from outside.

use std::fs::{self, File};
use std::io;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::job::Job;
use crate::output::Count;
use crate::testers::Tester;

/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// What a tester gets beyond its time, to start, to stop and to report.
const GRACE: Duration = Duration::from_secs(30);

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    /// What the tester says it did.
    pub(crate) count: Count,
    /// User and system time of its process.
    pub(crate) cpu: Duration,
    /// The most memory it had in use, as far as it was seen.
    pub(crate) peak_kib: u64,
}

impl Run {
    /// Verified requests per second.
    pub(crate) fn rps(&self) -> f64 {
        self.count.verified as f64 / self.count.seconds
    }

    /// CPU time of a verified request, in microseconds.
    pub(crate) fn cpu_us(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.count.verified as f64
    }
}

/// Lets a tester do a job. It is the only child that ends meanwhile, so the CPU time of ended children grows by its.
pub(crate) fn run(tester: Tester, job: &Job) -> io::Result<Run> {
    let before = cpu_of_ended_children()?;
    let mut command = tester.command(job)?;
    let (stdout, peak_kib) = watch(&mut command, job)?;
    let cpu = cpu_of_ended_children()?.saturating_sub(before);
    match Count::read(tester, &stdout, job) {
        Some(count) if count.verified > 0 && count.seconds > 0.0 => Ok(Run { count, cpu, peak_kib }),
        _ => {
            let stderr = fs::read_to_string(job.folder.join("stderr")).unwrap_or_default();
            let last = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing on stderr");
            Err(io::Error::other(format!("no verified requests in its output ({last})")))
        }
    }
}

/// Waits for the end of a command, and returns what it printed and its highest memory.
pub(crate) fn watch(command: &mut Command, job: &Job) -> io::Result<(String, u64)> {
    let stdout = job.folder.join("stdout");
    // What an earlier one reported must not be taken for this one's.
    let _ = fs::remove_file(crate::testers::perfloop_report(job));
    command.stdin(Stdio::null()).stdout(File::create(&stdout)?).stderr(File::create(job.folder.join("stderr"))?);
    let mut child = command.spawn()?;
    let peak = wait(&mut child, job.time + GRACE);
    if peak.is_err() {
        // It must not load the server while the next one does.
        let _ = child.kill();
        let _ = child.wait();
    }
    Ok((String::from_utf8_lossy(&fs::read(&stdout)?).into_owned(), peak?))
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<u64> {
    let started = Instant::now();
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        if started.elapsed() > limit {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it did not end in time and was killed"));
        }
        peak = peak.max(peak_kib(child.id()).unwrap_or(0));
        thread::sleep(LOOK);
    }
    Ok(peak)
}

/// The kernel's own high-water mark, gone with the process.
fn peak_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn cpu_of_ended_children() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Ok(Duration::from_micros(microseconds.unsigned_abs()))
}
