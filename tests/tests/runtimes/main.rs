//! The wall with other programs: curl, the AWS CLI, a function in Python, and two other Lambda runtimes for the writer.
//! `tests/all runtimes` installs the programs and runs these tests.

mod aws_cli;
mod aws_sdks;
mod curl;
mod foreign;
mod writer_runtime;
