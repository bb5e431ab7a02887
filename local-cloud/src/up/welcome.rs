//! What is said when everything answers.

use std::fmt;
use std::path::Path;

use crate::doors::WALL_PATH;

pub(super) struct Welcome<'a> {
    pub(super) wall: &'a str,
    pub(super) api: &'a str,
    pub(super) volume: &'a Path,
    pub(super) logs: &'a str,
    pub(super) environments: usize,
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wall, api, logs, environments, .. } = self;
        let volume = self.volume.display();
        let function = "MessageWall";
        let me = std::env::args().next().unwrap_or_else(|| "messagewall".to_owned());
        let endpoint = if *api == "http://127.0.0.1:9000" { String::new() } else { format!("--endpoint {api} ") };
        write!(
            f,
            r##"MessageWall is up.

  wall     {wall}/
  API      {api}{WALL_PATH}
  volume   {volume} (the container only reads it; {environments} execution environments write it)
  logs     {logs}

Three things to try while you look at the wall:

  post a message
    curl -X POST -H 'Content-Type: text/plain' -d 'Hello from EFS!' {api}{WALL_PATH}

  change the configuration with an event
    echo '{{"source":"messagewall","detail-type":"Config Change Requested","detail":{{"patch":{{"title":"Hello","accent":"#0b7a5c"}}}}}}' | {me} invoke {endpoint}-

  call the function as the AWS CLI does
    echo '{{"command":"post","author":"cli","text":"Hello from the CLI"}}' | aws lambda invoke --endpoint-url {api} --region us-east-1 --no-sign-request --function-name {function} --payload fileb:///dev/stdin /dev/stdout

Ctrl-C ends everything."##
        )
    }
}
