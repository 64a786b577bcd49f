//! What a Hurl file makes of an answer: its own text, a captured value and the body are all foreign. The input is these
//! three behind one another, with a line of `---` between them. It runs on the smallest stack that a user may have.
#![no_main]

use std::panic::resume_unwind;
use std::thread;

use libfuzzer_sys::fuzz_target;
use perfloop::fuzzing::evaluate;

const SMALLEST_STACK: usize = 256 * 1024;
const KINDS: [&str; 4] =
    ["application/json", "text/html; charset=utf-8", "application/xml", "text/plain; charset=latin1"];

fuzz_target!(|input: &str| {
    let mut parts = input.splitn(3, "\n---\n");
    let [rest, captured, body] = [parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default);
    let evaluate_all = || KINDS.iter().for_each(|kind| drop(evaluate(rest, kind, body.as_bytes(), captured)));
    let ended = thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(SMALLEST_STACK);
        builder.spawn_scoped(scope, evaluate_all).expect("a thread").join()
    });
    ended.unwrap_or_else(|panic| resume_unwind(panic));
});
