//! Answers off the wire: in whatever pieces they come, and whoever reads them, they are read alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perfloop::fuzzing::answer;

fuzz_target!(|input: &[u8]| {
    let [size, bytes @ ..] = input else { return };
    let is_to_head = *size >= 128;
    let [whole, by_reader] = answer(bytes, bytes.len().max(1), is_to_head);
    assert_eq!(whole, by_reader);
    assert_eq!(answer(bytes, usize::from(size % 128).max(1), is_to_head), [whole, by_reader]);
});
