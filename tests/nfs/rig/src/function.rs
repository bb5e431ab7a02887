//! The function: a Lambda service and one execution environment on one of the clients.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use support::{Process, wait_for};

use crate::clients::Client;
use crate::environment::Environment;
use crate::http;
use crate::process::{self, GROUP, WRITER};
use crate::server;

/// The time that the programs may take to start on this slow machine.
pub(crate) const START: Duration = Duration::from_secs(60);

/// Makes the directory of a wall on the server, as an EFS access point does.
pub(crate) fn make_wall(name: &str) -> Result<()> {
    let path = server::path(name);
    fs_err::create_dir_all(&path)?;
    std::os::unix::fs::chown(&path, Some(WRITER), Some(GROUP)).context("giving the wall to the function")?;
    fs_err::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o750))?;
    Ok(())
}

/// A Lambda service with one execution environment, so that each write has a known writer.
#[derive(Debug)]
pub(crate) struct Function {
    number: u16,
    environment: Environment,
    _service: Process,
}

/// The result of a post.
#[derive(Debug)]
pub(crate) enum Posted {
    /// The function says that the message is on the wall.
    Accepted(Value),
    /// The function says that it is not. Holds the stable name of the error.
    Refused(String),
    /// The result is unknown: the environment was killed, or did not answer in time.
    Unknown,
}

impl fmt::Display for Posted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(_) => f.write_str("accepted"),
            Self::Refused(name) => f.write_str(name),
            Self::Unknown => f.write_str("no answer of the function"),
        }
    }
}

impl Function {
    /// Starts the function with this number on a client. Its ports follow from the number.
    pub(crate) fn start(number: u16, client: Client, wall: &str) -> Result<Self> {
        Self::start_telling(number, client, wall, ("READERS", &[]))
    }

    /// Starts a function that tells the tasks at these addresses what it has written. They are the value of a variable.
    pub(crate) fn start_telling(
        number: u16,
        client: Client,
        wall: &str,
        (variable, tasks): (&'static str, &[String]),
    ) -> Result<Self> {
        let (api, runtime_api) = (address(9000, number), address(9100, number));
        let arguments = ["lambda", "--api", &api, "--runtime-api", &runtime_api];
        let service = process::start(&format!("lambda-{number}"), 0, &arguments, &[])?;
        // An environment ends if it finds no service.
        let listens = || std::net::TcpStream::connect(&runtime_api).is_ok();
        ensure!(wait_for(START, listens), "the Lambda service does not start");
        let wall = client.path(wall).to_string_lossy().into_owned();
        let environment = Environment::start(number, runtime_api, wall, (variable, tasks.join(",")))?;
        let function = Self { number, environment, _service: service };
        function.await_answer()?;
        Ok(function)
    }

    /// Kills the execution environment at once. Another one takes its place.
    pub(crate) fn kill_environment(&self) {
        self.environment.kill();
    }

    pub(crate) fn api(&self) -> String {
        format!("http://{}", address(9000, self.number))
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/2015-03-31/functions/MessageWall/invocations", self.api())
    }

    /// Sends a command, and returns an error if it does not succeed.
    pub(crate) fn command(&self, command: &Value) -> Result<Value> {
        match invoke(&self.url(), command) {
            Posted::Accepted(answer) => Ok(answer),
            other => bail!("{command}: {other}"),
        }
    }

    /// Waits for the first answer, which comes when the programs have started.
    fn await_answer(&self) -> Result<()> {
        let read = json!({ "command": "read", "limit": 1 });
        let answers = || matches!(invoke(&self.url(), &read), Posted::Accepted(_));
        ensure!(wait_for(START, answers), "the function does not answer");
        Ok(())
    }
}

/// Posts a message. A repetition with the same `event` changes nothing.
pub(crate) fn post(url: &str, text: &str, event: &str) -> Posted {
    invoke(url, &json!({ "command": "post", "author": "rig", "text": text, "event": event }))
}

fn invoke(url: &str, command: &Value) -> Posted {
    // Longer than the timeout of an invocation.
    let Ok(answer) = http::post(url, command, Duration::from_secs(30)) else { return Posted::Unknown };
    let json = answer.json();
    if answer.status != 200 {
        return Posted::Unknown;
    }
    // A refusal is an answer. A failure that may succeed later is a function error. Both use names in lower case, and
    // Lambda's own errors begin with a capital.
    let name = if answer.function_error { &json["errorType"] } else { &json["error"] };
    match name.as_str() {
        Some(name) if name.starts_with(|first: char| first.is_ascii_lowercase()) => Posted::Refused(name.to_owned()),
        None if !answer.function_error => Posted::Accepted(json),
        _ => Posted::Unknown,
    }
}

fn address(base: u16, number: u16) -> String {
    format!("127.0.0.1:{}", base + number)
}
