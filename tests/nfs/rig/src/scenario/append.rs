//! The requests of one post by a writer that runs already and has no rival.

use anyhow::Result;
use serde_json::{Value, json};

use crate::clients::WRITER_1;
use crate::function::{Function, make_wall};
use crate::mountstats::Counts;
use crate::report::Report;

const POSTS: u64 = 20;
const TABLE: &str = "Requests of an uncontended post";

/// The requests of a post with an event before events were stored in `retries/` (commit ad6e42d), measured by this
/// scenario.
const BEFORE: f64 = 16.0;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    make_wall("append")?;
    let function = Function::start(0, WRITER_1, "append")?;
    function.command(&json!({ "command": "change_config", "patch": { "keep_messages": 10_000 } }))?;
    let post = |event: String| json!({ "command": "post", "text": "a message of the usual length", "event": event });
    for number in 0..5 {
        function.command(&post(format!("first-{number}")))?;
    }
    let new = measure(report, &function, "with a new event", |number| post(format!("new-{number}")))?;
    measure(report, &function, "a retry", |number| post(format!("new-{number}")))?;
    let found = format!("{new}, and {BEFORE} before");
    report.check("a post sends fewer requests than before events were stored", new < BEFORE, found);
    Ok(())
}

fn measure(report: &mut Report, function: &Function, what: &str, command: impl Fn(u64) -> Value) -> Result<f64> {
    let before = Counts::read(WRITER_1)?;
    for number in 0..POSTS {
        function.command(&command(number))?;
    }
    let counts = Counts::read(WRITER_1)?.since(&before);
    let each = counts.total() as f64 / POSTS as f64;
    let kinds: Vec<_> =
        counts.requests.iter().map(|(kind, count)| format!("{kind} {:.1}", *count as f64 / POSTS as f64)).collect();
    let cells = [
        ("post", json!(what)),
        ("posts", json!(POSTS)),
        ("requests each", json!(each)),
        ("of which", json!(kinds.join(", "))),
    ];
    report.row(TABLE, &cells);
    Ok(each)
}
