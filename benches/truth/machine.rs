//! The machine this runs on.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What this bench cannot do without and does not find here.
pub(crate) fn missing() -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return Some("it needs Linux: it captures packets of the loopback device, and reads their kernel's stamps");
    }
    if !is_root() {
        return Some("it needs root, to capture packets");
    }
    find("tcpdump").is_none().then_some("it needs tcpdump, which is not installed")
}

/// Line `Uid:` of proc_pid_status(5): real, effective, saved, file system.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    ids.and_then(|ids| ids.split_whitespace().nth(1)).is_some_and(|effective| effective == "0")
}

/// Where a program is. Servers and tcpdump often are in folders that only root's `PATH` has.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(more).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A folder that goes away by itself: in memory where that can be, so that writing the capture costs no disk.
pub(crate) fn fast_folder() -> io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
}

/// The facts that stand above the table.
pub(crate) fn facts(servers: &str) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!(
        "{cores} cores, Linux {}; {servers}; loopback only: tester, server and tcpdump share the cores. \
         Load average at the end: {load}.\n",
        kernel.trim()
    )
}
