//! `shapes`: makes a model that names shapes, and pictures to try it.

use std::process::ExitCode;

fn main() -> ExitCode {
    shapes::cli::main()
}
