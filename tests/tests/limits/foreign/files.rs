//! Foreign files in place of a published file and what lies beside it.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::Wall;

use super::{plant_all, posting_works};
use crate::plant::{FILE, Kind, prepare};
use crate::support::{prompt, recovered};

/// Sends a command about the published file, and returns its answer or the function error.
async fn ask(wall: &Wall, command: &str, fields: Value) -> Result<Value> {
    let mut event = json!({ "command": command, "name": FILE });
    for (name, value) in fields.as_object().into_iter().flatten() {
        event[name] = value.clone();
    }
    prompt(wall.http.post(wall.invocations()).body(event.to_string())).await?.json()
}

async fn publish(wall: &Wall) -> Result<Value> {
    ask(wall, "publish_file", json!({ "content": format!("number {}\n", fastrand::u32(..)) })).await
}

/// Publishes, which must succeed, and compares what programs read.
async fn publishes(wall: &Wall) -> Result<()> {
    let content = format!("number {}\n", fastrand::u32(..));
    let answer = ask(wall, "publish_file", json!({ "content": content })).await?;
    ensure!(answer["generation"].is_u64(), "{answer}");
    let current = fs_err::read_to_string(wall.volume().join("files").join(FILE).join("current"))?;
    ensure!(current == content, "current has {current:?}");
    Ok(())
}

/// A publication must fail and name the path.
async fn names(wall: &Wall, named: &str) -> Result<()> {
    let answer = publish(wall).await?;
    ensure!(answer["errorType"] == "volume_foreign", "{answer}");
    ensure!(answer.to_string().contains(named), "it does not name {named}: {answer}");
    Ok(())
}

/// Returns what is said of a foreign file where there must be a directory.
fn no_directory(name: &str, kind: Kind) -> String {
    format!("{name}: is {}; expected a directory", kind.found().unwrap_or("a regular file"))
}

#[tokio::test]
async fn a_foreign_file_at_files_or_a_file_is_named_by_a_publication_and_does_not_prevent_posts() -> Result<()> {
    for name in ["files".to_owned(), format!("files/{FILE}"), format!("files/{FILE}/history")] {
        plant_all(&name, async |wall, kind, _| {
            posting_works(wall).await?;
            if kind == Kind::Directory { publishes(wall).await } else { names(wall, &no_directory(&name, kind)).await }
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_foreign_file_at_current_is_named_and_not_replaced() -> Result<()> {
    plant_all(&format!("files/{FILE}/current"), async |wall, kind, _| {
        posting_works(wall).await?;
        let history = ask(wall, "file_history", json!({})).await?;
        let Some(found) = kind.found() else {
            let named = "current: is larger than 256 KiB; expected a file of at most 256 KiB";
            ensure!(history["fault"].as_str().is_some_and(|fault| fault.contains(named)), "{history}");
            return publishes(wall).await;
        };
        let named = format!("files/{FILE}/current: is {found}; expected a regular file");
        ensure!(history["fault"].as_str().is_some_and(|fault| fault.contains(&named)), "{history}");
        names(wall, &named).await
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_in_the_history_of_a_file_is_ignored() -> Result<()> {
    plant_all(&format!("files/{FILE}/history/0000000001.json"), async |wall, _, _| {
        posting_works(wall).await?;
        publishes(wall).await?;
        let rollback = ask(wall, "rollback_file", json!({ "generation": 1 })).await?;
        ensure!(rollback["error"] == "generation_unknown", "{rollback}");
        let history = ask(wall, "file_history", json!({})).await?;
        ensure!(history["generations"].as_array().is_some_and(|all| all.len() > 1), "{history}");
        ensure!(
            history["generations"].as_array().is_some_and(|all| all.iter().all(|one| one["generation"] != 1)),
            "{history}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_in_place_of_the_schema_is_named_by_a_publication() -> Result<()> {
    plant_all(&format!("files/{FILE}/schema.json"), async |wall, kind, _| {
        posting_works(wall).await?;
        let fault = match kind.found() {
            Some(found) => format!("is {found}; expected a regular file"),
            None => "is larger than 256 KiB; expected a document of at most 256 KiB".to_owned(),
        };
        names(wall, &format!("files/{FILE}/schema.json: {fault}")).await
    })
    .await
}

#[tokio::test]
async fn a_planted_schema_that_takes_forever_is_refused_and_everything_else_goes_on() -> Result<()> {
    let wall = Wall::builder()?.environments(1).start().await?;
    prepare(&wall).await?;
    let mut definitions = json!({ "0": { "type": "object" } });
    for step in 1..=60 {
        let before = json!({ "$ref": format!("#/$defs/{}", step - 1) });
        definitions[step.to_string()] = json!({ "allOf": [before, before] });
    }
    let schema = json!({ "$defs": definitions, "$ref": "#/$defs/60" }).to_string();
    let file = "planted.json";
    fs_err::create_dir_all(wall.volume().join("files").join(file))?;
    fs_err::write(wall.volume().join("files").join(file).join("schema.json"), schema)?;
    let planted = json!({ "command": "publish_file", "name": file, "content": "{}" });
    for _ in 0..2 {
        let answer = prompt(wall.http.post(wall.invocations()).body(planted.to_string())).await?.json()?;
        ensure!(answer["error"] == "schema_invalid", "{answer}");
        ensure!(
            answer["message"].as_str().is_some_and(|message| message.contains("takes longer than 2 s")),
            "{answer}"
        );
        recovered(&wall, "a schema that takes forever").await?;
    }
    Ok(())
}
