//! The commands of the blog post, and the answers that it prints.

use anyhow::Result;
use reqwest::{Method, StatusCode};
use tests::{Reply, Wall, eventually, message_texts, transcript};

#[tokio::test]
async fn the_six_commands_of_the_blog_print_the_answers_of_the_blog() -> Result<()> {
    let wall = Wall::start().await?;
    for (number, step) in (1..).zip(transcript()) {
        let reply = Reply::to(wall.request(step.method.parse()?).body(step.body)).await?;
        assert_eq!(reply.text()?, step.answer, "command {number}");
        assert_eq!(reply.status, StatusCode::OK, "command {number}");
        assert!(reply.header("content-type").starts_with("text/plain"), "command {number}");
    }
    Ok(())
}

#[tokio::test]
async fn other_methods_are_unsupported() -> Result<()> {
    let wall = Wall::start().await?;
    for method in [Method::PUT, Method::PATCH, Method::OPTIONS] {
        let reply = Reply::to(wall.request(method.clone()).body("Hello")).await?;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(reply.text()?, "Method unsupported.", "{method}");
    }
    assert_eq!(wall.get().await?, "No message yet.");
    Ok(())
}

#[tokio::test]
async fn the_reader_serves_the_messages_of_the_function() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post_all(&["first", "second"]).await?;
    eventually("both messages at the reader", async || {
        let texts = message_texts(&wall.json("/api/messages").await?)?;
        anyhow::ensure!(texts == ["first", "second"], "it has {texts:?}");
        Ok(())
    })
    .await?;
    wall.delete().await?;
    eventually("an empty wall at the reader", async || {
        let texts = message_texts(&wall.json("/api/messages").await?)?;
        anyhow::ensure!(texts.is_empty(), "it has {texts:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_function_returns_the_newest_100_messages_or_the_requested_number() -> Result<()> {
    let wall = Wall::start().await?;
    for number in 0..103 {
        wall.post(format!("message {number}")).await?.success()?;
    }
    let all = wall.get().await?;
    assert_eq!(all.lines().count(), 100);
    assert!(all.starts_with("message 3\n") && all.ends_with("message 102\n"), "{all}");
    let two = Reply::to(wall.http.get(wall.function() + "?limit=2")).await?.success()?;
    assert_eq!(two.text()?, "message 101\nmessage 102\n");
    Ok(())
}
