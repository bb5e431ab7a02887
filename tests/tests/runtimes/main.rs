//! The wall beside other programs: curl, the AWS CLI, a function in Python, and two other Lambda runtimes for the writer.
//! `tests/all runtimes` installs what these need, and runs them.

mod aws_cli;
mod curl;
mod foreign;
mod tool;
mod writer_runtime;
