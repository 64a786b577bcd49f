//! tcpdump on the loopback device while a tester runs.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::Process;
use crate::server::Target;

/// Of each packet: Ethernet, IP and TCP headers.
const HEADERS: &str = "96";
/// The same, and the TLS records of a handshake's small messages.
const HEADERS_AND_RECORDS: &str = "400";
/// Of the kernel's ring, in KiB: it holds what tcpdump cannot write down while testers take its processor.
const BUFFER_KIB: &str = "262144";
/// A file that has not grown for this long is whole.
const REST: Duration = Duration::from_millis(500);
/// libpcap puts the first packets of a capture through its filter once more by itself, and there does not know which
/// of them came in: it loses them. They are packets of these connections, which say nothing, …
const SACRIFICES: usize = 8;
/// … and not more than these.
const UNCOUNTED: u64 = 3 * SACRIFICES as u64;
const START_WITHIN: Duration = Duration::from_secs(10);

/// A capture that runs.
#[derive(Debug)]
pub(crate) struct Capture {
    process: Process,
    file: PathBuf,
    log: PathBuf,
}

/// A capture that has ended.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) file: PathBuf,
    /// Packets the kernel had no room for, or that tcpdump did not fetch.
    pub(crate) lost: u64,
}

impl Capture {
    /// Returns when packets are captured.
    pub(crate) fn start(folder: &Path, target: &Target) -> io::Result<Capture> {
        let (file, log) = (folder.join("capture.pcap"), folder.join("tcpdump.log"));
        let length = if target.is_tls { HEADERS_AND_RECORDS } else { HEADERS };
        // Loopback shows each packet as it leaves and as it comes in. The second has the stamp of its arrival.
        let filter = format!("inbound and tcp port {}", target.port);
        let mut command = Command::new(crate::machine::find("tcpdump").unwrap_or_else(|| "tcpdump".into()));
        command.args(["-n", "-i", "lo", "-s", length, "-B", BUFFER_KIB, "--time-stamp-precision=nano"]);
        // Packet by packet: of the kernel's blocks, the last may never be handed over.
        command.args(["--immediate-mode", "-Z", "root", "-w"]).arg(&file).arg(filter);
        let mut process = Process::start(command.stdout(Stdio::null()).stderr(File::create(&log)?))?;
        let until = Instant::now() + START_WITHIN;
        while !fs::read_to_string(&log)?.contains("listening on") {
            if Instant::now() > until || !process.is_running()? {
                return Err(io::Error::other(format!("tcpdump: {}", fs::read_to_string(&log)?.trim())));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        for _ in 0..SACRIFICES {
            drop(TcpStream::connect((Ipv4Addr::LOCALHOST, target.port))?);
        }
        Ok(Capture { process, file, log })
    }

    /// Waits until all packets are written down.
    pub(crate) fn stop(mut self) -> io::Result<Captured> {
        let mut length = 0;
        loop {
            std::thread::sleep(REST);
            let now = fs::metadata(&self.file)?.len();
            if now == length {
                break;
            }
            length = now;
        }
        if !self.process.end("INT", Duration::from_secs(10))? {
            return Err(io::Error::other("tcpdump did not end"));
        }
        let log = fs::read_to_string(&self.log)?;
        let count = |what: &str| log.lines().find_map(|line| line.strip_suffix(what)?.trim().parse::<u64>().ok());
        let counts =
            (count(" packets captured"), count(" packets received by filter"), count(" packets dropped by kernel"));
        let (Some(captured), Some(received), Some(dropped)) = counts else {
            return Err(io::Error::other(format!("tcpdump: {}", log.trim())));
        };
        let unfetched = received.saturating_sub(captured + dropped);
        let lost = if unfetched > UNCOUNTED { dropped + unfetched } else { dropped };
        Ok(Captured { file: self.file, lost })
    }
}
