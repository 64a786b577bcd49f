//! The `mock_service` command: runs the service until it is told to end.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
