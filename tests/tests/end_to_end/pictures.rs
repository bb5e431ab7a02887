//! Pictures from the upload to the label, with a real model.

use anyhow::{Context, Result, ensure};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use shapes::make::{Options, make};
use shapes::{Shape, draw, jpeg};
use tests::{Reply, Wall, eventually};

fn drawn(shape: Shape) -> Result<Vec<u8>> {
    Ok(jpeg::encode(&draw::poster(shape, 5, 1000, 700))?)
}

async fn upload(wall: &Wall, picture: Vec<u8>, key: &str) -> Result<Reply> {
    let form = Form::new().text("text", "What is it?").part("picture", Part::bytes(picture).file_name("a.jpg"));
    let request = wall.http.post(wall.page("/api/pictures")).header("accept", "application/json");
    Reply::to(request.header("idempotency-key", key.to_owned()).multipart(form)).await
}

async fn message(wall: &Wall, id: &str) -> Result<Value> {
    let messages = wall.json("/api/messages").await?;
    let message = messages["messages"].as_array().context("no messages")?.iter().find(|message| message["id"] == id);
    message.cloned().context("the message is not on the wall")
}

#[tokio::test]
async fn a_picture_is_on_the_wall_at_once_and_gets_the_label_of_the_model() -> Result<()> {
    let wall = Wall::start().await?;
    make(&wall.volume().join("models"), "shapes", &Options::default())?;
    let mut events = wall.events().await?;
    for shape in [Shape::Star, Shape::Heart, Shape::Circle] {
        let key = format!("{shape:?}");
        let posted = upload(&wall, drawn(shape)?, &key).await?.success()?.json()?;
        let id = posted["id"].as_str().context("no id")?.to_owned();
        let label = events.until("its label", |event| event.name == "label").await?;
        let label = label.data;
        ensure!(label["id"] == id && label["label"]["classes"][0]["class"] == shape.name(), "{label}");
        let shown = message(&wall, &id).await?;
        ensure!(shown["label"] == label["label"] && shown["picture"]["width"] == 1000, "{shown}");
        let again = upload(&wall, drawn(shape)?, &key).await?.success()?.json()?;
        ensure!(again["id"] == id && again["repeated"] == true, "{again}");
    }
    ensure!(wall.json("/api/messages").await?["messages"].as_array().is_some_and(|all| all.len() == 3));
    Ok(())
}

#[tokio::test]
async fn without_a_model_the_label_says_so_and_the_wall_goes_on() -> Result<()> {
    let wall = Wall::start().await?;
    let posted = upload(&wall, drawn(Shape::Cross)?, "cross").await?.success()?.json()?;
    let id = posted["id"].as_str().context("no id")?.to_owned();
    // After three attempts of the local cloud.
    let fault = eventually("a fault", async || {
        let fault = message(&wall, &id).await?["label"]["fault"].clone();
        fault.as_str().map(str::to_owned).context("no fault yet")
    });
    let fault = fault.await?;
    ensure!(fault.contains("there is no model"), "{fault}");
    wall.post("still here").await?.success()?;
    Ok(())
}

#[tokio::test]
async fn the_api_of_the_blog_post_names_a_picture() -> Result<()> {
    let wall = Wall::start().await?;
    let api = wall.api("/default/inference");
    let star = drawn(Shape::Star)?;
    let ask = || Reply::to(wall.http.post(&api).header("content-type", "image/jpeg").body(star.clone()));
    let missing = ask().await?;
    ensure!(missing.status == 503 && missing.json()?["error"] == "model_missing", "{}", missing.text()?);
    make(&wall.volume().join("models"), "shapes", &Options::default())?;
    let named = ask().await?.success()?;
    ensure!(named.json()? == json!({"shape": "star"}) && !named.header("server-timing").is_empty());
    let forbidden = Reply::to(wall.http.get(format!("{api}?url=http://169.254.169.254/latest/meta-data/"))).await?;
    ensure!(forbidden.status == 403 && forbidden.json()?["error"] == "url_forbidden", "{}", forbidden.text()?);
    Ok(())
}
