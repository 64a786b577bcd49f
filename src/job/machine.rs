//! The machine that perfloop runs on, for the report.

use std::fs;
use std::num::NonZero;
use std::thread;

use crate::report::Host;

/// Machine that perfloop runs on, as far as files tell.
pub(crate) fn host() -> Host {
    let read = |path: &str| fs::read_to_string(path).ok();
    Host {
        os: Some(std::env::consts::OS.into()),
        kernel: read("/proc/sys/kernel/osrelease").map(|version| version.trim().into()),
        cpus: thread::available_parallelism().ok().map(|cpus| NonZero::get(cpus) as u64),
        cpu_model: read("/proc/cpuinfo").and_then(|text| value_of(&text, "model name").map(str::to_owned)),
        memory_bytes: read("/proc/meminfo").and_then(|text| memory(&text)),
    }
}

/// Value behind the first `key:`.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.into_iter().find_map(|(name, value)| (name.trim() == key).then(|| value.trim()))
}

fn memory(text: &str) -> Option<u64> {
    let kib: u64 = value_of(text, "MemTotal")?.strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_files_are_read() {
        assert_eq!(memory("MemTotal:        2048 kB\nMemFree:  1 kB\n"), Some(2 << 20));
        assert_eq!(memory("MemFree:  1 kB\n"), None);
        assert_eq!(value_of("processor\t: 0\nmodel name\t: A chip: fast\n", "model name"), Some("A chip: fast"));
    }
}
