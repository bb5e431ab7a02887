//! The program `follow`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match follow::Cli::read() {
        Ok(cli) => follow::run(cli),
        Err(code) => code,
    }
}
