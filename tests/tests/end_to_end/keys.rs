//! Repeated requests to the reader, with a real function behind it.

use anyhow::Result;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::{Reply, Wall, eventually, message_texts};

const FORM: &str = "application/x-www-form-urlencoded";

fn post(wall: &Wall, content_type: &str, body: &str) -> RequestBuilder {
    wall.http.post(wall.page("/api/messages")).header("content-type", content_type).body(body.to_owned())
}

#[tokio::test]
async fn a_message_that_is_sent_again_with_its_key_is_on_the_wall_once() -> Result<()> {
    let wall = Wall::start().await?;
    let send = |text: &'static str| Reply::to(post(&wall, "text/plain", text).header("idempotency-key", "key-1"));
    let (first, second) = (send("once").await?, send("once").await?);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 200));
    assert_eq!((first.json()?["repeated"].clone(), second.json()?["repeated"].clone()), (json!(false), json!(true)));
    assert_eq!(first.json()?["id"], second.json()?["id"]);
    let reused = send("another").await?;
    assert_eq!((reused.status.as_u16(), reused.json()?["error"].clone()), (409, json!("event_reused")));
    assert_eq!(wall.get().await?, "once\n");
    Ok(())
}

#[tokio::test]
async fn the_form_posts_once_if_its_button_is_pressed_twice() -> Result<()> {
    let wall = Wall::start().await?;
    let page = Reply::to(wall.http.get(wall.page("/"))).await?.success()?;
    let (_, rest) = page.text()?.split_once(r#"name="event" value=""#).expect("the form has a key");
    let form = format!("text=pressed+twice&author=ann&event={}", rest.split_once('"').expect("a quote").0);
    let press = || Reply::to(post(&wall, FORM, &form).header("accept", "text/html"));
    let (first, second) = tokio::try_join!(press(), press())?;
    // Both redirect to the wall, and the client has followed.
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
    assert_eq!(wall.get().await?, "pressed twice\n");
    Ok(())
}

#[tokio::test]
async fn a_body_of_curl_is_a_message_and_a_body_of_a_form_is_a_form() -> Result<()> {
    let wall = Wall::start().await?;
    Reply::to(post(&wall, FORM, "Hello")).await?.success()?;
    Reply::to(post(&wall, FORM, "text=see+issue+#42&author=bob")).await?.success()?;
    assert_eq!(wall.get().await?, "Hello\nsee issue #42\n");
    Ok(())
}

#[tokio::test]
async fn an_administrator_removes_one_message_and_then_clears_the_wall() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.post_all(&["one", "two", "three"]).await?;
    let shown: Value = eventually("all messages", async || {
        let shown = wall.json("/api/messages").await?;
        anyhow::ensure!(message_texts(&shown)?.len() == 3, "{shown}");
        Ok(shown)
    })
    .await?;
    let mut events = wall.events().await?;
    let delete = |path: String, key: &'static str| {
        let request = wall.http.request(Method::DELETE, wall.page(&path)).bearer_auth("secret");
        Reply::to(request.header("idempotency-key", key))
    };
    let id = shown["messages"][1]["id"].as_str().expect("an id").to_owned();
    for repeated in [false, true] {
        let answer = delete(format!("/api/messages/{id}"), "key-1").await?.success()?.json()?;
        assert_eq!(answer, json!({ "removed": id, "repeated": repeated }));
    }
    assert_eq!(events.next_named("removed").await?.data["id"], json!(id));
    assert_eq!(wall.get().await?, "one\nthree\n");
    let unknown = delete(format!("/api/messages/{id}"), "key-2").await?;
    assert_eq!((unknown.status.as_u16(), unknown.json()?["error"].clone()), (404, json!("message_unknown")));

    let cleared = delete("/api/messages".to_owned(), "key-3").await?.success()?.json()?;
    wall.post("after it").await?.success()?;
    let again = delete("/api/messages".to_owned(), "key-3").await?.success()?.json()?;
    assert_eq!((&cleared["repeated"], &again["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(wall.get().await?, "after it\n");
    Ok(())
}
