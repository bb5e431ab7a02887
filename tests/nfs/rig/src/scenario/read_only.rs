//! The reader on a read-only mount.

use std::io::ErrorKind;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::clients::{READER, WRITER_1};
use crate::function::{Function, make_wall};
use crate::http;
use crate::reader::Reader;
use crate::report::Report;

const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn run(report: &mut Report) -> Result<()> {
    make_wall("read-only")?;
    let refused = fs_err::write(READER.path("read-only/content"), "no").err().map(|error| error.kind());
    let found = format!("{refused:?}");
    report.check("the reader's mount refuses writes", refused == Some(ErrorKind::ReadOnlyFilesystem), found);

    let function = Function::start(0, WRITER_1, "read-only")?;
    let reader = Reader::start(8000, READER, "read-only", Some(&function.api()))?;
    let stream = reader.events()?;
    let watching = &reader.json("/api/status")?["watching"];
    report.check("it chose the network watcher by itself", *watching == json!("nfs"), watching);
    let posted = http::post(&format!("{}/api/messages", reader.url), &json!({ "text": "by the page" }), PATIENCE)?;
    report.check("a post through the page is written by the function", posted.status == 201, posted.status);
    let shown = stream.find(0, PATIENCE, |event| event.data["text"] == json!("by the page")).is_some();
    report.check("and comes back by /events", shown, shown);
    function.command(&json!({ "command": "change_config", "patch": { "title": "Changed" } }))?;
    let followed = stream.find(0, PATIENCE, |event| event.data["config"]["title"] == json!("Changed")).is_some();
    report.check("a configuration is followed", followed, followed);
    for path in [
        "/",
        "/api/messages",
        "/api/config",
        "/api/config/history",
        "/api/config/schema",
        "/api/status",
        "/live",
        "/ready",
    ] {
        let status = reader.get(path)?.status;
        report.check(&format!("GET {path}"), status == 200, status);
    }
    let history = reader.json("/api/config/history")?;
    let first = &history["history"][0]["generation"];
    report.check("the history has the generation", *first == json!(1), first);
    Ok(())
}
