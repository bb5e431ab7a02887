//! Tasks behind one load balancer: the page that follows a form may come from a task that is behind.

use std::time::Duration;

use fargate_reader::{Settings, Watch};
use serde_json::json;

use crate::wall::{Reader, Wall};

/// Starts a task that looks at the volume only if it is asked to.
async fn behind(wall: &Wall) -> Reader {
    let watch_interval = Duration::from_mins(1);
    let settings =
        Settings { watch: Watch::Nfs, watch_interval, announced_interval: watch_interval, ..wall.settings() };
    let reader = Reader::start(settings).await;
    reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    reader
}

#[tokio::test]
async fn a_task_that_is_behind_looks_before_it_sends_the_page_after_a_redirect() {
    let wall = Wall::empty();
    let (ahead, behind) = (wall.reader().await, behind(&wall).await);
    for number in 0..20 {
        let text = format!("message {number}");
        wall.append(&[&text]);
        ahead.eventually("/api/messages", |page| page.to_string().contains(&text)).await;
        let cursor = ahead.json("/api/messages").await["cursor"].as_str().unwrap().to_owned();
        let page = behind.get(&format!("/?seen={cursor}")).await.text().await.unwrap();
        assert!(page.contains(&text), "{text}");
    }
    let published = wall.configure(json!({ "title": "Changed" }));
    let page = behind.get(&format!("/history?seen={}", published.generation)).await.text().await.unwrap();
    assert!(page.contains("Changed"));
}

#[tokio::test]
async fn a_cursor_that_nobody_has_served_delays_nobody_for_long() {
    let wall = Wall::empty();
    wall.append(&["one"]);
    let reader = wall.reader().await;
    let cursor = reader.json("/api/messages").await["cursor"].as_str().unwrap().to_owned();
    for seen in ["", "nonsense", &cursor, "01JD0000000000000000000000-9007199254740991-0"] {
        for path in ["/", "/history"] {
            let answer = reader.get(&format!("{path}?seen={seen}")).await;
            assert_eq!(answer.status(), 200, "{path} {seen}");
        }
    }
}
