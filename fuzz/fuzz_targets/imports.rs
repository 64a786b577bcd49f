//! Files of other tools: whatever stands in them, what is made of them is Hurl.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perfloop::fuzzing::import;

fuzz_target!(|input: &[u8]| {
    let [format, text @ ..] = input else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    if let Err(error) = import(usize::from(*format), text) {
        assert!(!error.contains("please report it"), "{error}");
    }
});
