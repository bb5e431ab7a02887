//! An execution environment of the function. When it ends, another one takes its place, as on Lambda.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use support::Process;

use crate::process::{self, WRITER};

/// The pause between two looks at the process.
const PAUSE: Duration = Duration::from_millis(50);

/// A running environment, or its successor.
#[derive(Debug)]
pub(crate) struct Environment {
    process: Arc<Mutex<Process>>,
    closing: Arc<AtomicBool>,
}

impl Environment {
    /// Starts the environment with the Runtime API at this address, and the variable with the tasks that it tells. The number is a
    /// part of the name of its log.
    pub(crate) fn start(
        number: u16,
        runtime_api: String,
        wall: String,
        (variable, tasks): (&'static str, String),
    ) -> Result<Self> {
        let start = move || start(number, &runtime_api, &wall, (variable, &tasks));
        let (process, closing) = (Arc::new(Mutex::new(start()?)), Arc::new(AtomicBool::new(false)));
        let environment = Self { process: Arc::clone(&process), closing: Arc::clone(&closing) };
        thread::spawn(move || {
            while !closing.load(Ordering::Relaxed) {
                let mut process = process.lock().unwrap_or_else(PoisonError::into_inner);
                if process.has_ended() && !closing.load(Ordering::Relaxed) {
                    // If it cannot be started now, the next look tries again. Until then the function does not answer.
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

    /// Kills the environment at once. Another one takes its place.
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

fn start(number: u16, runtime_api: &str, wall: &str, (variable, tasks): (&str, &str)) -> Result<Process> {
    let mut variables = vec![
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", "MessageWall"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/MessageWall"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "rig"),
        ("WALL_DIR", wall),
    ];
    variables.extend((!tasks.is_empty()).then_some((variable, tasks)));
    process::start(&format!("writer-{number}"), WRITER, &["lambda-writer"], &variables)
}
