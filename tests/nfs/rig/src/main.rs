//! The program inside the virtual machine of `tests/nfs`: it changes files through one NFS client and measures what other
//! clients see, and when. It prints its results as JSON lines.

mod changes;
mod clients;
mod environment;
mod function;
mod http;
mod latency;
mod mountstats;
mod posters;
mod process;
mod reader;
mod report;
mod scale;
mod scenario;
mod server;
mod sight;

use std::process::ExitCode;

use crate::report::Report;
use crate::scale::Scale;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let scale = if arguments.iter().any(|argument| argument == "--full") { Scale::FULL } else { Scale::SHORT };
    arguments.retain(|argument| !argument.starts_with("--"));
    let mut complete = true;
    for name in arguments {
        let mut report = Report::new(&name);
        if let Err(error) = scenario::run(&name, scale, &mut report) {
            report.check("it runs to its end", false, format!("{error:#}"));
            process::report_logs(&mut report);
            complete = false;
        }
        report.end();
    }
    if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
