//! The `mock_service` command: runs the service until it is told to end.

mod command;
// The library reads durations in URLs by the same source.
mod duration;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
