//! System calls of a request, counted with strace.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::process::Command;

use crate::job::Job;
use crate::measure::watch;
use crate::output::Count;
use crate::testers::{Tester, find, perfloop};

/// Requests of the one user.
const LOOPS: u64 = 2000;
/// What a request on a kept-alive connection may take, timeouts on: a write, a read, and one more.
const FEWEST: f64 = 2.0;
const MOST: f64 = 3.0;
/// Start and end of the user's thread, in calls per request: they are not the request's.
const ROUNDING: f64 = 0.1;

type Calls = BTreeMap<String, u64>;

/// Prints the calls of the user's thread, and those of all others together.
pub(crate) fn count(job: &Job) -> io::Result<()> {
    let Some((strace, program)) = find("strace").zip(Tester::Perfloop.program()) else {
        println!("strace is not installed: no system calls counted");
        return Ok(());
    };
    let trace = job.folder.join("strace");
    let mut command = Command::new(strace);
    // Not its summary (-c): that does not tell the threads apart.
    command.arg("-f").arg("-o").arg(&trace).arg(program);
    perfloop(&mut command, job);
    command.args(["--users", "1", "--loops", &LOOPS.to_string(), "--time", "20s"]);
    let (stdout, _) = watch(&mut command, job)?;
    let verified = Count::read(Tester::Perfloop, &stdout, job).map_or(0, |count| count.verified);
    if verified == 0 {
        return Err(io::Error::other("perfloop verified no requests under strace"));
    }
    let trace = fs::read_to_string(trace)?;
    let threads = calls_of_threads(&trace);
    // Nobody else talks to the network.
    let Some(user) = threads.values().max_by_key(|calls| on_network(calls)) else {
        return Err(io::Error::other("strace saw no calls"));
    };
    let per_request = |calls: u64| calls as f64 / verified as f64;
    let of_user = per_request(total(user));
    let of_others = per_request(threads.values().map(total).sum::<u64>() - total(user));
    println!("# System calls of perfloop, 1 user, {verified} verified requests\n");
    println!("| call | per request |\n|---|--:|");
    let mut calls: Vec<_> = user.iter().collect();
    calls.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (name, &count) in calls.into_iter().filter(|(_, count)| per_request(**count) >= 0.005) {
        println!("| {name} | {:.2} |", per_request(count));
    }
    println!("| all of the user's thread | {of_user:.2} |");
    println!("| all other threads, start and end of the run included | {of_others:.2} |\n");
    let is_held = (FEWEST..=MOST + ROUNDING).contains(&of_user);
    let verdict = if is_held { "held" } else { "missed" };
    println!("- {verdict}: {of_user:.2} system calls per request ({FEWEST} to {MOST})");
    Ok(())
}

fn total(calls: &Calls) -> u64 {
    calls.values().sum()
}

fn on_network(calls: &Calls) -> u64 {
    calls.iter().filter(|(name, _)| name.starts_with("send") || name.starts_with("recv")).map(|(_, count)| count).sum()
}

/// Of lines like `1234 sendto(5, ...) = 60`; one that was interrupted by another thread's is resumed in a second line.
fn calls_of_threads(trace: &str) -> BTreeMap<&str, Calls> {
    let mut threads: BTreeMap<&str, Calls> = BTreeMap::new();
    for line in trace.lines() {
        if let Some((thread, rest)) = line.split_once(' ')
            && let Some((name, _)) = rest.trim_start().split_once('(')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            *threads.entry(thread).or_default().entry(name.to_owned()).or_default() += 1;
        }
    }
    threads
}
