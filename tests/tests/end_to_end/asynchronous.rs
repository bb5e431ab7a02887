//! Asynchronous invocations, which succeed or are tried again.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::{Reply, Wall, eventbridge, eventually};

#[tokio::test]
async fn an_invocation_that_meets_a_held_lock_is_retried_until_it_succeeds() -> Result<()> {
    let wall = Wall::builder()?.timeout_seconds(2).start().await?;
    wall.post("before").await?.success()?;
    let lock = fs_err::File::open(wall.volume().join("writer.lock"))?.into_parts().0;
    lock.lock()?;
    let command = json!({ "command": "post", "text": "by a command" });
    for event in [command, eventbridge("Message Posted", &json!({ "text": "by an event" }))] {
        let url = wall.invocations();
        let accepted = wall.http.post(url).header("x-amz-invocation-type", "Event").body(event.to_string());
        assert_eq!(Reply::to(accepted).await?.status, 202);
    }
    // Both have failed once, so that from here on only another attempt can succeed.
    let status = || async { Reply::to(wall.http.get(wall.api("/status"))).await?.json() };
    eventually("two failed attempts", async || {
        let status = status().await?;
        ensure!(status["errors"].as_u64() >= Some(2), "{status}");
        Ok(())
    })
    .await?;
    lock.unlock()?;
    eventually("both messages", async || {
        let text = wall.get().await?;
        ensure!(
            text.contains("by a command\n") && text.contains("by an event\n") && text.lines().count() == 3,
            "{text}"
        );
        Ok(())
    })
    .await?;
    let status = status().await?;
    assert_eq!(status["dropped_events"], 0);
    let log = fs_err::read_to_string(wall.volume().with_file_name("volume.logs").join("lambda-writer.log"))?;
    let logged = log.lines().filter(|line| line.contains("wall_busy")).count();
    ensure!(status["errors"] == json!(logged), "{logged} lines in the log, not one for each failure: {status}\n{log}");
    Ok(())
}
