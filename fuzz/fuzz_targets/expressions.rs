//! The small languages of flags: gates, thresholds, durations, rates, sizes, stages, tolerances, statuses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perfloop::fuzzing::stages;
use perfloop::stats::ToleranceOf;
use perfloop::{Gate, Statuses, units};

fuzz_target!(|text: &str| {
    for gate in [Gate::fail_if(text), Gate::threshold(text)].into_iter().flatten() {
        assert!(!gate.expr().is_empty());
    }
    if let Ok(duration) = units::parse_duration(text) {
        drop(units::short(duration));
    }
    drop((units::parse_rate(text), units::parse_bytes(text)));
    // What is shown of stages is read again.
    if let Ok(shown) = stages(text) {
        drop(stages(&shown));
    }
    drop((text.parse::<ToleranceOf>(), text.parse::<Statuses>()));
});
