//! The parser of Hurl files, and how its errors are shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perfloop_hurl::{Options, Source, parse_with, unsupported};

fuzz_target!(|text: &str| {
    for relative_urls in [false, true] {
        match parse_with(text, Options { relative_urls }) {
            Ok(file) => {
                let source = Source::new("fuzzed.hurl", text);
                unsupported(&file).iter().for_each(|error| drop(error.render(&source)));
            }
            Err(error) => drop(error.render(&Source::new("fuzzed.hurl", text))),
        }
    }
});
