//! Two tasks behind a proxy that sends each request to the next one.

use anyhow::{Result, ensure};
use reqwest::StatusCode;
use support::Reply;
use tests::{Nginx, Wall};

use crate::client::Client;

/// The posts. Each is followed by the page at the other task.
const POSTS: usize = 200;

#[tokio::test]
async fn a_message_is_on_the_page_that_follows_its_form_whichever_task_sends_that() -> Result<()> {
    // The tasks find nothing by themselves within the test.
    let scans = ["WATCH_INTERVAL_MS", "ANNOUNCED_INTERVAL_MS"];
    let builder = Wall::builder()?.variable("MESSAGEWALL_READERS", "2").variable("WATCH", "nfs");
    let wall = scans.into_iter().fold(builder, |builder, name| builder.variable(name, "60000")).start().await?;
    let nginx = Nginx::before_tasks(&wall.tasks()?).await?;

    let client = Client::new(0, 2, "http://wall.test")?;
    let url = |path: &str| format!("http://{}{path}", nginx.address);
    for number in 0..POSTS {
        let text = format!("message {number}.");
        let form = client.http.post(url("/api/messages")).header("accept", "text/html").form(&[("text", &text)]);
        let posted = Reply::to(form).await?;
        ensure!(posted.status == StatusCode::SEE_OTHER, "{posted:?}");
        let page = Reply::to(client.http.get(url(posted.header("location")))).await?.success()?;
        ensure!(page.text()?.contains(&text), "{text} is not on the page");
    }
    Ok(())
}
