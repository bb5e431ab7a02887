//! The text that is printed when all parts have started.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde_json::json;
use wall_api::{ChangeConfig, Command, Post};

use crate::defaults::{API_URL, FUNCTION, WALL_URL};
use crate::doors::WALL_PATH;
use crate::model;

/// The source of the wall's own events.
pub(crate) const EVENT_SOURCE: &str = "messagewall";

/// The detail type of an event that changes the configuration.
pub(crate) const CONFIG_CHANGE: &str = "Config Change Requested";

/// The text, with addresses and commands.
pub(super) struct Welcome<'a> {
    /// The URLs of the readers.
    pub(super) walls: &'a [String],
    /// The address at which an administrator signs in.
    pub(super) sign_in: String,
    pub(super) api: &'a str,
    pub(super) volume: &'a Path,
    pub(super) logs: &'a str,
    pub(super) environments: usize,
}

/// An EventBridge event with the fields that `messagewall invoke` needs.
#[derive(Serialize)]
struct Event {
    source: &'static str,
    #[serde(rename = "detail-type")]
    detail_type: &'static str,
    detail: ChangeConfig,
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sign_in, api, logs, environments, .. } = self;
        let (wall, others) = self.walls.split_first().map_or(("", &[][..]), |(wall, others)| (wall, others));
        let others = others.iter().map(|other| format!("\n           {other}/")).collect::<String>();
        let volume = self.volume.display();
        let messagewall = std::env::args().next().unwrap_or_else(|| "messagewall".to_owned());
        let endpoint = if *api == API_URL { String::new() } else { format!("--endpoint {api} ") };
        let (event, command) = (to_json(&event())?, to_json(&command())?);
        let pictures = pictures(self.volume, &messagewall, wall);
        write!(
            f,
            "MessageWall is up.

  wall     {wall}/{others}
  admin    {sign_in}
  API      {api}{WALL_PATH}
  volume   {volume} (the container only reads it; {environments} execution environments write it)
  logs     {logs}

Three things to try while you look at the wall:

  post a message
    curl -X POST -H 'Content-Type: text/plain' -d 'Hello from EFS!' {api}{WALL_PATH}

  change the configuration with an event
    echo '{event}' | {messagewall} invoke {endpoint}-

  call the function as the AWS CLI does
    echo '{command}' | aws lambda invoke --endpoint-url {api} --region us-east-1 --no-sign-request --function-name {FUNCTION} --payload fileb:///dev/stdin /dev/stdout

{pictures}

Ctrl-C ends everything."
        )
    }
}

/// Returns what to do with pictures: to make a model, or, if there is one, to post a picture.
fn pictures(volume: &Path, messagewall: &str, wall: &str) -> String {
    let to_wall = if wall == WALL_URL { String::new() } else { format!(" --wall {wall}") };
    if model::exists(volume) {
        return format!(
            "Pictures are classified:\n    {messagewall} post{to_wall} --picture FILE 'What is in this picture?'"
        );
    }
    let volume = volume.display();
    format!(
        "Pictures are not classified, because there is no model. This makes a small one, which names shapes
(faster from the sources: `cargo run --release -- model`):
    {messagewall} model --volume {volume}"
    )
}

fn event() -> Event {
    let patch = json!({ "title": "Hello", "accent": "#0b7a5c" });
    Event {
        source: EVENT_SOURCE,
        detail_type: CONFIG_CHANGE,
        detail: ChangeConfig { patch, ..ChangeConfig::default() },
    }
}

fn command() -> Command {
    let (author, text) = (Some("cli".to_owned()), "Hello from the CLI".to_owned());
    Command::Post(Post { author, text, ..Post::default() })
}

fn to_json(value: &impl Serialize) -> Result<String, fmt::Error> {
    serde_json::to_string(value).map_err(|_| fmt::Error)
}
