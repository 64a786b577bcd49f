//! Holds the times perfloop reports against a packet capture of the same run: `cargo bench --bench truth [-- --quick]`.
//!
//! It needs Linux, root and tcpdump, and says so if one is missing. `--keep DIR` keeps the captures; `--only TEXT`
//! runs the rows whose case contains the text. The exit code is 1 if a row of perfloop misses the bar.

mod capture;
mod case;
mod machine;
mod packets;
mod process;
mod server;
mod table;
mod testers;
mod tls;
mod wire;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use case::Case;
use server::Servers;
use table::{Row, Table};
use testers::{Order, Tester};
use wire::Wire;

const USERS: [u32; 3] = [2, 200, 1000];
/// How long a run lasts, and how long when the capture of the one before had lost packets.
const SECONDS: [u32; 4] = [3, 2, 1, 1];

#[derive(Debug, Default)]
struct Options {
    quick: bool,
    keep: Option<PathBuf>,
    only: String,
}

impl Options {
    /// Flags it does not know are cargo's own, such as `--bench`.
    fn read(mut arguments: impl Iterator<Item = String>) -> Options {
        let mut options = Options::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--keep" => options.keep = arguments.next().map(PathBuf::from),
                "--only" => options.only = arguments.next().unwrap_or_default(),
                _ => {}
            }
        }
        options
    }

    fn durations(&self) -> impl Iterator<Item = u32> {
        let longest = if self.quick { 1 } else { SECONDS[0] };
        SECONDS.into_iter().map(move |seconds| seconds.min(longest))
    }
}

fn main() -> ExitCode {
    if let Some(missing) = machine::missing() {
        println!("truth: left out, since {missing}");
        return ExitCode::SUCCESS;
    }
    match measure(&Options::read(std::env::args().skip(1))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("truth: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every row of perfloop meets the bar.
fn measure(options: &Options) -> io::Result<bool> {
    let folder = machine::fast_folder()?;
    let servers = Servers::start(folder.path())?;
    let mut table = Table::default();
    for case in Case::ALL.into_iter().filter(|case| case.name().contains(&options.only)) {
        for tester in testers::installed().into_iter().filter(|tester| case == Case::Small || tester.is_perfloop()) {
            for users in USERS {
                eprintln!("{}, {}, {users} users", case.name(), tester.name());
                let row = measure_row(options, &servers, folder.path(), case, tester, users)?;
                table.push(row);
            }
        }
    }
    println!("{}", machine::facts(&servers.described()));
    println!("{table}");
    Ok(table.meets_bar())
}

/// One row: the run is made again, and shorter, as long as its capture has lost packets.
fn measure_row(
    options: &Options,
    servers: &Servers,
    folder: &Path,
    case: Case,
    tester: &dyn Tester,
    users: u32,
) -> io::Result<Row> {
    let target = servers.target(case);
    let mut row = Row::new(case, tester, users);
    for seconds in options.durations() {
        let order = Order { target: &target, users, seconds, folder };
        let capture = capture::Capture::start(folder, &target)?;
        let reported = tester.run(&order);
        let captured = capture.stop()?;
        let reported = match reported {
            Ok(reported) => reported,
            Err(error) => {
                row.fail(&error.to_string());
                break;
            }
        };
        if captured.lost > 0 {
            eprintln!("  the capture lost {} packets in {seconds} s", captured.lost);
            continue;
        }
        let wire = Wire::read(&captured.file, &target)?;
        if let Some(keep) = &options.keep {
            std::fs::create_dir_all(keep)?;
            let name = format!("{}-{}-{users}.pcap", case.file_stem(), tester.name());
            std::fs::copy(&captured.file, keep.join(name))?;
        }
        row.fill(wire, reported);
        // Sockets and threads of the run go away in the kernel after the tester has ended.
        std::thread::sleep(Duration::from_millis(200));
        break;
    }
    Ok(row)
}
