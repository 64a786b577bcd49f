//! The command `perfloop`; everything it does is in the library.

fn main() -> std::process::ExitCode {
    perfloop::cli::main()
}
