//! An execution environment of the function, which is replaced when it ends, as Lambda does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Result;

use crate::process::{Process, WRITER};

/// How often it is looked after.
const PAUSE: Duration = Duration::from_millis(50);

/// A running environment, or the one that follows it.
#[derive(Debug)]
pub(crate) struct Environment {
    process: Arc<Mutex<Process>>,
    closing: Arc<AtomicBool>,
}

impl Environment {
    /// Starts it under the Runtime API at this address. The number names its log.
    pub(crate) fn start(number: u16, runtime_api: String, wall: String) -> Result<Self> {
        let start = move || start(number, &runtime_api, &wall);
        let (process, closing) = (Arc::new(Mutex::new(start()?)), Arc::new(AtomicBool::new(false)));
        let environment = Self { process: Arc::clone(&process), closing: Arc::clone(&closing) };
        thread::spawn(move || {
            while !closing.load(Ordering::Relaxed) {
                let mut process = process.lock().unwrap_or_else(PoisonError::into_inner);
                if process.has_ended() && !closing.load(Ordering::Relaxed) {
                    // Where it cannot be started now it may be next time; else nobody answers, which is told there.
                    if let Ok(next) = start() {
                        *process = next;
                    }
                }
                drop(process);
                thread::sleep(PAUSE);
            }
        });
        Ok(environment)
    }

    /// Kills it, whatever it is doing. Another takes its place.
    pub(crate) fn kill(&self) {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        self.kill();
    }
}

fn start(number: u16, runtime_api: &str, wall: &str) -> Result<Process> {
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", "MessageWall"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/MessageWall"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "rig"),
        ("WALL_DIR", wall),
    ];
    Process::start(&format!("writer-{number}"), WRITER, &["lambda-writer"], &variables)
}
