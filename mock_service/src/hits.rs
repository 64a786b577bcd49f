use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Paths counted by name; the hits of all later ones are summed up as [`OTHER`].
const MAX_PATHS: usize = 10_000;
/// Longer paths are not worth the memory of a name.
const MAX_PATH_BYTES: usize = 2_048;
const OTHER: &str = "(other)";
const SHARDS: usize = 16;

/// Requests counted per path.
///
/// Each worker thread counts into a shard of its own, so that its lock is practically never contended. All shards
/// are locked together to read or reset, so both see one moment.
#[derive(Default)]
pub(crate) struct Hits {
    shards: [Shard; SHARDS],
    /// The paths counted by name, in all shards together. Always locked after a shard.
    named: Mutex<HashSet<Box<str>>>,
}

/// One thread's counts, alone on its cache lines.
#[derive(Default)]
#[repr(align(128))]
struct Shard(Mutex<Counts>);

type Counts = HashMap<Box<str>, u64>;

impl Hits {
    /// Adds one hit of `path`. The service's own endpoints, `/__...`, are not counted.
    pub(crate) fn count(&self, path: &str) {
        if path.starts_with("/__") {
            return;
        }
        let mut counts = lock(&self.shards[shard_of_this_thread()].0);
        if let Some(count) = counts.get_mut(path) {
            *count += 1;
            return;
        }
        let name = if self.admits(path) { path } else { OTHER };
        *counts.entry(name.into()).or_default() += 1;
    }

    /// The hits of each path.
    pub(crate) fn by_path(&self) -> BTreeMap<String, u64> {
        let mut sum = BTreeMap::new();
        for counts in &self.lock_all() {
            for (path, count) in counts.iter() {
                *sum.entry(path.to_string()).or_default() += count;
            }
        }
        sum
    }

    /// The hits of all paths together.
    pub(crate) fn total(&self) -> u64 {
        self.lock_all().iter().flat_map(|counts| counts.values()).sum()
    }

    /// Starts again from zero.
    pub(crate) fn reset(&self) {
        let mut all = self.lock_all();
        all.iter_mut().for_each(|counts| counts.clear());
        lock(&self.named).clear();
    }

    /// `true` if `path` is counted by name: it is already, or there is room for it.
    fn admits(&self, path: &str) -> bool {
        let mut named = lock(&self.named);
        if named.contains(path) {
            return true;
        }
        let room = named.len() < MAX_PATHS && path.len() <= MAX_PATH_BYTES;
        if room {
            named.insert(path.into());
        }
        room
    }

    fn lock_all(&self) -> Vec<MutexGuard<'_, Counts>> {
        self.shards.iter().map(|shard| lock(&shard.0)).collect()
    }
}

fn shard_of_this_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static SHARD: Cell<usize> = Cell::new(NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
    }
    SHARD.get()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_of_many_threads_add_up() {
        let hits = Hits::default();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1_000).for_each(|_| hits.count("/json")));
            }
        });
        assert_eq!(hits.by_path(), BTreeMap::from([("/json".to_string(), 8_000)]));
    }

    #[test]
    fn the_number_of_named_paths_is_bounded_and_the_total_stays_exact() {
        let hits = Hits::default();
        for n in 0..MAX_PATHS + 5 {
            hits.count(&format!("/{n}"));
        }
        hits.count("/0");
        let paths = hits.by_path();
        assert_eq!((paths.len(), paths[OTHER], paths["/0"]), (MAX_PATHS + 1, 5, 2));
        assert_eq!(hits.total(), MAX_PATHS as u64 + 6);
    }

    #[test]
    fn a_reset_makes_room_again() {
        let hits = Hits::default();
        hits.count("/a");
        hits.reset();
        assert_eq!(hits.total(), 0);
        hits.count("/a");
        assert_eq!(hits.by_path()["/a"], 1);
    }
}
