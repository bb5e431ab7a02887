//! `messagewall`: the whole wall on one machine.

use std::process::ExitCode;

fn main() -> ExitCode {
    local_cloud::cli::main()
}
