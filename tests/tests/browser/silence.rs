//! The page while the volume is silent, as a mount whose server is gone.

use std::process::Command;

use anyhow::Result;
use serde_json::json;
use tempfile::TempDir;
use tests::Reader;

use crate::browser::Browser;

/// Longer than the time after which a reader reports the volume as silent, in microseconds.
const LONGER_THAN_A_READER_WAITS: u32 = 12_000_000;

#[tokio::test]
async fn a_silent_volume_is_told_beside_what_was_read_and_the_page_goes_on_by_itself() -> Result<()> {
    let volume = TempDir::with_prefix("wall-")?;
    let content = volume.path().join("content");
    fs_err::write(&content, "still here\n")?;
    // The second look at the log does not return.
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qqq", "-o", "/dev/null", "-e", "trace=open,openat", "-e"]);
    strace.arg(format!("inject=open,openat:delay_enter={LONGER_THAN_A_READER_WAITS}:when=2")).arg("-P").arg(&content);
    let reader = Reader::start_under(strace, volume.path()).await?;
    let browser = Browser::open(&reader.url("/")).await?;
    browser.until_message("still here").await?;

    fs_err::write(&content, "still here\nand more\n")?;
    browser.until_shown("#notices", "The volume has been silent for").await?;
    browser.until_shown("#connection", "volume silent").await?;
    assert_eq!(browser.messages().await?, json!(["still here"]), "what was read stays");

    browser.until_message("and more").await?;
    browser.until("no more notice of it", "return !document.querySelector('#notices .notice')", &[]).await?;
    browser.until_shown("#connection", "live").await?;
    browser.not_reloaded().await?;
    browser.no_complaints().await?;
    browser.quit().await
}
