//! CSV files as feeds.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;
use std::{env, fs, process};

use libfuzzer_sys::fuzz_target;
use perfloop::Feed;

static FILE: LazyLock<PathBuf> = LazyLock::new(|| env::temp_dir().join(format!("perfloop-fuzz-{}.csv", process::id())));

fuzz_target!(|bytes: &[u8]| {
    fs::write(&*FILE, bytes).expect("the folder for temporary files");
    match Feed::untyped(&*FILE) {
        Ok(feed) => assert!(!feed.rows().is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    drop(Feed::<(String, u64)>::from_csv(&*FILE));
});
