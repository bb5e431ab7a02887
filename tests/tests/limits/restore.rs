//! `messagewall restore`.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use tests::{Wall, binary, eventually, message_texts};

#[tokio::test]
async fn restored_messages_appear_in_every_browser_before_later_ones() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post_all(&["one", "two"]).await?;
    let mut events = wall.events().await?;
    wall.delete().await?;
    wall.post("since").await?.success()?;
    events.until("the new wall", |event| event.data.to_string().contains("since")).await?;
    let said = messagewall_restore(wall.volume())?;
    assert_eq!(said, "2 messages are back; the wall holds 3\n");
    assert_eq!(wall.get().await?, "one\ntwo\nsince\n");
    let all = ["one", "two", "since"];
    eventually("everything at the reader", async || {
        let texts = message_texts(&wall.json("/api/messages").await?)?;
        ensure!(texts == all, "it has {texts:?}");
        Ok(())
    })
    .await?;
    events
        .until("the wall with everything", |event| {
            event.name == "wall" && message_texts(&event.data).is_ok_and(|texts| texts == all)
        })
        .await?;
    wall.post("and on").await?.success()?;
    assert_eq!(wall.get().await?, "one\ntwo\nsince\nand on\n");
    Ok(())
}

/// Runs `messagewall restore` and returns its output.
pub(crate) fn messagewall_restore(volume: &Path) -> Result<String> {
    let output = Command::new(binary("messagewall")?).arg("restore").arg("--volume").arg(volume).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}
