//! perfloop beside other load testers and beside the bare blocking loop, on one server, in interleaved rounds.
//!
//! ```console
//! $ cargo bench --bench compare [-- --quick] [--users 2,64] [--only perfloop,bare,wrk] [--rounds N] [--seconds S]
//! $ cargo bench --bench compare -- --syscalls
//! ```
//!
//! The first prints, for each number of users, a table of requests per second, CPU time per request and memory of
//! each tester that is installed, and then which bars perfloop held. The second counts perfloop's system calls per
//! request with strace. The figures are of one machine that tester and server share: compare ratios, not sums.

mod bare;
mod bars;
mod job;
mod machine;
mod measure;
mod options;
mod output;
mod server;
mod syscalls;
mod table;
mod testers;

use std::env;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use crate::job::Job;
use crate::options::Options;
use crate::server::Server;
use crate::table::{Level, Row};
use crate::testers::Tester;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == bare::ARGUMENT) {
        return bare::main(&arguments[1..]);
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is compared outside of `cargo bench`");
        return ExitCode::SUCCESS;
    }
    let options = match Options::parse(&arguments) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match compare(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(options: &Options) -> io::Result<()> {
    machine::raise_open_files();
    let folder = tempfile::tempdir()?;
    let server = Server::start(folder.path())?;
    let job = Job {
        url: server.url().to_owned(),
        body_length: server.body_length(),
        users: 1,
        time: options.time,
        folder: folder.path().to_owned(),
    };
    if options.is_syscalls {
        return syscalls::count(&job);
    }
    let (testers, absent): (Vec<Tester>, Vec<Tester>) =
        options.testers.iter().copied().partition(|tester| tester.program().is_some());
    println!("{}", machine::facts(&server, options));
    if !absent.is_empty() {
        println!("Absent: {}.", absent.iter().map(|tester| tester.name()).collect::<Vec<_>>().join(", "));
    }
    let mut levels = Vec::new();
    for &users in &options.users {
        let level = rounds(options.rounds, &testers, &Job { users, ..job.clone() });
        println!("\n{level}");
        levels.push(level);
    }
    println!("{}", bars::check(&levels));
    Ok(())
}

/// Every tester in each round, so that whatever else the machine does meets all of them; each round begins with
/// another one, so that none always follows the same.
fn rounds(rounds: usize, testers: &[Tester], job: &Job) -> Level {
    let mut rows: Vec<Row> = testers.iter().map(|&tester| Row::new(tester)).collect();
    let mut order = testers.to_vec();
    for round in 1..=rounds {
        for &tester in &order {
            eprintln!("{} users, round {round} of {rounds}: {}", job.users, tester.name());
            let run = measure::run(tester, job);
            if let Some(row) = rows.iter_mut().find(|row| row.tester == tester) {
                match run {
                    Ok(run) => row.runs.push(run),
                    Err(error) => row.errors.push(error.to_string()),
                }
            }
            // What the last one left behind, closed connections above all, is not the next one's.
            std::thread::sleep(Duration::from_millis(200));
        }
        order.rotate_left(1);
    }
    Level { users: job.users, rows }
}
