//! Pasted commands of curl, and templates in what becomes of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perfloop::fuzzing::{curl, template};

fuzz_target!(|text: &str| {
    // Files that a command names are read: not those that have no end.
    if text.contains("dev") || text.contains("proc") {
        return;
    }
    for word in curl(text).unwrap_or_default() {
        let (filled, by_words) = template(&word);
        assert_eq!(filled, by_words);
    }
});
