//! Linux.

use std::fs;
use std::io::{self, IoSliceMut};
use std::net::{TcpStream, UdpSocket};
use std::os::fd::{AsFd as _, AsRawFd as _, RawFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, TimestampingFlag, recv, recvmsg, setsockopt, sockopt};
use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};

use super::{Limit, Received};
use crate::moment::Moment;

/// Files perfloop itself has open: terminal, reports, libraries.
const OWN_FILES: u64 = 64;
/// Threads that are no user's.
const OWN_THREADS: u64 = 32;
/// Memory maps of the program and its libraries.
const OWN_MAPS: u64 = 1000;

/// Value for a niceness of 10, of the 0 to 99 that the crate takes which sets the policy.
const NICE_TEN: u8 = 22;

/// Raises the soft limit of open files to the hard one. Servers keep it low for a call (`select`) that perfloop does not use.
pub(crate) fn raise_open_files() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
    {
        // When it fails, the limit is as it was, and the run says so if it bites.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

/// Lets the calling thread be scheduled as one of many that work: it does not interrupt another when it wakes
/// up, and it steps back for the threads that watch over a run. Users so cost fewer switches, and a thousand of them that
/// are ready to run leave the collector, the timer and the conductor their share of a processor.
pub(crate) fn schedule_as_batch() {
    let batch = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
    // When it fails, the thread is scheduled like any other.
    if let Ok(priority) = ThreadPriority::try_from(NICE_TEN) {
        let _ = set_thread_priority_and_policy(thread_native_id(), priority, batch);
    }
}

/// Keeps the kernel stamping from the start of a run to its end: it switches stamping on some time after the
/// first socket asks for it, and off with the last, and answers in between would have none.
#[derive(Debug)]
pub(crate) struct StampKeeper {
    _socket: Option<UdpSocket>,
}

impl StampKeeper {
    pub(crate) fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").ok();
        if let Some(socket) = &socket {
            // Where it fails there are no stamps at all, which is counted.
            let _ = setsockopt(socket, sockopt::Timestamping, &stamps()).is_ok() && wait_for_stamps(socket).is_ok();
        }
        StampKeeper { _socket: socket }
    }
}

/// Sends itself datagrams until one is stamped: the kernel takes a while to begin, the longer the busier it is.
fn wait_for_stamps(socket: &UdpSocket) -> io::Result<()> {
    const TRIES: u32 = 100;
    socket.connect(socket.local_addr()?)?;
    socket.set_read_timeout(Some(Duration::from_millis(10)))?;
    for _ in 0..TRIES {
        socket.send(&[0])?;
        let mut byte = [0];
        if receive_from(socket.as_raw_fd(), &mut byte).is_ok_and(|received| received.stamp.is_some()) {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// The kernel is to note when each segment arrives.
fn stamps() -> TimestampingFlag {
    TimestampingFlag::SOF_TIMESTAMPING_RX_SOFTWARE | TimestampingFlag::SOF_TIMESTAMPING_SOFTWARE
}

/// Asks for stamps on what arrives at this socket. Where there are none, reads just carry none.
pub(crate) fn stamp_arrivals(socket: &TcpStream) {
    let _ = setsockopt(socket, sockopt::Timestamping, &stamps());
}

/// Room for a stamp's control message, aligned as one.
#[repr(align(8))]
struct ControlRoom([u8; 128]);

/// Reads as `recv` does, and takes the arrival of the last segment with it.
pub(crate) fn receive(socket: &TcpStream, buffer: &mut [u8]) -> io::Result<Received> {
    receive_from(socket.as_raw_fd(), buffer)
}

fn receive_from(socket: RawFd, buffer: &mut [u8]) -> io::Result<Received> {
    let mut room = ControlRoom([0; 128]);
    let mut slices = [IoSliceMut::new(buffer)];
    let message = recvmsg::<()>(socket, &mut slices, Some(&mut room.0), MsgFlags::empty())?;
    let stamp = message.cmsgs().ok().and_then(|mut messages| {
        messages.find_map(|message| match message {
            ControlMessageOwned::ScmTimestampsns(stamps) => Some(Duration::from(stamps.system)),
            _ => None,
        })
    });
    Ok(Received { bytes: message.bytes, stamp: stamp.filter(|stamp| !stamp.is_zero()) })
}

/// An open connection between two exchanges has nothing to read: neither bytes nor an end.
pub(crate) fn is_quiet(socket: &TcpStream) -> bool {
    let flags = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
    recv(socket.as_raw_fd(), &mut [0], flags) == Err(Errno::EAGAIN)
}

/// The other side has reset the connection, or does so within this time.
pub(crate) fn is_reset_within(socket: &TcpStream, time: Duration) -> bool {
    let deadline = Moment::now() + time;
    // Only errors and the end of both directions are told of a socket of which nothing is asked.
    let mut sockets = [PollFd::new(socket.as_fd(), PollFlags::empty())];
    loop {
        let left = deadline.saturating_duration_since(Moment::now());
        // A whole millisecond more, so that no part of one is polled for again and again.
        let left = u16::try_from(left.as_millis() + 1).unwrap_or(u16::MAX);
        match poll(&mut sockets, PollTimeout::from(left)) {
            Err(Errno::EINTR) => {}
            // Both directions end also where perfloop itself shuts the socket down: that is no reset.
            _ => return sockets[0].revents().is_some_and(|events| events.contains(PollFlags::POLLERR)),
        }
    }
}

/// The process, or the machine, has as many files open as it may.
pub(crate) fn is_out_of_files(error: &io::Error) -> bool {
    matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::EMFILE | Errno::ENFILE))
}

/// Limits on the number of users of this machine.
pub(crate) fn limits() -> Vec<Limit> {
    let limit = |of, available: Option<u64>, own: u64, per_user, doubled_by_embedded, remedy| {
        let available = available?.saturating_sub(own);
        Some(Limit { of, available, own, per_user, doubled_by_embedded, remedy })
    };
    let open_files = getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(_, hard)| hard);
    let found = [
        limit("open files", open_files, OWN_FILES, 1, true, "ulimit -Hn"),
        limit("threads", number("/proc/sys/kernel/threads-max"), OWN_THREADS, 1, false, "sysctl kernel.threads-max"),
        limit("process ids", number("/proc/sys/kernel/pid_max"), OWN_THREADS, 1, false, "sysctl kernel.pid_max"),
        limit("threads of its control group", cgroup_threads(), OWN_THREADS, 1, false, "pids.max"),
        // A thread's stack and the page that guards it.
        limit("memory maps", number("/proc/sys/vm/max_map_count"), OWN_MAPS, 2, false, "sysctl vm.max_map_count"),
        limit("ports for connections to one address", ports(), 0, 1, false, "sysctl net.ipv4.ip_local_port_range"),
    ];
    found.into_iter().flatten().collect()
}

fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// The limit of the process's own control group (version 2); `max` is none.
fn cgroup_threads() -> Option<u64> {
    number(&cgroup_file("pids.max")?)
}

fn cgroup_file(name: &str) -> Option<String> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    Some(format!("/sys/fs/cgroup{}/{name}", group.trim_end_matches('/')))
}

/// Bytes that can still be taken without swapping: the machine's, or the control group's if it has less left.
pub(crate) fn free_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let of_machine = line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.saturating_mul(1024);
    let of_group = || {
        let limit = number(&cgroup_file("memory.max")?)?;
        Some(limit.saturating_sub(number(&cgroup_file("memory.current")?)?))
    };
    Some(of_group().map_or(of_machine, |left| left.min(of_machine)))
}

fn ports() -> Option<u64> {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let mut ends = range.split_whitespace().map(str::parse::<u64>);
    let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
    Some(last.saturating_sub(first) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_limits_and_they_let_some_users_in() {
        let limits = limits();
        assert!(limits.iter().any(|limit| limit.of == "open files"));
        assert!(limits.iter().all(|limit| limit.users(false) > 10), "{limits:?}");
    }

    #[test]
    fn a_target_in_the_same_process_halves_the_users_that_fit() {
        let files =
            Limit { of: "open files", available: 100, own: 0, per_user: 1, doubled_by_embedded: true, remedy: "" };
        assert_eq!((files.users(false), files.users(true)), (100, 50));
    }

    #[test]
    fn the_soft_limit_of_open_files_is_raised_to_the_hard_one() {
        raise_open_files();
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("limits");
        assert_eq!(soft, hard);
    }

    #[test]
    fn a_batch_thread_has_the_policy_and_steps_back_for_the_others() {
        let stat = std::thread::spawn(|| {
            schedule_as_batch();
            fs::read_to_string("/proc/thread-self/stat").expect("stat")
        });
        let stat = stat.join().expect("thread");
        // After the name in brackets: field 19 is the niceness, 41 the policy (proc_pid_stat(5)).
        let fields: Vec<&str> = stat.rsplit(')').next().expect("fields").split_whitespace().collect();
        const SCHED_BATCH: &str = "3";
        assert_eq!((fields[19 - 3], fields[41 - 3]), ("10", SCHED_BATCH), "{stat}");
    }
}
