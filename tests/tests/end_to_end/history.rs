//! The history of the configuration, by the HTTP API of the reader: rollbacks, and publishers at the same time.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Reply, Wall, eventually};

async fn admin(wall: &Wall, path: &str, body: &Value) -> Result<Reply> {
    let request = wall.http.request(Method::POST, wall.page(path)).bearer_auth("secret");
    Reply::to(request.json(body)).await
}

/// Returns the whole configuration, which only an administrator sees.
async fn whole(wall: &Wall) -> Result<Value> {
    Reply::to(wall.http.get(wall.page("/api/config")).bearer_auth("secret")).await?.success()?.json()
}

/// Waits until the reader runs this generation, and returns its configuration.
async fn running(wall: &Wall, generation: u64) -> Result<Value> {
    eventually("the generation in the reader", async || {
        let config = whole(wall).await?;
        ensure!(config["generation"] == generation, "{config}");
        Ok(config)
    })
    .await
}

#[tokio::test]
async fn a_rollback_to_each_kept_generation_and_to_the_defaults_restores_it_exactly() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    let mut configs = vec![whole(&wall).await?["config"].clone()];
    for patch in [
        json!({ "title": "One", "banner": { "text": "Read only.", "tone": "danger" }, "posting": "closed" }),
        json!({ "banner": null, "blocked_words": ["giveaway", "jackpot"], "accent": "#0b7a5c" }),
        json!({ "keep_messages": 7, "max_message_chars": 4000, "title": "Ü \"x\" \u{1f426}" }),
    ] {
        let change = json!({ "patch": patch, "expected_generation": configs.len() - 1, "note": "made for a test" });
        let changed = admin(&wall, "/api/config", &change).await?.success()?.json()?;
        ensure!(changed["generation"] == configs.len(), "{changed}");
        configs.push(changed["config"].clone());
    }
    let mut current = 3;
    for (generation, config) in configs.iter().enumerate().chain([(0, &configs[0])]) {
        let back = json!({ "generation": generation, "expected_generation": current, "note": "back" });
        let restored = admin(&wall, "/api/config/rollback", &back).await?.success()?.json()?;
        current += 1;
        ensure!(restored["generation"] == current && restored["config"] == *config, "{restored}");
        let running = running(&wall, current).await?;
        ensure!(running["config"] == *config, "{running}");
        let cause = &running["cause"];
        ensure!(cause["restored"] == generation && cause["note"] == "back", "{cause}");
        let diff = wall.json(&format!("/api/config/diff?from={generation}&to={current}")).await?;
        ensure!(diff["changes"] == json!([]), "{diff}");
    }
    let history = wall.json("/api/config/history").await?;
    let generations: Vec<_> =
        history["history"].as_array().context("a list")?.iter().map(|it| &it["generation"]).collect();
    ensure!(json!(generations) == json!((1..=current).rev().collect::<Vec<_>>()), "{history}");
    let unknown = admin(&wall, "/api/config/rollback", &json!({ "generation": 99 })).await?;
    ensure!(unknown.status == 404 && unknown.json()?["error"] == "generation_unknown", "{}", unknown.text()?);
    Ok(())
}

#[tokio::test]
async fn of_publishers_with_the_same_expected_generation_exactly_one_wins() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").environments(4).start().await?;
    for expected in 0..5 {
        let change = |number: usize| {
            let body =
                json!({ "patch": { "title": format!("{expected} by {number}") }, "expected_generation": expected });
            let wall = &wall;
            async move { admin(wall, "/api/config", &body).await }
        };
        let answers = tokio::join!(change(0), change(1), change(2), change(3));
        let answers = [answers.0?, answers.1?, answers.2?, answers.3?];
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        ensure!(won.len() == 1, "{} have won", won.len());
        let won = won[0].json()?;
        ensure!(won["generation"] == expected + 1, "{won}");
        for answer in lost {
            let error = answer.json()?;
            ensure!(answer.status == 409 && error["error"] == "generation_conflict", "{error}");
            let message = error["message"].as_str().unwrap_or_default();
            ensure!(message.contains(&format!("{} is in force", expected + 1)), "{message}");
        }
        let running = running(&wall, expected + 1).await?;
        ensure!(running["config"]["title"] == won["config"]["title"], "{running}");
    }
    Ok(())
}
